"""What a press, a drag and a key mean, by the tool in hand: hands them to one gesture at a time."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QContextMenuEvent, QCursor, QKeyEvent, QMouseEvent, QPointingDevice

from workshop_app.domain.agenda import Agenda
from workshop_app.domain.ids import EntityId
from workshop_app.ui.board.acts import Acts
from workshop_app.ui.board.interactions.base import Desk, Interaction, Pointer
from workshop_app.ui.board.interactions.drag_notes import DragNotes
from workshop_app.ui.board.interactions.draw_arrow import DrawArrow
from workshop_app.ui.board.interactions.edit_in_place import EditInPlace
from workshop_app.ui.board.interactions.lasso import LassoSelect
from workshop_app.ui.board.interactions.nudge import DIRECTIONS, FINE_STEP, STEP, NudgeNotes
from workshop_app.ui.board.menu import board_menu
from workshop_app.ui.board.tool_row import Tool

LONG_PRESS_MS = 600
_ARROW_REACH = 6
_POINTERS = {
    Tool.SELECT: Qt.CursorShape.ArrowCursor,
    Tool.NOTE: Qt.CursorShape.CrossCursor,
    Tool.ISLAND: Qt.CursorShape.CrossCursor,
    Tool.ARROW: Qt.CursorShape.CrossCursor,
    Tool.VOTE: Qt.CursorShape.PointingHandCursor,
}
_TOOL_KEYS: dict[int, Tool] = {
    Qt.Key.Key_S: Tool.SELECT,
    Qt.Key.Key_I: Tool.ISLAND,
    Qt.Key.Key_A: Tool.ARROW,
    Qt.Key.Key_V: Tool.VOTE,
}


class BoardHands(QObject):
    """The view's `Hands`."""

    tool_changed = Signal(object)
    legend_toggled = Signal()
    full_text_toggled = Signal()

    def __init__(self, desk: Desk, agenda: Agenda, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._agenda = agenda
        self.tool = Tool.SELECT
        self.edit = EditInPlace(desk, self)
        self.acts = Acts(desk, self)
        self._gesture: Interaction | None = None
        self._nudge: NudgeNotes | None = None
        self._clicked: EntityId | None = None
        self._held = QTimer(self)
        self._held.setSingleShot(True)
        self._held.setInterval(LONG_PRESS_MS)
        self._held.timeout.connect(self._on_long_press)
        self._press: Pointer | None = None
        desk.view.hands = self

    def set_tool(self, tool: Tool) -> None:
        """Take a tool in hand; what is being done with the other one is given up."""
        self.cancel_gesture()
        if tool is not self.tool:
            self.tool = tool
            self._desk.view.set_pointer(_POINTERS[tool])
            self.tool_changed.emit(tool)

    def cancel_gesture(self) -> bool:
        """As if it had not begun; True when there was one."""
        self._held.stop()
        had = self._gesture is not None or self._nudge is not None
        for one in (self._gesture, self._nudge):
            if one is not None:
                one.cancel()
        self._gesture = self._nudge = None
        return had

    # --- mouse and fingers ---------------------------------------------------------------------------------

    def press(self, event: QMouseEvent) -> bool:
        """A gesture begins, once what was being written is saved."""
        self.cancel_gesture()
        if not self.edit.commit():
            return True
        self._desk.view.setFocus(Qt.FocusReason.MouseFocusReason)
        pointer = self._desk.pointer(event)
        if event.button() == Qt.MouseButton.RightButton:
            self._choose_for_menu(pointer)
            return True
        if event.button() != Qt.MouseButton.LeftButton:
            return False
        if event.pointingDevice().pointerType() == QPointingDevice.PointerType.Finger:
            self._press = pointer
            self._held.start()
        self._begin(pointer)
        return True

    def move(self, event: QMouseEvent) -> bool:
        """It goes on."""
        pointer = self._desk.pointer(event)
        if self._press is not None and (pointer.place - self._press.place).manhattanLength() > 10:
            self._held.stop()
        if self._gesture is not None:
            self._gesture.move(pointer)
        return self._gesture is not None

    def release(self, event: QMouseEvent) -> bool:
        """It ends."""
        self._held.stop()
        gesture, self._gesture = self._gesture, None
        if gesture is None:
            return False
        clicked, self._clicked = self._clicked, None
        if isinstance(gesture, DragNotes) and not gesture.started:
            if clicked is not None:
                self._desk.scene.choose([clicked])
        else:
            gesture.end(self._desk.pointer(event))
        return True

    def double_click(self, event: QMouseEvent) -> bool:
        """Write: in a note, a title, or on empty board."""
        if event.button() != Qt.MouseButton.LeftButton:
            return False
        pointer = self._desk.pointer(event)
        if self.tool is Tool.VOTE:
            # Whoever counts quickly presses twice.
            self._begin(pointer)
            return True
        self.cancel_gesture()
        item = self._item_at(pointer)
        if item is None:
            self.edit.write_at(pointer.scene.x(), pointer.scene.y())
        else:
            self._desk.scene.choose([item])
            self.edit_focus()
        return True

    def menu(self, event: QContextMenuEvent) -> None:
        """The menu of what is chosen."""
        place = event.globalPos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            focus = self._desk.scene.focus_item_id
            box = None if focus is None else self._desk.content.boxes.get(focus)
            if box is not None:
                spot = self._desk.view.mapFromScene(box.x + 20, box.y + 20)
                place = self._desk.view.viewport().mapToGlobal(spot)
        self._show_menu(place)

    def _begin(self, pointer: Pointer) -> None:
        item = self._item_at(pointer)
        if self.tool is Tool.NOTE:
            self.set_tool(Tool.SELECT)
            self.edit.write_at(pointer.scene.x(), pointer.scene.y())
        elif self.tool is Tool.VOTE:
            self._seal(pointer, item)
        elif self.tool is Tool.ARROW:
            if item is not None and item in self._desk.content.boxes:
                self._gesture = DrawArrow(self._desk, pointer, item)
        elif self.tool is Tool.ISLAND:
            self._gesture = LassoSelect(self._desk, pointer, by_hand=True, then=self._on_lassoed)
        elif item is None:
            if not pointer.adds:
                self._desk.scene.choose([])
            self._gesture = LassoSelect(self._desk, pointer)
        else:
            self._take_hold(pointer, item)

    def _take_hold(self, pointer: Pointer, item: EntityId) -> None:
        scene = self._desk.scene
        if pointer.adds:
            scene.choose(scene.chosen ^ {item}, item)
            return
        if item not in scene.chosen:
            scene.choose([item])
        else:
            self._clicked = item
            scene.choose(scene.chosen, item)
        if item in self._desk.content.boxes and not scene.full_text:
            self._gesture = DragNotes(self._desk, pointer, sorted(scene.chosen & scene.content.boxes.keys()))

    def _seal(self, pointer: Pointer, item: EntityId | None) -> None:
        if item is None or item not in self._desk.content.boxes:
            return
        self._desk.scene.choose([item])
        # The card would lie over the notes that are counted next.
        self._desk.scene.show_whole(False)
        off = pointer.modifiers & Qt.KeyboardModifier.ShiftModifier
        self.acts.vote(-1 if off else 1, item)

    def _on_lassoed(self, caught: list[EntityId]) -> None:
        self.set_tool(Tool.SELECT)
        if caught:
            self.acts.group(caught)

    def _item_at(self, pointer: Pointer) -> EntityId | None:
        """An arrow's word, a note, an arrow, an island: whatever is on top."""
        content, frame = self._desk.content, self._desk.view.frame()
        lines = {
            arrow_id: line
            for arrow_id in content.arrows
            if (line := self._desk.scene.painter_.line_of(arrow_id, frame)) is not None
        }
        for arrow_id, line in lines.items():
            if line.chip.contains(pointer.place):
                return arrow_id
        note = content.note_at(pointer.scene.x(), pointer.scene.y())
        if note is not None:
            return note
        for arrow_id, line in lines.items():
            if line.near(pointer.place, _ARROW_REACH):
                return arrow_id
        return content.island_at(pointer.scene.x(), pointer.scene.y())

    def _choose_for_menu(self, pointer: Pointer) -> None:
        item = self._item_at(pointer)
        if item is None:
            self._desk.scene.choose([])
        elif item not in self._desk.scene.chosen:
            self._desk.scene.choose([item])

    def _on_long_press(self) -> None:
        press, self._press = self._press, None
        if press is not None:
            self.cancel_gesture()
            self._choose_for_menu(press)
            self._show_menu(self._desk.view.viewport().mapToGlobal(press.place.toPoint()))

    def _show_menu(self, place: QPoint) -> None:
        menu = board_menu(self._desk.view, self._desk, self.acts, self._agenda, self.edit_focus)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)

    # --- keys --------------------------------------------------------------------------------------------------

    def key_press(self, event: QKeyEvent) -> bool:
        """Every gesture has a key; Esc ends whatever is going on."""
        key = event.key()
        ctrl = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if key == Qt.Key.Key_Escape:
            self.escape()
            return True
        if key in DIRECTIONS:
            self._on_direction(event, ctrl, shift)
            return True
        if self.tool is Tool.VOTE and key in (Qt.Key.Key_Space, Qt.Key.Key_Backspace, Qt.Key.Key_Return):
            self.acts.vote(-1 if shift or key == Qt.Key.Key_Backspace else 1)
            return True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and ctrl:
            focus = self._desk.scene.focus_item_id
            if focus in self._desk.content.notes and focus is not None:
                self.edit.write_beside(focus, below=True)
            return True
        action = self._action(key, ctrl, shift)
        if action is None:
            return False
        action()
        return True

    def key_release(self, event: QKeyEvent) -> bool:
        """A push with the arrow keys ends when the key is let go."""
        if event.isAutoRepeat() or self._nudge is None or event.key() not in DIRECTIONS:
            return False
        nudge, self._nudge = self._nudge, None
        nudge.end()
        return True

    def lost_focus(self) -> None:
        """The key that would end a push may never come."""
        nudge, self._nudge = self._nudge, None
        if nudge is not None:
            nudge.end()

    def escape(self) -> None:
        """A gesture, the box, the tool, the choice: the first of these that there is."""
        if self.cancel_gesture() or self.edit.cancel():
            return
        if self.tool is not Tool.SELECT:
            self.set_tool(Tool.SELECT)
        else:
            self._desk.scene.choose([])

    def edit_focus(self) -> None:
        """Write in the one thing that is chosen."""
        focus = self._desk.scene.focus_item_id
        content = self._desk.content
        if self.acts.arrows() and not self.acts.items():
            self.acts.change_arrow()
        elif focus in content.notes and focus is not None:
            self.edit.edit_note(focus)
        elif focus in content.islands and focus is not None:
            self.edit.edit_title(focus)

    def new_note(self) -> None:
        """A key, then type at once: at the pointer, else in the middle of what is seen."""
        view = self._desk.view
        place = view.viewport().mapFromGlobal(QCursor.pos())
        if not view.underMouse() or not view.viewport().rect().contains(place):
            place = view.viewport().rect().center()
        spot: QPointF = view.mapToScene(place)
        self.edit.write_at(spot.x(), spot.y())

    def _action(self, key: int, ctrl: bool, shift: bool) -> Callable[[], None] | None:
        acts, view = self.acts, self._desk.view
        keys = Qt.Key
        if ctrl:
            with_ctrl: dict[int, Callable[[], None]] = {
                keys.Key_A: acts.choose_all,
                keys.Key_C: acts.copy_text,
                keys.Key_G: acts.dissolve if shift else acts.group,
            }
            return with_ctrl.get(key)
        if key == keys.Key_A and len(acts.items()) == 2:
            return acts.connect_chosen
        if key in _TOOL_KEYS:
            return lambda: self.set_tool(_TOOL_KEYS[key])
        chosen = self._desk.scene.chosen
        alone: dict[int, Callable[[], None]] = {
            keys.Key_F2: self.edit_focus,
            keys.Key_Return: self.edit_focus,
            keys.Key_Enter: self.edit_focus,
            keys.Key_Delete: acts.remove,
            keys.Key_N: self.new_note,
            keys.Key_T: acts.tidy,
            keys.Key_H: acts.hold,
            keys.Key_E: acts.fold,
            keys.Key_L: self.legend_toggled.emit,
            keys.Key_W: self.full_text_toggled.emit,
            keys.Key_Plus: lambda: view.zoom_step(1),
            keys.Key_Semicolon: lambda: view.zoom_step(1),
            keys.Key_Equal: lambda: view.zoom_step(1),
            keys.Key_Minus: lambda: view.zoom_step(-1),
            keys.Key_F: view.fit_all,
            keys.Key_Home: view.fit_all,
            keys.Key_Z: lambda: view.fit_items(chosen),
            keys.Key_O: self._fit_island,
            keys.Key_PageUp: lambda: view.pan(0, -view.viewport().height() * 0.8),
            keys.Key_PageDown: lambda: view.pan(0, view.viewport().height() * 0.8),
        }
        return alone.get(key)

    def _fit_island(self) -> None:
        """The island of what the keys mean."""
        focus, content = self._desk.scene.focus_item_id, self._desk.content
        if focus is not None and focus in content.boxes:
            island = focus if focus in content.islands else content.parent_of(focus)
            self._desk.view.fit_items(frozenset([island or focus]))

    def _on_direction(self, event: QKeyEvent, ctrl: bool, shift: bool) -> None:
        dx, dy = DIRECTIONS[event.key()]
        items = self.acts.items()
        if ctrl or not items:
            self._walk(dx, dy)
            return
        if self._desk.scene.full_text:
            return
        step = FINE_STEP if shift else STEP
        if self._nudge is None:
            self._nudge = NudgeNotes(self._desk, items)
        self._nudge.step(dx * step, dy * step, repeated=event.isAutoRepeat())

    def _walk(self, dx: int, dy: int) -> None:
        """To the nearest note or island in a direction; to the first one when none is chosen."""
        content = self._desk.content
        found = content.neighbour(self._desk.scene.focus_item_id, dx, dy)
        if found is not None:
            self._desk.scene.choose([found])
            self._desk.view.fly_to(found)
