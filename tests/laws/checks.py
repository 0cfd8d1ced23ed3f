"""The laws L1–L15 of the merge, each as a check with its name."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from laws import board_checks
from laws.broken import require
from laws.oracle import History, View, as_text
from laws.world import COLUMNS, op_rows

from workshop_app.domain.clock import ADOPT_LIMIT_MS, stamp_ms
from workshop_app.domain.fold import EntityState, fold
from workshop_app.domain.op import Op, OpId, OpSet
from workshop_app.services.merge import MergeReport
from workshop_app.storage.database import Database
from workshop_app.storage.projections import REMOVED_TEXT

KNOWN_FIELDS = frozenset(
    [
        "number",
        "workshop",
        "device",
        "table",
        "round",
        "theme",
        "kind",
        "points",
        "text",
        "votes",
        "island",
        "title",
        "parent",
        "pos",
        "hold",
        "from",
        "to",
        "relation",
        "first",
        "second",
        "name",
        "seen",
    ]
)
ENTITY_TABLES = ("note", "workshop", "island", "device", "agenda", "arrow", "same_meaning", "moment")
PROJECTIONS = (*ENTITY_TABLES, "conflict")
WORD = re.compile(r"語[0-9]{5}")
"""Every word the test types is of this form and typed once, so that a removed one can be looked for."""
NOTE_COLUMNS = "number, table_no, round_no, theme, kind, points, text, votes, lower(hex(island_id)), void_reason, conflicts"


def query(path: Path, statement: str) -> list[tuple[Any, ...]]:
    """Read a file without the program."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as raw:
        return raw.execute(statement).fetchall()


def digest(path: Path) -> dict[str, str]:
    """A fingerprint of each table that must be the same in every file with the same edits."""
    # Of a session that was copied while it ran, two files may keep the count of either branch.
    sessions = "SELECT session, station, machine, app_version, opened_at_ms, tz FROM session ORDER BY 1"
    tables = {"op": query(path, f"SELECT {COLUMNS} FROM op ORDER BY 1"), "session": query(path, sessions)}
    return {
        table: hashlib.sha256(repr(rows).encode()).hexdigest()
        for table, rows in (tables | projections(path)).items()
    }


def projections(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """What is derived from the edits, as it stands in the file."""
    return {table: query(path, f"SELECT * FROM {table} ORDER BY 1, 2") for table in PROJECTIONS}


def check_file(history: History, path: Path, held: set[bytes], before: set[bytes]) -> None:
    """Everything that must be true of one file that holds exactly these edits (and held `before` earlier)."""
    rows = rows_of(path)
    l4_nothing_lost(before, rows)
    l7_every_value_retrievable(history, held, rows)
    l12_what_was_removed_stays_removed(history, held, rows, path)
    l11_payloads_byte_identical(history, held, rows)
    manifest_is_that_of_the_edits(path, rows)
    sessions_know_their_edits(history, path, rows)
    views = {entity: history.view(held, entity) for entity in history.entities(held)}
    states = folded(rows)
    for entity, view in views.items():
        l10_descendant_beats_ancestor(view, states[entity])
        l9_void_hides_no_unseen_edit(view, states[entity])
        l8_conflict_iff_distinct_values(view, states[entity])
        l5_shown_depends_on_the_set_only(view, states[entity])
    l14_every_note_counted(views, path)
    l6_projections_are_the_fold(history, held, views, path)


def rows_of(path: Path) -> dict[bytes, tuple[Any, ...]]:
    """The edits of a file by their names, in the order of the file."""
    return {row[0]: row for row in op_rows(path)}


def folded(rows: dict[bytes, tuple[Any, ...]]) -> dict[bytes, EntityState]:
    """The program's own fold of a file's edits, in the order of the file."""
    ops: dict[bytes, list[Op]] = {}
    for op_id, entity, kind, payload, raw, hlc, session, seq in rows.values():
        parents = tuple(OpId(raw[at : at + 32]) for at in range(0, len(raw), 32))
        ops.setdefault(entity, []).append(Op(op_id, entity, kind, payload, parents, hlc, session, seq))
    return {entity: fold(mine) for entity, mine in ops.items()}


def l1_l2_same_result(law: str, one: Path, other: Path, how: str) -> None:
    """L1, L2: whatever the order (L1) and the grouping (L2), the tables are the same."""
    a, b = digest(one), digest(other)
    require(law, a == b, f"{how}: {[name for name in a if a[name] != b[name]]} differ")


def l3_again_changes_nothing(before: bytes, path: Path, report: MergeReport) -> None:
    """L3: the same files once more bring nothing and do not touch the target."""
    require("L3", [s.rows_new for s in report.sources] == [0] * len(report.sources), "something was new")
    require("L3", path.read_bytes() == before, "the target was written to")


def l4_nothing_lost(before: set[bytes], rows: dict[bytes, tuple[Any, ...]]) -> None:
    """L4: what was in the file still is."""
    require("L4", before <= rows.keys(), f"{len(before - rows.keys())} edits gone")


def l5_shown_depends_on_the_set_only(view: View, state: EntityState) -> None:
    """L5: of several standing values the one of the greatest (clock, id) is shown, in every file."""
    for name, seen in view.fields.items():
        require(
            "L5", as_text(state.fields[name].value) == as_text(seen.shown), (name, state.fields[name], seen)
        )
    require("L5", state.void_reason == view.reason, (state.void_reason, view.reason))


def l6_projections_are_the_fold(
    history: History, held: set[bytes], views: dict[bytes, View], path: Path
) -> None:
    """L6: the tables a person sees are what the edits say, and what a rebuild from nothing gives."""
    notes = {row[0]: row[1:] for row in query(path, f"SELECT note_id, {NOTE_COLUMNS} FROM note")}
    wanted = {entity: _note_row(view) for entity, view in views.items() if view.type == "note"}
    for entity in notes.keys() | wanted.keys():
        require(
            "L6", notes.get(entity) == wanted.get(entity), f"{notes.get(entity)} is not {wanted.get(entity)}"
        )
    conflicts = {
        (entity, name)
        for entity, view in views.items()
        if view.type in ENTITY_TABLES
        for name in view.conflicts
    }
    require("L6", set(query(path, "SELECT entity_id, field FROM conflict")) == conflicts, conflicts)
    copy = path.with_suffix(".rebuilt")
    shutil.copyfile(path, copy)
    with closing(Database.open(copy)) as database:
        board_checks.board_is_that_of_the_edits(views, database)
        board_checks.moments_show_what_was_seen(history, held, views, database)
        database.rebuild()
    before, after = projections(path), projections(copy)
    copy.unlink()
    require("L6", before == after, [name for name in before if before[name] != after[name]])


def _note_row(view: View) -> tuple[Any, ...]:
    text = view.fields.get("text")
    return (
        view.shown("number") or "番号なし",
        view.shown("table"),
        view.shown("round"),
        view.shown("theme"),
        view.shown("kind"),
        ";".join(view.shown("points") or ()),
        REMOVED_TEXT if text is not None and text.removed else view.shown("text") or "",
        view.shown("votes") or 0,
        view.shown("island") or "",
        view.reason,
        ";".join(view.conflicts),
    )


def l7_no_file_is_refused(report: MergeReport) -> None:
    """L7: what this program wrote, this program takes in, whatever happened to the laptop."""
    for source in report.sources:
        require("L7", source.status != "refused", source.reason)


def l7_every_value_retrievable(
    history: History, held: set[bytes], rows: dict[bytes, tuple[Any, ...]]
) -> None:
    """L7: every edit that ever was in an input is there with its values, and nothing else is."""
    require("L7", held <= rows.keys(), f"{len(held - rows.keys())} edits did not arrive")
    require("L7", rows.keys() <= held, f"{len(rows.keys() - held)} edits that nobody made")
    removed = history.removed(held)
    for name in held:
        edit, row = history.edits[name], rows[name]
        require("L7", (row[1:3], row[4:]) == (edit.row[1:3], edit.row[4:]), "an edit was altered")
        values = {key: value for key, value in edit.values.items() if key not in removed.get(name, ())}
        found = as_values(row[3])
        missing = [key for key in values if key in KNOWN_FIELDS and found.get(key) != values[key]]
        require("L7", not missing, f"{missing} of {edit.values} gone")


def as_values(payload: str) -> dict[str, Any]:
    """A payload as a dictionary, whatever it is."""
    values = json.loads(payload)
    return values if isinstance(values, dict) else {}


def l8_conflict_iff_distinct_values(view: View, state: EntityState) -> None:
    """L8: a clash is shown exactly when two different values stand."""
    fields = {name for name in state.conflicts if name != "void"}
    wanted = {name for name in view.conflicts if name != "void"}
    require("L8", fields == wanted, f"shown {sorted(fields)}, real {sorted(wanted)}")


def l9_void_hides_no_unseen_edit(view: View, state: EntityState) -> None:
    """L9: voided when every standing edit was seen by a live void, flagged when one was not."""
    require("L9", (state.voided, state.void_disputed) == (view.voided, view.disputed), (view, state))


def l10_descendant_beats_ancestor(view: View, state: EntityState) -> None:
    """L10: no value stands that somebody has knowingly replaced, whatever the clocks say; and none is missing."""
    require("L10", state.fields.keys() == view.fields.keys(), (sorted(state.fields), sorted(view.fields)))
    for name, seen in view.fields.items():
        shown = {as_text(head.value) for head in state.fields[name].heads if not head.redacted}
        standing = set(seen.standing)
        require("L10", not shown - standing, f"{name}: {shown - standing} was replaced")
        require("L8", not standing - shown, f"{name}: {standing - shown} is not shown")


def l11_payloads_byte_identical(
    history: History, held: set[bytes], rows: dict[bytes, tuple[Any, ...]]
) -> None:
    """L11: what this version does not know travels byte for byte."""
    removed = history.removed(held)
    for name in held:
        wanted = history.payload(name, removed)
        require("L11", rows[name][3] == wanted, f"{rows[name][3]} is not {wanted}")


def l12_what_was_removed_stays_removed(
    history: History, held: set[bytes], rows: dict[bytes, tuple[Any, ...]], path: Path
) -> None:
    """L12: a removal holds in every file it reached, and the words are gone from the bytes of the file."""
    removed = history.removed(held)
    gone: set[str] = set()
    kept: set[str] = set()
    for name in held:
        edit = history.edits[name]
        for key, value in edit.values.items():
            out = key in removed.get(name, ())
            (gone if out else kept).update(WORD.findall(as_text(value)))
            require("L12", not out or as_values(rows[name][3])[key] is None, f"{key} is there again")
    content = path.read_bytes() if gone - kept else b""
    for word in gone - kept:
        require("L12", word.encode() not in content, f"{word} is still among the bytes of the file")


def l13_rows_add_up(
    history: History, report: MergeReport, before: set[bytes], sources: Sequence[set[bytes]]
) -> None:
    """L13: per source, rows_in = new + known + quarantined, and each of the four is the true count."""
    here = set(before)
    notes = set(history.entities(here, "note"))
    for source, held in zip(report.sources, sources, strict=True):
        counts = (source.rows_in, source.rows_new, source.rows_known, source.quarantined)
        fit = history.fit(held)
        wanted = (len(held), len(fit - here), len(fit & here), len(held) - len(fit))
        require("L13", counts == wanted, f"in, new, known, quarantined: {counts} is not {wanted}")
        here |= fit
        now = set(history.entities(here, "note"))
        require("L13", source.added == len(now - notes), f"{source.added} notes, not {len(now - notes)}")
        notes = now
    require("L13", report.notes == len(notes), f"{report.notes} notes, not {len(notes)}")


def l14_every_note_counted(views: dict[bytes, View], path: Path) -> None:
    """L14: visible and voided notes together are the notes that exist."""
    ((visible, voided),) = query(path, "SELECT count(*) - count(void_reason), count(void_reason) FROM note")
    notes = [view for view in views.values() if view.type == "note"]
    require("L14", visible + voided == len(notes), (visible, voided, len(notes)))
    require("L14", voided == sum(view.voided for view in notes), "voided notes miscounted")


def l15_untouched(before: bytes, path: Path, why: str) -> None:
    """L15: after a merge that did not end well, or was only tried, the file is what it was."""
    require("L15", path.read_bytes() == before, why)


def manifest_is_that_of_the_edits(path: Path, rows: dict[bytes, tuple[Any, ...]]) -> None:
    """The file's own count and digest of its edits, without which nobody else would take it in."""
    known = OpSet()
    for name in rows:
        known.add(OpId(name))
    ((manifest,),) = query(path, "SELECT value FROM local WHERE key = 'manifest'")
    require("manifest", manifest == known.manifest(), f"{manifest} is not {known.manifest()}")


def sessions_know_their_edits(history: History, path: Path, rows: dict[bytes, tuple[Any, ...]]) -> None:
    """Every session's row counts at least its edits here, unless the session was copied while it ran."""
    numbers: dict[bytes, list[int]] = {}
    for row in rows.values():
        numbers.setdefault(row[6], []).append(row[7])
    counts = dict(query(path, "SELECT session, op_count FROM session"))
    forked = history.forked_sessions()
    for session, used in numbers.items():
        require("sessions", session in counts, "edits of a session without a row")
        known = session in forked or counts[session] >= max(used)
        require("sessions", known, f"{counts[session]} edits counted, number {max(used)} is there")


def clock_is_not_carried_away(before: int, wall_ms: int, path: Path) -> None:
    """A file from the future moves the clock of the one it is merged into by a day at most."""
    ((now,),) = query(path, "SELECT value FROM local WHERE key = 'clock'")
    limit = max(before, ((wall_ms + ADOPT_LIMIT_MS) << 16) | 0xFFFF)
    require("clock", int(now) <= limit, f"{stamp_ms(int(now))} after {stamp_ms(before)} at {wall_ms}")
