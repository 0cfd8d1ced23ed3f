"""The command `workshop`: what the papers need to know of a workshop beside its notes."""

from __future__ import annotations

import argparse
from contextlib import closing

from workshop_app.cli_console import answer, file_argument, json_option
from workshop_app.cli_documents import workshop_document, workshop_line


def fill_workshop(command: argparse.ArgumentParser) -> None:
    """Options of `workshop`; without any it only shows what is there."""
    file_argument(command)
    command.add_argument("--participants", type=int, help="参加者数")
    command.add_argument("--observers", type=int, help="傍聴者数")
    command.add_argument("--voters", type=int, help="投票者数")
    command.add_argument("--votes-per-person", type=int, help="1人の持ち票")
    command.add_argument("--tables", type=int, help="テーブルの数")
    command.add_argument("--venue", help="会場の名前")
    json_option(command)


def workshop(options: argparse.Namespace) -> int:
    """Write the counts given, all in one edit, and show the workshop."""
    from workshop_app.bootstrap import open_database
    from workshop_app.services.prepare import COUNT_LIMITS, describe_workshop, this_workshop

    names = (*COUNT_LIMITS, "venue")
    given = {name: getattr(options, name) for name in names if getattr(options, name) is not None}
    with closing(open_database(options.file)) as database:
        if given:
            describe_workshop(database, given)
        document = workshop_document(database, this_workshop(database))
    return answer(options, document, workshop_line(document))
