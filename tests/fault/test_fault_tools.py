"""The fault tools themselves: they see what they are meant to see, and report what is planted for them."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from fault import inject, mutate, power, report, strace_log
from fault.disk_model import SECTOR, Disk, File, Size, Write
from fault.program import Box, Done, new_box, plain_sentences, run_forked, succeed
from fault.recorder import ANSWER, Recording, events_of, record
from fault.scenarios import AFTER, BEFORE, SOURCES, STICK, TARGET, Scenario, build, look
from fault.strace_log import parse
from fault.tally import Tally, Trial, spread
from workshop_app.domain.op import OpSet

pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork.*:DeprecationWarning")
needs_strace = pytest.mark.skipif(bool(strace_log.why_not()), reason=strace_log.why_not() or "traced")
MANY = 300


# --- reading strace's log ----------------------------------------------------------------------------------


def hexed(text: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in text.encode())


def test_log_gives_calls_with_numbers_paths_and_what_was_injected() -> None:
    database, folder = hexed("/w/統合.wsdb"), hexed("/w")
    lines = [
        f'7 openat(AT_FDCWD<{hexed("/x")}>, "{database}", O_RDWR|O_CREAT, 0644) = 3<{database}>',
        f'7 pwrite64(3<{database}>, "{hexed("abc")}", 3, 4096) = 3',
        f'7 pwrite64(3<{database}>, "{hexed("abc")}", 3, 0 <unfinished ...>',
        f'8 pwrite64(5<{hexed("/elsewhere")}>, "a", 1, 0) = 1',
        "7 <... pwrite64 resumed>) = -1 ENOSPC (No space left on device) (INJECTED)",
        f'7 rename("{database}", "{hexed("/w/b")}") = 0',
        f'7 unlinkat(4<{folder}>, "{hexed("c")}", 0) = 0',
        f"7 fsync(3<{database}>(deleted)) = ?",
        "7 +++ killed by SIGKILL +++",
    ]
    calls = list(parse(lines))
    assert [(call.process, call.name, call.number) for call in calls] == [
        *((7, "openat", 1), (7, "pwrite64", 1), (8, "pwrite64", 1), (7, "pwrite64", 2)),
        *((7, "rename", 1), (7, "unlinkat", 1), (7, "fsync", 1)),
    ]
    assert calls[0].paths == ["/w/統合.wsdb"]
    assert calls[1].arguments[1] == b"abc"
    assert [call.injected for call in calls] == [False, False, False, True, False, False, False]
    assert calls[4].paths == ["/w/統合.wsdb", "/w/b"]
    assert calls[5].paths == ["/w/c"]
    assert (calls[6].paths, calls[6].result) == ([], None)
    assert [call.touches((Path("/w"),)) for call in calls] == [True, True, False, True, True, True, False]


def test_opening_only_to_read_changes_nothing() -> None:
    [call] = parse([f'7 openat(AT_FDCWD<{hexed("/")}>, "{hexed("/w/a")}", O_RDONLY|O_CLOEXEC) = 3'])
    assert not call.touches((Path("/w"),))


def test_points_are_every_changing_call_once_and_a_full_disk_stays_full() -> None:
    w = hexed("/w/a")
    other = hexed("/o")
    lines = [f'7 pwrite64(3<{path}>, "a", 1, 0) = 1' for path in (other, w, w)]
    calls = [(call, call.touches((Path("/w"),))) for call in parse([*lines, f'7 write(3<{w}>, "a", 1) = 1'])]
    assert [(p.name, p.number) for p in inject.points(calls, inject.KILL)] == [
        *(("pwrite64", 2), ("pwrite64", 3), ("write", 1))
    ]
    options = inject.points(calls, inject.FULL)[2].options
    assert "inject=?pwrite64:error=ENOSPC:when=4+" in options
    assert "inject=write:error=ENOSPC:when=1" in options


# --- the model of a disk -----------------------------------------------------------------------------------


def outcomes(disk: Disk) -> list[dict[str, bytes | None]]:
    return [disk.after_power_cut(Random(seed)) for seed in range(MANY)]


def test_synced_content_stays_and_unsynced_content_may_be_kept_lost_or_torn() -> None:
    disk = Disk({"a": b"old" * SECTOR})
    disk.file("a").change(Write(0, b"new" * SECTOR))
    found = {tree["a"] for tree in outcomes(disk)}
    assert {b"old" * SECTOR, b"new" * SECTOR} < found
    pieces = {
        content[at : at + SECTOR] for content in found if content for at in range(0, 3 * SECTOR, SECTOR)
    }
    whole = {
        (word * SECTOR)[at : at + SECTOR] for word in (b"old", b"new") for at in range(0, 3 * SECTOR, SECTOR)
    }
    assert pieces == whole, "a sector is never torn itself"
    disk.sync("a")
    assert {tree["a"] for tree in outcomes(disk)} == {b"new" * SECTOR}


def test_truncation_without_sync_may_be_lost() -> None:
    disk = Disk({"a": b"0123456789"})
    disk.file("a").change(Size(4))
    assert {tree["a"] for tree in outcomes(disk)} == {b"0123456789", b"0123"}


def test_new_name_is_sure_only_after_its_folder_was_synced() -> None:
    disk = Disk({"folder": None})
    disk.make("folder/a", File())
    disk.file("folder/a").change(Write(0, b"x"))
    disk.sync("folder/a")
    assert {"folder/a" in tree for tree in outcomes(disk)} == {True, False}
    disk.sync("folder")
    assert {tree["folder/a"] for tree in outcomes(disk)} == {b"x"}


def test_rename_leaves_the_old_file_or_the_new_one_never_none() -> None:
    disk = Disk({"a": b"old", "b": b"new"})
    disk.move("b", "a")
    assert {tuple(sorted(tree.items())) for tree in outcomes(disk)} == {
        (("a", b"old"), ("b", b"new")),
        (("a", b"new"),),
    }
    disk.sync("")
    assert outcomes(disk) == [{"a": b"new"}] * MANY


def test_file_renamed_before_it_was_synced_may_be_there_without_its_content() -> None:
    disk = Disk({})
    disk.make("a.part", File())
    disk.file("a.part").change(Write(0, b"x" * SECTOR))
    disk.move("a.part", "a")
    disk.sync("")
    assert {tree["a"] for tree in outcomes(disk)} == {b"", b"x" * SECTOR}


# --- recording ---------------------------------------------------------------------------------------------

WRITER = """
import os, sys
folder, synced = sys.argv[1], sys.argv[2] == "synced"
with open(folder + "/new.part", "wb") as file:
    file.write(b"opinion" * 1000)
    file.flush()
    if synced:
        os.fsync(file.fileno())
os.replace(folder + "/new.part", folder + "/new")
if synced:
    handle = os.open(folder, os.O_RDONLY)
    os.fsync(handle)
os.write(1, b"done")
os.unlink(folder + "/old")
"""


@needs_strace
@pytest.mark.parametrize("manner", ["synced", "hasty"])
def test_recorded_answer_before_the_sync_is_seen_as_lost(manner: str) -> None:
    with new_box() as box:
        (box.work / "old").write_bytes(b"old")
        recording = record(box, ["-c", WRITER, str(box.work), manner])
    assert recording.answered == recording.events.index((ANSWER,)) + 1
    whole = [
        recording.disk_at(recording.answered).after_power_cut(Random(seed)).get("work/new")
        == b"opinion" * 1000
        for seed in range(MANY)
    ]
    assert all(whole) == (manner == "synced")
    assert any(whole)


def test_recorder_stops_at_a_call_it_does_not_know() -> None:
    calls = parse([f"7 fallocate(3<{hexed('/w/a')}>, 0, 0, 4096) = 0"])
    with pytest.raises(RuntimeError, match="fallocate"):
        events_of(calls, Path("/w"), {"a": b""})


@needs_strace
def test_simulator_finds_damage_with_sync_off_and_none_with_extra() -> None:
    assert power.control("OFF", cuts=40, jobs=1).violations["corrupt"] > 0
    assert power.control("EXTRA", cuts=40, jobs=1).violations == {}


def test_cut_is_the_same_for_the_same_seed() -> None:
    recording = Recording({}, (("write",), ("sync",), (ANSWER,), ("sync",)), "")
    cuts = [power.choose_cut(recording, Random(seed)) for seed in range(50)]
    assert cuts == [power.choose_cut(recording, Random(seed)) for seed in range(50)]
    assert set(cuts) == {0, 1, 2, 3, 4}


# --- judging -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Scenario]:
    """A merge and a hand-over with their files."""
    names = ("merge into an existing file", "hand-over")
    return {scenario.name: scenario for scenario in build(tmp_path_factory.mktemp("scenarios"), names)}


@pytest.fixture
def merge(made: dict[str, Scenario]) -> Scenario:
    """The merge into an existing file."""
    return made["merge into an existing file"]


@pytest.fixture
def box(merge: Scenario) -> Iterator[Box]:
    """A box with the merge's files before the merge."""
    with new_box(merge.template) as filled:
        yield filled


def answer(*statuses: str) -> str:
    named = zip(SOURCES, statuses, strict=True)
    return json.dumps({"sources": [{"path": name, "status": status} for name, status in named]})


def kinds(trial: Trial) -> list[str]:
    return [kind for kind, _ in trial.violations]


def test_state_before_and_after_a_merge_are_told_apart(merge: Scenario, box: Box) -> None:
    assert look(merge, box).label == BEFORE
    done = run_forked(box, *merge.arguments(box))
    assert look(merge, box).label == AFTER
    assert inject.judge(merge, box, done, killed=False).violations == []


def test_planted_state_that_is_neither_before_nor_after_is_half_done(merge: Scenario, box: Box) -> None:
    number = succeed(box, "list", box.work / TARGET)["notes"][0]["number"]
    succeed(box, "note", "edit", box.work / TARGET, number, "--text", "よその言い方")
    state = look(merge, box)
    assert (state.label, len(state.half), state.corrupt) == ("", 1, [])


def test_planted_loss_of_one_edit_is_never_taken_for_a_good_state(merge: Scenario, box: Box) -> None:
    with closing(sqlite3.connect(box.work / TARGET)) as database:
        database.execute("DELETE FROM op WHERE op_id = (SELECT max(op_id) FROM op)")
        # `check` would call it damage: the manifest says how many edits there are.
        known = OpSet()
        for (op_id,) in database.execute("SELECT op_id FROM op"):
            known.add(op_id)
        database.execute("UPDATE local SET value = ? WHERE key = 'manifest'", (known.manifest(),))
        database.commit()
    state = look(merge, box)
    # The program may notice it by itself and refuse the file.
    assert (state.label, len(state.half) + len(state.corrupt)) == ("", 1)


def test_planted_damage_is_corrupt_and_a_touched_source_is_named(merge: Scenario, box: Box) -> None:
    raw = (box.work / TARGET).read_bytes()
    (box.work / TARGET).write_bytes(raw[: len(raw) // 2])
    (box.work / SOURCES[1]).write_bytes(b"x")
    state = look(merge, box)
    assert len(state.corrupt) == 1
    assert state.touched == [SOURCES[1]]


def test_planted_answer_without_the_merge_is_lost(merge: Scenario, box: Box) -> None:
    done = Done(0, answer("merged", "merged"), "")
    assert kinds(inject.judge(merge, box, done, killed=False)) == ["acknowledged but lost"]


def test_planted_traceback_and_signal_are_no_plain_answer(merge: Scenario, box: Box) -> None:
    spoken = Done(1, "", "Traceback (most recent call last):\nOSError: [Errno 5]\n")
    assert kinds(inject.judge(merge, box, spoken, killed=False)) == ["no plain sentence"]
    assert kinds(inject.judge(merge, box, Done(-11, "", ""), killed=False)) == ["unclear answer"]


def test_planted_half_of_the_sources_without_a_word_is_half_done(merge: Scenario, box: Box) -> None:
    run_forked(box, "merge", box.work / TARGET, box.work / SOURCES[0])
    refused = Done(1, answer("merged", "refused"), "読めませんでした。\n")
    assert inject.judge(merge, box, Done(-9, "", ""), killed=True).violations[0][0] == "half done"
    with new_box(merge.template) as second:
        run_forked(second, "merge", second.work / TARGET, second.work / SOURCES[0])
        assert inject.judge(merge, second, refused, killed=False).violations == []


def test_planted_half_package_under_its_final_name_is_corrupt(made: dict[str, Scenario]) -> None:
    scenario = made["hand-over"]
    with new_box(scenario.template) as box:
        assert look(scenario, box).label == BEFORE
        raw = (box.work / SOURCES[0]).read_bytes()
        (box.work / STICK / "東区_1.wsdb").write_bytes(raw[: len(raw) - 4096])
        state = look(scenario, box)
        assert (state.label, len(state.corrupt)) == ("", 1)


def test_file_nobody_asked_for_is_a_leftover(merge: Scenario, box: Box) -> None:
    run_forked(box, *merge.arguments(box))
    assert inject.leftovers(merge, box) == ()
    (box.work / ".統合.wsdb.1.part").write_bytes(b"")
    shutil.copy(box.work / TARGET, box.tmp / "copy.wsdb")
    assert inject.leftovers(merge, box) == ("tmp/copy.wsdb", "work/.統合.wsdb.1.part")


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("空き容量が足りません。片づけてください。\n", True),
        ("読めませんでした。もう一度試してください（Input/output error）。\n", True),
        ("OSError: no space left.\n", False),
        ("", False),
        ("一つ。\n二つ。\n三つ。\n", False),
    ],
)
def test_plain_sentences(text: str, plain: bool) -> None:
    assert plain_sentences(text, at_most=2) == plain


# --- damaged files -----------------------------------------------------------------------------------------


@pytest.fixture
def truth(box: Box) -> tuple[bytes, mutate.Read]:
    """A file's bytes and what is in it."""
    path = box.work / SOURCES[0]
    return path.read_bytes(), mutate.read_ops(path)


def test_every_damage_differs_from_the_file_and_comes_again_with_its_number(
    truth: tuple[bytes, mutate.Read],
) -> None:
    data, _ = truth
    made = [mutate.damaged("x", data, 1, number) for number in range(80)]
    assert all(copy != data for _, copy in made)
    assert made == [mutate.damaged("x", data, 1, number) for number in range(80)]
    assert {kind for kind, _ in made} == {kind.__name__ for kind in mutate.DAMAGE}


def test_planted_silent_change_is_reported(
    truth: tuple[bytes, mutate.Read], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    data, read = truth
    changed = dict(read.ops)
    changed.popitem()
    monkeypatch.setattr(mutate, "read_ops", lambda path, own_process: mutate.Read(changed, read.sessions))
    trial, _, _ = mutate.damage_and_read("x", data, read, 1, tmp_path, 0)
    assert kinds(trial) == ["silent change"]
    assert (tmp_path / "x 0.wsdb").read_bytes() == mutate.damaged("x", data, 1, 0)[1]


def test_planted_exception_and_endless_loop_are_reported(
    truth: tuple[bytes, mutate.Read], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(path: Path, own_process: bool) -> mutate.Read:
        raise KeyError("op")

    def loop(path: Path, own_process: bool) -> mutate.Read:
        while True:
            pass

    monkeypatch.setattr(mutate, "TIME_LIMIT_S", 1)
    for reader, kind in ((fail, "other exception"), (loop, "hang")):
        monkeypatch.setattr(mutate, "read_ops", reader)
        assert kinds(mutate.damage_and_read("x", *truth, 1, None, 0)[0]) == [kind]


# --- counting and reporting --------------------------------------------------------------------------------


def test_sample_is_spread_from_the_first_to_the_last() -> None:
    assert spread(range(101), 3) == [0, 50, 100]
    assert spread(range(3), 9) == [0, 1, 2]
    assert spread(range(3), None) == [0, 1, 2]


def test_report_counts_what_was_broken_and_leaves_out_the_comparison() -> None:
    ours, other = Tally("merge"), Tally("plain", for_comparison=True)
    ours.add(Trial("here", "before", [("corrupt", "page 3"), ("corrupt", "page 4")], ("a",), ()))
    ours.add(Trial("there", "after"))
    other.add(Trial("here", "broken", [("corrupt", "all")]))
    parts = [{"name": "kill", "skipped": "", "tallies": [ours.document(), other.document()]}]
    document = {**report.surroundings(True), "seconds": 1, "parts": parts}
    assert report.broken(document) == {"kill: merge": {"corrupt": 1}}
    page = report.markdown(document)
    assert "| merge | 2 | 1 | 1 | 1 | 0 | 0 | 0 |" in page
    assert "- corrupt: **1**" in page
    assert "corrupt: here: page 4" in page
    assert "most files left: 1" in page


def test_files_that_pile_up_with_every_kill_are_reported(
    merge: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        inject, "strike", lambda scenario, fault, point: Trial("here", "before", leftovers=("a",))
    )
    monkeypatch.setattr(inject, "kill_again_and_again", lambda scenario, point: ("a", "b"))
    call = next(parse([f'7 pwrite64(3<{hexed("/w/a")}>, "a", 1, 0) = 1']))
    assert inject.run(merge, [(call, True)], inject.KILL, sample=None, jobs=1).violations == {
        inject.LEFTOVERS: 1
    }
    monkeypatch.setattr(inject, "kill_again_and_again", lambda scenario, point: ("a",))
    assert inject.run(merge, [(call, True)], inject.KILL, sample=None, jobs=1).violations == {}
