"""The words of the 整理 page: what differs, between whom, and values as people call them. Never a code."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QCoreApplication

from workshop_app.domain.board import RELATION_WORDS, ArrowField
from workshop_app.domain.fold import VOID_FIELD
from workshop_app.domain.note import Conflict, ConflictValue, EntityType, Note, NoteField, Workshop
from workshop_app.domain.op import JsonValue
from workshop_app.domain.wareki import JST, era_year, jst, wareki_or_text
from workshop_app.ui.open_file import OpenFile

translate = QCoreApplication.translate


class ConflictWords:
    """Knows the names in the open file; `refresh` reads them again."""

    def __init__(self, open_file: OpenFile) -> None:
        self._agenda = open_file.agenda
        self._workspace = open_file.workspace
        self._workshops: dict[bytes, Workshop] = {}
        self._islands: dict[bytes, str] = {}
        self._notes: dict[bytes, Note] = {}

    def refresh(self, conflicts: Sequence[Conflict]) -> None:
        """Read what these are about, and workshops and islands, which may have come with a merge."""
        notes = self._workspace.notes_by_ids(conflict.entity_id for conflict in conflicts)
        self._notes = {bytes(note.note_id): note for note in notes}
        self._workshops = {bytes(w.workshop_id): w for w in self._workspace.workshops()}
        self._islands = {bytes(island.island_id): island.title for island in self._workspace.islands()}

    def note(self, conflict: Conflict) -> Note | None:
        """The note it is about, if it is about one."""
        return self._notes.get(bytes(conflict.entity_id))

    def title(self, conflict: Conflict) -> str:
        """The note's number, or what else it is about."""
        note = self.note(conflict)
        if note is not None:
            return note.number
        workshop = self._workshops.get(bytes(conflict.entity_id))
        if workshop is not None:
            return translate("ReviewPage", "{0}の会場").format(self._ward(workshop))
        island = self._islands.get(bytes(conflict.entity_id))
        if island is not None:
            return translate("ReviewPage", "島「{0}」").format(island)
        if conflict.entity_type == EntityType.DEVICE:
            return translate("ReviewPage", "端末")
        if conflict.entity_type == EntityType.AGENDA:
            return translate("ReviewPage", "議題")
        if conflict.entity_type == EntityType.ARROW:
            return translate("ReviewPage", "ボードの矢印")
        return translate("ReviewPage", "そのほか")

    def summary(self, conflict: Conflict) -> str:
        """One line under the title: the text, or what the thing is."""
        note = self.note(conflict)
        if note is not None:
            return note.text
        workshop = self._workshops.get(bytes(conflict.entity_id))
        parts = [wareki_or_text(workshop.date), workshop.venue] if workshop is not None else []
        return "  ".join(part for part in parts if part)

    def place(self, note: Note) -> str:
        """西区  3班  ラウンド1  役割分担・連携: where a note was written, and its theme."""
        workshop = self._workshops.get(bytes(note.workshop_id or b""))
        parts = [
            "" if workshop is None else self._ward(workshop),
            "" if note.table is None else self.value(NoteField.TABLE, note.table),
            "" if note.round is None else self.value(NoteField.ROUND, note.round),
            self.value(NoteField.THEME, note.theme),
        ]
        return "  ".join(part for part in parts if part)

    def value(self, field: str, value: JsonValue) -> str:
        """A value in words."""
        if field == NoteField.THEME:
            return translate("ReviewPage", "未分類") if value is None else self._theme(value)
        if value is None or value in ([], ""):
            return translate("ReviewPage", "なし")
        if field == NoteField.KIND:
            return {kind.id: kind.name for kind in self._agenda.kinds}.get(value, str(value))
        if field == NoteField.POINTS and isinstance(value, list):
            known = {point.id: f"{point.label}  {point.text}" for point in self._agenda.points()}
            return "\n".join(known.get(point, str(point)) for point in value)
        if field in (NoteField.ISLAND, "parent"):
            return self._islands.get(_raw(value)) or translate("ReviewPage", "表札のない島")
        if field == NoteField.WORKSHOP:
            workshop = self._workshops.get(_raw(value))
            return translate("ReviewPage", "ほかの会場") if workshop is None else self._ward(workshop)
        if field == "ward":
            return {ward.id: ward.name for ward in self._agenda.wards}.get(value, str(value))
        if field == ArrowField.RELATION:
            return {str(relation): word for relation, word in RELATION_WORDS.items()}.get(value, str(value))
        if field == NoteField.HOLD:
            return translate("ReviewPage", "保留") if value is True else translate("ReviewPage", "保留しない")
        if field == "date":
            return wareki_or_text(str(value)) or ""
        counted = _counted().get(field)
        if counted is not None:
            return counted.format(value)
        if isinstance(value, dict):
            version = str(value.get("vocab_version", ""))
            return translate("ReviewPage", "議題の版 {0}").format(version)
        return str(value)

    def _theme(self, value: JsonValue) -> str:
        return {theme.id: theme.short_title for theme in self._agenda.all_themes}.get(value, str(value))

    def _ward(self, workshop: Workshop) -> str:
        names = {ward.id: ward.name for ward in self._agenda.wards}
        return names.get(workshop.ward_id, workshop.ward_id)


def _counted() -> dict[str, str]:
    return {
        NoteField.TABLE: translate("ReviewPage", "{0}班"),
        NoteField.ROUND: translate("ReviewPage", "ラウンド{0}"),
        NoteField.VOTES: translate("ReviewPage", "{0}票"),
        "tables": translate("ReviewPage", "{0}班"),
        "participants": translate("ReviewPage", "{0}人"),
        "observers": translate("ReviewPage", "{0}人"),
        "voters": translate("ReviewPage", "{0}人"),
        "votes_per_person": translate("ReviewPage", "1人 {0}票"),
    }


def field_name(field: str) -> str:
    """What a field is called."""
    names = {
        NoteField.TEXT: translate("ReviewPage", "文"),
        NoteField.THEME: translate("ReviewPage", "テーマ"),
        NoteField.KIND: translate("ReviewPage", "種別"),
        NoteField.POINTS: translate("ReviewPage", "論点"),
        NoteField.VOTES: translate("ReviewPage", "票の数"),
        NoteField.ISLAND: translate("ReviewPage", "島"),
        NoteField.TABLE: translate("ReviewPage", "テーブル"),
        NoteField.ROUND: translate("ReviewPage", "ラウンド"),
        NoteField.NUMBER: translate("ReviewPage", "番号"),
        NoteField.WORKSHOP: translate("ReviewPage", "会場"),
        NoteField.DEVICE: translate("ReviewPage", "端末の記号"),
        NoteField.POS: translate("ReviewPage", "ボードの位置"),
        NoteField.HOLD: translate("ReviewPage", "保留"),
        "title": translate("ReviewPage", "名前"),
        "date": translate("ReviewPage", "開催日"),
        "venue": translate("ReviewPage", "会場の名前"),
        "ward": translate("ReviewPage", "区"),
        "tables": translate("ReviewPage", "テーブルの数"),
        "participants": translate("ReviewPage", "参加者の数"),
        "observers": translate("ReviewPage", "傍聴者の数"),
        "voters": translate("ReviewPage", "投票した人の数"),
        "votes_per_person": translate("ReviewPage", "持ち票"),
        "parent": translate("ReviewPage", "外側の島"),
        ArrowField.RELATION: translate("ReviewPage", "矢印の言葉"),
    }
    return names.get(field, translate("ReviewPage", "内容"))


def difference(conflict: Conflict) -> str:
    """文が違う: what the list says at the right."""
    if conflict.field == VOID_FIELD:
        return translate("ReviewPage", "取り消しと編集")
    return translate("ReviewPage", "{0}が違う").format(field_name(conflict.field))


def question(conflict: Conflict) -> str:
    """What happened, that nothing is lost, what to do."""
    if conflict.field == VOID_FIELD:
        return translate(
            "ReviewPage",
            "この付箋は、取り消されたあとで、それを知らずに直されています。どちらも残っています。どちらにするかを選んでください。",
        )
    stations = {value.station for value in conflict.values}
    if len(stations) < len(conflict.values):
        # A copied laptop, or one clerk on two days: the number of devices would be a guess.
        who = translate("ReviewPage", "この{0}は、お互いを知らずに違う内容に直されています。")
        sentence = who.format(_thing(conflict))
    else:
        sentence = translate("ReviewPage", "この{0}は{1}台の端末で違う内容に直されています。").format(
            _thing(conflict), len(stations)
        )
    return sentence + translate("ReviewPage", "どちらも残っています。使う方を選んでください。")


def _thing(conflict: Conflict) -> str:
    names = {
        EntityType.NOTE: translate("ReviewPage", "付箋"),
        EntityType.WORKSHOP: translate("ReviewPage", "会場"),
        EntityType.ISLAND: translate("ReviewPage", "島"),
        EntityType.DEVICE: translate("ReviewPage", "端末"),
        EntityType.AGENDA: translate("ReviewPage", "議題"),
        EntityType.ARROW: translate("ReviewPage", "矢印"),
    }
    return next((name for kind, name in names.items() if kind == conflict.entity_type), field_name(""))


def before_title(conflict: Conflict, now_ms: int) -> str:
    """分かれる前の文（10月12日 14:27）"""
    field = NoteField.TEXT if conflict.field == VOID_FIELD else conflict.field
    if conflict.before_ms is None:
        return translate("ReviewPage", "分かれる前の{0}は、ここにはありません").format(field_name(field))
    when = moment(conflict.before_ms, now_ms)
    return translate("ReviewPage", "分かれる前の{0}（{1}）").format(field_name(field), when)


def use_text(conflict: Conflict, value: ConflictValue) -> str:
    """The word on the button of a card."""
    if conflict.is_void(value):
        return translate("ReviewPage", "取り消したままにする")
    if conflict.field == VOID_FIELD:
        return translate("ReviewPage", "付箋を残す")
    if conflict.is_note_text:
        return translate("ReviewPage", "この文を使う")
    return translate("ReviewPage", "こちらを使う")


def changed_fields(value: ConflictValue) -> str:
    """直した項目: 文、票の数"""
    names = "、".join(field_name(field) for field in value.fields)
    return translate("ReviewPage", "直した項目: {0}").format(names) if names else ""


def moment(ms: int, now_ms: int) -> str:
    """10月19日 9:15 in Japanese time; with the year (令和8年) when it is not this one."""
    when: datetime = jst(ms)
    year = "" if when.year == datetime.fromtimestamp(now_ms / 1000, JST).year else era_year(when.date())
    return f"{year}{when.month}月{when.day}日 {when.hour}:{when.minute:02d}"


def _raw(value: JsonValue) -> bytes:
    try:
        return bytes.fromhex(value) if isinstance(value, str) else b""
    except ValueError:
        return b""
