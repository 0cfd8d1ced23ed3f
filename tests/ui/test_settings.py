"""The settings file: kept in one step, and never in the way when it is broken."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from workshop_app.paths import user_config_dir
from workshop_app.ui.settings import (
    MOST_RECENT,
    RecentFile,
    Settings,
    load_settings,
    remember_file,
    save_settings,
)


def test_settings_without_a_file_are_the_defaults() -> None:
    assert load_settings() == Settings("light", 100, ())


def test_settings_saved_with_japanese_path_come_back_equal() -> None:
    recent = RecentFile(Path("/資料/東区 第1回「3班」.wsdb"), "東区 端末A", 15, 1_412_500_000_000)
    settings = Settings("contrast", 130, (recent,))
    assert save_settings(settings)
    assert load_settings() == settings
    assert "東区 第1回" in (user_config_dir() / "settings.json").read_text(encoding="utf-8")
    assert [path.name for path in user_config_dir().iterdir()] == ["settings.json"]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe\x00",
        b'{"theme": "pink", "text_percent": 900, "recent": 7}',
        b"[" * 90_000,
    ],
)
def test_settings_broken_file_gives_defaults(text: bytes) -> None:
    (user_config_dir() / "settings.json").write_bytes(text)
    assert load_settings() == Settings()


def test_settings_partly_broken_file_keeps_the_good_parts() -> None:
    (user_config_dir() / "settings.json").write_text(
        '{"theme": "dark", "text_percent": true, "recent": [1, {"path": ""}, {"path": "a.wsdb", "notes": -3}]}',
        encoding="utf-8",
    )
    assert load_settings() == Settings("dark", 100, (RecentFile(Path("a.wsdb")),))


def test_save_settings_when_replace_is_refused_keeps_the_old_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    save_settings(Settings("dark", 115))

    def refuse(*_paths: object) -> None:
        raise PermissionError("held by another program")

    monkeypatch.setattr(os, "replace", refuse)
    assert not save_settings(Settings("light", 150))
    assert load_settings() == Settings("dark", 115)
    assert [path.name for path in user_config_dir().iterdir()] == ["settings.json"]


def test_remember_file_moves_a_known_file_to_the_front_and_forgets_the_oldest() -> None:
    for number in range(MOST_RECENT + 2):
        remember_file(RecentFile(Path(f"/f/{number}.wsdb"), notes=number))
    settings = remember_file(RecentFile(Path("/f/5.wsdb"), "東区", 55))
    assert settings == load_settings()
    assert len(settings.recent) == MOST_RECENT
    assert settings.recent[0] == RecentFile(Path("/f/5.wsdb"), "東区", 55)
    assert [file.path.stem for file in settings.recent] == ["5", "9", "8", "7", "6", "4", "3", "2"]


def test_settings_path_that_is_no_unicode_does_not_cost_the_others() -> None:
    odd = Path(os.fsdecode(b"/f/\xff.wsdb"))
    assert save_settings(Settings("dark", 115, (RecentFile(odd), RecentFile(Path("/f/東区.wsdb")))))
    assert [file.path for file in load_settings().recent] == [odd, Path("/f/東区.wsdb")]
