"""A board as a picture with words around it: title, the tables' names, legend, footer. In scene units; every text whole.

Painted by the painter of the window, so that paper and screen never differ in what a note is.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, QSizeF
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from workshop_app.domain.arrange import AreaKey
from workshop_app.domain.geometry import Rect, bounding
from workshop_app.domain.ids import EntityId
from workshop_app.services.board_papers import BoardPapers, Sheet
from workshop_app.ui.board.content import BoardContent
from workshop_app.ui.board.full_text import full_text_boxes
from workshop_app.ui.board.paint_island import title_head
from workshop_app.ui.board.painter import BoardPainter
from workshop_app.ui.board.style import NEAR_FROM, BoardStyle, Frame
from workshop_app.ui.marks import paint_kind_mark, paint_theme_stripe

_LEAST_WIDTH = 1000
_WIDTH_OF_WORDS = 1900
"""On a wider board the words around it grow with it: it is going to be made smaller to fit."""
_MARGIN, _HEAD, _FOOT = 28, 92, 84
_AREA_GAP = 320
"""Between the tables of a sheet; above it stands the name of the table."""
_TITLE, _SUBTITLE, _LABEL, _SMALL = 34, 18, 26, 17


class SheetPicture:
    """One sheet, laid out for a page of this shape (width to height): its tables stand in rows that fill it best."""

    def __init__(self, papers: BoardPapers, sheet: Sheet, style: BoardStyle, shape: float) -> None:
        self._papers = papers
        self._sheet = sheet
        self._style = style
        themes = [theme.id for theme in papers.agenda.all_themes]
        self._content = BoardContent(themes, title_head, papers.workshops)
        self._content.take(sheet.board)
        self._content.show_boxes(full_text_boxes(self._content, style, Frame(1.0)))
        self._areas = self._flow(self._area_rects(), shape)
        self._painter = BoardPainter(self._content, style, vector=True)
        self._bounds = self._content.bounds()
        self._unit = max(1.0, self._bounds.width / _WIDTH_OF_WORDS)
        self._label = min(_LABEL * self._unit, _AREA_GAP * 0.4) if len(self._areas) > 1 else 0.0

    @property
    def size(self) -> QSizeF:
        """Width and height in scene units."""
        unit = self._unit
        wide = max(self._bounds.width, _LEAST_WIDTH) + 2 * _MARGIN * unit
        high = max(self._bounds.height, 200) + 2 * self._label + (2 * _MARGIN + _HEAD + _FOOT) * unit
        return QSizeF(wide, high)

    def paint(self, painter: QPainter, scale: float, *, whole_texts: bool = True) -> None:
        """Paint it at so many px a unit from the painter's origin on.

        `whole_texts` paints every note in full and lets the painter scale; without, small notes show what the
        window would show at that zoom.
        """
        painter.save()
        painter.save()
        painter.scale(scale, scale)
        painter.fillRect(QRectF(QPointF(0, 0), self.size), self._style.fill(None))
        self._paint_head(painter)
        self._paint_foot(painter)
        painter.restore()
        left = _MARGIN * self._unit - self._bounds.x
        top = (_MARGIN + _HEAD) * self._unit + 2 * self._label - self._bounds.y
        exposed = QRectF(*self._bounds)
        if whole_texts or scale >= NEAR_FROM:
            painter.scale(scale, scale)
            self._paint_board(painter, exposed, Frame(1.0, left, top))
        else:
            self._paint_board(painter, exposed, Frame(scale, left * scale, top * scale))
        painter.restore()

    def _paint_board(self, painter: QPainter, exposed: QRectF, frame: Frame) -> None:
        if self._label:
            size = max(1, round(self._label * frame.scale))
            painter.setFont(self._style.font(size, bold=True))
            painter.setPen(self._style.colour("text"))
            for key, rect in self._areas.items():
                # Above seals and signs that reach over the edge.
                corner = frame.point(rect.x, rect.y) - QPointF(0, size * 0.55)
                painter.drawText(corner, self._area_name(key))
        self._painter.paint(painter, exposed, frame)

    def _area_rects(self) -> dict[AreaKey, Rect]:
        content = self._content
        rank = {workshop: place for place, workshop in enumerate(self._papers.workshops)}
        keys = sorted(
            content.layout.areas,
            key=lambda key: (rank.get(key.workshop_id or EntityId(b""), len(rank)), key.table or 0),
        )
        found: dict[AreaKey, list[Rect]] = {key: [] for key in keys}
        for item, box in content.boxes.items():
            if content.parent_of(item) is None:
                found.setdefault(content.area(item), []).append(box)
        return {key: bounding(boxes) for key, boxes in found.items() if boxes}

    def _flow(self, areas: dict[AreaKey, Rect], shape: float) -> dict[AreaKey, Rect]:
        """Put the tables into as many rows as let the page be filled best; nothing inside a table moves."""
        if len(areas) < 2:
            return areas
        ways = [_in_rows_of(areas, count) for count in range(1, len(areas) + 1)]

        def waste(places: dict[AreaKey, Rect]) -> float:
            around = bounding(places.values())
            return max(around.width, (around.height + 300) * shape)

        best = min(ways, key=waste)
        content = self._content
        boxes = {}
        for item, box in content.boxes.items():
            key = content.area(item)
            boxes[item] = box.shifted(best[key].x - areas[key].x, best[key].y - areas[key].y)
        content.show_boxes(boxes)
        return best

    def _area_name(self, key: AreaKey) -> str:
        names = dict(self._papers.places)
        place = names.get(key.workshop_id, "") if key.workshop_id is not None else ""
        if key.table is None:
            return place
        return QCoreApplication.translate("board", "{0} {1}班").format(place, key.table).strip()

    def _paint_head(self, painter: QPainter) -> None:
        unit, style, sheet = self._unit, self._style, self._sheet
        x = _MARGIN * unit
        painter.setPen(style.colour("text"))
        painter.setFont(style.font(round(_TITLE * unit), bold=True))
        painter.drawText(QPointF(x, (_MARGIN + 34) * unit), sheet.title)
        painter.setFont(style.font(round(_SUBTITLE * unit)))
        painter.setPen(style.colour("text2"))
        words = sheet.subtitle
        if sheet.held_back:
            kept = QCoreApplication.translate("board", "保留と競合中の {0}枚は載せていません")
            words = f"{words}　{kept.format(sheet.held_back)}"
        painter.drawText(QPointF(x, (_MARGIN + 66) * unit), words)
        if not self._content.boxes:
            empty = QCoreApplication.translate("board", "付箋はまだありません。")
            painter.drawText(QPointF(x, (_MARGIN + _HEAD + 60) * unit), empty)

    def _paint_foot(self, painter: QPainter) -> None:
        unit, style = self._unit, self._style
        size = self.size
        line = QRectF(
            _MARGIN * unit,
            size.height() - (_MARGIN + 60) * unit,
            size.width() - 2 * _MARGIN * unit,
            60 * unit,
        )
        painter.setPen(QPen(style.colour("line"), unit))
        painter.drawLine(line.topLeft(), line.topRight())
        painter.save()
        painter.translate(QPointF(line.x(), line.y() + 10 * unit))
        painter.scale(unit, unit)
        paint_legend(painter, self._papers, style)
        painter.restore()
        painter.setFont(style.font(round(_SMALL * unit)))
        painter.setPen(style.colour("text2"))
        painter.drawText(QPointF(line.x(), line.y() + 62 * unit), self._papers.footer)


def _in_rows_of(areas: dict[AreaKey, Rect], count: int) -> dict[AreaKey, Rect]:
    """So many tables in a row; each workshop begins a new one."""
    found: dict[AreaKey, Rect] = {}
    x = y = bottom = placed = 0
    before = next(iter(areas)).workshop_id
    for key, rect in areas.items():
        if placed == count or key.workshop_id != before:
            x, y, placed = 0, bottom + _AREA_GAP, 0
        before, placed = key.workshop_id, placed + 1
        found[key] = Rect(x, y, rect.width, rect.height)
        x, bottom = x + rect.width + _AREA_GAP, max(bottom, y + rect.height)
    return found


def paint_legend(painter: QPainter, papers: BoardPapers, style: BoardStyle) -> None:
    """Kinds by mark and themes by stripe, each with its word, in one line 28 high from the origin on."""
    ink = style.colour("text")
    font = style.font(_SMALL)
    metrics = QFontMetricsF(font)
    baseline = 14 + (metrics.ascent() - metrics.descent()) / 2
    x = 0.0
    for kind in papers.agenda.kinds:
        place, char = style.kinds[kind.id]
        paint_kind_mark(painter, QRectF(x, 2, 24, 24), place, char, style.fill(kind.id), ink)
        x = _word(painter, x + 31, baseline, kind.name, style) + 22
    x += 18
    for theme in papers.agenda.all_themes:
        paint_theme_stripe(painter, QRectF(x, 7, 8, 14), style.themes[theme.id], ink)
        x = _word(painter, x + 15, baseline, theme.short_title, style) + 22


def _word(painter: QPainter, x: float, baseline: float, word: str, style: BoardStyle) -> float:
    font = style.font(_SMALL)
    painter.setFont(font)
    painter.setPen(style.colour("text"))
    painter.drawText(QPointF(x, baseline), word)
    return x + QFontMetricsF(font).horizontalAdvance(word)
