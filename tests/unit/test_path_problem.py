"""What the system refuses to look at, in words."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from workshop_app.domain.errors import StorageUnavailable
from workshop_app.domain.path_problem import path_errors


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        (errno.ENAMETOOLONG, "長すぎて"),
        (errno.EACCES, "許可"),
        (errno.ENOSPC, "空き容量"),
        (errno.EIO, "読み書きできませんでした"),
    ],
)
def test_path_errors_names_the_file_and_the_cause(code: int, wanted: str) -> None:
    with pytest.raises(StorageUnavailable) as caught, path_errors(Path("ある場所") / "東区.wsdb"):
        raise OSError(code, "as the system says it")
    assert wanted in caught.value.sentence
    assert "「東区.wsdb」" in caught.value.sentence
    assert "as the system" not in caught.value.sentence


def test_path_errors_shortens_an_endless_name() -> None:
    with pytest.raises(StorageUnavailable) as caught, path_errors(Path("あ" * 500 + ".wsdb")):
        raise OSError(errno.ENAMETOOLONG, "too long")
    assert len(caught.value.sentence) < 150
    assert ".wsdb" in caught.value.sentence
