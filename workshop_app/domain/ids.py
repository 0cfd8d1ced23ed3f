"""Identities: time-ordered for what people make, derived for what must be the same everywhere.

Entity ids are 16 bytes. A note's id is a UUIDv7 (RFC 9562); Python 3.11 has none of its own.
"""

from __future__ import annotations

import hashlib
import os
import uuid
from typing import NewType

EntityId = NewType("EntityId", bytes)
"""16 bytes naming one entity (note, workshop, device, island, agenda ...)."""

SessionId = NewType("SessionId", bytes)
"""16 random bytes naming one start of the program; never reused, so a cloned disk cannot forge one."""


def new_entity_id(wall_ms: int) -> EntityId:
    """Make a UUIDv7 from milliseconds since 1970 and 74 random bits.

    The time only keeps ids in rough order on disk; it never decides a merge.
    """
    stamp = max(0, wall_ms) & 0xFFFF_FFFF_FFFF
    raw = bytearray(stamp.to_bytes(6, "big") + os.urandom(10))
    raw[6] = 0x70 | (raw[6] & 0x0F)
    raw[8] = 0x80 | (raw[8] & 0x3F)
    return EntityId(bytes(raw))


def derived_entity_id(*parts: str) -> EntityId:
    """Make the id of something that two laptops must name alike without talking.

    Used for an agenda (by its own id), and for a workshop (agenda, ward, date), so that the two laptops of
    one ward's workshop meet in one entity. UUIDv8 over SHA-256 of the length-prefixed parts.
    """
    digest = hashlib.sha256(b"workshop_app.entity")
    for part in parts:
        raw = part.encode("utf-8")
        digest.update(len(raw).to_bytes(4, "big") + raw)
    out = bytearray(digest.digest()[:16])
    out[6] = 0x80 | (out[6] & 0x0F)
    out[8] = 0x80 | (out[8] & 0x3F)
    return EntityId(bytes(out))


def new_session_id() -> SessionId:
    """Make a session id."""
    return SessionId(os.urandom(16))


def format_id(entity_id: EntityId) -> str:
    """Write an entity id as the usual 36-character UUID text."""
    return str(uuid.UUID(bytes=bytes(entity_id)))


def parse_id(text: str) -> EntityId | None:
    """Read an id written by `format_id`; None when the text is no UUID."""
    try:
        return EntityId(uuid.UUID(text).bytes)
    except ValueError:
        return None
