"""Writing a file that somebody takes away, so that the target is either the old file or the complete new one.

It is written under a passing name beside the target, read back and checked, flushed to the disk and then put in
place in one step. When another program holds the target, it gets a numbered name instead.
"""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Callable, Collection
from pathlib import Path

from workshop_app.domain.errors import InvalidInput, StorageUnavailable
from workshop_app.domain.path_problem import path_errors

_MOST_NUMBERED_NAMES = 99
_NO_SPACE = {errno.ENOSPC, errno.EDQUOT} if hasattr(errno, "EDQUOT") else {errno.ENOSPC}


def check_target(path: Path, suffixes: Collection[str]) -> None:
    """Refuse a name with another ending, and a place where no file can be; raises InvalidInput."""
    if path.suffix.lower() not in suffixes:
        wanted = " か ".join(suffixes)
        raise InvalidInput(
            f"出力先「{path.name}」の名前の終わりが {wanted} ではありません。何も書き出していません。"
            f"名前の終わりを {wanted} にしてください。"
        )
    with path_errors(path):
        if not path.parent.is_dir():
            raise InvalidInput(
                f"出力先のフォルダー「{path.parent}」がありません。何も書き出していません。"
                "フォルダーを作るか、別の場所を選んでください。"
            )
        if path.is_dir():
            raise InvalidInput(
                f"「{path.name}」はフォルダーの名前です。何も書き出していません。別の名前を選んでください。"
            )


def write_whole(path: Path, write: Callable[[Path], None], reads_back: Callable[[Path], bool]) -> Path:
    """Write the file and return where it is.

    The returned path differs from `path` (「…_2.xlsx」) when the target is open in another program. `write` is given
    the passing name, `reads_back` says whether what lies there is whole; an exception from either leaves nothing
    behind. Raises StorageUnavailable (disk full, not writable, or the written file does not read back); the file
    that was there before is untouched then.
    """
    temporary = path.with_name(f".{path.stem[:40]}.{secrets.token_hex(4)}.tmp")
    try:
        write(temporary)
        if not reads_back(temporary):
            raise OSError(errno.EIO, "read back")
        _flush(temporary)
        return _put_in_place(temporary, path)
    except OSError as problem:
        raise _storage_problem(problem, path) from problem
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a page whole or not at all; raises StorageUnavailable."""
    data = text.encode("utf-8")

    def write(place: Path) -> None:
        place.write_bytes(data)

    write_whole(path, write, lambda place: place.read_bytes() == data)


def _flush(path: Path) -> None:
    with open(path, "r+b") as file:
        os.fsync(file.fileno())


def _put_in_place(temporary: Path, path: Path) -> Path:
    """Replace the target; while another program holds it, take the first free numbered name."""
    try:
        os.replace(temporary, path)
        placed = path
    except PermissionError:
        placed = _numbered(temporary, path)
    _flush_folder(path.parent)
    return placed


def _numbered(temporary: Path, path: Path) -> Path:
    for number in range(2, _MOST_NUMBERED_NAMES + 1):
        candidate = path.with_name(f"{path.stem}_{number}{path.suffix}")
        if not candidate.exists():
            os.replace(temporary, candidate)
            return candidate
    raise PermissionError(errno.EACCES, "no free name")


def _flush_folder(folder: Path) -> None:
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError:
        pass  # Some network file systems cannot flush a folder; the file itself is flushed already.
    finally:
        os.close(handle)


def _storage_problem(problem: OSError, path: Path) -> StorageUnavailable:
    safe = "元のファイルも記録も、そのまま残っています。"
    if problem.errno in _NO_SPACE:
        return StorageUnavailable(
            f"ディスクの空きが足りないため、「{path.name}」を書き出せませんでした。{safe}"
            "空きを増やすか、別の場所を選んでください。"
        )
    if problem.errno == errno.EIO:
        return StorageUnavailable(
            f"書き出した「{path.name}」を読み直して確かめたところ、内容が合いませんでした。{safe}"
            "別の場所（別のディスク）に出力してください。"
        )
    if isinstance(problem, PermissionError):
        return StorageUnavailable(
            f"「{path.parent}」に書き込めないため、「{path.name}」を書き出せませんでした。{safe}"
            "ほかのプログラムで開いているときは閉じるか、別の場所を選んでください。"
        )
    return StorageUnavailable(
        f"「{path.name}」を書き出せませんでした（{problem.strerror or problem}）。{safe}"
        "別の場所を選んで、もう一度試してください。"
    )
