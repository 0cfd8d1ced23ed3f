"""How the window looks: three themes and four text sizes, in force the moment they are chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from workshop_app.ui.labels import TextLabel
from workshop_app.ui.page import Page
from workshop_app.ui.settings import load_settings, save_settings
from workshop_app.ui.theme import apply_look, load_look, look


class Choice(QAbstractButton):
    """One of several: a ring with a dot, and a word. The chosen one is bold with a 2 px accent border."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(text)
        self.setAccessibleName(text)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter chooses too; the arrow keys move within the group (QAbstractButton's own)."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Take the sizes of another look."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._fit()

    def sizeHint(self) -> QSize:
        """Room for the word in bold, so that choosing moves nothing."""
        current = look()
        width = QFontMetrics(current.font(15, True)).horizontalAdvance(self.text())
        return QSize(width + current.px(16 + 20 + 10 + 18), current.px(48))

    def _fit(self) -> None:
        self.setFixedSize(self.sizeHint())
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw box, ring and word."""
        current = look()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen, accent = self.isChecked(), current.colour("accent")
        width = 2.0 if chosen else 1.0
        painter.setPen(QPen(accent if chosen else current.colour("border"), width))
        painter.setBrush(current.colour("accentTint" if chosen or self.underMouse() else "surface"))
        edge = width / 2
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(edge, edge, -edge, -edge), 4, 4)
        radius = current.px(18) / 2
        middle = QPointF(current.px(16) + radius, self.height() / 2)
        painter.setPen(QPen(accent if chosen else current.colour("border"), 2))
        painter.setBrush(current.colour("surface"))
        painter.drawEllipse(middle, radius - 1, radius - 1)
        if chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(accent)
            painter.drawEllipse(middle, radius / 2, radius / 2)
        painter.setPen(current.colour("text"))
        painter.setFont(current.font(15, chosen))
        left = current.px(16 + 20 + 8)
        box = QRectF(left, 0, self.width() - left, self.height())
        painter.drawText(box, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), self.text())


class SettingsPage(Page):
    """Theme and text size; kept in the settings file as they are chosen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page_settings")
        self.title = self.tr("設定")
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(look().px(24), look().px(20), look().px(24), look().px(20))
        column.setSpacing(look().px(12))
        themes = (
            ("light", self.tr("明るい")),
            ("dark", self.tr("暗い")),
            ("contrast", self.tr("はっきりした色")),
        )
        self._themes = self._group(column, self.tr("色"), "settingsTheme_{0}", themes, self._on_theme)
        sizes = [(str(percent), self.tr("{0}％").format(percent)) for percent in (100, 115, 130, 150)]
        self._sizes = self._group(column, self.tr("文字の大きさ"), "settingsText_{0}", sizes, self._on_size)
        sample = self.tr("見本: 窓口の待ち時間が長いので、予約できるようにしてほしい。")
        column.addSpacing(look().px(8))
        column.addWidget(TextLabel(sample, 15, wrap=True))
        column.addWidget(
            TextLabel(
                self.tr("選ぶとすぐに変わります。記録した内容は変わりません。"), 13, role="text2", wrap=True
            )
        )
        column.addStretch(1)
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inner)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(area)
        self._show_chosen()

    def entered(self) -> None:
        """Show what is in force."""
        self._show_chosen()

    def _group(
        self,
        column: QVBoxLayout,
        title: str,
        name: str,
        choices: Sequence[tuple[str, str]],
        on_chosen: Callable[[str], None],
    ) -> dict[str, Choice]:
        column.addWidget(TextLabel(title, 17, bold=True))
        row = QHBoxLayout()
        row.setSpacing(look().px(12))
        group = QButtonGroup(self)
        made: dict[str, Choice] = {}
        for key, text in choices:
            choice = Choice(text)
            choice.setObjectName(name.format(key))
            choice.setAccessibleName(f"{title} {text}")
            group.addButton(choice)
            choice.clicked.connect(lambda _checked=False, key=key: on_chosen(key))
            row.addWidget(choice)
            made[key] = choice
        row.addStretch(1)
        column.addLayout(row)
        return made

    def _on_theme(self, name: str) -> None:
        self._apply(name, look().percent)

    def _on_size(self, percent: str) -> None:
        self._apply(look().name, int(percent))

    def _apply(self, theme: str, percent: int) -> None:
        application = QApplication.instance()
        if isinstance(application, QApplication) and (theme, percent) != (look().name, look().percent):
            apply_look(application, load_look(theme, percent))
        save_settings(replace(load_settings(), theme=theme, text_percent=percent))

    def _show_chosen(self) -> None:
        self._themes[look().name].setChecked(True)
        self._sizes[str(look().percent)].setChecked(True)
