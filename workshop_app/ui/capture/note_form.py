"""The form of the capture page: the box, theme, kind, points, the buttons, the live counts."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
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
        self._length.shown.connect(self._on_length_shown)
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
        self.undo.setToolTip(self.tr("元に戻す（Ctrl+Z）"))
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
        self._compact = compact
        self.editor.set_size(20 if compact else 24)
        self.themes.set_compact(compact)
        self.kinds.set_compact(compact)
        for button in (self._save, self._paste, self._import, self.undo):
            button.set_tall(not compact)
        self._paste.setText(self.tr("貼り付け") if compact else self.tr("まとめて貼り付け"))
        self._paste.setToolTip(self.tr("まとめて貼り付け（Ctrl+Shift+V）"))
        self._paste.updateGeometry()
        for part in (self._title, self.counts):
            part.setVisible(not compact)
        self._hint.setVisible(not compact and self._length.isHidden())
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
        side, top, gap = (16, 6, 4) if compact else (24, 16, look().px(12))
        between = 2 if compact else 8
        for column, edges in (
            (self._top_column, (side, top, side, 0)),
            (self._middle_column, (side, gap, side, gap)),
            (self._foot_column, (side, 0, side, top)),
        ):
            column.setContentsMargins(*edges)
            column.setSpacing(between)
        for space in self._gaps:
            space.changeSize(0, gap)
        self._middle_column.invalidate()
        self._fit_heights()

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
        """The box and the buttons stay in sight; what is between them scrolls where there is no height."""
        heading = QHBoxLayout()
        heading.addWidget(self._title)
        heading.addStretch(1)
        heading.addWidget(self._length)
        heading.addWidget(self._hint)
        self._theme_row, self._kind_row, self._point_row = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        self._buttons, self._more_buttons = QHBoxLayout(), QHBoxLayout()
        for row in (self._buttons, self._more_buttons):
            row.setSpacing(12)
        self._gaps = [QSpacerItem(0, 0) for _ in range(2)]
        self._top, self._middle, self._foot = QWidget(), QWidget(), QWidget()
        self._top_column, self._middle_column, self._foot_column = map(
            QVBoxLayout, (self._top, self._middle, self._foot)
        )
        self._top_column.addLayout(heading)
        self._top_column.addWidget(self.editor)
        self._middle_column.addLayout(self._theme_row)
        self._middle_column.addWidget(self.themes)
        self._middle_column.addItem(self._gaps[0])
        self._middle_column.addLayout(self._kind_row)
        self._middle_column.addWidget(self.kinds)
        self._middle_column.addItem(self._gaps[1])
        self._middle_column.addLayout(self._point_row)
        self._middle_column.addLayout(self._more_buttons)
        self._foot_column.addLayout(self._buttons)
        self._foot_column.addStretch(1)
        self._foot_column.addWidget(self.counts)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidget(self._middle)
        self._middle.installEventFilter(self)
        self._whole = QVBoxLayout(self)
        self._whole.setContentsMargins(0, 0, 0, 0)
        self._whole.setSpacing(0)
        self._whole.addWidget(self._top)
        self._whole.addWidget(self._area)
        self._whole.addWidget(self._foot, 1)
        self.set_layout(compact=False, tight=False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A banner, a lower window: the box gives way first."""
        super().resizeEvent(event)
        self._fit_heights()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Names that need another row take their height."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit_heights()
        return False

    def _fit_heights(self) -> None:
        """As much of the box as there is height for; then the choices scroll, never the box or the buttons."""
        most, least = (124, 48) if self._compact else (172, 90)
        around = self._top.sizeHint().height() - self.editor.minimumHeight()
        wanted = self._middle.sizeHint().height()
        room = self.height() - around - self._foot.sizeHint().height()
        box = max(look().px(least), min(look().px(most), room - wanted))
        self.editor.setFixedHeight(box)
        self._area.setFixedHeight(max(0, min(wanted, room - box)))
        # At once: later, the box would be seen cut off for a moment.
        self._top_column.activate()
        self._whole.activate()

    def _on_length_shown(self, shown: bool) -> None:
        """In the place of the hint: both would make the form wider."""
        self._hint.setVisible(not shown and not self._compact)
        self._fit_heights()


def _empty(row: QHBoxLayout) -> None:
    """Take everything out of a row; the widgets stay the form's."""
    while row.count():
        row.takeAt(0)
