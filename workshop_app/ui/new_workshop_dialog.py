"""The dialog that begins a workshop file: agenda, ward, day, venue, laptop, and where it is to lie.

It writes nothing. What cannot be used is said in one sentence before the dialog closes, with everything that
was typed still there.
"""

from __future__ import annotations

import os
import re
import unicodedata
from datetime import datetime
from pathlib import Path
from string import ascii_uppercase

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFileDialog, QGridLayout, QVBoxLayout, QWidget

from workshop_app.domain.agenda import Agenda
from workshop_app.domain.errors import WorkshopError
from workshop_app.domain.note import MAX_TABLE
from workshop_app.domain.wareki import JST, format_wareki, parse_iso
from workshop_app.paths import user_documents_dir
from workshop_app.services.prepare import MAX_VENUE_CHARS, WorkshopSetup, check_setup
from workshop_app.ui.app_services import AppServices
from workshop_app.ui.labels import ElidedLabel, TextLabel
from workshop_app.ui.theme import look
from workshop_app.ui.widgets import Banner, ComboField, Dialog, LineField, SecondaryButton
from workshop_app.ui.widgets.dialog import MAX_HEIGHT, MAX_WIDTH

SUFFIX = ".wsdb"
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f]')
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")


def read_day(text: str) -> str:
    """A day as typed (2014/10/5, ２０１４年１０月５日) as ISO text; anything else comes back as it is."""
    plain = unicodedata.normalize("NFKC", text).strip().replace("ー", "-")
    match = _DAY.fullmatch(plain)
    return "{}-{:0>2}-{:0>2}".format(*match.groups()) if match else plain


def suggested_name(ward_name: str, day: str, mark: str) -> str:
    """東区_2014-10-05_A.wsdb, without what no file system takes."""
    parts = [_NOT_IN_NAMES.sub("_", part).strip(" .") for part in (ward_name, day, mark)]
    return "_".join(part for part in parts if part) + SUFFIX


class NewWorkshopDialog(Dialog):
    """Asks for a `WorkshopSetup` and the path of its file; both from `result_setup()` once accepted."""

    def __init__(self, services: AppServices, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("新しいワークショップを始めます。どこの会ですか"), parent)
        self.setObjectName("newWorkshopDialog")
        self._services = services
        self._agendas: list[Agenda] = []
        self._folder = user_documents_dir()
        self._name_is_own = False
        self._problem = Banner()
        self._problem.setObjectName("newProblem")
        self._agenda = ComboField()
        self._from_file = SecondaryButton(self.tr("ファイルから"))
        self._ward = ComboField()
        self._mark = ComboField()
        self._date = LineField(datetime.now(JST).date().isoformat())
        self._wareki = TextLabel("", 13, role="text2")
        self._venue = LineField()
        self._tables = LineField()
        self._name = LineField()
        self._choose_folder = SecondaryButton(self.tr("場所を変える"))
        self._place = ElidedLabel("", 13, role="text2")
        self._fill()
        self._lay_out()
        self._connect()
        self._offer_name()
        self._show_day()

    def result_setup(self) -> tuple[Path, WorkshopSetup]:
        """The file and the workshop as they stand in the fields."""
        agenda = self._agendas[self._agenda.currentIndex()]
        tables = unicodedata.normalize("NFKC", self._tables.text()).strip()
        setup = WorkshopSetup(
            agenda,
            self._ward.currentData() or "",
            read_day(self._date.text()) or None,
            self._venue.text().strip(),
            # What is no number is refused by the check, as a number that is too small.
            None if not tables else int(tables) if tables.isdecimal() and len(tables) < 4 else 0,
            self._mark.currentData() or "A",
        )
        name = self._name.text().strip()
        if name and not name.lower().endswith(SUFFIX):
            name += SUFFIX
        return self._folder / (name or SUFFIX), setup

    def problem(self) -> str:
        """The one sentence that stands in the way, or ''."""
        if not self._agendas:
            return self.tr("議題がありません。「ファイルから」で議題のファイルを選んでください。")
        path, setup = self.result_setup()
        try:
            check_setup(setup)
        except WorkshopError as problem:
            return problem.sentence
        if path.name == SUFFIX or _NOT_IN_NAMES.search(self._name.text().strip()):
            return self.tr(
                'ファイルの名前に使えない文字（\\ / : * ? " < > |）があるか、名前がありません。別の名前にしてください。'
            )
        if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
            return self.tr(
                "保存先「{0}」に書き込めません。「場所を変える」で別の場所を選んでください。"
            ).format(path.parent)
        if os.path.lexists(path):
            return self.tr(
                "「{0}」はすでにあります。元のファイルはそのままです。別の名前にするか、端末の記号を変えてください。"
            ).format(path.name)
        return ""

    def accept(self) -> None:
        """Close only when nothing stands in the way."""
        self.settle()
        sentence = self.problem()
        if sentence:
            hidden = self._problem.isHidden()
            self._problem.show_message("error", sentence)
            if hidden:
                wanted = self.height() + self._problem.sizeHint().height()
                self.resize(self.width(), max(self.height(), min(look().px(MAX_HEIGHT), wanted)))
        else:
            super().accept()

    def use_agenda_file(self, path: Path) -> None:
        """Offer the agenda of a file and choose it; a sentence when it cannot be used."""
        try:
            agenda = self._services.load_agenda(path)
        except WorkshopError as problem:
            self._problem.show_message("error", problem.sentence)
            return
        self._problem.clear()
        self._agendas.append(agenda)
        self._agenda.addItem(agenda.title)
        self._agenda.setCurrentIndex(len(self._agendas) - 1)

    def _fill(self) -> None:
        for title, path in self._services.agendas():
            try:
                self._agendas.append(self._services.load_agenda(path))
            except WorkshopError as problem:
                self._problem.show_message("error", problem.sentence)
            else:
                self._agenda.addItem(title)
        for letter in ascii_uppercase:
            self._mark.addItem(self.tr("端末 {0}").format(letter), letter)
        self._fill_wards()

    def _fill_wards(self) -> None:
        self._ward.clear()
        if self._agendas:
            for ward in self._agendas[self._agenda.currentIndex()].wards:
                self._ward.addItem(ward.name, ward.id)

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(look().px(12))
        grid.setVerticalSpacing(look().px(6))
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        rows: tuple[tuple[str, QWidget, str, QWidget | None, str], ...] = (
            (self.tr("議題"), self._agenda, "", self._from_file, "newAgenda"),
            (self.tr("区"), self._ward, self.tr("端末"), self._mark, "newWard"),
            (self.tr("開催日"), self._date, "", self._wareki, "newDate"),
            (self.tr("会場"), self._venue, self.tr("テーブルの数"), self._tables, "newVenue"),
            (self.tr("ファイル名"), self._name, "", self._choose_folder, "newName"),
        )
        for row, (label, field, second_label, second, name) in enumerate(rows):
            grid.addWidget(TextLabel(label, 13, role="text2"), row, 0)
            field.setObjectName(name)
            field.setAccessibleName(label)
            wide = isinstance(second, SecondaryButton)
            grid.addWidget(field, row, 1, 1, 2 if wide else 1)
            if second_label:
                grid.addWidget(TextLabel(second_label, 13, role="text2"), row, 2)
            if second is not None:
                grid.addWidget(second, row, 3, 1, 1)
        for widget, name, spoken in (
            (self._mark, "newMark", self.tr("端末の記号")),
            (self._tables, "newTables", self.tr("テーブルの数")),
            (self._wareki, "newWareki", self.tr("和暦")),
            (self._from_file, "newAgendaFile", self.tr("議題をファイルから選ぶ")),
            (self._choose_folder, "newFolder", self.tr("保存する場所を変える")),
        ):
            widget.setObjectName(name)
            widget.setAccessibleName(spoken)
        self._venue.setMaxLength(MAX_VENUE_CHARS)
        self._tables.setMaxLength(3)
        self._tables.setPlaceholderText(self.tr("1〜{0}").format(MAX_TABLE))
        self._name.setMaxLength(120)
        for field in (self._date, self._venue, self._tables, self._name):
            field.setMinimumWidth(look().px(80))
        for combo in (self._agenda, self._ward, self._mark):
            # A long agenda title must not make the dialog wider than a small screen.
            combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            combo.setMinimumContentsLength(5)
        frame = self.layout()
        if isinstance(frame, QVBoxLayout):
            # Outside the part that scrolls, so that it cannot be missed.
            frame.insertWidget(1, self._problem)
        self.body.addLayout(grid)
        self.body.addWidget(self._place)
        self.body.addWidget(
            TextLabel(
                self.tr("同じ会で使う端末は、区と開催日を同じに、端末の記号を別にしてください。"),
                13,
                role="text2",
                wrap=True,
            )
        )
        self.add_buttons(self.tr("やめる"), self.tr("始める"))
        self.resize(look().px(MAX_WIDTH), self.height())
        self._ward.setFocus(Qt.FocusReason.OtherFocusReason)

    def _connect(self) -> None:
        self._agenda.currentIndexChanged.connect(self._fill_wards)
        self._ward.currentIndexChanged.connect(self._offer_name)
        self._mark.currentIndexChanged.connect(self._offer_name)
        self._date.textChanged.connect(self._show_day)
        self._date.textChanged.connect(self._offer_name)
        self._name.textEdited.connect(self._on_name_edited)
        self._from_file.clicked.connect(self._on_from_file)
        self._choose_folder.clicked.connect(self._on_choose_folder)

    def _show_day(self) -> None:
        text = read_day(self._date.text())
        day = parse_iso(text)
        if day is not None:
            self._wareki.setText(format_wareki(day))
        else:
            self._wareki.setText(self.tr("2014-10-05 のように") if text else self.tr("あとで決めます"))

    def _offer_name(self) -> None:
        """Suggest a name until the person has given one."""
        if not self._name_is_own:
            day = parse_iso(read_day(self._date.text()))
            self._name.setText(
                suggested_name(
                    self._ward.currentText(), day.isoformat() if day else "", self._mark.currentData() or "A"
                )
            )
        self._place.setText(self.tr("保存先: {0}").format(self._folder))
        self._place.setToolTip(str(self._folder))

    def _on_name_edited(self, text: str) -> None:
        self._name_is_own = bool(text.strip())

    def _on_from_file(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self,
            self.tr("議題のファイルを選ぶ"),
            str(self._folder),
            self.tr("議題 (*.yaml *.yml);;すべてのファイル (*)"),
        )
        if name:
            self.use_agenda_file(Path(name))

    def _on_choose_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, self.tr("保存する場所を選ぶ"), str(self._folder))
        if name:
            self._folder = Path(name)
            self._offer_name()
