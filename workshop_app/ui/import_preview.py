"""What an import would do, row by row: first what a person has to look at, then every note.

One virtual list, so that all of it can be reached: what was noticed, each row that is left out with its reason,
and the notes. Nothing of it depends on how long the file is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from workshop_app.domain.agenda import Agenda
from workshop_app.services.importing import ImportPlan, Notice
from workshop_app.ui.icons import pixmap, ratio_of
from workshop_app.ui.text_lines import line_height, paint_lines, wrapped
from workshop_app.ui.theme import look

LINE_ROLE = int(Qt.ItemDataRole.UserRole)
_ROWS_NAMED = 12
"""How many rows a notice names; the others are counted."""
_PAINTED = 400
_TOLD = 1_000
_Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()


class LineKind(Enum):
    """What a line of the preview is about."""

    NOTICE = "notice"
    LEFT_OUT = "left out"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """One line: the row of the file, what is said of it, its words, and what stands beside them."""

    kind: LineKind
    row: str = ""
    said: str = ""
    text: str = ""
    aside: str = ""


class ImportPreviewModel(QAbstractListModel):
    """Lines are made when they are looked at; `LINE_ROLE` gives a `PreviewLine`."""

    def __init__(self, agenda: Agenda, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._agenda = agenda
        self._themes: Mapping[str | None, str] = {theme.id: theme.short_title for theme in agenda.all_themes}
        self._kinds: Mapping[str | None, str] = {kind.id: kind.name for kind in agenda.kinds}
        self._plan: ImportPlan | None = None

    def show_plan(self, plan: ImportPlan | None) -> None:
        """Show another plan, or nothing."""
        self.beginResetModel()
        self._plan = plan
        self.endResetModel()

    def rowCount(self, parent: _Index = _NO_PARENT) -> int:
        """Notices, rows left out, notes."""
        plan = self._plan
        if plan is None or parent.isValid():
            return 0
        return len(plan.notices) + len(plan.skipped) + len(plan.drafts)

    def line(self, row: int) -> PreviewLine:
        """One line, from the top."""
        assert self._plan is not None
        plan = self._plan
        if row < len(plan.notices):
            return PreviewLine(LineKind.NOTICE, said=self._notice(plan.notices[row]))
        row -= len(plan.notices)
        if row < len(plan.skipped):
            left = plan.skipped[row]
            said = self.tr("入れません: {0}").format(left.reason)
            return PreviewLine(LineKind.LEFT_OUT, str(left.row_no), said, left.text[:_TOLD])
        planned = plan.drafts[row - len(plan.skipped)]
        draft = planned.draft
        aside = [
            self._themes.get(draft.theme, self.tr("未分類")),
            self._kinds.get(draft.kind, ""),
            "" if draft.table is None else self.tr("{0}班").format(draft.table),
            "" if draft.round is None else self.tr("ラウンド{0}").format(draft.round),
            self.tr("票 {0}").format(draft.votes) if draft.votes else "",
            "・".join(self._agenda.point(point).label for point in draft.points),
        ]
        return PreviewLine(
            LineKind.NOTE, str(planned.row_no), text=draft.text[:_TOLD], aside="  ".join(filter(None, aside))
        )

    def data(self, index: _Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        """The line, and its words to be read aloud or in a tooltip."""
        if not index.isValid():
            return None
        if role == LINE_ROLE:
            return self.line(index.row())
        if role in (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.ToolTipRole,
            Qt.ItemDataRole.AccessibleTextRole,
        ):
            line = self.line(index.row())
            place = self.tr("{0}行目").format(line.row) if line.row else ""
            return "\n".join(filter(None, (place, line.said, line.text, line.aside)))
        return None

    def _notice(self, notice: Notice) -> str:
        if not notice.rows:
            return notice.message
        named = "・".join(map(str, notice.rows[:_ROWS_NAMED]))
        if len(notice.rows) > _ROWS_NAMED:
            return self.tr("{0}（{1}行目など {2}行）").format(notice.message, named, len(notice.rows))
        return self.tr("{0}（{1}行目）").format(notice.message, named)


class _LineDelegate(QStyledItemDelegate):
    """Two lines high, all alike, so that a hundred thousand rows cost no layout."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(200, 2 * line_height(look().font(15)) + look().px(10))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        line: PreviewLine | None = index.data(LINE_ROLE)
        if line is None:
            return
        current = look()
        rect = QRectF(option.rect)
        painter.save()
        if line.kind is LineKind.NOTICE:
            painter.fillRect(rect, current.colour("warnTint"))
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, current.colour("accentTint"))
        painter.fillRect(QRectF(rect.x(), rect.bottom() - 1, rect.width(), 1), current.colour("line"))
        self._paint_line(painter, rect.adjusted(current.px(8), 0, -current.px(12), 0), line)
        painter.restore()

    def _paint_line(self, painter: QPainter, rect: QRectF, line: PreviewLine) -> None:
        current = look()
        small, font = current.font(13), current.font(15)
        warn, ink, ink2 = current.colour("warn"), current.colour("text"), current.colour("text2")
        left = QRectF(rect.x(), rect.y(), QFontMetricsF(small).horizontalAdvance("000000"), rect.height())
        if line.kind is LineKind.NOTICE:
            side = current.px(18)
            top = rect.center().y() - side / 2
            painter.drawPixmap(int(rect.x()), int(top), pixmap("warn", 18, "warn", ratio_of(painter)))
            room = rect.adjusted(side + current.px(10), 0, 0, 0)
            paint_lines(painter, room, wrapped(line.said, font, room.width(), 2), font, warn)
            return
        paint_lines(painter, left, [line.row], small, ink2)
        room = rect.adjusted(left.width() + current.px(8), 0, 0, 0)
        if line.kind is LineKind.LEFT_OUT:
            half = QRectF(room.x(), rect.y(), room.width(), rect.height() / 2)
            paint_lines(painter, half, wrapped(line.said, font, room.width(), 1), font, warn)
            words = line.text.replace("\n", "　")[:_PAINTED]
            lower = half.translated(0, half.height())
            paint_lines(painter, lower, wrapped(words, small, room.width(), 1), small, ink2)
            return
        aside_wide = min(QFontMetricsF(small).horizontalAdvance(line.aside), room.width() / 3)
        aside = QRectF(room.right() - aside_wide, rect.y(), aside_wide, rect.height())
        paint_lines(painter, aside, wrapped(line.aside, small, aside_wide + 1, 2), small, ink2)
        room.setRight(aside.left() - current.px(12))
        words = line.text.replace("\n", "　")[:_PAINTED]
        paint_lines(painter, room, wrapped(words, font, room.width(), 2), font, ink)


class ImportPreview(QListView):
    """The list in the import dialog."""

    def __init__(self, agenda: Agenda, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("importPreview")
        self.setAccessibleName(self.tr("読み込む内容"))
        self._lines = ImportPreviewModel(agenda, self)
        self.setModel(self._lines)
        self.setItemDelegate(_LineDelegate(self))
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumHeight(look().px(64))

    def show_plan(self, plan: ImportPlan | None) -> None:
        """Show another plan from its top, or nothing."""
        self._lines.show_plan(plan)
        self.scrollToTop()

    def lines(self) -> list[PreviewLine]:
        """Every line, top to bottom."""
        return [self._lines.line(row) for row in range(self._lines.rowCount())]
