"""The part of `export` that writes the board: a picture, a drawing or a paper."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from workshop_app.cli_console import warn

if TYPE_CHECKING:
    from workshop_app.services.board_papers import BoardWish


def fill(command: argparse.ArgumentParser) -> None:
    """Add the options."""
    command.add_argument(
        "--board",
        type=Path,
        metavar="OUT.png|.pdf|.svg",
        help="ボードも書き出す（種類は名前の終わりで決まる）",
    )
    command.add_argument(
        "--board-pages",
        choices=("whole", "tables", "cards"),
        default="whole",
        help="全体を1枚に・班ごとに1枚（発表用）・切り取って使うカード。あとの2つは .pdf だけ",
    )
    command.add_argument(
        "--paper",
        choices=("A4", "A3", "A2", "A1", "A0"),
        default="A3",
        help="PDF の紙の大きさ（カードは A4）",
    )
    command.add_argument("--moment", metavar="名前", help="残してある場面（例 発散終了）のボードを書き出す")


def check(options: argparse.Namespace) -> None:
    """Refuse what cannot be written before the workbook is; raises WorkshopError."""
    if options.board is not None:
        from workshop_app.board_export import check_board_target

        check_board_target(options.board, _wish(options))


def write(options: argparse.Namespace) -> Path:
    """Write the board; returns where it went."""
    from workshop_app.bootstrap import export_board

    return export_board(options.file, options.board, _wish(options), warn)


def _wish(options: argparse.Namespace) -> BoardWish:
    from workshop_app.services.board_papers import BoardWish, Pages, Paper

    return BoardWish(Pages(options.board_pages), Paper(options.paper), moment=options.moment)
