"""What goes out of a board: the whole of it, one page for each table (発表), or its notes as cards to cut out.

Only gathers; how it is painted and written is the window's side (`ui.board.write_board`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from workshop_app.domain.agenda import Agenda
from workshop_app.domain.board import Board, Moment, Scope, for_the_room
from workshop_app.domain.errors import InvalidInput, NotFound
from workshop_app.domain.ids import EntityId
from workshop_app.domain.note import Workshop
from workshop_app.domain.wareki import format_moment_short, format_wareki, parse_iso
from workshop_app.services.ports import Workspace
from workshop_app.services.prepare import holds_practice

PICTURE_SUFFIXES = (".png", ".svg", ".pdf")


class Pages(StrEnum):
    """What stands on a page."""

    WHOLE = "whole"
    TABLES = "tables"
    """A page a table, for showing and hanging up: only what is for the room."""
    CARDS = "cards"


class Paper(StrEnum):
    """Sizes of paper, small to large."""

    A4 = "A4"
    A3 = "A3"
    A2 = "A2"
    A1 = "A1"
    A0 = "A0"


@dataclass(frozen=True, slots=True)
class BoardWish:
    """What is to be written. `moment` is its id or its name (then the newest of that name); None is now."""

    pages: Pages = Pages.WHOLE
    paper: Paper = Paper.A3
    scope: Scope = field(default_factory=Scope)
    moment: EntityId | str | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One board with the words above and below it."""

    title: str
    subtitle: str
    board: Board
    held_back: int = 0
    """How many notes are not for the room and left out."""


@dataclass(frozen=True, slots=True)
class BoardPapers:
    """Everything that painting needs."""

    pages: Pages
    paper: Paper
    agenda: Agenda
    sheets: tuple[Sheet, ...]
    places: tuple[tuple[EntityId, str], ...]
    """The workshops in official order with the short names of their wards."""
    footer: str

    @property
    def workshops(self) -> tuple[EntityId, ...]:
        """The workshops in official order."""
        return tuple(workshop_id for workshop_id, _ in self.places)


def gather_papers(workspace: Workspace, wish: BoardWish, now_ms: int) -> BoardPapers:
    """Read what the wish names; raises NotFound when its moment is not there any more."""
    agenda = workspace.agenda()
    workshops = {one.workshop_id: one for one in workspace.workshops()}
    order = sorted(workshops.values(), key=lambda one: (agenda.ward(one.ward_id).sort_no, one.workshop_id))
    moment = None if wish.moment is None else find_moment(workspace.moments(), wish.moment)
    then = None if moment is None else moment.moment_id
    board = workspace.board(wish.scope, then)
    boards = [board]
    if wish.pages is Pages.TABLES:
        rank = {one.workshop_id: place for place, one in enumerate(order)}
        places = sorted(
            {(item.note.workshop_id, item.note.table) for item in board.notes if item.note.table},
            key=lambda place: (rank.get(place[0] or EntityId(b""), len(rank)), place[1] or 0),
        )
        found = [workspace.board(Scope(workshop, table), then) for workshop, table in places]
        boards = found or boards
    sheets = []
    for one in boards:
        shown = for_the_room(one) if wish.pages is Pages.TABLES else one
        title = _title(agenda, workshops, one.scope)
        subtitle = _subtitle(workshops, shown, moment)
        sheets.append(Sheet(title, subtitle, shown, len(one.notes) - len(shown.notes)))
    practice = "練習用データ" if holds_practice(workspace) else ""
    inside = "" if wish.pages is Pages.TABLES else "【事務局用・取扱注意】"
    footer = f"{agenda.city_name}　市民ワークショップ　{format_moment_short(now_ms)} 出力　{practice}{inside}"
    names = tuple((one.workshop_id, agenda.ward(one.ward_id).short) for one in order)
    return BoardPapers(wish.pages, wish.paper, agenda, tuple(sheets), names, footer.strip("　"))


def find_moment(moments: Sequence[Moment], wanted: EntityId | str) -> Moment:
    """A moment by its id, or the newest of a name; raises NotFound with the names there are."""
    found = [moment for moment in moments if wanted in (moment.moment_id, moment.name)]
    if found:
        return found[-1]
    names = "、".join(dict.fromkeys(f"「{moment.name}」" for moment in moments))
    there = f"残してある場面は {names} です。" if names else "残してある場面はありません。"
    called = f"「{wanted}」という" if isinstance(wanted, str) else "その"
    raise NotFound(f"{called}場面は見つかりません。ボードは書き出していません。{there}")


def check_wish(suffix: str, pages: Pages) -> None:
    """Several pages need a PDF; raises InvalidInput."""
    if suffix != ".pdf" and pages is not Pages.WHOLE:
        raise InvalidInput(
            "班ごとのページとカードは、PDF にだけ書き出せます。何も書き出していません。"
            "名前の終わりを .pdf にしてください。"
        )


def _title(agenda: Agenda, workshops: dict[EntityId, Workshop], scope: Scope) -> str:
    workshop = workshops.get(scope.workshop_id) if scope.workshop_id is not None else None
    if workshop is None and len(workshops) == 1:
        workshop = next(iter(workshops.values()))
    ward = agenda.ward(workshop.ward_id).name if workshop is not None else "全会場"
    return f"{ward} {scope.table}班" if scope.table is not None else ward


def _subtitle(workshops: dict[EntityId, Workshop], board: Board, moment: Moment | None) -> str:
    ids = {item.note.workshop_id for item in board.notes}
    workshop = workshops.get(ids.pop() or EntityId(b"")) if len(ids) == 1 else None
    day = parse_iso(workshop.date) if workshop is not None else None
    parts = [
        format_wareki(day) if day else "",
        workshop.venue if workshop is not None else "",
        f"付箋 {len(board.notes)}枚・島 {len(board.islands)}",
        f"「{moment.name}」のとき（{format_moment_short(moment.at_ms)}）" if moment is not None else "",
    ]
    return "　".join(part for part in parts if part)
