"""The whole chain on the bundled practice opinions: five ward files, merged, exported, shown."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from workshop_app import bootstrap
from workshop_app.domain.board import Scope
from workshop_app.domain.errors import InvalidInput
from workshop_app.domain.note import Note, NoteDraft
from workshop_app.domain.path_problem import path_errors
from workshop_app.services.arrange import tidy
from workshop_app.services.board_papers import BoardWish, Pages, Paper
from workshop_app.services.ports import Workspace
from workshop_app.services.practice import PracticeLaptop
from workshop_app.services.record import add_notes, edit_note, void_notes

MERGED = "統合_練習用データ.wsdb"
WORKBOOK = "市民意見_練習用データ.xlsx"
BOARDS: dict[str, BoardWish] = {
    "ボード_全会場.png": BoardWish(),
    "ボード_全会場.svg": BoardWish(),
    "ボード_全会場.pdf": BoardWish(paper=Paper.A0),
    "ボード_発表用_班ごと.pdf": BoardWish(Pages.TABLES),
    "ボード_カード.pdf": BoardWish(Pages.CARDS),
}
"""The board pictures: the whole as picture, drawing and poster, a page a table, and cards to cut out."""
T = TypeVar("T")


@dataclass
class DemoResult:
    """Where everything is, how much of it, and the seconds each step took."""

    folder: Path
    ward_files: list[Path] = field(default_factory=list)
    merged: Path = Path()
    workbook: Path = Path()
    boards: list[Path] = field(default_factory=list)
    notes: int = 0
    voided: int = 0
    open_conflicts: int = 0
    seconds: dict[str, float] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """As the JSON document of `demo --json`."""
        return {
            "folder": str(self.folder),
            "ward_files": [str(path) for path in self.ward_files],
            "merged": str(self.merged),
            "workbook": str(self.workbook),
            "boards": [str(path) for path in self.boards],
            "notes": self.notes,
            "voided": self.voided,
            "open_conflicts": self.open_conflicts,
            "seconds": {name: round(value, 3) for name, value in self.seconds.items()},
        }


def run_demo(folder: Path, say: Callable[[str], None]) -> DemoResult:
    """Make everything in `folder` (or beside it under a numbered name when a demo is there already).

    `say` gets one line a step. Raises WorkshopError with a sentence.
    """
    result = DemoResult(_free_folder(folder))
    say(f"練習用データで、記録から資料までを通します。置き場所: {result.folder}")
    laptops = sorted(bootstrap.practice_laptops(), key=lambda laptop: laptop.ward)
    by_ward = {ward: list(group) for ward, group in groupby(laptops, key=lambda laptop: laptop.ward)}
    agenda = bootstrap.load_agenda(None)

    def record() -> None:
        for ward in agenda.wards:
            mine = by_ward.get(ward.id) or by_ward[ward.name]
            result.ward_files.append(_make_ward_file(result.folder / f"{ward.name}.wsdb", mine))

    _timed(result, say, "記録（5区のファイル）", record)
    result.merged = result.folder / MERGED
    report = _timed(result, say, "統合", lambda: bootstrap.merge_files(result.merged, result.ward_files))
    result.open_conflicts = report.open_conflicts
    result.workbook = _timed(
        result,
        say,
        "ワークブックの書き出し",
        lambda: bootstrap.export_workbook(result.merged, result.folder / WORKBOOK),
    )
    result.boards = _timed(
        result,
        say,
        "ボードの書き出し",
        lambda: [
            bootstrap.export_board(result.merged, result.folder / name, wish) for name, wish in BOARDS.items()
        ],
    )
    database = bootstrap.open_database(result.merged)
    try:
        notes = database.notes()
    finally:
        database.close()
    result.notes = len(notes)
    result.voided = sum(1 for note in notes if note.voided)
    for path in result.ward_files:
        say(f"  区のファイル    {path}")
    say(f"  統合したファイル  {result.merged}")
    say(f"  ワークブック    {result.workbook}")
    for path in result.boards:
        say(f"  ボード       {path}")
    say(
        f"付箋は全部で {result.notes}枚（うち取消 {result.voided}枚）、"
        f"決めること（競合）は {result.open_conflicts}件です。どれも練習用データです。"
    )
    return result


def _timed(result: DemoResult, say: Callable[[str], None], name: str, work: Callable[[], T]) -> T:
    start = time.perf_counter()
    value = work()
    result.seconds[name] = time.perf_counter() - start
    say(f"  {name}: {result.seconds[name]:.1f}秒")
    return value


def _free_folder(wanted: Path) -> Path:
    """The folder itself, or a numbered one beside it: what somebody did to an earlier demo stays."""
    with path_errors(wanted):
        if wanted.exists() and not wanted.is_dir():
            raise InvalidInput(f"「{wanted}」はフォルダーではありません。フォルダーの名前を書いてください。")
        folder, number = wanted, 1
        while (folder / MERGED).exists() or any(folder.glob("*.wsdb")):
            number += 1
            folder = wanted.with_name(f"{wanted.name}-{number}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise InvalidInput(
            f"フォルダー「{folder}」を作れません。書き込める場所を指定してください。"
        ) from problem
    return folder


def _make_ward_file(path: Path, laptops: list[PracticeLaptop]) -> Path:
    """One ward's file. A second laptop's file is merged in, with a note both have corrected differently."""
    with TemporaryDirectory(prefix=".demo-", dir=path.parent) as place:
        first = Path(place) / path.name
        bootstrap.make_practice_laptop(first, laptops[0])
        _with(first, _take_back_a_slip)
        for laptop in laptops[1:]:
            second = Path(place) / f"{path.stem}_{laptop.device}.wsdb"
            bootstrap.make_practice_laptop(second, laptop)
            bootstrap.merge_files(second, [first])
            _with(first, lambda workspace: _correct(workspace, "（席に戻って確かめた言い方に直した）"))
            _with(second, lambda workspace: _correct(workspace, "（本人が付箋に書き足した）"))
            bootstrap.merge_files(first, [second])
        # Both laptops had a board of their own; where they shared a table, the two lie on each other.
        _with(first, lambda workspace: tidy(workspace, Scope()))
        os.replace(first, path)
    return path


def _with(path: Path, work: Callable[[Workspace], object]) -> None:
    database = bootstrap.open_database(path)
    try:
        work(database)
    finally:
        database.close()


def _take_back_a_slip(workspace: Workspace) -> None:
    """Every ward mistypes once: the note is taken back with a reason and counted as excluded."""
    added = add_notes(workspace, [NoteDraft("窓口の待ち時間を", theme="T3", table=1, round=1)]).added
    void_notes(workspace, added, "打ち間違い")


def _correct(workspace: Workspace, addition: str) -> None:
    note: Note = min(
        (note for note in workspace.notes() if note.device_mark == "A" and not note.voided),
        key=lambda note: note.number,
    )
    edit_note(workspace, note.note_id, {"text": note.text + addition})
