"""Strict reading of a nested document: whatever is not expected is refused, with its line and its key."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date as Date
from typing import Any, NoReturn

from workshop_app.domain.errors import RefusedFile

MAX_TEXT = 2_000
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")

Locate = Callable[[tuple[str | int, ...]], int | None]
"""Gives the line of a key path in the source file, or None when it has no lines."""


class AgendaProblem(RefusedFile):
    """An agenda that cannot be used: one sentence naming line and key."""

    def __init__(self, sentence: str, line: int | None = None, key: str = "") -> None:
        super().__init__(sentence)
        self.line = line
        self.key = key


class StrictReader:
    """Checked reads from nested dictionaries and lists; `path` says where one stands."""

    def __init__(self, locate: Locate) -> None:
        self._locate = locate
        self._ids: dict[str, tuple[str | int, ...]] = {}

    def _map(
        self,
        raw: object,
        path: tuple[str | int, ...],
        *,
        required: Sequence[str],
        optional: Sequence[str] | None = (),
    ) -> Mapping[str, Any]:
        """`optional` None allows any further key."""
        if not isinstance(raw, Mapping):
            self._refuse(path, "は「名前: 値」の組で書いてください")
        for key in raw:
            if not isinstance(key, str):
                self._refuse(path, f"にある名前「{key}」は文字で書いてください")
            if optional is not None and key not in required and key not in optional:
                self._refuse((*path, key), "という名前は使えません。つづりを確かめてください")
        for key in required:
            if key not in raw:
                self._refuse(path, f"の {key} がありません。書き足してください")
        return raw

    def _list(
        self, parent: Mapping[str, Any], key: str, path: tuple[str | int, ...], *, optional: bool = False
    ) -> Iterable[tuple[tuple[str | int, ...], object]]:
        if key not in parent and optional:
            return ()
        value = parent[key]
        if not isinstance(value, list | tuple) or not value:
            self._refuse((*path, key), "は「- 」で始まる行の並びで、1つ以上書いてください")
        return [((*path, key, index), item) for index, item in enumerate(value)]

    def _text(self, parent: Mapping[str, Any], key: str, path: tuple[str | int, ...]) -> str:
        value = parent[key]
        if not isinstance(value, str):
            self._refuse((*path, key), 'は文字で書いてください（数字や日付は " " で囲みます）')
        if not value.strip() or len(value) > MAX_TEXT:
            self._refuse((*path, key), f"は 1〜{MAX_TEXT:,}文字で書いてください")
        if any(unicodedata.category(char) in ("Cc", "Cs") for char in value):
            self._refuse((*path, key), "に見えない文字が入っています。打ち直してください")
        return value

    def _texts(self, parent: Mapping[str, Any], key: str, path: tuple[str | int, ...]) -> tuple[str, ...]:
        return tuple(
            self._text({"": item}, "", item_path)
            for item_path, item in self._list(parent, key, path, optional=True)
        )

    def _id(self, parent: Mapping[str, Any], key: str, path: tuple[str | int, ...]) -> str:
        value = self._text(parent, key, path)
        if not _ID.fullmatch(value):
            self._refuse((*path, key), "は半角の英字・数字・「-」「_」で 40文字までにしてください")
        return value

    def _new_id(self, parent: Mapping[str, Any], path: tuple[str | int, ...]) -> str:
        value = self._id(parent, "id", path)
        if value in self._ids:
            first = self._locate(self._ids[value])
            where = f"（先は {first}行目）" if first else ""
            self._refuse((*path, "id"), f"「{value}」は前にも使われています{where}。別の記号にしてください")
        self._ids[value] = (*path, "id")
        return value

    def _code(self, parent: Mapping[str, Any], path: tuple[str | int, ...]) -> str:
        if "dantai_code" not in parent:
            return ""
        value = self._text(parent, "dantai_code", path)
        if not (value.isascii() and value.isdigit() and len(value) == 6):
            self._refuse((*path, "dantai_code"), 'は 6桁の数字を " " で囲んで書いてください')
        if check_digit(value[:5]) != value[5]:
            self._refuse(
                (*path, "dantai_code"),
                f"「{value}」は最後の数字（検査数字）が合いません。全国地方公共団体コードの表と見比べてください",
            )
        return value

    def _date(self, parent: Mapping[str, Any], key: str, path: tuple[str | int, ...]) -> str:
        value = parent[key]
        text = value.isoformat() if isinstance(value, Date) else value
        try:
            if not isinstance(text, str) or Date.fromisoformat(text).isoformat() != text:
                raise ValueError
        except ValueError:
            self._refuse((*path, key), "は 2014-10-05 のような日付にしてください")
        return str(text)

    def _refuse(self, path: tuple[str | int, ...], what: str) -> NoReturn:
        line = self._locate(path)
        key = dotted(path)
        place = "議題ファイルの " + (f"{line}行目 " if line else "")
        name = f"「{key}」" if key else "いちばん外側"
        raise AgendaProblem(f"{place}{name}{what}。今のデータは変わっていません。", line, key)


def check_digit(code: str) -> str:
    """The sixth digit of a 全国地方公共団体コード from its first five (weights 6 to 2, modulus 11)."""
    total = sum(weight * int(digit) for weight, digit in zip(range(6, 1, -1), code, strict=True))
    return str(11 - total % 11)[-1]


def dotted(path: tuple[str | int, ...]) -> str:
    """themes.T1 reads better than themes[0], but positions are always known: themes[1] is the first."""
    out = ""
    for part in path:
        if isinstance(part, int):
            out += f"[{part + 1}]"
        else:
            out += f".{part}" if out else part
    return out
