"""Merging real files: idempotent, order-free, refusing what is not ours."""

from __future__ import annotations

import itertools
import shutil
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from workshop_app.bootstrap import create_database, load_agenda, merge_files
from workshop_app.domain.note import NoteDraft
from workshop_app.services import record
from workshop_app.services.prepare import WorkshopSetup
from workshop_app.storage.database import Database


def make_ward(folder: Path, ward: str, device: str, count: int) -> Path:
    path = folder / f"{ward}_{device}.wsdb"
    create_database(path, WorkshopSetup(load_agenda(None), ward, "2014-10-05", device_mark=device))
    database = Database.open(path)
    record.add_notes(database, [NoteDraft(f"{ward}{device}の意見{n}", "T1", table=1) for n in range(count)])
    database.close()
    return path


def edit(path: Path, number: str, **fields: object) -> None:
    database = Database.open(path)
    note = database.note_by_number(number)
    assert note is not None
    record.edit_note(database, note.note_id, fields)
    database.close()


def digest(path: Path) -> tuple:
    database = Database.open(path)
    try:
        return (
            [op.op_id for op in database.all_ops()],
            sorted((n.number, n.text, n.theme, n.void_reason, n.conflicts) for n in database.notes()),
        )
    finally:
        database.close()


def test_merge_five_wards_every_order_same_result(tmp_path: Path) -> None:
    wards = ("中央区", "東区", "西区")
    files = [make_ward(tmp_path, ward, "A", 4) for ward in wards]
    results = []
    for number, order in enumerate(itertools.permutations(files)):
        target = tmp_path / f"統合{number}.wsdb"
        report = merge_files(target, order)
        assert [s.status for s in report.sources] == ["merged"] * 3
        assert report.notes == 12
        results.append(digest(target))
    assert all(result == results[0] for result in results)


def test_merge_again_file_untouched(tmp_path: Path) -> None:
    files = [make_ward(tmp_path, "東区", mark, 3) for mark in "AB"]
    target = tmp_path / "統合.wsdb"
    merge_files(target, files)
    before = target.read_bytes()
    report = merge_files(target, files)
    assert [s.status for s in report.sources] == ["unchanged", "unchanged"]
    assert report.backup is None
    assert target.read_bytes() == before


def test_merge_two_laptops_of_one_ward_one_workshop(tmp_path: Path) -> None:
    target = tmp_path / "統合.wsdb"
    merge_files(target, [make_ward(tmp_path, "東区", mark, 2) for mark in "AB"])
    database = Database.open(target)
    assert len(database.workshops()) == 1
    assert sorted(n.number for n in database.notes()) == ["東1A-001", "東1A-002", "東1B-001", "東1B-002"]
    database.close()


def test_merge_clashing_edits_both_kept_until_settled(tmp_path: Path) -> None:
    first = make_ward(tmp_path, "東区", "A", 1)
    second = tmp_path / "写し.wsdb"
    shutil.copy(first, second)
    edit(first, "東1A-001", text="窓口を増やして")
    edit(second, "東1A-001", text="窓口を減らして")
    target = tmp_path / "統合.wsdb"
    report = merge_files(target, [first, second])
    assert report.open_conflicts == 1
    assert report.sources[1].conflicts == 1
    database = Database.open(target)
    (conflict,) = database.conflicts()
    assert {value.value for value in conflict.values} == {"窓口を増やして", "窓口を減らして"}
    record.edit_note(database, conflict.entity_id, {"text": "窓口を増やして"})
    assert database.conflicts() == []
    database.close()
    # The settling travels: the laptop that clashed takes it over without a new conflict.
    assert merge_files(second, [target]).open_conflicts == 0


def test_merge_backup_opens_with_state_before(tmp_path: Path) -> None:
    target = make_ward(tmp_path, "東区", "A", 2)
    report = merge_files(target, [make_ward(tmp_path, "西区", "A", 3)])
    assert report.backup is not None
    assert len(digest(report.backup)[1]) == 2
    assert report.notes == 5


def test_merge_dry_run_same_counts_nothing_written(tmp_path: Path) -> None:
    target = make_ward(tmp_path, "東区", "A", 2)
    source = make_ward(tmp_path, "西区", "A", 3)
    before = target.read_bytes()
    dry = merge_files(target, [source], dry_run=True)
    assert target.read_bytes() == before
    real = merge_files(target, [source])
    assert (dry.sources[0].added, dry.notes) == (real.sources[0].added, real.notes) == (3, 5)
    missing = tmp_path / "まだない.wsdb"
    assert merge_files(missing, [source], dry_run=True).notes == 3
    assert not missing.exists()


def bad_files(folder: Path) -> dict[str, Path]:
    good = make_ward(folder, "南区", "A", 3)
    raw = good.read_bytes()
    made = {
        name: folder / f"{name}.wsdb"
        for name in ("文章", "空", "圧縮", "よそ", "切れた", "切れ端", "改ざん", "WAL", "途中")
    }
    made["文章"].write_text("ただの文章です", encoding="utf-8")
    made["空"].write_bytes(b"")
    with zipfile.ZipFile(made["圧縮"], "w") as archive:
        archive.writestr("a.txt", "x")
    with closing(sqlite3.connect(made["よそ"])) as other:
        other.execute("CREATE TABLE t (a)")
        other.commit()
    made["切れた"].write_bytes(raw[: len(raw) * 2 // 3])
    made["切れ端"].write_bytes(raw[:50])
    made["改ざん"].write_bytes(raw)
    with closing(sqlite3.connect(made["改ざん"])) as forged:
        forged.execute("UPDATE op SET payload = replace(payload, '意見0', '意見X')")
        forged.commit()
    made["WAL"].write_bytes(raw[:18] + b"\x02\x02" + raw[20:])
    made["途中"].write_bytes(raw)
    (folder / "途中.wsdb-journal").write_bytes(b"x" * 600)
    return made


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("文章", "本アプリの記録ではありません"),
        ("空", "中身が空"),
        ("圧縮", "ZIP"),
        ("よそ", "別のプログラム"),
        ("切れた", "途中で切れて"),
        ("切れ端", "途中で切れて"),
        ("改ざん", "書き換わって"),
        ("WAL", "開いたまま写された"),
        ("途中", "途中で写されて"),
    ],
)
def test_scenario_14_bad_file_refused_with_its_reason(tmp_path: Path, name: str, words: str) -> None:
    target = make_ward(tmp_path, "東区", "A", 2)
    before = target.read_bytes()
    bad = bad_files(tmp_path)[name]
    bad_before = bad.read_bytes()
    report = merge_files(target, [bad])
    assert report.sources[0].status == "refused"
    reason = report.sources[0].reason or ""
    for part in (words, "今のデータは変わっていません。"):
        assert part in reason
    # The file is called .wsdb already: to look for that ending would send people round in a circle.
    assert "終わりが .wsdb の" not in reason
    assert target.read_bytes() == before
    assert bad.read_bytes() == bad_before


def test_scenario_14_file_of_another_name_is_told_which_ending_to_look_for(tmp_path: Path) -> None:
    target = make_ward(tmp_path, "東区", "A", 2)
    other = tmp_path / "議事録.txt"
    other.write_text("ただの文章です", encoding="utf-8")
    reason = merge_files(target, [other]).sources[0].reason
    assert reason is not None
    assert reason.endswith("名前の終わりが .wsdb のファイルを選んでください。")


def test_scenario_14_other_files_of_the_batch_still_merge(tmp_path: Path) -> None:
    target = make_ward(tmp_path, "東区", "A", 2)
    bad = bad_files(tmp_path)
    good = make_ward(tmp_path, "西区", "A", 4)
    sources = [*bad.values(), good]
    report = merge_files(target, sources)
    assert [source.status for source in report.sources] == ["refused"] * len(bad) + ["merged"]
    assert len({source.reason for source in report.refused}) == len(bad)
    assert report.notes == 6


def test_merge_every_truncation_refused(tmp_path: Path) -> None:
    raw = make_ward(tmp_path, "南区", "A", 2).read_bytes()
    cut = tmp_path / "cut.wsdb"
    for size in range(0, len(raw), 2_999):
        cut.write_bytes(raw[:size])
        assert merge_files(tmp_path / "t.wsdb", [cut]).sources[0].status == "refused"
        assert not (tmp_path / "t.wsdb").exists()


def test_merge_hostile_schema_refused(tmp_path: Path) -> None:
    path = make_ward(tmp_path, "南区", "A", 1)
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("CREATE TRIGGER gone AFTER INSERT ON note BEGIN DELETE FROM note; END")
        raw.commit()
    report = merge_files(tmp_path / "t.wsdb", [path])
    assert "表の形" in (report.sources[0].reason or "")


def test_merge_other_agenda_refused(tmp_path: Path, repo_root: Path) -> None:
    other = tmp_path / "汐見.wsdb"
    agenda = load_agenda(repo_root / "resources" / "agenda" / "sample-shiomi.yaml")
    create_database(other, WorkshopSetup(agenda, "港地区"))
    target = make_ward(tmp_path, "東区", "A", 1)
    report = merge_files(target, [other, make_ward(tmp_path, "西区", "A", 1)])
    assert [s.status for s in report.sources] == ["refused", "merged"]
    assert "別の議題" in (report.sources[0].reason or "")


def test_merge_practice_and_real_never_mixed(tmp_path: Path) -> None:
    real = make_ward(tmp_path, "西区", "A", 3)
    practice = tmp_path / "練習.wsdb"
    create_database(practice, WorkshopSetup(load_agenda(None), "西区", "2014-10-05", practice=True))
    with closing(Database.open(practice)) as database:
        record.add_notes(database, [NoteDraft("練習の意見")])
    target = tmp_path / "統合.wsdb"
    report = merge_files(target, [real, practice])
    assert [source.status for source in report.sources] == ["merged", "refused"]
    assert "練習用" in (report.sources[1].reason or "")
    assert report.notes == 3
    before = target.read_bytes()
    assert merge_files(target, [practice]).sources[0].status == "refused"
    assert target.read_bytes() == before
    other = tmp_path / "練習の統合.wsdb"
    merge_files(other, [practice])
    report = merge_files(other, [practice, real])
    assert [source.status for source in report.sources] == ["unchanged", "refused"]
    assert "統合先は練習用" in (report.sources[1].reason or "")


def test_merge_into_a_new_file_real_wins_over_practice_in_any_order(tmp_path: Path, repo_root: Path) -> None:
    real = make_ward(tmp_path, "西区", "A", 3)
    other_agenda = load_agenda(repo_root / "resources" / "agenda" / "sample-shiomi.yaml")
    for number, agenda in enumerate((load_agenda(None), other_agenda)):
        practice = tmp_path / f"練習{number}.wsdb"
        create_database(practice, WorkshopSetup(agenda, agenda.wards[0].name, "2014-10-05", practice=True))
        for order in ([practice, real], [real, practice]):
            target = tmp_path / f"統合{number}{order[0].name}"
            report = merge_files(target, order)
            assert {source.path: source.status for source in report.sources} == {
                real: "merged",
                practice: "refused",
            }
            assert report.notes == 3


def test_merge_conflicts_of_the_sources_add_up_to_the_open_ones(tmp_path: Path) -> None:
    for mark, tables, venue in (("A", 4, "東会館"), ("B", 3, "西会館")):
        setup = WorkshopSetup(
            load_agenda(None), "東区", "2014-10-05", tables=tables, venue=venue, device_mark=mark
        )
        create_database(tmp_path / f"{mark}.wsdb", setup)
    report = merge_files(tmp_path / "統合.wsdb", [tmp_path / "A.wsdb", tmp_path / "B.wsdb"])
    assert report.open_conflicts == 2
    assert [source.conflicts for source in report.sources] == [0, 2]


def test_merge_into_itself_refused(tmp_path: Path) -> None:
    target = make_ward(tmp_path, "東区", "A", 1)
    assert "統合先そのもの" in (merge_files(target, [target]).sources[0].reason or "")
