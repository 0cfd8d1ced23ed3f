"""What a file of opinions would become, before anything is saved: how it was read, which column is what."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from workshop_app.domain.delimited import encoding_label
from workshop_app.domain.source_table import SourceTable
from workshop_app.paths import user_documents_dir
from workshop_app.services.importing import (
    FIELD_LABELS,
    ImportOptions,
    ImportPlan,
    ImportReport,
    plan_import,
    preview_rows,
)
from workshop_app.ui import commands
from workshop_app.ui.jobs import run_job
from workshop_app.ui.labels import TextLabel
from workshop_app.ui.open_file import OpenFile
from workshop_app.ui.theme import look
from workshop_app.ui.widgets import Banner, ComboField, Dialog

_FIELDS = ("text", "theme", "kind", "table")
_SHOWN = 30


def choose_source(parent: QWidget) -> Path | None:
    """Ask for a .txt, .csv or .xlsx file."""
    name, _ = QFileDialog.getOpenFileName(
        parent,
        parent.tr("読み込むファイルを選ぶ"),
        str(user_documents_dir()),
        parent.tr("意見のファイル (*.txt *.csv *.tsv *.xlsx);;すべてのファイル (*)"),
    )
    return Path(name) if name else None


class ImportDialog(Dialog):
    """Reads in a worker; each change of a choice plans again; nothing is written before the action.

    `table` and `round_number` are for rows that name none.
    """

    roomy = True

    def __init__(
        self,
        open_file: OpenFile,
        source: Path,
        table: int | None,
        round_number: int | None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("", parent)
        self.setObjectName("importDialog")
        self.set_title(self.tr("「{0}」を付箋にしますか").format(source.name))
        self._open_file = open_file
        self._source = source
        self._defaults = (table, round_number)
        self._table: SourceTable | None = None
        self._plan: ImportPlan | None = None
        self._writing = False
        self._banner = Banner()
        self._state = TextLabel(self.tr("読んでいます…"), 13, role="text2", wrap=True)
        self._encoding = ComboField()
        self._encoding.setObjectName("importEncoding")
        self._encoding.addItem(self.tr("自動で見分ける"), None)
        for name in ("utf-8", "cp932", "utf-16"):
            self._encoding.addItem(encoding_label(name), name)
        self._columns: dict[str, ComboField] = {}
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        how = QHBoxLayout()
        how.addWidget(TextLabel(self.tr("文字コード"), 13, role="text2"))
        how.addWidget(self._encoding)
        how.addStretch(1)
        self._encoding.set_label(self.tr("文字コード"))
        for column, field in enumerate(_FIELDS):
            box = ComboField()
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(4)
            box.setObjectName(f"importColumn_{field}")
            box.set_label(FIELD_LABELS[field])
            box.setPlaceholderText(self.tr("選んでください"))
            self._columns[field] = box
            grid.addWidget(TextLabel(FIELD_LABELS[field], 13, role="text2"), 0, column)
            grid.addWidget(box, 1, column)
            box.activated.connect(self._plan_again)
        self._preview = QTableWidget(0, 4)
        self._preview.setObjectName("importPreview")
        self._preview.setAccessibleName(self.tr("読み込む内容"))
        self._preview.setHorizontalHeaderLabels(
            [self.tr("行"), self.tr("意見"), self.tr("テーマ"), self.tr("種別")]
        )
        self._preview.verticalHeader().hide()
        self._preview.setShowGrid(False)
        self._preview.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._preview.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self._preview.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self._preview.setMinimumHeight(look().px(150))
        self._notices = TextLabel("", 13, role="text2", wrap=True)
        for widget in (self._banner, self._state):
            self.body.addWidget(widget)
        self.body.addLayout(how)
        self.body.addLayout(grid)
        self.body.addWidget(self._preview, 1)
        self.body.addWidget(self._notices)
        self.add_buttons(self.tr("やめる"), self.tr("読み込む"))
        assert self.action_button is not None
        self.action_button.setEnabled(False)
        self._encoding.activated.connect(self._read)
        QTimer.singleShot(0, self._read)

    # --- reading -------------------------------------------------------------------------------------------

    def _read(self) -> None:
        """Read the file in a worker; an encoding chosen by hand is honoured strictly."""
        encoding = self._encoding.currentData()
        self._set_busy(self.tr("読んでいます…"))
        run_job(
            self,
            lambda: self._open_file.services.read_table(self._source, encoding),
            self._on_read,
            self._on_refused,
        )

    def _on_read(self, table: SourceTable) -> None:
        self._table = table
        for box in self._columns.values():
            box.clear()
            box.addItem(self.tr("（なし）"), "")
            for place, heading in enumerate(table.headers):
                box.addItem(heading, place)
        self._make_plan({})

    def _on_refused(self, sentence: str) -> None:
        self._plan = None
        self._writing = False
        self._banner.show_message("error", sentence)
        self._state.setText("")
        self._preview.setRowCount(0)
        self._notices.setText("")

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
        path = self._open_file.workspace.path
        services = self._open_file.services
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
        self._banner.clear()
        for field, box in self._columns.items():
            heading = plan.columns.get(field)
            box.setCurrentIndex(0 if heading is None else self._table.headers.index(heading) + 1)
        if plan.text_is_guess:
            self._columns["text"].setCurrentIndex(-1)
            self._banner.show_message(
                "warn",
                self.tr(
                    "どの列が意見か、見出しからは分かりません。まだ何も読み込んでいません。意見の列を選んでください。"
                ),
            )
        how = encoding_label(plan.encoding) if plan.sheet is None else plan.sheet
        self._state.setText(
            self.tr("{0} として読みました。{1}行のうち {2}枚を読み込み、{3}行は入れません。").format(
                how, plan.counts.rows, plan.counts.notes, plan.counts.skipped
            )
        )
        self._fill(plan)
        self._notices.setText("\n".join(notice.message for notice in plan.notices))
        assert self.action_button is not None
        self.action_button.setText(self.tr("{0}枚を読み込む").format(plan.counts.notes))
        self.action_button.updateGeometry()
        self.action_button.setEnabled(plan.counts.notes > 0 and not plan.text_is_guess)

    def _fill(self, plan: ImportPlan) -> None:
        agenda = self._open_file.agenda
        themes = {theme.id: theme.short_title for theme in agenda.all_themes}
        kinds = {kind.id: kind.name for kind in agenda.kinds}
        # What is left out comes first: it is what a person has to look at.
        rows = sorted(preview_rows(plan, _SHOWN), key=lambda row: row.reason is None)
        self._preview.setRowCount(len(rows))
        for place, row in enumerate(rows):
            text = row.text.replace("\n", " ")
            if row.reason is not None:
                text = self.tr("入れません: {0}　{1}").format(row.reason, text)
            cells = (str(row.row_no), text, themes.get(row.theme or "", ""), kinds.get(row.kind or "", ""))
            for column, words in enumerate(cells):
                item = QTableWidgetItem(words[:200])
                item.setToolTip(words[:1000])
                if row.reason is not None:
                    item.setForeground(look().colour("warn"))
                self._preview.setItem(place, column, item)
        self._preview.resizeColumnsToContents()
        self._preview.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)

    def _set_busy(self, words: str) -> None:
        self._plan = None
        self._state.setText(words)
        assert self.action_button is not None
        self.action_button.setEnabled(False)

    # --- writing -------------------------------------------------------------------------------------------

    def accept(self) -> None:
        """Write in a worker: all or nothing; the dialog closes when it is done."""
        plan = self._plan
        if plan is None or not plan.drafts or plan.text_is_guess:
            return
        self._set_busy(self.tr("読み込んでいます…"))
        self._writing = True
        path, services = self._open_file.workspace.path, self._open_file.services
        run_job(self, lambda: services.run_import(path, plan), self._on_imported, self._on_refused)

    def reject(self) -> None:
        """What is being written is written to its end, and the views have to hear of it."""
        if not self._writing:
            super().reject()

    def _on_imported(self, report: ImportReport) -> None:
        commands.imported(self._open_file, report.changes)
        self.done(QDialog.DialogCode.Accepted)


def import_into(open_file: OpenFile, table: int | None, round_number: int | None, parent: QWidget) -> None:
    """Ask for a file, show what it would become, and import it when the person says so."""
    source = choose_source(parent)
    if source is not None:
        dialog = ImportDialog(open_file, source, table, round_number, parent)
        dialog.exec()
        dialog.deleteLater()
