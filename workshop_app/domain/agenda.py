"""The agenda as data: themes, agenda points, wards, meetings and the legend of note kinds.

Another city, year or set of themes is another agenda document, never a code change. One validator serves the
YAML file and the copy stored in every database; it is told where a key stands by a `locate` function.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date as Date
from typing import Any

from workshop_app.domain.strict_reader import AgendaProblem, Locate, StrictReader

FORMAT = 1
OTHER_THEME_ID = "T0"
CATEGORIES = {"V": "基本視点", "K": "課題", "C": "他都市の取組"}
_SHORT_LABELS = {"V": "視点", "K": "課題", "C": "他都市"}
MAX_THEMES = 9


@dataclass(frozen=True, slots=True)
class Ward:
    """A ward (区) in official order; `short` stands in note numbers (東3A-027)."""

    id: str
    name: str
    short: str
    dantai_code: str
    sort_no: int


@dataclass(frozen=True, slots=True)
class AgendaPoint:
    """One numbered item (論点) under a theme; `category` is V 基本視点, K 課題 or C 他都市の取組."""

    id: str
    theme_id: str
    category: str
    mark: str
    text: str
    cities: tuple[str, ...] = ()
    sub: tuple[tuple[str, str], ...] = ()

    @property
    def label(self) -> str:
        """Short name for sheets and pick lists, such as 課題⑤."""
        return f"{_SHORT_LABELS[self.category]}{self.mark}"


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme (テーマ); `number` is 0 for the reserved その他・テーマ外."""

    id: str
    number: int
    mark: str
    title: str
    short_title: str
    points: tuple[AgendaPoint, ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of note (種別): `mark_char` on screen, `symbol` on paper."""

    id: str
    name: str
    mark_char: str
    symbol: str


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting of the body or the workshop; `when` is as printed, from/to are ISO dates."""

    id: str
    kind: str
    title: str
    when: str
    date_from: str
    date_to: str
    precision: str
    text: str


DEFAULT_KINDS = (
    Kind("issue", "課題", "課", "■"),
    Kind("good", "良い点", "良", "◎"),
    Kind("idea", "提案", "提", "▲"),
    Kind("other", "その他", "他", "・"),
)
OTHER_THEME = Theme(OTHER_THEME_ID, 0, "－", "その他・テーマ外", "その他")


@dataclass(frozen=True, slots=True)
class Agenda:
    """A whole agenda; build it with `from_document` or `storage.agenda_file.load_agenda`."""

    agenda_id: str
    version: str
    source: str
    title: str
    body: str
    city_name: str
    city_code: str
    wards: tuple[Ward, ...]
    schedule: tuple[Meeting, ...]
    themes: tuple[Theme, ...]
    kinds: tuple[Kind, ...]
    document: Mapping[str, Any] = field(repr=False, compare=False)

    @classmethod
    def from_document(cls, document: Mapping[str, Any], locate: Locate = lambda path: None) -> Agenda:
        """Build an agenda from its nested dictionary; raises AgendaProblem for anything unexpected."""
        return _Reader(locate).agenda(document)

    def to_document(self) -> dict[str, Any]:
        """The nested dictionary this agenda was made from, for storing: text, lists and numbers only."""
        return dict(self.document)

    @property
    def all_themes(self) -> tuple[Theme, ...]:
        """The themes and, last, その他・テーマ外."""
        return (*self.themes, OTHER_THEME)

    def theme(self, theme_id: str) -> Theme:
        """A theme by its id; raises LookupError with a sentence."""
        ids = [theme.id for theme in self.all_themes]
        return _find(self.all_themes, lambda t: t.id == theme_id, "テーマ", theme_id, ids)

    def kind(self, id_or_name: str) -> Kind:
        """A kind by id or name; raises LookupError with a sentence."""
        return _find(self.kinds, _called(id_or_name), "種別", id_or_name, [k.name for k in self.kinds])

    def ward(self, id_or_name: str) -> Ward:
        """A ward by id or name; raises LookupError with a sentence."""
        return _find(self.wards, _called(id_or_name), "区", id_or_name, [w.name for w in self.wards])

    def point(self, point_id: str) -> AgendaPoint:
        """An agenda point by its id; raises LookupError with a sentence."""
        return _find(self.points(), lambda p: p.id == point_id, "論点", point_id, ["T1-K1 のような記号"])

    def points(self) -> tuple[AgendaPoint, ...]:
        """All agenda points in agenda order."""
        return tuple(point for theme in self.themes for point in theme.points)

    def points_of(self, theme_id: str, categories: Iterable[str] = ("V", "K")) -> tuple[AgendaPoint, ...]:
        """A theme's points of the given categories, in agenda order."""
        wanted = set(categories)
        return tuple(p for p in self.theme(theme_id).points if p.category in wanted)

    def next_meeting_after_workshop(self) -> Meeting | None:
        """The meeting that decides from the workshops' opinions, or None when the schedule has none."""
        kinds = [meeting.kind for meeting in self.schedule]
        if "workshop" not in kinds:
            return None
        later = self.schedule[kinds.index("workshop") + 1 :]
        return next((meeting for meeting in later if meeting.kind == "meeting"), None)


def _called(name: str) -> Callable[[Any], bool]:
    return lambda item: name in (item.id, item.name)


def _find(
    items: Iterable[Any], wanted: Callable[[Any], bool], what: str, given: str, choices: Sequence[str]
) -> Any:
    found = next(filter(wanted, items), None)
    if found is not None:
        return found
    raise LookupError(f"{what}「{given}」はこの議題にありません（{'・'.join(choices)}）。")


class _Reader(StrictReader):
    """Strict reading of the nested dictionary: unknown, missing and mistyped keys are all refused."""

    def agenda(self, raw: object) -> Agenda:
        top = self._map(
            raw,
            (),
            required=(
                "format",
                "agenda_id",
                "vocab_version",
                "source",
                "title",
                "body",
                "external_facts",
                "themes",
            ),
            optional=("purpose", "background", "agenda", "schedule", "points_note", "kinds"),
        )
        self._format(top)
        facts = self._map(top["external_facts"], ("external_facts",), required=("city", "wards"))
        city = self._map(
            facts["city"], ("external_facts", "city"), required=("name",), optional=("dantai_code",)
        )
        self._background(top)
        themes = self._themes(top)
        self._items(top, {theme.id for theme in themes})
        return Agenda(
            agenda_id=self._id(top, "agenda_id", ()),
            version=self._text(top, "vocab_version", ()),
            source=self._text(top, "source", ()),
            title=self._text(top, "title", ()),
            body=self._text(top, "body", ()),
            city_name=self._text(city, "name", ("external_facts", "city")),
            city_code=self._code(city, ("external_facts", "city")),
            wards=self._wards(facts),
            schedule=self._schedule(top),
            themes=themes,
            kinds=self._kinds(top),
            document=_plain(top),
        )

    def _format(self, top: Mapping[str, Any]) -> None:
        value = top["format"]
        if type(value) is not int or value < 1:
            self._refuse(("format",), f"は {FORMAT} と書いてください")
        if value > FORMAT:
            raise AgendaProblem(
                f"この議題ファイルは新しい版の形（format: {value}）で書かれています。今のデータは変わっていません。"
                "新しい版の本アプリで開いてください。",
                self._locate(("format",)),
                "format",
            )

    def _background(self, top: Mapping[str, Any]) -> None:
        if "purpose" in top:
            purpose = self._map(top["purpose"], ("purpose",), required=("id", "label", "text"))
            for key in purpose:
                self._text(purpose, key, ("purpose",))
        if "background" in top:
            background = self._map(top["background"], ("background",), required=(), optional=None)
            for key in background:
                self._text(background, key, ("background",))
        if "points_note" in top:
            self._text(top, "points_note", ())

    def _items(self, top: Mapping[str, Any], theme_ids: set[str]) -> None:
        for path, raw in self._list(top, "agenda", (), optional=True):
            item = self._map(raw, path, required=("id", "theme", "mark", "text"))
            self._new_id(item, path)
            self._text(item, "mark", path)
            self._text(item, "text", path)
            if self._text(item, "theme", path) not in theme_ids:
                self._refuse((*path, "theme"), "は themes にある記号にしてください")

    def _wards(self, facts: Mapping[str, Any]) -> tuple[Ward, ...]:
        rows = []
        for path, raw in self._list(facts, "wards", ("external_facts",)):
            row = self._map(raw, path, required=("id", "name"), optional=("dantai_code", "short"))
            rows.append((path, row, self._new_id(row, path), self._text(row, "name", path)))
        names = [name for *_, name in rows]
        for path, _, _, name in rows:
            if names.count(name) > 1:
                self._refuse((*path, "name"), f"「{name}」が2つあります。名前を分けてください")
        wards = tuple(
            Ward(
                ward_id,
                name,
                self._text(row, "short", path) if "short" in row else _short_name(name, names),
                self._code(row, path),
                position,
            )
            for position, (path, row, ward_id, name) in enumerate(rows, start=1)
        )
        for (path, *_), ward in zip(rows, wards, strict=True):
            if any(char.isdigit() or char == "-" for char in ward.short) or len(ward.short) > 8:
                self._refuse((*path, "short"), "は数字と「-」を含まない 8文字までにしてください")
            if sum(other.short == ward.short for other in wards) > 1:
                self._refuse(
                    (*path, "short"), f"「{ward.short}」がほかの区と同じです。区ごとに分けてください"
                )
        return wards

    def _schedule(self, top: Mapping[str, Any]) -> tuple[Meeting, ...]:
        meetings = []
        keys = ("id", "kind", "title", "when", "from", "to", "precision", "text")
        for path, raw in self._list(top, "schedule", (), optional=True):
            row = self._map(raw, path, required=keys)
            kind = self._text(row, "kind", path)
            if kind not in ("meeting", "workshop"):
                self._refuse((*path, "kind"), "は meeting か workshop にしてください")
            first, last = self._date(row, "from", path), self._date(row, "to", path)
            if first > last:
                self._refuse((*path, "to"), "が from より前の日です")
            meetings.append(
                Meeting(
                    self._new_id(row, path),
                    kind,
                    self._text(row, "title", path),
                    self._text(row, "when", path),
                    first,
                    last,
                    self._text(row, "precision", path),
                    self._text(row, "text", path),
                )
            )
        return tuple(meetings)

    def _themes(self, top: Mapping[str, Any]) -> tuple[Theme, ...]:
        themes: list[Theme] = []
        for path, raw in self._list(top, "themes", ()):
            row = self._map(
                raw, path, required=("id", "no_print", "title"), optional=("short", "V", "K", "C")
            )
            theme_id = self._new_id(row, path)
            if theme_id == OTHER_THEME_ID:
                self._refuse(
                    (*path, "id"), f"に {OTHER_THEME_ID} は使えません（その他・テーマ外のための記号です）"
                )
            title = self._text(row, "title", path)
            themes.append(
                Theme(
                    theme_id,
                    len(themes) + 1,
                    self._text(row, "no_print", path),
                    title,
                    self._text(row, "short", path) if "short" in row else title[:10],
                    tuple(p for category in CATEGORIES for p in self._points(row, category, theme_id, path)),
                )
            )
        if len(themes) > MAX_THEMES:
            self._refuse(("themes",), f"は {MAX_THEMES}つまでにしてください")
        return tuple(themes)

    def _points(
        self, theme: Mapping[str, Any], category: str, theme_id: str, at: tuple[str | int, ...]
    ) -> Iterable[AgendaPoint]:
        for path, raw in self._list(theme, category, at, optional=True):
            row = self._map(raw, path, required=("id", "mark", "text"), optional=("cities", "sub"))
            point_id = self._new_id(row, path)
            if not point_id.startswith(f"{theme_id}-{category}"):
                self._refuse((*path, "id"), f"は {theme_id}-{category}1 のように書いてください")
            subs = []
            for sub_path, sub_raw in self._list(row, "sub", path, optional=True):
                sub = self._map(sub_raw, sub_path, required=("id", "text"), optional=("cities",))
                subs.append((self._new_id(sub, sub_path), self._text(sub, "text", sub_path)))
                self._texts(sub, "cities", sub_path)
            yield AgendaPoint(
                point_id,
                theme_id,
                category,
                self._text(row, "mark", path),
                self._text(row, "text", path),
                self._texts(row, "cities", path),
                tuple(subs),
            )

    def _kinds(self, top: Mapping[str, Any]) -> tuple[Kind, ...]:
        if "kinds" not in top:
            return DEFAULT_KINDS
        kinds: list[Kind] = []
        for path, raw in self._list(top, "kinds", ()):
            row = self._map(raw, path, required=("id", "name", "char", "symbol"))
            kind = Kind(
                self._new_id(row, path), *(self._text(row, key, path) for key in ("name", "char", "symbol"))
            )
            if len(kind.mark_char) != 1 or len(kind.symbol) != 1:
                self._refuse(path, "の char と symbol は 1文字ずつにしてください")
            if any(other.name == kind.name for other in kinds):
                self._refuse((*path, "name"), f"「{kind.name}」が2つあります。名前を分けてください")
            kinds.append(kind)
        return tuple(kinds)


def _short_name(name: str, names: Sequence[str]) -> str:
    """The shortest beginning of a ward's name that no other ward's name has."""
    for length in range(1, len(name) + 1):
        if sum(other.startswith(name[:length]) for other in names) == 1:
            return name[:length]
    return name


def _plain(value: Any) -> Any:
    """The same nest in JSON's types: dates become ISO text."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, Date) else value
