"""The program as seen from outside: its command line, and what a workshop file says it holds."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from urllib.parse import quote

ROOT = Path(__file__).resolve().parents[2]
TIME_LIMIT_S = 60
SUFFIX = ".wsdb"
_START_WITHOUT_ASKING = """
import sys
from workshop_app.storage import space
from workshop_app.cli import main
space.free_bytes = lambda folder: 1 << 60
if __name__ == "__main__":
    sys.exit(main())
"""


def _endless(folder: Path) -> int:
    """A disk that says it has room for anything."""
    return 1 << 60


@dataclass(frozen=True, slots=True)
class Done:
    """How one command ended; a negative status is the signal that ended it."""

    status: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Box:
    """A private place for one trial: the files it works on, its temporary files, its settings."""

    root: Path

    @property
    def work(self) -> Path:
        """The folder with the workshop files."""
        return self.root / "work"

    @property
    def tmp(self) -> Path:
        """What the program gets as the system's folder for temporary files."""
        return self.root / "tmp"

    def make(self) -> Box:
        """Create the folders."""
        for folder in (self.work, self.tmp, self.root / "home"):
            folder.mkdir(parents=True, exist_ok=True)
        return self

    def environment(self) -> dict[str, str]:
        """The environment of every command run in this box."""
        return {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "PYTHONIOENCODING": "utf-8",
            # No .pyc is written, and hashing is the same in every run: the calls can be counted.
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONHASHSEED": "0",
            "WORKSHOP_APP_HOME": str(self.root / "home"),
            "TMPDIR": str(self.tmp),
        }

    def files(self) -> dict[str, Path]:
        """Every file and folder below `work` and `tmp`, by its path relative to the box."""
        found = (path for top in (self.work, self.tmp) for path in top.rglob("*"))
        return {path.relative_to(self.root).as_posix(): path for path in found}


@contextmanager
def new_box(template: Path | None = None) -> Iterator[Box]:
    """A box that is gone afterwards, filled with a copy of the template's files."""
    with tempfile.TemporaryDirectory(prefix="workshop-fault-") as folder:
        # The trace shows real paths.
        box = Box(Path(folder).resolve()).make()
        if template is not None:
            shutil.copytree(template, box.work, dirs_exist_ok=True)
        yield box


def run_real(
    box: Box, arguments: Sequence[str], before: Sequence[str] = (), *, ask_for_room: bool = True
) -> Done:
    """`python -m workshop_app ARGUMENTS` in a new interpreter, under the command `before` (a tracer).

    Without `ask_for_room` it begins whatever the disk says, and finds out in the middle.
    """
    start = ["-m", "workshop_app"] if ask_for_room else ["-c", _START_WITHOUT_ASKING]
    done = subprocess.run(
        [*before, sys.executable, *start, *arguments],
        cwd=ROOT,
        env=box.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=TIME_LIMIT_S * 3,
        check=False,
    )
    return Done(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))


def run_forked(box: Box, *arguments: object, ask_for_room: bool = True) -> Done:
    """The same command line in a forked process, which spares the imports; for preparing and checking."""
    # Loaded in the parent, so every fork has them; the harness can be imported without the program.
    import workshop_app.storage.database  # noqa: F401
    from workshop_app import cli
    from workshop_app.storage import space

    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        sys.stdout.flush()
        sys.stderr.flush()
        child = os.fork()
        if child == 0:
            status = 1
            try:
                signal.alarm(TIME_LIMIT_S)
                for stream, number in ((out, 1), (err, 2)):
                    os.dup2(stream.fileno(), number)
                sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
                sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)
                os.environ.update(box.environment())
                tempfile.tempdir = None
                # A process the program starts must not load the harness as its main module.
                sys.modules["__main__"] = ModuleType("__main__")
                os.chdir(ROOT)
                if not ask_for_room:
                    space.free_bytes = _endless
                status = cli.main([str(argument) for argument in arguments])
            except SystemExit as leaving:
                status = leaving.code if isinstance(leaving.code, int) else 1
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(status)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        out.seek(0)
        err.seek(0)
        return Done(status, out.read().decode(errors="replace"), err.read().decode(errors="replace"))


def succeed(box: Box, *arguments: object) -> dict:
    """Run a command with --json that must succeed; gives its document."""
    done = run_forked(box, *arguments, "--json")
    if done.status != 0:
        raise RuntimeError(f"{arguments[0]} ended with {done.status}: {done.err or done.out}")
    return json.loads(done.out)


@dataclass(frozen=True, slots=True)
class Digest:
    """What a file holds: its op ids and what `list` and `conflicts` say. `trouble` when it cannot say."""

    ops: int = 0
    op_ids: str = ""
    notes: str = ""
    conflicts: str = ""
    trouble: str = ""


ABSENT = Digest(trouble="no such file")
_known: dict[str, Digest] = {}


def digest(box: Box, path: Path) -> Digest:
    """Let the program open a file and say what is in it; a file that is not there is `ABSENT`."""
    if not path.exists():
        return ABSENT
    # With nothing to recover beside it, equal bytes hold equal content.
    alone = not any(path.with_name(path.name + side).exists() for side in ("-journal", "-wal"))
    key = sha256(path) if alone else ""
    if key not in _known:
        found = _ask(box, path)
        if not alone:
            return found
        _known[key] = found
    return _known[key]


def _ask(box: Box, path: Path) -> Digest:
    documents = []
    for command in ("list", "conflicts", "check"):
        done = run_forked(box, command, path, "--json")
        if done.status != 0:
            said = (done.err.strip() or done.out.strip()).splitlines()
            return Digest(trouble=f"{command} ended with {done.status}: {said[-1] if said else ''}")
        documents.append(json.loads(done.out))
    notes, conflicts, health = documents
    if not health["healthy"]:
        return Digest(trouble=f"check: {health['integrity']}")
    # After the program has opened it there is no journal left to replay.
    with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as reader:
        ids = [row[0] for row in reader.execute("SELECT op_id FROM op ORDER BY op_id")]
    return Digest(len(ids), _hash(b"".join(ids)), _hash(_canonical(notes)), _hash(_canonical(conflicts)))


def plain_sentences(text: str, at_most: int) -> bool:
    """Whether standard error holds only plain Japanese sentences, a line each, and no traceback."""
    lines = text.strip().splitlines()
    return (
        0 < len(lines) <= at_most
        and "Traceback" not in text
        and all(line.rstrip("）").endswith("。") and not line.isascii() for line in lines)
    )


def sha256(path: Path) -> str:
    """The fingerprint of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _canonical(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False, sort_keys=True).encode()


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
