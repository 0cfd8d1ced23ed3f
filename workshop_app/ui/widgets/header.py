"""The line above every page: where one is, the page's tools, and whether everything is safe."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from workshop_app.domain.wareki import format_clock
from workshop_app.ui.icons import pixmap
from workshop_app.ui.labels import TextLabel
from workshop_app.ui.theme import look

SAVING_AFTER_MS = 300


class SaveState(QWidget):
    """✓ 保存しました 14:32. 「保存しています…」 appears only when a save takes its time."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("saveState")
        self._icon_name = ""
        self._role = "text"
        self._said = ("", "", "text")
        self._icon = QLabel()
        self._label = TextLabel("", 15)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self._icon)
        row.addWidget(self._label, 1)
        self._compact = False
        self._fit()
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(SAVING_AFTER_MS)
        self._late.timeout.connect(lambda: self._show("", self.tr("保存しています…"), "text2"))

    def text(self) -> str:
        """What it says."""
        return self._label.text()

    def show_kept(self) -> None:
        """A file was opened: everything in it is on disk, and nothing has been written yet."""
        self._say("check", self.tr("保存してあります"), "text")

    def show_saved(self, at_ms: int) -> None:
        """Everything up to this moment is on disk."""
        self._say("check", self.tr("保存しました {0}").format(format_clock(at_ms)), "text")

    def show_saving(self) -> None:
        """A save has begun."""
        self._late.start()

    def stop_saving(self) -> None:
        """Nothing was to be saved after all: what was said last still holds."""
        self._late.stop()
        self._show(*self._said)

    def show_unsaved(self) -> None:
        """The disk refused; a banner says what to do."""
        self._say("cross", self.tr("保存できません"), "danger")

    def set_compact(self, compact: bool) -> None:
        """Smaller text in the narrow layout."""
        self._compact = compact
        self._label.set_look(size=13 if compact else 15)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Follow another look."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._fit()
            self._draw_icon()

    def _fit(self) -> None:
        """As wide as the longest thing it says, so that saying it moves nothing beside it."""
        metrics = QFontMetrics(look().font(13 if self._compact else 15))
        words = (
            self.tr("保存しました {0}").format("00:00"),
            self.tr("保存しています…"),
            self.tr("保存してあります"),
            self.tr("保存できません"),
        )
        self._label.setMinimumWidth(max(map(metrics.horizontalAdvance, words)) + 2)
        self._icon.setFixedWidth(look().px(18))

    def _say(self, icon_name: str, text: str, role: str) -> None:
        self._said = (icon_name, text, role)
        self._show(icon_name, text, role)

    def _show(self, icon_name: str, text: str, role: str) -> None:
        self._late.stop()
        self._icon_name, self._role = icon_name, role
        self._label.set_look(role=role)
        self._label.setText(text)
        self._draw_icon()

    def _draw_icon(self) -> None:
        self._icon.clear()
        if self._icon_name:
            self._icon.setPixmap(pixmap(self._icon_name, 18, self._role, self.devicePixelRatioF()))


class Header(QWidget):
    """Title, context, tools, save state; below it the band that says one is practising."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("header")
        self._compact = False
        self._context = ("", "")
        self._tools: QWidget | None = None
        self._title = TextLabel("", 20, bold=True)
        self._context_label = TextLabel("", 15, role="text2")
        self._state = SaveState()
        self._line = _Line()
        row = QHBoxLayout(self._line)
        row.setSpacing(16)
        row.addWidget(self._title)
        row.addWidget(self._context_label)
        row.addStretch(1)
        row.addWidget(self._state)
        self._row = row
        self._practice = _Band()
        self._practice.setVisible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._line)
        column.addWidget(self._practice)
        self._fit()

    def set_page(self, title: str, context: str, short_context: str, tools: QWidget | None) -> None:
        """Show a page's title, context (long and for the narrow layout) and tools; the tools stay the page's."""
        if self._tools is not None:
            self._row.removeWidget(self._tools)
            self._tools.hide()
        self._tools = tools
        if tools is not None:
            self._row.insertWidget(3, tools)
            tools.show()
        self._title.setText(title)
        self._context = (context, short_context)
        self._fit()

    def set_compact(self, compact: bool) -> None:
        """40 high instead of 52, with the short context."""
        self._compact = compact
        self._fit()

    def set_practice(self, practice: bool) -> None:
        """Show or hide the practice band."""
        self._practice.setVisible(practice)

    def show_kept(self) -> None:
        """A file was opened; everything in it is on disk."""
        self._state.show_kept()

    def show_saved(self, at_ms: int) -> None:
        """Everything up to this moment is on disk."""
        self._state.show_saved(at_ms)

    def show_saving(self) -> None:
        """A save has begun."""
        self._state.show_saving()

    def stop_saving(self, sentence: str = "") -> None:
        """Nothing was written, and the sentence is the banner's matter."""
        self._state.stop_saving()

    def show_unsaved(self, sentence: str = "") -> None:
        """The disk refused; the sentence is the banner's matter."""
        self._state.show_unsaved()

    def changeEvent(self, event: QEvent) -> None:
        """Take the sizes of another look."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._fit()

    def _fit(self) -> None:
        current = look()
        self._line.setFixedHeight(current.px(40 if self._compact else 52))
        side = current.px(16 if self._compact else 24)
        # Tools of 40 px need the whole of the low line.
        self._row.setContentsMargins(side, 0, side, 0 if self._compact else 1)
        self._title.set_look(size=17 if self._compact else 20)
        self._context_label.set_look(size=13 if self._compact else 15)
        self._context_label.setText(self._context[self._compact])
        self._state.set_compact(self._compact)


class _Line(QWidget):
    def paintEvent(self, event: QPaintEvent) -> None:
        current = look()
        painter = QPainter(self)
        painter.fillRect(self.rect(), current.colour("surface"))
        painter.fillRect(0, self.height() - 1, self.width(), 1, current.colour("line"))


class _Band(QWidget):
    """練習中です: always in sight, never mistaken for the real record."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("practiceBand")
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 4, 24, 4)
        row.addWidget(TextLabel(self.tr("練習中です。本番の記録には入りません。"), 13, role="warn"))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), look().colour("warnTint"))
