"""Writes a board to a PDF, an SVG or a PNG file, and says whether such a file is whole. Needs no window."""

from __future__ import annotations

import base64
import re
import xml.parsers.expat
from html import unescape
from math import sqrt
from pathlib import Path

from PySide6.QtCore import QMarginsF, QPointF, QRect, QSize, Qt
from PySide6.QtGui import (
    QGuiApplication,
    QImage,
    QImageReader,
    QImageWriter,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
)
from PySide6.QtSvg import QSvgGenerator

from workshop_app.paths import resource
from workshop_app.services.board_papers import BoardPapers, Pages, Paper, Sheet
from workshop_app.ui.board.cards import PAGE, cards_of, pages_of, paint_cards
from workshop_app.ui.board.sheet import SheetPicture
from workshop_app.ui.board.style import BoardStyle
from workshop_app.ui.theme import FAMILIES, load_look, register_fonts
from workshop_app.ui.web_font import subset_woff

_PNG_SCALE = 2.0
_MOST_PIXELS = 24_000_000
_MOST_SIDE = 20_000
"""Larger pictures are not opened by the programs they are made for."""
_SCREEN_SHAPE = 1.6
_PAGE_MARGIN_MM = 8.0
_DOTS_PER_INCH = 600
_SIZES = {
    Paper.A4: QPageSize.PageSizeId.A4,
    Paper.A3: QPageSize.PageSizeId.A3,
    Paper.A2: QPageSize.PageSizeId.A2,
    Paper.A1: QPageSize.PageSizeId.A1,
    Paper.A0: QPageSize.PageSizeId.A0,
}
_SVG_TEXT = re.compile(r'<text [^>]*font-weight="(\d+)"[^>]*>(.*?)</text>', re.DOTALL)
_PDF_PAGE = re.compile(rb"/Type /Page\b")
_application: QGuiApplication | None = None


def prepare_painting() -> None:
    """Fonts need an application; where there is none yet, one without a display is made."""
    global _application
    if QGuiApplication.instance() is None:
        _application = QGuiApplication(["workshop-app", "-platform", "offscreen"])
    register_fonts()


def write_board(papers: BoardPapers, path: Path, suffix: str) -> None:
    """Write the file under this (passing) name; raises OSError. Always in the light look: paper is white."""
    style = BoardStyle.of(load_look("light", 100), papers.agenda)
    if suffix == ".pdf":
        _write_pdf(papers, path, style)
    elif suffix == ".svg":
        _write_svg(papers, path, style)
    else:
        _write_png(papers, path, style)


def reads_back(papers: BoardPapers, path: Path, suffix: str) -> bool:
    """Whether the file is whole, as far as can be told without looking at it."""
    if suffix == ".pdf":
        data = path.read_bytes()
        pages = len(papers.sheets) if papers.pages is not Pages.CARDS else 1
        whole = data.startswith(b"%PDF-") and data.rstrip().endswith(b"%%EOF")
        return whole and len(_PDF_PAGE.findall(data)) >= pages
    if suffix == ".svg":
        return _well_formed(path)
    reader = QImageReader(str(path), b"png")
    # Our own picture: the limit is meant for files from outside.
    QImageReader.setAllocationLimit(0)
    return not reader.read().isNull()


# --- PDF -----------------------------------------------------------------------------------------------------


def _write_pdf(papers: BoardPapers, path: Path, style: BoardStyle) -> None:
    writer = QPdfWriter(str(path))
    writer.setResolution(_DOTS_PER_INCH)
    writer.setTitle(papers.sheets[0].title)
    writer.setCreator("workshop_app")
    painter = QPainter()
    pictures = [_best_picture(papers, sheet, style) for sheet in papers.sheets]
    cards = papers.pages is Pages.CARDS
    _set_page(writer, Paper.A4 if cards else papers.paper, pictures[0], upright=cards)
    if not painter.begin(writer):
        raise OSError(5, "QPdfWriter")
    if cards:
        _paint_card_pages(writer, painter, papers, style)
    else:
        for number, picture in enumerate(pictures):
            if number:
                _set_page(writer, papers.paper, picture)
                writer.newPage()
            room = writer.pageLayout().paintRectPixels(_DOTS_PER_INCH)
            size = picture.size
            scale = min(room.width() / size.width(), room.height() / size.height())
            painter.save()
            painter.translate(QPointF((room.width() - size.width() * scale) / 2, 0))
            picture.paint(painter, scale)
            painter.restore()
    if not painter.end():
        raise OSError(28, "QPdfWriter")


def _best_picture(papers: BoardPapers, sheet: Sheet, style: BoardStyle) -> SheetPicture:
    """For the paper upright or turned, whichever leaves the notes larger."""
    upright, turned = (SheetPicture(papers, sheet, style, shape) for shape in (1 / sqrt(2), sqrt(2)))

    def scale(picture: SheetPicture, wide: float, high: float) -> float:
        return min(wide / picture.size.width(), high / picture.size.height())

    return turned if scale(turned, sqrt(2), 1) >= scale(upright, 1, sqrt(2)) else upright


def _set_page(writer: QPdfWriter, paper: Paper, picture: SheetPicture, *, upright: bool = False) -> None:
    """The paper lies as the board does."""
    wide = picture.size.width() > picture.size.height() and not upright
    turned = QPageLayout.Orientation.Landscape if wide else QPageLayout.Orientation.Portrait
    margin = 0.0 if upright else _PAGE_MARGIN_MM
    writer.setPageLayout(
        QPageLayout(
            QPageSize(_SIZES[paper]),
            turned,
            QMarginsF(margin, margin, margin, margin),
            QPageLayout.Unit.Millimeter,
        )
    )


def _paint_card_pages(writer: QPdfWriter, painter: QPainter, papers: BoardPapers, style: BoardStyle) -> None:
    notes = tuple(item for sheet in papers.sheets for item in sheet.board.notes)
    pages = list(pages_of(cards_of(notes, style)))
    scale = writer.width() / PAGE.width()
    for number, cards in enumerate(pages, 1):
        if number > 1:
            writer.newPage()
        painter.save()
        painter.scale(scale, scale)
        paint_cards(painter, cards, papers, style, number, len(pages))
        painter.restore()


# --- SVG -----------------------------------------------------------------------------------------------------


def _write_svg(papers: BoardPapers, path: Path, style: BoardStyle) -> None:
    picture = SheetPicture(papers, papers.sheets[0], style, _SCREEN_SHAPE)
    size = picture.size.toSize() + QSize(1, 1)
    generator = QSvgGenerator()
    generator.setFileName(str(path))
    generator.setSize(size)
    generator.setViewBox(QRect(0, 0, size.width(), size.height()))
    generator.setTitle(papers.sheets[0].title)
    generator.setDescription(papers.footer)
    painter = QPainter()
    if not painter.begin(generator):
        raise OSError(5, "QSvgGenerator")
    picture.paint(painter, 1.0)
    painter.end()
    path.write_text(_with_fonts(path.read_text(encoding="utf-8")), encoding="utf-8")


def _with_fonts(svg: str) -> str:
    """Put the letters that are used into the file, so that it looks the same in every browser."""
    used: dict[str, set[str]] = {"400": set(), "700": set()}
    for weight, words in _SVG_TEXT.findall(svg):
        used["700" if int(weight) >= 600 else "400"].update(unescape(words))
    faces = []
    for weight, name in (("400", "Regular"), ("700", "Bold")):
        font = resource("fonts", f"BIZUDPGothic-{name}.ttf").read_bytes()
        packed = base64.b64encode(subset_woff(font, used[weight])).decode("ascii")
        faces.append(
            f"@font-face{{font-family:'{FAMILIES[0]}';font-weight:{weight};"
            f"src:url(data:font/woff;base64,{packed}) format('woff')}}"
        )
    style = f"<style>{''.join(faces)}</style>"
    # One family: Qt writes a list of them and cannot read it, and browsers find a letter it lacks by themselves.
    svg = svg.replace(f'font-family="{",".join(FAMILIES)}"', f'font-family="{FAMILIES[0]}"')
    return svg.replace("<defs>", f"<defs>{style}", 1)


def _well_formed(path: Path) -> bool:
    parser = xml.parsers.expat.ParserCreate()
    try:
        with path.open("rb") as stream:
            parser.ParseFile(stream)
    except xml.parsers.expat.ExpatError:
        return False
    return True


# --- PNG -----------------------------------------------------------------------------------------------------


def _write_png(papers: BoardPapers, path: Path, style: BoardStyle) -> None:
    picture = SheetPicture(papers, papers.sheets[0], style, _SCREEN_SHAPE)
    wide, high = picture.size.width(), picture.size.height()
    scale = min(_PNG_SCALE, sqrt(_MOST_PIXELS / (wide * high)), _MOST_SIDE / max(wide, high))
    image = QImage(round(wide * scale), round(high * scale), QImage.Format.Format_RGB32)
    if image.isNull():
        raise OSError(12, "QImage")
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
    picture.paint(painter, scale, whole_texts=False)
    painter.end()
    image.setText("Title", papers.sheets[0].title)
    if not QImageWriter(str(path), b"png").write(image):
        raise OSError(28, "PNG")
