"""Reading a file from outside as if somebody had built it to hurt us.

Everything happens on a private copy; the original is only read. A `-journal` or `-wal` beside it is never
replayed: with it the file is not finished, and the sentence says how to hand it over properly. SQLite sees the
copy in a process of its own only (foreign_reader.py). The checks stand in the order in which they become safe
to make (db/README.md, "opening a file from outside").
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir, mkdtemp

from workshop_app import worker_process
from workshop_app.domain.clock import stamp_ms
from workshop_app.domain.errors import Cancelled, RefusedFile, WorkshopError
from workshop_app.services.ports import Quarantined, TableCount, VerifiedFile, Watch
from workshop_app.storage import foreign_reader, frozen_schema
from workshop_app.storage.engine import storage_errors
from workshop_app.storage.leftovers import sweep
from workshop_app.storage.migrate import SQLITE_MAGIC, require_ours
from workshop_app.worker_process import Answer, Step

MIN_BYTES = 512
MAX_BYTES = 2 * 1024**3
_COPY_CHUNK = 1 << 20
_FOLDER = "workshop-app."

UNCHANGED = "今のデータは変わっていません。"
AGAIN = "端末で、もう一度「ファイルを渡す」をしてください。"
_REOPEN = "その端末で本アプリを開き直して閉じ、もう一度「ファイルを渡す」をしてください。"
_REFUSALS = {
    "cut": f"は途中で切れています。{UNCHANGED}{AGAIN}",
    "damaged": f"は壊れていて、最後まで読めません。{UNCHANGED}{AGAIN}",
    "shape": f"は本アプリが作った形ではありません。{UNCHANGED}{AGAIN}",
    "open_copy": f"は開いたまま写されたファイルです。{UNCHANGED}{_REOPEN}",
    "schema": f"の中の表の形が本アプリのものと違います。{UNCHANGED}ほかのプログラムで手を加えていないか確かめてください。",
    "tampered": f"の記録の一部が書き換わっています。{UNCHANGED}{AGAIN}",
    "missing": f"の記録の一部がなくなっています。{UNCHANGED}{AGAIN}",
    "time": f"は決めた時間では読み終わらないため、やめました。{UNCHANGED}選んだファイルを確かめてください。",
    "memory": f"は読むのに多くの記憶を使うため、やめました。{UNCHANGED}選んだファイルを確かめてください。",
    "start": f"を読むための準備ができませんでした。{UNCHANGED}本アプリを開き直して、もう一度試してください。",
    "nothing": f"からは、読める記録を取り出せませんでした。{UNCHANGED}{AGAIN}",
}
SALVAGEABLE = frozenset({"cut", "damaged", "shape", "tampered", "missing"})
"""Refusals after which whole records may still be taken out, when a person asks for it."""


class RefusedRecord(RefusedFile):
    """A workshop file that cannot be taken as it is; `salvageable` when some of its records may be whole."""

    def __init__(self, sentence: str, *, salvageable: bool = False) -> None:
        super().__init__(sentence)
        self.salvageable = salvageable


@dataclass(frozen=True, slots=True)
class Question:
    """What the reading process is asked: a private copy, its schema as SQL, and where to salvage to."""

    copy: Path
    schema: str
    version: int
    salvage_into: Path | None


Reader = Callable[[Question, Step], Answer]


def in_own_process(question: Question, step: Step) -> Answer:
    """Read in a process with limits, which may die without harm; the reader of the program."""
    into = None if question.salvage_into is None else str(question.salvage_into)
    arguments = (str(question.copy), question.schema, question.version, into)
    return worker_process.ask(
        foreign_reader.work, arguments, time_limit_s=foreign_reader.TIME_LIMIT_S, step=step
    )


def in_this_process(question: Question, step: Step) -> Answer:
    """The same reading without a process of its own: for files this program has just written itself."""
    into = None if question.salvage_into is None else str(question.salvage_into)
    return foreign_reader.read(str(question.copy), question.schema, question.version, into, step)


@contextmanager
def private_folder() -> Iterator[Path]:
    """A folder that only this user can enter, gone at the end."""
    sweep(Path(gettempdir()), _FOLDER)
    with storage_errors():
        folder = Path(mkdtemp(prefix=f"{_FOLDER}p{os.getpid()}."))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def file_sha256(path: Path) -> str:
    """SHA-256 of a file; raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def verify_file(
    path: Path,
    folder: Path,
    *,
    salvage: bool = False,
    watch: Watch | None = None,
    reader: Reader = in_own_process,
    place: str = "",
) -> VerifiedFile:
    """Verify a workshop file from outside; its private copy goes into `folder`.

    `place` says which of several files it is, for `watch`: what it counts are the records of this one.
    With `salvage` a damaged file is not refused: its whole records are taken out, the rest is counted. Raises
    RefusedFile with a reason of its own for whatever cannot be taken, Cancelled when `watch` says so.
    """
    name = path.name
    with storage_errors():
        inside = Path(mkdtemp(dir=folder))
    # The copy keeps the name: whatever is found, the sentence names the file the person knows.
    copy = inside / name
    digest, modified_ms = _private_copy(path, copy)
    version = require_ours(copy)
    code = _header_problem(copy)
    if code is not None and not (salvage and code in SALVAGEABLE):
        raise _refusal(name, code)
    if code == "cut":
        _fill_up(copy)
    into = inside / "salvaged.sqlite" if salvage else None
    schema = frozen_schema.script_of(version)

    def step(done: int, of: int) -> None:
        if watch is not None:
            watch.step(f"「{name}」{place}の記録を確かめています", done, of)

    step(0, 0)
    answer = reader(Question(copy, schema, version, into), step)
    if "refused" in answer:
        raise _refusal(name, str(answer["refused"]))
    return _verified(name, into or copy, digest, modified_ms, answer, salvaged=salvage)


def _verified(
    name: str, copy: Path, digest: str, modified_ms: int, answer: Answer, *, salvaged: bool
) -> VerifiedFile:
    return VerifiedFile(
        file_name=name,
        copy=copy,
        sha256=digest,
        rows_in=int(answer["rows"]),
        notes=int(answer["notes"]),
        agenda_ids=frozenset(map(str, answer["agendas"])),
        practice=answer["practice"],
        tables=tuple(TableCount(str(place), table, int(count)) for place, table, count in answer["tables"]),
        newest_ms=stamp_ms(int(answer["newest"])),
        modified_ms=modified_ms,
        unusual=tuple(map(str, answer["unusual"])),
        quarantined=tuple(Quarantined(*map(str, item)) for item in answer["quarantined"]),
        lost=int(answer.get("lost", 0)),
        salvaged=salvaged,
    )


def _refusal(name: str, code: str) -> WorkshopError:
    if code == "cancelled":
        return Cancelled(f"「{name}」を確かめるのをやめました。{UNCHANGED}")
    return RefusedRecord(
        f"「{name}」{_REFUSALS.get(code, _REFUSALS['damaged'])}", salvageable=code in SALVAGEABLE
    )


def _private_copy(path: Path, copy: Path) -> tuple[str, int]:
    """Copy while hashing; refuse links, odd sizes, side files and a file that changes under our hands.

    Returns SHA-256 and the time of the last change in ms.
    """
    try:
        before = path.lstat()
    except FileNotFoundError:
        raise RefusedFile(
            f"「{path.name}」が見つかりません。{UNCHANGED}場所と名前を確かめてください。"
        ) from None
    except (OSError, ValueError) as problem:
        raise RefusedFile(
            f"「{path.name}」を読めませんでした。{UNCHANGED}場所と名前を確かめてください。"
        ) from problem
    if not stat.S_ISREG(before.st_mode):
        raise RefusedFile(
            f"「{path.name}」は普通のファイルではありません。{UNCHANGED}記録のファイルそのものを選んでください。"
        )
    if before.st_size > MAX_BYTES:
        raise RefusedFile(
            f"「{path.name}」は大きすぎます（2 GB まで）。{UNCHANGED}選んだファイルを確かめてください。"
        )
    for suffix in ("-journal", "-wal"):
        side = path.with_name(path.name + suffix)
        if side.exists() and side.stat().st_size > 0:
            raise RefusedFile(
                f"「{path.name}」は書き込みの途中で写されています（{side.name} があります）。{UNCHANGED}{_REOPEN}"
            )
    digest = hashlib.sha256()
    with storage_errors(), copy.open("wb") as target:
        try:
            with path.open("rb") as source:
                while block := source.read(_COPY_CHUNK):
                    digest.update(block)
                    target.write(block)
            after = path.lstat()
        except PermissionError as problem:
            raise RefusedFile(
                f"「{path.name}」を読めませんでした。{UNCHANGED}ほかで開いていないか確かめて、もう一度試してください。"
            ) from problem
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise RefusedFile(
            f"「{path.name}」はまだ書き込まれている途中です。{UNCHANGED}終わってから、もう一度試してください。"
        )
    os.chmod(copy, stat.S_IRUSR)
    return digest.hexdigest(), before.st_mtime_ns // 1_000_000


def _fill_up(copy: Path) -> None:
    """Give a copy that was cut its length again, with empty pages: SQLite reads nothing of a shorter one."""
    with copy.open("rb") as file:
        head = file.read(100)
    (raw_page,) = struct.unpack_from(">H", head, 16)
    (page_count,) = struct.unpack_from(">I", head, 28)
    wanted = page_count * (65536 if raw_page == 1 else raw_page)
    if copy.stat().st_size < wanted <= MAX_BYTES:
        os.chmod(copy, stat.S_IRUSR | stat.S_IWUSR)
        os.truncate(copy, wanted)


def _header_problem(path: Path) -> str | None:
    """The database header by hand, before SQLite sees the file (file format, section 1.3): a code or None."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(100)
    assert head.startswith(SQLITE_MAGIC)
    (raw_page,) = struct.unpack_from(">H", head, 16)
    page = 65536 if raw_page == 1 else raw_page
    if head[18:20] == b"\x02\x02":
        return "open_copy"
    (change, page_count) = struct.unpack_from(">II", head, 24)
    (encoding,) = struct.unpack_from(">I", head, 56)
    (valid_for,) = struct.unpack_from(">I", head, 92)
    if page < MIN_BYTES or page & (page - 1):
        return "damaged"
    if size != page_count * page:
        return "cut"
    usual = head[18:20] == b"\x01\x01" and head[20] == 0 and head[21:24] == bytes((64, 32, 32))
    if not usual or encoding != 1 or change != valid_for:
        return "shape"
    return None
