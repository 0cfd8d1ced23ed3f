"""What the command line says of itself in Japanese: the help, and what is wrong with a command.

argparse speaks English. Its help is put together here from Japanese parts, and its messages, which are known
sentences with the person's own words in them, are said again in Japanese.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable
from typing import Any, NoReturn

_MESSAGES = (
    (r"the following arguments are required: (.+)", "{0} が足りません。"),
    (r"one of the arguments (.+) is required", "{0} のどれか1つが要ります。"),
    (r"argument (.+): expected .+", "{0} のあとに、値を書いてください。"),
    (r"argument (.+): invalid int value: '(.*)'", "{0} の「{1}」は、数として読めません。"),
    (r"argument (.+): invalid choice: '(.*)' \(choose from (.+)\)", "{0} に「{1}」はありません（{2}）。"),
    (r"argument (.+): not allowed with argument (.+)", "{0} と {1} は、一緒に使えません。"),
    (r"argument (.+): ignored explicit argument '(.*)'", "{0} に値（{1}）は要りません。"),
    (r"unrecognized arguments: (.+)", "「{0}」は、この命令では使えません。"),
    (r"ambiguous option: (.+?) could match (.+)", "「{0}」は1つに決まりません（{1}）。"),
)


def japanese_message(message: str) -> str:
    """A message of argparse as a Japanese sentence; one that is not known is only said to be one."""
    for pattern, words in _MESSAGES:
        found = re.fullmatch(pattern, message, re.DOTALL)
        if found:
            return words.format(*(part.replace("'", "") for part in found.groups()))
    return "命令の書き方を読み取れません。"


class JapaneseParser(argparse.ArgumentParser):
    """A parser whose help and complaints are Japanese; sub-commands are of this class too."""

    def __init__(self, **options: Any) -> None:
        super().__init__(add_help=False, formatter_class=_Formatter, **options)
        self._positionals.title = "書くもの"
        self._optionals.title = "選べるもの"
        self.add_argument("-h", "--help", action="help", help="この説明を出す")

    def error(self, message: str) -> NoReturn:
        """Say what is wrong in one sentence, and leave with status 2."""
        self.exit(
            2,
            f"{self.format_usage()}{japanese_message(message)}何もしていません。"
            f"書き方は「{self.prog} --help」で見られます。\n",
        )


class _Formatter(argparse.HelpFormatter):
    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[Any],
        prefix: str | None = None,
    ) -> None:
        super().add_usage(usage, actions, groups, "使い方: " if prefix is None else prefix)
