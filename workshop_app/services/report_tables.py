"""資料4 集計: five tables and four charts over nine columns.

With up to five wards the wards are columns, as committees are used to; with more they become rows. A table
that is still too wide is continued below itself with its row labels repeated.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from workshop_app.domain.tallies import cross_table, share
from workshop_app.services.report_bases import COUNT_NAMES, base_of, clash_remarks, unsettled
from workshop_app.services.report_facts import Facts, IslandFact, ReportNote
from workshop_app.services.report_figures import Denominator, FigureLog, Slot, figure_cell
from workshop_app.services.report_papers import (
    NOTHING,
    by_island_name,
    island_key,
    island_title,
    missing_words,
    practice_words,
    remark_row,
)
from workshop_app.services.report_spec import (
    Cell,
    Chart,
    ChartKind,
    Column,
    Link,
    PageBreak,
    PrintSheet,
    Role,
    Row,
    RowKind,
    Series,
    Span,
)

TABLES_NAME = "資料4_集計"
_COLUMNS = (Column("", 20), *(Column("", 14) for _ in range(8)))
_VALUE_COLUMNS = len(_COLUMNS) - 1
_MOST_WARD_COLUMNS = 5
_TOP_ISLANDS = 6
_FEW_NOTES = 20
_LEFT_CHART, _RIGHT_CHART = (0, 4), (5, 8)
_TITLE_COLUMN = 4


@dataclass(frozen=True, slots=True)
class _Item:
    """A row or column of a cross table: its label and what it stands for."""

    label: str
    slot: Slot

    @property
    def code(self) -> str:
        """The code that notes are counted under; labels may repeat, codes do not."""
        fact = self.slot.ward or self.slot.theme or self.slot.kind
        return fact.code if fact is not None else ""


@dataclass(slots=True)
class _Grid:
    """Where a cross table put its cells, so that charts can point at them."""

    prefix: str
    transposed: bool
    rows: list[Row] = field(default_factory=list)

    def place(self, row: int, column: int) -> tuple[str, int]:
        """Row key and sheet column of a value, by its place before transposing."""
        if self.transposed:
            row, column = column, row
        return f"{self.prefix}:{column // _VALUE_COLUMNS}:{row}", 1 + column % _VALUE_COLUMNS


def tables_sheet(facts: Facts, log: FigureLog) -> PrintSheet:
    """資料4: how wards, themes and kinds compare, per head too."""
    n = facts.counts.shown
    wards = [_Item(ward.name, Slot(ward=ward)) for ward in facts.wards]
    themes = [_Item(theme.short, Slot(theme=theme)) for theme in facts.themes]
    kinds = [_Item(kind.label, Slot(kind=kind)) for kind in facts.kinds]
    rows = _base_rows(facts, log)
    by_ward = _cross(
        facts, log, 2, f"テーマ別・区別の意見件数（n={n:,}件、構成比の母数も同じ）", themes, wards
    )
    rows += [*_gap("gap:2", n), *by_ward.rows]
    rows += [remark_row(text) for text in _share_remarks(facts)]
    charts: list[Chart] = []
    break_here = PageBreak.ALWAYS if n else PageBreak.NEVER
    space, made = _first_charts(facts, by_ward, break_here)
    rows += [*space, *_gap("gap:3", n)]
    charts += made
    by_kind = _cross(facts, log, 3, f"種別・区別の意見件数（n={n:,}件、構成比の母数も同じ）", kinds, wards)
    rows += by_kind.rows
    mixed = _cross(facts, log, 4, f"テーマ別・種別の意見件数（n={n:,}件）", themes, kinds, plain=True)
    mixed.rows[0] = replace(mixed.rows[0], page=break_here)
    top = _top_islands(facts)
    space, made = _second_charts(facts, mixed, top)
    rows += [*mixed.rows, *space, *_gap("gap:4", n), *_top_rows(facts, top, log)]
    charts += made
    return PrintSheet(
        name=TABLES_NAME,
        number="資料4",
        title="意見の集計",
        preface=f"掲載した意見 {n:,}件を、区・テーマ・種別で数えました。件数も票も、賛否の人数ではありません。"
        "「－」は、数が入力されていないか、割る数がないことを表します（0 とは違います）。"
        + practice_words(facts),
        columns=_COLUMNS,
        rows=tuple(rows),
        charts=tuple(charts),
        header_row=False,
        computed_breaks=True,
    )


def _spacer(key: str, keep: bool = True) -> Row:
    """White before a table; it goes to the next page together with it."""
    return Row(RowKind.SPACER, key=key, keep_with_next=keep)


def _gap(key: str, notes: int) -> list[Row]:
    """White between two things on a page; without opinions everything has to stand on one page."""
    return [_spacer(key)] if notes else []


def _with_remark(space: list[Row], words: str) -> list[Row]:
    return [*space[:-1], replace(space[-1], keep_with_next=True), remark_row(words)]


def _caption(number: int, words: str, page: PageBreak = PageBreak.NEVER) -> Row:
    cell = Cell(f"表{number}　{words}", Role.CAPTION)
    return Row(RowKind.CAPTION, (cell,), key=f"caption:{number}", keep_with_next=True, page=page)


def _header(labels: Sequence[str], key: str) -> Row:
    cells = tuple(Cell(label, Role.HEADER) for label in labels)
    return Row(RowKind.HEADER, cells, key=key, keep_with_next=True)


def _base_rows(facts: Facts, log: FigureLog) -> list[Row]:
    table = ("表1", "区別の母数")
    rows = [
        _caption(1, f"区別の母数（n={facts.counts.shown:,}件）"),
        _header(
            (
                "区",
                "参加者数\n（人）",
                "テーブル数",
                "意見件数\n（件）",
                "1人当たり件数\n（件/人）",
                "1テーブル\n当たり件数\n（件/卓）",
                "投票者数\n（人）",
                "票数\n（票）",
                "票の使用率\n（%）",
            ),
            "t1:h",
        ),
    ]
    if not facts.counts.shown:
        rows.append(_nothing_row(len(_COLUMNS)))
    for index, ward in enumerate([*facts.wards, None]):
        notes = [note for note in facts.notes if ward is None or note.ward == ward]
        venues = facts.venues_of(ward)
        base = base_of(venues, notes)
        total = ward is None
        clash = partial(unsettled, facts, [] if total else venues)  # the sum leaves out what clashes
        slot = Slot(ward=ward)
        number = Role.TOTAL_NUMBER if total else Role.NUMBER
        number_1 = Role.TOTAL_NUMBER_1 if total else Role.NUMBER_1
        rate = Role.TOTAL_SHARE if total else Role.SHARE
        heads, tables = Denominator(base.participants, "人"), Denominator(base.tables, "卓")
        silent = ward is not None and facts.silent(ward)
        cells = (
            Cell("計" if ward is None else ward.name, Role.TOTAL if total else Role.BODY_CENTRE),
            log.cell(table, slot, "参加者数", clash("participants") or base.participants, "人", number),
            log.cell(table, slot, "テーブル数", clash("tables") or base.tables, "卓", number),
            log.cell(table, slot, "意見件数", None if silent else len(notes), "件", number),
            log.cell(table, slot, "1人当たり件数", base.per_head, "件/人", number_1, heads),
            log.cell(table, slot, "1テーブル当たり件数", base.per_table, "件/卓", number_1, tables),
            log.cell(table, slot, "投票者数", clash("voters") or base.voters, "人", number),
            log.cell(table, slot, "票数", facts.votes(notes, ward), "票", number),
            log.cell(table, slot, "票の使用率", base.vote_use, "比", rate),
        )
        kind = RowKind.TOTAL if total else RowKind.BODY
        if total or facts.counts.shown:
            rows.append(Row(kind, cells, key=f"t1:{'t' if total else index}", keep_with_next=not total))
    rows.append(
        remark_row(
            "1人当たり件数は意見件数÷参加者数、票の使用率は票数÷（投票者数×1人の持ち票）です。"
            "割る数が入力されていない会場は除いて計算しています。"
        )
    )
    rows += [remark_row(text) for text in clash_remarks(facts, COUNT_NAMES)]
    missing = facts.missing_wards()
    if missing and facts.venues and facts.counts.shown:
        rows.append(remark_row(missing_words(missing)))
    return rows


def _nothing_row(columns: int) -> Row:
    """What stands in a table instead of rows when there is no opinion to count."""
    blank = [Cell("", Role.BODY) for _ in range(columns - 1)]
    return Row(RowKind.BODY, (Cell(NOTHING, Role.BODY), *blank), keep_with_next=True)


def _share_remarks(facts: Facts) -> list[str]:
    out = []
    if facts.counts.shown:
        out.append("構成比は四捨五入しているため、合わせても100.0%にならないことがあります。")
    if 0 < facts.counts.shown < _FEW_NOTES:
        out.append("件数が少ないため割合は参考です。")
    return out


def _cross(
    facts: Facts,
    log: FigureLog,
    number: int,
    words: str,
    down: Sequence[_Item],
    across: Sequence[_Item],
    plain: bool = False,
) -> _Grid:
    """A table of `down` × `across` with sums; unless `plain` with shares and votes as well."""
    transposed = across[0].slot.ward is not None and len(across) > _MOST_WARD_COLUMNS
    grid = _Grid(f"t{number}", transposed)
    if transposed:
        down, across = across, down
    table = (f"表{number}", words.partition("（")[0])
    counts = cross_table(facts.notes, _key_of(down), _key_of(across))
    n = facts.counts.shown
    whole = Denominator(n, "件")

    def line(item: _Item | None) -> list[Cell]:
        total = item is None
        slot = Slot() if item is None else item.slot
        row = counts.total if item is None else counts.row(item.code)
        role = Role.TOTAL_NUMBER if total else Role.NUMBER
        cells = []
        for column in across:
            one = counts.column(column.code) if item is None else counts.cell(item.code, column.code)
            where = Slot(
                slot.ward or column.slot.ward, slot.theme or column.slot.theme, slot.kind or column.slot.kind
            )
            known = where.ward is None or not facts.silent(where.ward)
            cells.append(log.cell(table, where, "意見件数", one.notes if known else None, "件", role))
        known = slot.ward is None or not facts.silent(slot.ward)
        cells.append(log.cell(table, slot, "意見件数", row.notes if known else None, "件", role))
        if not plain:
            rate = Role.TOTAL_SHARE if total else Role.SHARE
            part = share(row.notes, n) if known else None
            cells.append(log.cell(table, slot, "構成比", part, "比", rate, whole))
            votes = row.votes if facts.voted(slot.ward) else None
            cells.append(log.cell(table, slot, "票数", votes, "票", role))
        return cells

    heads = [f"{item.label}\n（件）" for item in across] + ["計\n（件）"]
    if not plain:
        heads += ["構成比\n（%）", "票\n（票）"]
    lines = [line(item) for item in down]
    sums = line(None)
    corner = "区" if down[0].slot.ward else "テーマ" if down[0].slot.theme else "種別"
    label_role = Role.BODY_CENTRE if down[0].slot.ward else Role.BODY
    grid.rows.append(_caption(number, words))
    for chunk, start in enumerate(range(0, len(heads), _VALUE_COLUMNS)):
        part = slice(start, start + _VALUE_COLUMNS)
        prefix = f"{grid.prefix}:{chunk}"
        if chunk:
            grid.rows.append(_spacer(f"{prefix}:gap"))
        label = corner if not chunk else f"{corner}\n（続き）"
        grid.rows.append(_header((label, *heads[part]), f"{prefix}:h"))
        if not n:
            # One row for the words and the sums: with two the whole of an empty 資料4 is over a page.
            nothing = Row(RowKind.TOTAL, (Cell(NOTHING, Role.BODY), *sums[part]), key=f"{prefix}:t")
            grid.rows.append(nothing)
            continue
        for index, (item, values) in enumerate(zip(down, lines, strict=True)):
            cells = (Cell(item.label, label_role), *values[part])
            grid.rows.append(Row(RowKind.BODY, cells, key=f"{prefix}:{index}", keep_with_next=True))
        total_cells = (Cell("計", Role.TOTAL), *sums[part])
        grid.rows.append(Row(RowKind.TOTAL, total_cells, key=f"{prefix}:t"))
    return grid


def _key_of(items: Sequence[_Item]) -> Callable[[ReportNote], str]:
    """Gives the code a note is counted under in a table with these rows or columns."""
    sample = items[0].slot
    if sample.ward is not None:
        return lambda note: note.ward.code
    if sample.theme is not None:
        return lambda note: note.theme.code
    return lambda note: note.kind.code


def _space(name: str, bars: int, page: PageBreak) -> list[Row]:
    """Spacer rows for charts of so many bars to lie on, never torn apart.

    The charts may be lower when that brings what stands below them onto the same page.
    """
    height = max(17, min(33, 7 + 2 * bars))
    least = min(height, max(11, 5 + bars))
    rows = [
        replace(_spacer(f"{name}:{index}", keep=index < height - 1), optional=least <= index + 1 < height)
        for index in range(height)
    ]
    return [replace(rows[0], page=page), *rows[1:]]


def _first_charts(facts: Facts, by_ward: _Grid, page: PageBreak) -> tuple[list[Row], list[Chart]]:
    """図1 and 図2, or the sentences that stand for them."""
    n = facts.counts.shown
    if not n:
        return [remark_row("意見がないため図はありません。")], []
    wards = facts.wards
    space = _space("fig1", len(wards), page)
    categories = Span("t1:0", 0, f"t1:{len(wards) - 1}", 0)
    labels = tuple(ward.name for ward in wards)
    counts = cross_table(facts.notes, lambda note: note.theme.code, lambda note: note.ward.code)
    series = tuple(
        Series(
            theme.short,
            _span(by_ward, [(index, column) for column in range(len(wards))]),
            tuple(None if facts.silent(ward) else counts.cell(theme.code, ward.code).notes for ward in wards),
        )
        for index, theme in enumerate(facts.themes)
    )
    heads = tuple(
        base_of(facts.venues_of(ward), [note for note in facts.notes if note.ward == ward]).per_head
        for ward in wards
    )
    participants = base_of(facts.venues, facts.notes).participants
    left = _LEFT_CHART if participants else (0, len(_COLUMNS) - 1)
    charts = [
        Chart(
            ChartKind.STACKED,
            f"図1　区別・テーマ別の意見件数（n={n:,}件）",
            "件",
            "#,##0",
            categories,
            labels,
            series,
            space[0].key,
            space[-1].key,
            *left,
        )
    ]
    if participants:
        per_head = Series("1人当たり件数", Span("t1:0", 4, f"t1:{len(wards) - 1}", 4), heads)
        charts.append(
            Chart(
                ChartKind.SINGLE,
                f"図2　1人当たり意見件数（n={participants:,}人）",
                "件/人",
                "0.0",
                categories,
                labels,
                (per_head,),
                space[0].key,
                space[-1].key,
                *_RIGHT_CHART,
            )
        )
    else:
        words = "参加者数が入力されていないため、1人当たりの件数は計算できません（図2はありません）。"
        return _with_remark(space, words), charts
    return space, charts


def _span(grid: _Grid, cells: Sequence[tuple[int, int]]) -> Span:
    first, last = grid.place(*cells[0]), grid.place(*cells[-1])
    return Span(*first, *last)


def _second_charts(facts: Facts, mixed: _Grid, top: Sequence[IslandFact]) -> tuple[list[Row], list[Chart]]:
    """図3 and 図4, or the sentences that stand for them; without opinions 図1 has said it already."""
    n = facts.counts.shown
    if not n:
        return [], []
    space = _space("fig3", max(len(facts.themes), len(top)), PageBreak.NEVER)
    counts = cross_table(facts.notes, lambda note: note.theme.code, lambda note: note.kind.code)
    series = tuple(
        Series(
            kind.label,
            _span(mixed, [(row, column) for row in range(len(facts.themes))]),
            tuple(counts.cell(theme.code, kind.code).notes for theme in facts.themes),
        )
        for column, kind in enumerate(facts.kinds)
    )
    charts = [
        Chart(
            ChartKind.PERCENT,
            f"図3　テーマ別・種別の構成（n={n:,}件、数字は件数）",
            "",
            "0%",
            Span("t4:0:0", 0, f"t4:0:{len(facts.themes) - 1}", 0),
            tuple(theme.short for theme in facts.themes),
            series,
            space[0].key,
            space[-1].key,
            *(_LEFT_CHART if top else (0, len(_COLUMNS) - 1)),
        )
    ]
    if top:
        values = Series(
            "票", Span("t5:0", 1, f"t5:{len(top) - 1}", 1), tuple(island.all_votes for island in top)
        )
        charts.append(
            Chart(
                ChartKind.SINGLE,
                f"図4　票の多い島 上位{len(top)}（{_all_votes_words(facts)}）",
                "票",
                "#,##0",
                Span("t5:0", 0, f"t5:{len(top) - 1}", 0),
                tuple(island.code for island in top),
                (values,),
                space[0].key,
                space[-1].key,
                *_RIGHT_CHART,
            )
        )
    else:
        return _with_remark(space, "票が入った島がないため、図4はありません。"), charts
    return space, charts


def _all_votes_words(facts: Facts) -> str:
    counts = facts.counts
    if not facts.voted():
        return "票は入力されていません"
    seals = f"、島への票 {counts.island_votes:,}票を含む" if counts.island_votes else ""
    return f"n={counts.votes + counts.island_votes:,}票{seals}"


def _top_islands(facts: Facts) -> list[IslandFact]:
    """The outer islands with most votes, their own among them; one nobody voted for is not listed."""
    ranked = sorted(
        (island for island in facts.islands if island.all_votes),
        key=lambda island: (-island.all_votes, -island.count.notes, facts.islands.index(island)),
    )
    return ranked[:_TOP_ISLANDS]


def _top_rows(facts: Facts, top: Sequence[IslandFact], log: FigureLog) -> list[Row]:
    table = ("表5", "票の多い島")
    rows = [
        _caption(5, f"票の多い島 上位{_TOP_ISLANDS}（{_all_votes_words(facts)}）"),
        Row(
            RowKind.HEADER,
            (
                *(Cell(t, Role.HEADER) for t in ("島No.", "票\n（票）", "件数\n（件）", "出た区の数")),
                Cell("表札（島の要旨）", Role.HEADER),
                *(Cell(None, Role.HEADER) for _ in range(_TITLE_COLUMN + 1, len(_COLUMNS))),
            ),
            key="t5:h",
            keep_with_next=True,
            merge_from=_TITLE_COLUMN,
        ),
    ]
    for index, island in enumerate(top):
        notes = island.everything
        theme = notes[0].theme
        count = island.count
        wards = len({note.ward.code for note in notes})
        slot = Slot(theme=theme)
        link = Link(by_island_name(facts, theme.order), island_key(island))
        log.add(table, slot, f"票数（{island.code}）", island.all_votes, "票")
        log.add(table, slot, f"意見件数（{island.code}）", count.notes, "件")
        log.add(table, slot, f"出た区の数（{island.code}）", wards, "区")
        cells = (
            Cell(island.code, Role.LINK, link),
            figure_cell(island.all_votes, Role.NUMBER),
            figure_cell(count.notes, Role.NUMBER),
            figure_cell(wards, Role.NUMBER),
            Cell(island_title(facts, island), Role.BODY),
            *(Cell(None, Role.BODY) for _ in range(_TITLE_COLUMN + 1, len(_COLUMNS))),
        )
        last = index == len(top) - 1
        rows.append(
            Row(RowKind.BODY, cells, f"t5:{index}", keep_with_next=not last, merge_from=_TITLE_COLUMN)
        )
    if not top:
        words = NOTHING if not facts.counts.shown else "票が入った島はありません"
        cells = (
            *(Cell("", Role.BODY) for _ in range(_TITLE_COLUMN)),
            Cell(words, Role.BODY),
            *(Cell(None, Role.BODY) for _ in range(_TITLE_COLUMN + 1, len(_COLUMNS))),
        )
        rows.append(Row(RowKind.BODY, cells, "t5:none", merge_from=_TITLE_COLUMN))
    return rows
