"""What the commands answer: JSON documents, and the same in plain Japanese lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from workshop_app.domain.ids import EntityId, format_id
from workshop_app.services.merge import notes_words, source_document
from workshop_app.services.prepare import COUNT_LIMITS

if TYPE_CHECKING:
    from workshop_app.domain.note import Note, Workshop
    from workshop_app.services.merge import MergeReport, SourceReport
    from workshop_app.services.share import ShareReport
    from workshop_app.storage.database import Database

Document = dict[str, Any]


def import_lines(document: Document) -> str:
    """An import in words: what was read how, and every row left out with its reason."""
    columns = "、".join(f"{name}＝{heading}" for name, heading in document["columns"].items() if heading)
    done = (
        f"読み込めるのは {document['importable']}枚です（まだ何も書き込んでいません）。"
        if document["dry_run"]
        else f"{document['imported']}枚を読み込みました。"
    )
    lines = [f"「{document['source']}」（{document['encoding_label']}）{columns}", done]
    lines += [f"{row['row']}行目は入れていません: {row['reason']}" for row in document["skipped"]]
    lines += [_notice_line(notice) for notice in document["notices"]]
    return "\n".join(lines)


def _notice_line(notice: Document) -> str:
    rows = notice["rows"]
    where = "、".join(map(str, rows[:10])) + (" ほか" if len(rows) > 10 else "")
    return f"{notice['message']}（{where}行目）" if rows else str(notice["message"])


def workshop_document(database: Database, workshop: Workshop) -> Document:
    """A workshop as the JSON document of `workshop --json`; a count nobody has entered is null."""
    return {
        "id": format_id(workshop.workshop_id),
        "ward": database.agenda().ward(workshop.ward_id).name,
        "date": workshop.date,
        "venue": workshop.venue,
    } | {name: getattr(workshop, name) for name in COUNT_LIMITS}


def workshop_line(document: Document) -> str:
    """A workshop in one line."""
    counts = "、".join(
        f"{label} {'未入力' if document[name] is None else document[name]}"
        for name, (label, _, _) in COUNT_LIMITS.items()
    )
    return (
        f"{document['ward']}　{document['date'] or '日付なし'}　{document['venue'] or '会場名なし'}　{counts}"
    )


def note_documents(database: Database, notes: Sequence[Note]) -> list[Document]:
    """Notes as the JSON documents of `note add --json` and `list --json`."""
    wards, islands = _names(database)
    kinds = {kind.id: kind.name for kind in database.agenda().kinds}
    return [_note_document(note, wards, islands, kinds) for note in notes]


def _note_document(
    note: Note, wards: dict[bytes, str], islands: dict[bytes, str], kinds: dict[str, str]
) -> Document:
    return {
        "id": format_id(note.note_id),
        "number": note.number,
        "ward": wards.get(note.workshop_id or b"", ""),
        "workshop": format_id(note.workshop_id) if note.workshop_id else None,
        "table": note.table,
        "round": note.round,
        "theme": note.theme,
        "kind": kinds.get(note.kind or "", note.kind),
        "points": list(note.points),
        "text": note.text,
        "votes": note.votes,
        "island": islands.get(note.island_id or b""),
        "voided": note.voided,
        "void_reason": note.void_reason,
        "conflicts": list(note.conflicts),
        "updated": datetime.fromtimestamp(note.updated_ms / 1000, UTC).isoformat(timespec="milliseconds"),
    }


def _names(database: Database) -> tuple[dict[bytes, str], dict[bytes, str]]:
    agenda = database.agenda()
    known = {ward.id: ward.name for ward in agenda.wards}
    wards = {bytes(w.workshop_id): known.get(w.ward_id, w.ward_id) for w in database.workshops()}
    return wards, {bytes(island.island_id): island.title for island in database.islands()}


def _number_of(database: Database, entity_id: EntityId) -> str | None:
    note = database.note(entity_id)
    return note.number if note else None


def merge_document(report: MergeReport) -> Document:
    """A merge report as the JSON document of `merge --json`."""
    return {
        "target": str(report.target),
        "dry_run": report.dry_run,
        "sources": _source_documents(report.sources),
        "warnings": report.warnings,
        "notes": report.notes,
        "notes_voided": report.notes_voided,
        "open_conflicts": report.open_conflicts,
        "backup": str(report.backup) if report.backup else None,
        "receipt": report.receipt,
    }


def _source_documents(sources: Sequence[SourceReport]) -> list[Document]:
    return [{"path": str(source.path)} | source_document(source) for source in sources]


def _source_lines(sources: Sequence[SourceReport], dry_run: bool) -> list[str]:
    states = {"merged": "統合しました", "unchanged": "前と同じです", "refused": "入れていません"}
    if dry_run:
        states["merged"] = "統合できます（まだ何も書き込んでいません）"
    return [
        f"{source.path.name}\t{states[source.status]}\t新しい {source.added}\t変わった {source.updated}"
        f"\t取消 {source.voided}\t競合 {source.conflicts}"
        for source in sources
    ]


def merge_lines(report: MergeReport) -> str:
    """A merge in words: one line a file, then the sum."""
    lines = _source_lines(report.sources, report.dry_run)
    lines.append(
        f"付箋は全部で {notes_words(report.notes, report.notes_voided)}、決めることは {report.open_conflicts}件です。"
    )
    if report.backup:
        lines.append(f"統合の前の控え: {report.backup}")
    return "\n".join(lines)


def share_document(report: ShareReport) -> Document:
    """A publishing as the JSON document of `share --json`."""
    return {
        "folder": str(report.folder),
        "local": str(report.local),
        "generation": report.generation,
        "sources": _source_documents(report.sources),
        "notes": report.notes,
        "notes_voided": report.notes_voided,
        "open_conflicts": report.open_conflicts,
        "unseen_merged": report.unseen_merged,
        "published": report.published,
        "waiting": report.waiting,
        "lock": None if report.lock is None else asdict(report.lock),
        "warning": "\n".join(report.warnings) or None,
    }


def share_lines(report: ShareReport) -> str:
    """A publishing in words: the sources, what others had published, and where it stands."""
    if report.locked:
        return "まだ何も変えていません。"
    lines = _source_lines(report.sources, report.dry_run)
    lines.append(f"ほかで公開された世代を {report.unseen_merged}件 取り込みました。")
    lines.append(
        f"付箋は全部で {notes_words(report.notes, report.notes_voided)}、決めることは {report.open_conflicts}件です。"
    )
    if report.published:
        lines.append(f"世代 {report.generation} として公開し、読み直して確かめました。")
    elif report.waiting:
        lines.append("まだ公開していません。")
    else:
        lines.append("新しく公開するものはありません。")
    return "\n".join(lines)


def conflict_documents(database: Database) -> list[Document]:
    """Open conflicts as the JSON documents of `conflicts --json`."""
    return [
        {
            "id": conflict.conflict_id,
            "entity": format_id(conflict.entity_id),
            "type": conflict.entity_type,
            "number": _number_of(database, conflict.entity_id),
            "field": conflict.field,
            "before": conflict.before,
            "values": [
                {
                    "id": value.op_id.hex(),
                    "value": value.value,
                    "station": value.station,
                    "at_ms": value.at_ms,
                }
                for value in conflict.values
            ],
        }
        for conflict in database.conflicts()
    ]


def settled_document(database: Database, concerned: Iterable[EntityId]) -> Document:
    """What `resolve --json` answers: the notes it changed or made, by number, and what is left."""
    found = [note for note in map(database.note, concerned) if note is not None]
    notes = note_documents(database, sorted(found, key=lambda note: note.number))
    return {"notes": notes, "open_conflicts": len(database.conflicts())}


def settled_lines(document: Document) -> str:
    """The same in words."""
    lines = [f"{note['number']}\t{note['text']}" for note in document["notes"]]
    lines.append(f"決めました。残りは {document['open_conflicts']}件です。選ばなかった内容も履歴に残ります。")
    return "\n".join(lines)


def conflict_lines(found: Sequence[Document]) -> str:
    """Conflicts in words, each with all its wordings."""
    lines = [
        f"{c['number'] or c['type']} {c['field']}: "
        + " ／ ".join(f"{v['station']}「{v['value']}」" for v in c["values"])
        for c in found
    ]
    return "\n".join(lines) or "決めることは残っていません。"
