"""One edit (op): an immutable row named by its own content.

`op_id` is a 6-byte big-endian millisecond prefix (for locality on disk) and the first 26 bytes of SHA-256
over a domain tag and the length-prefixed content. Same id means same bytes, so the union of two files is
`INSERT OR IGNORE` whatever the order.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NewType

from workshop_app.domain.clock import stamp_ms
from workshop_app.domain.ids import EntityId, SessionId

OpId = NewType("OpId", bytes)
"""32 bytes: time prefix and content hash."""

OP_ID_BYTES = 32
_PREFIX_BYTES = 6
_TAG = b"workshop_app.op.1"

_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _no_float(text: str) -> None:
    raise ValueError(f"not allowed in a payload: {text}")


_DECODER = json.JSONDecoder(parse_float=_no_float, parse_constant=_no_float)

JsonValue = Any
"""None, bool, int, str, list or dict of these; never a float (see `canonical_json`)."""


class OpKind(StrEnum):
    """What an op does. A kind this version does not know is kept and merged, and ignored by the fold."""

    SET = "set"
    VOID = "void"
    RESTORE = "restore"
    REDACT = "redact"


@dataclass(frozen=True, slots=True)
class Op:
    """One edit of one entity; `payload` is canonical JSON text, `parents` the ops it saw and replaces."""

    op_id: OpId
    entity_id: EntityId
    kind: str
    payload: str
    parents: tuple[OpId, ...]
    hlc: int
    session: SessionId
    seq: int

    def fields(self) -> dict[str, JsonValue]:
        """The payload as a dictionary, unknown keys included."""
        value = json.loads(self.payload)
        return value if isinstance(value, dict) else {}


def canonical_json(value: Mapping[str, JsonValue]) -> str:
    """Write a payload so that equal content is equal text: sorted keys, no spaces, no floats.

    Raises TypeError for a float or another type JSON does not have, UnicodeEncodeError for a lone surrogate.
    """
    _check(value)
    text = _ENCODER.encode(value)
    text.encode("utf-8")
    return text


def canonical_fields(text: str) -> dict[str, JsonValue] | None:
    """The fields of a payload that is canonical JSON of an object, else None; made for a million of them."""
    try:
        value = _DECODER.decode(text)
        return value if isinstance(value, dict) and _ENCODER.encode(value) == text else None
    except (ValueError, RecursionError):
        return None


def _check(value: JsonValue) -> None:
    if isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str):
                raise TypeError("payload keys are text")
            _check(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _check(item)
    elif isinstance(value, float) or not (value is None or isinstance(value, bool | int | str)):
        raise TypeError(f"not allowed in a payload: {type(value).__name__}")


def compute_op_id(
    entity_id: EntityId,
    kind: str,
    payload: str,
    parents: Iterable[OpId],
    hlc: int,
    session: SessionId,
    seq: int,
) -> OpId:
    """The id that the given content must have."""
    content = [_TAG]
    for part in (
        entity_id,
        kind.encode(),
        payload.encode(),
        b"".join(parents),
        hlc.to_bytes(8, "big", signed=True),
        session,
        seq.to_bytes(8, "big", signed=True),
    ):
        content += (len(part).to_bytes(4, "big"), part)
    prefix = (stamp_ms(hlc) & 0xFFFF_FFFF_FFFF).to_bytes(6, "big")
    return OpId(prefix + hashlib.sha256(b"".join(content)).digest()[:26])


def make_op(
    entity_id: EntityId,
    kind: str,
    fields: Mapping[str, JsonValue],
    parents: Iterable[OpId],
    hlc: int,
    session: SessionId,
    seq: int,
) -> Op:
    """Build an op with its id; parents are sorted and made unique so that equal edits are equal bytes."""
    payload = canonical_json(fields)
    ordered = tuple(sorted(set(parents)))
    op_id = compute_op_id(entity_id, kind, payload, ordered, hlc, session, seq)
    return Op(op_id, entity_id, kind, payload, ordered, hlc, session, seq)


def join_parents(parents: Iterable[OpId]) -> bytes:
    """Parents as stored: 32-byte ids one after the other."""
    return b"".join(parents)


def split_parents(raw: bytes) -> tuple[OpId, ...]:
    """Undo `join_parents`; raises ValueError when the length is not a multiple of 32."""
    if len(raw) % OP_ID_BYTES:
        raise ValueError("parents must be a multiple of 32 bytes")
    return tuple(OpId(raw[i : i + OP_ID_BYTES]) for i in range(0, len(raw), OP_ID_BYTES))


def chain_next(previous: bytes, op_id: OpId) -> bytes:
    """Next value of a session's hash chain, by which a clone or a restored backup can be told."""
    return hashlib.sha256(previous + op_id).digest()


@dataclass(slots=True)
class OpSet:
    """Count and digest of a set of ops, kept without keeping the set.

    The digest is the exclusive or of the hashes in all ids: order does not matter and one op can be added at a
    time. It tells a torn or trimmed copy; it is no defence against somebody who recomputes it.
    """

    count: int = 0
    mixed: int = 0

    def add(self, op_id: OpId) -> None:
        """Count one more op in; the caller knows that it was not in the set."""
        self.count += 1
        self.mixed ^= int.from_bytes(op_id[_PREFIX_BYTES:], "big")

    def manifest(self) -> str:
        """As stored: count, colon, 52 hexadecimal digits."""
        return f"{self.count}:{self.mixed:052x}"

    @classmethod
    def from_manifest(cls, text: str) -> OpSet:
        """Undo `manifest`; '' is the empty set."""
        count, _, mixed = text.partition(":")
        return cls(int(count or 0), int(mixed or "0", 16))
