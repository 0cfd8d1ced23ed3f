"""Help that works offline: one Markdown file, with the table of keys made from the actions table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import (
    QColor,
    QResizeEvent,
    QShowEvent,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextFrameFormat,
    QTextLength,
    QTextTable,
)
from PySide6.QtWidgets import QTextBrowser, QVBoxLayout, QWidget

from workshop_app.paths import resource
from workshop_app.ui.actions import ActionSpec
from workshop_app.ui.page import Page
from workshop_app.ui.theme import Look, look

KEYS_PLACE = "{{keys}}"
_TEXT_WIDTH_EM = 45
"""A line of running text never grows beyond this many full-width characters."""


def keys_markdown(actions: Sequence[ActionSpec], head: tuple[str, str]) -> str:
    """One table of keys for each group of actions, groups in the order of the table."""
    parts: list[str] = []
    for group, members in groupby(actions, key=lambda spec: spec.group_label()):
        rows = [f"| {spec.label()} | {keys_text(spec.keys)} |" for spec in members]
        parts.append("\n".join([f"### {group}", "", f"| {head[0]} | {head[1]} |", "|:--|:--|", *rows]))
    return "\n\n".join(parts)


def keys_text(keys: Sequence[str]) -> str:
    """Keys as printed on the keyboard: 「Ctrl+1 … Ctrl+0」, or 「F2 / Enter」 for one or the other."""
    if "…" in keys:
        return " ".join(keys)
    return " / ".join(keys)


class HelpPage(Page):
    """Shows resources/help/ja.md. Links and pictures from outside are never followed or loaded."""

    def __init__(self, actions: Sequence[ActionSpec], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page_help")
        self.title = self.tr("使い方")
        self._actions = tuple(actions)
        self._drawn_for: Look | None = None
        self._browser = QTextBrowser()
        self._browser.setObjectName("helpText")
        self._browser.setAccessibleName(self.tr("使い方"))
        self._browser.setOpenLinks(False)
        self._browser.setFrameShape(QTextBrowser.Shape.NoFrame)
        self._browser.setLineWrapMode(QTextBrowser.LineWrapMode.FixedPixelWidth)
        self._browser.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._browser)
        self.setFocusProxy(self._browser)

    def entered(self) -> None:
        """The arrow keys scroll at once."""
        self._browser.setFocus(Qt.FocusReason.OtherFocusReason)

    def showEvent(self, event: QShowEvent) -> None:
        """The text is read when it is first wanted."""
        super().showEvent(event)
        self._draw()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lines end with the page, and before they grow too long to read."""
        super().resizeEvent(event)
        self._fit_lines()

    def changeEvent(self, event: QEvent) -> None:
        """Draw again in another look."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and self.isVisible():
            self._draw()

    def _fit_lines(self) -> None:
        longest = look().px(15) * _TEXT_WIDTH_EM + 2 * look().px(24)
        scroll_bar = self._browser.verticalScrollBar().sizeHint().width()
        self._browser.setLineWrapColumnOrWidth(min(longest, self.width() - scroll_bar))

    def _draw(self) -> None:
        if self._drawn_for == look():
            return
        self._drawn_for = look()
        text = resource("help", "ja.md").read_text(encoding="utf-8")
        keys = keys_markdown(self._actions, (self.tr("すること"), self.tr("キー")))
        document = self._browser.document()
        document.setDefaultFont(look().font(15))
        document.setMarkdown(text.replace(KEYS_PLACE, keys))
        document.setDocumentMargin(0)
        _dress(self._browser.document().rootFrame().firstCursorPosition(), look())
        self._fit_lines()
        self._browser.moveCursor(QTextCursor.MoveOperation.Start)


def _dress(cursor: QTextCursor, current: Look) -> None:
    """Give the plain Markdown the sizes, leading and colours of the look; QSS reaches none of them."""
    document = cursor.document()
    frame = document.rootFrame().frameFormat()
    frame.setLeftMargin(current.px(24))
    frame.setRightMargin(current.px(24))
    frame.setTopMargin(current.px(20))
    frame.setBottomMargin(current.px(24))
    document.rootFrame().setFrameFormat(frame)
    tables: set[QTextTable] = set()
    for block in _blocks(document.firstBlock()):
        level = block.blockFormat().headingLevel()
        at = QTextCursor(block)
        table = at.currentTable()
        shape = QTextBlockFormat()
        shape.setLineHeight(140 if table or level else 160, _PROPORTIONAL)
        shape.setTopMargin(current.px({0: 0, 1: 0, 2: 24, 3: 12}.get(level, 12)))
        shape.setBottomMargin(current.px(0 if table else 8))
        at.mergeBlockFormat(shape)
        at.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
        if level:
            # Set, not merged: the size step of a Markdown heading would come on top of ours.
            at.setCharFormat(_characters(level, current))
        else:
            at.mergeCharFormat(_characters(level, current))
        if table is not None and table not in tables:
            tables.add(table)
            _dress_table(table, current)


_PROPORTIONAL = QTextBlockFormat.LineHeightTypes.ProportionalHeight.value


def _blocks(block: QTextBlock) -> Iterator[QTextBlock]:
    while block.isValid():
        yield block
        block = block.next()


def _characters(level: int, current: Look) -> QTextCharFormat:
    form = QTextCharFormat()
    form.setForeground(current.colour("text"))
    if level:
        form.setFont(
            current.font({1: 20, 2: 17}.get(level, 15), True),
            QTextCharFormat.FontPropertiesInheritanceBehavior.FontPropertiesSpecifiedOnly,
        )
    return form


def _dress_table(table: QTextTable, current: Look) -> None:
    form = table.format()
    form.setBorder(0)
    form.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
    form.setBorderBrush(QColor(current.colour("line")))
    form.setCellSpacing(0)
    form.setCellPadding(current.px(4))
    form.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
    form.setBottomMargin(current.px(8))
    form.setColumnWidthConstraints(
        [
            QTextLength(QTextLength.Type.PercentageLength, 52),
            QTextLength(QTextLength.Type.PercentageLength, 48),
        ]
    )
    table.setFormat(form)
