"""The board of a file, now and at every moment, against what the oracle says of its edits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from laws.broken import require
from laws.oracle import History, View

from workshop_app.domain.board import Board, Position, Scope
from workshop_app.storage.database import Database
from workshop_app.storage.projections import REMOVED_TEXT

Views = Mapping[bytes, View]


def board_is_that_of_the_edits(views: Views, database: Database) -> None:
    """L6: the board shows every living note and island where its edits put it."""
    _same("L6", views, database.board(Scope()))


def moments_show_what_was_seen(history: History, held: set[bytes], views: Views, database: Database) -> None:
    """Moments: whatever came after, and in whatever file, the board of a moment is that of the edits seen then."""
    forked = history.forked_sessions()
    for moment, view in views.items():
        if view.type != "moment" or view.voided:
            continue
        seen = view.shown("seen")
        redactions = {name for name in held if history.edits[name].kind == "redact"}
        then = {
            name
            for name in held
            if history.edits[name].row[7] <= seen.get(history.edits[name].row[6].hex(), 0)
        }
        known = history.moments[moment]
        require("moment", known <= then, "edits that were there then are not there any more")
        # Of a session that was copied while it ran, the edits of both branches carry the same numbers.
        later = {name for name in then - known if history.edits[name].row[6] not in forked}
        require("moment", not later, f"{len(later)} edits were made later")
        at = {
            entity: history.view(then | redactions, entity) for entity in history.entities(then - redactions)
        }
        _same("moment", at, database.board(Scope(), moment))


def _same(law: str, views: Views, board: Board) -> None:
    islands = {entity: view for entity, view in views.items() if view.type == "island"}
    around = {entity: _id(view.shown("parent")) for entity, view in islands.items()}
    cut = {max(ring) for entity in islands if (ring := _ring(entity, around))}

    def stands_in(entity: bytes | None) -> bytes | None:
        while entity in islands and islands[entity].voided:
            entity = None if entity in cut else around[entity]
        return entity if entity in islands else None

    wanted: dict[bytes, tuple[Any, ...]] = {}
    for entity, view in views.items():
        if view.voided:
            continue
        if view.type == "note":
            home = _id(view.shown("island"))
            text = view.fields.get("text")
            words = REMOVED_TEXT if text is not None and text.removed else view.shown("text") or ""
            wanted[entity] = (
                *_spot(view, home, stands_in(home)),
                view.shown("votes") or 0,
                words,
                view.shown("hold") is True,
            )
        elif view.type == "island":
            home = around[entity]
            outside = None if entity in cut else stands_in(home)
            wanted[entity] = (
                *_spot(view, home, outside),
                view.shown("votes") or 0,
                view.shown("title") or "",
                False,
            )
    shown: dict[bytes, tuple[Any, ...]] = {
        one.note.note_id: (one.note.island_id, one.position, one.note.votes, one.note.text, one.held)
        for one in board.notes
    }
    shown |= {
        one.island_id: (one.parent_id, one.position, one.votes, one.title, False) for one in board.islands
    }
    for entity in wanted.keys() | shown.keys():
        require(
            law, wanted.get(entity) == shown.get(entity), f"{shown.get(entity)} is not {wanted.get(entity)}"
        )
    arrows = {
        (entity, _id(view.shown("from")), _id(view.shown("to")), view.shown("relation"))
        for entity, view in views.items()
        if view.type == "arrow" and not view.voided
    }
    here = {(arrow.arrow_id, arrow.source_id, arrow.target_id, str(arrow.relation)) for arrow in board.arrows}
    require(law, here == {one for one in arrows if {one[1], one[2]} <= wanted.keys()}, "arrows differ")
    links = {
        (entity, frozenset((_id(view.shown("first")), _id(view.shown("second")))))
        for entity, view in views.items()
        if view.type == "same_meaning" and not view.voided
    }
    linked = {(link.link_id, frozenset((link.first_id, link.second_id))) for link in board.links}
    require(law, linked == {one for one in links if one[1] <= wanted.keys()}, "links differ")


def _spot(view: View, home: bytes | None, shown: bytes | None) -> tuple[bytes | None, Position | None]:
    """Where something stands; a position says nothing of another island than the one it was given for."""
    pos = view.shown("pos")
    here = [] if home is None else [home.hex()]
    return shown, None if pos is None or home != shown or pos[2:] != here else Position(*pos[:2])


def _ring(start: bytes, around: Mapping[bytes, bytes | None]) -> list[bytes]:
    """The islands one comes through from this one to itself; none when one never comes back."""
    way = [start]
    while len(way) <= len(around):
        step = around.get(way[-1])
        if step is None:
            return []
        if step == start:
            return way
        way.append(step)
    return []


def _id(value: Any) -> bytes | None:
    return bytes.fromhex(value) if isinstance(value, str) and len(value) == 32 else None
