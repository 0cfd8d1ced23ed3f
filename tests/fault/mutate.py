"""Real files, damaged at random: each must be refused with a sentence or read exactly as it was."""

from __future__ import annotations

import re
import shutil
import signal
import sqlite3
import struct
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from urllib.parse import quote

from fault.program import ROOT, TIME_LIMIT_S, Box, new_box, succeed
from fault.tally import Tally, Trial, in_parallel

SEED = 20141005
CHUNK = 25
SECTOR = 512
HEADER = 100
SHARED = ROOT.parent / "shared" / "data" / "sqlite"
NOT_OURS = re.compile("本アプリの記録ではありません|別のプログラムのデータベース")
Ops = Mapping[bytes, tuple]


OWN_PROCESS_EVERY = 40
"""The program reads in a process of its own, which takes a quarter of a second: every 40th trial does so too."""


@dataclass(frozen=True, slots=True)
class Read:
    """What the program made of a file: its edits by id, and its rows about sessions."""

    ops: Ops
    sessions: frozenset


def read_ops(path: Path, *, own_process: bool = False) -> Read:
    """THE adapter: the one place that knows how the program reads a file from outside.

    Raises WorkshopError for a refused file, as the program does. What it would merge are the rows of the
    verified copy.
    """
    from workshop_app.storage.foreign_file import (
        in_own_process,
        in_this_process,
        private_folder,
        verify_file,
    )

    with private_folder() as folder:
        reader = in_own_process if own_process else in_this_process
        verified = verify_file(path, folder, reader=reader)
        with closing(sqlite3.connect(f"file:{quote(str(verified.copy))}?immutable=1", uri=True)) as copy:
            copy.text_factory = bytes
            columns = "op_id, entity_id, kind, payload, parents, hlc, session, seq"
            ops = {row[0]: row[1:] for row in copy.execute(f"SELECT {columns} FROM op")}
            sessions = frozenset(copy.execute("SELECT * FROM session"))
    return Read(ops, sessions)


# --- damage ------------------------------------------------------------------------------------------------


def flip_a_bit(data: bytearray, random: Random) -> None:
    """One bit anywhere."""
    place = random.randrange(len(data) * 8)
    data[place // 8] ^= 1 << place % 8


def zero_a_sector(data: bytearray, random: Random) -> None:
    """512 bytes of zeros, as a bad block of a stick gives."""
    start = random.randrange(len(data) // SECTOR) * SECTOR
    data[start : start + SECTOR] = bytes(SECTOR)


def cut_off(data: bytearray, random: Random) -> None:
    """The end is missing: at any byte, or at a sector or page."""
    unit = random.choice((1, SECTOR, page_size(data)))
    del data[random.randrange(len(data)) // unit * unit :]


def swap_pages(data: bytearray, random: Random) -> None:
    """Two pages in each other's place."""
    one, other = _two_pages(data, random)
    first = data[one]
    data[one] = data[other]
    data[other] = first


def repeat_a_page(data: bytearray, random: Random) -> None:
    """A page written over another one."""
    one, other = _two_pages(data, random)
    data[one] = data[other]


def change_the_header(data: bytearray, random: Random) -> None:
    """A field of the first 100 bytes set to a small, large or random number."""
    offset, width = random.choice(_FIELDS)
    value = random.choice(
        (0, 1, 2, 5, 1 << 8 * width - 1, (1 << 8 * width) - 1, random.getrandbits(8 * width))
    )
    data[offset : offset + width] = value.to_bytes(width, "big")


def write_noise(data: bytearray, random: Random) -> None:
    """A few random bytes anywhere."""
    width = random.randint(1, 16)
    start = random.randrange(len(data) - width)
    data[start : start + width] = random.randbytes(width)


_FIELDS = (
    *((0, 16), (16, 2), (18, 1), (19, 1), (20, 1), (21, 1), (22, 1), (23, 1)),
    *((offset, 4) for offset in (24, 28, 32, 36, 40, 44, 48, 52, 56, 60, 64, 68, 92, 96)),
    *((72, 20),),
)
"""(offset, width) of every field of SQLite's header, the reserved bytes too."""
DAMAGE: tuple[Callable[[bytearray, Random], None], ...] = (
    *(flip_a_bit, flip_a_bit, zero_a_sector, cut_off),
    *(swap_pages, repeat_a_page, change_the_header, write_noise),
)
"""Bit flips are the subtlest and drawn twice as often."""


def page_size(data: bytearray | bytes) -> int:
    """The page size in the header."""
    (size,) = struct.unpack_from(">H", data, 16)
    return 65536 if size == 1 else int(size)


def _two_pages(data: bytearray, random: Random) -> tuple[slice, slice]:
    size = page_size(data)
    one, other = random.sample(range(len(data) // size), 2)
    return slice(one * size, one * size + size), slice(other * size, other * size + size)


# --- trials ------------------------------------------------------------------------------------------------


def build(root: Path) -> dict[str, Path]:
    """The real files that get damaged."""
    made = {
        name: root / f"{name}.wsdb" for name in ("empty laptop", "50 notes", "five wards merged", "package")
    }
    with new_box() as box:
        succeed(box, "new", made["empty laptop"], "--ward", "西区")
        _make_fifty_notes(box, made["50 notes"])
        (box.work / "stick").mkdir()
        package = succeed(box, "handover", made["50 notes"], box.work / "stick")["path"]
        shutil.copy(package, made["package"])
        demo = succeed(box, "demo", box.work / "demo", "--no-window")
        shutil.copy(demo["merged"], made["five wards merged"])
    return made


def _make_fifty_notes(box: Box, path: Path) -> None:
    """A laptop's file with corrections, a void, votes, and a clash with another laptop."""
    succeed(box, "new", path, "--ward", "東区")
    (box.work / "意見.txt").write_text(
        "\n".join(f"意見 その{n}　窓口と地域のこと" for n in range(50)), encoding="utf-8"
    )
    succeed(box, "import", path, box.work / "意見.txt", "--theme", "T2", "--table", 3)
    numbers = [note["number"] for note in succeed(box, "list", path)["notes"]]
    other = box.work / "other.wsdb"
    succeed(box, "merge", other, path)
    for number in numbers[:4]:
        succeed(box, "note", "edit", path, number, "--text", f"直した {number}")
        succeed(box, "note", "edit", other, number, "--text", f"別に直した {number}")
    succeed(box, "note", "void", path, numbers[5], "--reason", "打ち間違い")
    succeed(box, "note", "edit", path, numbers[6], "--votes", 4)
    succeed(box, "merge", path, other)


def run(
    name: str, path: Path, *, trials: int, jobs: int, seed: int = SEED, keep: Path | None = None
) -> Tally:
    """Damage one file many times."""
    tally = Tally(name)
    truth = read_ops(path)
    if not truth.ops:
        raise RuntimeError(f"{name} is refused without any damage")
    tally.figures |= {"bytes": path.stat().st_size, "edits": len(truth.ops), "seed": seed}
    work = partial(damage_and_read, name, path.read_bytes(), truth, seed, keep)
    slowest = 0.0
    for trial, seconds, other_sessions in in_parallel(work, range(trials), jobs, CHUNK):
        tally.add(trial)
        slowest = max(slowest, seconds)
        if other_sessions:
            key = "read with the same edits but other session rows"
            tally.figures[key] = tally.figures.get(key, 0) + 1
    tally.figures["slowest in seconds"] = round(slowest, 2)
    return tally


def damaged(name: str, data: bytes, seed: int, number: int) -> tuple[str, bytes]:
    """The number-th damaged copy of a file and what was done to it; never equal to the file itself."""
    random = Random(f"{seed}:{name}:{number}")
    while True:
        copy = bytearray(data)
        kind = random.choice(DAMAGE)
        kind(copy, random)
        if copy != data:
            return kind.__name__, bytes(copy)


def damage_and_read(
    name: str, data: bytes, truth: Read, seed: int, keep: Path | None, number: int
) -> tuple[Trial, float, bool]:
    """One damaged file through the adapter; also how long it took, and whether only sessions differ.

    Files are made anew in every run, so one that shows a defect is kept when there is a place for it.
    """
    kind, copy = damaged(name, data, seed, number)
    with tempfile.TemporaryDirectory(prefix="workshop-fault-") as folder:
        path = Path(folder) / "file.wsdb"
        path.write_bytes(copy)
        start = time.monotonic()
        outcome, found = read_guarded(path, own_process=number % OWN_PROCESS_EVERY == 0)
        trial = Trial(f"number {number}, {kind}", f"{kind}: {outcome.partition(':')[0]}")
        seconds = time.monotonic() - start
        if found is not None and found.ops != truth.ops:
            trial.violations.append(("silent change", f"{len(found.ops)} edits read of {len(truth.ops)}"))
        elif found is None and not outcome.startswith("refused"):
            trial.violations.append((outcome.partition(":")[0], outcome))
        if path.read_bytes() != copy:
            trial.violations.append(("source changed", "the file itself was written to"))
        if trial.violations and keep is not None:
            (keep / f"{name} {number}.wsdb").write_bytes(copy)
        return trial, seconds, found is not None and found.sessions != truth.sessions


class _TooLong(BaseException):
    """The alarm rang; no handler of the program's may take it for something else."""


def read_guarded(path: Path, *, own_process: bool = False) -> tuple[str, Read | None]:
    """Read through the adapter under an alarm: what became of it, and what was read."""
    from workshop_app.domain.errors import WorkshopError

    def ring(*_: object) -> None:
        raise _TooLong

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(TIME_LIMIT_S)
    try:
        return "read", read_ops(path, own_process=own_process)
    except WorkshopError as problem:
        return ("refused" if problem.sentence.endswith("。") else f"no plain sentence: {problem}"), None
    except _TooLong:
        return "hang", None
    except Exception as problem:
        return f"other exception: {type(problem).__name__}: {problem}", None
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def run_collection(*, jobs: int) -> Tally | None:
    """Every database of the shared collection of odd and broken ones; None where it is not there."""
    files = sorted(path for path in SHARED.rglob("*") if path.is_file() and path.parent != SHARED)
    if not files:
        return None
    healthy = set(_healthy())
    tally = Tally("collection of foreign and broken databases")
    work = partial(read_collected, healthy)
    for trial in in_parallel(work, files, jobs):
        tally.add(trial)
    return tally


def _healthy() -> Iterator[str]:
    for line in (SHARED / "MANIFEST.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        name, _, verdict = line.split("\t")[:3]
        if verdict == "ok":
            yield name


def read_collected(healthy: set[str], path: Path) -> Trial:
    """One file of the collection: refused, and a healthy one as not ours."""
    from workshop_app.domain.errors import WorkshopError

    name = path.relative_to(SHARED).as_posix()
    trial = Trial(name, "")
    outcome, found = read_guarded(path, own_process=True)
    trial.outcome = outcome
    if found is not None:
        trial.violations.append(("silent change", "a foreign file was read"))
    elif not outcome.startswith("refused"):
        trial.violations.append((outcome.partition(":")[0], outcome))
    elif name in healthy:
        try:
            read_ops(path)
        except WorkshopError as problem:
            trial.outcome = "healthy, refused as not ours"
            if not NOT_OURS.search(problem.sentence):
                trial.violations.append(("wrong reason", problem.sentence))
    return trial
