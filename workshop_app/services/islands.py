"""Islands (島): grouping notes, titles (表札), folding, dissolving. Every call is one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from workshop_app.domain.board import (
    ISLAND_HEAD,
    ISLAND_PAD,
    MAX_TITLE_CHARS,
    IslandField,
    Position,
    Scope,
    Spot,
    spot_of,
)
from workshop_app.domain.changes import Changes
from workshop_app.domain.errors import InvalidInput
from workshop_app.domain.fold import TYPE_KEY
from workshop_app.domain.ids import EntityId
from workshop_app.domain.note import EntityType, NoteField
from workshop_app.domain.op import JsonValue, OpKind
from workshop_app.domain.text import clean_text
from workshop_app.services.arrange import OFF_BOARD, id_text, put, spot_json
from workshop_app.services.edits import append_changes, append_void, existing
from workshop_app.services.ports import UnitOfWork, Workspace


@dataclass(frozen=True, slots=True)
class NewIsland:
    """An island before it exists; it may stay without a title. Its theme is the one that all its notes have."""

    workshop_id: EntityId | None
    table: int | None
    position: Position | None = None
    parent_id: EntityId | None = None
    title: str = ""


def group(
    workspace: Workspace,
    island: NewIsland,
    members: Mapping[EntityId, Position | None] | None = None,
    others: Mapping[EntityId, Spot] | None = None,
) -> Changes:
    """Make an island of notes and islands, placed in it as given; without any it is empty.

    `others` have to move for it, or get the place they have been shown at.

    The island is the one added entity of the answer. To undo: `arrange.move` to the spots before, removing it; to
    redo: `arrange.move` to the spots after, bringing it back.
    """
    title = checked_title(island.title)
    members = members or {}
    with workspace.transaction() as uow:
        uow.read_ahead(members)
        island_id = uow.new_id()
        fields: dict[str, JsonValue] = {
            TYPE_KEY: str(EntityType.ISLAND),
            IslandField.TITLE: title,
            IslandField.THEME: _common_theme(uow, members),
            IslandField.WORKSHOP: id_text(island.workshop_id),
            IslandField.TABLE: island.table,
            IslandField.PARENT: None,
            IslandField.POS: spot_json(Spot(None, island.position)),
        }
        uow.append(island_id, OpKind.SET, fields, ())
        put(uow, {item: Spot(island_id, place) for item, place in members.items()})
        put(uow, others or {})
        if island.parent_id is not None:
            # After the members have left it: they may have stood in the same island.
            put(uow, {island_id: Spot(island.parent_id, island.position)})
        return uow.changes


def set_title(workspace: Workspace, island_id: EntityId, title: str) -> Changes:
    """Write the title (表札); '' takes it away. Raises NotFound, and InvalidInput when it is too long."""
    return _set(workspace, [island_id], {IslandField.TITLE: checked_title(title)})


def set_theme(workspace: Workspace, island_id: EntityId, theme: str | None) -> Changes:
    """Put an island under a theme, or under none; its notes keep theirs."""
    try:
        code = None if theme is None else workspace.agenda().theme(theme).id
    except LookupError as problem:
        raise InvalidInput(f"{problem.args[0]}今のデータは変わっていません。") from problem
    return _set(workspace, [island_id], {IslandField.THEME: code})


def set_folded(workspace: Workspace, island_ids: Iterable[EntityId], folded: bool) -> Changes:
    """Fold islands to their titles, or unfold them."""
    return _set(workspace, island_ids, {IslandField.FOLDED: folded})


def dissolve(workspace: Workspace, island_id: EntityId, head: int = ISLAND_HEAD) -> Changes:
    """Take an island away; what stood in it stays where it is seen, in what was around the island.

    To undo: `arrange.move` to the spots before, bringing it back. `head` is the height of its title.
    """
    board = workspace.board(Scope())
    place = next((spot_of(one) for one in board.islands if one.island_id == island_id), Spot())
    inside = {item.note.note_id: spot_of(item) for item in board.notes if item.note.island_id == island_id}
    inside |= {one.island_id: spot_of(one) for one in board.islands if one.parent_id == island_id}
    with workspace.transaction() as uow:
        state = existing(uow, island_id, EntityType.ISLAND)
        put(
            uow,
            {item: Spot(place.island_id, _outside(spot, place, head)) for item, spot in inside.items()},
        )
        append_void(uow, state, OFF_BOARD)
        return uow.changes


def checked_title(raw: str) -> str:
    """A title as it is stored: one line, without invisible characters; raises InvalidInput."""
    title = " ".join(clean_text(raw).text.split("\n"))
    if len(title) > MAX_TITLE_CHARS:
        raise InvalidInput(
            f"表札に書けるのは {MAX_TITLE_CHARS}文字までです（今は {len(title)}文字）。"
            "まだ保存していません。短くしてください。"
        )
    return title


def _outside(spot: Spot, island: Spot, head: int) -> Position | None:
    if spot.position is None or island.position is None:
        return None
    return Position(
        island.position.x + ISLAND_PAD + spot.position.x, island.position.y + head + spot.position.y
    )


def _common_theme(uow: UnitOfWork, members: Iterable[EntityId]) -> JsonValue:
    themes = set()
    for item in members:
        themes.add(existing(uow, item, EntityType.NOTE, EntityType.ISLAND).get(NoteField.THEME))
    return themes.pop() if len(themes) == 1 else None


def _set(workspace: Workspace, island_ids: Iterable[EntityId], fields: Mapping[str, JsonValue]) -> Changes:
    with workspace.transaction() as uow:
        for island_id in island_ids:
            state = existing(uow, island_id, EntityType.ISLAND)
            if state.voided:
                raise InvalidInput("その島はもうありません。何も変えていません。ボードを見直してください。")
            append_changes(uow, state, fields)
        return uow.changes
