"""Taking a value out of the op log for good, on request: the one exception to "rows are never updated".

A redaction is an edit like any other and travels with every merge; wherever it arrives, the values it names are
written over. The row, its id and everything else in it stay, so the union of ids is untouched.
"""

from __future__ import annotations

import json

from sqlalchemy import Connection

from workshop_app.domain.fold import REDACTABLE, redacted_names
from workshop_app.domain.op import OpKind, canonical_json, split_parents
from workshop_app.storage.engine import driver

_TARGET = "SELECT payload FROM main.op WHERE op_id = ? AND entity_id = ? AND kind IN (?, ?)"
"""An entity's redactions take values out of its own edits only: no file may blank what it does not speak of."""


def reapply(connection: Connection, among: str, values: tuple[object, ...] = ()) -> None:
    """Write over what the redactions of some entities name; the caller holds the transaction.

    `among` is a table, or a query with `values`, of the `entity_id`s whose edits came together only now: a
    merge may bring the named edit after its redaction.
    """
    raw = driver(connection)
    rows = raw.execute(
        f"SELECT o.entity_id, o.payload, o.parents FROM {among} a CROSS JOIN main.op o USING (entity_id)"
        " WHERE o.kind = ?",
        (*values, str(OpKind.REDACT)),
    ).fetchall()
    for owner, redaction, parents in rows:
        names = redacted_names(json.loads(redaction))
        for target in split_parents(parents):
            row = raw.execute(_TARGET, (target, owner, *REDACTABLE)).fetchone()
            if row is None:
                continue
            payload = json.loads(row[0])
            masked = {key: None if key in names else value for key, value in payload.items()}
            if masked != payload:
                raw.execute(
                    "UPDATE main.op SET payload = ? WHERE op_id = ?", (canonical_json(masked), target)
                )


def clear_left_out(connection: Connection) -> None:
    """Take the content of a left-out record away when a redaction names it; its id and reason stay counted."""
    raw = driver(connection)
    kept = {row[0] for row in raw.execute("SELECT op_id FROM main.quarantine WHERE op_id IS NOT NULL")}
    if kept:
        rows = raw.execute("SELECT parents FROM main.op WHERE kind = ?", (str(OpKind.REDACT),)).fetchall()
        named = kept & {target for (parents,) in rows for target in split_parents(parents)}
        raw.executemany(
            "UPDATE main.quarantine SET raw = '' WHERE op_id = ?", [(target,) for target in named]
        )
