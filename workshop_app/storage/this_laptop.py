"""What a file knows of the laptop and of the start of the program that works on it."""

from __future__ import annotations

import hashlib
import platform
import time
import uuid

from workshop_app.domain.ids import new_session_id, parse_id
from workshop_app.services.ports import LocalContext, SessionRecord
from workshop_app.version import __version__


def local_context(values: dict[str, str]) -> LocalContext:
    """What the table `local` says of this file on this laptop."""
    return LocalContext(
        workshop_id=parse_id(values.get("workshop", "")),
        device_id=parse_id(values.get("device", "")),
        device_mark=values.get("device_mark", ""),
        station=values.get("station", ""),
        practice=values.get("practice", "") == "1",
    )


def session_record(now_ms: int, local: LocalContext) -> SessionRecord:
    """A new session of this start of the program: no clone can have it."""
    machine = hashlib.sha256(f"{platform.node()}|{uuid.getnode()}".encode()).hexdigest()[:16]
    return SessionRecord(
        new_session_id(), local.station or "事務局", machine, __version__, now_ms, time.strftime("%z")
    )
