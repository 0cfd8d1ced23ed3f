"""Going back: to a backup, or before the last merge; and which backups are kept."""

from __future__ import annotations

import shutil
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from workshop_app.bootstrap import create_database, load_agenda, merge_files, restore_backup, take_back_merge
from workshop_app.domain.errors import FileBusy, InvalidInput, RefusedFile
from workshop_app.domain.note import NoteDraft
from workshop_app.services import record, review
from workshop_app.services.prepare import WorkshopSetup
from workshop_app.storage import backup, restore
from workshop_app.storage.backup import back_up, backup_folder, superseded
from workshop_app.storage.database import Database


def ward(folder: Path, name: str, count: int) -> Path:
    path = folder / f"{name}.wsdb"
    create_database(path, WorkshopSetup(load_agenda(None), name, "2014-10-05"))
    write(path, *(f"{name}の意見{n}" for n in range(count)))
    return path


def write(path: Path, *texts: str) -> None:
    with closing(Database.open(path)) as database:
        record.add_notes(database, [NoteDraft(text) for text in texts])


def state(path: Path) -> tuple[list[bytes], list[str], str]:
    with closing(Database.open(path)) as database:
        assert database.integrity() == ("ok", 0)
        assert database.examine().sound
        return (
            [op.op_id for op in database.all_ops()],
            [n.text for n in database.notes()],
            database.manifest(),
        )


def test_take_back_merge_goes_back_to_before_and_keeps_what_was(tmp_path: Path) -> None:
    target = ward(tmp_path, "東区", 2)
    before = state(target)
    merge_files(target, [ward(tmp_path, "西区", 3)])
    merged = state(target)
    kept = take_back_merge(target)
    assert state(target) == before
    assert state(kept) == merged
    # Taken back is not forgotten for ever: the same file can be merged again.
    assert merge_files(target, [tmp_path / "西区.wsdb"]).sources[0].status == "merged"
    assert state(target) == merged


def test_take_back_merge_keeps_a_note_saved_between_the_backup_and_the_merge(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = ward(tmp_path, "東区", 1)
    made: list[Path] = []

    def back_up_then_write(path: Path, reason: str) -> Path:
        made.append(back_up(path, reason))
        if len(made) == 1:
            write(target, "控えのあとの意見")
        return made[-1]

    monkeypatch.setattr(backup, "back_up", back_up_then_write)
    merge_files(target, [ward(tmp_path, "西区", 1)])
    take_back_merge(target)
    assert state(target)[1] == ["東区の意見0", "控えのあとの意見"]


@pytest.mark.parametrize("moment", ["back_up", "carry_over"])
def test_take_back_merge_refuses_its_writer_a_note_that_would_be_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    target = ward(tmp_path, "東区", 1)
    merge_files(target, [ward(tmp_path, "西区", 1)])
    step = getattr(restore, moment)
    with closing(Database.open(target, wait_ms=0)) as window:

        def step_then_write(*given: object) -> object:
            done = step(*given)
            with pytest.raises(FileBusy):
                record.add_notes(window, [NoteDraft("取り消しの最中の意見")])
            assert len(window.notes()) == 2
            return done

        monkeypatch.setattr(restore, moment, step_then_write)
        take_back_merge(target)
        record.add_notes(window, [NoteDraft("そのあとの意見")])
    assert state(target)[1] == ["東区の意見0", "そのあとの意見"]
    assert sorted(entry.name for entry in tmp_path.iterdir() if "journal" in entry.name) == []
    assert all(copy.suffix == ".wsdb" for copy in backup_folder(target).iterdir())


def test_take_back_merge_with_the_file_open_elsewhere_is_seen_there(tmp_path: Path) -> None:
    target = ward(tmp_path, "東区", 1)
    with closing(Database.open(target)) as window:
        merge_files(target, [ward(tmp_path, "西区", 3)])
        assert len(window.notes()) == 4
        take_back_merge(target)
        assert len(window.notes()) == 1
        record.add_notes(window, [NoteDraft("そのあとの意見")])
    assert state(target)[1] == ["東区の意見0", "そのあとの意見"]


def test_take_back_merge_refused_when_something_was_written_since(tmp_path: Path) -> None:
    target = ward(tmp_path, "東区", 1)
    merge_files(target, [ward(tmp_path, "西区", 1)])
    write(target, "あとから")
    before = target.read_bytes()
    with pytest.raises(InvalidInput, match="記録が加わっている"):
        take_back_merge(target)
    assert target.read_bytes() == before


def test_take_back_merge_refused_without_a_merge_or_its_backup(tmp_path: Path) -> None:
    target = ward(tmp_path, "東区", 1)
    with pytest.raises(InvalidInput, match="取り消せる統合がありません"):
        take_back_merge(target)
    merge_files(target, [ward(tmp_path, "西区", 1)])
    shutil.rmtree(backup_folder(target))
    with pytest.raises(InvalidInput, match="控えが見つからない"):
        take_back_merge(target)
    new = tmp_path / "統合.wsdb"
    merge_files(new, [tmp_path / "西区.wsdb"])
    with pytest.raises(InvalidInput, match="新しく作られた"):
        take_back_merge(new)


def test_restore_later_edits_rank_above_those_taken_back(tmp_path: Path) -> None:
    path = ward(tmp_path, "東区", 1)
    earlier = back_up(path, "試し")
    with closing(Database.open(path, wall_ms=lambda: 4_000_000_000_000)) as database:
        record.edit_note(database, database.notes()[0].note_id, {"text": "未来の時計で直した"})
        stamp = database.all_ops()[-1].hlc
    kept = restore_backup(path, earlier)
    assert state(path)[1] == ["東区の意見0"]
    with closing(Database.open(path)) as database:
        record.edit_note(database, database.notes()[0].note_id, {"text": "戻してから直した"})
        assert max(op.hlc for op in database.all_ops()) > stamp
    # Nothing is lost: what was there before the restore merges back in, as a conflict that is shown.
    report = merge_files(path, [kept])
    assert (report.notes, report.open_conflicts) == (1, 1)


def test_restore_damaged_or_foreign_backup_refused(tmp_path: Path) -> None:
    path = ward(tmp_path, "東区", 30)
    earlier = back_up(path, "試し")
    raw = bytearray(earlier.read_bytes())
    raw[4096 * 3 : 4096 * 6] = bytes(4096 * 3)
    earlier.write_bytes(raw)
    before = path.read_bytes()
    with pytest.raises(RefusedFile):
        restore_backup(path, earlier)
    other = tmp_path / "文章.wsdb"
    other.write_text("ただの文章", encoding="utf-8")
    with pytest.raises(RefusedFile):
        restore_backup(path, other)
    assert path.read_bytes() == before


def test_backups_kept_last_daily_monthly() -> None:
    now = datetime(2014, 10, 31, 18, 0)
    hours = [now - timedelta(hours=6 * step) for step in range(4 * 120)]
    copies = sorted(Path(f"{when:%Y%m%d-%H%M%S}_統合前.wsdb") for when in hours)
    mine = Path("自分で写した.wsdb")
    gone = superseded([*copies, mine], now)
    kept = [copy for copy in copies if copy not in gone]
    assert mine not in gone
    assert set(copies[-20:]) <= set(kept)
    days = {copy.name[:8] for copy in kept}
    assert {f"{now - timedelta(days=day):%Y%m%d}" for day in range(29)} <= days
    assert {copy.name[:6] for copy in kept} == {copy.name[:6] for copy in copies}
    assert len(kept) < 20 + 31 + 6


def test_backups_of_a_file_do_not_grow_without_end(tmp_path: Path) -> None:
    path = ward(tmp_path, "東区", 1)
    folder = backup_folder(path)
    folder.mkdir()
    for minute in range(40):
        (folder / f"20140101-00{minute:02}00_統合前.wsdb").write_bytes(b"x")
    newest = back_up(path, "統合前")
    assert newest.exists()
    assert len(list(folder.glob("*.wsdb"))) <= 22


def test_restore_does_not_bring_back_what_was_removed_on_request(tmp_path: Path) -> None:
    path = ward(tmp_path, "東区", 2)
    earlier = back_up(path, "試し")
    with closing(Database.open(path)) as database:
        note = next(note for note in database.notes() if note.text == "東区の意見0")
        review.redact_note(database, note.note_id, "本人の求め")
    restore_backup(path, earlier)
    assert sorted(state(path)[1]) == ["〔本人の求めで取り除きました〕", "東区の意見1"]
    assert "東区の意見0".encode() not in path.read_bytes()
    assert merge_files(tmp_path / "統合.wsdb", [path]).sources[0].quarantined == 0


def test_take_back_merge_gives_no_number_twice_and_keeps_the_draft(tmp_path: Path) -> None:
    target = ward(tmp_path, "東区", 1)
    merge_files(target, [ward(tmp_path, "西区", 1)])
    with closing(Database.open(target)) as database:
        database.save_draft("書きかけの意見")
        assert database.next_output_number() == 1
    take_back_merge(target)
    merge_files(target, [tmp_path / "西区.wsdb"])
    with closing(Database.open(target)) as database:
        assert database.load_draft() == "書きかけの意見"
        assert database.next_output_number() == 2
        assert [receipt["number"] for receipt in database.receipts()] == [2]
