"""A font file with only the letters that are used, packed as WOFF, to be carried inside an SVG.

Glyphs keep their numbers; those not used become empty, so that no other table of the font has to change but the
character map. Tables that choose other glyphs (GSUB) or serve upright setting only are left out.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable

_KEPT = (b"OS/2", b"cvt ", b"fpgm", b"gasp", b"head", b"hhea", b"hmtx", b"maxp", b"name", b"post", b"prep")
_ARGS_ARE_WORDS, _HAS_SCALE, _MORE, _HAS_XY, _HAS_2X2 = 0x1, 0x8, 0x20, 0x40, 0x80


def subset_woff(font: bytes, text: Iterable[str]) -> bytes:
    """The TrueType font as WOFF with the glyphs of these characters; characters it lacks are left out."""
    tables = _tables(font)
    offsets = _glyph_offsets(tables)
    known = _character_map(tables[b"cmap"])
    wanted = {ord(char): known[ord(char)] for char in set(text) if ord(char) in known}
    glyphs = _with_parts({0, *wanted.values()}, tables[b"glyf"], offsets)
    glyf, loca = bytearray(), [0]
    for glyph in range(len(offsets) - 1):
        if glyph in glyphs:
            glyf += tables[b"glyf"][offsets[glyph] : offsets[glyph + 1]]
            glyf += b"\0" * (-len(glyf) % 4)
        loca.append(len(glyf))
    head = bytearray(tables[b"head"])
    struct.pack_into(">h", head, 50, 1)  # Long offsets in loca.
    kept = {tag: tables[tag] for tag in _KEPT if tag in tables}
    kept |= {
        b"head": bytes(head),
        b"glyf": bytes(glyf),
        b"loca": struct.pack(f">{len(loca)}L", *loca),
        b"cmap": _new_map(wanted),
    }
    return _woff(kept)


def _tables(font: bytes) -> dict[bytes, bytes]:
    (count,) = struct.unpack_from(">H", font, 4)
    found = {}
    for number in range(count):
        tag, _, offset, length = struct.unpack_from(">4sLLL", font, 12 + 16 * number)
        found[tag] = font[offset : offset + length]
    return found


def _glyph_offsets(tables: dict[bytes, bytes]) -> list[int]:
    (long,) = struct.unpack_from(">h", tables[b"head"], 50)
    loca = tables[b"loca"]
    if long:
        return list(struct.unpack(f">{len(loca) // 4}L", loca))
    return [2 * half for half in struct.unpack(f">{len(loca) // 2}H", loca)]


def _character_map(cmap: bytes) -> dict[int, int]:
    """Code point to glyph, from the map in groups (format 12) or else the one in segments (format 4)."""
    (count,) = struct.unpack_from(">H", cmap, 2)
    places = [struct.unpack_from(">HHL", cmap, 4 + 8 * number)[2] for number in range(count)]
    formats = {struct.unpack_from(">H", cmap, place)[0]: place for place in places}
    if 12 in formats:
        return _groups(cmap, formats[12])
    return _segments(cmap, formats[4])


def _groups(cmap: bytes, place: int) -> dict[int, int]:
    (count,) = struct.unpack_from(">L", cmap, place + 12)
    found = {}
    for number in range(count):
        first, last, glyph = struct.unpack_from(">LLL", cmap, place + 16 + 12 * number)
        found.update({code: glyph + code - first for code in range(first, last + 1)})
    return found


def _segments(cmap: bytes, place: int) -> dict[int, int]:
    double = struct.unpack_from(">H", cmap, place + 6)[0]
    ends, starts = place + 14, place + 16 + double
    found = {}
    for number in range(0, double, 2):
        (last,) = struct.unpack_from(">H", cmap, ends + number)
        (first,) = struct.unpack_from(">H", cmap, starts + number)
        (delta,) = struct.unpack_from(">h", cmap, starts + double + number)
        spot = starts + 2 * double + number
        (reach,) = struct.unpack_from(">H", cmap, spot)
        for code in range(first, min(last, 0xFFFE) + 1):
            glyph = code
            if reach:
                (glyph,) = struct.unpack_from(">H", cmap, spot + reach + 2 * (code - first))
            if glyph or not reach:
                found[code] = (glyph + delta) & 0xFFFF
    return found


def _with_parts(glyphs: set[int], glyf: bytes, offsets: list[int]) -> set[int]:
    """These glyphs and the ones that they are put together from."""
    found: set[int] = set()
    waiting = list(glyphs)
    while waiting:
        glyph = waiting.pop()
        if glyph in found:
            continue
        found.add(glyph)
        place = offsets[glyph]
        if offsets[glyph + 1] == place or struct.unpack_from(">h", glyf, place)[0] >= 0:
            continue
        place += 10
        flags = _MORE
        while flags & _MORE:
            flags, part = struct.unpack_from(">HH", glyf, place)
            waiting.append(part)
            place += 4 + (4 if flags & _ARGS_ARE_WORDS else 2)
            place += 2 if flags & _HAS_SCALE else 4 if flags & _HAS_XY else 8 if flags & _HAS_2X2 else 0
    return found


def _new_map(wanted: dict[int, int]) -> bytes:
    groups = b"".join(struct.pack(">LLL", code, code, wanted[code]) for code in sorted(wanted))
    body = struct.pack(">HHLLL", 12, 0, 16 + len(groups), 0, len(wanted)) + groups
    return struct.pack(">HHHHL", 0, 1, 3, 10, 12) + body


def _woff(tables: dict[bytes, bytes]) -> bytes:
    """WOFF 1.0: every table by itself, packed where that makes it smaller."""
    directory, body = bytearray(), bytearray()
    start = 44 + 20 * len(tables)
    whole = 12 + 16 * len(tables)
    for tag in sorted(tables):
        data = tables[tag]
        packed = zlib.compress(data, 9)
        packed = packed if len(packed) < len(data) else data
        directory += struct.pack(">4sLLLL", tag, start + len(body), len(packed), len(data), _checksum(data))
        body += packed + b"\0" * (-len(packed) % 4)
        whole += len(data) + -len(data) % 4
    length = start + len(body)
    header = struct.pack(
        ">4sLLHHLHHLLLLL", b"wOFF", 0x00010000, length, len(tables), 0, whole, 1, 0, 0, 0, 0, 0, 0
    )
    return header + bytes(directory) + bytes(body)


def _checksum(data: bytes) -> int:
    padded = data + b"\0" * (-len(data) % 4)
    return sum(struct.unpack(f">{len(padded) // 4}L", padded)) & 0xFFFFFFFF
