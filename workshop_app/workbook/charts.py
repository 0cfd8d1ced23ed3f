"""Native charts of 資料4: horizontal bars in four grey-safe fills, with their points cached by hand.

The cache lets previews and viewers that do not compute show the bars.
"""

from __future__ import annotations

from typing import Any

from openpyxl.chart import BarChart
from openpyxl.chart.data_source import (
    AxDataSource,
    NumData,
    NumDataSource,
    NumFmt,
    NumRef,
    NumVal,
    StrData,
    StrRef,
    StrVal,
)
from openpyxl.chart.label import DataLabel, DataLabelList
from openpyxl.chart.layout import Layout as ChartLayout
from openpyxl.chart.series import Series as XlSeries
from openpyxl.chart.series import SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.fill import ColorChoice, PatternFillProperties
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor
from openpyxl.drawing.text import (
    CharacterProperties,
    Font,
    Paragraph,
    ParagraphProperties,
    RegularTextRun,
)
from openpyxl.utils import get_column_letter, quote_sheetname

from workshop_app.services.report_spec import Chart, ChartKind, PrintSheet, Series, Span
from workshop_app.workbook.layout import Layout
from workshop_app.workbook.row_height import FontMetrics
from workshop_app.workbook.safe_text import readable_text

_EMU_PER_POINT = 12_700
_DARK, _GREY, _WHITE, _BLACK, _GRID = "404040", "BFBFBF", "FFFFFF", "000000", "BFBFBF"
_FILLS = (
    (None, _DARK),
    ("wdUpDiag", _BLACK),
    (None, _GREY),
    (None, _WHITE),
    ("ltHorz", _BLACK),
    ("pct20", _BLACK),
    ("wdDnDiag", _BLACK),
    ("lgGrid", _BLACK),
)
"""Pattern (None = solid) and colour, by series; never the only carrier of meaning, every bar has a label."""


def add_chart(sheet: Any, spec: PrintSheet, chart: Chart, layout: Layout, font: FontMetrics) -> None:
    """Put one chart over its spacer rows, tied to columns so that it never leaves the print area."""
    bars = BarChart()
    bars.type = "bar"
    bars.grouping = {
        ChartKind.SINGLE: "clustered",
        ChartKind.STACKED: "stacked",
        ChartKind.PERCENT: "percentStacked",
    }[chart.kind]
    if chart.kind is not ChartKind.SINGLE:
        bars.overlap = 100
    bars.gapWidth = 45
    bars.title = _title(chart.title, 11, font)
    bars.graphical_properties = GraphicalProperties(
        solidFill=_WHITE, ln=LineProperties(solidFill="7F7F7F", w=9525)
    )
    bars.roundedCorners = False
    categories = _categories(spec.name, chart, layout)
    for index, series in enumerate(chart.series):
        bars.series.append(_series(spec.name, chart, series, index, categories, layout, font))
    _axes(bars, chart, font)
    bars.anchor = _anchor(spec, chart, layout)
    sheet.add_chart(bars)


def _reference(sheet_name: str, span: Span, layout: Layout) -> str:
    first = f"${get_column_letter(span.first_column + 1)}${layout.anchors[span.first_key]}"
    last = f"${get_column_letter(span.last_column + 1)}${layout.anchors[span.last_key]}"
    return f"{quote_sheetname(sheet_name)}!{first}:{last}"


def _categories(sheet_name: str, chart: Chart, layout: Layout) -> AxDataSource:
    labels = [StrVal(idx=index, v=readable_text(label)) for index, label in enumerate(chart.labels)]
    cache = StrData(ptCount=len(labels), pt=labels)
    return AxDataSource(strRef=StrRef(f=_reference(sheet_name, chart.categories, layout), strCache=cache))


def _series(
    sheet_name: str,
    chart: Chart,
    series: Series,
    index: int,
    categories: AxDataSource,
    layout: Layout,
    font: FontMetrics,
) -> XlSeries:
    points = [
        NumVal(idx=number, v=repr(value)) for number, value in enumerate(series.points) if value is not None
    ]
    form = "0.0" if any(isinstance(value, float) for value in series.points) else "#,##0"
    cache = NumData(formatCode=form, ptCount=len(series.points), pt=points)
    out = XlSeries(
        idx=index,
        order=index,
        tx=SeriesLabel(v=readable_text(series.name)),
        cat=categories,
        val=NumDataSource(numRef=NumRef(f=_reference(sheet_name, series.span, layout), numCache=cache)),
        invertIfNegative=False,
    )
    fill = 2 if chart.kind is ChartKind.SINGLE else index % len(_FILLS)
    out.spPr = _filled(*_FILLS[fill])
    out.dLbls = _labels(series, form, font, outside=chart.kind is ChartKind.SINGLE)
    return out


def _filled(pattern: str | None, colour: str) -> GraphicalProperties:
    outline = LineProperties(solidFill=_BLACK, w=9525)
    if pattern is None:
        return GraphicalProperties(solidFill=colour, ln=outline)
    hatch = PatternFillProperties(
        prst=pattern, fgClr=ColorChoice(srgbClr=colour), bgClr=ColorChoice(srgbClr=_WHITE)
    )
    return GraphicalProperties(pattFill=hatch, ln=outline)


def _labels(series: Series, form: str, font: FontMetrics, *, outside: bool) -> DataLabelList:
    """The value on every bar in a white box; a zero has no bar and gets no label.

    The format 0;; would hide zeros, but openpyxl writes it without sourceLinked and it is ignored.
    """
    labels = DataLabelList()
    for name in ("showSerName", "showCatName", "showLegendKey", "showPercent", "showLeaderLines"):
        setattr(labels, name, False)
    labels.showVal = True
    labels.numFmt = form
    labels.position = "outEnd" if outside else "ctr"
    labels.txPr = _text_properties(9, font, bold=True)
    labels.spPr = GraphicalProperties(solidFill=_WHITE, ln=LineProperties(noFill=True))
    silent = [index for index, value in enumerate(series.points) if not value]
    labels.dLbl = [
        DataLabel(
            idx=index,
            showVal=False,
            showSerName=False,
            showCatName=False,
            showLegendKey=False,
            showPercent=False,
        )
        for index in silent
    ]
    return labels


def _axes(bars: BarChart, chart: Chart, font: FontMetrics) -> None:
    # Bars are drawn bottom up; reversing the category axis gives the order of the table, and the value axis
    # must then cross at the far end to stay below.
    line = GraphicalProperties(ln=LineProperties(solidFill="7F7F7F", w=9525))
    bars.x_axis.scaling.orientation = "maxMin"
    bars.x_axis.delete = False
    bars.x_axis.txPr = _text_properties(9, font)
    bars.x_axis.graphicalProperties = line
    bars.x_axis.majorTickMark = None
    bars.y_axis.delete = False
    bars.y_axis.crosses = "max"
    bars.y_axis.scaling.min = 0
    bars.y_axis.numFmt = NumFmt(formatCode=chart.number_format, sourceLinked=False)
    bars.y_axis.txPr = _text_properties(9, font)
    bars.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill=_GRID, w=6350))
    bars.y_axis.graphicalProperties = line
    if chart.kind is ChartKind.STACKED or chart.kind is ChartKind.PERCENT:
        bars.legend.position = "b"
        bars.legend.txPr = _text_properties(9, font)
        bars.legend.overlay = False
    else:
        bars.legend = None
    if chart.axis_title:
        bars.y_axis.title = _title(chart.axis_title, 9, font, bold=False)
    if chart.kind is not ChartKind.PERCENT and _whole_numbers(chart):
        top = max((_stack_heights(chart)), default=0)
        if top <= 5:
            bars.y_axis.majorUnit = 1


def _whole_numbers(chart: Chart) -> bool:
    return all(not isinstance(value, float) for series in chart.series for value in series.points)


def _stack_heights(chart: Chart) -> list[float]:
    return [
        sum(value or 0 for value in column)
        for column in zip(*(series.points for series in chart.series), strict=True)
    ]


def _anchor(spec: PrintSheet, chart: Chart, layout: Layout) -> TwoCellAnchor:
    top, bottom = layout.anchors[chart.top_key], layout.anchors[chart.bottom_key]
    inset = 4 * _EMU_PER_POINT
    last_width = spec.columns[chart.last_column].width
    right = int((last_width * 5.25 - 1) * _EMU_PER_POINT)
    return TwoCellAnchor(
        editAs="twoCell",
        # Inset at the top, too: on the border of two pages the frame would be printed on both.
        _from=AnchorMarker(col=chart.first_column, colOff=inset, row=top - 1, rowOff=inset),
        to=AnchorMarker(col=chart.last_column, colOff=right, row=bottom - 1, rowOff=inset * 3),
    )


def _characters(points: float, font: FontMetrics, *, bold: bool = False) -> CharacterProperties:
    face = Font(typeface=font.name)
    return CharacterProperties(
        sz=int(points * 100), b=bold, solidFill=_BLACK, latin=face, ea=face, cs=face, lang="ja-JP"
    )


def _text_properties(points: float, font: FontMetrics, *, bold: bool = False) -> RichText:
    properties = ParagraphProperties(defRPr=_characters(points, font, bold=bold))
    return RichText(p=[Paragraph(pPr=properties, endParaRPr=CharacterProperties(lang="ja-JP"))])


def _title(text: str, points: float, font: FontMetrics, *, bold: bool = True) -> Title:
    look = _characters(points, font, bold=bold)
    run = RegularTextRun(rPr=look, t=readable_text(text))
    body = RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=look), r=[run])])
    return Title(tx=Text(rich=body), overlay=False, layout=ChartLayout())
