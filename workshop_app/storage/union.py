"""The union of verified files with the open one, by set operations in SQL; the fold only for what was touched.

One transaction for all sources of a merge. SQLite cannot attach inside a transaction and attaches few files at
once, so several sources are first gathered into one file beside their copies.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from workshop_app.domain.changes import Changes
from workshop_app.domain.errors import Cancelled
from workshop_app.domain.fold import fold
from workshop_app.domain.ids import EntityId
from workshop_app.domain.note import EntityType
from workshop_app.services.ports import Absorbed, TableCount, UnionResult, VerifiedFile, Watch
from workshop_app.storage import op_store, redaction
from workshop_app.storage.bulk_projection import project_single_notes
from workshop_app.storage.engine import driver, file_uri
from workshop_app.storage.foreign_reader import OP_COLUMNS, SESSION_COLUMNS
from workshop_app.storage.projections import project

_OP = ", ".join(OP_COLUMNS)
_SESSION = ", ".join(SESSION_COLUMNS)
_INSTRUCTIONS_PER_CHECK = 100_000
_TEMPORARY = """
CREATE TEMP TABLE left_out (op_id BLOB PRIMARY KEY) WITHOUT ROWID;
CREATE TEMP TABLE unusual (entity_id BLOB PRIMARY KEY) WITHOUT ROWID;
CREATE TEMP TABLE folded (entity_id BLOB PRIMARY KEY, known INTEGER NOT NULL) WITHOUT ROWID;
"""
"""`folded` are the touched entities that need the fold: all but new notes with one ordinary birth edit."""
_FRESH = "CREATE TEMP TABLE fresh (op_id BLOB PRIMARY KEY, entity_id BLOB NOT NULL, source_no INTEGER NOT NULL) WITHOUT ROWID"


@dataclass
class _Tally:
    """Counts of one source while the fold goes on."""

    updated: int = 0
    voided: int = 0
    conflicts: int = 0


class Union:
    """Takes files that were verified into the file behind `connection`.

    Use: `with union.attached(folder):` and inside it `union.look()`, then, in the caller's write transaction,
    `union.take()`.
    """

    CHANGES_NAMED = 20_000
    """Above so many new edits nobody is told the entities one by one."""

    def __init__(self, connection: Connection, sources: Sequence[VerifiedFile], watch: Watch) -> None:
        self._connection = connection
        self._sources = sources
        self._watch = watch
        self._all_fresh = False
        self._left_out = False

    @contextmanager
    def attached(self, folder: Path) -> Iterator[None]:
        """Attach the sources read-only for the time of the block; `folder` is private and takes a gathered copy.

        Raises Cancelled when the person stops the work; the transaction inside is rolled back by its owner.
        """
        incoming = self._sources[0].copy
        numbered = "0 AS source_no"
        if len(self._sources) > 1:
            incoming, numbered = self._gather(folder), "source_no"
        raw = driver(self._connection)
        self._execute("ATTACH DATABASE ? AS incoming_file", (file_uri(incoming, "mode=ro&immutable=1"),))
        raw.set_progress_handler(self._stop_wanted, _INSTRUCTIONS_PER_CHECK)
        try:
            raw.executescript(_TEMPORARY)
            for name, columns in (("op", _OP), ("session", _SESSION)):
                self._execute(
                    f"CREATE TEMP VIEW incoming_{name} AS SELECT {columns}, {numbered} FROM incoming_file.{name}"
                )
            yield
        finally:
            raw.set_progress_handler(None, 0)
            self._forget_fresh()
            for name in ("incoming_op", "incoming_session"):
                self._execute(f"DROP VIEW IF EXISTS temp.{name}")
            for name in ("left_out", "unusual", "folded"):
                self._execute(f"DROP TABLE IF EXISTS temp.{name}")
            self._execute("DETACH DATABASE incoming_file")

    def look(self) -> bool:
        """Find what is not here yet; False when nothing is. Writes to temporary tables only."""
        self._watch.step("新しい記録を探しています")
        self._name_exceptions()
        self._forget_fresh()
        self._all_fresh = not self._scalar("SELECT EXISTS (SELECT 1 FROM main.op)")
        if self._all_fresh:
            # Into an empty file everything goes: nothing needs to be looked up, nor written down.
            kept = " WHERE op_id NOT IN (SELECT op_id FROM temp.left_out)" if self._left_out else ""
            self._execute(
                f"CREATE TEMP VIEW fresh AS SELECT op_id, entity_id, source_no FROM temp.incoming_op{kept}"
            )
        else:
            self._execute(_FRESH)
            self._execute(
                "INSERT INTO temp.fresh SELECT i.op_id, i.entity_id, i.source_no FROM temp.incoming_op i"
                " WHERE NOT EXISTS (SELECT 1 FROM main.op o WHERE o.op_id = i.op_id)"
                " AND i.op_id NOT IN (SELECT op_id FROM temp.left_out)"
            )
        return self._scalar("SELECT EXISTS (SELECT 1 FROM temp.fresh)") == 1

    def take(self) -> UnionResult:
        """Do the union and bring the projections up to date; the caller holds the write transaction."""
        result = UnionResult()
        self._find_folded()
        forked = self._forked_stations()
        self._watch.step("新しい記録を書き込んでいます")
        columns = ", ".join(f"i.{name}" for name in OP_COLUMNS)
        inserted = self._execute(
            f"INSERT INTO main.op ({_OP}) SELECT {columns} FROM {self._origin()} ORDER BY i.op_id"
        )
        for (op_id,) in driver(self._connection).execute("SELECT op_id FROM temp.fresh"):
            result.ops.add(op_id)
        self._union_sessions()
        redaction.reapply(self._connection, "temp.folded")
        self._watch.step("付箋を数えています")
        project_single_notes(self._connection, self._origin())
        tallies = self._fold_the_rest()
        added = self._added_by_table()
        rows_new = {0: inserted}
        if len(self._sources) > 1:
            rows_new = dict(self._rows("SELECT source_no, count(*) FROM temp.fresh GROUP BY source_no"))
        for number, tally in enumerate(tallies):
            result.absorbed.append(
                Absorbed(
                    rows_new=rows_new.get(number, 0),
                    added=tuple(added.get(number, ())),
                    updated=tally.updated,
                    voided=tally.voided,
                    conflicts=tally.conflicts,
                    forked_stations=tuple(forked.get(number, ())),
                )
            )
        result.changes = self._name_changes()
        result.clashing_numbers = self._newly_clashing_numbers()
        return result

    def _origin(self) -> str:
        """Where the new edits are read from, as `i`."""
        if self._all_fresh and not self._left_out:
            return "temp.incoming_op i"
        return "temp.fresh f CROSS JOIN temp.incoming_op i ON i.op_id = f.op_id"

    # --- before the transaction ----------------------------------------------------------------------------

    def _gather(self, folder: Path) -> Path:
        """All sources in one file; an edit that several bring counts for the first of them."""
        gathered = folder / "gathered.sqlite"
        gathered.unlink(missing_ok=True)
        with closing(sqlite3.connect(file_uri(gathered, "mode=rwc"), uri=True, isolation_level=None)) as raw:
            raw.execute("PRAGMA journal_mode = OFF")
            raw.execute("PRAGMA synchronous = OFF")
            raw.execute(f"CREATE TABLE op ({_OP.replace('op_id', 'op_id BLOB PRIMARY KEY')}, source_no)")
            raw.execute(f"CREATE TABLE session ({_SESSION}, source_no)")
            for number, source in enumerate(self._sources):
                self._watch.step("ファイルをそろえています", number, len(self._sources))
                raw.execute("ATTACH DATABASE ? AS one", (file_uri(source.copy, "mode=ro&immutable=1"),))
                raw.execute(f"INSERT OR IGNORE INTO op SELECT {_OP}, ? FROM one.op", (number,))
                raw.execute(f"INSERT INTO session SELECT {_SESSION}, ? FROM one.session", (number,))
                raw.execute("DETACH DATABASE one")
        return gathered

    def _stop_wanted(self) -> int:
        try:
            self._watch.check()
        except Cancelled:
            return 1
        return 0

    # --- the union -------------------------------------------------------------------------------------------

    def _name_exceptions(self) -> None:
        raw = driver(self._connection)
        for name in ("left_out", "unusual", "folded"):
            self._execute(f"DELETE FROM temp.{name}")
        left_out = [
            (bytes.fromhex(item.op_id),)
            for source in self._sources
            for item in source.quarantined
            if item.op_id
        ]
        self._left_out = bool(left_out)
        raw.executemany("INSERT OR IGNORE INTO temp.left_out VALUES (?)", left_out)
        unusual = ((bytes.fromhex(entity),) for source in self._sources for entity in source.unusual)
        raw.executemany("INSERT OR IGNORE INTO temp.unusual VALUES (?)", unusual)

    def _forget_fresh(self) -> None:
        kind = self._rows("SELECT type FROM temp.sqlite_schema WHERE name = 'fresh'")
        if kind:
            self._execute(f"DROP {kind[0][0].upper()} temp.fresh")

    def _find_folded(self) -> None:
        if not self._all_fresh:
            self._execute(
                "INSERT INTO temp.folded SELECT DISTINCT entity_id, 1 FROM temp.fresh f"
                " WHERE EXISTS (SELECT 1 FROM main.op o WHERE o.entity_id = f.entity_id)"
            )
        self._execute(
            "INSERT OR IGNORE INTO temp.folded SELECT DISTINCT entity_id, 0 FROM temp.fresh"
            " WHERE entity_id IN (SELECT entity_id FROM temp.unusual)"
        )
        self._execute(
            "INSERT OR IGNORE INTO temp.folded SELECT entity_id, 0 FROM temp.fresh"
            " GROUP BY entity_id HAVING count(*) > 1"
        )

    def _union_sessions(self) -> None:
        """Rows of the sessions that have edits here, no others: what is left out must leave no trace by the order.

        Of the same session the row that knows more edits stays; the chain decides where a fork made two.
        """
        rest = _SESSION.removeprefix("session, ")
        self._execute(
            f"INSERT INTO main.session ({_SESSION}) SELECT {_SESSION} FROM temp.incoming_session"
            f" WHERE session IN (SELECT i.session FROM {self._origin()})"
            " OR session IN (SELECT session FROM main.session)"
            f" ON CONFLICT (session) DO UPDATE SET ({rest}) ="
            f" ({', '.join(f'excluded.{name}' for name in rest.split(', '))})"
            " WHERE (excluded.op_count, excluded.chain_head) > (op_count, chain_head)"
        )
        if self._left_out:
            # The chain counts what was left out; whoever reads this file must not look for it here.
            self._execute(
                "UPDATE main.session SET chain_head = x'' WHERE session IN"
                " (SELECT session FROM temp.incoming_op WHERE op_id IN (SELECT op_id FROM temp.left_out))"
            )

    def _fold_the_rest(self) -> list[_Tally]:
        """Fold every touched entity that the set operation did not project, and count what became of it."""
        tallies = [_Tally() for _ in self._sources]
        rows = self._rows(
            "SELECT DISTINCT f.entity_id, f.source_no, d.known FROM temp.fresh f"
            " JOIN temp.folded d ON d.entity_id = f.entity_id ORDER BY f.entity_id, f.source_no"
        )
        by_entity: dict[bytes, tuple[bool, list[int]]] = {}
        for entity_id, source_no, known in rows:
            by_entity.setdefault(entity_id, (bool(known), []))[1].append(source_no)
        done = 0
        for chunk in op_store.chunks(list(by_entity)):
            self._watch.step("付箋を数えています", done, len(by_entity))
            self._fold_chunk({entity: by_entity[entity] for entity in chunk}, tallies)
            done += len(chunk)
        return tallies

    def _fold_chunk(self, chunk: dict[bytes, tuple[bool, list[int]]], tallies: list[_Tally]) -> None:
        marks = ", ".join("?" * len(chunk))
        ids = tuple(chunk)
        voided_before = {
            row[0] for row in self._rows(
                f"SELECT note_id FROM main.note WHERE void_reason IS NOT NULL AND note_id IN ({marks})", ids
            )
        }  # fmt: skip
        conflicts_before = set(
            self._rows(f"SELECT entity_id, field FROM main.conflict WHERE entity_id IN ({marks})", ids)
        )
        states = [fold(ops) for ops in op_store.ops_of_many(self._connection, map(EntityId, ids))]
        project(self._connection, states)
        for state in states:
            known, sources = chunk[state.entity_id]
            new_conflicts = {(state.entity_id, name) for name in state.conflicts} - conflicts_before
            if new_conflicts:
                tallies[sources[-1]].conflicts += len(new_conflicts)
            if state.type != EntityType.NOTE:
                continue
            # Also one that comes in voided: it is among the new ones, and among those that do not count.
            newly_voided = state.voided and state.entity_id not in voided_before
            if newly_voided:
                tallies[sources[-1]].voided += 1
            for number in sources if known else sources[1:]:
                if not newly_voided or number != sources[-1]:
                    tallies[number].updated += 1

    # --- what it adds up to ------------------------------------------------------------------------------------

    def _added_by_table(self) -> dict[int, list[TableCount]]:
        file = self._sources[0]
        counted = sum(line.count for line in file.tables) == file.notes
        if self._all_fresh and len(self._sources) == 1 and not self._left_out and counted:
            # All is new: what the reader counted is what was added. It counts by number; a note may have none.
            return {0: sorted(file.tables, key=lambda line: (line.workshop, line.table or 0))}
        added: dict[int, list[TableCount]] = {}
        rows = self._rows(
            "SELECT f.source_no, n.workshop_id, n.table_no, count(*) FROM"
            " (SELECT entity_id, min(source_no) AS source_no FROM temp.fresh GROUP BY entity_id) f"
            " JOIN main.note n ON n.note_id = f.entity_id"
            " WHERE f.entity_id NOT IN (SELECT entity_id FROM temp.folded WHERE known)"
            " GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
        )
        for source_no, workshop, table, count in rows:
            added.setdefault(source_no, []).append(TableCount((workshop or b"").hex(), table, count))
        return added

    def _name_changes(self) -> Changes:
        if self._scalar("SELECT count(*) FROM temp.fresh") > self.CHANGES_NAMED:
            return Changes(everything=True)
        known = {row[0] for row in self._rows("SELECT entity_id FROM temp.folded WHERE known")}
        touched = {row[0] for row in self._rows("SELECT DISTINCT entity_id FROM temp.fresh")}
        return Changes(frozenset(map(EntityId, touched - known)), frozenset(map(EntityId, touched & known)))

    def _newly_clashing_numbers(self) -> tuple[str, ...]:
        """Numbers that several notes carry since this union: two laptops with one mark, or a copied laptop."""
        if self._all_fresh:
            query = "SELECT number FROM main.note GROUP BY number HAVING count(*) > 1 ORDER BY number"
            return tuple(row[0] for row in self._rows(query))
        new = (
            "SELECT DISTINCT entity_id FROM temp.fresh"
            " WHERE entity_id NOT IN (SELECT entity_id FROM temp.folded WHERE known)"
        )
        rows = self._rows(
            f"WITH new (note_id) AS MATERIALIZED ({new}) SELECT number FROM main.note"
            " WHERE number IN (SELECT n.number FROM new CROSS JOIN main.note n USING (note_id))"
            " GROUP BY number HAVING count(*) > 1 AND count(*) - sum(note_id IN (SELECT note_id FROM new)) < 2"
            " ORDER BY number"
        )
        return tuple(row[0] for row in rows)

    def _forked_stations(self) -> dict[int, list[str]]:
        """Stations whose running program was copied: one session gave one number to two different edits."""
        suspects: Counter[tuple[int, bytes]] = Counter()
        if not self._scalar(
            "SELECT EXISTS (SELECT 1 FROM temp.incoming_session i JOIN main.session m ON m.session = i.session)"
            " OR EXISTS (SELECT 1 FROM temp.incoming_session GROUP BY session HAVING count(*) > 1)"
        ):
            return {}
        for source_no, session in self._rows(
            "SELECT DISTINCT i.source_no, i.session FROM temp.incoming_session s"
            " JOIN main.session m ON m.session = s.session"
            " JOIN temp.incoming_op i ON i.session = s.session AND i.source_no = s.source_no"
            " AND i.seq <= m.op_count AND i.op_id IN (SELECT op_id FROM temp.fresh)"
        ):
            here = "SELECT seq FROM main.op WHERE session = ?"
            there = "SELECT seq FROM temp.incoming_op WHERE session = ? AND source_no = ?" + (
                " AND op_id IN (SELECT op_id FROM temp.fresh)"
            )
            seen = {row[0] for row in self._rows(here, (session,))}
            suspects[source_no, session] += sum(
                row[0] in seen for row in self._rows(there, (session, source_no))
            )
        for session, source_no in self._rows(
            "SELECT session, max(source_no) FROM temp.incoming_op WHERE session IN"
            " (SELECT session FROM temp.incoming_session GROUP BY session HAVING count(*) > 1)"
            " GROUP BY session, seq HAVING count(*) > 1 AND count(DISTINCT source_no) > 1"
        ):
            suspects[source_no, session] += 1
        found: dict[int, list[str]] = {}
        for (source_no, session), count in suspects.items():
            if count:
                name = self._rows("SELECT station FROM temp.incoming_session WHERE session = ?", (session,))[
                    0
                ][0]
                if name not in found.setdefault(source_no, []):
                    found[source_no].append(name)
        return found

    # --- SQL -----------------------------------------------------------------------------------------------------

    def _execute(self, statement: str, values: tuple[object, ...] = ()) -> int:
        """Run it; gives how many rows it inserted or changed."""
        return int(driver(self._connection).execute(statement, values).rowcount)

    def _rows(self, query: str, values: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
        return driver(self._connection).execute(query, values).fetchall()

    def _scalar(self, query: str) -> int:
        return int(driver(self._connection).execute(query).fetchone()[0])
