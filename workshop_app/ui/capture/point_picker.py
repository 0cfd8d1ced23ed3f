"""The agenda points of the chosen theme as a list to tick: 基本視点, 課題, 他都市の取組."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QListWidgetItem, QSizePolicy, QVBoxLayout, QWidget

from workshop_app.domain.agenda import CATEGORIES, Agenda, AgendaPoint
from workshop_app.ui.labels import TextLabel
from workshop_app.ui.theme import look
from workshop_app.ui.tick_list import TICK_FLAGS, TickList, toggle
from workshop_app.ui.widgets import SecondaryButton

_ID_ROLE = int(Qt.ItemDataRole.UserRole)
_WIDTH = 520
_MOST_HEIGHT = 330


class PointList(TickList):
    """Enter ticks too; Esc closes the list it is in."""

    closed = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A list that has opened takes its keys for itself."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            item = self.currentItem()
            if item is not None:
                toggle(item)
        elif event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)


class PointPicker(QWidget):
    """A button that says how many are chosen, their short names, and the list that opens below it."""

    changed = Signal()

    def __init__(self, agenda: Agenda, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._agenda = agenda
        self._small = False
        self._theme: str | None = None
        self._points: tuple[str, ...] = ()
        self._button = SecondaryButton(self.tr("論点を選ぶ"))
        self._button.setObjectName("pointButton")
        self._button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._button.clicked.connect(self.open_list)
        self._label = TextLabel("", 13, role="text2")
        # Many points must not make the form wider; the tooltip has them all.
        self._label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._popup = QFrame(self, Qt.WindowType.Popup)
        self._popup.setObjectName("pointPopup")
        self._popup.setFrameShape(QFrame.Shape.Box)
        self.list = PointList()
        self.list.setObjectName("pointList")
        self.list.itemChanged.connect(self._on_item_changed)
        self.list.closed.connect(self._popup.close)
        inner = QVBoxLayout(self._popup)
        inner.setContentsMargins(4, 4, 4, 4)
        inner.addWidget(self.list)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self._button)
        row.addWidget(self._label, 1)
        self._show()

    def set_small(self, small: bool) -> None:
        """Beside a heading: a low button, and no words while nothing is chosen."""
        self._small = small
        self._button.set_small(small)
        self._show()

    @property
    def points(self) -> tuple[str, ...]:
        """Ids of the chosen points, in agenda order."""
        return self._points

    def set_theme(self, theme: str | None) -> None:
        """Offer another theme's points; points of a theme that was left are taken away."""
        if theme != self._theme:
            self._theme = theme
            offered = {point.id for point in self._offered()}
            self._points = tuple(point for point in self._points if point in offered)
            self._show()

    def set_points(self, points: Iterable[str]) -> None:
        """Choose points by id."""
        wanted = set(points)
        order = [point.id for point in self._agenda.points()]
        self._points = tuple(point for point in order if point in wanted)
        self._show()

    def clear(self) -> None:
        """Choose none."""
        self.set_points(())

    def open_list(self) -> bool:
        """Show the list below the button, or above it where there is no room; False when there is none."""
        if not self._offered():
            return False
        self._fill()
        # As wide as it will be, for the heights of the rows come from their width.
        width = min(look().px(_WIDTH), max(look().px(320), self.window().width() - 48))
        self.list.resize(width - 8, look().px(_MOST_HEIGHT))
        rows = sum(self.list.sizeHintForRow(row) for row in range(self.list.count()))
        height = min(look().px(_MOST_HEIGHT), rows + 24, max(200, self.window().height() - 40))
        corner = self._button.mapToGlobal(QPoint(0, self._button.height() + 4))
        bottom = self.window().mapToGlobal(QPoint(0, self.window().height())).y()
        if corner.y() + height > bottom:
            corner.setY(max(self.window().mapToGlobal(QPoint(0, 8)).y(), bottom - height - 8))
        right = self.window().mapToGlobal(QPoint(self.window().width(), 0)).x()
        corner.setX(min(corner.x(), right - width - 8))
        self._popup.setGeometry(corner.x(), corner.y(), width, height)
        self._popup.show()
        self.list.setFocus(Qt.FocusReason.PopupFocusReason)
        return True

    def _offered(self) -> list[AgendaPoint]:
        if self._theme is None:
            return []
        theme = next((theme for theme in self._agenda.themes if theme.id == self._theme), None)
        return list(theme.points) if theme is not None else []

    def _fill(self) -> None:
        self.list.blockSignals(True)
        self.list.clear()
        first: QListWidgetItem | None = None
        for category, name in CATEGORIES.items():
            points = [point for point in self._offered() if point.category == category]
            if points:
                heading = QListWidgetItem(name)
                heading.setFlags(Qt.ItemFlag.NoItemFlags)
                self.list.addItem(heading)
            for point in points:
                item = QListWidgetItem(f"{point.label}  {point.text}")
                item.setData(_ID_ROLE, point.id)
                item.setFlags(TICK_FLAGS)
                chosen = point.id in self._points
                item.setCheckState(Qt.CheckState.Checked if chosen else Qt.CheckState.Unchecked)
                self.list.addItem(item)
                first = first or item
        self.list.blockSignals(False)
        if first is not None:
            self.list.setCurrentItem(first)

    def _on_item_changed(self, item: QListWidgetItem) -> None:
        point_id = str(item.data(_ID_ROLE))
        chosen = set(self._points) - {point_id}
        if item.checkState() == Qt.CheckState.Checked:
            chosen.add(point_id)
        self.set_points(chosen)
        self.changed.emit()

    def _show(self) -> None:
        """The button's state and the short names beside it."""
        offered = bool(self._offered())
        self._button.setEnabled(offered)
        self._button.setToolTip(
            self.tr("論点を選ぶ（Ctrl+L）") if offered else self.tr("先にテーマを選んでください")
        )
        labels = "・".join(self._agenda.point(point).label for point in self._points)
        self._label.setText(labels or ("" if self._small else self.tr("選ばなくてもかまいません")))
        self._label.setToolTip("\n".join(self._agenda.point(point).text for point in self._points))
        self.setAccessibleName(self.tr("論点 {0}").format(labels))
