"""What can be done to what is chosen, by key, menu or button; each is one step for undo."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog

from workshop_app.domain.arrange import board_text, sorted_into_themes, tidied
from workshop_app.domain.board import Position, Relation
from workshop_app.domain.geometry import Edge, Rect, align, distribute, reading_order
from workshop_app.domain.ids import EntityId
from workshop_app.ui import commands as note_commands
from workshop_app.ui.board import commands, plans
from workshop_app.ui.board.interactions.base import Desk
from workshop_app.ui.board.interactions.draw_arrow import ask_relation, relation_menu
from workshop_app.ui.board.split_dialog import SplitDialog
from workshop_app.ui.capture.note_dialogs import VoidDialog


class Acts(QObject):
    """Everything but the gestures of the mouse and writing."""

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk

    # --- what is chosen --------------------------------------------------------------------------------------

    def items(self) -> list[EntityId]:
        """The chosen notes and islands, in reading order, without what stands in a chosen island."""
        boxes = self._desk.content.boxes
        return reading_order({item: boxes[item] for item in self._desk.scene.outermost(self._chosen())})

    def notes(self) -> list[EntityId]:
        """The chosen notes, in reading order."""
        boxes = self._desk.content.boxes
        chosen = [item for item in self._chosen() if item in self._desk.content.notes and item in boxes]
        return reading_order({item: boxes[item] for item in chosen})

    def islands(self) -> list[EntityId]:
        """The chosen islands."""
        return [item for item in self.items() if item in self._desk.content.islands]

    def arrows(self) -> list[EntityId]:
        """The chosen arrows."""
        return [item for item in self._chosen() if item in self._desk.content.arrows]

    def choose_all(self) -> None:
        """Every note and island that stands in no other."""
        content = self._desk.content
        self._desk.scene.choose(item for item in content.boxes if content.parent_of(item) is None)

    # --- arranging --------------------------------------------------------------------------------------------

    def group(self, items: list[EntityId] | None = None) -> None:
        """Make an island of what is chosen."""
        wanted = items if items is not None else self.items()
        if not wanted:
            return
        content = self._desk.content

        def made(outcome: object) -> None:
            changes = getattr(outcome, "changes", None)
            found = [item for item in changes.added if item in content.islands] if changes else []
            if found:
                self._desk.scene.choose(found)

        commands.group(self._desk.open_file, content, plans.grouped(content, wanted), made)

    def leave_island(self) -> None:
        """Put what is chosen outside of the islands it stands in, beside them."""
        content = self._desk.content
        items = [item for item in self.items() if content.parent_of(item) is not None]
        if not items:
            return
        outer = [list(content.around(item))[-1] for item in items]
        right = max(content.boxes[one].right for one in outer)
        left = min(content.boxes[item].x for item in items)
        spots = plans.moved(
            content, items, right + plans.BESIDE - left, 0, into=None, area=content.area(items[0])
        )
        commands.move(self._desk.open_file, content, spots, self.tr("島から出す"))

    def dissolve(self) -> None:
        """Take the chosen islands away, and leave what is in them."""
        for island_id in self.islands():
            commands.dissolve(self._desk.open_file, self._desk.content, island_id)

    def fold(self) -> None:
        """Fold the chosen islands, or unfold them when all are folded."""
        islands = self.islands()
        content = self._desk.content
        folded = not all(content.islands[one].folded for one in islands)
        wanted = [one for one in islands if content.islands[one].folded is not folded]
        if wanted:
            commands.set_folded(self._desk.open_file, wanted, folded)

    def tidy(self) -> None:
        """Let nothing overlap: of what is chosen, or of the whole board when nothing is."""
        content = self._desk.content
        wanted = content.everything_in(self.items()) or None
        places = tidied(content.board, content.layout, wanted, heads=content.heads)
        self._put(places, self.tr("整える"))

    def sort_into_themes(self) -> None:
        """What stands in no island goes to the area of its theme."""
        content = self._desk.content
        places = sorted_into_themes(content.board, content.layout, content.themes, heads=content.heads)
        self._put(places, self.tr("テーマごとに分ける"))

    def align(self, edge: Edge) -> None:
        """Put what is chosen on one line."""
        self._arrange(lambda rects: align(rects, edge), self.tr("そろえる"))

    def distribute(self, *, down: bool) -> None:
        """The same gap between all that is chosen."""
        self._arrange(lambda rects: distribute(rects, down=down), self.tr("等間隔にする"))

    def copy_text(self) -> None:
        """Put the words of what is chosen on the clipboard, in the order in which they stand."""
        content = self._desk.content
        chosen = set(self.items())
        if chosen:
            QGuiApplication.clipboard().setText(board_text(content.board, content.layout, chosen))

    # --- notes ---------------------------------------------------------------------------------------------------

    def hold(self) -> None:
        """Keep the chosen notes back, or show them again when all are held."""
        notes = self.notes()
        held = not all(self._desk.content.notes[one].held for one in notes)
        wanted = [one for one in notes if self._desk.content.notes[one].held is not held]
        if wanted:
            commands.hold(self._desk.open_file, wanted, held)

    def set_field(self, field: str, value: str | None) -> None:
        """Give the chosen notes a theme or a kind."""
        notes = [self._desk.content.notes[one].note for one in self.notes()]
        commands.set_field(self._desk.open_file, notes, field, value)

    def link_same(self) -> None:
        """Say of the chosen notes that they say the same."""
        notes = self.notes()
        if len(notes) > 1:
            commands.link_same(self._desk.open_file, notes)

    def untie(self) -> None:
        """Take away the links between the chosen notes."""
        notes = set(self.notes())
        links = [
            link.link_id
            for link in self._desk.content.board.links
            if {link.first_id, link.second_id} <= notes
        ]
        if links:
            commands.take_away(self._desk.open_file, links)

    def split(self) -> None:
        """Make two notes of the one that is chosen."""
        notes = self.notes()
        if len(notes) != 1:
            return
        content = self._desk.content
        item = content.notes[notes[0]]
        dialog = SplitDialog(item.note.text, self._desk.view)
        if dialog.exec() == QDialog.DialogCode.Accepted:
            first, second = dialog.parts()
            spot = plans.spot_beside(content, notes[0])
            commands.split(self._desk.open_file, item, first, second, spot)
        dialog.deleteLater()
        self._desk.view.setFocus()

    def vote(self, count: int, item: EntityId | None = None) -> None:
        """One seal more or less, on what the keys mean."""
        wanted = item if item is not None else self._desk.scene.focus_item_id
        content = self._desk.content
        if wanted not in content.boxes or wanted is None:
            return
        votes = content.notes[wanted].note.votes if wanted in content.notes else content.islands[wanted].votes
        if votes + count >= 0:
            commands.add_votes(self._desk.open_file, wanted, count)

    # --- arrows ----------------------------------------------------------------------------------------------------

    def connect_chosen(self) -> None:
        """Draw an arrow between the two things that are chosen."""
        items = self.items()
        if len(items) == 2:
            ask_relation(self._desk, items[0], items[1], self._menu_place(items[1]))

    def change_arrow(self) -> None:
        """Ask for another word for the chosen arrow."""
        arrows = self.arrows()
        if len(arrows) != 1:
            return
        arrow = self._desk.content.arrows[arrows[0]]

        def change(relation: Relation) -> None:
            commands.change_arrow(self._desk.open_file, arrow, relation)

        relation_menu(self._desk.view, change).popup(self._menu_place(arrow.target_id))

    def turn_arrow(self) -> None:
        """Let the chosen arrow point the other way."""
        for arrow_id in self.arrows():
            arrow = self._desk.content.arrows[arrow_id]
            commands.change_arrow(self._desk.open_file, arrow, arrow.relation, turned=True)

    # --- taking away -----------------------------------------------------------------------------------------------

    def remove(self) -> None:
        """Arrows go, islands are dissolved, notes are taken back with a reason."""
        arrows = self.arrows()
        if arrows:
            commands.take_away(self._desk.open_file, arrows)
        elif self.islands():
            self.dissolve()
        else:
            self._void()

    def _void(self) -> None:
        notes = [self._desk.content.notes[one].note for one in self.notes()]
        if not notes:
            return
        dialog = VoidDialog(notes, self._desk.view)
        if dialog.exec() == QDialog.DialogCode.Accepted:
            ids = [note.note_id for note in notes]
            note_commands.void_notes(self._desk.open_file, ids, dialog.reason())
        dialog.deleteLater()
        self._desk.view.setFocus()

    # --- inside ------------------------------------------------------------------------------------------------------

    def _chosen(self) -> frozenset[EntityId]:
        return self._desk.scene.chosen

    def _put(self, places: dict[EntityId, Position], text: str) -> None:
        if places:
            content = self._desk.content
            commands.move(self._desk.open_file, content, plans.to_positions(content, places), text)

    def _arrange(self, rule: Callable[[dict[EntityId, Rect]], dict[EntityId, Position]], text: str) -> None:
        """Line up what is chosen, as it is seen; each stays in its island."""
        content = self._desk.content
        items = self.items()
        if len(items) < 2:
            return
        rects = {item: content.layout.boxes[item] for item in items}
        places: dict[EntityId, Position] = {}
        for item, place in rule(rects).items():
            now = content.layout.positions[item]
            places[item] = Position(now.x + place.x - rects[item].x, now.y + place.y - rects[item].y)
        self._put(places, text)

    def _menu_place(self, item: EntityId) -> QPoint:
        view = self._desk.view
        box = self._desk.content.boxes[item]
        place = view.mapFromScene(box.x + box.width / 2, box.y + box.height / 2)
        return view.viewport().mapToGlobal(place)
