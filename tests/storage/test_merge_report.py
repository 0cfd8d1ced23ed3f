"""What a merge says: counts that add up, receipts, warnings, numbers given twice, values removed on request."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from workshop_app.bootstrap import load_agenda, merge_files, receipts
from workshop_app.cli import main
from workshop_app.cli_documents import merge_lines
from workshop_app.domain.errors import Cancelled, NotFound
from workshop_app.domain.ids import EntityId
from workshop_app.domain.note import NoteDraft, NoteField
from workshop_app.domain.numbering import citation, cited_number
from workshop_app.domain.op import OpKind
from workshop_app.services import record
from workshop_app.services.prepare import WorkshopSetup, prepare_workshop
from workshop_app.services.receipt_page import receipt_html
from workshop_app.services.wall import CellState, build_wall
from workshop_app.storage.database import Database, wall_clock_ms
from workshop_app.ui.merge_words import note_text


def ward(
    folder: Path, name: str, tables: dict[int, int], mark: str = "A", file: str = "", clock: int | None = None
) -> Path:
    path = folder / f"{file or name + mark}.wsdb"
    wall_ms = wall_clock_ms if clock is None else lambda: clock
    with Database.create(path, wall_ms=wall_ms) as database:
        setup = WorkshopSetup(load_agenda(None), name, "2014-10-05", tables=4, device_mark=mark)
        prepare_workshop(database, setup)
        for table, count in tables.items():
            record.add_notes(database, [NoteDraft(f"{name}{mark}{n}", table=table) for n in range(count)])
    return path


def test_merge_counts_by_ward_and_table(tmp_path: Path) -> None:
    target = tmp_path / "統合.wsdb"
    east = ward(tmp_path, "東区", {1: 3, 2: 2})
    merge_files(target, [east])
    with closing(Database.open(east)) as database:
        record.add_notes(database, [NoteDraft("あとから", table=2)])
    report = merge_files(target, [east, ward(tmp_path, "西区", {4: 1})])
    lines = [[(t.ward, t.table, t.in_file, t.new, t.here) for t in s.tables] for s in report.sources]
    assert lines == [[("東区", 1, 3, 0, 3), ("東区", 2, 3, 1, 3)], [("西区", 4, 1, 1, 1)]]
    for source in report.sources:
        assert source.rows_in == source.rows_new + source.rows_known + source.quarantined
    assert report.sources[0].rows_new == 1


@pytest.mark.parametrize("into", ["new", "other", "known"])
def test_note_that_comes_in_voided_is_counted_as_voided_and_told_beside_the_sum(
    tmp_path: Path, into: str
) -> None:
    target = tmp_path / "統合.wsdb"
    east = ward(tmp_path, "東区", {1: 3})
    if into == "other":
        merge_files(target, [ward(tmp_path, "西区", {1: 1})])
    elif into == "known":
        merge_files(target, [east])
    with closing(Database.open(east)) as database:
        record.void_notes(database, [database.notes()[0].note_id], "重複")
    report = merge_files(target, [east])
    [source] = report.sources
    assert (source.added, source.updated, source.voided) == (0 if into == "known" else 3, 0, 1)
    others = 1 if into == "other" else 0
    assert (report.notes, report.notes_voided) == (3 + others, 1)
    words = f"{3 + others}枚（うち取消 1枚）"
    assert words in merge_lines(report)
    assert words in note_text(report, 0, True)
    [*_, receipt] = receipts(target)
    assert words in receipt_html(receipt)
    del receipt["notes_voided"]  # as in a receipt of an earlier version
    assert f"{3 + others}枚、" in receipt_html(receipt)
    again = merge_files(target, [east])
    assert (again.notes_voided, again.sources[0].voided) == (1, 0)


class _Told:
    """A watch that keeps what it is told."""

    def __init__(self) -> None:
        self.words: list[str] = []

    def step(self, what: str, done: int = 0, of: int = 0) -> None:
        self.words.append(what)

    def check(self) -> None:
        pass


def test_progress_says_which_of_the_files_is_read_and_what_it_counts(tmp_path: Path) -> None:
    sources = [ward(tmp_path, "東区", {1: 3}), ward(tmp_path, "西区", {1: 1})]
    told = _Told()
    merge_files(tmp_path / "統合.wsdb", sources, watch=told)
    read = list(dict.fromkeys(words for words in told.words if "確かめて" in words))
    assert read == [
        "「東区A.wsdb」（2ファイル中 1つ目）の記録を確かめています",
        "「西区A.wsdb」（2ファイル中 2つ目）の記録を確かめています",
    ]
    alone = _Told()
    merge_files(tmp_path / "一つ.wsdb", sources[:1], watch=alone)
    assert "「東区A.wsdb」の記録を確かめています" in alone.words


def test_merge_same_edits_from_two_sources_counted_once(tmp_path: Path) -> None:
    east = ward(tmp_path, "東区", {1: 3})
    copy = tmp_path / "写し.wsdb"
    shutil.copy(east, copy)
    with closing(Database.open(copy)) as database:
        record.add_notes(database, [NoteDraft("写しだけの意見", table=1)])
        record.edit_note(database, database.notes()[0].note_id, {"votes": 2})
    report = merge_files(tmp_path / "統合.wsdb", [east, copy])
    first, second = report.sources
    assert (first.added, first.updated) == (3, 0)
    assert (second.added, second.updated) == (1, 1)
    assert report.notes == 4
    assert second.rows_known == first.rows_in


def test_receipt_kept_with_the_merge_and_printable(tmp_path: Path) -> None:
    target = tmp_path / "統合.wsdb"
    bad = tmp_path / "<b>壊れ&.wsdb"
    bad.write_bytes(b"nothing")
    report = merge_files(target, [ward(tmp_path, "東区", {1: 2}), bad])
    merge_files(target, [ward(tmp_path, "西区", {1: 1})])
    merge_files(target, [tmp_path / "西区A.wsdb"])
    kept = receipts(target)
    assert [receipt["number"] for receipt in kept] == [1, 2]
    assert kept[0] == json.loads(json.dumps(report.receipt))
    # The first merge made the file, under a passing name.
    assert [receipt["target"] for receipt in kept] == ["統合.wsdb", "統合.wsdb"]
    with closing(Database.open(target)) as database:
        assert kept[1]["manifest"] == database.manifest()
        assert str(kept[1]["manifest"]).startswith(f"{len(database.all_ops())}:")
    page = receipt_html(kept[0])
    assert "受領証　No.001" in page
    assert "東区A.wsdb" in page
    assert "<b>壊れ" not in page
    assert "&lt;b&gt;壊れ&amp;" in page


def test_receipt_of_a_file_refused_whole_counts_its_records_as_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    practice = tmp_path / "練習.wsdb"
    with Database.create(practice) as database:
        setup = WorkshopSetup(load_agenda(None), "西区", "2014-10-05", practice=True)
        prepare_workshop(database, setup)
    target = tmp_path / "統合.wsdb"
    report = merge_files(target, [ward(tmp_path, "東区", {1: 2}), practice])
    refused = report.sources[1]
    assert refused.rows_in > 0
    assert (refused.rows_new, refused.rows_known, refused.quarantined) == (0, 0, refused.rows_in)
    [receipt] = receipts(target)
    page = receipt_html(receipt)
    assert "練習.wsdb　入れていません" in page
    assert f"<th>入れなかった記録</th><td>{refused.rows_in}</td>" in page
    assert "読めません" not in page
    assert main(["receipt", str(target)]) == 0
    [line] = [line for line in capsys.readouterr().out.splitlines() if line.startswith("練習.wsdb")]
    assert line.endswith("入れていません")


def test_merge_cancelled_leaves_everything_as_it_was(tmp_path: Path) -> None:
    class Impatient:
        def __init__(self, patience: int) -> None:
            self.patience = patience

        def step(self, what: str, done: int = 0, of: int = 0) -> None:
            self.patience -= 1
            self.check()

        def check(self) -> None:
            if self.patience < 0:
                raise Cancelled("やめました。今のデータは変わっていません。")

    target = ward(tmp_path, "東区", {1: 2})
    source = ward(tmp_path, "西区", {1: 2})
    before = target.read_bytes()
    tries = 0
    while True:
        try:
            report = merge_files(target, [source], watch=Impatient(tries))
        except Cancelled:
            assert target.read_bytes() == before
            tries += 1
        else:
            break
    assert tries >= 5
    assert report.notes == 4


def test_merge_cancelled_inside_a_statement_leaves_everything_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite asks now and then while a statement runs; whichever statement it is, nothing stays half done."""

    class Stopped:
        asked = 0
        stop_at = 0

        def step(self, what: str, done: int = 0, of: int = 0) -> None:
            """Only asked, never told."""

        def check(self) -> None:
            self.asked += 1
            if self.asked >= self.stop_at:
                raise Cancelled("やめました。今のデータは変わっていません。")

    monkeypatch.setattr("workshop_app.storage.union._INSTRUCTIONS_PER_CHECK", 40)
    target = ward(tmp_path, "東区", {1: 2})
    source = ward(tmp_path, "西区", {1: 9, 2: 9})
    with closing(Database.open(source)) as database:
        for note in database.notes():
            record.edit_note(database, note.note_id, {"votes": 3})
    before = target.read_bytes()
    watch = Stopped()
    watch.stop_at = 10**9
    merge_files(tmp_path / "probe.wsdb", [source], watch=watch)
    asked = watch.asked
    assert asked > 100
    for stop_at in range(1, asked, asked // 25):
        watch = Stopped()
        watch.stop_at = stop_at
        with pytest.raises(Cancelled, match="やめました"):
            merge_files(target, [source], watch=watch)
        assert target.read_bytes() == before
    assert merge_files(target, [source]).notes == 20


@pytest.mark.parametrize(("clock", "words"), [(4_070_908_800_000, "進んでいた"), (3_600_000, "昔の日付")])
def test_merge_wrong_clock_named_and_nothing_refused(tmp_path: Path, clock: int, words: str) -> None:
    target = ward(tmp_path, "東区", {1: 1})
    report = merge_files(target, [ward(tmp_path, "西区", {1: 2}, clock=clock)])
    assert report.notes == 3
    (warning,) = report.sources[0].warnings
    assert words in warning
    assert "西区A" in warning
    with closing(Database.open(target)) as database:
        record.add_notes(database, [NoteDraft("正しい時計")])
        newest = max(note.created_ms for note in database.notes() if note.text == "正しい時計")
    assert newest < 4_000_000_000_000


def test_merge_file_changed_before_its_last_edit_named(tmp_path: Path) -> None:
    source = ward(tmp_path, "西区", {1: 1})
    os.utime(source, (1_700_000_000, 1_700_000_000))
    report = merge_files(tmp_path / "統合.wsdb", [source])
    assert "進んでいたようです" in report.sources[0].warnings[0]


def test_merge_two_laptops_with_one_mark_both_stay_citeable(tmp_path: Path) -> None:
    target = tmp_path / "統合.wsdb"
    files = [ward(tmp_path, "東区", {3: 2}, file=f"端末{n}") for n in (1, 2)]
    report = merge_files(target, files)
    (warning,) = report.warnings
    assert "同じ番号の付箋が 2組" in warning
    with closing(Database.open(target)) as database:
        numbers = [note.number for note in database.notes()]
        assert len(set(numbers)) == 4
        assert {cited_number(number) for number in numbers} == {"東3A-001", "東3A-002"}
        for note in database.notes():
            assert database.note(note.note_id) == note
            found = database.note_by_number(note.number)
            assert found is not None
            assert found.note_id == note.note_id
        with pytest.raises(NotFound, match="印までつけて"):
            database.note_by_number("東3A-001")
    # In the other order the citations are the same.
    other = tmp_path / "逆.wsdb"
    merge_files(other, files[::-1])
    with closing(Database.open(other)) as database:
        assert {note.number for note in database.notes()} == set(numbers)
    assert merge_files(target, files).warnings == []


def test_citation_depends_on_the_note_alone_and_prints_in_cp932() -> None:
    cited = citation("東3A-027", EntityId(bytes(range(16))))
    assert cited == citation("東3A-027", EntityId(bytes(range(16))))
    assert cited_number(cited) == "東3A-027"
    assert cited_number("東3A-027") == "東3A-027"
    assert cited.encode("cp932")


def test_merge_running_program_copied_is_said_once(tmp_path: Path) -> None:
    first = ward(tmp_path, "東区", {1: 1})
    second = tmp_path / "複製.wsdb"
    with closing(Database.open(first)) as one:
        record.add_notes(one, [NoteDraft("分かれる前")])
        shutil.copy(first, second)
        at_the_fork = one._session.record
        with closing(Database.open(second)) as two:
            # The same session goes on in two places, as after a snapshot of a running machine.
            two._session = one._session
            record.add_notes(two, [NoteDraft("複製の意見")])
        one._session.record = at_the_fork
        record.add_notes(one, [NoteDraft("元の意見")])
    report = merge_files(tmp_path / "統合.wsdb", [first, second])
    assert report.notes == 4
    forks = [words for source in report.sources for words in source.warnings if "複製されたようです" in words]
    assert len(forks) == 1
    assert merge_files(tmp_path / "統合.wsdb", [second, first]).sources[0].status == "unchanged"


def test_laptop_copied_to_another_machine_is_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def on(machine: str, path: Path, words: str) -> None:
        monkeypatch.setattr("platform.node", lambda: machine)
        with closing(Database.open(path)) as database:
            record.add_notes(database, [NoteDraft(words, table=1)])

    monkeypatch.setattr("platform.node", lambda: "甲")
    first, second, target = ward(tmp_path, "東区", {1: 1}), tmp_path / "複製.wsdb", tmp_path / "統合.wsdb"
    shutil.copy(first, second)
    on("甲", first, "一枚")
    on("甲", second, "二枚")
    told = merge_files(target, [first, second]).warnings
    assert [words for words in told if "パソコン" in words] == []
    on("乙", second, "別のパソコンで")
    [warning] = merge_files(target, [second]).warnings
    assert "「東区 端末A」の付箋が、2台以上のパソコンで書かれています" in warning
    on("乙", second, "続き")
    assert merge_files(target, [second]).warnings == []
    for number, order in enumerate(([first, second], [second, first])):
        told = merge_files(tmp_path / f"{number}.wsdb", order).warnings
        assert len([words for words in told if "パソコン" in words]) == 1


def test_two_workshops_of_one_ward_may_have_laptops_with_one_mark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = []
    for machine, date in (("甲", "2014-10-05"), ("乙", "2014-11-09")):
        monkeypatch.setattr("platform.node", lambda machine=machine: machine)
        files.append(tmp_path / f"{machine}.wsdb")
        with Database.create(files[-1]) as database:
            prepare_workshop(database, WorkshopSetup(load_agenda(None), "東区", date, device_mark="A"))
            record.add_notes(database, [NoteDraft("意見", table=1)])
    report = merge_files(tmp_path / "統合.wsdb", files)
    assert [words for words in report.warnings if "パソコン" in words] == []


def test_many_notes_voided_by_a_merge_are_told_from_more_than_a_fifth(tmp_path: Path) -> None:
    target, east = tmp_path / "統合.wsdb", ward(tmp_path, "東区", {1: 5})
    merge_files(target, [east])
    with closing(Database.open(east)) as database:
        first, second, *_ = database.notes()
        record.void_notes(database, [first.note_id], "重複")
        # Its own new notes that come in voided take nothing away.
        (own,) = record.add_notes(database, [NoteDraft("間違い", table=1)]).added
        record.void_notes(database, [own], "間違い")
    report = merge_files(target, [east], dry_run=True)
    assert (report.many_voided, report.warnings) == (0, [])
    with closing(Database.open(east)) as database:
        record.void_notes(database, [second.note_id], "重複")
    report = merge_files(target, [east])
    assert report.many_voided == 2
    [warning] = report.warnings
    assert "「東区A.wsdb」は、統合先の付箋 5枚のうち 2枚を取り消します。" in warning
    into_new = merge_files(tmp_path / "新.wsdb", [east])
    assert (into_new.many_voided, into_new.warnings) == (0, [])


def test_redaction_removes_the_words_from_every_file_it_reaches(tmp_path: Path) -> None:
    secret = "山田花子の電話は096-000-0000"
    laptop = ward(tmp_path, "東区", {1: 1})
    with closing(Database.open(laptop)) as database:
        (note_id,) = record.add_notes(database, [NoteDraft(secret, table=1)]).added
    target = tmp_path / "統合.wsdb"
    merge_files(target, [laptop])
    assert secret.encode() in target.read_bytes()
    with closing(Database.open(target)) as database, database.transaction() as uow:
        state = uow.state(note_id)
        assert state is not None
        uow.append(note_id, OpKind.REDACT, {"type": "note", "fields": [NoteField.TEXT]}, state.head_ids)
    assert secret.encode() not in target.read_bytes()
    # The laptop's file brings the words again, and they do not come back; the redaction travels to the laptop.
    with closing(Database.open(laptop)) as database:
        record.add_notes(database, [NoteDraft("もう一枚", table=1)])
    assert merge_files(target, [laptop]).sources[0].status == "merged"
    assert secret.encode() not in target.read_bytes()
    assert merge_files(laptop, [target]).sources[0].status == "merged"
    assert secret.encode() not in laptop.read_bytes()
    fresh = tmp_path / "次.wsdb"
    for order in ([target, laptop], [laptop, target]):
        fresh.unlink(missing_ok=True)
        assert merge_files(fresh, order).sources[0].status == "merged"
        assert secret.encode() not in fresh.read_bytes()
    with closing(Database.open(fresh)) as database:
        assert len(database.notes()) == 3
        note = database.note(note_id)
    assert note is not None
    assert "取り除きました" in note.text


def test_masked_record_without_its_redaction_refused(tmp_path: Path) -> None:
    laptop = ward(tmp_path, "東区", {1: 2})
    with closing(sqlite3.connect(laptop)) as raw:
        raw.execute("UPDATE op SET payload = json_set(payload, '$.text', NULL) WHERE payload LIKE '%東区A0%'")
        raw.commit()
    report = merge_files(tmp_path / "統合.wsdb", [laptop])
    assert "書き換わって" in (report.sources[0].reason or "")


def test_wall_in_coming_missing_and_fewer_than_on_the_laptop(tmp_path: Path) -> None:
    target = tmp_path / "統合.wsdb"
    merge_files(target, [ward(tmp_path, "東区", {1: 3, 2: 2})])
    preview = merge_files(target, [ward(tmp_path, "西区", {4: 1})], dry_run=True)
    kept = receipts(target)
    kept[0]["sources"][0]["tables"][1]["in_file"] = 9  # type: ignore[index]
    with closing(Database.open(target)) as database:
        rows = build_wall(
            database.agenda(),
            database.workshops(),
            database.devices(),
            database.table_counts(),
            kept,
            preview,
        )
    assert [row.ward for row in rows] == ["中央区", "東区", "西区", "南区", "北区"]
    by_ward = {row.ward: {cell.table: cell.state for cell in row.cells} for row in rows}
    assert by_ward["東区"] == {
        1: CellState.IN,
        2: CellState.MISMATCH,
        3: CellState.MISSING,
        4: CellState.MISSING,
    }
    assert by_ward["西区"] == {4: CellState.COMING}
    assert by_ward["北区"] == {}
    assert {row.ward: row.devices for row in rows}["東区"] == ("A",)
