"""The state machine: laptops that record, err, are copied and put back, and merge with one another at any time."""

from __future__ import annotations

import itertools
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from laws import checks
from laws.board_rules import BoardRules
from laws.oracle import Edit, History
from laws.world import CHANCE, MARKS, NO_EDITS, START_MS, Laptop, blank_file

from workshop_app.bootstrap import merge_files
from workshop_app.domain.errors import Cancelled, InvalidInput, StorageUnavailable
from workshop_app.domain.ids import EntityId, new_entity_id
from workshop_app.domain.note import NoteDraft
from workshop_app.domain.op import OpId
from workshop_app.services import record
from workshop_app.services.merge import MergeReport
from workshop_app.storage import database, union
from workshop_app.storage.foreign_file import in_this_process
from workshop_app.storage.handover import hand_over

MOST_LAPTOPS = 5
YEAR_MS = 365 * 86_400_000
ANY = st.integers(0, 999)
"""Picks one of however many there are."""
KNOWN = ("text", "theme", "kind", "table", "round", "votes", "points")
UNKNOWN = ("pos", "mood", "x-future")
FIELDS = st.lists(st.sampled_from([*KNOWN, "text", *UNKNOWN]), min_size=1, max_size=3, unique=True)
FAILURES: tuple[tuple[ModuleType, str], ...] = (
    (union, "project_single_notes"),
    (union.redaction, "reapply"),
    (database, "write_local"),
    (database, "write_merge"),
)
"""Where the disk fails in the middle of a merge: after each of these has done its part."""


class Stop:
    """Follows a merge and stops it at one of its steps."""

    def __init__(self, after: int) -> None:
        self._left = after

    def step(self, what: str, done: int = 0, of: int = 0) -> None:
        self._left -= 1
        self.check()

    def check(self) -> None:
        if self._left < 0:
            raise Cancelled("やめました。")


@dataclass
class Package:
    """A hand-over file, and what it held when it was made."""

    path: Path
    held: frozenset[bytes]


class MergeLaws(BoardRules, RuleBasedStateMachine):
    """Three to five laptops; after every merge, and at the end, all laws are checked."""

    def __init__(self) -> None:
        super().__init__()
        blanks = [blank_file(mark) for mark in MARKS]
        CHANCE.restart(0)
        self.folder = Path(tempfile.mkdtemp())
        self.history = History()
        self.laptops: list[Laptop] = []
        self.packages: list[Package] = []
        self.backups: list[tuple[Laptop, bytes, frozenset[bytes]]] = []
        self.words = itertools.count(1)
        self.serial = itertools.count(1)
        self.sound = True
        for mark, content in zip(MARKS, blanks, strict=True):
            laptop = Laptop(self.folder / f"{mark}.wsdb", content, START_MS)
            self._learn(laptop)
            self.laptops.append(laptop)

    # --- recording ---------------------------------------------------------------------------------------------

    @initialize(pick=ANY)
    def one_note_everywhere(self, pick: int) -> None:
        """The secretariat's own first note stands in every laptop's file."""
        self.add(0, pick)
        self.merge(1, [0], False, False)
        self.merge(2, [0], False, False)

    @rule(laptop=ANY, pick=ANY)
    def add(self, laptop: int, pick: int) -> None:
        """Notes as this version makes them."""
        with self._step(laptop) as here:
            drafts = [
                NoteDraft(
                    self._value("text", pick),
                    self._value("theme", pick),
                    self._value("kind", pick // 2),
                    self._value("table", pick // 3),
                    votes=self._value("votes", pick),
                )
                for _ in range(1 + pick % 2)
            ]
            ids = record.add_notes(here.database, drafts).added
            rows = self._learn(here)
            checks.require("L7", {row[1] for row in rows} == ids, "not the notes that were made")
            found = sorted(checks.as_values(row[3])["text"] for row in rows)
            checks.require("L7", found == sorted(draft.text for draft in drafts), found)

    @rule(laptop=ANY, pick=ANY, newer=st.booleans())
    def add_of_another_version(self, laptop: int, pick: int, newer: bool) -> None:
        """A note without fields that older versions did not have, or with some that newer ones may have."""
        with self._step(laptop) as here:
            fields = {"text": self._value("text", pick)}
            if pick % 4:
                fields["number"] = f"港X-{next(self.serial):03d}"
            if newer:
                fields |= {"votes": 1, "mood": self._value("mood", pick), "pos": self._value("pos", pick)}
            self._append(here, new_entity_id(here.wall_ms), "set", {"type": "note"} | fields)

    @rule(laptop=ANY, kind=st.sampled_from(["annotate", "set", "unfit"]), pick=ANY)
    def record_of_another_kind(self, laptop: int, kind: str, pick: int) -> None:
        """What this version does not know: an entity or a kind of edit; or a record that may not travel."""
        with self._step(laptop) as here:
            entity, fields = (
                EntityId(new_entity_id(here.wall_ms)),
                {"type": "x-future", "x": {"b": [1, None]}},
            )
            if kind == "unfit":
                # A control character, as a faulty program might write it.
                fields = {"type": "note", "text": f"{self._word()}\x01"}
            elif kind == "annotate":
                entity, fields["type"] = self._pick(here, pick) or entity, "note"
            self._append(here, entity, "set" if kind == "unfit" else kind, fields, unfit=kind == "unfit")

    @rule(laptop=ANY, note=ANY, fields=FIELDS, pick=ANY)
    def edit(self, laptop: int, note: int, fields: list[str], pick: int) -> None:
        """Correct a note in one field or several; what this version does not know comes from another one."""
        with self._step(laptop) as here:
            entity = self._pick(here, note)
            if entity is None:
                return
            values = {name: self._value(name, pick) for name in fields}
            known = {name: value for name, value in values.items() if name in KNOWN}
            if known:
                self._edit_known(here, entity, known)
            unknown = {name: value for name, value in values.items() if name in UNKNOWN}
            if unknown:
                self._edit_as_another_version(here, entity, unknown)

    @rule(
        one=ANY,
        other=ANY,
        note=ANY,
        field=st.sampled_from([*KNOWN, "text", *UNKNOWN]),
        pick=ANY,
        alike=st.booleans(),
    )
    def edit_in_the_same_tick(
        self, one: int, other: int, note: int, field: str, pick: int, alike: bool
    ) -> None:
        """Two laptops set one field of one note at the very same time by their clocks."""
        a, b = self._laptop(one), self._laptop(other)
        common = [entity for entity in self._notes(a) if entity in self._notes(b)]
        if a is b or not common:
            return
        entity = EntityId(common[note % len(common)])
        tick = max(self._clock(laptop) >> 16 for laptop in (a, b)) + 1
        first = self._value(field, pick)
        for laptop, value in ((a, first), (b, first if alike else self._value(field, pick + 1))):
            with self._step(self.laptops.index(laptop)) as here:
                here.wall_ms = tick
                self._edit_as_another_version(here, entity, {field: value})

    @rule(laptop=ANY, note=ANY)
    def void(self, laptop: int, note: int) -> None:
        """Take a note back."""
        with self._step(laptop) as here:
            entity = self._pick(here, note)
            if entity is not None:
                was = self.history.view(here.held, entity)
                record.void_notes(here.database, [entity], f"まちがい {self._word()}")
                checks.require("L9", len(self._learn(here)) == (not was.voided), "voided twice or not at all")

    @rule(laptop=ANY, note=ANY)
    def restore(self, laptop: int, note: int) -> None:
        """Bring a note back."""
        with self._step(laptop) as here:
            entity = self._pick(here, note)
            if entity is not None:
                was = self.history.view(here.held, entity)
                record.restore_notes(here.database, [entity])
                checks.require("L9", len(self._learn(here)) == (was.voided or was.disputed), "restore")
                now = self.history.view(here.held, entity)
                checks.require("L9", not (now.voided or now.disputed), "a restored note is still voided")

    @rule(laptop=ANY, note=ANY, pick=ANY)
    def remove_on_request(self, laptop: int, note: int, pick: int) -> None:
        """Take words out of the file for good: of one edit, or of every edit of a note's text."""
        with self._step(laptop) as here:
            entity = self._pick(here, note)
            if entity is None:
                return
            edits = [
                edit
                for edit in self.history.of_entity(here.held, entity)
                if edit.kind in ("set", "void") and not edit.unfit
            ]
            edit = edits[pick % len(edits)]
            fields = sorted(edit.values.keys() - {"type", "number"})
            if not fields:
                return
            field = fields[pick % len(fields)]
            alike = [e.name for e in edits if field in e.values] if pick % 3 == 0 else [edit.name]
            self._append(here, entity, "redact", {"type": "note", "fields": [field]}, targets=alike)
            checks.check_file(self.history, here.path, here.held, set())

    @rule(laptop=ANY, note=ANY, theme=st.sampled_from(["S1", None]), title=st.sampled_from(["道", "海"]))
    def put_into_island(self, laptop: int, note: int, theme: str | None, title: str) -> None:
        """Islands of one title are one island on every laptop."""
        with self._step(laptop) as here:
            islands = record.ensure_islands(here.database, [(theme, title)])
            self._learn(here)
            entity = self._pick(here, note)
            if entity is not None:
                self._edit_known(here, entity, {"island": bytes(islands[theme, title]).hex()})

    # --- what happens to laptops ---------------------------------------------------------------------------------

    @rule(laptop=ANY, years=st.integers(-10, 80), minutes=st.integers(-90, 90))
    def clock_jumps(self, laptop: int, years: int, minutes: int) -> None:
        """A dead battery, a wrong time zone, a typing error in the settings; and the work goes on."""
        self._laptop(laptop).wall_ms += years * YEAR_MS + minutes * 60_000
        self.add(laptop, minutes + 90)

    @rule(laptop=ANY)
    def start_again(self, laptop: int) -> None:
        """Close the program and open it."""
        with self._step(laptop) as here:
            here.close()
            here.open()

    @precondition(lambda self: len(self.laptops) < MOST_LAPTOPS)
    @rule(laptop=ANY, running=st.booleans())
    def copy_the_disk(self, laptop: int, running: bool) -> None:
        """A clone, of a laptop that is off or of one whose program is running."""
        with self._step(laptop) as here:
            clone = here.copy(self.folder / f"写し{next(self.serial)}.wsdb", running=running)
            self.laptops.append(clone)

    @rule(laptop=ANY, backup=ANY, back=st.booleans())
    def keep_or_put_back_a_copy(self, laptop: int, backup: int, back: bool) -> None:
        """A backup of one file; or one restored, and what came after it is on this laptop no more."""
        if back and self.backups:
            here, content, held = self.backups[backup % len(self.backups)]
            with self._step(self.laptops.index(here)):
                here.put_back(content, held)
        else:
            here = self._laptop(laptop)
            self.backups.append((here, here.path.read_bytes(), frozenset(here.held)))

    @rule(laptop=ANY)
    def hand_over(self, laptop: int) -> None:
        """Make a package for the stick; it may be merged at any later time."""
        with self._step(laptop) as here:
            package = hand_over(here.database, self.folder)
            self.packages.append(Package(package.path, frozenset(here.held)))
            checks.require("L13", package.edits == len(here.held), (package.edits, len(here.held)))

    # --- merging -------------------------------------------------------------------------------------------------

    @rule(into=ANY, sources=st.lists(ANY, min_size=1, max_size=3), package=st.booleans(), again=st.booleans())
    def merge(self, into: int, sources: list[int], package: bool, again: bool) -> None:
        """Any files into any file, several at once, packages of earlier among them."""
        with self._step(into) as here:
            given = self._sources(here, sources, package)
            self._merge(here, given)
            if again:
                content = here.path.read_bytes()
                checks.l3_again_changes_nothing(content, here.path, self._merge_files(here.path, given))

    @rule(one=ANY, other=ANY)
    def exchange(self, one: int, other: int) -> None:
        """Two laptops merge each other's files: then both hold the same."""
        a, b = self._laptop(one), self._laptop(other)
        if a is b:
            return
        taken = self.history.fit(a.held)
        for into, source in ((a, b), (b, a)):
            with self._step(self.laptops.index(into)) as here:
                self._merge(here, [Package(source.path, frozenset(source.held))])
        if taken | self.history.fit(b.held) == a.held == b.held:
            checks.l1_l2_same_result("L1", a.path, b.path, "A with B, B with A")

    @rule(
        into=ANY,
        sources=st.lists(ANY, min_size=1, max_size=3),
        package=st.booleans(),
        how=st.sampled_from(["dry run", "cancel", "failure"]),
        at=st.integers(0, 12),
    )
    def merge_in_vain(self, into: int, sources: list[int], package: bool, how: str, at: int) -> None:
        """A merge that is only tried out, that somebody stops, or during which the disk fails."""
        with self._step(into) as here:
            given = self._sources(here, sources, package)
            if all(self.history.fit(one.held) <= here.held for one in given):
                newer = next(laptop for laptop in self.laptops if laptop is not here)
                self.add(self.laptops.index(newer), at)
                given = [Package(newer.path, frozenset(newer.held))]
            content = here.path.read_bytes()
            if how == "dry run":
                tried = self._merge_files(here.path, given, dry_run=True)
                checks.l15_untouched(content, here.path, "a dry run wrote to the file")
                checks.l13_rows_add_up(self.history, tried, here.held, [set(one.held) for one in given])
                return
            watch = Stop(at) if how == "cancel" else None
            failing = self._disk_failing_after(*FAILURES[at % len(FAILURES)]) if how == "failure" else None
            try:
                with failing or nullcontext():
                    self._merge(here, given, watch)
            except (Cancelled, StorageUnavailable):
                checks.l15_untouched(content, here.path, f"{how} {at} left something behind")

    def _sources(self, target: Laptop, picks: Sequence[int], package: bool) -> list[Package]:
        others = [
            Package(laptop.path, frozenset(laptop.held)) for laptop in self.laptops if laptop is not target
        ]
        others += self.packages if package else []
        chosen = {pick % len(others): None for pick in picks}
        return [others[number] for number in chosen]

    def _merge_files(self, target: Path, given: Sequence[Package], **named: Any) -> MergeReport:
        return merge_files(target, [one.path for one in given], reader=in_this_process, **named)

    def _merge(self, here: Laptop, given: Sequence[Package], watch: Stop | None = None) -> None:
        before = set(here.held)
        clock = self._clock(here)
        report = self._merge_files(here.path, given, watch=watch)
        checks.l7_no_file_is_refused(report)
        for one in given:
            here.held |= self.history.fit(one.held)
        checks.check_file(self.history, here.path, here.held, before)
        checks.l13_rows_add_up(self.history, report, before, [set(one.held) for one in given])
        checks.clock_is_not_carried_away(clock, here.wall_ms, here.path)

    @contextmanager
    def _disk_failing_after(self, module: ModuleType, name: str) -> Iterator[None]:
        real: Callable[..., Any] = getattr(module, name)

        def fail(*args: Any, **named: Any) -> None:
            real(*args, **named)
            raise sqlite3.OperationalError("disk I/O error")

        with mock.patch.object(module, name, fail):
            yield

    # --- the end -------------------------------------------------------------------------------------------------

    def teardown(self) -> None:
        """All files merged in several orders and groupings give one result, of which every law holds."""
        for laptop in self.laptops:
            laptop.close()
        try:
            if self.sound:
                self._merge_everything()
        finally:
            # Thousands of histories in a row must fit into memory.
            shutil.rmtree(self.folder)

    def _merge_everything(self) -> None:
        everything = [Package(laptop.path, frozenset(laptop.held)) for laptop in self.laptops]
        CHANCE.wall_ms = START_MS + 86_400_000
        orders = [everything[:] for _ in range(2)]
        for order in orders:
            CHANCE.shuffle(order)
        one_by_one = self._target()
        for one in orders[0]:
            before = set(one_by_one.held)
            report = self._merge_files(one_by_one.path, [one])
            checks.l7_no_file_is_refused(report)
            one_by_one.held |= self.history.fit(one.held)
            checks.l7_every_value_retrievable(self.history, one_by_one.held, checks.rows_of(one_by_one.path))
            checks.l13_rows_add_up(self.history, report, before, [set(one.held)])
        checks.check_file(self.history, one_by_one.path, one_by_one.held, set())
        backwards = self._target()
        self._merge_files(backwards.path, orders[0][::-1])
        checks.l1_l2_same_result("L1", one_by_one.path, backwards.path, "another order")
        grouped, groups = self._target(), []
        middle = 1 + CHANCE.below(len(everything) - 1)
        for group in (orders[1][:middle], orders[1][middle:]):
            place = self._target()
            self._merge_files(place.path, group)
            groups.append(Package(place.path, NO_EDITS))
        self._merge_files(grouped.path, groups)
        checks.l1_l2_same_result("L2", one_by_one.path, grouped.path, "another grouping")

    def _target(self) -> Target:
        return Target(self.folder / f"統合{next(self.serial)}.wsdb", set())

    # --- helpers -------------------------------------------------------------------------------------------------

    @contextmanager
    def _step(self, laptop: int) -> Iterator[Laptop]:
        """One thing done on one laptop, a minute later by its own clock; a law broken inside ends the program."""
        here = self._laptop(laptop)
        here.wall_ms += 60_000
        outer = CHANCE.wall_ms, self.sound
        CHANCE.wall_ms, self.sound = here.wall_ms, False
        yield here
        CHANCE.wall_ms, self.sound = outer

    def _laptop(self, pick: int) -> Laptop:
        return self.laptops[pick % len(self.laptops)]

    def _notes(self, laptop: Laptop) -> list[bytes]:
        return self.history.entities(laptop.held, "note")

    def _pick(self, laptop: Laptop, pick: int) -> EntityId | None:
        """A note of this laptop to work on; one that cannot travel is left alone, so that nothing is built on it."""
        notes = self.history.entities(self.history.fit(laptop.held), "note")
        return EntityId(notes[pick % len(notes)]) if notes else None

    def _clock(self, laptop: Laptop) -> int:
        return int(checks.query(laptop.path, "SELECT value FROM local WHERE key = 'clock'")[0][0])

    def _word(self) -> str:
        return f"語{next(self.words):05d}"

    def _value(self, field: str, pick: int) -> Any:
        """A value for a field; words are new each time, the rest is drawn from few, so that equal ones meet."""
        choices: dict[str, Sequence[Any]] = {
            "theme": ("S1", "S2", None),
            "kind": ("wish", "worry", None),
            "table": (1, 2, None),
            "round": (1, 2, None),
            "votes": (0, 1, 5),
            "points": ([], ["S1-K1"], ["S1-K1", "S1-V1"]),
            "pos": ([1, 2], [300, -4], None),
        }
        if field in choices:
            return choices[field][pick % len(choices[field])]
        word = self._word()
        forms = (word, f"か\u3099{word}", f"が{word}", f"👩‍👧{word}", f'「"{word}"」\n=cmd()\\')
        return {"入": [forms[pick % 5], {"z": 1, "a": None}]} if field == "mood" else forms[pick % 5]

    def _learn(
        self, laptop: Laptop, *, targets: Sequence[bytes] = (), unfit: bool = False
    ) -> list[tuple[Any, ...]]:
        """Take note of what was just written to a laptop's file."""
        rows = laptop.new_rows()
        held = {name: self.history.edits[name].entity for name in laptop.held}
        for row in rows:
            after = frozenset(name for name, entity in held.items() if entity == row[1])
            known = self.history.edits.get(row[0])
            checks.require("L7", known is None or known.row == row, "two different edits have one id")
            self.history.learn(Edit(row, after, frozenset(targets), unfit))
            laptop.held.add(row[0])
        return rows

    def _append(
        self,
        laptop: Laptop,
        entity: EntityId,
        kind: str,
        fields: Mapping[str, Any],
        *,
        targets: Sequence[bytes] = (),
        unfit: bool = False,
    ) -> None:
        """Write an edit that this version's use cases do not make, as the store takes it."""
        with laptop.database.transaction() as uow:
            state = uow.state(entity)
            parents = list(map(OpId, targets))
            if state is not None and kind == "set":
                parents = [
                    head.op_id for name in fields if name in state.fields for head in state.fields[name].heads
                ]
            uow.append(entity, kind, fields, parents)
        rows = self._learn(laptop, targets=targets, unfit=unfit)
        checks.require(
            "L7", [checks.as_values(row[3]) for row in rows] == [dict(fields)], "not what was written"
        )

    def _edit_as_another_version(self, laptop: Laptop, entity: EntityId, values: Mapping[str, Any]) -> None:
        self._append(laptop, entity, "set", {"type": "note"} | dict(values))

    def _edit_known(self, laptop: Laptop, entity: EntityId, values: dict[str, Any]) -> None:
        view = self.history.view(laptop.held, entity)
        try:
            record.edit_note(laptop.database, entity, values)
        except InvalidInput:
            checks.require("L9", view.voided, "a note that is not voided refused to be edited")
            return
        checks.require("L9", not view.voided, "a voided note was edited")
        rows = self._learn(laptop)
        new = {
            name: value
            for name, value in values.items()
            if name not in view.fields or view.fields[name].clash or view.shown(name) != value
        }
        written = [checks.as_values(row[3]) for row in rows]
        checks.require("L7", written == ([{"type": "note"} | new] if new else []), (written, new))


@dataclass
class Target:
    """A file that comes to be by merging."""

    path: Path
    held: set[bytes]
