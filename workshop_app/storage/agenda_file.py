"""Agenda files: strict YAML under limits, every problem told with its line and key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from workshop_app import paths
from workshop_app.domain.agenda import Agenda
from workshop_app.domain.strict_reader import AgendaProblem, dotted

MAX_BYTES = 1 << 20
MAX_DEPTH = 12
_DEFAULT = "kumamoto-h26.yaml"

_Path = tuple[str | int, ...]


def default_agenda_path() -> Path:
    """The built-in agenda of the first real case."""
    return paths.resource("agenda", _DEFAULT)


def builtin_agendas() -> tuple[Path, ...]:
    """Every agenda shipped with the program, the default first."""
    found = sorted(paths.resource("agenda").glob("*.yaml"))
    return tuple(sorted(found, key=lambda path: path.name != _DEFAULT))


def load_agenda(path: Path) -> Agenda:
    """Read an agenda file; raises AgendaProblem with one plain sentence."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as problem:
        raise AgendaProblem(
            f"議題ファイル「{path.name}」を読めませんでした。今のデータは変わっていません。場所と名前を確かめてください。"
        ) from problem
    if len(raw) > MAX_BYTES:
        raise AgendaProblem(
            f"議題ファイル「{path.name}」は大きすぎます（1 MB まで）。今のデータは変わっていません。選んだファイルを確かめてください。"
        )
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = raw[: problem.start].count(b"\n") + 1
        raise AgendaProblem(
            f"議題ファイルの {line}行目が UTF-8 の文字ではありません。今のデータは変わっていません。"
            "文字コードを UTF-8 にして保存し直してください。",
            line,
        ) from problem
    return parse_agenda(text)


class _Loader(yaml.SafeLoader):
    """Knows where in the nest it stands, and stops before a nest so deep that Python itself would give up."""

    def __init__(self, text: str) -> None:
        self._at: list[str | int] = []
        super().__init__(text)

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        key = index.value if isinstance(index, yaml.ScalarNode) else index
        inside = isinstance(key, str | int)
        if inside:
            self._at.append(key)
        try:
            if len(self._at) > MAX_DEPTH:
                raise _unusable(self.line + 1, dotted(tuple(self._at[:MAX_DEPTH])))
            return super().compose_node(parent, index)
        finally:
            if inside:
                self._at.pop()


def _unusable(line: int, key: str) -> AgendaProblem:
    return AgendaProblem(
        f"議題ファイルの {line}行目 「{key}」に、使えない書き方（&・* の参照か、深すぎる入れ子）があります。"
        "今のデータは変わっていません。そのまま書き下してください。",
        line,
        key,
    )


def parse_agenda(text: str) -> Agenda:
    """Read an agenda from YAML text; raises AgendaProblem."""
    loader = None
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        lines: dict[_Path, int] = {(): 1}
        if node is not None:
            _survey(loader, node, (), lines, set())
        document = loader.construct_document(node) if node is not None else None
    except yaml.YAMLError as problem:
        line = _line_of(problem, text)
        raise AgendaProblem(
            f"議題ファイルの {line}行目の書き方を読み取れません。今のデータは変わっていません。"
            "字下げ・「:」・引用符と、見えない文字がないかを確かめてください。",
            line,
        ) from problem
    finally:
        if loader is not None:
            loader.dispose()

    def locate(path: _Path) -> int | None:
        while path and path not in lines:
            path = path[:-1]
        return lines.get(path)

    return Agenda.from_document(document if document is not None else {}, locate)


def _line_of(problem: yaml.YAMLError, text: str) -> int:
    mark = getattr(problem, "problem_mark", None) or getattr(problem, "context_mark", None)
    if mark is not None:
        return int(mark.line) + 1
    # A character YAML does not allow at all comes with its position only.
    return text.count("\n", 0, getattr(problem, "position", 0)) + 1


def _survey(
    loader: yaml.SafeLoader, node: yaml.Node, path: _Path, lines: dict[_Path, int], seen: set[int]
) -> None:
    """Note the line of every key; refuse what an agenda never needs (aliases, tags, repeats, odd values)."""
    line = node.start_mark.line + 1
    lines.setdefault(path, line)
    if id(node) in seen:
        raise _unusable(line, dotted(path))
    seen.add(id(node))
    if not node.tag.startswith("tag:yaml.org,2002:") or node.tag.startswith("tag:yaml.org,2002:python"):
        raise AgendaProblem(
            f"議題ファイルの {line}行目に、使えない印「{node.tag}」があります。今のデータは変わっていません。消してください。",
            line,
        )
    if isinstance(node, yaml.MappingNode):
        keys: set[Any] = set()
        for key_node, value_node in node.value:
            key_line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode) or key_node.tag.endswith(":merge"):
                raise AgendaProblem(
                    f"議題ファイルの {key_line}行目の名前を読み取れません。今のデータは変わっていません。",
                    key_line,
                )
            key = key_node.value
            if key in keys:
                raise AgendaProblem(
                    f"議題ファイルの {key_line}行目の「{key}」は同じ所に2回書かれています。"
                    "今のデータは変わっていません。どちらかを消してください。",
                    key_line,
                    key,
                )
            keys.add(key)
            lines[(*path, key)] = key_line
            _survey(loader, value_node, (*path, key), lines, seen)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _survey(loader, item, (*path, index), lines, seen)
    else:
        try:
            loader.construct_object(node)
        except (ValueError, OverflowError) as problem:
            raise AgendaProblem(
                f"議題ファイルの {line}行目 「{dotted(path)}」の値を読み取れません。今のデータは変わっていません。"
                "日付は 2014-10-05 のように、数字は半角で書いてください。",
                line,
                dotted(path),
            ) from problem
