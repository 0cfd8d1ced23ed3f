"""Boards on paper and as pictures: every file is opened again, and what is in it is compared with the board."""

from __future__ import annotations

import re
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from base64 import b64decode
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray
from PySide6.QtGui import QImage, QPainter, QRawFont
from PySide6.QtSvg import QSvgRenderer
from pytestqt.qtbot import QtBot

from workshop_app import bootstrap
from workshop_app.domain.board import Position, Scope
from workshop_app.domain.errors import InvalidInput, StorageUnavailable
from workshop_app.domain.ids import EntityId
from workshop_app.domain.note import NoteDraft
from workshop_app.paths import resource
from workshop_app.services import arrange, islands, record
from workshop_app.services.board_papers import BoardWish, Pages, Paper
from workshop_app.services.islands import NewIsland
from workshop_app.services.moments import keep_moment
from workshop_app.ui.board import write_board
from workshop_app.ui.web_font import subset_woff

LONG = "区役所と出張所でできる手続きの違いが、行ってみないと分からない。" * 12
TEXTS = ["窓口が遠い", "案内が親切だった", "骨・直・化のような字も、髙橋の﨑も", LONG]
SVG = "{http://www.w3.org/2000/svg}"
A_MM = {"A4": (210, 297), "A3": (297, 420), "A2": (420, 594), "A1": (594, 841), "A0": (841, 1189)}


@pytest.fixture
def board_file(qtbot: QtBot, ward_file: Path) -> Path:
    """Four notes in an island at table 1, one held, two at table 2."""
    database = bootstrap.open_database(ward_file)
    kinds = ["issue", "good", "idea", None]
    ids: list[EntityId] = []
    for text, kind in zip(TEXTS, kinds, strict=True):
        ids += record.add_notes(database, [NoteDraft(text, "T1", kind, 1, votes=3)]).added
    held = record.add_notes(database, [NoteDraft("まだ見せない", "T2", "issue", 1)]).added
    arrange.hold_notes(database, list(held), True)
    record.add_notes(database, [NoteDraft("隣の班の一枚", "T3", "other", 2)])
    scope = Scope(database.local.workshop_id)
    keep_moment(database, "発散終了", scope)
    members = {one: Position(220 * (n % 2), 130 * (n // 2)) for n, one in enumerate(ids)}
    island = NewIsland(scope.workshop_id, 1, Position(0, 0), None, "窓口の役割が分かりにくい")
    islands.group(database, island, members, {})
    database.close()
    return ward_file


def pdf_text(path: Path) -> str:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not there to read the text with")
    done = subprocess.run(["pdftotext", "-raw", str(path), "-"], capture_output=True, check=True)
    return re.sub(r"\s", "", done.stdout.decode("utf-8"))


def pages(path: Path) -> list[tuple[float, float]]:
    """Width and height in millimetres."""
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", path.read_bytes())
    return [(float(wide) / 72 * 25.4, float(high) / 72 * 25.4) for wide, high in boxes]


def without_space(text: str) -> str:
    return re.sub(r"\s", "", text)


# --- PDF ---------------------------------------------------------------------------------------------------


def test_board_pdf_has_every_text_whole_and_selectable(board_file: Path, tmp_path: Path) -> None:
    path = bootstrap.export_board(board_file, tmp_path / "board.pdf", BoardWish())
    words = pdf_text(path)
    for text in [
        *TEXTS,
        "まだ見せない",
        "隣の班の一枚",
        "窓口の役割が分かりにくい",
        "東1班",
        "東2班",
        "課題",
    ]:
        assert without_space(text) in words, text
    assert "事務局用・取扱注意" in words


def test_board_pdf_carries_its_fonts_and_no_picture_of_a_text(board_file: Path, tmp_path: Path) -> None:
    data = bootstrap.export_board(board_file, tmp_path / "board.pdf", BoardWish()).read_bytes()
    assert data.count(b"/FontFile2") >= 2
    assert b"BIZUDPGothic-Bold" in data
    assert b"/Subtype /Image" not in data


@pytest.mark.parametrize("paper", list(Paper))
def test_board_pdf_has_the_paper_that_was_chosen(board_file: Path, tmp_path: Path, paper: Paper) -> None:
    path = bootstrap.export_board(board_file, tmp_path / "board.pdf", BoardWish(paper=paper))
    ((wide, high),) = pages(path)
    assert sorted((wide, high)) == pytest.approx(A_MM[paper], abs=0.5)


def test_board_pages_for_the_room_are_one_a_table_without_what_is_held(
    board_file: Path, tmp_path: Path
) -> None:
    path = bootstrap.export_board(board_file, tmp_path / "tables.pdf", BoardWish(Pages.TABLES))
    assert len(pages(path)) == 2
    words = pdf_text(path)
    assert "東区1班" in words
    assert "東区2班" in words
    assert "まだ見せない" not in words
    assert "保留と競合中の1枚は載せていません" in words
    assert "取扱注意" not in words


def test_board_cards_have_number_kind_theme_and_the_text_whole(board_file: Path, tmp_path: Path) -> None:
    path = bootstrap.export_board(board_file, tmp_path / "cards.pdf", BoardWish(Pages.CARDS))
    assert pages(path)
    assert sorted(pages(path)[0]) == pytest.approx(A_MM["A4"], abs=0.5)
    words = pdf_text(path)
    for text in ["窓口が遠い", "まだ見せない", "保留", "東1A-001", "課題", "提案", "種別なし", "票3"]:
        assert without_space(text) in words, text
    # The long text goes on in further cards; each says which one it is.
    assert words.count("区役所と出張所でできる手続きの違いが") == 12
    assert "3枚組の1" in words
    assert "3枚組の3" in words


def test_board_of_a_moment_is_the_board_as_it_was(board_file: Path, tmp_path: Path) -> None:
    then = BoardWish(moment="発散終了")
    words = pdf_text(bootstrap.export_board(board_file, tmp_path / "then.pdf", then))
    assert "「発散終了」のとき" in words
    assert "窓口の役割が分かりにくい" not in words


# --- SVG and PNG -------------------------------------------------------------------------------------------


def test_board_svg_is_drawn_like_the_png(board_file: Path, tmp_path: Path) -> None:
    drawing = bootstrap.export_board(board_file, tmp_path / "board.svg", BoardWish())
    picture = QImage(str(bootstrap.export_board(board_file, tmp_path / "board.png", BoardWish())))
    renderer = QSvgRenderer(str(drawing))
    assert renderer.isValid()
    assert renderer.viewBox().width() / renderer.viewBox().height() == pytest.approx(
        picture.width() / picture.height(), rel=0.01
    )
    drawn = QImage(picture.size(), QImage.Format.Format_RGB32)
    drawn.fill("white")
    painter = QPainter(drawn)
    renderer.render(painter)
    painter.end()
    # Small, so that a letter half a px aside does not count, and a missing note or text does.
    one, other = (
        image.scaled(160, 120).convertToFormat(QImage.Format.Format_Grayscale8) for image in (drawn, picture)
    )
    off = [abs(a - b) for a, b in zip(bytes(one.constBits()), bytes(other.constBits()), strict=True)]
    assert sum(off) / len(off) < 4
    assert len(set(bytes(other.constBits()))) > 20


def test_board_svg_has_its_texts_and_the_letters_they_need(board_file: Path, tmp_path: Path) -> None:
    path = bootstrap.export_board(board_file, tmp_path / "board.svg", BoardWish())
    root = ElementTree.fromstring(path.read_text(encoding="utf-8"))
    words = without_space("".join("".join(one.itertext()) for one in root.iter(f"{SVG}text")))
    for text in [*TEXTS, "窓口の役割が分かりにくい"]:
        assert without_space(text) in words, text
    style = next(root.iter(f"{SVG}style")).text or ""
    fonts = [b64decode(packed) for packed in re.findall(r"base64,([^)]+)\)", style)]
    regular, bold = (QRawFont(QByteArray(font), 20.0) for font in fonts)
    assert regular.isValid()
    assert bold.isValid()
    assert all(regular.glyphIndexesForString(char) != [0] for char in "窓口が遠い")
    assert len(path.read_bytes()) < 600_000
    assert "http://" not in style


def test_web_font_has_the_same_glyphs_as_the_font_it_is_from(qtbot: QtBot) -> None:
    whole = resource("fonts", "BIZUDPGothic-Regular.ttf").read_bytes()
    part = QRawFont(QByteArray(subset_woff(whole, "窓口Åが")), 60.0)
    full = QRawFont(QByteArray(whole), 60.0)
    for char in "窓口Åが":
        glyph = full.glyphIndexesForString(char)
        assert part.glyphIndexesForString(char) == glyph
        assert part.pathForGlyph(glyph[0]) == full.pathForGlyph(glyph[0])
        assert part.advancesForGlyphIndexes(glyph) == full.advancesForGlyphIndexes(glyph)
    assert part.glyphIndexesForString("遠") == [0]


def test_board_png_is_a_picture_of_a_size_programs_open(board_file: Path, tmp_path: Path) -> None:
    picture = QImage(str(bootstrap.export_board(board_file, tmp_path / "board.PNG", BoardWish())))
    assert not picture.isNull()
    assert picture.width() * picture.height() <= 24_100_000
    colours = {
        picture.pixel(x, y) for x in range(0, picture.width(), 7) for y in range(0, picture.height(), 7)
    }
    assert len(colours) > 50


def test_empty_board_is_written_and_says_so(ward_file: Path, tmp_path: Path) -> None:
    for wish in (BoardWish(), BoardWish(Pages.TABLES), BoardWish(Pages.CARDS)):
        path = bootstrap.export_board(ward_file, tmp_path / f"{wish.pages}.pdf", wish)
        assert "付箋はまだありません" in pdf_text(path)


# --- refusals ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "pages"),
    [
        ("board.gif", Pages.WHOLE),
        ("board", Pages.WHOLE),
        ("ない/board.png", Pages.WHOLE),
        ("b.png", Pages.CARDS),
    ],
)
def test_board_target_that_cannot_be_is_one_sentence_and_nothing_is_written(
    board_file: Path, tmp_path: Path, name: str, pages: Pages
) -> None:
    before = sorted(tmp_path.iterdir())
    with pytest.raises(InvalidInput, match="何も書き出していません") as caught:
        bootstrap.export_board(board_file, tmp_path / name, BoardWish(pages))
    assert caught.value.sentence.endswith("。")
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("suffix", [".pdf", ".svg", ".png"])
def test_board_file_cut_short_is_not_put_in_place_of_the_old_one(
    board_file: Path, tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / f"board{suffix}"
    target.write_bytes(b"the earlier one")
    real = write_board.write_board

    def cut(papers: object, path: Path, kind: str) -> None:
        real(papers, path, kind)  # type: ignore[arg-type]
        path.write_bytes(path.read_bytes()[:-3000])

    monkeypatch.setattr(write_board, "write_board", cut)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(StorageUnavailable, match="読み直して"):
        bootstrap.export_board(board_file, target, BoardWish())
    assert sorted(tmp_path.iterdir()) == before
    assert target.read_bytes() == b"the earlier one"
