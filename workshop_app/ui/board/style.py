"""What painting the board needs of the look and the agenda, and the scale it is painted at.

Nothing here or in the paint modules needs a widget: a window, a picture and a printed page are painted alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QFontMetricsF

from workshop_app.domain.agenda import Agenda
from workshop_app.domain.geometry import Rect
from workshop_app.ui.marks import kind_fill
from workshop_app.ui.theme import Look

NEAR_FROM, MIDDLE_FROM = 0.75, 0.40
_NO_KIND = 3
"""A note without a kind is white paper without a mark."""
_EDGE_SHARE = 0.38
LEAST_TEXT = 12
"""No text is painted smaller (ui.md §3)."""


class Level(IntEnum):
    """How much of a note is shown (ui.md §4)."""

    FAR = 0
    MIDDLE = 1
    NEAR = 2


def level_of(zoom: float) -> Level:
    """The level of detail at a zoom; 1.0 is 100 %."""
    if zoom > NEAR_FROM - 1e-6:
        return Level.NEAR
    return Level.MIDDLE if zoom > MIDDLE_FROM - 1e-6 else Level.FAR


@dataclass(frozen=True)
class Frame:
    """Where the scene lies on what is painted on: `scale` px a scene unit, `unit` px of a 100 % text-size px."""

    scale: float
    dx: float = 0.0
    dy: float = 0.0
    unit: float = 1.0

    @property
    def zoom(self) -> float:
        """1.0 at 100 %, whatever the text size."""
        return self.scale / self.unit

    @property
    def level(self) -> Level:
        """The level of detail."""
        return level_of(self.zoom)

    def rect(self, rect: Rect) -> QRectF:
        """A rectangle of the scene on whole px, so that thin lines stay sharp."""
        x, y = round(rect.x * self.scale + self.dx), round(rect.y * self.scale + self.dy)
        return QRectF(x, y, max(1, round(rect.width * self.scale)), max(1, round(rect.height * self.scale)))

    def point(self, x: float, y: float) -> QPointF:
        """A point of the scene."""
        return QPointF(x * self.scale + self.dx, y * self.scale + self.dy)


@dataclass(frozen=True)
class BoardStyle:
    """Colours, fonts, marks and stripes by the codes that stand in notes."""

    look: Look
    kinds: Mapping[str | None, tuple[int, str]]
    """Kind id to its place in the legend and its character."""
    themes: Mapping[str | None, int]
    """Theme id to its number."""
    _fonts: dict[tuple[int, bool], QFont] = field(default_factory=dict, compare=False, repr=False)
    _metrics: dict[tuple[int, bool], QFontMetricsF] = field(default_factory=dict, compare=False, repr=False)
    _colours: dict[str, QColor] = field(default_factory=dict, compare=False, repr=False)
    _fills: dict[str | None, tuple[QColor, QColor]] = field(default_factory=dict, compare=False, repr=False)

    @staticmethod
    def of(look: Look, agenda: Agenda) -> BoardStyle:
        """For a file's agenda in a look."""
        return BoardStyle(
            look,
            {kind.id: (place, kind.mark_char) for place, kind in enumerate(agenda.kinds)},
            {theme.id: theme.number for theme in agenda.all_themes},
        )

    @property
    def unit(self) -> float:
        """Px of a px at 100 % text size."""
        return self.look.percent / 100

    def px(self, size: int) -> int:
        """A size token in px."""
        return self.look.px(size)

    def colour(self, role: str) -> QColor:
        """The colour of a role."""
        if role not in self._colours:
            self._colours[role] = self.look.colour(role)
        return self._colours[role]

    def font(self, pixels: int, bold: bool = False) -> QFont:
        """Our type at so many px on what is painted on."""
        key = (pixels, bold)
        if key not in self._fonts:
            font = self.look.font(15, bold)
            font.setPixelSize(pixels)
            self._fonts[key] = font
        return self._fonts[key]

    def metrics(self, pixels: int, bold: bool = False) -> QFontMetricsF:
        """How wide and high that type is."""
        key = (pixels, bold)
        if key not in self._metrics:
            self._metrics[key] = QFontMetricsF(self.font(pixels, bold))
        return self._metrics[key]

    def fill(self, kind: str | None) -> QColor:
        """The paper of a note of this kind."""
        return self._paper(kind)[0]

    def edge(self, kind: str | None) -> QColor:
        """The line around it: its ink at 38 % on its paper, as one opaque colour."""
        return self._paper(kind)[1]

    def fill_index(self, kind: str | None) -> int:
        """Which of the four papers it has."""
        return self.kinds[kind][0] % 4 if kind in self.kinds else _NO_KIND

    def char(self, kind: str | None) -> str:
        """The character of its mark; '' without a kind."""
        return self.kinds[kind][1] if kind in self.kinds else ""

    def _paper(self, kind: str | None) -> tuple[QColor, QColor]:
        if kind not in self._fills:
            fill = kind_fill(self.look, self.kinds[kind][0] if kind in self.kinds else _NO_KIND)
            self._fills[kind] = (fill, mixed(self.colour("noteInk"), fill, _EDGE_SHARE))
        return self._fills[kind]


def mixed(one: QColor, other: QColor, share: float) -> QColor:
    """One colour over another at this share of 1."""

    def part(a: int, b: int) -> int:
        return round(a * share + b * (1 - share))

    return QColor(
        part(one.red(), other.red()), part(one.green(), other.green()), part(one.blue(), other.blue())
    )
