"""Arranging the board: moving notes and islands, into islands and out of them, holding back, splitting.

Every call is one transaction. What undoes a move is another move, to the spots there were before.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from workshop_app.domain.arrange import anchored, lay_out, spots_at, tidied
from workshop_app.domain.board import IslandField, Scope, Spot
from workshop_app.domain.changes import Changes
from workshop_app.domain.errors import InvalidInput
from workshop_app.domain.fold import TYPE_KEY, EntityState
from workshop_app.domain.ids import EntityId
from workshop_app.domain.note import CARRIED_BY_SPLIT, EntityType, NoteField, position_json
from workshop_app.domain.op import JsonValue, OpKind
from workshop_app.domain.text import require_note_text
from workshop_app.services.edits import (
    append_changes,
    append_restore,
    append_void,
    existing,
    free_split_number,
)
from workshop_app.services.ports import UnitOfWork, Watch, Workspace

OFF_BOARD = "ボードから外した"
"""Reason written when an island, arrow, link or moment is taken away; nothing on the board asks for one."""
REJOINED = "分けるのをやめた"
_READ_AT_ONCE = 500


def move(
    workspace: Workspace,
    spots: Mapping[EntityId, Spot],
    watch: Watch | None = None,
    *,
    remove: Collection[EntityId] = (),
    bring_back: Collection[EntityId] = (),
) -> Changes:
    """Put notes and islands where `spots` say; before that bring islands back, after it take some away.

    What was voided meanwhile is left alone. Raises NotFound, StorageUnavailable, and InvalidInput when an island
    would come to stand in itself or the target is gone; then nothing was written.
    """
    with workspace.transaction() as uow:
        for island_id in bring_back:
            append_restore(uow, existing(uow, island_id, EntityType.ISLAND))
        put(uow, spots, watch)
        for island_id in remove:
            append_void(uow, existing(uow, island_id, EntityType.ISLAND), OFF_BOARD)
        return uow.changes


def put(uow: UnitOfWork, spots: Mapping[EntityId, Spot], watch: Watch | None = None) -> None:
    """`move` inside a transaction that does more."""
    ids = list(spots)
    for island_id in {spot.island_id for spot in spots.values() if spot.island_id is not None}:
        if existing(uow, island_id, EntityType.ISLAND).voided:
            raise InvalidInput(
                "その島はもうありません。付箋はそのまま残っています。ほかの島に入れるか、島の外に置いてください。"
            )
    nested: list[EntityId] = []
    for done, item in enumerate(ids):
        if done % _READ_AT_ONCE == 0:
            uow.read_ahead(ids[done : done + _READ_AT_ONCE])
        if watch is not None:
            watch.step("ボードを書き込んでいます", done, len(ids))
        state = existing(uow, item, EntityType.NOTE, EntityType.ISLAND)
        if state.voided:
            continue
        around = NoteField.ISLAND if state.type == EntityType.NOTE else IslandField.PARENT
        spot = spots[item]
        wanted: dict[str, JsonValue] = {around: id_text(spot.island_id), NoteField.POS: spot_json(spot)}
        # A field that clashes and is not meant to change must not be settled by the way.
        changed = {name: value for name, value in wanted.items() if value != state.get(name)}
        append_changes(uow, state, changed)
        if IslandField.PARENT in changed:
            nested.append(item)
    for island_id in nested:
        _refuse_ring(uow, island_id)


def anchor(workspace: Workspace, scope: Scope) -> Changes:
    """Write the positions that the first layout gives to whatever has none."""
    board = workspace.board(scope)
    layout = lay_out(board, [theme.id for theme in workspace.agenda().all_themes])
    return move(workspace, anchored(board, layout))


def tidy(workspace: Workspace, scope: Scope) -> Changes:
    """Put everything of a board onto the grid, nothing on top of anything else."""
    board = workspace.board(scope)
    layout = lay_out(board, [theme.id for theme in workspace.agenda().all_themes])
    return move(workspace, anchored(board, layout) | spots_at(board, tidied(board, layout)))


def hold_notes(workspace: Workspace, note_ids: Iterable[EntityId], held: bool) -> Changes:
    """Hold notes back from what the public sees (保留), or let them be seen again; raises NotFound."""
    with workspace.transaction() as uow:
        for note_id in note_ids:
            state = existing(uow, note_id, EntityType.NOTE)
            if not state.voided and (state.get(NoteField.HOLD) is True) is not held:
                append_changes(uow, state, {NoteField.HOLD: held})
        return uow.changes


def split_note(
    workspace: Workspace, note_id: EntityId, first: str, second: str, spot: Spot | None = None
) -> Changes:
    """Make two notes of one: it keeps its number, its votes and the first part; the rest becomes a new note.

    The whole wording stays in its history, and the new one names it. `spot` is for the new one. Raises NotFound, and
    InvalidInput when a part is empty, or the note is voided or its text clashes.
    """
    parts = require_note_text(first), require_note_text(second)
    with workspace.transaction() as uow:
        state = _whole(uow, note_id)
        _, number = free_split_number(workspace, state, 2)
        fields = {name: state.get(name) for name in CARRIED_BY_SPLIT if name in state.fields} | {
            TYPE_KEY: str(EntityType.NOTE),
            NoteField.NUMBER: number,
            NoteField.TEXT: parts[1],
            NoteField.VOTES: 0,
            NoteField.SPLIT_FROM: id_text(note_id),
            NoteField.ISLAND: state.get(NoteField.ISLAND) if spot is None else id_text(spot.island_id),
        }
        if spot is not None and spot.position is not None:
            fields[NoteField.POS] = spot_json(spot)
        append_changes(uow, state, {NoteField.TEXT: parts[0]})
        uow.append(uow.new_id(), OpKind.SET, fields, ())
        return uow.changes


def rejoin_note(workspace: Workspace, note_id: EntityId, text: str, second_id: EntityId) -> Changes:
    """Undo a split: the note has `text` again, and the one made from it is voided."""
    with workspace.transaction() as uow:
        append_changes(uow, _whole(uow, note_id), {NoteField.TEXT: require_note_text(text)})
        append_void(uow, existing(uow, second_id, EntityType.NOTE), REJOINED)
        return uow.changes


def split_again(workspace: Workspace, note_id: EntityId, first: str, second_id: EntityId) -> Changes:
    """Redo a split: the note has its first part again, and the note made from it is back."""
    with workspace.transaction() as uow:
        append_changes(uow, _whole(uow, note_id), {NoteField.TEXT: require_note_text(first)})
        append_restore(uow, existing(uow, second_id, EntityType.NOTE))
        return uow.changes


def id_text(entity_id: EntityId | None) -> str | None:
    """An id as it stands in a payload."""
    return None if entity_id is None else bytes(entity_id).hex()


def spot_json(spot: Spot) -> JsonValue:
    """A position as it stands in a payload; raises InvalidInput when it is too far out."""
    place = spot.position
    return None if place is None else position_json(place.x, place.y, id_text(spot.island_id))


def _refuse_ring(uow: UnitOfWork, island_id: EntityId) -> None:
    """No island may stand in itself. A ring elsewhere that a merge made is none of this island's business."""
    seen: set[EntityId] = set()
    around = _around(existing(uow, island_id, EntityType.ISLAND))
    while around is not None and around not in seen:
        if around == island_id:
            raise InvalidInput(
                "島を、その中にある島に入れることはできません。何も変えていません。中の島を先に外へ出してください。"
            )
        seen.add(around)
        state = uow.state(around)
        around = None if state is None else _around(state)


def _around(state: EntityState) -> EntityId | None:
    parent = state.get(IslandField.PARENT)
    return EntityId(bytes.fromhex(parent)) if isinstance(parent, str) else None


def _whole(uow: UnitOfWork, note_id: EntityId) -> EntityState:
    state = existing(uow, note_id, EntityType.NOTE)
    if state.voided:
        raise InvalidInput("この付箋は取り消されています。分けるときは、先に「戻す」を押してください。")
    if NoteField.TEXT in state.conflicts:
        raise InvalidInput(
            "この付箋の文は、2台の端末で違っています。どちらも残っています。「整理」で決めてから分けてください。"
        )
    return state
