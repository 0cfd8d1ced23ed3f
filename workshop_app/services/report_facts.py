"""What the report says before it is laid out: notes placed, ordered, numbered and counted.

The order is the same for the same data, whatever order the files were merged in: theme, island (votes,
notes, title), the notes of no island last; within these votes, ward in official order, table and number.

An island (島) belongs to one workshop. The report puts islands of one theme with the identical 表札 together,
because five wards that say the same sentence are one finding; an island without a 表札 stays by itself. A
note is always counted under its own theme, also when its island was made under another one.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from workshop_app.domain.agenda import Agenda, AgendaPoint, Theme
from workshop_app.domain.board import IslandField, living_parents
from workshop_app.domain.ids import EntityId
from workshop_app.domain.note import Conflict, EntityType, Island, Note, Workshop
from workshop_app.domain.op import JsonValue
from workshop_app.domain.tallies import Count, sum_known
from workshop_app.services.report_spec import ReportCounts

UNSORTED = "未分類"
UNKNOWN_WARD = "区不明"
NO_KIND = "種別なし"
UNTITLED = "（表札なし）"


@dataclass(frozen=True, slots=True)
class WardFact:
    """A ward, in official order; `known` is False for notes whose workshop is not in the file."""

    order: int
    code: str
    name: str
    dantai_code: str
    known: bool = True


@dataclass(frozen=True, slots=True)
class ThemeFact:
    """A theme; the last one, 未分類, stands for notes without a theme or with one the agenda does not have."""

    order: int
    code: str
    band: str
    short: str
    prefix: str


@dataclass(frozen=True, slots=True)
class KindFact:
    """A kind of opinion: code, plain name, and the mark with the name as printed."""

    order: int
    code: str
    name: str
    label: str


@dataclass(frozen=True, slots=True)
class Venue:
    """One workshop (会場・回) with its short code, such as KU2-1."""

    code: str
    ward: WardFact
    workshop: Workshop
    clashes: Mapping[str, tuple[JsonValue, ...]] = field(default_factory=dict, compare=False)
    """What laptops say differently of it and nobody has settled: every value, by payload key."""
    voted: bool = False
    """Votes were entered: without any, a note's 0 says nothing."""

    def number(self, name: str) -> int | None:
        """A count of the workshop; None when it was not entered or is not settled."""
        value: int | None = getattr(self.workshop, name)
        return None if name in self.clashes else value


@dataclass(slots=True, eq=False)
class IslandFact:
    """Islands of one theme with the same 表札, shown as one. `depth` 0 is an outer island."""

    title: str
    depth: int
    notes: list[ReportNote] = field(default_factory=list)
    children: list[IslandFact] = field(default_factory=list)
    code: str = ""
    ids: set[EntityId] = field(default_factory=set)
    own_seals: int = 0

    @property
    def everything(self) -> list[ReportNote]:
        """Its notes, those of inner islands included, in printed order."""
        return self.notes + [note for child in self.children for note in child.everything]

    @property
    def with_inner(self) -> list[IslandFact]:
        """The island and those inside it, in printed order."""
        return [self, *(one for child in self.children for one in child.with_inner)]

    @property
    def count(self) -> Count:
        """Notes and votes, inner islands included."""
        notes = self.everything
        return Count(len(notes), sum(note.votes for note in notes))

    @property
    def seals(self) -> int:
        """Votes on the island itself and on its title, inner islands included; they are no note's."""
        return self.own_seals + sum(child.seals for child in self.children)

    @property
    def all_votes(self) -> int:
        """Votes on its notes and on itself: what islands are ranked by."""
        return self.count.votes + self.seals


@dataclass(slots=True, eq=False)
class ReportNote:
    """A shown note with everything it refers to resolved. `serial` (通し番号) counts from 1 in printed order."""

    note: Note
    ward: WardFact
    venue: Venue | None
    theme: ThemeFact
    kind: KindFact
    points: tuple[AgendaPoint, ...]
    unknown_codes: tuple[str, ...]
    island: IslandFact | None = None
    serial: int = 0
    held: bool = False
    voted: bool = False

    @property
    def votes(self) -> int:
        """Votes (票) it got; 0 as well where nobody entered any (see `votes_of`)."""
        return self.note.votes


def votes_of(notes: Iterable[ReportNote]) -> int | None:
    """Votes of some notes; None when at none of their venues votes were entered."""
    return sum_known(note.votes if note.voted else None for note in notes)


@dataclass(frozen=True, slots=True)
class ThemeGroup:
    """One theme with its islands in printed order and the notes of no island."""

    theme: ThemeFact
    islands: tuple[IslandFact, ...]
    lone: tuple[ReportNote, ...]

    @property
    def notes(self) -> list[ReportNote]:
        """Every note of the theme in printed order."""
        return [note for island in self.islands for note in island.everything] + list(self.lone)


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the sheets are made of."""

    agenda: Agenda
    wards: tuple[WardFact, ...]
    themes: tuple[ThemeFact, ...]
    kinds: tuple[KindFact, ...]
    venues: tuple[Venue, ...]
    groups: tuple[ThemeGroup, ...]
    counts: ReportCounts
    practice: bool = False
    title_clashes: Mapping[EntityId, tuple[JsonValue, ...]] = field(default_factory=dict)
    """Every wording of the 表札 that laptops wrote differently and nobody has settled, by island."""

    @property
    def notes(self) -> list[ReportNote]:
        """Every shown note in printed order."""
        return [note for group in self.groups for note in group.notes]

    @property
    def islands(self) -> list[IslandFact]:
        """Every outer island in printed order."""
        return [island for group in self.groups for island in group.islands]

    def venues_of(self, ward: WardFact | None) -> list[Venue]:
        """The venues of one ward, or all of them for None."""
        return [venue for venue in self.venues if ward is None or venue.ward == ward]

    def silent(self, ward: WardFact) -> bool:
        """True when this file knows nothing of a ward: its numbers are not 0, they are not there."""
        return not self.venues_of(ward) and all(note.ward != ward for note in self.notes)

    def voted(self, ward: WardFact | None = None) -> bool:
        """True when votes were entered in a ward, or in any for None: only then is a 0 the number of votes."""
        return any(venue.voted for venue in self.venues_of(ward)) or any(
            note.voted for note in self.notes if ward is None or note.ward == ward
        )

    def votes(self, notes: Iterable[ReportNote], ward: WardFact | None = None) -> int | None:
        """Votes of notes of one ward, or of all for None; None where votes were never entered."""
        return sum(note.votes for note in notes) if self.voted(ward) else None

    def missing_wards(self) -> list[WardFact]:
        """Wards of the agenda of which this file has no workshop."""
        return [ward for ward in self.wards if ward.known and not self.venues_of(ward)]


def gather_facts(
    agenda: Agenda,
    notes: Sequence[Note],
    workshops: Sequence[Workshop],
    islands: Sequence[Island],
    conflicts: Sequence[Conflict] = (),
    practice: bool = False,
    held: Collection[EntityId] = (),
) -> Facts:
    """Place, order, number and count everything. Pure; the order of the arguments' items does not matter.

    `held` names the notes that are held back (保留).
    """
    wards = [
        WardFact(order, ward.id, ward.name, ward.dantai_code or "")
        for order, ward in enumerate(sorted(agenda.wards, key=lambda ward: ward.sort_no))
    ]
    voted = _voted(notes, workshops, islands)
    venues = _venues(wards, workshops, conflicts, voted)
    themes = [
        ThemeFact(order, theme.id, _theme_band(theme), _theme_short(theme), theme.id)
        for order, theme in enumerate(agenda.all_themes)
    ]
    kinds = [
        KindFact(order, kind.id, kind.name, f"{kind.symbol}{kind.name}")
        for order, kind in enumerate(agenda.kinds)
    ]
    lookup = _Lookup(agenda, wards, venues, themes, kinds)
    shown = [lookup.place(note) for note in notes if not note.voided]
    for item in shown:
        item.held = item.note.note_id in held
        item.voted = item.note.workshop_id in voted
    groups = _group_by_theme(lookup.themes_used(shown), shown, {i.island_id: i for i in islands})
    _number(groups)
    reasons = Counter(note.void_reason or "" for note in notes if note.voided)
    counts = ReportCounts(
        shown=len(shown),
        excluded=sum(reasons.values()),
        votes=sum(note.votes for note in shown),
        excluded_by_reason=dict(sorted(reasons.items(), key=lambda item: (-item[1], item[0]))),
        open_conflicts=len(conflicts),
        island_votes=sum(island.votes for island in islands if not island.voided),
    )
    return Facts(
        agenda=agenda,
        wards=tuple(lookup.wards_used(shown)),
        themes=tuple(lookup.themes_used(shown)),
        kinds=tuple(lookup.kinds_used(shown)),
        venues=tuple(venues),
        groups=tuple(groups),
        counts=counts,
        practice=practice,
        title_clashes={
            one.entity_id: tuple(value.value for value in one.values)
            for one in conflicts
            if (one.entity_type, one.field) == (EntityType.ISLAND, IslandField.TITLE)
        },
    )


def _theme_band(theme: Theme) -> str:
    """テーマ(1)　… with the number as the agenda prints it."""
    return f"テーマ{theme.mark}　{theme.title}" if theme.number else theme.title


def _theme_short(theme: Theme) -> str:
    """(1) 役割分担・連携; その他 alone could be taken for the kind その他, so that one keeps its whole name."""
    return f"{theme.mark} {theme.short_title}" if theme.number else theme.title


def _voted(
    notes: Sequence[Note], workshops: Sequence[Workshop], islands: Sequence[Island]
) -> set[EntityId | None]:
    """Workshops with votes entered: a vote somewhere, or the number of voters (who may all have given none)."""
    return {
        *(note.workshop_id for note in notes if note.votes),
        *(island.workshop_id for island in islands if island.votes),
        *(workshop.workshop_id for workshop in workshops if workshop.voters is not None),
    }


def _venues(
    wards: Sequence[WardFact],
    workshops: Sequence[Workshop],
    conflicts: Sequence[Conflict],
    voted: Collection[EntityId | None],
) -> list[Venue]:
    """Workshops in ward order, then date, coded by ward and order (KU2-1)."""
    by_code = {ward.code: ward for ward in wards}
    unknown = WardFact(len(wards), UNKNOWN_WARD, UNKNOWN_WARD, "", known=False)
    placed = sorted(
        ((by_code.get(workshop.ward_id, unknown), workshop) for workshop in workshops),
        key=lambda pair: (pair[0].order, pair[1].date or "", pair[1].venue, bytes(pair[1].workshop_id)),
    )
    clashes: dict[EntityId, dict[str, tuple[JsonValue, ...]]] = defaultdict(dict)
    for conflict in conflicts:
        clashes[conflict.entity_id][conflict.field] = tuple(value.value for value in conflict.values)
    numbers: Counter[str] = Counter()
    venues = []
    for ward, workshop in placed:
        numbers[ward.code] += 1
        code, one = f"{ward.code}-{numbers[ward.code]}", workshop.workshop_id
        venues.append(Venue(code, ward, workshop, clashes.get(one, {}), one in voted))
    return venues


class _Lookup:
    """Resolves the codes of notes; a code the agenda does not have is kept visible, never dropped."""

    def __init__(
        self,
        agenda: Agenda,
        wards: list[WardFact],
        venues: list[Venue],
        themes: list[ThemeFact],
        kinds: list[KindFact],
    ) -> None:
        self._wards = wards
        self._themes = themes
        self._kinds = kinds
        self._venues = {bytes(venue.workshop.workshop_id): venue for venue in venues}
        self._theme_by_code = {theme.code: theme for theme in themes}
        self._kind_by_code = {kind.code: kind for kind in kinds}
        self._points = {point.id: point for theme in agenda.all_themes for point in theme.points}
        self._point_order = {code: order for order, code in enumerate(self._points)}
        self._no_ward = WardFact(len(wards), UNKNOWN_WARD, UNKNOWN_WARD, "", known=False)
        self._no_theme = ThemeFact(len(themes), UNSORTED, UNSORTED, UNSORTED, "U")
        self._no_kind = KindFact(len(kinds), NO_KIND, NO_KIND, NO_KIND)

    def place(self, note: Note) -> ReportNote:
        venue = None if note.workshop_id is None else self._venues.get(bytes(note.workshop_id))
        unknown = [
            code
            for code, table in ((note.theme, self._theme_by_code), (note.kind, self._kind_by_code))
            if code is not None and code not in table
        ]
        unknown += [code for code in note.points if code not in self._points]
        known_points = sorted(
            {code for code in note.points if code in self._points}, key=self._point_order.__getitem__
        )
        return ReportNote(
            note=note,
            ward=self._no_ward if venue is None else venue.ward,
            venue=venue,
            theme=self._theme_by_code.get(note.theme or "", self._no_theme),
            kind=self._kind_by_code.get(note.kind or "", self._no_kind),
            points=tuple(self._points[code] for code in known_points),
            unknown_codes=tuple(unknown),
        )

    def wards_used(self, notes: Sequence[ReportNote]) -> list[WardFact]:
        venues = self._venues.values()
        lost = any(not n.ward.known for n in notes) or any(not v.ward.known for v in venues)
        return [*self._wards, self._no_ward] if lost else self._wards

    def themes_used(self, notes: Sequence[ReportNote]) -> list[ThemeFact]:
        return (
            [*self._themes, self._no_theme] if any(n.theme is self._no_theme for n in notes) else self._themes
        )

    def kinds_used(self, notes: Sequence[ReportNote]) -> list[KindFact]:
        return [*self._kinds, self._no_kind] if any(n.kind is self._no_kind for n in notes) else self._kinds


def _group_by_theme(
    themes: Sequence[ThemeFact], notes: Sequence[ReportNote], islands: Mapping[EntityId, Island]
) -> list[ThemeGroup]:
    around = living_parents(
        {one: island.parent_id for one, island in islands.items()},
        {one for one, island in islands.items() if island.voided},
    )
    found: list[tuple[ThemeFact, list[IslandFact], list[ReportNote]]] = []
    for theme in themes:
        roots: dict[tuple[str, ...], IslandFact] = {}
        lone: list[ReportNote] = []
        for note in sorted((n for n in notes if n.theme is theme), key=_note_order):
            path = _island_path(note.note.island_id, islands, around)
            if not path:
                lone.append(note)
                continue
            island = _island_at(roots, path)
            island.notes.append(note)
            note.island = island
        found.append((theme, list(roots.values()), lone))
    _give_seals(found, islands)
    groups = [ThemeGroup(theme, tuple(_ordered_islands(outer)), tuple(lone)) for theme, outer, lone in found]
    width = max([2, *(len(str(len(group.islands))) for group in groups)])
    for group in groups:
        digits = re.sub(r"\D", "", group.theme.prefix)
        prefix = digits or (
            group.theme.prefix if group.theme.code == UNSORTED else str(group.theme.order + 1)
        )
        for rank, island in enumerate(group.islands, start=1):
            _give_codes(island, f"S{prefix}{rank:0{width}d}")
    return groups


def _give_seals(
    found: Sequence[tuple[ThemeFact, Sequence[IslandFact], object]], islands: Mapping[EntityId, Island]
) -> None:
    """An island's own seals count once: under its own theme, or under the first one it is shown in."""
    shown: dict[EntityId, dict[str, IslandFact]] = {}
    for theme, outer, _ in found:
        waiting = list(outer)
        while waiting:
            fact = waiting.pop()
            waiting += fact.children
            for island_id in fact.ids:
                shown.setdefault(island_id, {})[theme.code] = fact
    for island_id, by_theme in shown.items():
        island = islands[island_id]
        own = by_theme.get(island.theme or "") or next(iter(by_theme.values()))
        own.own_seals += island.votes


def _note_order(item: ReportNote) -> tuple[object, ...]:
    note = item.note
    head, _, running = note.number.rpartition("-")
    count = int(running) if running.isascii() and running.isdigit() else 0
    table = note.table if note.table is not None else 10**6
    return (-note.votes, item.ward.order, table, head, count, note.number, bytes(note.note_id))


def _island_path(
    island_id: EntityId | None,
    islands: Mapping[EntityId, Island],
    around: Mapping[EntityId, EntityId | None],
) -> tuple[Island, ...]:
    """The living islands from the outermost inwards; empty for a lone note."""
    path: list[Island] = []
    while island_id is not None and island_id in islands:
        if not islands[island_id].voided:
            path.append(islands[island_id])
        island_id = around[island_id]
    return tuple(reversed(path))


def _island_at(roots: dict[tuple[str, ...], IslandFact], islands: tuple[Island, ...]) -> IslandFact:
    path = tuple(one.title.strip() or f"\0{bytes(one.island_id).hex()}" for one in islands)
    siblings: list[IslandFact] | None = None
    known = roots
    island: IslandFact | None = None
    for depth in range(len(path)):
        title = path[depth]
        if siblings is None:
            island = known.setdefault((title,), IslandFact(title, 0))
        else:
            found = next((child for child in siblings if child.title == title), None)
            if found is None:
                found = IslandFact(title, depth)
                siblings.append(found)
            island = found
        island.ids.add(islands[depth].island_id)
        siblings = island.children
    assert island is not None
    return island


def _ordered_islands(islands: list[IslandFact]) -> list[IslandFact]:
    for island in islands:
        island.children = _ordered_islands(island.children)
    return sorted(islands, key=_island_rank)


def _island_rank(island: IslandFact) -> tuple[object, ...]:
    count = island.count
    untitled = island.title.startswith("\0")
    first = min(_note_order(note) for note in island.everything)
    return (-island.all_votes, -count.notes, untitled, "" if untitled else island.title, first)


def _give_codes(island: IslandFact, code: str) -> None:
    island.code = code
    if island.title.startswith("\0"):
        island.title = UNTITLED
    for rank, child in enumerate(island.children, start=1):
        _give_codes(child, f"{code}-{rank}")


def _number(groups: Sequence[ThemeGroup]) -> None:
    serial = 0
    for group in groups:
        for note in group.notes:
            serial += 1
            note.serial = serial
