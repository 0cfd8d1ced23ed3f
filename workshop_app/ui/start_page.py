"""The start screen: go on, begin, practise, open, merge (ui.md, 01-start)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from workshop_app.domain.wareki import JST, format_clock, jst
from workshop_app.ui.jobs import run_job
from workshop_app.ui.labels import TextLabel
from workshop_app.ui.settings import RecentFile
from workshop_app.ui.start_cards import RecentRow, StartCard
from workshop_app.ui.theme import look
from workshop_app.ui.widgets import SecondaryButton, TextButton
from workshop_app.version import __version__

_TWO_COLUMNS_FROM = 800
_SHOWN = 4
_SHOWN_COMPACT = 3
"""How many recent files are listed: what fits at 1366×698 and at 911×440 without scrolling."""


class StartPage(QWidget):
    """What the program shows first. It only asks; the main window does."""

    open_requested = Signal(Path)
    open_other_requested = Signal()
    new_requested = Signal()
    practice_requested = Signal()
    merge_requested = Signal()
    settings_requested = Signal()
    help_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page_start")
        self._recent: tuple[RecentFile, ...] = ()
        self._missing: frozenset[Path] = frozenset()
        self._rows: list[RecentRow] = []
        self._compact = False
        self._round = 0
        # A line a label: QLabel has no leading, and the two lines of the title would touch.
        self._titles = [TextLabel("", 32, bold=True) for _ in range(2)]
        self._abouts = [TextLabel("", 15, role="text2") for _ in range(2)]
        self._go_on = StartCard("chevron_right", self.tr("続きから始める"), "")
        self._new = StartCard(
            "plus", self.tr("新しいワークショップを始める"), self.tr("区・会場・端末を選びます")
        )
        self._practice = StartCard("help", self.tr("見本で練習する"), self.tr("本番の記録には影響しません"))
        self._recent_title = TextLabel(self.tr("最近のファイル"), 17, bold=True)
        self._no_recent = TextLabel(
            self.tr("まだありません。ここに、使ったファイルが新しい順に並びます。"),
            13,
            role="text2",
            wrap=True,
        )
        self._open_other = SecondaryButton(self.tr("ほかのファイルを開く"), "Ctrl+O")
        self._office_title = TextLabel(self.tr("事務局の方"), 17, bold=True)
        self._merge = SecondaryButton(self.tr("端末のファイルを統合する"))
        self._settings = TextButton(self.tr("文字の大きさ・色"))
        self._help = TextButton(self.tr("使い方"), "")
        self._version = TextLabel(__version__, 13, role="text2")
        self._name_parts()
        self._lay_out()
        self._connect()
        self.set_compact(False)
        self.set_recent(())

    def set_recent(self, recent: Sequence[RecentFile]) -> None:
        """Show the files used lately, newest first; whether they are there is looked up in a worker."""
        self._recent = tuple(recent)
        self._missing = frozenset()
        self._rebuild()
        self._look_for_files()

    def set_compact(self, compact: bool) -> None:
        """Take the layout for narrow windows and large text."""
        self._compact = compact
        title = (self.tr("市民ワークショップ"), self.tr("意見集約"))
        about = (self.tr("発言を書きとめ、まとめ、資料にします。"), self.tr("この端末の中だけで動きます。"))
        _show_lines(self._titles, title, 24 if compact else 32, " " if compact else None)
        _show_lines(self._abouts, about, 13 if compact else 15, "" if compact else None)
        for card in (self._go_on, self._new, self._practice):
            card.set_compact(compact)
        self._space()
        self._rebuild()

    def first_card(self) -> StartCard:
        """The card Enter presses when the screen comes up."""
        return self._new if self._go_on.isHidden() else self._go_on

    def showEvent(self, event: QShowEvent) -> None:
        """Be ready for Enter; a stick may have been put in meanwhile."""
        super().showEvent(event)
        self.first_card().setFocus(Qt.FocusReason.OtherFocusReason)
        self._look_for_files()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Large text on a small screen: one column below the other, for nothing may need a sideways scroll."""
        super().resizeEvent(event)
        self._space()

    def _name_parts(self) -> None:
        for name, widget in (
            ("startGoOn", self._go_on),
            ("startNew", self._new),
            ("startPractice", self._practice),
            ("startOpenOther", self._open_other),
            ("startMerge", self._merge),
            ("startSettings", self._settings),
            ("startHelp", self._help),
        ):
            widget.setObjectName(name)
        for button in (self._open_other, self._merge, self._settings, self._help):
            # Outside a dialog Enter presses a push button only when it is told so.
            button.setAutoDefault(True)

    def _connect(self) -> None:
        self._go_on.clicked.connect(self._on_go_on)
        self._new.clicked.connect(self.new_requested)
        self._practice.clicked.connect(self.practice_requested)
        self._open_other.clicked.connect(self.open_other_requested)
        self._merge.clicked.connect(self.merge_requested)
        self._settings.clicked.connect(self.settings_requested)
        self._help.clicked.connect(self.help_requested)

    def _lay_out(self) -> None:
        self._left = QVBoxLayout()
        self._head = QVBoxLayout()
        for label in (*self._titles, *self._abouts):
            self._head.addWidget(label)
        self._left.addLayout(self._head)
        for widget in (self._go_on, self._new, self._practice):
            self._left.addWidget(widget)
        self._left.addStretch(1)
        self._list = QVBoxLayout()
        self._list.setSpacing(0)
        self._right = QVBoxLayout()
        self._right.addWidget(self._recent_title)
        self._right.addWidget(self._no_recent)
        self._right.addLayout(self._list)
        self._right.addWidget(self._open_other, 0, Qt.AlignmentFlag.AlignLeft)
        self._right.addWidget(self._office_title)
        self._right.addWidget(self._merge, 0, Qt.AlignmentFlag.AlignLeft)
        self._right.addStretch(1)
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._columns.addLayout(self._left, 440)
        self._columns.addLayout(self._right, 528)
        self._inner = QWidget()
        self._inner.setLayout(self._columns)
        self._inner.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        middle = QWidget()
        self._middle = QHBoxLayout(middle)
        self._middle.addStretch(1)
        self._middle.addWidget(self._inner, 1000)
        self._middle.addStretch(1)
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(middle)
        foot = QHBoxLayout()
        foot.setContentsMargins(16, 4, 24, 8)
        foot.addWidget(self._settings)
        foot.addWidget(self._help)
        foot.addStretch(1)
        foot.addWidget(self._version)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(area, 1)
        whole.addLayout(foot)

    def _space(self) -> None:
        """Distances of the two layouts."""
        compact = self._compact
        narrow = self.width() < look().px(_TWO_COLUMNS_FROM)
        self._columns.setDirection(
            QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        )
        self._inner.setMaximumWidth(look().px(1040))
        self._columns.setSpacing(look().px(32 if compact else 72))
        edge = look().px(24)
        self._middle.setContentsMargins(edge, look().px(12 if compact else 64), edge, look().px(8))
        gap = look().px(8 if compact else 16)
        self._left.setSpacing(gap)
        self._right.setSpacing(gap)
        self._head.setSpacing(look().px(2 if compact else 6))
        self._abouts[0].setContentsMargins(0, 0 if compact else look().px(8), 0, 0)
        self._head.setContentsMargins(0, 0, 0, 0 if compact else look().px(16))
        self._list.setContentsMargins(0, 0, 0, look().px(0 if compact else 4))
        self._office_title.setContentsMargins(0, look().px(4 if compact else 32), 0, 0)

    def _on_go_on(self) -> None:
        first = self._first_there()
        if first is not None:
            self.open_requested.emit(first.path)

    def _first_there(self) -> RecentFile | None:
        return next((file for file in self._recent if file.path not in self._missing), None)

    def _rebuild(self) -> None:
        """Make the rows anew."""
        for row in self._rows:
            self._list.removeWidget(row)
            row.deleteLater()
        shown = self._recent[: _SHOWN_COMPACT if self._compact else _SHOWN]
        self._rows = [self._row(file) for file in shown]
        self._no_recent.setVisible(not self._rows)
        self._mark()
        chain: list[QWidget] = [self._go_on, self._new, self._practice, *self._rows]
        chain += [self._open_other, self._merge, self._settings, self._help]
        for before, after in pairwise(chain):
            QWidget.setTabOrder(before, after)

    def _mark(self) -> None:
        """Show which files are there, and what the first card does."""
        had_card = self.focusWidget() in (None, self._go_on, self._new)
        for row in self._rows:
            row.set_missing(row.recent.path in self._missing)
        first = self._first_there()
        self._go_on.setVisible(first is not None)
        if first is not None:
            self._go_on.set_detail(_joined(first.title or first.path.name, self._count_text(first)))
        self._go_on.set_primary(first is not None)
        self._new.set_primary(first is None)
        if had_card and self.isVisible():
            self.first_card().setFocus(Qt.FocusReason.OtherFocusReason)

    def _row(self, file: RecentFile) -> RecentRow:
        detail = _joined(self._time_text(file), self._count_text(file))
        row = RecentRow(file, detail, self.tr("見つかりません"))
        row.set_compact(self._compact)
        row.clicked.connect(lambda: self.open_requested.emit(file.path))
        self._list.addWidget(row)
        return row

    def _look_for_files(self) -> None:
        """A path on a share that is away can keep the caller waiting for many seconds, so not here."""
        self._round += 1
        asked, paths = self._round, [file.path for file in self._recent]
        if paths:
            run_job(
                self, lambda: _not_there(paths), lambda gone: self._on_looked(asked, gone), lambda _: None
            )

    def _on_looked(self, asked: int, gone: frozenset[Path]) -> None:
        if asked == self._round and gone != self._missing:
            self._missing = gone
            self._mark()

    def _count_text(self, file: RecentFile) -> str:
        return self.tr("付箋 {0}枚").format(file.notes)

    def _time_text(self, file: RecentFile) -> str:
        if not file.saved_at_ms:
            return ""
        day, today = jst(file.saved_at_ms).date(), datetime.now(JST).date()
        if day == today:
            return self.tr("今日 {0} に保存").format(format_clock(file.saved_at_ms))
        if day.year == today.year:
            return self.tr("{0}月{1}日に保存").format(day.month, day.day)
        return self.tr("{0}年{1}月{2}日に保存").format(day.year, day.month, day.day)


def _show_lines(labels: Sequence[TextLabel], lines: Sequence[str], size: int, glue: str | None) -> None:
    """Each line in a label of its own; or, with `glue`, all in the first one."""
    shown = [glue.join(lines)] if glue is not None else list(lines)
    for index, label in enumerate(labels):
        label.set_look(size=size)
        label.setText(shown[index] if index < len(shown) else "")
        label.setVisible(index < len(shown))


def _joined(*parts: str) -> str:
    return "  ".join(part for part in parts if part)


def _not_there(paths: Sequence[Path]) -> frozenset[Path]:
    gone = set()
    for path in paths:
        try:
            if not path.is_file():
                gone.add(path)
        except OSError:
            gone.add(path)
    return frozenset(gone)
