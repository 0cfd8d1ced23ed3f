"""An open workshop file: the `Workspace` the use cases work on.

Every write is one transaction (`transaction()`); every read is straight from the projections.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy import delete, func, select

from workshop_app.domain.agenda import Agenda
from workshop_app.domain.board import Board, Moment, Scope
from workshop_app.domain.clock import COUNTER_BITS, HybridClock
from workshop_app.domain.errors import InvalidInput, NotFound, RefusedFile
from workshop_app.domain.fold import fold
from workshop_app.domain.ids import EntityId
from workshop_app.domain.note import Conflict, Device, Island, Note, Workshop
from workshop_app.domain.numbering import citation, cited_number
from workshop_app.domain.op import JsonValue, Op, OpSet
from workshop_app.domain.path_problem import path_errors
from workshop_app.services.ports import (
    LocalContext,
    MergeRecord,
    SourceInfo,
    TableCount,
    UnionResult,
    VerifiedFile,
    VoteCount,
    Watch,
)
from workshop_app.storage import op_store, places, redaction, tables
from workshop_app.storage.backup import fsync_folder
from workshop_app.storage.board_reader import read_board, read_board_at, read_moments, read_votes
from workshop_app.storage.conflict_reader import read_conflicts, read_settled_conflicts
from workshop_app.storage.copied_laptops import copied_stations
from workshop_app.storage.engine import BUSY_TIMEOUT_MS, connect, driver, storage_errors, write_transaction
from workshop_app.storage.health import Health, examine
from workshop_app.storage.leftovers import passing_name, sweep
from workshop_app.storage.merge_history import write_merge
from workshop_app.storage.migrate import create_schema, open_current
from workshop_app.storage.neighbours import Neighbours
from workshop_app.storage.projections import (
    project,
    row_to_device,
    row_to_island,
    row_to_note,
    row_to_workshop,
)
from workshop_app.storage.this_laptop import local_context, session_record
from workshop_app.storage.union import Union
from workshop_app.storage.unit_of_work import (
    MANIFEST,
    SessionState,
    SqlUnitOfWork,
    read_local,
    write_local,
)

SUFFIX = ".wsdb"
_LONGEST_ADDITION = "._00000000-000000_99.part"
"""Journal, backup folder and hand-over file carry the file's name and up to this much more."""


def wall_clock_ms() -> int:
    """Milliseconds since 1970 by this machine's clock, right or wrong."""
    return time.time_ns() // 1_000_000


class Database:
    """One workshop file, open. Make one with `open` or `create`; close it when done."""

    def __init__(
        self,
        path: Path,
        *,
        create: bool = False,
        wall_ms: Callable[[], int] = wall_clock_ms,
        wait_ms: int = BUSY_TIMEOUT_MS,
    ) -> None:
        self._path = path
        self._wall_ms = wall_ms
        self._connection = connect(path, create=True) if create else open_current(path, wait_ms)
        try:
            if create:
                create_schema(self._connection)
            with storage_errors(self._path):
                values = read_local(self._connection)
            self._local = local_context(values)
            self._session = SessionState(session_record(wall_ms(), self._local))
            self.neighbours = Neighbours(self._connection, bytes(self._session.record.session))
        except BaseException:
            self._connection.close()
            raise
        self._clock = HybridClock(wall_ms, int(values.get("clock", "0")))
        self._agenda: tuple[str, Agenda] | None = None

    @classmethod
    def open(
        cls, path: Path, *, wall_ms: Callable[[], int] = wall_clock_ms, wait_ms: int = BUSY_TIMEOUT_MS
    ) -> Database:
        """Open an existing file; raises NotFound, RefusedFile or StorageUnavailable with a sentence."""
        return cls(path, wall_ms=wall_ms, wait_ms=wait_ms)

    @classmethod
    @contextmanager
    def create(cls, path: Path, *, wall_ms: Callable[[], int] = wall_clock_ms) -> Iterator[Database]:
        """Make a new file: it appears under its name, whole, when the block ends well, else not at all.

        Raises InvalidInput when the name is taken or the folder is missing.
        """
        with path_errors(path):
            if not path.parent.is_dir():
                raise InvalidInput(
                    f"保存先のフォルダー「{path.parent}」がありません。フォルダーを作ってから、もう一度試してください。"
                )
            if path.exists():
                raise InvalidInput(
                    f"「{path.name}」はすでにあります。元のファイルはそのままです。別の名前を付けてください。"
                )
            # A file whose journal or hand-over copy could not be named would refuse the first note.
            path.with_name(path.name + _LONGEST_ADDITION).exists()
        places.refuse_unsafe(path)
        partial = path.with_name(passing_name(path.name))
        sweep(path.parent, f".{path.name}.")
        with storage_errors():
            partial.unlink(missing_ok=True)
        database = None
        try:
            database = cls(partial, create=True, wall_ms=wall_ms)
            yield database
            database.close()
            with storage_errors():
                if path.exists():
                    raise InvalidInput(
                        f"「{path.name}」はすでにあります。元のファイルはそのままです。別の名前を付けてください。"
                    )
                os.replace(partial, path)
                # Without this a power cut may take the name away again.
                fsync_folder(path.parent)
        finally:
            if database is not None:
                database.close()
            partial.unlink(missing_ok=True)

    @property
    def path(self) -> Path:
        """Where the file lies."""
        return self._path

    @property
    def local(self) -> LocalContext:
        """What this file is on this laptop."""
        return self._local

    @contextmanager
    def transaction(self) -> Iterator[SqlUnitOfWork]:
        """Begin a write; leaving it normally commits, an exception rolls everything back.

        Raises StorageUnavailable when the disk refuses; then nothing was written.
        """
        clock_before = self._clock.last
        try:
            with write_transaction(self._connection):
                # Another window or the command line may have written meanwhile.
                stored = int(read_local(self._connection).get("clock", "0"))
                self._clock.last = max(self._clock.last, stored)
                work = SqlUnitOfWork(self._connection, self._clock, self._session)
                yield work
                work.finish()
        except BaseException:
            self._clock.last = clock_before
            raise
        self._session.record = work.new_session
        self._local = local_context(read_local(self._connection))

    def agenda(self) -> Agenda:
        """The agenda stored in this file; raises RefusedFile when there is none that can be read."""
        mine = select(tables.workshop.c.agenda_id).where(
            tables.workshop.c.workshop_id == bytes(self._local.workshop_id or b"")
        )
        with storage_errors():
            wanted = self._connection.execute(mine).scalar()
            rows = self._connection.execute(select(tables.agenda).order_by(tables.agenda.c.agenda_id)).all()
        documents = [row.document for row in rows if wanted in (None, row.agenda_id)]
        if not documents:
            raise RefusedFile(
                f"「{self._path.name}」には議題が入っていません。データは変わっていません。控えから開いてください。"
            )
        # Reading the document takes longer than saving a note, and it hardly ever changes.
        if self._agenda is None or self._agenda[0] != documents[0]:
            self._agenda = (documents[0], Agenda.from_document(json.loads(documents[0])))
        return self._agenda[1]

    def agenda_ids(self) -> frozenset[str]:
        """The ids of all agendas in this file."""
        return frozenset(row[0] for row in self._connection.execute(select(tables.agenda.c.agenda_id)))

    def notes(self) -> list[Note]:
        """Every note, voided ones too, oldest first; a number that two notes share is written as a citation."""
        order = (tables.note.c.created_ms, tables.note.c.number, tables.note.c.note_id)
        with storage_errors(self._path):
            rows = self._connection.execute(select(tables.note).order_by(*order))
            notes = [row_to_note(row) for row in rows]
        seen = Counter(note.number for note in notes)
        if len(seen) == len(notes):
            return notes
        return [_cited(note) if seen[note.number] > 1 else note for note in notes]

    def note(self, note_id: EntityId) -> Note | None:
        """One note by its id."""
        query = select(tables.note).where(tables.note.c.note_id == bytes(note_id))
        with storage_errors():
            row = self._connection.execute(query).first()
            if row is None:
                return None
            same = select(func.count()).select_from(tables.note).where(tables.note.c.number == row.number)
            shared = self._connection.execute(same).scalar_one() > 1
        note = row_to_note(row)
        return _cited(note) if shared else note

    def notes_by_ids(self, note_ids: Iterable[EntityId]) -> list[Note]:
        """The notes among these ids, oldest first, in a few queries however many they are."""
        note = tables.note
        found: list[Note] = []
        shared: set[str] = set()
        with storage_errors():
            for chunk in op_store.chunks([bytes(note_id) for note_id in note_ids]):
                rows = self._connection.execute(select(note).where(note.c.note_id.in_(chunk)))
                found += map(row_to_note, rows)
            for numbers in op_store.chunks([one.number for one in found]):
                same = select(note.c.number).where(note.c.number.in_(numbers)).group_by(note.c.number)
                shared.update(self._connection.execute(same.having(func.count() > 1)).scalars())
        found.sort(key=lambda one: (one.created_ms, one.number, one.note_id))
        return [_cited(one) if one.number in shared else one for one in found]

    def note_by_number(self, number: str) -> Note | None:
        """One note by its printed number or citation; NotFound when two devices gave the same number."""
        query = select(tables.note).where(tables.note.c.number == cited_number(number))
        with storage_errors():
            notes = [row_to_note(row) for row in self._connection.execute(query)]
        if len(notes) == 1:
            return notes[0]
        cited = [_cited(note) for note in notes]
        found = next((note for note in cited if note.number == number), None)
        if found is None and notes:
            raise NotFound(
                f"{number} という番号の付箋が {len(notes)}枚あります（{'、'.join(n.number for n in cited)}）。"
                "印までつけて指定してください。今のデータは変わっていません。"
            )
        return found

    def workshops(self) -> list[Workshop]:
        """Every workshop, in no particular order."""
        with storage_errors():
            return [row_to_workshop(row) for row in self._connection.execute(select(tables.workshop))]

    def islands(self) -> list[Island]:
        """Every island, voided ones too."""
        with storage_errors():
            return [row_to_island(row) for row in self._connection.execute(select(tables.island))]

    def devices(self) -> list[Device]:
        """Every device."""
        with storage_errors():
            return [row_to_device(row) for row in self._connection.execute(select(tables.device))]

    def board(
        self, scope: Scope, moment_id: EntityId | None = None, *, only: Collection[EntityId] | None = None
    ) -> Board:
        """Everything on the board of this scope, as it is now or as it was at a moment; raises NotFound."""
        with storage_errors(self._path):
            if moment_id is None:
                return read_board(self._connection, scope, only)
            return read_board_at(self._connection, scope, moment_id)

    def moments(self) -> list[Moment]:
        """Every moment that was kept, oldest first."""
        with storage_errors():
            return read_moments(self._connection)

    def vote_counts(self) -> list[VoteCount]:
        """The seals given, by workshop and table; of one table there may be several counts."""
        with storage_errors():
            return read_votes(self._connection)

    def conflicts(self) -> list[Conflict]:
        """What needs a person, oldest entity first; values in ascending (clock, op id)."""
        with storage_errors():
            return read_conflicts(self._connection)

    def settled_conflicts(self) -> list[Conflict]:
        """What clashed and was settled, oldest entity first. Looks through the whole op log."""
        with storage_errors():
            return read_settled_conflicts(self._connection)

    def load_draft(self) -> str:
        """Half-written text kept from the last time, or ''."""
        with storage_errors():
            return read_local(self._connection).get("draft", "")

    def save_draft(self, text: str) -> None:
        """Keep half-written text; '' forgets it. It never leaves this laptop."""
        with write_transaction(self._connection):
            write_local(self._connection, "draft", text)

    def sources(self) -> Sequence[SourceInfo]:
        """Merged files, oldest first."""
        left_out = (
            select(func.count())
            .where(tables.quarantine.c.sha256 == tables.merge_source.c.sha256)
            .scalar_subquery()
        )
        query = (
            select(tables.merge_source, tables.merge_run.c.at_ms, left_out.label("left_out"))
            .join(tables.merge_run, tables.merge_run.c.run_id == tables.merge_source.c.run_id)
            .order_by(tables.merge_source.c.run_id, tables.merge_source.c.file_name)
        )
        with storage_errors():
            rows = self._connection.execute(query).all()
        return [
            SourceInfo(
                row.file_name, row.sha256, row.at_ms, row.rows_in, row.rows_new, row.notes, row.left_out
            )
            for row in rows
        ]

    def next_output_number(self) -> int:
        """Take the next output number of this file; each export uses one."""
        with write_transaction(self._connection):
            number = int(read_local(self._connection).get("output_number", "0")) + 1
            write_local(self._connection, "output_number", str(number))
        return number

    # --- merging ---------------------------------------------------------------------------------------------

    def known_source(self, sha256: str) -> SourceInfo | None:
        """What a file of exactly these bytes brought when it was merged before, or None."""
        return next((source for source in self.sources() if source.sha256 == sha256), None)

    def absorb(
        self,
        sources: Sequence[VerifiedFile],
        folder: Path,
        *,
        before_write: Callable[[], None],
        record: Callable[[UnionResult], MergeRecord],
        watch: Watch,
    ) -> UnionResult | None:
        """Take the union with verified files, in one transaction; None when they bring nothing new.

        `before_write` is called when something will be written (the backup), and once more when somebody else
        wrote meanwhile; `record` inside the transaction when the new state can be read: what it returns is kept
        as this merge's history. Raises Cancelled or StorageUnavailable; then nothing was written.
        """
        union = Union(self._connection, sources, watch)
        with storage_errors(), union.attached(folder):
            version = self._data_version()
            if not union.look():
                return None
            before_write()
            with write_transaction(self._connection):
                if self._data_version() != version:
                    # The first backup may lack what was written; now that nobody else can write, this one does not.
                    union.look()
                    before_write()
                result = union.take()
                self._adopt_clock(sources)
                known = OpSet.from_manifest(read_local(self._connection).get(MANIFEST, ""))
                known.count += result.ops.count
                known.mixed ^= result.ops.mixed
                write_local(self._connection, MANIFEST, known.manifest())
                write_merge(self._connection, record(result), known.manifest())
                redaction.clear_left_out(self._connection)
        return result

    def _adopt_clock(self, sources: Sequence[VerifiedFile]) -> None:
        stored = int(read_local(self._connection).get("clock", "0"))
        self._clock.last = max(self._clock.last, stored)
        for source in sources:
            self._clock.adopt((source.newest_ms + 1) << COUNTER_BITS)
        write_local(self._connection, "clock", str(self._clock.last))

    def _data_version(self) -> int:
        return int(self._connection.exec_driver_sql("PRAGMA data_version").scalar_one())

    def manifest(self) -> str:
        """Count and digest of the edits in this file."""
        with storage_errors():
            return read_local(self._connection).get(MANIFEST, "")

    def table_counts(self) -> list[TableCount]:
        """Notes per workshop and table, voided ones included."""
        columns = (tables.note.c.workshop_id, tables.note.c.table_no)
        query = select(*columns, func.count()).group_by(*columns).order_by(*columns)
        with storage_errors():
            return [
                TableCount((place or b"").hex(), table, count)
                for place, table, count in self._connection.execute(query)
            ]

    def note_counts(self) -> tuple[int, int]:
        """All notes, and those among them that are voided."""
        query = select(func.count(), func.count(tables.note.c.void_reason)).select_from(tables.note)
        with storage_errors():
            total, voided = self._connection.execute(query).one()
        return total, voided

    def copied_stations(self) -> frozenset[str]:
        """Laptops whose notes were written on several machines."""
        with storage_errors():
            return copied_stations(self._connection)

    def open_conflict_count(self) -> int:
        """How many fields need a person."""
        with storage_errors():
            return int(
                self._connection.execute(select(func.count()).select_from(tables.conflict)).scalar_one()
            )

    def receipts(self) -> list[dict[str, JsonValue]]:
        """The receipts (受領証) of all merges into this file, oldest first."""
        query = select(tables.merge_run.c.receipt).order_by(tables.merge_run.c.run_id)
        with storage_errors():
            return [json.loads(row.receipt) for row in self._connection.execute(query) if row.receipt]

    def examine(self) -> Health:
        """Read every edit and every row that is shown, and tell what does not fit; changes nothing."""
        return examine(self._connection, self._path)

    def rebuild(self) -> None:
        """Derive every projection from the op log again, in one transaction."""
        with write_transaction(self._connection):
            for table in tables.PROJECTIONS:
                self._connection.execute(delete(table))
            ids = self._connection.execute(select(tables.op.c.entity_id).distinct()).scalars().all()
            for chunk in op_store.chunks(ids):
                project(self._connection, map(fold, op_store.ops_of_many(self._connection, chunk)))

    def all_ops(self) -> list[Op]:
        """The whole op log, in id order."""
        query = select(tables.op).order_by(tables.op.c.op_id)
        with storage_errors():
            return [op_store.row_to_op(row) for row in self._connection.execute(query)]

    def counts(self) -> dict[str, int]:
        """Rows per table, for `check`."""
        with storage_errors(self._path):
            return {
                table.name: int(
                    self._connection.execute(select(func.count()).select_from(table)).scalar_one()
                )
                for table in tables.metadata.sorted_tables
            }

    def integrity(self) -> tuple[str, int]:
        """SQLite's own verdict ('ok' or its first finding) and the number of broken foreign keys."""
        with storage_errors(self._path):
            verdict = str(self._connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one())
            broken = len(self._connection.exec_driver_sql("PRAGMA foreign_key_check").all())
        return verdict, broken

    def copy_into(self, target: Path) -> None:
        """Copy the file as it is now, by SQLite's backup API; not synced, for work that is thrown away."""
        with storage_errors(), closing(sqlite3.connect(target)) as copy:
            driver(self._connection).backup(copy)

    def vacuum_into(self, target: Path) -> None:
        """Write a compact copy that needs no side file; the caller syncs and verifies it."""
        with storage_errors():
            self._connection.exec_driver_sql("VACUUM INTO ?", (str(target),))

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()


def _cited(note: Note) -> Note:
    return replace(note, number=citation(note.number, note.note_id))
