"""ボードを書き出す: what, in which format, on which paper; then where to."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QRadioButton, QWidget

from workshop_app.services.board_papers import Pages, Paper
from workshop_app.ui.labels import TextLabel
from workshop_app.ui.theme import look
from workshop_app.ui.widgets import ComboField, Dialog

_WHOLE_NOTES = 120
"""With more notes than this one sheet of A3 cannot be read from a step away."""


class BoardExportDialog(Dialog):
    """Accepted with a choice; the file's name is asked for by the caller."""

    def __init__(self, notes: int, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setObjectName("boardExportDialog")
        self.set_title(self.tr("ボードを書き出します"))
        # Room for the ring of the focus, which the scrolled part would cut.
        self.body.setContentsMargins(6, 6, 16, 6)
        self._pages = QButtonGroup(self)
        self._kinds = (
            (Pages.WHOLE, self.tr("全体を1枚に（掲示、記録）")),
            (Pages.TABLES, self.tr("班ごとに1枚（発表用。保留と競合中の付箋は載せません）")),
            (Pages.CARDS, self.tr("付箋を切り取って使うカード（A4 に10枚ずつ）")),
        )
        for number, (pages, words) in enumerate(self._kinds):
            button = QRadioButton(words)
            button.setObjectName(f"boardExport_{pages}")
            button.setMinimumHeight(look().px(40))
            self._pages.addButton(button, number)
            self.body.addWidget(button)
        self._pages.button(0).setChecked(True)
        self.format = ComboField()
        self.format.setObjectName("boardExportFormat")
        self.format.set_label(self.tr("形式"))
        for suffix, words in (
            (".pdf", self.tr("PDF（印刷。文を選んで写せます）")),
            (".png", self.tr("PNG（写真と同じ絵。資料に貼れます）")),
            (".svg", self.tr("SVG（拡大してもぼやけない絵）")),
        ):
            self.format.addItem(words, suffix)
        self.paper = ComboField()
        self.paper.setObjectName("boardExportPaper")
        self.paper.set_label(self.tr("紙の大きさ"))
        for paper in Paper:
            self.paper.addItem(str(paper), paper)
        self.paper.setCurrentIndex(list(Paper).index(Paper.A3 if notes <= _WHOLE_NOTES else Paper.A1))
        grid = QGridLayout()
        grid.setHorizontalSpacing(look().px(12))
        grid.setVerticalSpacing(look().px(8))
        for row, (words, field) in enumerate(
            ((self.tr("形式"), self.format), (self.tr("紙の大きさ"), self.paper))
        ):
            grid.addWidget(TextLabel(words, 13, role="text2"), row, 0)
            grid.addWidget(field, row, 1)
        grid.setColumnStretch(1, 1)
        self.body.addLayout(grid)
        self.add_buttons(self.tr("やめる"), self.tr("場所を選ぶ"))
        self._pages.idToggled.connect(lambda _number, _on: self._fit())
        self.format.currentIndexChanged.connect(lambda _row: self._fit())
        self._fit()

    def pages(self) -> Pages:
        """What stands on a page."""
        return self._kinds[self._pages.checkedId()][0]

    def suffix(self) -> str:
        """The format, by the end of its names."""
        return str(self.format.currentData())

    def chosen_paper(self) -> Paper:
        """The size of the paper."""
        return Paper(self.paper.currentData())

    def _fit(self) -> None:
        """Several pages are a PDF; paper is asked for where there is some."""
        whole = self.pages() is Pages.WHOLE
        if not whole:
            self.format.setCurrentIndex(0)
        self.format.setEnabled(whole)
        self.paper.setEnabled(self.suffix() == ".pdf" and self.pages() is not Pages.CARDS)


def file_name(stem: str, pages: Pages, moment: str, suffix: str) -> str:
    """The name that is offered."""
    word = {
        Pages.WHOLE: QCoreApplication.translate("board", "ボード"),
        Pages.TABLES: QCoreApplication.translate("board", "ボード_発表用"),
        Pages.CARDS: QCoreApplication.translate("board", "カード"),
    }[pages]
    return "_".join(part for part in (stem, word, moment) if part) + suffix
