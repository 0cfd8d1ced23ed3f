"""The strip onto which laptops' files are dropped."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QRectF, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from workshop_app.ui.icons import pixmap
from workshop_app.ui.labels import TextLabel
from workshop_app.ui.theme import look
from workshop_app.ui.widgets import SecondaryButton

SUFFIX = ".wsdb"
_MOST_IN_FOLDER = 500


def files_of(data: QMimeData) -> list[Path]:
    """The local files of a drop; of a folder the workshop files in it, by name. Nothing is opened."""
    found: list[Path] = []
    for url in data.urls():
        if not url.isLocalFile():
            continue
        path = Path(url.toLocalFile())
        found.extend(_in_folder(path) if path.is_dir() else [path])
    return found


def _in_folder(folder: Path) -> list[Path]:
    try:
        inside = [path for path in folder.iterdir() if path.suffix.lower() == SUFFIX and path.is_file()]
    except OSError:
        return []
    return sorted(path for path in inside if not path.name.startswith("."))[:_MOST_IN_FOLDER]


class DropStrip(QWidget):
    """Says where to put the files and has the button for choosing them; 56 high."""

    files_dropped = Signal(list)
    choose_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("mergeDrop")
        self.setAcceptDrops(True)
        self._over = False
        self._compact = False
        self._picture = QLabel()
        self._text = TextLabel(self.tr("ここに端末のファイルを置いてください"), 15)
        self._hint = TextLabel(self.tr("同じファイルを何度入れても、二重にはなりません"), 13, role="text2")
        self._choose = SecondaryButton(self.tr("ファイルを選ぶ"))
        self._choose.setObjectName("mergeChoose")
        self._choose.clicked.connect(self.choose_pressed)
        row = QHBoxLayout(self)
        row.addWidget(self._picture)
        row.addWidget(self._text)
        row.addWidget(self._hint)
        row.addStretch(1)
        row.addWidget(self._choose)
        self._fit()

    def set_compact(self, compact: bool) -> None:
        """Leave the hint out where the page is narrow."""
        self._hint.setVisible(not compact)
        self._compact = compact
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Take the sizes of another look."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._fit()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files from this machine only."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()
            self._set_over(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Back to rest."""
        self._set_over(False)

    def dropEvent(self, event: QDropEvent) -> None:
        """Hand the files on; what they are is found out by the service."""
        self._set_over(False)
        # Never a move, whatever the file manager proposes: it would delete the laptop's file afterwards.
        copying = bool(event.possibleActions() & Qt.DropAction.CopyAction)
        event.setDropAction(Qt.DropAction.CopyAction if copying else Qt.DropAction.IgnoreAction)
        event.accept()
        paths: Sequence[Path] = files_of(event.mimeData())
        if paths:
            self.files_dropped.emit(list(paths))

    def paintEvent(self, event: QPaintEvent) -> None:
        """A dashed border, in the accent while files are over it."""
        current = look()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(current.colour("accent" if self._over else "border"), 2, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(current.colour("accentTint" if self._over else "surface"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)

    def _set_over(self, over: bool) -> None:
        self._over = over
        self.update()

    def _fit(self) -> None:
        current = look()
        self.setFixedHeight(current.px(48 if self._compact else 56))
        self._picture.setPixmap(pixmap("usb", 20, "text", self.devicePixelRatioF()))
        layout = self.layout()
        if layout is not None:
            layout.setContentsMargins(current.px(20), 0, current.px(12), 0)
            layout.setSpacing(current.px(12))
        self.update()
