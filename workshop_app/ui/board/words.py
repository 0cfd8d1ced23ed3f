"""A note or an island in words: for a tooltip, and for whoever hears the board instead of seeing it."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from workshop_app.domain.agenda import Agenda
from workshop_app.domain.ids import EntityId
from workshop_app.ui.board.content import BoardContent
from workshop_app.ui.board.paint_arrow import relation_word


def described(content: BoardContent, agenda: Agenda, item: EntityId) -> str:
    """Title, text, theme, votes and marks of a note, island or arrow."""
    if item in content.notes:
        return _note(content, agenda, item)
    if item in content.islands:
        return _island(content, agenda, item)
    arrow = content.arrows.get(item)
    if arrow is None:
        return ""
    ends = [short_words(content, end) for end in (arrow.source_id, arrow.target_id)]
    words = QCoreApplication.translate("board", "矢印 {0}。「{1}」から「{2}」")
    return words.format(relation_word(arrow.relation), *ends)


def short_words(content: BoardContent, item: EntityId) -> str:
    """The text of a note or the title of an island."""
    if item in content.notes:
        return content.notes[item].note.text
    island = content.islands.get(item)
    return "" if island is None else island.title or QCoreApplication.translate("board", "表札なし")


def _note(content: BoardContent, agenda: Agenda, item: EntityId) -> str:
    held, note = content.notes[item].held, content.notes[item].note
    parts = [QCoreApplication.translate("board", "付箋 {0}").format(note.number), note.text]
    parts.append(_theme(agenda, note.theme))
    parts += [kind.name for kind in agenda.kinds if kind.id == note.kind]
    if note.votes:
        parts.append(QCoreApplication.translate("board", "{0}票").format(note.votes))
    if note.island_id is not None:
        parts.append(
            QCoreApplication.translate("board", "島「{0}」の中").format(short_words(content, note.island_id))
        )
    if note.conflicts:
        parts.append(QCoreApplication.translate("board", "競合あり"))
    if held:
        parts.append(QCoreApplication.translate("board", "保留"))
    if item in content.incoming:
        parts.append(QCoreApplication.translate("board", "新しく届いた付箋"))
    return "。".join(part.rstrip("。") for part in parts if part)


def _island(content: BoardContent, agenda: Agenda, item: EntityId) -> str:
    island = content.islands[item]
    parts = [
        QCoreApplication.translate("board", "島 {0}").format(short_words(content, item)),
        QCoreApplication.translate("board", "付箋 {0}枚").format(content.notes_inside(item)),
        _theme(agenda, island.theme),
    ]
    if island.votes:
        parts.append(QCoreApplication.translate("board", "{0}票").format(island.votes))
    if island.folded:
        parts.append(QCoreApplication.translate("board", "たたんである"))
    return "。".join(part for part in parts if part)


def _theme(agenda: Agenda, theme: str | None) -> str:
    if theme is None:
        return QCoreApplication.translate("board", "テーマは未分類")
    title = next((one.short_title for one in agenda.all_themes if one.id == theme), theme)
    return QCoreApplication.translate("board", "テーマ {0}").format(title)
