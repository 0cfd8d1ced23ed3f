"""What people do on the board, as rules of the state machine; the oracle says what each must write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st
from hypothesis.stateful import rule
from laws import board_checks, checks
from laws.oracle import View
from laws.world import Laptop

from workshop_app.domain.board import Position, Relation, Scope, Spot
from workshop_app.domain.errors import InvalidInput
from workshop_app.domain.ids import EntityId
from workshop_app.services import arrange, connections, islands, moments, votes
from workshop_app.services.islands import NewIsland

if TYPE_CHECKING:
    from laws.machine import MergeLaws

ANY = st.integers(0, 999)
MOST_MOMENTS = 2
"""In one history: each is looked at after every merge."""


class BoardRules:
    """Part of `MergeLaws`: board moves, and seals, arrows, links and moments."""

    @rule(
        laptop=ANY,
        how=st.sampled_from(["move", "move", "put in", "group", "nest", "nest", "dissolve"]),
        one=ANY,
        other=ANY,
        x=st.integers(-3, 3),
    )
    def arrange_board(self: MergeLaws, laptop: int, how: str, one: int, other: int, x: int) -> None:
        """Move notes, put them into islands and out of them, nest islands in each other, dissolve them."""
        with self._step(laptop) as here:
            note, there = self._two(here, one, other, "note")
            known = self.history.entities(self.history.fit(here.held), "island")
            outer, inner = self._two(here, one, other, "island")
            place = Position(220 * x, 130 * (one % 3))
            if note is None or there is None:
                return
            if how == "move":
                self._move(here, {note: Spot(None, place), there: Spot(None, Position(place.x, 900))})
            elif how == "group" or outer is None or (how == "nest" and len(known) < 2):
                views = {item: self.history.view(here.held, item) for item in (note, there)}
                island = NewIsland(here.database.local.workshop_id, None, place, title=self._word())
                islands.group(here.database, island, {note: Position(0, 0), there: None})
                written = len(self._learn(here))
                # An island that was just made is another one than any note was in.
                checks.require("L7", written == 1 + sum(not v.voided for v in views.values()), written)
            elif how == "put in":
                self._move(here, {note: Spot(outer, place)})
            elif how == "nest":
                self._move(here, {inner: Spot(outer, place)})
            else:
                islands.dissolve(here.database, inner)
                self._learn(here)
            views = {e: self.history.view(here.held, e) for e in self.history.entities(here.held)}
            board_checks.board_is_that_of_the_edits(views, here.database)

    @rule(
        laptop=ANY,
        how=st.sampled_from(["arrow", "link", "moment", "seal", "seal", "hold", "away"]),
        one=ANY,
        other=ANY,
    )
    def mark_board(self: MergeLaws, laptop: int, how: str, one: int, other: int) -> None:
        """Give seals, hold notes back, draw arrows, link notes, take that away again, keep a moment."""
        with self._step(laptop) as here:
            note, there = self._two(here, one, other, "note")
            island, _ = self._two(here, one, other, "island")
            if note is None or there is None:
                return
            if how == "seal":
                self._give_seal(here, island if island is not None and other % 2 else note, one % 4 - 1)
            elif how == "hold":
                arrange.hold_notes(here.database, [note, there], other % 2 == 0)
            elif how == "arrow" and note != there:
                relation = list(Relation)[other % 4]
                connections.add_arrow(here.database, Scope(), note, there, relation)
            elif how == "link":
                connections.link_same(here.database, [note, there])
            elif how == "away":
                lines = [
                    EntityId(entity)
                    for kind in ("arrow", "same_meaning")
                    for entity in self.history.entities(here.held, kind)
                ]
                if lines:
                    change = connections.take_away if other % 3 else connections.put_back
                    change(here.database, [lines[one % len(lines)]])
            elif how == "moment" and len(self.history.moments) < MOST_MOMENTS:
                held = frozenset(here.held)
                (moment,) = moments.keep_moment(here.database, self._word(), Scope()).added
                self.history.moments[bytes(moment)] = held
            self._learn(here)

    def _two(
        self: MergeLaws, here: Laptop, one: int, other: int, kind: str
    ) -> tuple[EntityId | None, EntityId | None]:
        """Two of a kind that may travel, different ones where there are two and nobody insists (1 in 8)."""
        known = [EntityId(e) for e in self.history.entities(self.history.fit(here.held), kind)]
        if not known:
            return None, None
        first = one % len(known)
        step = 0 if other % 8 == 0 or len(known) == 1 else 1 + other % (len(known) - 1)
        return known[first], known[(first + step) % len(known)]

    def _move(self: MergeLaws, here: Laptop, spots: dict[EntityId, Spot]) -> None:
        """One gesture; refused exactly when an island would stand in itself or the target is gone."""
        views = {item: self.history.view(here.held, item) for item in spots}
        targets = {spot.island_id for spot in spots.values()} - {None}
        gone = any(self.history.view(here.held, target).voided for target in targets)
        wanted = {item: _changed(views[item], spot) for item, spot in spots.items() if not views[item].voided}
        ring = any(
            self._would_ring(here, item, spots[item].island_id)
            for item, new in wanted.items()
            if "parent" in new
        )
        try:
            arrange.move(here.database, spots)
        except InvalidInput:
            checks.require("L9", gone or ring, "a move was refused for nothing")
            return
        checks.require(
            "L9", not gone and not ring, "an island stands in itself, or something in what is gone"
        )
        written = {row[1]: checks.as_values(row[3]) for row in self._learn(here)}
        expected = {item: {"type": views[item].type} | new for item, new in wanted.items() if new}
        checks.require("L7", written == expected, (written, expected))

    def _would_ring(self: MergeLaws, here: Laptop, island: EntityId, target: EntityId | None) -> bool:
        seen: list[bytes] = []
        step: Any = target
        while step is not None and step not in seen:
            if step == island:
                return True
            seen.append(step)
            value = (
                self.history.view(here.held, step).shown("parent")
                if self.history.of_entity(here.held, step)
                else None
            )
            step = None if value is None else bytes.fromhex(value)
        return False

    def _give_seal(self: MergeLaws, here: Laptop, entity: EntityId, count: int) -> None:
        view = self.history.view(here.held, entity)
        now = view.shown("votes") or 0
        asked = view.voided or "votes" in view.conflicts
        try:
            votes.add_votes(here.database, entity, count)
        except InvalidInput:
            checks.require("L9", asked, "a seal was refused for nothing")
            return
        checks.require("L9", not asked, "a seal settled what clashes, or went to what is voided")
        rows = self._learn(here)
        after = max(0, now + count)
        written = [checks.as_values(row[3]) for row in rows]
        checks.require(
            "L7", written == ([{"type": view.type, "votes": after}] if after != now else []), written
        )


def _changed(view: View, spot: Spot) -> dict[str, Any]:
    """What has to be written to put it there: only what is another now."""
    around = "island" if view.type == "note" else "parent"
    island = None if spot.island_id is None else spot.island_id.hex()
    place = (
        None if spot.position is None else [spot.position.x, spot.position.y, *([island] if island else [])]
    )
    wanted = {around: island, "pos": place}
    return {name: value for name, value in wanted.items() if view.shown(name) != value}
