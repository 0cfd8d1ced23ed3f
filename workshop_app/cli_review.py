"""Settling a conflict from the command line."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from workshop_app.cli_documents import Document, settled_document
from workshop_app.domain.errors import InvalidInput

if TYPE_CHECKING:
    from workshop_app.storage.database import Database


def fill_resolve(command: argparse.ArgumentParser) -> None:
    """What `resolve` takes: the file, the conflict, and exactly one way to settle it."""
    command.add_argument("file", type=Path)
    command.add_argument("conflict", metavar="CONFLICT", help="conflicts に出る id、または付箋の番号")
    way = command.add_mutually_exclusive_group(required=True)
    way.add_argument("--keep", metavar="ID", help="使う内容の id（初めの 8文字以上）")
    way.add_argument("--text", help="両方を見て書き直した文")
    way.add_argument("--both", action="store_true", help="別々の付箋にする")
    command.add_argument("--json", action="store_true", help="結果を JSON で書く")


def resolve(database: Database, options: argparse.Namespace) -> Document:
    """Settle the named conflict; raises WorkshopError with a sentence when that cannot be done."""
    from workshop_app.services import review

    conflict = review.find_conflict(database, options.conflict)
    entity = conflict.entity_id
    if options.keep is not None:
        value = review.find_value(conflict, options.keep)
        changes = review.keep_value(database, entity, conflict.field, value.op_id)
    elif not conflict.is_note_text:
        raise InvalidInput(
            "文の競合ではないので、書き直しや別々の付箋にはできません。今のデータは変わっていません。"
            "--keep で選んでください。"
        )
    elif options.both:
        changes = review.keep_both(database, entity)
    else:
        changes = review.write_text(database, entity, options.text)
    return settled_document(database, changes.added | changes.updated)
