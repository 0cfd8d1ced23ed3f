"""What a file of opinions would become, before anything is saved: how it was read, which column is what.

Everything is in sight without scrolling but the one list, and in that list what needs a look comes first.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QComboBox, QFileDialog, QGridLayout, QWidget

from workshop_app.domain.delimited import encoding_label
from workshop_app.domain.source_table import SourceTable
from workshop_app.paths import user_documents_dir
from workshop_app.services.importing import (
    FIELD_LABELS,
    ImportOptions,
    ImportPlan,
    plan_import,
)
from workshop_app.ui import commands
from workshop_app.ui.import_preview import ImportPreview
from workshop_app.ui.jobs import run_job
from workshop_app.ui.labels import TextLabel
from workshop_app.ui.open_file import OpenFile
from workshop_app.ui.theme import look
from workshop_app.ui.widgets import ComboField, SecondaryButton
from workshop_app.ui.writing_dialog import WritingDialog

_FIELDS = ("text", "theme", "kind", "table")
_MORE_FIELDS = ("round", "points", "votes", "island", "number")
_ROOM_FOR_MORE, _ROOM_FOR_BOTH = 480, 380
"""A dialog lower than this, in px at 100 %, shows the second row of columns only when it is asked for."""
_WORKBOOKS = (".xlsx", ".xlsm", ".xltx")


def choose_source(parent: QWidget) -> Path | None:
    """Ask for a .txt, .csv or .xlsx file."""
    name, _ = QFileDialog.getOpenFileName(
        parent,
        parent.tr("読み込むファイルを選ぶ"),
        str(user_documents_dir()),
        parent.tr("意見のファイル (*.txt *.csv *.tsv *.xlsx);;すべてのファイル (*)"),
    )
    return Path(name) if name else None


class ImportDialog(WritingDialog):
    """Reads in a worker; each change of a choice plans again; nothing is written before the action.

    `table` and `round_number` are for rows that name none.
    """

    def __init__(
        self,
        open_file: OpenFile,
        source: Path,
        table: int | None,
        round_number: int | None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(open_file, parent)
        self.setObjectName("importDialog")
        self.set_title(self.tr("「{0}」を付箋にしますか").format(source.name))
        self._source = source
        self._defaults = (table, round_number)
        self._table: SourceTable | None = None
        self._plan: ImportPlan | None = None
        self._state = TextLabel(self.tr("読んでいます…"), 13, role="text2", wrap=True)
        self._concerns = TextLabel("", 13, bold=True, role="warn", wrap=True)
        self._concerns.setObjectName("importConcerns")
        self._encoding = _field("importEncoding", self.tr("文字コード"))
        self._encoding.addItem(self.tr("自動で見分ける"), None)
        for name in ("utf-8", "cp932", "utf-16"):
            self._encoding.addItem(encoding_label(name), name)
        self._sheet = _field("importSheet", self.tr("シート"))
        self._is_workbook = source.suffix.lower() in _WORKBOOKS
        self._columns = {
            field: _field(f"importColumn_{field}", FIELD_LABELS[field]) for field in (*_FIELDS, *_MORE_FIELDS)
        }
        self._columns["text"].setPlaceholderText(self.tr("（選ぶ）"))
        # A workbook knows its encoding, and a text file has no sheets.
        first = self._sheet if self._is_workbook else self._encoding
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        for column, box in enumerate((first, *(self._columns[field] for field in _FIELDS))):
            grid.addWidget(TextLabel(box.accessibleName(), 13, role="text2"), 0, column)
            grid.addWidget(box, 1, column)
        self._more_button = SecondaryButton("")
        self._more_button.setObjectName("importMore")
        self._more_button.clicked.connect(self._on_more)
        grid.addWidget(TextLabel(self.tr("ほかの列"), 13, role="text2"), 0, len(_FIELDS) + 1)
        grid.addWidget(self._more_button, 1, len(_FIELDS) + 1)
        self._more = self._more_columns()
        self._more_seen = False
        self._preview = ImportPreview(open_file.agenda)
        self.body.addWidget(self._state)
        self.body.addLayout(grid)
        self.body.addWidget(self._more)
        self.body.addWidget(self._concerns)
        self.body.addWidget(self._preview, 1)
        self.add_buttons(self.tr("やめる"), self.tr("読み込む"))
        assert self.action_button is not None
        self.action_button.setEnabled(False)
        for box in self._columns.values():
            box.activated.connect(self._plan_again)
        self._encoding.activated.connect(self._read)
        self._sheet.activated.connect(self._read)
        QTimer.singleShot(0, self._read)

    def _more_columns(self) -> QWidget:
        """What is seldom there; folded away where there is no height, with how many are used on the button."""
        part = QWidget()
        grid = QGridLayout(part)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        for column, field in enumerate(_MORE_FIELDS):
            grid.addWidget(TextLabel(FIELD_LABELS[field], 13, role="text2"), 0, column)
            grid.addWidget(self._columns[field], 1, column)
        part.hide()
        return part

    def _on_more(self) -> None:
        """Open or fold them; where both have no room, they stand in the place of the list."""
        opening = self._more.isHidden()
        self._preview.setVisible(not opening or self.height() >= look().px(_ROOM_FOR_BOTH))
        self._more.setVisible(opening)

    def _show_more(self, columns: Mapping[str, str | None]) -> None:
        used = [field for field in _MORE_FIELDS if columns.get(field) is not None]
        self._more_button.setText(self.tr("{0}列").format(len(used)) if used else self.tr("（なし）"))
        self._more_button.setToolTip(
            "\n".join(self.tr("{0}: {1}").format(FIELD_LABELS[field], columns[field]) for field in used)
            or self.tr("ラウンド・論点・票・表札・番号の列を選べます")
        )
        self._more_button.updateGeometry()
        if used and not self._more_seen and self.height() >= look().px(_ROOM_FOR_MORE):
            self._more_seen = True
            self._more.show()

    # --- reading -------------------------------------------------------------------------------------------

    def _read(self) -> None:
        """Read the file in a worker; an encoding or a sheet chosen by hand is honoured strictly."""
        encoding, sheet = self._encoding.currentData(), self._sheet.currentData()
        self._set_busy(self.tr("読んでいます…"))
        run_job(
            self,
            lambda: self.open_file.services.read_table(self._source, encoding, sheet),
            self._on_read,
            self._on_refused,
        )

    def _on_read(self, table: SourceTable) -> None:
        self._table = table
        if not self._sheet.count():
            for name in table.sheets:
                self._sheet.addItem(name, name)
        self._sheet.setCurrentIndex(self._sheet.findData(table.sheet))
        for box in self._columns.values():
            box.clear()
            box.addItem(self.tr("（なし）"), "")
            for place, heading in enumerate(table.headers):
                box.addItem(heading, place)
        self._make_plan({})

    def _on_refused(self, sentence: str) -> None:
        self._plan = None
        self.banner.show_message("error", sentence)
        self._state.setText("")
        self._concerns.setText("")
        self._preview.show_plan(None)

    # --- planning ------------------------------------------------------------------------------------------

    def _plan_again(self) -> None:
        chosen = {field: box.currentData() for field, box in self._columns.items()}
        # A box without a choice (the opinions', when no heading names them) stays a guess.
        self._make_plan({field: place for field, place in chosen.items() if place is not None})

    def _make_plan(self, columns: dict[str, str | int]) -> None:
        """Plan in a worker, too: a long table takes its time."""
        table = self._table
        if table is None:
            return
        options = ImportOptions(columns, None, None, *self._defaults)
        path = self.open_file.workspace.path
        services = self.open_file.services
        self._set_busy(self.tr("確かめています…"))

        def plan() -> ImportPlan:
            workspace = services.open(path)
            try:
                return plan_import(workspace, table, options)
            finally:
                workspace.close()

        run_job(self, plan, self._on_planned, self._on_refused)

    def _on_planned(self, plan: ImportPlan) -> None:
        assert self._table is not None
        self._plan = plan
        self.banner.clear()
        for field, box in self._columns.items():
            heading = plan.columns.get(field)
            box.setCurrentIndex(0 if heading is None else self._table.headers.index(heading) + 1)
        self._show_more(plan.columns)
        if plan.text_is_guess:
            self._columns["text"].setCurrentIndex(-1)
            self.banner.show_message(
                "warn",
                self.tr(
                    "どの列が意見か、見出しからは分かりません。まだ何も読み込んでいません。意見の列を選んでください。"
                ),
            )
        how = (
            encoding_label(plan.encoding)
            if plan.sheet is None
            else self.tr("シート「{0}」").format(plan.sheet)
        )
        self._state.setText(
            self.tr("{0} として読みました。{1}行のうち {2}枚を読み込み、{3}行は入れません。").format(
                how, plan.counts.rows, plan.counts.notes, plan.counts.skipped
            )
        )
        concerns = len(plan.notices)
        self._concerns.setText(
            self.tr("読み込む前に確かめてください: {0}件（一覧の上にあります）").format(concerns)
            if concerns
            else ""
        )
        self._preview.show_plan(plan)
        assert self.action_button is not None
        self.action_button.setText(self.tr("{0}枚を読み込む").format(plan.counts.notes))
        self.action_button.updateGeometry()
        self.action_button.setEnabled(plan.counts.notes > 0 and not plan.text_is_guess)

    def _set_busy(self, words: str) -> None:
        self._plan = None
        self._state.setText(words)
        assert self.action_button is not None
        self.action_button.setEnabled(False)

    # --- writing -------------------------------------------------------------------------------------------

    def accept(self) -> None:
        """Write all or nothing; the dialog closes when it is done."""
        if self._plan is not None and self._plan.drafts and not self._plan.text_is_guess:
            self.banner.clear()
            commands.import_notes(self.open_file, self._plan, self.written)


def _field(name: str, label: str) -> ComboField:
    """A choice that long headings do not make wider."""
    box = ComboField()
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(2)
    box.setObjectName(name)
    box.set_label(label)
    return box


def import_into(open_file: OpenFile, table: int | None, round_number: int | None, parent: QWidget) -> None:
    """Ask for a file, show what it would become, and import it when the person says so."""
    source = choose_source(parent)
    if source is not None:
        dialog = ImportDialog(open_file, source, table, round_number, parent)
        dialog.exec()
        dialog.deleteLater()
