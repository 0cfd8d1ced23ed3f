"""What is kept of every merge in the file that took others in."""

from __future__ import annotations

import json

from sqlalchemy import Connection, func, insert, select

from workshop_app.services.ports import MergeRecord
from workshop_app.storage import tables
from workshop_app.storage.unit_of_work import read_local

RECEIPT_NUMBER = "receipt_number"
"""Local value: the last number of a receipt given before a merge was taken back; no number is given twice."""


def write_merge(connection: Connection, record: MergeRecord, manifest_after: str) -> None:
    """Write down one merge, its files and what was left out of them; in the transaction of the union."""
    last = connection.execute(select(func.max(tables.merge_run.c.run_id))).scalar() or 0
    run_id = max(last, int(read_local(connection).get(RECEIPT_NUMBER, "0"))) + 1
    receipt = record.receipt(run_id, manifest_after)
    connection.execute(
        insert(tables.merge_run).values(
            run_id=run_id,
            at_ms=record.at_ms,
            app_version=record.app_version,
            backup=record.backup,
            manifest_after=manifest_after,
            receipt=json.dumps(receipt, ensure_ascii=False, sort_keys=True),
        )
    )
    for source in record.sources:
        file = source.file
        # The same bytes under two names are one source; the first brought what was new.
        connection.execute(
            insert(tables.merge_source)
            .prefix_with("OR IGNORE")
            .values(
                run_id=run_id,
                sha256=file.sha256,
                file_name=file.file_name,
                rows_in=file.rows_in,
                rows_new=source.rows_new,
                notes=file.notes,
            )
        )
        for serial, item in enumerate(file.quarantined, 1):
            connection.execute(
                insert(tables.quarantine)
                .prefix_with("OR IGNORE")
                .values(
                    sha256=file.sha256,
                    serial=serial,
                    op_id=bytes.fromhex(item.op_id) or None,
                    reason=item.reason,
                    raw=item.raw,
                )
            )
