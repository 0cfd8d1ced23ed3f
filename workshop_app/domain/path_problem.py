"""A place that the system will not even look at, in words: a name too long, a folder without permission.

`Path.exists` and its like answer False for a missing file but raise for these, so every first question about
a path somebody typed is asked inside `path_errors`.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workshop_app.domain.errors import StorageUnavailable

_SHOWN_CHARS = 40


@contextmanager
def path_errors(path: Path) -> Iterator[None]:
    """Turn the system's answer to a question about this path into a sentence that names it."""
    try:
        yield
    except OSError as problem:
        raise path_problem(problem, path) from problem


def is_there(path: Path) -> bool:
    """Whether there is something of this name; a name the system cannot even ask for is none."""
    try:
        return path.exists()
    except OSError:
        return False


def path_problem(problem: OSError, path: Path | None = None) -> StorageUnavailable:
    """The sentence; without a path the one the system names."""
    if path is None and isinstance(problem.filename, str):
        path = Path(problem.filename)
    name = "ファイル" if path is None else f"「{_shortened(path.name or str(path))}」"
    if problem.errno == errno.ENAMETOOLONG:
        return StorageUnavailable(
            f"{name}という名前は長すぎて使えません。今のデータは変わっていません。短い名前にしてください。"
        )
    if isinstance(problem, PermissionError):
        return StorageUnavailable(
            f"{name}のある場所を読み書きする許可がありません。今のデータは変わっていません。"
            "別の場所を選ぶか、許可を確かめてください。"
        )
    if problem.errno == errno.ENOSPC:
        return StorageUnavailable(
            f"空き容量が足りず、{name}を書き込めませんでした。今のデータは変わっていません。"
            "不要なファイルを片づけて、もう一度試してください。"
        )
    return StorageUnavailable(
        f"{name}を読み書きできませんでした。今のデータは変わっていません。場所と名前を確かめてください。"
    )


def _shortened(name: str) -> str:
    return name if len(name) <= _SHOWN_CHARS else f"{name[: _SHOWN_CHARS // 2]}…{name[-10:]}"
