"""Files from outside: what is hostile, torn or damaged is refused with its reason, or salvaged with a count."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from workshop_app.bootstrap import create_database, load_agenda, merge_files
from workshop_app.domain.errors import WorkshopError
from workshop_app.domain.ids import new_entity_id, new_session_id
from workshop_app.domain.note import NoteDraft
from workshop_app.domain.op import OpSet, canonical_json, compute_op_id
from workshop_app.services import record
from workshop_app.services.merge import MergeReport
from workshop_app.services.ports import VerifiedFile
from workshop_app.services.prepare import WorkshopSetup
from workshop_app.storage.database import Database
from workshop_app.storage.foreign_file import (
    Question,
    in_own_process,
    in_this_process,
    private_folder,
    verify_file,
)
from workshop_app.worker_process import Answer, Step

resource = pytest.importorskip("resource", reason="memory is asked of the system as on POSIX")

Change = Callable[[sqlite3.Connection], object]


@pytest.fixture
def laptop(tmp_path: Path) -> Path:
    path = tmp_path / "南区 第1回_A.wsdb"
    create_database(path, WorkshopSetup(load_agenda(None), "南区", "2014-10-05"))
    with closing(Database.open(path)) as database:
        record.add_notes(database, [NoteDraft(f"意見その{n}", "T1", table=n % 4 + 1) for n in range(60)])
    return path


def change(path: Path, what: Change) -> None:
    with closing(sqlite3.connect(path)) as raw:
        what(raw)
        raw.commit()


def merge_one(path: Path, *, salvage: bool = False, own_process: bool = False) -> tuple[MergeReport, Path]:
    target = path.parent / "統合.wsdb"
    reader = in_own_process if own_process else in_this_process
    return merge_files(target, [path], salvage=salvage, reader=reader), target


def refusal(path: Path) -> str:
    before = path.read_bytes()
    report, target = merge_one(path)
    assert report.sources[0].status == "refused"
    assert not target.exists()
    assert path.read_bytes() == before
    return report.sources[0].reason or ""


def texts(path: Path) -> set[str]:
    with closing(Database.open(path)) as database:
        return {note.text for note in database.notes()}


# --- scenario 16: schemas made to hurt -------------------------------------------------------------------------


def endless_view(raw: sqlite3.Connection) -> None:
    raw.executescript(
        "ALTER TABLE op RENAME TO hidden;"
        "CREATE VIEW op AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
        " SELECT zeroblob(32) AS op_id, zeroblob(16) AS entity_id, 'set' AS kind, '{}' AS payload,"
        " x'' AS parents, i AS hlc, zeroblob(16) AS session, i AS seq FROM n"
    )


def giant_column(raw: sqlite3.Connection) -> None:
    raw.execute("ALTER TABLE op ADD COLUMN big TEXT AS (printf('%.*c', 1000000000, 'x'))")


def deleting_trigger(raw: sqlite3.Connection) -> None:
    raw.execute("CREATE TRIGGER gone AFTER INSERT ON note BEGIN DELETE FROM note; END")


def search_table(raw: sqlite3.Connection) -> None:
    raw.execute("CREATE VIRTUAL TABLE words USING fts5(text)")


def one_more_index(raw: sqlite3.Connection) -> None:
    raw.execute("CREATE INDEX costly ON op (hex(payload))")


@pytest.mark.parametrize(
    "attack", [endless_view, giant_column, deleting_trigger, search_table, one_more_index]
)
def test_scenario_16_hostile_schema_refused_quickly_with_little_memory(laptop: Path, attack: Change) -> None:
    change(laptop, attack)
    start, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    report, target = merge_one(laptop, own_process=True)
    assert "表の形が本アプリのものと違います" in (report.sources[0].reason or "")
    assert not target.exists()
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < max(before, 500_000)
    # Not a measurement: an endless view would take for ever.
    assert time.monotonic() - start < 30


# --- records altered, missing or unfit ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (
            "UPDATE op SET payload = replace(payload, 'その7\"', 'その8\"') WHERE payload LIKE '%その7\"%'",
            "書き換わって",
        ),
        ("UPDATE op SET hlc = hlc + 1 WHERE rowid = 9", "書き換わって"),
        ("UPDATE op SET entity_id = zeroblob(15) WHERE rowid = 9", "書き換わって"),
        ("UPDATE op SET parents = x'00' WHERE rowid = 9", "書き換わって"),
        ("DELETE FROM op WHERE rowid = 9", "なくなって"),
        ("DELETE FROM op WHERE rowid = (SELECT max(rowid) FROM op)", "なくなって"),
        ("UPDATE session SET op_count = op_count - 1", "なくなって"),
        ("UPDATE session SET chain_head = zeroblob(32)", "なくなって"),
        ("DELETE FROM session", "なくなって"),
        ("UPDATE session SET station = char(1)", "書き換わって"),
    ],
)
def test_foreign_altered_records_refused(laptop: Path, statement: str, words: str) -> None:
    change(laptop, lambda raw: raw.execute(statement))
    assert words in refusal(laptop)


def test_foreign_uncommitted_copy_refused(laptop: Path, tmp_path: Path) -> None:
    """A copy taken while the program writes, without the journal: SQLite itself finds nothing wrong with it."""
    torn = tmp_path / "写し.wsdb"
    with closing(sqlite3.connect(laptop, isolation_level=None)) as raw:
        raw.execute("PRAGMA cache_size = 5")
        raw.execute("BEGIN")
        raw.execute("UPDATE op SET payload = replace(payload, '意見', '異見')")
        shutil.copy(laptop, torn)
        assert (tmp_path / f"{laptop.name}-journal").stat().st_size > 0
        raw.execute("ROLLBACK")
    assert refusal(torn)


def add_raw_op(path: Path, fields: dict[str, object], *, payload: str | None = None) -> None:
    """An edit with the right id and the right manifest, but with content that this program would not write."""
    entity, session = new_entity_id(1), new_session_id()
    text = canonical_json(fields) if payload is None else payload
    op_id = compute_op_id(entity, "set", text, (), 1 << 16, session, 1)
    with closing(sqlite3.connect(path)) as raw:
        raw.execute(
            "INSERT INTO op VALUES (?, ?, 'set', ?, x'', ?, ?, 1)", (op_id, entity, text, 1 << 16, session)
        )
        raw.execute("INSERT INTO session VALUES (?, '悪い端末', 'm', '0', 0, '', 1, x'')", (session,))
        known = OpSet()
        for (each,) in raw.execute("SELECT op_id FROM op"):
            known.add(each)
        raw.execute("UPDATE local SET value = ? WHERE key = 'manifest'", (known.manifest(),))
        raw.commit()


@pytest.mark.parametrize(
    ("fields", "payload", "reason"),
    [
        ({"type": "note", "text": "a\0b"}, None, "制御文字"),
        ({"type": "note", "text": "x" * 10_001}, None, "10,000文字"),
        ({"type": "note", "text": "\uffff"}, None, "制御文字"),
        ({}, '{"text":1.5,"type":"note"}', "書き方"),
        ({}, '{"type":"note","text":"順番が違う"}', "書き方"),
        ({}, '{"text":"一","text":"二","type":"note"}', "書き方"),
        ({}, '{"text":NaN}', "書き方"),
        ({}, "[]", "書き方"),
    ],
)
def test_foreign_unfit_record_left_out_and_counted(
    laptop: Path, fields: dict[str, object], payload: str | None, reason: str
) -> None:
    add_raw_op(laptop, fields, payload=payload)
    report, target = merge_one(laptop)
    source = report.sources[0]
    assert source.status == "merged"
    assert source.quarantined == 1
    assert source.rows_in == source.rows_new + source.rows_known + source.quarantined
    assert source.added == 60
    assert any("1件の記録は読めないため入れていません" in words for words in source.warnings)
    with closing(sqlite3.connect(target)) as raw:
        ((why, kept),) = raw.execute("SELECT reason, raw FROM quarantine").fetchall()
    assert reason in why
    assert kept.startswith(("{", "["))
    again, _ = merge_one(laptop)
    assert again.sources[0].status == "unchanged"


def test_foreign_odd_but_legal_texts_kept_verbatim(laptop: Path) -> None:
    odd = [
        "👨‍👩‍👧‍👦",
        "\ufffd",
        "が",
        "か\u3099",
        "=cmd|' /C calc'!A0",
        "葛\U000e0100飾",
        "あ" * 10_000,
        "a\tb\nc",
        '"\\',
    ]
    with closing(Database.open(laptop)) as database:
        record.add_notes(database, [NoteDraft(text) for text in odd])
    report, target = merge_one(laptop)
    assert report.sources[0].quarantined == 0
    assert set(odd) <= texts(target)


# --- whose side files they are -----------------------------------------------------------------------------------


def test_scenario_18_journal_beside_it_never_replayed(laptop: Path, tmp_path: Path) -> None:
    bystander = tmp_path / "大事な文書.txt"
    bystander.write_text("消えてはいけない", encoding="utf-8")
    journal = laptop.with_name(laptop.name + "-journal")
    # A journal with a master name: an SQLite that recovers it may delete the file it names.
    name = str(bystander).encode()
    tail = name + len(name).to_bytes(4, "big") + (sum(name) & 0xFFFFFFFF).to_bytes(4, "big")
    journal.write_bytes(bytes(512) + tail + bytes.fromhex("d9d505f920a163d7"))
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    assert "書き込みの途中で写されています" in refusal(laptop)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before


def test_scenario_17_file_without_its_wal_refused_with_the_way_out(laptop: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(laptop)) as raw:
        assert raw.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",)
        raw.execute("UPDATE note SET votes = 3")
        raw.commit()
        copy = tmp_path / "写し.wsdb"
        shutil.copy(laptop, copy)
    assert "開いたまま写された" in refusal(copy)


def test_foreign_file_still_being_written_refused(laptop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = Path.open

    def growing(self: Path, *args: object, **kwargs: object) -> object:
        if self == laptop:
            with original(self, "ab") as file:
                file.write(b"more")
        return original(self, *args, **kwargs)  # type: ignore[arg-type, call-overload]

    monkeypatch.setattr(Path, "open", growing)
    report, target = merge_one(laptop)
    assert "まだ書き込まれている途中" in (report.sources[0].reason or "")
    assert not target.exists()


@pytest.mark.skipif(os.name != "posix", reason="links and pipes as on POSIX")
def test_foreign_link_and_pipe_refused(laptop: Path, tmp_path: Path) -> None:
    link, pipe = tmp_path / "つながり.wsdb", tmp_path / "管.wsdb"
    link.symlink_to(laptop)
    os.mkfifo(pipe)
    for path in (link, pipe):
        report, _ = merge_one(path)
        assert "普通のファイルではありません" in (report.sources[0].reason or "")


# --- a reader that dies or never ends ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "words"),
    [("damaged", "壊れていて"), ("memory", "記憶"), ("time", "決めた時間"), ("start", "準備が")],
)
def test_foreign_reader_gone_is_a_refusal(laptop: Path, tmp_path: Path, code: str, words: str) -> None:
    def gone(question: Question, step: Step) -> Answer:
        return {"refused": code}

    with pytest.raises(WorkshopError, match=words):
        verify_file(laptop, tmp_path, reader=gone)


def test_foreign_original_is_not_touched_and_the_copy_is_gone(laptop: Path) -> None:
    before, stamp = laptop.read_bytes(), laptop.stat().st_mtime_ns
    with private_folder() as folder:
        file: VerifiedFile = verify_file(laptop, folder)
        assert file.copy.exists()
        assert file.copy.stat().st_mode & 0o777 == 0o400
        assert folder.stat().st_mode & 0o777 == 0o700
    assert not file.copy.exists()
    assert (laptop.read_bytes(), laptop.stat().st_mtime_ns) == (before, stamp)


# --- scenario 15: truncations and flips ------------------------------------------------------------------------------


def damaged_copies(raw: bytes, seed: int, count: int) -> Iterator[bytes]:
    chance = random.Random(seed)
    for _ in range(count):
        place = chance.randrange(len(raw))
        if chance.random() < 0.2:
            yield raw[:place]
        else:
            yield raw[:place] + bytes([raw[place] ^ 1 << chance.randrange(8)]) + raw[place + 1 :]


def test_scenario_15_damaged_files_refused_or_whole(laptop: Path, tmp_path: Path) -> None:
    with closing(Database.open(laptop)) as database:
        truth = {(op.op_id, op.payload) for op in database.all_ops()}
    raw = laptop.read_bytes()
    broken = tmp_path / "broken.wsdb"
    refused = 0
    for content in damaged_copies(raw, 2014, 150):
        broken.write_bytes(content)
        with private_folder() as folder:
            try:
                file = verify_file(broken, folder, reader=in_this_process)
            except WorkshopError:
                refused += 1
                continue
            with closing(sqlite3.connect(f"file:{file.copy}?immutable=1", uri=True)) as copy:
                assert set(copy.execute("SELECT op_id, payload FROM op").fetchall()) == truth
    assert refused > 40


# --- salvage ---------------------------------------------------------------------------------------------------------


def test_salvage_only_when_asked(laptop: Path) -> None:
    laptop.write_bytes(laptop.read_bytes()[:-4096])
    report, _ = merge_one(laptop)
    assert report.sources[0].status == "refused"
    assert report.sources[0].salvageable
    again, target = merge_one(laptop, salvage=True, own_process=True)
    source = again.sources[0]
    assert source.status == "merged"
    assert source.salvaged
    assert 0 < source.added <= 60
    assert source.rows_in == source.rows_new + source.quarantined
    assert texts(target) <= {f"意見その{n}" for n in range(60)}


def test_salvage_takes_every_record_off_the_damaged_page(laptop: Path) -> None:
    raw = bytearray(laptop.read_bytes())
    place = raw.find("意見その41".encode())
    page = place // 4096
    raw[page * 4096 : (page + 1) * 4096] = bytes(4096)
    laptop.write_bytes(raw)
    assert refusal(laptop)
    report, target = merge_one(laptop, salvage=True)
    source = report.sources[0]
    assert source.lost + source.quarantined > 0
    assert any("読めないため入れていません" in words for words in source.warnings)
    here = texts(target)
    assert "意見その41" not in here
    assert len(here) >= 40


def test_salvage_leaves_altered_records_out(laptop: Path) -> None:
    change(
        laptop,
        lambda raw: raw.execute(
            "UPDATE op SET payload = replace(payload, 'その7\"', 'その8888\"') WHERE payload LIKE '%その7\"%'"
        ),
    )
    assert "書き換わって" in refusal(laptop)
    report, target = merge_one(laptop, salvage=True)
    assert (report.sources[0].quarantined, report.sources[0].added) == (1, 59)
    assert not any("8888" in text for text in texts(target))
    # What was salvaged can be handed on like any other file.
    further = merge_files(target.with_name("次.wsdb"), [target], reader=in_this_process)
    assert (further.sources[0].status, further.notes) == ("merged", 59)


def test_salvage_with_nothing_to_find_refused(tmp_path: Path, laptop: Path) -> None:
    raw = bytearray(laptop.read_bytes())
    raw[100:] = bytes(len(raw) - 100)
    laptop.write_bytes(raw)
    report, target = merge_one(laptop, salvage=True)
    assert report.sources[0].status == "refused"
    assert not target.exists()
