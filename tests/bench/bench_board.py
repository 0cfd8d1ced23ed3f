"""The board beside its floor and its peer, in one run: `python tests/bench/bench_board.py [NOTES …] [--json OUT]`.

Floor: a QGraphicsItem for each note that does one fillRect. Peer: a QGraphicsTextItem for each note (as BeeRef has
them). Each runs in a process of its own, in rotation, so that memory is its own and a slow moment hits all alike.
Also a board of a file: from opening to the first whole picture. Nothing here passes or fails; the figures are for
docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("WORKSHOP_APP_HOME", tempfile.mkdtemp(prefix="workshop-app-bench-"))

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt  # noqa: E402
from PySide6.QtGui import QPainter  # noqa: E402
from PySide6.QtTest import QTest  # noqa: E402
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene, QGraphicsTextItem, QGraphicsView  # noqa: E402

from workshop_app import bootstrap  # noqa: E402
from workshop_app.domain.board import (  # noqa: E402
    NOTE_HEIGHT,
    NOTE_WIDTH,
    Board,
    BoardIsland,
    BoardNote,
    Position,
    Scope,
)
from workshop_app.domain.geometry import Rect  # noqa: E402
from workshop_app.domain.ids import EntityId  # noqa: E402
from workshop_app.domain.note import Note  # noqa: E402
from workshop_app.ui.application import prepare_application  # noqa: E402
from workshop_app.ui.board.scene import BoardScene  # noqa: E402
from workshop_app.ui.board.view import ZOOMS, BoardView  # noqa: E402
from workshop_app.ui.theme import look  # noqa: E402

SIZE = (1600, 900)
ROUNDS, FRAMES = 3, 15
_WORDS = [
    "駅前の広場が暗くて夜は不安を感じる",
    "図書館の分館をもっと気軽に使えるように",
    "通学路に段差が多い",
]
_KINDS = ("issue", "good", "proposal", "other")


def board_of(notes: int) -> Board:
    """Islands of twelve notes, every note with a text of its own of 40 to 60 letters."""
    rng = random.Random(notes)
    per, columns = 12, max(1, round((notes / 12) ** 0.5))
    islands, placed = [], []
    for number in range(-(-notes // per)):
        island_id = EntityId(b"i" * 8 + number.to_bytes(8, "big"))
        place = Position(number % columns * 960, number // columns * 640)
        islands.append(BoardIsland(island_id, f"表札 {number}: 近いものどうし", "T1", None, 1, None, place))
    for number in range(notes):
        text = "。".join(rng.choice(_WORDS) for _ in range(3)) + f"（{number:05d}）"
        inside = number % per
        note = Note(
            EntityId(b"n" * 8 + number.to_bytes(8, "big")), f"東1A-{number:03d}", None, "A", 1, 1, "T1",
            rng.choice(_KINDS), (), text, rng.choice((0, 0, 1, 4)), islands[number // per].island_id, None, (),
            number, number,
        )  # fmt: skip
        placed.append(BoardNote(note, Position(inside % 4 * 220, inside // 4 * 130)))
    return Board(Scope(), tuple(placed), tuple(islands))


def resident_mib() -> float:
    """Memory in use, on Linux; 0 elsewhere."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0.0
    line = next(line for line in status.read_text(encoding="utf-8").splitlines() if "VmRSS" in line)
    return int(line.split()[1]) / 1024


def settled(work: Callable[[], object]) -> float:
    """Seconds for work and for the painting it asked for."""
    start = time.perf_counter()
    work()
    QCoreApplication.sendPostedEvents()
    return time.perf_counter() - start


def median_ms(work: Callable[[], object], times: int = FRAMES) -> float:
    return statistics.median(settled(work) for _ in range(times)) * 1000


def measure_view(view: QGraphicsView, zoom_to: Callable[[float], None], bounds: QRectF) -> dict[str, float]:
    """Fit, zoom steps at fit and where text is shown, pan; whole repaints unless said otherwise."""
    port = view.viewport()
    view.fitInView(bounds, Qt.AspectRatioMode.KeepAspectRatio)
    fit_zoom = view.transform().m11()
    first = settled(port.repaint) * 1000
    found = {"fit_first": first, "fit": median_ms(port.repaint)}

    def steps(zooms: list[float]) -> float:
        waits = []
        for zoom in zooms:
            waits.append(settled(lambda zoom=zoom: (zoom_to(zoom), port.repaint())))
        return statistics.median(waits) * 1000

    found["zoom_at_fit"] = steps([fit_zoom * factor for factor in (1.15, 1.32, 1.15, 1.0) * 3])
    ladder = [zoom for zoom in ZOOMS if 0.4 <= zoom <= 1.25]
    view.centerOn(bounds.center())
    found["zoom_text_cold"] = steps(ladder)
    found["zoom_text"] = steps([*reversed(ladder), *ladder])
    zoom_to(1.0)

    def pan(dx: int, dy: int) -> None:
        view.horizontalScrollBar().setValue(view.horizontalScrollBar().value() + dx)
        view.verticalScrollBar().setValue(view.verticalScrollBar().value() + dy)

    found["scroll_100"] = median_ms(lambda: pan(37, 23), 30)
    found["pan_100"] = median_ms(lambda: (pan(-37, -23), port.repaint()), 30)
    zoom_to(fit_zoom * 1.3)
    found["pan_at_fit"] = median_ms(lambda: (pan(9, 5), port.repaint()))
    zoom_to(fit_zoom)
    return found


def measure_board(notes: int) -> dict[str, float]:
    board = board_of(notes)
    before = resident_mib()
    start = time.perf_counter()
    scene = BoardScene(bootstrap.load_agenda(None), lambda scope, only=None: board, Scope(), own_mark="A")
    scene.load()
    populate = (time.perf_counter() - start) * 1000
    view = shown(BoardView(scene))
    result = {"populate": populate, "mib": resident_mib() - before}
    result |= measure_view(view, view.set_zoom, QRectF(*scene.content.bounds()))
    result["mib_all_painted"] = resident_mib() - before
    result["drag_fit"] = drag_ms(view)
    view.set_zoom(1.0)
    result["drag_100"] = drag_ms(view)
    return result


def drag_ms(view: BoardView) -> float:
    """A note in the middle of what is seen follows the pointer."""
    content = view.board.content
    seen = view.seen()
    inside = content.notes_in(Rect(*(round(value) for value in seen.getRect())))
    note = inside[len(inside) // 2]
    box = content.boxes[note]
    place = view.mapFromScene(QPointF(box.x + box.width / 2, box.y + box.height / 2))
    from workshop_app.ui.board.interactions.base import Desk, Pointer
    from workshop_app.ui.board.interactions.drag_notes import DragNotes

    desk = Desk(None, view.board, view)  # type: ignore[arg-type]
    view.board.choose([note])

    def pointer(step: int) -> Pointer:
        spot = QPointF(place.x() + 9 * step, place.y() + 4 * step)
        return Pointer(view.mapToScene(spot.toPoint()), spot)

    drag = DragNotes(desk, pointer(0), [note])
    settled(lambda: drag.move(pointer(2)))
    wait = statistics.median(settled(lambda step=step: drag.move(pointer(step))) for step in range(3, 30))
    drag.cancel()
    return wait * 1000


class RectItem(QGraphicsItem):
    """The floor of what an item costs in Python."""

    def __init__(self, colour: object) -> None:
        super().__init__()
        self._colour = colour

    def boundingRect(self) -> QRectF:
        return QRectF(0, 0, NOTE_WIDTH, NOTE_HEIGHT)

    def paint(self, painter: QPainter, option: object, widget: object = None) -> None:
        painter.fillRect(0, 0, NOTE_WIDTH, NOTE_HEIGHT, self._colour)


class TextItem(QGraphicsTextItem):
    """Text in the scene, with a paper below it."""

    def __init__(self, text: str, colour: object) -> None:
        super().__init__(text)
        self._colour = colour
        self.setFont(look().font(17))
        self.setTextWidth(NOTE_WIDTH)

    def paint(self, painter: QPainter, option: object, widget: object = None) -> None:
        painter.fillRect(0, 0, NOTE_WIDTH, NOTE_HEIGHT, self._colour)
        super().paint(painter, option, widget)


def measure_items(kind: str, notes: int) -> dict[str, float]:
    board = board_of(notes)
    colours = {name: look().colour(f"kind{place + 1}") for place, name in enumerate(_KINDS)}
    corners = {island.island_id: island.position for island in board.islands}
    before = resident_mib()
    start = time.perf_counter()
    scene = QGraphicsScene()
    items = []
    for item in board.notes:
        colour = colours[item.note.kind or "other"]
        made = RectItem(colour) if kind == "rect" else TextItem(item.note.text, colour)
        corner = corners[item.note.island_id]
        made.setPos(corner.x + 20 + item.position.x, corner.y + 60 + item.position.y)
        scene.addItem(made)
        items.append(made)
    populate = (time.perf_counter() - start) * 1000
    view = shown(QGraphicsView(scene))
    view.setRenderHint(QPainter.RenderHint.Antialiasing)
    view.setTransformationAnchor(QGraphicsView.ViewportAnchor.AnchorViewCenter)

    def zoom_to(zoom: float) -> None:
        view.resetTransform()
        view.scale(zoom, zoom)

    result = {"populate": populate, "mib": resident_mib() - before}
    result |= measure_view(view, zoom_to, scene.itemsBoundingRect())
    result["mib_all_painted"] = resident_mib() - before
    one = items[len(items) // 2]
    result["drag_fit"] = median_ms(lambda: one.setPos(one.pos() + QPointF(25, 5)))
    return result


def measure_file(notes: int) -> dict[str, float]:
    """From the file to the first whole picture, in a process whose window is already there."""
    from big_file import make

    with tempfile.TemporaryDirectory() as folder:
        source, path = Path(folder) / "端末.wsdb", Path(folder) / "統合.wsdb"
        make(source, notes)
        bootstrap.merge_files(path, [source])
        start = time.perf_counter()
        database = bootstrap.open_database(path)
        scene = BoardScene(database.agenda(), database.board, Scope(), own_mark=database.local.device_mark)
        scene.load()
        view = shown(BoardView(scene))
        view.fit_all()
        view.viewport().repaint()
        total = (time.perf_counter() - start) * 1000
        database.close()
    return {"file_to_paint": total}


def shown(view: QGraphicsView) -> QGraphicsView:  # type: ignore[misc]
    view.resize(*SIZE)
    view.setFrameShape(QGraphicsView.Shape.NoFrame)
    view.show()
    QTest.qWaitForWindowExposed(view)
    return view


def one(kind: str, notes: int) -> None:
    application = prepare_application()
    bootstrap.load_agenda(None)
    measures = {"board": measure_board, "file": measure_file}
    result = measures[kind](notes) if kind in measures else measure_items(kind, notes)
    print(json.dumps(result), flush=True)
    del application
    os._exit(0)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("notes", nargs="*", type=int, default=[3000, 30000])
    parser.add_argument("--one")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--json", type=Path)
    wanted = parser.parse_args()
    if wanted.one:
        one(wanted.one, wanted.notes[0])
    everything: dict[str, dict[str, float]] = {}
    for notes in wanted.notes:
        kinds = ("board", "rect", "text", "file") if notes <= 5000 else ("board", "rect", "file")
        runs: dict[str, list[dict[str, float]]] = {kind: [] for kind in kinds}
        for _ in range(wanted.rounds):
            for kind in kinds:
                done = subprocess.run(
                    [sys.executable, __file__, str(notes), "--one", kind],
                    capture_output=True,
                    encoding="utf-8",
                    check=True,
                )
                runs[kind].append(json.loads(done.stdout.splitlines()[-1]))
        for kind, results in runs.items():
            medians = {name: statistics.median(run[name] for run in results) for name in results[0]}
            everything[f"{kind} {notes}"] = medians
            print(
                f"{kind:6} {notes:6}  " + "  ".join(f"{name} {value:.2f}" for name, value in medians.items())
            )
    if wanted.json:
        wanted.json.write_text(json.dumps(everything, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
