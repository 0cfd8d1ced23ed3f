"""The form of the capture page: the box, theme, kind, points, the buttons, the live counts."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QSizePolicy, QSpacerItem, QVBoxLayout, QWidget

from workshop_app.domain.agenda import Agenda
from workshop_app.domain.note import NoteDraft
from workshop_app.ui.capture.editor import NoteEditor
from workshop_app.ui.capture.length_label import LengthLabel
from workshop_app.ui.capture.note_fields import KindChoice, ThemeChoice
from workshop_app.ui.capture.point_picker import PointPicker
from workshop_app.ui.figures import figures_width, paint_figures
from workshop_app.ui.labels import TextLabel
from workshop_app.ui.marks import STRIPE_WIDTH, paint_theme_stripe
from workshop_app.ui.theme import look
from workshop_app.ui.widgets import PrimaryButton, SecondaryButton, TextButton


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
        self._compact = False
        self.editor = NoteEditor()
        self.editor.setObjectName("captureEditor")
        self.editor.setAccessibleName(self.tr("付箋の文"))
        self._length = LengthLabel("noteLength", self.editor, self)
        self._theme_title = TextLabel("", 13, role="text2")
        self.themes = ThemeChoice(agenda)
        self._kind_title = TextLabel("", 13, role="text2")
        self.kinds = KindChoice(agenda)
        self.points = PointPicker(agenda)
        self._save = PrimaryButton(self.tr("付箋にする"), self.tr("Enter"))
        self._save.setObjectName("saveButton")
        self._paste = SecondaryButton(self.tr("まとめて貼り付け"))
        self._paste.setObjectName("pasteButton")
        self._import = TextButton(self.tr("ファイルから"), "open_folder")
        self._import.setObjectName("importButton")
        self._import.setToolTip(self.tr("別に入力した .txt・.csv・.xlsx を読み込みます（Ctrl+I）"))
        self.undo = TextButton(self.tr("元に戻す"), "undo")
        self.undo.setObjectName("undoButton")
        self.counts = ThemeCounts(agenda)
        for button in (self._save, self._paste, self._import, self.undo):
            # Pressed with the mouse they leave the cursor where it is: in the box.
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._lay_out()
        self.editor.submitted.connect(self.submitted)
        self.editor.lines_pasted.connect(self.lines_pasted)
        self.themes.chosen.connect(lambda: self.points.set_theme(self.themes.theme))
        self.themes.shortcuts_shown.connect(self._name_choices)
        self._save.clicked.connect(self.submitted)
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

    def set_layout(self, compact: bool, tight: bool) -> None:
        """The 440 px form of the narrow layout; `tight` when there is not even so much (large text)."""
        current = look()
        self._compact = compact
        self.editor.set_size(20 if compact else 24)
        self.editor.setFixedHeight(current.px(124 if compact else 172))
        self.themes.set_compact(compact)
        self.kinds.set_compact(compact)
        for button in (self._save, self._paste, self._import, self.undo):
            button.set_tall(not compact)
        self._paste.setText(self.tr("貼り付け") if compact else self.tr("まとめて貼り付け"))
        self._paste.setToolTip(self.tr("まとめて貼り付け"))
        self._paste.updateGeometry()
        for part in (self._title, self._hint, self.counts):
            part.setVisible(not compact)
        self._name_choices()
        self._arrange(compact, tight)

    def _arrange(self, compact: bool, tight: bool) -> None:
        """Narrow, the points and the import move up beside the headings: below there is no height for them."""
        for row in (self._theme_row, self._kind_row, self._point_row, self._buttons, self._more_buttons):
            _empty(row)
        self._theme_row.addWidget(self._theme_title)
        self._kind_row.addWidget(self._kind_title)
        self.points.set_small(compact)
        self._import.set_small(compact and not tight)
        self._buttons.addWidget(self._save)
        self._buttons.addWidget(self._paste)
        if compact:
            self._theme_row.addSpacing(12)
            self._theme_row.addWidget(self.points, 1)
            self._kind_row.addStretch(1)
        else:
            self._point_row.addWidget(self.points)
        if tight:
            self._buttons.addStretch(1)
            self._more_buttons.addWidget(self._import)
            self._more_buttons.addStretch(1)
            self._more_buttons.addWidget(self.undo)
        else:
            (self._kind_row if compact else self._buttons).addWidget(self._import)
            self._buttons.addStretch(1)
            self._buttons.addWidget(self.undo)
        side, top = (16, 6) if compact else (24, 16)
        self._column.setContentsMargins(side, top, side, top)
        self._column.setSpacing(2 if compact else 8)
        for gap in self._gaps:
            gap.changeSize(0, 4 if compact else look().px(4))
        self._column.invalidate()

    def _name_choices(self) -> None:
        """The headings tell the keys where the buttons have no room for them."""
        if not self.themes.shows_shortcuts:
            self._theme_title.setText(self.tr("テーマ（{0}）").format(self.themes.shortcut_range()))
        elif self._compact:
            self._theme_title.setText(self.tr("テーマ"))
        else:
            self._theme_title.setText(self.tr("テーマ（あとから選んでもかまいません）"))
        keys = self.kinds.shortcut_range()
        self._kind_title.setText(self.tr("種別（{0}）").format(keys) if self._compact else self.tr("種別"))

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
        self._theme_row, self._kind_row, self._point_row = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        self._buttons, self._more_buttons = QHBoxLayout(), QHBoxLayout()
        for row in (self._buttons, self._more_buttons):
            row.setSpacing(12)
        inner = QWidget()
        self._column = QVBoxLayout(inner)
        self._column.addLayout(heading)
        self._gaps = [QSpacerItem(0, 0) for _ in range(3)]
        self._column.addWidget(self.editor)
        self._column.addItem(self._gaps[0])
        self._column.addLayout(self._theme_row)
        self._column.addWidget(self.themes)
        self._column.addItem(self._gaps[1])
        self._column.addLayout(self._kind_row)
        self._column.addWidget(self.kinds)
        self._column.addLayout(self._point_row)
        self._column.addItem(self._gaps[2])
        self._column.addLayout(self._buttons)
        self._column.addLayout(self._more_buttons)
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
        self.set_layout(compact=False, tight=False)


def _empty(row: QHBoxLayout) -> None:
    """Take everything out of a row; the widgets stay the form's."""
    while row.count():
        row.takeAt(0)
