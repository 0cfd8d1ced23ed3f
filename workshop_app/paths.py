"""Where things lie. The only code that knows the three layouts: source tree, wheel, frozen program."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_HOME_VARIABLE = "WORKSHOP_APP_HOME"
"""Set it to keep everything the program writes by itself under one folder (tests, a portable stick)."""
_APP_FOLDER = "workshop_app"


def _data_root() -> Path:
    frozen = getattr(sys, "_MEIPASS", None)
    package = Path(frozen) / "workshop_app" if frozen else Path(__file__).resolve().parent
    installed = package / "_data"
    return installed if installed.is_dir() else package.parent


def resource(*parts: str) -> Path:
    """A file or folder under resources/."""
    return _data_root().joinpath("resources", *parts)


def db_dir() -> Path:
    """The folder db/ with migrations and schema."""
    return _data_root() / "db"


def user_data_dir() -> Path:
    """The program's own data (practice file, logs); made when missing."""
    return _own_folder("data", "user_data_path")


def user_config_dir() -> Path:
    """The settings; made when missing."""
    return _own_folder("config", "user_config_path")


def user_documents_dir() -> Path:
    """Where a new workshop file is offered to lie."""
    home = os.environ.get(_HOME_VARIABLE)
    if home:
        folder = Path(home) / "documents"
        folder.mkdir(parents=True, exist_ok=True)
        return folder
    import platformdirs

    return platformdirs.user_documents_path()


def _own_folder(name: str, function: str) -> Path:
    home = os.environ.get(_HOME_VARIABLE)
    if home:
        folder = Path(home) / name
    else:
        import platformdirs

        folder = getattr(platformdirs, function)(_APP_FOLDER, appauthor=False)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
