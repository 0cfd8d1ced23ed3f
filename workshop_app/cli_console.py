"""How the commands speak: answers on standard output, everything else on standard error, always UTF-8."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

Command = tuple[Callable[[argparse.ArgumentParser], None], Callable[[argparse.Namespace], int], str]
"""A command: what fills its parser, what runs it (its result is the exit status), and its summary."""


def speak_utf8() -> None:
    """Japanese Windows consoles default to CP932, which cannot print every note."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")


def say(text: str, end: str = "\n") -> None:
    """Print now. A reader that has seen enough (`| head`) ends the printing, not the work."""
    try:
        print(text, end=end, flush=True)
    except BrokenPipeError:
        # What is still buffered must not be tried again at the end of the process.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def warn(sentence: str) -> None:
    """Say something to the person beside the answer."""
    print(sentence, file=sys.stderr)


def answer(options: argparse.Namespace, document: dict[str, Any], text: str) -> int:
    """Print one JSON document with --json, else the text; gives exit status 0."""
    say(json.dumps(document, ensure_ascii=False, indent=1) if options.json else text)
    return 0


def file_argument(command: argparse.ArgumentParser) -> None:
    """The workshop file that most commands are about."""
    command.add_argument("file", type=Path, help="記録のファイル（.wsdb）")


def json_option(command: argparse.ArgumentParser) -> None:
    """Every command but the window can answer in JSON."""
    command.add_argument("--json", action="store_true", help="結果を JSON で書く")
