"""The form of the capture page: the box, theme, kind, points, the buttons, the live counts."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QSizePolicy, QSpacerItem, QVBoxLayout, QWidget

from workshop_app.domain.agenda import Agenda
from workshop_app.domain.note import NoteDraft
from workshop_app.domain.text import MAX_NOTE_CHARS
from workshop_app.ui.capture.editor import NoteEditor
from workshop_app.ui.capture.note_fields import KindChoice, ThemeChoice
from workshop_app.ui.capture.point_picker import PointPicker
from workshop_app.ui.figures import figures_width, paint_figures
from workshop_app.ui.labels import TextLabel
from workshop_app.ui.marks import STRIPE_WIDTH, paint_theme_stripe
from workshop_app.ui.theme import look
from workshop_app.ui.widgets import PrimaryButton, SecondaryButton, TextButton

_COUNT_FROM = MAX_NOTE_CHARS * 9 // 10


class ThemeCounts(QWidget):
    """この班の内訳: stripe, name and count per theme, and 未分類."""

    def __init__(self, agenda: Agenda, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("themeCounts")
        self._themes = agenda.all_themes
        self._title = ""
        self._counts: dict[str | None, int] = {}
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    @property
    def counts(self) -> dict[str | None, int]:
        """Notes per theme id; None is 未分類."""
        return dict(self._counts)

    def set_counts(self, title: str, counts: dict[str | None, int]) -> None:
        """Show counts under a title."""
        self._title, self._counts = title, counts
        parts = [f"{theme.short_title} {counts.get(theme.id, 0)}" for theme in self._themes]
        spoken = f"{title} {' '.join(parts)} {self.tr('未分類')} {counts.get(None, 0)}"
        self.setAccessibleName(spoken)
        self.setToolTip(spoken)
        self.update()

    def sizeHint(self) -> QSize:
        """One or two lines of captions."""
        return QSize(100, look().px(44))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the items, going to a second line when one is full."""
        current = look()
        painter = QPainter(self)
        caption, bold = current.font(13), current.font(15, bold=True)
        metrics, bold_metrics = QFontMetricsF(caption), QFontMetricsF(bold)
        line = float(current.px(22))
        x, y = 0.0, 0.0
        painter.setFont(caption)
        painter.setPen(current.colour("text2"))
        width = metrics.horizontalAdvance(self._title)
        painter.drawText(QRectF(0, y, width + 1, line), int(Qt.AlignmentFlag.AlignVCenter), self._title)
        x = width + current.px(16)
        items = [(theme.number, theme.short_title, theme.id) for theme in self._themes]
        for ordinal, name, theme_id in [*items, (None, self.tr("未分類"), None)]:
            figure = str(self._counts.get(theme_id, 0))
            stripe = 0 if ordinal is None else STRIPE_WIDTH + 6
            width = stripe + metrics.horizontalAdvance(name) + 6 + figures_width(bold_metrics, figure)
            if x + width > self.width() and x > 0:
                x, y = 0.0, y + line
            paint_theme_stripe(
                painter, QRectF(x, y + (line - 14) / 2, STRIPE_WIDTH, 14), ordinal, current.colour("text")
            )
            painter.setFont(caption)
            painter.setPen(current.colour("text2"))
            name_box = QRectF(x + stripe, y, width, line)
            painter.drawText(name_box, int(Qt.AlignmentFlag.AlignVCenter), name)
            painter.setFont(bold)
            painter.setPen(current.colour("text"))
            paint_figures(painter, QRectF(x, y, width, line), figure, Qt.AlignmentFlag.AlignRight)
            x += width + current.px(14)


class NoteForm(QWidget):
    """What becomes the next note. Theme and kind stay for the one after it; points do not."""

    submitted = Signal()
    lines_pasted = Signal(list)
    paste_requested = Signal()
    undo_requested = Signal()
    import_requested = Signal()

    def __init__(self, agenda: Agenda, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = TextLabel(self.tr("聞いたとおりに書いてください"), 17, bold=True)
        self._hint = TextLabel(self.tr("変換中の Enter は確定だけです"), 13, role="text2")
        self._length = TextLabel("", 13, role="warn")
        self._length.setObjectName("noteLength")
        self._length.hide()
        self.editor = NoteEditor()
        self.editor.setObjectName("captureEditor")
        self.editor.setAccessibleName(self.tr("付箋の文"))
        self._theme_title = TextLabel(self.tr("テーマ（あとから選んでもかまいません）"), 13, role="text2")
        self.themes = ThemeChoice(agenda)
        self._kind_title = TextLabel(self.tr("種別"), 13, role="text2")
        self.kinds = KindChoice(agenda)
        self.points = PointPicker(agenda)
        self.save = PrimaryButton(self.tr("付箋にする"), self.tr("Enter"))
        self.save.setObjectName("saveButton")
        self._paste = SecondaryButton(self.tr("まとめて貼り付け"))
        self._paste.setObjectName("pasteButton")
        self._import = TextButton(self.tr("ファイルから"), "open_folder")
        self._import.setObjectName("importButton")
        self._import.setToolTip(self.tr("別に入力した .txt・.csv・.xlsx を読み込みます（Ctrl+I）"))
        self.undo = TextButton(self.tr("元に戻す"), "undo")
        self.undo.setObjectName("undoButton")
        self.counts = ThemeCounts(agenda)
        for button in (self.save, self._paste, self._import, self.undo):
            # Pressed with the mouse they leave the cursor where it is: in the box.
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._lay_out()
        self.editor.submitted.connect(self.submitted)
        self.editor.lines_pasted.connect(self.lines_pasted)
        self.editor.textChanged.connect(self._on_text_changed)
        self.themes.chosen.connect(lambda: self.points.set_theme(self.themes.theme))
        self.save.clicked.connect(self.submitted)
        self._paste.clicked.connect(self.paste_requested)
        self._import.clicked.connect(self.import_requested)
        self.undo.clicked.connect(self.undo_requested)

    def draft(self, text: str, table: int | None, round_number: int | None) -> NoteDraft:
        """The next note with this text."""
        return NoteDraft(
            text=text,
            theme=self.themes.theme,
            kind=self.kinds.kind,
            table=table,
            round=round_number,
            points=self.points.points,
        )

    def set_compact(self, compact: bool) -> None:
        """The 440 px form of the narrow layout."""
        current = look()
        self.editor.set_size(20 if compact else 24)
        self.editor.setFixedHeight(current.px(96 if compact else 172))
        self.themes.set_compact(compact)
        self.kinds.set_compact(compact)
        for button in (self.save, self._paste, self._import, self.undo):
            button.set_tall(not compact)
        self._paste.setText(self.tr("貼り付け") if compact else self.tr("まとめて貼り付け"))
        self._paste.setToolTip(self.tr("まとめて貼り付け"))
        self._paste.updateGeometry()
        self._import.setVisible(not compact)
        for label in (self._theme_title, self._kind_title, self._hint):
            label.setVisible(not compact)
        self.counts.setVisible(not compact)
        self._title.set_look(size=15 if compact else 17)
        side, top = (16, 8) if compact else (24, 16)
        self._column.setContentsMargins(side, top, side, top)
        self._column.setSpacing(8)
        for gap in self._gaps:
            gap.changeSize(0, 0 if compact else current.px(4))
        self._column.invalidate()

    def set_tight(self, tight: bool) -> None:
        """Very little width: pasting is left to Ctrl+V, and the buttons lose their hints."""
        self._paste.setVisible(not tight)
        self.save.set_hint("" if tight else self.tr("Enter"))

    def changeEvent(self, event: QEvent) -> None:
        """The counts are painted by hand."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.counts.updateGeometry()

    def _lay_out(self) -> None:
        heading = QHBoxLayout()
        heading.addWidget(self._title)
        heading.addStretch(1)
        heading.addWidget(self._length)
        heading.addWidget(self._hint)
        buttons = QHBoxLayout()
        buttons.setSpacing(12)
        buttons.addWidget(self.save)
        buttons.addWidget(self._paste)
        buttons.addWidget(self._import)
        buttons.addStretch(1)
        buttons.addWidget(self.undo)
        inner = QWidget()
        self._column = QVBoxLayout(inner)
        self._column.addLayout(heading)
        self._gaps = [QSpacerItem(0, 0) for _ in range(3)]
        self._column.addWidget(self.editor)
        self._column.addItem(self._gaps[0])
        self._column.addWidget(self._theme_title)
        self._column.addWidget(self.themes)
        self._column.addItem(self._gaps[1])
        self._column.addWidget(self._kind_title)
        self._column.addWidget(self.kinds)
        self._column.addWidget(self.points)
        self._column.addItem(self._gaps[2])
        self._column.addLayout(buttons)
        self._column.addStretch(1)
        self._column.addWidget(self.counts)
        # With large text the form may be higher than the window.
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inner)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(area)
        self.set_compact(False)

    def _on_text_changed(self) -> None:
        """Near the limit say how much is there."""
        length = len(self.editor.text())
        self._length.setVisible(length >= _COUNT_FROM)
        if length >= _COUNT_FROM:
            words = self.tr("{0:,} / {1:,}文字").format(length, MAX_NOTE_CHARS)
            too_long = self.tr("　2枚に分けてください") if length > MAX_NOTE_CHARS else ""
            self._length.setText(words + too_long)
