"""Which laptops' notes were written on several machines: a copied laptop, or two laptops with one mark."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from workshop_app.storage import tables

_SEVERAL = func.count(tables.session.c.machine.distinct()) > 1


def copied_stations(connection: Connection) -> frozenset[str]:
    """The stations that wrote new notes of one workshop on more than one machine."""
    note, op, session = tables.note, tables.op, tables.session
    # Only laptops have a mark; the secretariat works on as many machines as it likes. A salvaged session has none.
    marked = session.c.station.in_(select(tables.device.c.label)) & (session.c.machine != "")
    suspects = select(session.c.station).where(marked).group_by(session.c.station).having(_SEVERAL)
    names = connection.execute(suspects).scalars().all()
    if not names:
        return frozenset()
    # Another workshop of the same ward may have another laptop; whoever edits a note need not be its laptop.
    written = (
        select(session.c.station)
        .join(op, op.c.session == session.c.session)
        .join(note, note.c.note_id == op.c.entity_id)
        .where(marked, session.c.station.in_(names), op.c.parents == b"")
        .group_by(session.c.station, note.c.workshop_id)
        .having(_SEVERAL)
    )
    return frozenset(connection.execute(written).scalars())
