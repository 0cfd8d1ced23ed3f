"""One source of a merge in full: what it holds by ward and table, what is left out and why, every warning."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from PySide6.QtCore import QCoreApplication, QEvent, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QTextBrowser, QVBoxLayout, QWidget

from workshop_app.domain.fingerprint import fingerprint
from workshop_app.services.merge import SourceReport
from workshop_app.ui.labels import TextLabel
from workshop_app.ui.theme import Look, look
from workshop_app.ui.widgets import TextButton

translate = QCoreApplication.translate


class SourceDetails(QWidget):
    """Shows one `SourceReport`; the text can be scrolled and copied with the keyboard."""

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("mergeDetails")
        self._source: SourceReport | None = None
        self._close = TextButton(self.tr("届いた班を見る"))
        self._close.setObjectName("mergeDetailsClose")
        self._close.clicked.connect(self.closed)
        self.text = QTextBrowser()
        self.text.setObjectName("mergeDetailsText")
        self.text.setAccessibleName(self.tr("選んだファイルのくわしい数"))
        self.text.setOpenLinks(False)
        self.text.setFrameShape(QFrame.Shape.NoFrame)
        self._head = QWidget()
        title = QHBoxLayout(self._head)
        title.setContentsMargins(0, 0, 0, 0)
        title.addWidget(TextLabel(self.tr("くわしく"), 20, bold=True))
        title.addStretch(1)
        title.addWidget(self._close)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._head)
        column.addWidget(self.text, 1)
        self._draw()

    def show_source(self, source: SourceReport | None) -> None:
        """Show one source, or nothing."""
        if source is not self._source:
            self._source = source
            self._draw()

    def set_closable(self, closable: bool) -> None:
        """Whether a title and the way back to the wall stand here; where there are tabs, they are both."""
        self._head.setVisible(closable)

    def changeEvent(self, event: QEvent) -> None:
        """Draw again in another look."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._draw()

    def _draw(self) -> None:
        document = self.text.document()
        document.setDocumentMargin(0)
        document.setDefaultFont(look().font(15))
        document.setDefaultStyleSheet(_style(look()))
        if self._source is None:
            self.text.setPlainText(self.tr("表でファイルを選ぶと、区と班ごとの枚数がここに出ます。"))
        else:
            self.text.setHtml(details_html(self._source))


def details_html(source: SourceReport) -> str:
    """The page of one source; whatever comes from outside is escaped."""
    parts = [f"<p class='name'>{escape(source.path.name)}</p>"]
    if source.sha256:
        mark = translate("MergePage", "ファイルの指紋 {0}").format(fingerprint(source.sha256))
        parts.append(f"<p class='second'>{escape(mark)}</p>")
    if source.status == "refused":
        parts.append(f"<p class='danger'>{escape(source.reason or '')}</p>")
        if source.salvageable:
            way = translate(
                "MergePage",
                "壊れていない記録が残っているかもしれません。端末でもう一度「ファイルを渡す」ができないときは、"
                "「読める記録だけを取り出す」を押してください。書き込む前に、入らない数が出ます。",
            )
            parts.append(f"<p>{escape(way)}</p>")
        return "".join(parts)
    parts += [_tables(source), _records(source)]
    if source.warnings:
        parts.append(f"<p class='head'>{translate('MergePage', 'お知らせ')}</p>")
        parts += [f"<p class='warn'>{escape(sentence)}</p>" for sentence in source.warnings]
    return "".join(parts)


def _tables(source: SourceReport) -> str:
    if not source.tables:
        return ""
    heads = (
        translate("MergePage", "区"),
        translate("MergePage", "班"),
        translate("MergePage", "端末の枚数"),
        translate("MergePage", "新しい"),
        translate("MergePage", "統合のあと"),
    )
    rows = [
        (
            escape(line.ward or translate("MergePage", "区不明")),
            translate("MergePage", "なし") if line.table is None else str(line.table),
            f"{line.in_file:,}",
            f"{line.new:,}",
            f"{line.here:,}",
        )
        for line in source.tables
    ]
    return f"<p class='head'>{translate('MergePage', '付箋（枚）')}</p>" + _table(heads, rows, figures_from=2)


def _records(source: SourceReport) -> str:
    rows = [
        (translate("MergePage", "新しい記録"), f"{source.rows_new:,}"),
        (translate("MergePage", "すでにある記録"), f"{source.rows_known:,}"),
        (translate("MergePage", "入れなかった記録"), f"{source.quarantined:,}"),
        (translate("MergePage", "合わせて"), f"{source.rows_in:,}"),
    ]
    if source.lost:
        rows.append((translate("MergePage", "ほかに、壊れて読めない記録"), f"{source.lost:,}"))
    head = translate("MergePage", "記録（書いた・直した・取り消したの1回ずつ）")
    html = f"<p class='head'>{head}</p>" + _table((), rows, figures_from=1)
    if source.left_out:
        # A heading, for a table leaves no air below it.
        html += f"<p class='head'>{translate('MergePage', '入れなかった理由')}</p>"
        reason = translate("MergePage", "{0}（{1}件）")
        html += "".join(
            f"<p class='warn'>{escape(reason.format(text, f'{count:,}'))}</p>"
            for text, count in source.left_out
        )
    return html


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]], *, figures_from: int) -> str:
    def line(cells: Iterable[str], name: str) -> str:
        return "<tr>" + "".join(
            f"<{name} align='{'right' if column >= figures_from else 'left'}'>{cell}</{name}>"
            for column, cell in enumerate(cells)
        ) + "</tr>"  # fmt: skip

    head = line(heads, "th") if heads else ""
    return f"<table width='100%' cellspacing='0' cellpadding='4'>{head}{''.join(line(r, 'td') for r in rows)}</table>"


def _style(current: Look) -> str:
    def colour(role: str) -> str:
        return current.colour(role).name()

    return (
        f"p {{ color: {colour('text')}; margin: 0 0 {current.px(6)}px 0; line-height: 150%; }}"
        f" p.name {{ font-size: {current.px(17)}px; font-weight: 700; }}"
        f" p.second {{ font-size: {current.px(13)}px; color: {colour('text2')}; }}"
        f" p.head {{ font-size: {current.px(13)}px; color: {colour('text2')}; margin-top: {current.px(12)}px; }}"
        f" p.danger {{ color: {colour('danger')}; }} p.warn {{ color: {colour('warn')}; }}"
        f" td {{ color: {colour('text')}; }}"
        f" th {{ color: {colour('text2')}; font-size: {current.px(13)}px; font-weight: 400; }}"
    )
