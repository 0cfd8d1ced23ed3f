"""What a person does to the board. Each runs first; only when it is on disk can it be undone, in one step."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from PySide6.QtCore import QCoreApplication

from workshop_app.domain.board import Arrow, BoardNote, Position, Relation, Scope, Spot
from workshop_app.domain.changes import Changes
from workshop_app.domain.ids import EntityId
from workshop_app.domain.note import Note, NoteDraft
from workshop_app.services import arrange, connections, islands, moments, record, votes
from workshop_app.services.ports import Watch, Workspace
from workshop_app.ui.board.content import BoardContent
from workshop_app.ui.board.plans import GroupPlan, spot_now
from workshop_app.ui.history import Command
from workshop_app.ui.open_file import Action, OpenFile, Outcome

Then = Callable[[Outcome], None]
_AT_ONCE = 120
"""So many positions are written in about a quarter of a second; more of them go to a worker."""


def _nothing(outcome: Outcome) -> None:
    """Nobody waits for it."""


def move(
    open_file: OpenFile,
    content: BoardContent,
    spots: Mapping[EntityId, Spot],
    text: str = "",
    then: Then = _nothing,
) -> None:
    """Put notes and islands somewhere; undo puts back all that was to move."""
    before = {item: spot_now(content, item) for item in spots}
    after = dict(spots)
    _do(
        open_file,
        text or QCoreApplication.translate("board", "動かす"),
        _size(len(after)),
        lambda workspace, watch: arrange.move(workspace, after, watch),
        lambda workspace, watch: arrange.move(workspace, before, watch),
        then,
    )


def group(open_file: OpenFile, content: BoardContent, plan: GroupPlan, then: Then = _nothing) -> None:
    """Make an island; undo takes it away and puts everything back."""
    before = {item: spot_now(content, item) for item in (*plan.members, *plan.others)}

    def finish(outcome: Outcome) -> None:
        if outcome.changes:
            island_id = next(iter(outcome.changes.added))
            after = {item: Spot(island_id, place) for item, place in plan.members.items()}
            after |= plan.others
            open_file.history.push(
                Command(
                    QCoreApplication.translate("board", "島をつくる"),
                    1,
                    lambda workspace, watch: arrange.move(workspace, after, watch, bring_back=[island_id]),
                    lambda workspace, watch: arrange.move(workspace, before, watch, remove=[island_id]),
                )
            )
        then(outcome)

    open_file.act(
        lambda workspace, watch: islands.group(workspace, plan.island, dict(plan.members), plan.others),
        _size(len(before)),
        finish,
    )


def dissolve(open_file: OpenFile, content: BoardContent, island_id: EntityId) -> None:
    """Take an island away; what stood in it stays where it is seen."""
    island = content.islands[island_id]
    corner = content.layout.corners[island_id]
    home = content.corner(island.parent_id, content.area(island_id))
    members = list(content.children(island_id))
    before = {item: spot_now(content, item) for item in (island_id, *members)}
    after: dict[EntityId, Spot] = {}
    for item in members:
        place = content.layout.positions[item]
        x, y = corner.x + place.x - home[0], corner.y + place.y - home[1]
        after[item] = Spot(island.parent_id, Position(x, y))
    _do(
        open_file,
        QCoreApplication.translate("board", "島をほどく"),
        len(after),
        lambda workspace, watch: arrange.move(workspace, after, watch, remove=[island_id]),
        lambda workspace, watch: arrange.move(workspace, before, watch, bring_back=[island_id]),
    )


def set_title(open_file: OpenFile, island_id: EntityId, before: str, title: str, then: Then) -> None:
    """Write a title (表札), or take it away."""
    _do(
        open_file,
        QCoreApplication.translate("board", "表札を書く"),
        1,
        lambda workspace, watch: islands.set_title(workspace, island_id, title),
        lambda workspace, watch: islands.set_title(workspace, island_id, before),
        then,
    )


def set_folded(open_file: OpenFile, island_ids: Sequence[EntityId], folded: bool) -> None:
    """Fold islands to their titles, or unfold them."""
    _do(
        open_file,
        QCoreApplication.translate("board", "たたむ")
        if folded
        else QCoreApplication.translate("board", "ひらく"),
        len(island_ids),
        lambda workspace, watch: islands.set_folded(workspace, island_ids, folded),
        lambda workspace, watch: islands.set_folded(workspace, island_ids, not folded),
    )


def add_votes(open_file: OpenFile, item: EntityId, count: int) -> None:
    """One seal more, or one off."""
    _do(
        open_file,
        QCoreApplication.translate("board", "票を数える"),
        1,
        lambda workspace, watch: votes.add_votes(workspace, item, count),
        lambda workspace, watch: votes.add_votes(workspace, item, -count),
    )


def hold(open_file: OpenFile, note_ids: Sequence[EntityId], held: bool) -> None:
    """Keep notes back from what the public sees, or show them again."""
    _do(
        open_file,
        QCoreApplication.translate("board", "保留にする")
        if held
        else QCoreApplication.translate("board", "保留をやめる"),
        len(note_ids),
        lambda workspace, watch: arrange.hold_notes(workspace, note_ids, held),
        lambda workspace, watch: arrange.hold_notes(workspace, note_ids, not held),
    )


def add_arrow(
    open_file: OpenFile, scope: Scope, source: EntityId, target: EntityId, relation: Relation
) -> None:
    """Draw an arrow; undo takes it away."""
    _connect(
        open_file,
        QCoreApplication.translate("board", "矢印を引く"),
        lambda workspace, watch: connections.add_arrow(workspace, scope, source, target, relation),
    )


def change_arrow(open_file: OpenFile, arrow: Arrow, relation: Relation, *, turned: bool = False) -> None:
    """Give an arrow another word, or let it point the other way."""
    _do(
        open_file,
        QCoreApplication.translate("board", "矢印を変える"),
        1,
        lambda workspace, watch: connections.change_arrow(workspace, arrow.arrow_id, relation, turned=turned),
        lambda workspace, watch: connections.change_arrow(
            workspace, arrow.arrow_id, arrow.relation, turned=turned
        ),
    )


def link_same(open_file: OpenFile, note_ids: Sequence[EntityId]) -> None:
    """Say of notes that they say the same; undo unties them."""
    _connect(
        open_file,
        QCoreApplication.translate("board", "同じ意味として結ぶ"),
        lambda workspace, watch: connections.link_same(workspace, note_ids),
    )


def keep_moment(open_file: OpenFile, name: str, scope: Scope, then: Callable[[Outcome, str], None]) -> None:
    """Keep the board as it is now under a name; undo forgets that it was kept."""
    _connect(
        open_file,
        QCoreApplication.translate("board", "いまを残す"),
        lambda workspace, watch: moments.keep_moment(workspace, name, scope),
        lambda outcome: then(outcome, name),
    )


def take_away(open_file: OpenFile, ids: Collection[EntityId]) -> None:
    """Take arrows or links away."""
    wanted = list(ids)
    _do(
        open_file,
        QCoreApplication.translate("board", "外す"),
        len(wanted),
        lambda workspace, watch: connections.take_away(workspace, wanted),
        lambda workspace, watch: connections.put_back(workspace, wanted),
    )


def add_note(open_file: OpenFile, draft: NoteDraft, others: Mapping[EntityId, Spot], then: Then) -> None:
    """Write a note on the board; undo voids it, redo brings it back. `others` get their places first."""

    def forward(workspace: Workspace, watch: Watch | None) -> Changes:
        moved = arrange.move(workspace, others, watch)
        return moved | record.add_notes(workspace, [draft], watch)

    def finish(outcome: Outcome) -> None:
        if outcome.changes:
            ids = list(outcome.changes.added)  # Only the note is new.
            open_file.history.push(
                Command(
                    QCoreApplication.translate("board", "付箋にする"),
                    1,
                    lambda workspace, watch: record.restore_notes(workspace, ids, watch),
                    lambda workspace, watch: record.void_notes(workspace, ids, record.UNDO_REASON, watch),
                )
            )
        then(outcome)

    open_file.act(forward, _size(len(others)), finish)


def edit_text(open_file: OpenFile, item: BoardNote, text: str, then: Then) -> None:
    """Correct the text of a note."""
    note_id, before = item.note.note_id, item.note.text
    _do(
        open_file,
        QCoreApplication.translate("board", "付箋を直す"),
        1,
        lambda workspace, watch: record.edit_note(workspace, note_id, {"text": text}),
        lambda workspace, watch: record.edit_note(workspace, note_id, {"text": before}),
        then,
    )


def set_field(open_file: OpenFile, notes: Sequence[Note], field: str, value: str | None) -> None:
    """Give notes a theme or a kind; undo gives each the one it had."""
    before = {note.note_id: getattr(note, field) for note in notes if getattr(note, field) != value}
    if not before:
        return

    def write(values: Mapping[EntityId, str | None]) -> Action:
        def action(workspace: Workspace, watch: Watch | None) -> Changes:
            changes = Changes()
            for note_id, wanted in values.items():
                changes |= record.edit_note(workspace, note_id, {field: wanted})
            return changes

        return action

    _do(
        open_file,
        QCoreApplication.translate("board", "付箋を直す"),
        len(before),
        write(dict.fromkeys(before, value)),
        write(before),
    )


def split(open_file: OpenFile, item: BoardNote, first: str, second: str, spot: Spot) -> None:
    """Make two notes of one; undo joins them again."""
    note_id, before = item.note.note_id, item.note.text

    def finish(outcome: Outcome) -> None:
        if outcome.changes:
            other = next(iter(outcome.changes.added))
            open_file.history.push(
                Command(
                    QCoreApplication.translate("board", "付箋を分ける"),
                    1,
                    lambda workspace, watch: arrange.split_again(workspace, note_id, first, other),
                    lambda workspace, watch: arrange.rejoin_note(workspace, note_id, before, other),
                )
            )

    open_file.act(
        lambda workspace, watch: arrange.split_note(workspace, note_id, first, second, spot), 1, finish
    )


def _size(spots: int) -> int:
    """The first gesture of a table writes its other notes along; a little waiting is better than a jump back."""
    return spots if spots > _AT_ONCE else 1


def _connect(open_file: OpenFile, text: str, action: Action, then: Then = _nothing) -> None:
    """Run what makes arrows, links or moments; only afterwards is it known which ones."""

    def finish(outcome: Outcome) -> None:
        if outcome.changes:
            made = sorted(outcome.changes.added | outcome.changes.updated)
            open_file.history.push(
                Command(
                    text,
                    len(made),
                    lambda workspace, watch: connections.put_back(workspace, made),
                    lambda workspace, watch: connections.take_away(workspace, made),
                )
            )
        then(outcome)

    open_file.act(action, 1, finish)


def _do(
    open_file: OpenFile, text: str, size: int, forward: Action, back: Action, then: Then = _nothing
) -> None:
    def finish(outcome: Outcome) -> None:
        if outcome.changes:
            open_file.history.push(Command(text, size, forward, back))
        then(outcome)

    open_file.act(forward, size, finish)
