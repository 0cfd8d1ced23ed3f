"""What a programmer needs when the program itself is at fault, kept out of the person's sight."""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path

from workshop_app.paths import user_data_dir
from workshop_app.version import __version__

TRACE_FILE = "命令の記録.txt"
DEBUG_VARIABLE = "WORKSHOP_APP_DEBUG"
"""Set it to see the trace on standard error as well."""


def keep_trace(problem: BaseException) -> Path | None:
    """Write the trace of the latest fault into the program's own folder; None when even that is refused."""
    trace = f"workshop_app {__version__}\n{''.join(traceback.format_exception(problem))}"
    if os.environ.get(DEBUG_VARIABLE):
        print(trace, file=sys.stderr)
    try:
        path = user_data_dir() / TRACE_FILE
        path.write_text(trace, encoding="utf-8", errors="backslashreplace")
    except OSError:
        return None
    return path


def unexpected_sentence(trace: Path | None) -> str:
    """What the person is told about a fault of the program."""
    place = "" if trace is None else f"くわしい記録は「{trace}」にあります。"
    return (
        "思いがけないことが起きて、途中で止まりました。保存した付箋はすべて残っています。"
        f"もう一度試し、続くときは担当者に知らせてください。{place}"
    )
