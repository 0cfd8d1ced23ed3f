"""The look: roles with colours, sizes times the text size, and the style sheet made from both.

Colours stand in resources/themes/*.toml, never in code.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QLocale
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from workshop_app.paths import resource

THEME_NAMES = ("light", "dark", "contrast")
TEXT_SIZES = (100, 115, 130, 150)
FAMILIES = ("BIZ UDPGothic", "Yu Gothic UI", "Meiryo", "Noto Sans CJK JP")


@dataclass(frozen=True)
class Look:
    """A theme and a text size. `percent` is one of TEXT_SIZES."""

    name: str
    percent: int
    colours: Mapping[str, str]

    def colour(self, role: str) -> QColor:
        """The colour of a role; KeyError for an unknown one."""
        return QColor(self.colours[role])

    def px(self, size: int) -> int:
        """A size token, in logical px, times the text size."""
        return round(size * self.percent / 100)

    def font(self, size: int, bold: bool = False) -> QFont:
        """Our type at a size token; weights are 400 and 700 only."""
        font = QFont()
        font.setFamilies(list(FAMILIES))
        font.setPixelSize(self.px(size))
        font.setWeight(QFont.Weight.Bold if bold else QFont.Weight.Normal)
        return font


@lru_cache
def _colours(name: str) -> Mapping[str, str]:
    document = tomllib.loads(resource("themes", f"{name}.toml").read_text(encoding="utf-8"))
    return dict(document["colours"])


def load_look(name: str = "light", percent: int = 100) -> Look:
    """A theme by name; an unknown name or size is the default one (settings may be old or damaged)."""
    name = name if name in THEME_NAMES else "light"
    return Look(name, percent if percent in TEXT_SIZES else 100, _colours(name))


class _Current:
    """The look in force, and whether the fonts are registered."""

    look: Look | None = None
    fonts_registered = False


def look() -> Look:
    """The look in force; the default one before `apply_look`."""
    if _Current.look is None:
        _Current.look = load_look()
    return _Current.look


def register_fonts() -> None:
    """Make our type known to Qt, once; there has to be an application."""
    if not _Current.fonts_registered:
        _Current.fonts_registered = True
        for path in sorted(resource("fonts").glob("*.ttf")):
            QFontDatabase.addApplicationFont(str(path))


def apply_look(application: QApplication, wanted: Look) -> None:
    """Dress the application; every widget gets a StyleChange event and takes its sizes anew."""
    if not _Current.fonts_registered:
        register_fonts()
        QLocale.setDefault(QLocale(QLocale.Language.Japanese, QLocale.Country.Japan))
    _Current.look = wanted
    application.setFont(wanted.font(15))
    application.setPalette(_palette(wanted))
    application.setStyleSheet(style_sheet(wanted))


def _palette(wanted: Look) -> QPalette:
    palette = QPalette()
    for role, name in (
        (QPalette.ColorRole.Window, "window"),
        (QPalette.ColorRole.WindowText, "text"),
        (QPalette.ColorRole.Base, "surface"),
        (QPalette.ColorRole.AlternateBase, "surface"),
        (QPalette.ColorRole.Text, "text"),
        (QPalette.ColorRole.PlaceholderText, "text2"),
        (QPalette.ColorRole.Button, "surface"),
        (QPalette.ColorRole.ButtonText, "text"),
        (QPalette.ColorRole.Highlight, "accent"),
        (QPalette.ColorRole.HighlightedText, "onAccent"),
        (QPalette.ColorRole.ToolTipBase, "surface"),
        (QPalette.ColorRole.ToolTipText, "text"),
        (QPalette.ColorRole.Link, "accent"),
        (QPalette.ColorRole.LinkVisited, "accent"),
    ):
        palette.setColor(role, wanted.colour(name))
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.WindowText, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, wanted.colour("text2"))
    return palette


def style_sheet(wanted: Look) -> str:
    """The whole QSS. Custom-painted widgets take nothing from it but their background."""
    names = dict(wanted.colours)
    for size in (12, 13, 15, 17, 20, 24, 32):
        names[f"f{size}"] = f"{wanted.px(size)}px"
    for size in (4, 6, 8, 9, 10, 11, 12, 14, 15, 16, 20, 24):
        names[f"s{size}"] = f"{wanted.px(size)}px"
    # Where every fill and both inks are the same, a disabled control is told by its broken border.
    names["offStyle"] = "dashed" if wanted.colours["sunken"] == wanted.colours["surface"] else "solid"
    names["offText"] = wanted.colours["line"] if names["offStyle"] == "dashed" else "transparent"
    names["chevron"] = _icon_path("chevron_down", wanted.name)
    names["check"] = _icon_path("check", wanted.name)
    sheet = _SHEET
    # Longest names first, so that @text2 is not read as @text and a 2.
    for name in sorted(names, key=len, reverse=True):
        sheet = sheet.replace(f"@{name}", names[name])
    return sheet


def _icon_path(name: str, theme: str) -> str:
    """QSS draws arrows from files only: the icon once more in the theme's ink, beside the settings."""
    from workshop_app.paths import user_config_dir

    text = resource("icons", f"{name}.svg").read_text(encoding="utf-8")
    role = "onAccent" if name == "check" else "text"
    path = user_config_dir() / f"{name}-{theme}.svg"
    coloured = text.replace("currentColor", _colours(theme)[role])
    try:
        if not path.is_file() or path.read_text(encoding="utf-8") != coloured:
            path.write_text(coloured, encoding="utf-8")
    except OSError:
        return ""
    return path.as_posix()


_SHEET = """
QWidget { color: @text; font-size: @f15; }
QMainWindow, QDialog, QStackedWidget, QScrollArea, QScrollArea > QWidget > QWidget { background: @window; }
QDialog, QDialog QScrollArea > QWidget > QWidget, QDialog QTableView, QDialog QListView, QDialog QHeaderView::section { background: @surface; }
QScrollArea { border: none; }
QLabel { background: transparent; }
QLabel[tone="caption"] { font-size: @f13; color: @text2; }
QLabel[tone="hint"] { font-size: @f12; color: @text2; }
QLabel[tone="second"] { color: @text2; }
QLabel[tone="form"] { font-size: @f17; font-weight: 700; }
QLabel[tone="title"] { font-size: @f20; font-weight: 700; }
QLabel[tone="count"] { font-size: @f24; font-weight: 700; }
QLabel[tone="huge"] { font-size: @f32; font-weight: 700; }
QLabel[tone="warn"] { color: @warn; }
QLabel[tone="danger"] { color: @danger; }

QPushButton { background: @surface; border: 1px solid @border; border-radius: 4px; padding: 0 @s16; color: @text; }
QPushButton:hover { background: @accentTint; }
QPushButton:pressed { background: @sunken; }
QPushButton:checked { background: @accentTint; border: 2px solid @accent; color: @accent; font-weight: 700; padding: 0 @s15; }
QPushButton:disabled { background: @sunken; color: @text2; border: 1px @offStyle @line; }
QPushButton[look="primary"] { background: @accent; border: 1px solid @accent; color: @onAccent; font-weight: 700; padding: 0 @s20; }
QPushButton[look="primary"]:hover { background: @accentHover; border-color: @accentHover; }
QPushButton[look="primary"]:pressed { background: @accentHover; }
QPushButton[look="primary"]:disabled { background: @sunken; color: @text2; border: 1px @offStyle @line; }
QPushButton[look="text"] { background: transparent; border: 1px solid transparent; color: @accent; padding: 0 @s8; }
QPushButton[look="text"]:hover { background: @accentTint; }
QPushButton[look="text"]:disabled { color: @text2; border: 1px @offStyle @offText; }
QPushButton[look="danger"] { border: 1px solid @danger; color: @danger; }
QPushButton[look="danger"]:hover { background: @dangerTint; }

QLineEdit { background: @surface; border: 1px solid @border; border-radius: 4px; padding: 0 @s10; selection-background-color: @accent; selection-color: @onAccent; }
QLineEdit:focus { border: 2px solid @accent; padding: 0 @s9; }
QLineEdit:disabled { background: @sunken; color: @text2; border-style: @offStyle; }
QComboBox { background: @surface; border: 1px solid @border; border-radius: 4px; padding: 0 @s10; }
QComboBox:focus { border: 2px solid @accent; padding: 0 @s9; }
QComboBox:disabled { background: @sunken; color: @text2; border-style: @offStyle; }
QComboBox::drop-down { border: none; width: @s24; }
QComboBox::down-arrow { image: url(@chevron); width: @s16; height: @s16; }
QComboBox QAbstractItemView { background: @surface; border: 1px solid @border; selection-background-color: @accentTint; selection-color: @text; outline: none; }
QPlainTextEdit, QTextEdit { background: @surface; border: 1px solid @border; border-radius: 4px; selection-background-color: @accent; selection-color: @onAccent; padding: 1px; }
QPlainTextEdit:focus, QTextEdit:focus { border: 2px solid @accent; padding: 0; }
QTextBrowser, QTextBrowser:focus { background: @window; border: none; padding: 0; }

QCheckBox, QRadioButton { background: transparent; spacing: @s8; }
QListView::indicator { width: @s16; height: @s16; background: @surface; border: 1px solid @border; border-radius: 3px; }
QListView::indicator:checked { background: @accent; border-color: @accent; image: url(@check); }
QCheckBox::indicator, QRadioButton::indicator { width: @s16; height: @s16; background: @surface; border: 1px solid @border; }
QCheckBox::indicator { border-radius: 3px; }
QRadioButton::indicator { border-radius: @s9; }
QCheckBox::indicator:checked { background: @accent; border-color: @accent; image: url(@check); }
QRadioButton::indicator:checked { background: @accent; border: 4px solid @surface; outline: 1px solid @accent; width: @s10; height: @s10; }

QListView, QTableView, QTreeView { background: @window; border: none; outline: none; }
QWidget[ground="surface"] { background: @surface; }
QWidget[ground="none"], QWidget[ground="none"] > QWidget > QWidget { background: transparent; }
QListView::item:selected, QTableView::item:selected { background: @accentTint; color: @text; }
QHeaderView::section { background: @window; color: @text2; font-size: @f13; border: none; border-bottom: 1px solid @border; padding: @s4 @s8; }
QTableView { gridline-color: transparent; }
QMenu { background: @surface; border: 1px solid @border; padding: @s4 0; }
QMenu::item { padding: @s8 @s24; }
QMenu::item:selected { background: @accentTint; }
QMenu::item:disabled { color: @text2; }
QMenu::separator { height: 1px; background: @line; margin: @s4 0; }
QToolTip { background: @surface; color: @text; border: 1px solid @border; font-size: @f13; padding: @s4; }
QScrollBar:vertical { background: transparent; width: 12px; margin: 0; }
QScrollBar::handle:vertical { background: @border; min-height: 32px; border-radius: 4px; margin: 2px; }
QScrollBar::add-line:vertical, QScrollBar::sub-line:vertical { height: 0; }
QScrollBar::add-page:vertical, QScrollBar::sub-page:vertical { background: transparent; }
QScrollBar:horizontal { background: transparent; height: 12px; margin: 0; }
QScrollBar::handle:horizontal { background: @border; min-width: 32px; border-radius: 4px; margin: 2px; }
QScrollBar::add-line:horizontal, QScrollBar::sub-line:horizontal { width: 0; }
QScrollBar::add-page:horizontal, QScrollBar::sub-page:horizontal { background: transparent; }
QProgressBar { background: @sunken; border: 1px solid @border; border-radius: 4px; height: 8px; text-align: center; }
QProgressBar::chunk { background: @accent; border-radius: 3px; }
QFrame[upright="true"] { background: @line; border: none; }
QFrame[line="true"] { background: @line; border: none; max-height: 1px; min-height: 1px; }
QWidget[panel="true"] { background: @surface; border: 1px solid @line; border-radius: 6px; }
QWidget[panel="true"] QTableView { background: @surface; }
"""
