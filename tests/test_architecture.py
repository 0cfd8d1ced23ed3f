"""Rules of the house that a reviewer should not have to remember. Each check is shown to catch a breach."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "workshop_app"
MAX_FILE_LINES = 500
MAX_WINDOW_LINES = 280
"""The design says about 250."""
WINDOW_BASES = {"QMainWindow", "QDialog", "Dialog", "Page", "QWidget"}
NETWORK = {"socket", "ssl", "urllib.request", "http", "requests", "ftplib", "smtplib", "PySide6.QtNetwork"}
HEAVY = ("sqlalchemy", "alembic", "openpyxl", "PySide6", "yaml")
HEX_COLOUR = re.compile(r"""["']#(?:[0-9A-Fa-f]{3}|[0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})["']""")
FOREIGN = re.compile(r"/(?:root|home/\w+|work/(?:main|shared))/|(?:files\.pythonhosted|pypi)\.org|index-url")
TEXT_SUFFIXES = {".py", ".md", ".toml", ".yaml", ".txt", ".csv", ".lock", ".sql", ".svg", ".mako", ""}


def _sources(folder: Path = PACKAGE) -> Iterator[tuple[Path, str]]:
    for path in sorted(folder.rglob("*.py")):
        yield path, path.read_text(encoding="utf-8")


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


# --- imports -----------------------------------------------------------------------------------------------


def test_layers_import_only_what_is_below_them() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "5 kept, 0 broken" in done.stdout


def network_imports(source: str) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(source)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        found += [name for name in names if any(name == bad or name.startswith(f"{bad}.") for bad in NETWORK)]
    return found


def test_nothing_reaches_for_the_network() -> None:
    assert network_imports("from urllib import request\nimport http.client") == [
        "urllib.request",
        "http.client",
    ]
    assert {str(path): found for path, text in _sources() if (found := network_imports(text))} == {}


def test_nothing_heavy_is_loaded_before_it_is_needed() -> None:
    code = (
        "import sys, workshop_app.cli, workshop_app.bootstrap;"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, encoding="utf-8", check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_window_opens_without_sql_or_excel() -> None:
    code = (
        "import sys, workshop_app.ui.main_window;"
        "print([n for n in ('sqlalchemy', 'alembic', 'openpyxl', 'yaml') if n in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, encoding="utf-8", check=True
    )
    assert done.stdout.strip() == "[]"


# --- size --------------------------------------------------------------------------------------------------


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    lengths = {str(path.relative_to(ROOT)): text.count("\n") for path, text in _sources()}
    assert lengths["workshop_app/cli.py"] > 100
    assert {name: lines for name, lines in lengths.items() if lines > MAX_FILE_LINES} == {}


def window_classes(source: str) -> dict[str, int]:
    """Lines of each class that derives from a window or page."""
    return {
        node.name: (node.end_lineno or node.lineno) - node.lineno + 1
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ClassDef) and any(_name(base) in WINDOW_BASES for base in node.bases)
    }


def test_no_window_class_does_everything() -> None:
    assert window_classes("class A(QDialog):\n    x = 1\n    y = 2\n") == {"A": 3}
    found: dict[str, int] = {}
    for _, text in _sources(PACKAGE / "ui"):
        found |= window_classes(text)
    assert "MainWindow" in found
    assert {name: lines for name, lines in found.items() if lines > MAX_WINDOW_LINES} == {}


# --- user interface ------------------------------------------------------------------------------------------


def broken_translations(source: str) -> list[int]:
    """Lines where tr() or translate() is given anything but a plain literal: lupdate would not find it."""
    lines = []
    for node in ast.walk(ast.parse(source)):
        called = _name(node.func) if isinstance(node, ast.Call) else ""
        # translate(context, text); a painter's translate takes points, a string's one table.
        wanted = {"tr": 1, "translate": 2}.get(called, 0)
        if isinstance(node, ast.Call) and wanted and len(node.args) >= wanted:
            text = node.args[wanted - 1]
            if not (isinstance(text, ast.Constant) and isinstance(text.value, str)):
                lines.append(node.lineno)
    return lines


def test_every_translated_text_is_a_plain_literal() -> None:
    assert broken_translations('self.tr(f"{n}枚")\nself.tr("x".format(1))\nself.tr("ok")') == [1, 2]
    # str.translate with a table is no translation; the actions table marks its texts where they stand.
    wrong = {
        path.name: lines
        for path, text in _sources(PACKAGE / "ui")
        if path.name != "actions.py" and (lines := broken_translations(text))
    }
    assert wrong == {}


def test_no_colour_stands_in_code() -> None:
    assert HEX_COLOUR.search('QColor("#1D4A80")')
    assert not HEX_COLOUR.search('"#heading"')
    wrong = [path.name for path, text in _sources(PACKAGE / "ui") if HEX_COLOUR.search(text)]
    assert wrong == []


LOCAL_CLOCK = re.compile(
    r"datetime\.now\(\)|fromtimestamp\([^,()]*\)|currentDateTime\(|currentDate\(|currentTime\(|"
    r"QDateTime\.from|[Dd]ate\.today\(|localtime\(|\.toLocalTime\("
)


def test_no_time_is_told_by_the_clock_zone_of_the_machine() -> None:
    """Every time a person reads is Japanese time (domain/wareki.py)."""
    assert LOCAL_CLOCK.search("now = datetime.now()")
    assert LOCAL_CLOCK.search("datetime.fromtimestamp(seconds)")
    found = [f"{path.name}: {hit[0]}" for path, text in _sources() for hit in LOCAL_CLOCK.finditer(text)]
    assert found == []


@pytest.mark.parametrize("word", ["processEvents", "time.sleep", "qtbot.wait("])
def test_nothing_waits_for_time(word: str) -> None:
    own = Path(__file__).name
    files = [*_sources(), *_sources(ROOT / "tests")]
    assert len(files) > 50
    assert [path.name for path, text in files if word in text and path.name != own] == []


# --- what a stranger gets --------------------------------------------------------------------------------------


def _tracked_files() -> list[Path]:
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, encoding="utf-8", check=False
    )
    if listing.returncode == 0 and listing.stdout:
        return [ROOT / name for name in listing.stdout.split("\0") if name]
    hidden = {".venv", ".git", "__pycache__", "demo-output"}
    return [path for path in ROOT.rglob("*") if path.is_file() and not hidden & set(path.parts)]


def test_no_file_names_a_machine_or_a_package_registry() -> None:
    assert FOREIGN.search("/home/somebody/x")
    assert FOREIGN.search("--index-url https://example.invalid")
    wrong = []
    for path in _tracked_files():
        if path.suffix in TEXT_SUFFIXES and path.is_file() and path != Path(__file__).resolve():
            text = path.read_text(encoding="utf-8", errors="replace")
            wrong += [f"{path.relative_to(ROOT)}: {match.group()}" for match in FOREIGN.finditer(text)]
    assert wrong == []
