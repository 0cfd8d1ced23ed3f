"""Writes boards out: reads the papers, paints them by the window's own painter, puts the file in place whole."""

from __future__ import annotations

from pathlib import Path

from workshop_app.services.board_papers import PICTURE_SUFFIXES, BoardWish, check_wish, gather_papers
from workshop_app.services.ports import Workspace
from workshop_app.services.whole_file import check_target, write_whole


def check_board_target(target: Path, wish: BoardWish) -> str:
    """Refuse what cannot be written before anything is; gives the suffix that says the format."""
    check_target(target, PICTURE_SUFFIXES)
    suffix = target.suffix.lower()
    check_wish(suffix, wish.pages)
    return suffix


def export_board(workspace: Workspace, target: Path, wish: BoardWish, now_ms: int) -> Path:
    """Write the board; returns where it went (a numbered name when the target is open elsewhere).

    Raises InvalidInput, NotFound and StorageUnavailable; what was there before stays then.
    """
    from workshop_app.ui.board.write_board import prepare_painting, reads_back, write_board

    suffix = check_board_target(target, wish)
    papers = gather_papers(workspace, wish, now_ms)
    prepare_painting()
    return write_whole(
        target,
        lambda place: write_board(papers, place, suffix),
        lambda place: reads_back(papers, place, suffix),
    )
