"""Making a new workshop file: its agenda, its workshop and this laptop's device."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date as Date

from workshop_app.domain.agenda import Agenda
from workshop_app.domain.errors import InvalidInput
from workshop_app.domain.fold import TYPE_KEY
from workshop_app.domain.ids import EntityId, derived_entity_id
from workshop_app.domain.note import MAX_TABLE, EntityType
from workshop_app.domain.numbering import is_device_mark
from workshop_app.domain.op import JsonValue, OpKind
from workshop_app.services.ports import LocalContext, UnitOfWork, Workspace

MAX_VENUE_CHARS = 200
PRACTICE_TITLE = "練習用データ"
"""Title of a workshop held for practice; it travels with every merge, unlike what a file says of itself."""


@dataclass(frozen=True, slots=True)
class WorkshopSetup:
    """What a new file needs to know. `ward` is an id or a name of the agenda; `date` is ISO or None."""

    agenda: Agenda
    ward: str
    date: str | None = None
    venue: str = ""
    tables: int | None = None
    device_mark: str = "A"
    practice: bool = False


def check_setup(setup: WorkshopSetup) -> None:
    """Raise InvalidInput with a sentence when something cannot be used; called before a file is made."""
    try:
        setup.agenda.ward(setup.ward)
    except LookupError as problem:
        raise InvalidInput(str(problem.args[0])) from problem
    if setup.date is not None:
        try:
            valid = Date.fromisoformat(setup.date).isoformat() == setup.date
        except ValueError:
            valid = False
        if not valid:
            raise InvalidInput(f"開催日「{setup.date}」を読めません。2014-10-05 のように書いてください。")
    if not is_device_mark(setup.device_mark):
        raise InvalidInput(
            f"端末の記号「{setup.device_mark}」は使えません。A から Z の大文字 1〜2文字にしてください。"
        )
    if setup.tables is not None and not 1 <= setup.tables <= MAX_TABLE:
        raise InvalidInput(f"テーブルの数は 1 から {MAX_TABLE} までの数で書いてください。")
    if len(setup.venue) > MAX_VENUE_CHARS:
        raise InvalidInput(f"会場の名前は {MAX_VENUE_CHARS}文字までで書いてください。")


def prepare_workshop(workspace: Workspace, setup: WorkshopSetup) -> None:
    """Write agenda, workshop and device into a new, empty file, in one transaction."""
    check_setup(setup)
    agenda = setup.agenda
    ward = agenda.ward(setup.ward)
    workshop_id = derived_entity_id("workshop", agenda.agenda_id, ward.id, setup.date or "")
    workshop: dict[str, JsonValue] = {
        TYPE_KEY: str(EntityType.WORKSHOP),
        "agenda": agenda.agenda_id,
        "ward": ward.id,
        "title": PRACTICE_TITLE if setup.practice else "",
        "date": setup.date,
        "venue": setup.venue.strip() or None,
        "tables": setup.tables,
    }
    with workspace.transaction() as uow:
        add_agenda(uow, agenda)
        # What was not given is left unsaid: a None would clash with what the ward's other laptop knows.
        given = {key: value for key, value in workshop.items() if value is not None}
        uow.append(workshop_id, OpKind.SET, given, ())
        device_id = uow.new_id()
        station = f"{ward.name} 端末{setup.device_mark}"
        device = {
            TYPE_KEY: str(EntityType.DEVICE),
            "mark": setup.device_mark,
            "label": station,
            "workshop": bytes(workshop_id).hex(),
        }
        uow.set_local(LocalContext(workshop_id, device_id, setup.device_mark, station, setup.practice))
        uow.append(device_id, OpKind.SET, device, ())


def add_agenda(uow: UnitOfWork, agenda: Agenda) -> EntityId:
    """Put an agenda into a file; the same agenda made on two laptops is one entity."""
    entity_id = derived_entity_id("agenda", agenda.agenda_id)
    fields = {
        TYPE_KEY: str(EntityType.AGENDA),
        "agenda_id": agenda.agenda_id,
        "document": agenda.to_document(),
    }
    state = uow.state(entity_id)
    uow.append(entity_id, OpKind.SET, fields, state.head_ids if state else ())
    return entity_id


def holds_practice(workspace: Workspace) -> bool:
    """True for a practice file and for whatever one was merged into: paper and window have to say so."""
    titles = {workshop.title for workshop in workspace.workshops()}
    return workspace.local.practice or PRACTICE_TITLE in titles
