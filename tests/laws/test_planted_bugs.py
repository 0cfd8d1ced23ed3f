"""The state machine is worth what it catches: each of these bugs is planted, and the law that falls is named."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test
from laws import checks
from laws.broken import LawBroken
from laws.machine import MergeLaws
from laws.world import CHANCE, START_MS, controlled_world

from workshop_app import bootstrap
from workshop_app.domain import board, clock, fold, op
from workshop_app.services import arrange, merge, votes
from workshop_app.storage import (
    board_reader,
    database,
    engine,
    op_store,
    projections,
    record_check,
    redaction,
    union,
    unit_of_work,
)

Patch = pytest.MonkeyPatch
PLANTS: list[tuple[tuple[str, ...], Callable[[Patch], None]]] = []
REAL_FOLD = fold.fold


def plant(*laws: str) -> Callable[[Callable[[Patch], None]], Callable[[Patch], None]]:
    """A bug, and the law that must fall because of it (or one of several, whichever is looked at first)."""

    def note(bug: Callable[[Patch], None]) -> Callable[[Patch], None]:
        PLANTS.append((laws, bug))
        return bug

    return note


def fold_differently(patch: Patch, other: Callable[[list[op.Op]], fold.EntityState]) -> None:
    for module in (fold, database, unit_of_work, union, checks):
        patch.setattr(module, "fold", lambda ops: other(list(ops)))


def after(patch: Patch, method: str, also: Callable[[union.Union], None]) -> None:
    """Do something more after a step of the union."""
    real = getattr(union.Union, method)

    def both(self: union.Union) -> None:
        real(self)
        also(self)

    patch.setattr(union.Union, method, both)


def leave_out(patch: Patch, condition: Callable[[], str]) -> None:
    """Leave some of the incoming edits out (i; m is the row of their session in the target)."""
    real = union.Union.look

    def look(self: union.Union) -> bool:
        real(self)
        kept = self._rows(
            "SELECT f.op_id, f.entity_id, f.source_no FROM temp.fresh f JOIN temp.incoming_op i USING (op_id)"
            f" LEFT JOIN main.session m ON m.session = i.session WHERE NOT coalesce({condition()}, 0)"
        )
        self._forget_fresh()
        self._all_fresh = False
        self._execute(union._FRESH)
        for row in kept:
            self._execute("INSERT INTO temp.fresh VALUES (?, ?, ?)", row)
        return bool(kept)

    patch.setattr(union.Union, "look", look)


def rewrite(here: union.Union, change: Callable[[str], str]) -> None:
    """Write the payloads of the new edits differently."""
    for op_id, payload in here._rows(
        "SELECT op_id, payload FROM main.op WHERE op_id IN (SELECT op_id FROM temp.fresh)"
    ):
        here._execute("UPDATE main.op SET payload = ? WHERE op_id = ?", (change(payload), op_id))


# --- the fold ------------------------------------------------------------------------------------------------


@plant("L9")
def delete_wins(patch: Patch) -> None:
    patch.setattr(fold.EntityState, "voided", property(lambda self: bool(self.voids)))


@plant("L9")
def delete_covers_all_that_is_older(patch: Patch) -> None:
    real = fold._live_voids

    def live(ops: list[op.Op], *rest: Any) -> tuple[fold.VoidMark, ...]:
        return tuple(
            replace(mark, covers=mark.covers | {one.op_id for one in ops if one.hlc <= mark.hlc})
            for mark in real(ops, *rest)
        )

    patch.setattr(fold, "_live_voids", live)


@plant("L9")
def restore_revokes_voids_it_did_not_see(patch: Patch) -> None:
    real = fold._live_voids

    def live(ops: list[op.Op], *rest: Any) -> tuple[fold.VoidMark, ...]:
        return () if any(one.kind == "restore" for one in ops) else real(ops, *rest)

    patch.setattr(fold, "_live_voids", live)


def _without_parents(ops: Sequence[op.Op]) -> fold.EntityState:
    return REAL_FOLD([replace(one, parents=()) if one.kind == "set" else one for one in ops])


@plant("L10", "L8")
def ignore_parents(patch: Patch) -> None:
    fold_differently(patch, _without_parents)


@plant("L10", "L8")
def last_writer_wins(patch: Patch) -> None:
    def other(ops: list[op.Op]) -> fold.EntityState:
        fields = {
            name: fold.FieldState(state.heads[-1:]) for name, state in _without_parents(ops).fields.items()
        }
        return replace(REAL_FOLD(ops), fields=fields)

    fold_differently(patch, other)


@plant("L8")
def clash_settled_by_the_clock(patch: Patch) -> None:
    patch.setattr(fold.FieldState, "in_conflict", property(lambda self: False))


@plant("L8")
def equal_values_clash(patch: Patch) -> None:
    patch.setattr(fold.FieldState, "in_conflict", property(lambda self: len(self.heads) > 1))


@plant("L5")
def no_tie_break(patch: Patch) -> None:
    def other(ops: list[op.Op]) -> fold.EntityState:
        state = REAL_FOLD(ops)
        arrival = {one.op_id: number for number, one in enumerate(ops)}
        fields = {
            name: fold.FieldState(tuple(sorted(seen.heads, key=lambda head: (head.hlc, arrival[head.op_id]))))
            for name, seen in state.fields.items()
        }
        return replace(state, fields=fields)

    fold_differently(patch, other)


# --- the union -----------------------------------------------------------------------------------------------


@plant("L1")
def stations_numbered_as_they_come(patch: Patch) -> None:
    after(
        patch,
        "_union_sessions",
        lambda self: self._execute(
            "UPDATE main.session SET station = station || (SELECT count(*) FROM main.session)"
            " WHERE length(station) < 20"
        ),
    )


@plant("L2")
def every_hand_it_goes_through_leaves_a_mark(patch: Patch) -> None:
    after(
        patch,
        "_union_sessions",
        lambda self: self._execute(
            "UPDATE main.session SET tz = tz || '+' WHERE length(tz) < 99"
            " AND session IN (SELECT i.session FROM temp.incoming_op i JOIN temp.fresh f ON f.op_id = i.op_id)"
        ),
    )


@plant("L3")
def write_though_nothing_is_new(patch: Patch) -> None:
    real = union.Union.look
    patch.setattr(union.Union, "look", lambda self: real(self) or True)


@plant("L4")
def the_newest_file_replaces_all(patch: Patch) -> None:
    after(
        patch,
        "_union_sessions",
        lambda self: self._execute(
            "DELETE FROM main.op WHERE op_id NOT IN (SELECT op_id FROM temp.incoming_op)"
        ),
    )


@plant("L7", "L13")
def skip_by_sequence(patch: Patch) -> None:
    leave_out(patch, lambda: "i.seq <= m.op_count")


@plant("L7", "L13")
def edits_from_the_future_refused(patch: Patch) -> None:
    leave_out(patch, lambda: f"i.hlc > {(CHANCE.wall_ms + clock.ADOPT_LIMIT_MS) << 16}")


@plant("L7")
def id_from_sequence(patch: Patch) -> None:
    real = op.compute_op_id

    def by_number(
        entity: Any, kind: str, payload: str, parents: Any, hlc: int, session: Any, seq: int
    ) -> bytes:
        if hlc >> 16 < START_MS:
            # The blank files were made before the bug was.
            return real(entity, kind, payload, parents, hlc, session, seq)
        return b"id" + session[:14] + seq.to_bytes(16, "big")

    patch.setattr(op, "compute_op_id", by_number)
    patch.setattr(record_check, "compute_op_id", by_number)


@plant("L7", "L13")
def known_by_its_name(patch: Patch) -> None:
    patch.setattr(
        bootstrap,
        "_known_source",
        lambda here, path: next((one for one in here.sources() if one.file_name == path.name), None),
    )


@plant("L7")
def text_tidied_up(patch: Patch) -> None:
    tidy = lambda payload: unicodedata.normalize("NFC", payload)  # noqa: E731
    after(patch, "_union_sessions", lambda self: rewrite(self, tidy))


@plant("L7", "sessions")
def session_first_come_stays(patch: Patch) -> None:
    patch.setattr(
        union.Union,
        "_union_sessions",
        lambda self: self._execute(
            f"INSERT OR IGNORE INTO main.session SELECT {union._SESSION} FROM temp.incoming_session"
        ),
    )


@plant("L11")
def drop_unknown_fields(patch: Patch) -> None:
    def known_only(payload: str) -> str:
        values = json.loads(payload)
        if values["type"] != "note":
            return payload
        known = checks.KNOWN_FIELDS | {"type", "reason", "fields"}
        return op.canonical_json({key: value for key, value in values.items() if key in known})

    after(patch, "_union_sessions", lambda self: rewrite(self, known_only))


@plant("manifest")
def manifest_not_kept(patch: Patch) -> None:
    real = database.write_local
    patch.setattr(
        database,
        "write_local",
        lambda here, key, value: None if key == "manifest" else real(here, key, value),
    )


@plant("clock")
def any_clock_believed(patch: Patch) -> None:
    def adopt(self: clock.HybridClock, remote: int) -> bool:
        self.last = max(self.last, remote)
        return True

    patch.setattr(clock.HybridClock, "adopt", adopt)


# --- what is derived -------------------------------------------------------------------------------------------


@plant("L6")
def fold_new_only(patch: Patch) -> None:
    real = op_store.ops_of_many

    def new_ones(connection: Any, entity_ids: Any) -> Iterator[list[op.Op]]:
        raw = engine.driver(connection)
        merging = raw.execute("SELECT count(*) FROM temp.sqlite_schema WHERE name = 'fresh'").fetchone()[0]
        for ops in real(connection, entity_ids):
            fresh = (
                [
                    one
                    for one in ops
                    if raw.execute("SELECT 1 FROM temp.fresh WHERE op_id = ?", (one.op_id,)).fetchone()
                ]
                if merging
                else ops
            )
            yield fresh

    patch.setattr(op_store, "ops_of_many", new_ones)


@plant("L6")
def known_notes_not_folded_again(patch: Patch) -> None:
    real = union.Union._fold_chunk
    patch.setattr(
        union.Union,
        "_fold_chunk",
        lambda self, chunk, tallies: real(
            self, {entity: item for entity, item in chunk.items() if not item[0]}, tallies
        ),
    )


@plant("L6", "L1", "L2")
def bulk_projection_of_the_birth_alone(patch: Patch) -> None:
    find, project = union.Union._find_folded, union.project_single_notes
    births = (
        "json_extract(i.payload, '$.number') IS NOT NULL AND json_extract(i.payload, '$.points') IS NOT NULL"
    )

    def find_folded(self: union.Union) -> None:
        find(self)
        self._execute(
            "DELETE FROM temp.folded WHERE NOT known"
            f" AND entity_id IN (SELECT i.entity_id FROM temp.incoming_op i WHERE {births})"
        )

    patch.setattr(union.Union, "_find_folded", find_folded)
    patch.setattr(
        union,
        "project_single_notes",
        lambda connection, origin: project(connection, f"(SELECT i.* FROM {origin} WHERE {births}) i"),
    )


@plant("L14")
def voided_notes_vanish(patch: Patch) -> None:
    real = union.project

    def visible(connection: Any, states: Any) -> None:
        real(connection, states)
        engine.driver(connection).execute("DELETE FROM main.note WHERE void_reason IS NOT NULL")

    patch.setattr(union, "project", visible)


# --- the board ------------------------------------------------------------------------------------------------


@plant("L8", "L9")
def asked_about_positions(patch: Patch) -> None:
    patch.setattr(fold, "QUIET_FIELDS", frozenset())


@plant("L6")
def positions_forgotten(patch: Patch) -> None:
    patch.setattr(projections, "_position", lambda value, island: {"pos_x": None, "pos_y": None})


@plant("L6", "moment")
def ring_cut_at_the_smallest_id(patch: Patch) -> None:
    patch.setattr(board, "max", min, raising=False)


@plant("L9")
def islands_stand_in_themselves(patch: Patch) -> None:
    patch.setattr(arrange, "_refuse_ring", lambda uow, island_id: None)


@plant("L9")
def seal_settles_what_clashes(patch: Patch) -> None:
    patch.setattr(votes, "_countable", lambda uow, entity_id: uow.state(entity_id))


@plant("moment")
def moment_shows_what_came_later(patch: Patch) -> None:
    real = board_reader.row_to_moment
    patch.setattr(
        board_reader,
        "row_to_moment",
        lambda row: replace(real(row), seen=tuple((session, 10**6) for session, _ in real(row).seen)),
    )


# --- removal on request ------------------------------------------------------------------------------------------


@plant("L12")
def redaction_undone_by_a_merge(patch: Patch) -> None:
    real = redaction.reapply

    def only_at_home(connection: Any, among: str, values: tuple[object, ...] = ()) -> None:
        if values:
            real(connection, among, values)

    patch.setattr(redaction, "reapply", only_at_home)


@plant("L12")
def removed_words_left_in_free_pages(patch: Patch) -> None:
    real = database.open_current

    def forgetful(*where: Any) -> Any:
        connection = real(*where)
        connection.exec_driver_sql("PRAGMA secure_delete = OFF")
        return connection

    patch.setattr(database, "open_current", forgetful)


# --- counting and failing ------------------------------------------------------------------------------------------


@plant("L13")
def quarantined_not_counted(patch: Patch) -> None:
    real = merge._describe

    def describe(report: merge.SourceReport, file: Any) -> None:
        real(report, file)
        report.quarantined = 0

    patch.setattr(merge, "_describe", describe)


@plant("L15")
def stopped_merge_committed(patch: Patch) -> None:
    @contextmanager
    def transaction(connection: Any) -> Iterator[None]:
        with engine.storage_errors():
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield
            finally:
                connection.exec_driver_sql("COMMIT")

    patch.setattr(database, "write_transaction", transaction)


def test_ten_bugs_at_least_and_one_for_each_law() -> None:
    assert len(PLANTS) >= 10
    assert {laws[0] for laws, _ in PLANTS} >= {f"L{number}" for number in range(1, 16)}


@pytest.mark.parametrize(("laws", "bug"), PLANTS, ids=[bug.__name__ for _, bug in PLANTS])
def test_planted_bug_is_caught(laws: tuple[str, ...], bug: Callable[[Patch], None]) -> None:
    class Planted(MergeLaws):
        """The same machine; a class of its own, so that its chance is its own."""

    quick = settings(
        max_examples=150,
        stateful_step_count=30,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    fell = []
    for number in (5, 6, 7):
        with controlled_world(), Patch.context() as patch:
            bug(patch)
            try:
                run_state_machine_as_test(seed(number)(Planted), settings=quick)
            except LawBroken as broken:
                fell.append(broken.law)
        if fell and fell[-1] in laws:
            return
    pytest.fail(f"three runs of 150 histories broke {fell or 'no law'}, and never {' or '.join(laws)}")
