"""What became of a board between two moments, as lines to read and to press."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from workshop_app.domain.board import Board
from workshop_app.domain.board_difference import BoardDifference
from workshop_app.domain.ids import EntityId

_SHOWN = 40
"""Characters of a text in a line."""


@dataclass(frozen=True, slots=True)
class DifferenceLine:
    """A heading (without `item`), or what happened to one note or island."""

    text: str
    item: EntityId | None = None


def difference_lines(before: Board, after: Board, found: BoardDifference) -> list[DifferenceLine]:
    """Grouped: new, gone, joined or left an island, moved, votes, words, arrows."""
    names = _names(before) | _names(after)
    outside = QCoreApplication.translate("board", "島の外")

    def name(item: EntityId | None) -> str:
        return outside if item is None else names.get(item, outside)

    lines: list[DifferenceLine] = []

    def add(heading: str, items: Iterable[tuple[EntityId, str]]) -> None:
        rows = [DifferenceLine(text, item) for item, text in sorted(items, key=lambda row: row[1])]
        if rows:
            lines.append(DifferenceLine(heading.format(len(rows))))
            lines.extend(rows)

    add(QCoreApplication.translate("board", "増えた {0}件"), ((one, name(one)) for one in found.new))
    add(QCoreApplication.translate("board", "なくなった {0}件"), ((one, name(one)) for one in found.gone))
    add(
        QCoreApplication.translate("board", "島が変わった {0}件"),
        ((one, f"{name(one)}: {name(old)} → {name(new)}") for one, (old, new) in found.regrouped.items()),
    )
    add(
        QCoreApplication.translate("board", "票が変わった {0}件"),
        ((one, f"{name(one)}: {old} → {new}") for one, (old, new) in found.votes.items()),
    )
    add(
        QCoreApplication.translate("board", "文が変わった {0}件"),
        ((one, f"{_short(old)} → {_short(new)}") for one, (old, new) in found.worded.items()),
    )
    add(QCoreApplication.translate("board", "動いた {0}件"), ((one, name(one)) for one in found.moved))
    for heading, arrows in (
        (QCoreApplication.translate("board", "引いた矢印 {0}本"), found.new_arrows),
        (QCoreApplication.translate("board", "外した矢印 {0}本"), found.gone_arrows),
    ):
        if arrows:
            lines.append(DifferenceLine(heading.format(len(arrows))))
    return lines


def _names(board: Board) -> dict[EntityId, str]:
    found = {item.note.note_id: _short(item.note.text) for item in board.notes}
    for island in board.islands:
        title = island.title or QCoreApplication.translate("board", "表札なし")
        found[island.island_id] = QCoreApplication.translate("board", "島「{0}」").format(_short(title))
    return found


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _SHOWN else f"{flat[: _SHOWN - 1]}…"
