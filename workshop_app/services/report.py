"""The report: from the opinions in a file to the specification of one workbook.

The result is plain data (see `report_spec`) and depends only on the arguments: the same opinions, edition,
time and output number give the same specification, whatever order files were merged in.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from workshop_app.domain.agenda import Agenda
from workshop_app.domain.board import Board, Scope
from workshop_app.domain.errors import InvalidInput
from workshop_app.domain.wareki import format_moment_short
from workshop_app.services.ports import ReportSource
from workshop_app.services.prepare import holds_practice
from workshop_app.services.report_connections import connections_sheets
from workshop_app.services.report_data import codes_sheet, figures_sheet, notes_sheet, output_sheet
from workshop_app.services.report_facts import Facts, gather_facts
from workshop_app.services.report_figures import FigureLog
from workshop_app.services.report_papers import by_island_sheets
from workshop_app.services.report_results import results_sheet
from workshop_app.services.report_spec import Edition, Report, Sheet
from workshop_app.services.report_tables import tables_sheet

EDITION_LABELS = {Edition.INTERNAL: "【事務局用・取扱注意】", Edition.PUBLIC: "【公表用】"}
_EDITION_WORDS = {Edition.INTERNAL: "事務局用", Edition.PUBLIC: "公表用"}
_UNSAFE_IN_FILE_NAME = re.compile(r'[\\/:*?"<>|\x00-\x1f]')


@dataclass(frozen=True, slots=True)
class _Request:
    """What a sheet builder gets."""

    facts: Facts
    board: Board
    log: FigureLog
    source: ReportSource
    edition: Edition
    output_number: int
    now_ms: int
    app_version: str


_BUILDERS: tuple[Callable[[_Request], list[Sheet]], ...] = (
    lambda request: [results_sheet(request.facts, request.log)],
    lambda request: [*by_island_sheets(request.facts)],
    lambda request: [tables_sheet(request.facts, request.log)],
    lambda request: [notes_sheet(request.facts)],
    lambda request: [*connections_sheets(request.facts, request.board)],
    lambda request: [figures_sheet(request.log)],
    lambda request: [codes_sheet(request.facts)],
    lambda request: [
        output_sheet(
            request.facts,
            request.source.sources(),
            edition_words=_EDITION_WORDS[request.edition],
            output_number=request.output_number,
            now_ms=request.now_ms,
            app_version=request.app_version,
        )
    ],
)
"""The sheets in their fixed order; another sheet of the design is one more entry at its place.

データ_集計 comes after every sheet that logs figures.
"""


def build_report(
    source: ReportSource, *, edition: str, now_ms: int, app_version: str, output_number: int
) -> Report:
    """Build the specification of the workbook; nothing is written and `source` is only read.

    `edition` is "internal"; `now_ms` is milliseconds since 1970, `output_number` the number taken for this
    export. Raises InvalidInput for another edition.
    """
    wanted = _edition(edition)
    agenda = source.agenda()
    board = source.board(Scope())
    facts = gather_facts(
        agenda,
        source.notes(),
        source.workshops(),
        source.islands(),
        conflicts=source.conflicts(),
        practice=holds_practice(source),
        held={item.note.note_id for item in board.notes if item.held},
    )
    log = FigureLog(agenda.city_code)
    request = _Request(facts, board, log, source, wanted, output_number, now_ms, app_version)
    sheets = [sheet for builder in _BUILDERS for sheet in builder(request)]
    practice = "（練習用データ）" if facts.practice else ""
    words = _EDITION_WORDS[wanted]
    meeting = _meeting_words(agenda)
    return Report(
        edition=wanted,
        edition_label=EDITION_LABELS[wanted],
        title=f"市民ワークショップ結果【{words}】{practice}",
        file_name=report_file_name(agenda, wanted, output_number),
        header_left=f"{agenda.body}　{meeting}".strip("　"),
        footer_left=f"{agenda.city_name}　市民ワークショップ{practice}".strip("　"),
        footer_right=f"{format_moment_short(now_ms)} 時点　出力 {output_number:04d}",
        creator=agenda.city_name or "市民ワークショップ事務局",
        output_number=output_number,
        generated_ms=now_ms,
        sheets=tuple(sheets),
        counts=facts.counts,
    )


def report_file_name(agenda: Agenda, edition: Edition, output_number: int) -> str:
    """第5回_市民ワークショップ結果_事務局用_0007.xlsx, safe on every file system."""
    meeting = _UNSAFE_IN_FILE_NAME.sub("", _meeting_words(agenda))
    head = f"{meeting}_" if meeting else ""
    return f"{head}市民ワークショップ結果_{_EDITION_WORDS[edition]}_{output_number:04d}.xlsx"


def _edition(text: str) -> Edition:
    try:
        edition = Edition(text)
    except ValueError:
        raise InvalidInput(
            f"「{text}」という版はありません。何も書き出していません。internal（事務局用）を選んでください。"
        ) from None
    if edition is Edition.PUBLIC:
        raise InvalidInput(
            "公表用の出力は、この版のプログラムではまだ使えません。何も書き出していません。"
            "事務局用（internal）で出力してください。"
        )
    return edition


def _meeting_words(agenda: Agenda) -> str:
    """第5回 of the meeting the workshop's opinions go to, or ''."""
    meeting = agenda.next_meeting_after_workshop()
    if meeting is None:
        return ""
    number = re.match(r"第\s*[0-9０-９一二三四五六七八九十]+\s*回", meeting.title)
    return number[0] if number else meeting.title
