"""Making a new workshop file (its agenda, its workshop, this laptop's device), and describing the workshop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date as Date

from workshop_app.domain.agenda import Agenda
from workshop_app.domain.changes import Changes
from workshop_app.domain.errors import InvalidInput
from workshop_app.domain.fold import TYPE_KEY
from workshop_app.domain.ids import EntityId, derived_entity_id
from workshop_app.domain.note import MAX_TABLE, PRACTICE_TITLE, EntityType, Workshop
from workshop_app.domain.numbering import is_device_mark
from workshop_app.domain.op import JsonValue, OpKind
from workshop_app.domain.text import clean_text
from workshop_app.services.edits import append_changes
from workshop_app.services.ports import LocalContext, UnitOfWork, Workspace

MAX_VENUE_CHARS = 200
FIRST_YEAR, LAST_YEAR = 1989, 2099
"""Any other year of a workshop is a slip of the finger; 平成 began in 1989."""
COUNT_LIMITS: Mapping[str, tuple[str, int, int]] = {
    "participants": ("参加者数", 0, 9_999),
    "observers": ("傍聴者数", 0, 9_999),
    "voters": ("投票者数", 0, 9_999),
    "votes_per_person": ("1人の持ち票", 1, 99),
    "tables": ("テーブルの数", 1, MAX_TABLE),
}
"""Name, least and greatest value of every count of a workshop; the keys are the payload keys in the log."""


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
        if not FIRST_YEAR <= int(setup.date[:4]) <= LAST_YEAR:
            raise InvalidInput(
                f"開催日「{setup.date}」の年を確かめてください。ファイルは作っていません。"
                f"{FIRST_YEAR}年から {LAST_YEAR}年までの日を書いてください。"
            )
    if not is_device_mark(setup.device_mark):
        raise InvalidInput(
            f"端末の記号「{setup.device_mark}」は使えません。A から Z の大文字 1〜2文字にしてください。"
        )
    if setup.tables is not None:
        _check_count("tables", setup.tables)
    _check_venue(setup.venue)


def _check_count(key: str, value: JsonValue) -> None:
    name, low, high = COUNT_LIMITS[key]
    if type(value) is not int or not low <= value <= high:
        raise InvalidInput(
            f"{name}は {low} から {high:,} までの数で書いてください。今のデータは変わっていません。"
        )


def _check_venue(venue: str) -> None:
    if len(venue) > MAX_VENUE_CHARS:
        raise InvalidInput(
            f"会場の名前は {MAX_VENUE_CHARS}文字までで書いてください。今のデータは変わっていません。"
        )


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


def this_workshop(workspace: Workspace) -> Workshop:
    """The workshop this file records; raises InvalidInput for a merged file, which has several."""
    wanted = workspace.local.workshop_id
    found = next((w for w in workspace.workshops() if w.workshop_id == wanted), None)
    if found is None:
        raise InvalidInput(
            "このファイルは統合用で、会場が決まっていません。今のデータは変わっていません。"
            "各会場のファイルに書いて、統合してください。"
        )
    return found


def describe_workshop(workspace: Workspace, fields: Mapping[str, JsonValue]) -> Changes:
    """Set counts (see COUNT_LIMITS) and the `venue` of this file's workshop, all in one edit.

    What already has the value is left alone. Raises InvalidInput and StorageUnavailable; then nothing was
    written.
    """
    checked = dict(fields)
    for key in checked:
        if key != "venue":
            _check_count(key, checked[key])
    if "venue" in checked:
        checked["venue"] = clean_text(str(checked["venue"])).text
        _check_venue(checked["venue"])
    workshop_id = this_workshop(workspace).workshop_id
    with workspace.transaction() as uow:
        state = uow.state(workshop_id)
        assert state is not None
        append_changes(uow, state, checked)
        return uow.changes


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
