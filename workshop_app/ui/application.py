"""The one QApplication, dressed in our theme."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication

from workshop_app.ui.garbage import GarbageCollector
from workshop_app.ui.settings import load_settings
from workshop_app.ui.theme import apply_look, load_look
from workshop_app.ui.widgets import install_focus_ring
from workshop_app.version import __version__


def prepare_application() -> QApplication:
    """The application, made when there is none yet; a second call changes nothing."""
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication(["workshop-app"])
    if not application.property("workshop_app_prepared"):
        application.setProperty("workshop_app_prepared", True)
        application.setApplicationName("workshop_app")
        application.setApplicationDisplayName(application.tr("市民ワークショップ意見集約"))
        application.setApplicationVersion(__version__)
        settings = load_settings()
        apply_look(application, load_look(settings.theme, settings.text_percent))
        install_focus_ring(application)
        GarbageCollector(application)
    return application
