"""The building blocks every page is made of."""

from workshop_app.ui.widgets.buttons import DangerButton, PrimaryButton, SecondaryButton, TextButton
from workshop_app.ui.widgets.choice_buttons import KindButton, ThemeButton
from workshop_app.ui.widgets.combo_field import ComboField
from workshop_app.ui.widgets.dialog import Dialog
from workshop_app.ui.widgets.focus_ring import FocusRing, install_focus_ring
from workshop_app.ui.widgets.header import Header
from workshop_app.ui.widgets.line_field import LineField
from workshop_app.ui.widgets.messages import Banner, EmptyState, Toast
from workshop_app.ui.widgets.rail import Rail, RailEntry

__all__ = [
    "Banner",
    "ComboField",
    "DangerButton",
    "Dialog",
    "EmptyState",
    "FocusRing",
    "Header",
    "KindButton",
    "LineField",
    "PrimaryButton",
    "Rail",
    "RailEntry",
    "SecondaryButton",
    "TextButton",
    "ThemeButton",
    "Toast",
    "install_focus_ring",
]
