"""packaging/dev.py: what can be tried without making an environment again."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def dev(repo_root: Path) -> ModuleType:
    """The script as a module."""
    spec = importlib.util.spec_from_file_location("dev", repo_root / "packaging" / "dev.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_no_command_prints_the_usage_and_exits_with_2(repo_root: Path) -> None:
    done = subprocess.run(
        [sys.executable, "packaging/dev.py"],
        cwd=repo_root,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 2
    assert "packaging/dev.py demo" in done.stdout


def test_old_python_gets_one_sentence(dev: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(dev, "MIN_PYTHON", (99, 0))
    assert dev.main(["test"]) == 1
    assert "3.11" in capsys.readouterr().err


def test_missing_packages_knows_renamed_libraries_and_any_japanese_font(dev: ModuleType) -> None:
    everything = set(dev.QT_LIBRARIES) | {dev.JAPANESE_FONTS[1]}
    assert dev.missing_packages(everything) == []
    renamed = (everything - {"libglib2.0-0"}) | {"libglib2.0-0t64"}
    assert dev.missing_packages(renamed) == []
    assert dev.missing_packages(everything - {"libegl1"}) == ["libegl1"]
    assert dev.missing_packages(set(dev.QT_LIBRARIES)) == [dev.JAPANESE_FONTS[0]]


def test_stamp_changes_with_the_lock_file(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = dev.stamp_text()
    other = tmp_path / "requirements.lock"
    other.write_bytes(dev.LOCK.read_bytes() + b"# newer\n")
    monkeypatch.setattr(dev, "LOCK", other)
    assert dev.stamp_text() != before


def test_set_up_that_is_done_is_not_done_again(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stamp = tmp_path / "stamp"
    stamp.write_text(dev.stamp_text(), encoding="utf-8")
    monkeypatch.setattr(dev, "STAMP", stamp)
    monkeypatch.setattr(dev, "_make_venv", lambda: pytest.fail("the environment was made again"))
    assert dev.set_up() is None


def _stand_elsewhere(dev: ModuleType, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """This test's own Python instead of the environment's, and the caller's folder is not the checkout."""
    monkeypatch.setattr(dev, "set_up", lambda: None)
    monkeypatch.setattr(dev, "_python", lambda: sys.executable)
    monkeypatch.setenv("PYTHONPATH", str(dev.ROOT))
    monkeypatch.chdir(folder)


def test_demo_writes_into_the_folder_the_caller_stands_in(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _stand_elsewhere(dev, monkeypatch, tmp_path)
    # Whatever lies there must not be taken for a part of Python.
    (tmp_path / "calendar.py").write_text("raise SystemExit(9)")
    assert dev.main(["demo", "練習", "--no-window"]) == 0
    assert (tmp_path / "練習" / "東区.wsdb").is_file()
    assert not (dev.ROOT / "練習").exists()


def test_run_finds_a_file_by_its_relative_name(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _stand_elsewhere(dev, monkeypatch, tmp_path)
    assert dev.main(["run", "new", "東区.wsdb", "--ward", "東区"]) == 0
    assert (tmp_path / "東区.wsdb").is_file()
    assert dev.main(["run", "check", "東区.wsdb"]) == 0


def test_every_package_of_the_lock_file_is_pinned_with_hashes(dev: ModuleType) -> None:
    lines = dev.LOCK.read_text(encoding="utf-8").splitlines()
    names = [line for line in lines if line and not line.startswith((" ", "#"))]
    assert any(name.startswith("pyside6-essentials==6.") for name in names)
    assert all("==" in name and name.rstrip().endswith("\\") for name in names)


def test_readme_and_ci_use_the_same_two_commands(repo_root: Path) -> None:
    for name in ("README.md", "README.ja.md"):
        text = (repo_root / name).read_text(encoding="utf-8")
        assert "python3 packaging/dev.py demo" in text
        assert "python3 packaging/dev.py test" in text
    assert "python3 packaging/dev.py test" in (repo_root / ".ci" / "run").read_text(encoding="utf-8")
