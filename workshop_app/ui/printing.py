"""Printing a page of ours: the system's dialog, A4, our own type."""

from __future__ import annotations

from PySide6.QtCore import QMarginsF
from PySide6.QtGui import QPageLayout, QPageSize, QTextDocument
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QWidget

from workshop_app.ui.theme import FAMILIES, look

_MARGIN_MM = 15.0


def print_html(parent: QWidget, title: str, html: str) -> bool:
    """Ask which printer, and print; False when the person did not want to."""
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setDocName(title)
    dialog = QPrintDialog(printer, parent)
    dialog.setWindowTitle(title)
    wanted = bool(dialog.exec())
    if wanted:
        print_to(printer, html)
    dialog.deleteLater()
    return wanted


def print_to(printer: QPrinter, html: str) -> None:
    """Lay the page out on A4 and send it to the printer (or the PDF it writes)."""
    printer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    margins = QMarginsF(_MARGIN_MM, _MARGIN_MM, _MARGIN_MM, _MARGIN_MM)
    printer.setPageMargins(margins, QPageLayout.Unit.Millimeter)
    document = QTextDocument()
    font = look().font(15)
    font.setFamilies(list(FAMILIES))
    font.setPointSizeF(10)
    document.setDefaultFont(font)
    document.setHtml(html)
    # A document with a page size of its own gets no margins and page numbers from Qt on top of ours.
    document.documentLayout().setPaintDevice(printer)
    document.setPageSize(printer.pageRect(QPrinter.Unit.DevicePixel).size())
    document.setDocumentMargin(0)
    document.print_(printer)
