"""投影: a window of its own for the room. Shows what is on disk and meant for everybody, never what is being typed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeyEvent, QPainter, QPaintEvent, QScreen
from PySide6.QtWidgets import QWidget

from workshop_app.domain.agenda import Agenda
from workshop_app.domain.ids import EntityId
from workshop_app.domain.note import Note
from workshop_app.ui.board.paint_slide import SlideWords, paint_slide
from workshop_app.ui.board.slides import RoomIsland
from workshop_app.ui.board.style import BoardStyle
from workshop_app.ui.theme import load_look

_WINDOW = (1280, 720)


class Projector(QWidget):
    """Knows islands and which of them is shown; where they come from it does not ask."""

    closed = Signal()
    turned = Signal()
    """Another island, page or mode is shown, by whatever hand."""
    taken_over = Signal()
    """Somebody chose an island here: from now on it does not follow the operator."""

    def __init__(self, agenda: Agenda, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setObjectName("projector")
        self.setWindowTitle(self.tr("投影"))
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(640, 360)
        self._agenda = agenda
        self._islands: Sequence[RoomIsland] = ()
        self._place = ""
        self._at = 0
        self._page = 0
        self._note = 0
        self.aloud = False
        """One note at a time, huge."""
        self.black = False
        self.contrast = False
        self._style = self._make_style()

    # --- what is shown ----------------------------------------------------------------------------------------

    def show_islands(self, islands: Sequence[RoomIsland], place: str) -> None:
        """Take another state of the board; the island that is shown stays in front while there is one."""
        before = [island.island_id for island in self._islands[self._at :][:1]]
        self._islands, self._place = islands, place
        ids = [island.island_id for island in islands]
        self._at = next((ids.index(one) for one in before if one in ids), min(self._at, max(0, len(ids) - 1)))
        self._settle()

    def show_island(self, island_id: EntityId | None) -> None:
        """Bring an island to the front; None is what stands in no island."""
        ids = [island.island_id for island in self._islands]
        if island_id in ids and ids.index(island_id) != self._at:
            self._at, self._page, self._note = ids.index(island_id), 0, 0
            self._settle()

    @property
    def island_id(self) -> EntityId | None:
        """The island in front."""
        return self._islands[self._at].island_id if self._islands else None

    def notes(self) -> Sequence[Note]:
        """The notes that are on the screen now."""
        if not self._islands or self.black:
            return ()
        island = self._islands[self._at]
        return island.notes[self._note : self._note + 1] if self.aloud else island.page(self._page)

    def words(self) -> SlideWords:
        """What stands around them."""
        if not self._islands:
            return SlideWords(None, self._place, self.tr("付箋はまだありません"), "")
        island = self._islands[self._at]
        theme = island.theme or _common_theme(island.notes)
        title = island.title
        if island.island_id is None:
            title = self.tr("島に入っていない付箋")
        count = self.tr("島 {0} / {1}").format(self._at + 1, len(self._islands))
        if self.aloud:
            count = self.tr("{0} / {1}枚　{2}").format(self._note + 1, len(island.notes), count)
        elif island.pages > 1:
            count = self.tr("{0} / {1}ページ　{2}").format(self._page + 1, island.pages, count)
        return SlideWords(theme, self._place, title, count)

    # --- turning -------------------------------------------------------------------------------------------------

    def step_island(self, step: int) -> None:
        """The next or the previous island; at the ends it stays."""
        wanted = self._at + step
        if 0 <= wanted < len(self._islands):
            self._at, self._page, self._note = wanted, 0, 0
            self.taken_over.emit()
            self._settle()

    def step_page(self, step: int) -> None:
        """The next or the previous six notes, or note when read aloud."""
        if not self._islands:
            return
        island = self._islands[self._at]
        if self.aloud:
            self._note = max(0, min(len(island.notes) - 1, self._note + step))
        else:
            self._page = max(0, min(island.pages - 1, self._page + step))
        self._settle()

    def set_aloud(self, aloud: bool) -> None:
        """読み上げ: one note, beginning with the first of the page; and back to its page."""
        if aloud != self.aloud:
            self.aloud = aloud
            if aloud:
                self._note = self._page * 6
            else:
                self._page = self._note // 6
            self._settle()

    def set_black(self, black: bool) -> None:
        """Nothing at all, so that the room looks at whoever speaks."""
        self.black = black
        self._settle()

    def set_contrast(self, contrast: bool) -> None:
        """White on black for a bright room or weak eyes; else ink on white."""
        self.contrast = contrast
        self._style = self._make_style()
        self._settle()

    def _settle(self) -> None:
        if self._islands:
            island = self._islands[self._at]
            self._page = max(0, min(self._page, island.pages - 1))
            self._note = max(0, min(self._note, len(island.notes) - 1))
        words = self.words()
        texts = [] if self.black else [words.title, *(note.text for note in self.notes())]
        self.setAccessibleName("。".join(text.rstrip("。") for text in texts if text))
        self.update()
        self.turned.emit()

    def _make_style(self) -> BoardStyle:
        return BoardStyle.of(load_look("contrast" if self.contrast else "light", 100), self._agenda)

    # --- the window ----------------------------------------------------------------------------------------------

    def open_beside(self, window: QWidget) -> bool:
        """Fill the second screen; with one screen alone an ordinary window opens, and the answer is False."""
        second = second_screen(QGuiApplication.screens(), window.screen())
        if second is None:
            self.resize(*_WINDOW)
            self.show()
            return False
        self.setGeometry(second.geometry())
        self.showFullScreen()
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What a remote presenter and one hand on the keyboard send."""
        keys = Qt.Key
        acts: dict[int, Callable[[], object]] = {
            keys.Key_Left: lambda: self.step_island(-1),
            keys.Key_PageUp: lambda: self.step_island(-1),
            keys.Key_Right: lambda: self.step_island(1),
            keys.Key_PageDown: lambda: self.step_island(1),
            keys.Key_Up: lambda: self.step_page(-1),
            keys.Key_Down: lambda: self.step_page(1),
            keys.Key_B: lambda: self.set_black(not self.black),
            keys.Key_Period: lambda: self.set_black(not self.black),
            keys.Key_R: lambda: self.set_aloud(not self.aloud),
            keys.Key_C: lambda: self.set_contrast(not self.contrast),
            keys.Key_F11: self._toggle_full,
            keys.Key_F5: self.close,
            keys.Key_Escape: self.close,
        }
        act = acts.get(event.key())
        if act is None:
            super().keyPressEvent(event)
        else:
            act()

    def _toggle_full(self) -> None:
        if self.isFullScreen():
            self.showNormal()
        else:
            self.showFullScreen()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Whoever opened it is told."""
        super().closeEvent(event)
        self.closed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The slide, or black."""
        painter = QPainter(self)
        size = QSizeF(self.size())
        if self.black:
            painter.fillRect(QRectF(self.rect()), Qt.GlobalColor.black)
            return
        votes = self._islands[self._at].votes if self._islands else 0
        paint_slide(
            painter,
            size,
            self.words(),
            self.notes(),
            self._agenda,
            self._style,
            aloud=self.aloud,
            votes=votes,
        )


def second_screen(screens: Sequence[QScreen], own: QScreen | None) -> QScreen | None:
    """The first screen that the operator's window is not on."""
    return next((screen for screen in screens if screen is not own), None)


def _common_theme(notes: Sequence[Note]) -> str | None:
    """The theme that all of these have."""
    themes = {note.theme for note in notes}
    return themes.pop() if len(themes) == 1 else None
