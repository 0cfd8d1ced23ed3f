"""The board's tools in the header: 選択 付箋 島 矢印 票 | 元に戻す 整える | 投影. Icons alone in the narrow layout."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout, QSizePolicy, QWidget

from workshop_app.ui.icons import pixmap
from workshop_app.ui.theme import look

_MOST_ICON = 44


class Tool(StrEnum):
    """What a press on the board does."""

    SELECT = "select"
    NOTE = "note"
    ISLAND = "island"
    ARROW = "arrow"
    VOTE = "vote"


class ToolButton(QAbstractButton):
    """Icon and word, 40 high; the one in hand has the accent's border and a bold word."""

    def __init__(
        self, icon: str, words: str, key: str, *, tool: bool = False, bordered: bool = False
    ) -> None:
        super().__init__()
        self._icon = icon
        self._key = key
        self._bordered = bordered
        self._compact = False
        self.setText(words)
        self.setCheckable(tool)
        self.setAccessibleName(words)
        self.setToolTip(f"{words}  {key}" if key else words)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def set_compact(self, compact: bool) -> None:
        """The icon alone, 40 × 40."""
        self._compact = compact
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Room for the bold word, so that nothing moves when it is taken in hand."""
        current = look()
        side = current.px(40)
        if self._compact:
            # Ten of them have to fit beside the title with large text as well; 40 is enough for a finger.
            side = min(side, _MOST_ICON)
            return QSize(side, side)
        words = QFontMetrics(current.font(15, bold=True)).horizontalAdvance(self.text())
        key = self._key_width() if self._bordered else 0
        return QSize(current.px(12 + 20 + 6 + 12) + words + key, side)

    def minimumSizeHint(self) -> QSize:
        """Words are never cut."""
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses, as Space does."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Take the sizes of another look."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Box, icon, word, and the key where there is a border."""
        current = look()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = self.isChecked()
        hot = chosen or self.isDown() or (self.isEnabled() and self.underMouse())
        if hot or self._bordered:
            width = 2 if chosen else 1
            line = "accent" if chosen else "border"
            pen = QPen(current.colour(line), width)
            if not self.isEnabled() and current.colours["sunken"] == current.colours["surface"]:
                # Where fills and inks are the same, a broken border says that it cannot be pressed.
                pen.setStyle(Qt.PenStyle.DashLine)
            painter.setPen(pen if chosen or self._bordered else Qt.PenStyle.NoPen)
            painter.setBrush(current.colour("accentTint" if hot else "surface"))
            edge = width / 2
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(edge, edge, -edge, -edge), 4, 4)
        role = "text2" if not self.isEnabled() else "accent" if chosen else "text"
        side = current.px(20)
        left = (self.width() - side) // 2 if self._compact else current.px(12)
        image = pixmap(self._icon, 20, role, self.devicePixelRatioF())
        painter.drawPixmap(left, (self.height() - side) // 2, image)
        if self._compact:
            return
        painter.setFont(current.font(15, bold=chosen))
        painter.setPen(current.colour(role))
        room = QRectF(left + side + current.px(6), 0, self.width(), self.height())
        painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter), self.text())
        if self._bordered:
            self._paint_key(painter, role)

    def _key_width(self) -> int:
        return QFontMetrics(look().font(12)).horizontalAdvance(self._key) + look().px(12 + 10)

    def _paint_key(self, painter: QPainter, role: str) -> None:
        current = look()
        painter.setFont(current.font(12))
        width = self._key_width() - current.px(10)
        height = painter.fontMetrics().height() + current.px(4)
        box = QRectF(self.width() - current.px(12) - width, (self.height() - height) / 2, width, height)
        painter.setPen(QPen(current.colour(role), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, 2, 2)
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), self._key)


class ToolRow(QWidget):
    """Emits what was pressed; which tool is in hand is told to it."""

    tool_chosen = Signal(str)
    pressed = Signal(str)
    """undo, redo, tidy, search, project or more."""

    def __init__(self) -> None:
        super().__init__()
        self._tools: dict[Tool, ToolButton] = {}
        self._acts: dict[str, ToolButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        for tool, words, key in (
            (Tool.SELECT, self.tr("選択"), "S"),
            (Tool.NOTE, self.tr("付箋"), "N"),
            (Tool.ISLAND, self.tr("島"), "I"),
            (Tool.ARROW, self.tr("矢印"), "A"),
            (Tool.VOTE, self.tr("票"), "V"),
        ):
            button = ToolButton(str(tool), words, key, tool=True)
            button.setObjectName(f"boardTool_{tool}")
            button.clicked.connect(lambda _checked=False, tool=tool: self._on_tool(tool))
            self._tools[tool] = button
            row.addWidget(button)
        line = QFrame()
        line.setFixedSize(1, 24)
        line.setProperty("upright", True)
        row.addSpacing(6)
        row.addWidget(line)
        row.addSpacing(6)
        for name, icon, words, key in (
            ("undo", "undo", self.tr("元に戻す"), "Ctrl+Z"),
            ("redo", "redo", self.tr("やり直す"), "Ctrl+Y"),
            ("tidy", "tidy", self.tr("整える"), "T"),
            ("project", "project", self.tr("投影"), "F5"),
            ("search", "search", self.tr("探す"), "Ctrl+F"),
            ("more", "more", self.tr("その他（残す・見返す・書き出す）"), ""),
        ):
            button = ToolButton(icon, words, key, bordered=name == "project")
            button.setObjectName(f"board_{name}")
            button.clicked.connect(lambda _checked=False, name=name: self.pressed.emit(name))
            self._acts[name] = button
            row.addWidget(button)
        self.set_compact(False)
        self.set_tool(Tool.SELECT)

    def set_tool(self, tool: Tool) -> None:
        """Show which tool is in hand."""
        for name, button in self._tools.items():
            button.setChecked(name is tool)

    def set_enabled(self, name: str, enabled: bool) -> None:
        """Whether an act can be done."""
        self._acts[name].setEnabled(enabled)

    def below(self, name: str) -> QPoint:
        """Where a menu of an act opens, on the screen."""
        button = self._acts[name]
        return button.mapToGlobal(QPoint(0, button.height()))

    def set_compact(self, compact: bool) -> None:
        """Icons alone; then there is room for やり直す and 探す as well."""
        for button in (*self._tools.values(), *self._acts.values()):
            button.set_compact(compact)
        self._acts["more"].set_compact(True)
        for name in ("redo", "search"):
            self._acts[name].setVisible(compact)

    def _on_tool(self, tool: Tool) -> None:
        self.set_tool(tool)
        self.tool_chosen.emit(str(tool))
