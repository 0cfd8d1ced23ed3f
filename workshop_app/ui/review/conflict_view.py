"""One conflict whole: what happened, which note, the text before, the cards, and what can be done."""

from __future__ import annotations

from PySide6.QtCore import QDateTime, QEvent, QObject, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from workshop_app.domain.agenda import Agenda
from workshop_app.domain.fold import VOID_FIELD, value_key
from workshop_app.domain.note import Conflict, ConflictValue, NoteField
from workshop_app.domain.text_diff import Run, RunKind, diff_text
from workshop_app.ui.labels import TextLabel
from workshop_app.ui.review import words
from workshop_app.ui.review.conflict_cards import CardContent, ConflictCards
from workshop_app.ui.review.diff_text import DiffArea
from workshop_app.ui.review.note_head import NoteHead
from workshop_app.ui.review.rewrite_box import RewriteBox
from workshop_app.ui.theme import look
from workshop_app.ui.widgets import Banner, SecondaryButton, TextButton

_BEFORE_LINES = 3


class _Area(QScrollArea):
    """Scrolls one widget up and down. Who fills it sizes that widget whenever `refit` says so.

    Qt's own resizing follows a height that depends on the width one event late, which leaves scroll bars
    standing where nothing scrolls.
    """

    refit = Signal()

    def __init__(self, inner: QWidget) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(inner)
        inner.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Something inside has become higher or lower."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.refit.emit()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The room has changed."""
        super().resizeEvent(event)
        self.refit.emit()


class ConflictView(QWidget):
    """Shows a conflict and asks; it writes nothing itself. `head_tools` stands beside the note's head."""

    used = Signal(object)
    """This value is to be used (its op id)."""
    rewritten = Signal(str)
    split = Signal()
    later = Signal()

    def __init__(self, agenda: Agenda, head_tools: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._conflict: Conflict | None = None
        self._values: list[ConflictValue] = []
        self._settled = False
        self._drafts: dict[str, str] = {}
        self.banner = Banner()
        self.banner.setObjectName("reviewBanner")
        self._head = NoteHead(agenda)
        self._head.setObjectName("reviewNoteHead")
        self._before_title = TextLabel("", 13, role="text2")
        self._legend = TextLabel(self.tr("下線は加わった言葉、取り消し線は消えた言葉です"), 13, role="text2")
        self._before = DiffArea(17)
        self._before.setObjectName("reviewBefore")
        self.cards = ConflictCards()
        self.cards.used.connect(lambda place: self.use(place))
        self.box = RewriteBox()
        self.box.submitted.connect(self.rewritten)
        self._rewrite = SecondaryButton(self.tr("両方を見て書き直す"))
        self._rewrite.setObjectName("reviewRewrite")
        self._rewrite.clicked.connect(self.rewrite)
        self._split = SecondaryButton(self.tr("別々の付箋にする"))
        self._split.setObjectName("reviewSplit")
        self._split.clicked.connect(self.split)
        self._later = TextButton(self.tr("あとで決める"))
        self._later.setObjectName("reviewLater")
        self._later.clicked.connect(self.later)
        self._hint = TextLabel(
            self.tr("選ばなかった文も履歴に残ります。選び直せます。"), 13, role="text2", wrap=True
        )
        self._hint.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._foot = QWidget()
        self._lay_out(head_tools)

    # --- what is shown -----------------------------------------------------------------------------------

    @property
    def conflict(self) -> Conflict | None:
        """The one shown."""
        return self._conflict

    def show_conflict(self, conflict: Conflict, names: words.ConflictWords, *, settled: bool) -> None:
        """Show one; who is writing a third text for it goes on, what was written for another is kept."""
        same = self._conflict is not None and self._conflict.conflict_id == conflict.conflict_id
        if not same:
            self.leave_rewriting()
        self._conflict, self._settled = conflict, settled
        # By place and not by time: the newer one is not the better one.
        self._values = sorted(
            conflict.values, key=lambda value: (not conflict.is_void(value), value.station, value.op_id)
        )
        note = names.note(conflict)
        place = names.place(note) if note is not None else names.summary(conflict)
        self._head.show_entity(names.title(conflict), place, note)
        now_ms = QDateTime.currentMSecsSinceEpoch()
        self._before_title.setText(words.before_title(conflict, now_ms))
        before = "" if conflict.before_ms is None else self._words(names, conflict.before)
        self._before.set_runs([Run(RunKind.SAME, before)] if before else [])
        self._before.setVisible(bool(before))
        self.cards.set_cards([self._card(names, value, before, now_ms) for value in self._values])
        compared = any(run.kind != RunKind.SAME for card in self.cards.cards for run in card.area.text.runs())
        self._legend.setVisible(compared)
        self._show_question(conflict)
        rewritable = conflict.is_note_text and not settled
        for place_of, button in enumerate((self._rewrite, self._split)):
            button.setVisible(rewritable)
            button.set_hint(str(len(self._values) + 1 + place_of))
        self._later.setVisible(not settled)
        if not rewritable:
            self._show_box(False)
        self._fit()

    def _show_question(self, conflict: Conflict) -> None:
        if self._settled:
            self.banner.show_message(
                "info", self.tr("これは決めてあります。選ばなかった方も残っています。選び直せます。")
            )
        else:
            self.banner.show_message("warn", words.question(conflict))

    def clear(self) -> None:
        """Nothing to show."""
        self.leave_rewriting()
        self._conflict, self._values = None, []
        self.cards.set_cards([])

    # --- what can be done ----------------------------------------------------------------------------------

    def press(self, number: int) -> None:
        """The keys 1, 2, 3 …: a card, then writing anew, then two notes. While writing they are letters."""
        if self._conflict is None or self.rewriting:
            return
        if number <= len(self.cards.cards):
            self.use(number - 1)
        elif not self._rewrite.isHidden() and number == len(self._values) + 1:
            self.rewrite()
        elif not self._split.isHidden() and number == len(self._values) + 2:
            self.split.emit()

    def use(self, place: int) -> None:
        """This card."""
        if self.cards.cards[place].button.isEnabled():
            self.used.emit(self._values[place].op_id)

    def rewrite(self) -> None:
        """Open the box for a third wording, with what was half written the last time."""
        if self._conflict is not None:
            texts = [str(value.value) for value in self._values]
            self.box.fill(texts, self._drafts.get(self._conflict.conflict_id, ""))
            self._show_box(True)
            self.box.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def leave_rewriting(self) -> None:
        """Close it; what is half written comes back the next time."""
        self.keep_draft()
        self._show_box(False)

    @property
    def rewriting(self) -> bool:
        """True while a third wording is being written."""
        return not self.box.isHidden()

    def keep_draft(self) -> None:
        """Commit an open composition and remember what is written."""
        if self._conflict is not None and self.rewriting:
            self._drafts[self._conflict.conflict_id] = self.box.text()

    def forget_draft(self, conflict_id: str) -> None:
        """It has been saved."""
        self._drafts.pop(conflict_id, None)

    # --- inside ----------------------------------------------------------------------------------------------

    def _card(
        self, names: words.ConflictWords, value: ConflictValue, before: str, now_ms: int
    ) -> CardContent:
        conflict = self._conflict
        assert conflict is not None
        in_use = self._settled and value_key(value.value) == value_key(conflict.current)
        if conflict.is_void(value):
            runs = [Run(RunKind.SAME, self.tr("取り消し\n理由: {0}").format(value.value["void"]))]
        else:
            text = self._words(names, value.value)
            compared = before and conflict.field in (NoteField.TEXT, VOID_FIELD)
            runs = diff_text(before, text) if compared else [Run(RunKind.SAME, text)]
        return CardContent(
            value.station,
            words.moment(value.at_ms, now_ms),
            tuple(runs),
            words.changed_fields(value),
            self.tr("いま使っています") if in_use else words.use_text(conflict, value),
            in_use,
        )

    def _words(self, names: words.ConflictWords, value: object) -> str:
        conflict = self._conflict
        assert conflict is not None
        return names.value(NoteField.TEXT if conflict.field == VOID_FIELD else conflict.field, value)

    def _show_box(self, wanted: bool) -> None:
        self.box.setVisible(wanted)
        self._foot.setVisible(not wanted)
        # Where there is little room, the cards need it more than the question.
        self.banner.setVisible(not (wanted and self._compact))
        self._fit()

    def set_compact(self, compact: bool) -> None:
        """Text 17, less air, the hint left out, and what can be done in sight while the rest scrolls."""
        current = look()
        for widget in (self.box, self._foot):
            (self._whole if compact else self._column).addWidget(widget)
        self._column.addWidget(self._rest, 1)
        # The key is in the help; the words need the room.
        self._later.set_hint("" if compact or current.percent > 100 else "Esc")
        self._compact = compact
        self.cards.set_compact(compact)
        self.box.set_compact(compact)
        self._before.set_size(15 if compact else 17)
        self._hint.setVisible(not compact)
        side, top = current.px(16 if compact else 32), current.px(8 if compact else 20)
        self._whole.setContentsMargins(side, top, side, top)
        for layout, wide in ((self._whole, 16), (self._column, 12)):
            layout.setSpacing(current.px(6 if compact else wide))
        self._fit()

    def _fit(self) -> None:
        """A few lines of the text before, and all the room there is for the cards; more than that scrolls."""
        room = self._area.viewport().size()
        wanted = self._before.text.heightForWidth(room.width())
        self._before.setFixedHeight(min(wanted, look().px(_BEFORE_LINES * 27)))
        if self._column.hasHeightForWidth():
            whole = self._column.totalHeightForWidth(room.width())
        else:
            whole = self._column.totalSizeHint().height()
        others = whole - self.cards.height()
        self.cards.set_room(room.height() - others)
        self._inner.resize(room.width(), max(room.height(), others + self.cards.height()))
        if self.rewriting and self._compact:
            self._area.verticalScrollBar().setValue(self.cards.y())

    def _lay_out(self, head_tools: QWidget) -> None:
        head = QHBoxLayout()
        head.addWidget(self._head, 1)
        head.addWidget(head_tools)
        before = QHBoxLayout()
        before.addWidget(self._before_title)
        before.addStretch(1)
        before.addWidget(self._legend)
        self._inner = QWidget()
        self._column = QVBoxLayout(self._inner)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self.banner)
        self._column.addLayout(head)
        self._column.addLayout(before)
        self._column.addWidget(self._before)
        self._column.addWidget(self.cards)
        # Without these the banner would take what room is left.
        self.banner.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._rest = QWidget()
        self._area = _Area(self._inner)
        self._area.refit.connect(self._fit)
        foot = QHBoxLayout(self._foot)
        foot.setContentsMargins(0, 0, 0, 0)
        foot.setSpacing(look().px(12))
        for button in (self._rewrite, self._split, self._later):
            foot.addWidget(button)
        foot.addStretch(0)
        foot.addWidget(self._hint, 1)
        self._whole = QVBoxLayout(self)
        self._whole.addWidget(self._area, 1)
        self.box.hide()
        self.set_compact(False)
