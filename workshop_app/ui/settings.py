"""What the person has chosen for the window, and the files used last. Nothing of a workshop is kept here.

One small JSON file in the program's own configuration folder. A broken or missing file means the defaults:
settings must never stand between a person and the opinions.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeGuard

from workshop_app.paths import user_config_dir

THEMES = ("light", "dark", "contrast")
TEXT_PERCENTS = (100, 115, 130, 150)
MOST_RECENT = 8
"""How many files are remembered."""

_FILE_NAME = "settings.json"
_MAX_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class RecentFile:
    """A file used lately: `title` names its laptop (東区 端末A), `notes` counts those not voided."""

    path: Path
    title: str = ""
    notes: int = 0
    saved_at_ms: int = 0


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings. `recent` is newest first."""

    theme: str = "light"
    text_percent: int = 100
    recent: tuple[RecentFile, ...] = ()
    shared_folder: Path | None = None
    """The shared folder that was published in last."""


_DEFAULTS = Settings()


def load_settings() -> Settings:
    """The stored settings; what is missing, broken or not known is the default."""
    try:
        path = _settings_path()
        if path.stat().st_size > _MAX_BYTES:
            return _DEFAULTS
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return _DEFAULTS
    if not isinstance(document, dict):
        return _DEFAULTS
    theme, percent, recent = document.get("theme"), document.get("text_percent"), document.get("recent")
    folder = document.get("shared_folder")
    files = [_recent_from(row) for row in recent] if isinstance(recent, list) else []
    return Settings(
        theme if theme in THEMES else _DEFAULTS.theme,
        percent if type(percent) is int and percent in TEXT_PERCENTS else _DEFAULTS.text_percent,
        tuple(file for file in files if file is not None)[:MOST_RECENT],
        Path(folder) if _is_path(folder) else None,
    )


def save_settings(settings: Settings) -> bool:
    """Put the settings in place in one step; False when the disk refuses, and the old ones stay."""
    document = {
        "theme": settings.theme,
        "text_percent": settings.text_percent,
        "recent": [
            {
                "path": str(file.path),
                "title": file.title,
                "notes": file.notes,
                "saved_at_ms": file.saved_at_ms,
            }
            for file in settings.recent[:MOST_RECENT]
        ],
        "shared_folder": None if settings.shared_folder is None else str(settings.shared_folder),
    }
    # A file name that is no valid Unicode (possible on Linux) must not cost the other settings.
    text = json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace")
    partial: Path | None = None
    try:
        path = _settings_path()
        partial = path.with_name(f".{_FILE_NAME}.{secrets.token_hex(4)}.part")
        with partial.open("xb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    except OSError:
        return False
    finally:
        if partial is not None:
            with contextlib.suppress(OSError):
                partial.unlink(missing_ok=True)
    return True


def remember_file(file: RecentFile) -> Settings:
    """Put a file at the front of the recent ones and store that; returns the settings now in force."""
    settings = load_settings()
    others = tuple(known for known in settings.recent if known.path != file.path)
    changed = replace(settings, recent=(file, *others)[:MOST_RECENT])
    save_settings(changed)
    return changed


def remember_shared_folder(folder: Path) -> None:
    """Store where was published last."""
    save_settings(replace(load_settings(), shared_folder=folder))


def _settings_path() -> Path:
    return user_config_dir() / _FILE_NAME


def _recent_from(row: Any) -> RecentFile | None:
    if not isinstance(row, Mapping):
        return None
    path, title = row.get("path"), row.get("title", "")
    if not _is_path(path) or not isinstance(title, str):
        return None
    return RecentFile(Path(path), title, _count(row.get("notes")), _count(row.get("saved_at_ms")))


def _is_path(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and bool(value) and "\0" not in value


def _count(value: object) -> int:
    # Ten digits more than any clock or count needs would overflow the date functions of Qt.
    return value if type(value) is int and 0 <= value < 10**15 else 0
