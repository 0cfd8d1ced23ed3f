#!/usr/bin/env python3
"""Set up, run and test workshop_app on a machine that has only Python (3.11 or later).

    python3 packaging/dev.py demo [DIR]      five ward files, merged, exported; then the window
    python3 packaging/dev.py test [ARGS]     every check and test (ARGS go to pytest)
    python3 packaging/dev.py laws [--examples N] [--steps N]   the laws of the merge, for as long as you like
    python3 packaging/dev.py run  [FILE]     the program
    python3 packaging/dev.py faults [ARGS]   kills, full disks, power cuts and damaged files, counted (docs/faults.md)
    python3 packaging/dev.py screenshots [DIR]   the README's pictures again, and more of them into DIR
    python3 packaging/dev.py setup           only the set-up
    python3 packaging/dev.py lock            write the lock file again from pyproject.toml

Standard library only. The first command makes .venv from the hash-pinned lock file and, on Debian and Ubuntu,
adds the system libraries Qt needs and a Japanese font; later ones find the stamp and start at once.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOCK = ROOT / "packaging" / "requirements.lock"
STAMP = VENV / "workshop-app-setup.txt"
SYSTEM_STAMP = VENV / "workshop-app-system.txt"
MIN_PYTHON = (3, 11)

QT_LIBRARIES = (
    "libdbus-1-3",
    "libegl1",
    "libfontconfig1",
    "libgl1",
    "libglib2.0-0",
    "libxcb-cursor0",
    "libxcb-icccm4",
    "libxcb-image0",
    "libxcb-keysyms1",
    "libxcb-randr0",
    "libxcb-render-util0",
    "libxcb-shape0",
    "libxcb-xkb1",
    "libxkbcommon-x11-0",
    "libxkbcommon0",
    "strace",  # not Qt's: the fault tests trace with it, and are skipped without it
)
"""What Qt's offscreen and xcb platforms load on a Debian without a desktop."""
JAPANESE_FONTS = ("fonts-morisawa-bizud-gothic", "fonts-noto-cjk", "fonts-ipaexfont-gothic")
"""Any one of them is enough; the first is installed when there is none."""


def main(arguments: Sequence[str]) -> int:
    if sys.version_info < MIN_PYTHON:
        return _fail("Python 3.11 or later is needed. / Python 3.11 以上で実行してください。")
    name = arguments[0] if arguments else ""
    commands: dict[str, Callable[[list[str]], int]] = {
        "setup": lambda rest: 0,
        "demo": _demo,
        "test": _test,
        "laws": _laws,
        "run": _program,
        "faults": lambda rest: _call([_python(), str(ROOT / "tests" / "fault" / "run.py"), *rest]),
        "screenshots": lambda rest: _call(
            [_python(), str(ROOT / "packaging" / "screenshots.py"), *rest], Path.cwd()
        ),
        "lock": _lock,
    }
    if name not in commands:
        print(__doc__)
        return 2
    if name != "lock":
        problem = set_up()
        if problem:
            return _fail(problem)
    return commands[name](list(arguments[1:]))


# --- set-up ------------------------------------------------------------------------------------------


def set_up() -> str | None:
    """Make everything ready; returns one sentence when it cannot be done.

    Two stamps, for two things that can be missing apart: system packages may come later, by somebody else's
    hand, and until then every command names them.
    """
    missing = [] if _is_stamped(SYSTEM_STAMP) else _install_system_packages()
    problem = None if _is_stamped(STAMP) else _set_up_venv()
    if problem:
        return problem
    if not missing:
        SYSTEM_STAMP.write_text(stamp_text(), encoding="utf-8")
        return None
    names = " ".join(missing)
    sentence = (
        f"Please have these system packages installed: {names} / 次のシステム部品を入れてください: {names}"
    )
    # Not all of them are needed for every command: without a font or the window system's parts much still works.
    if _quiet([_python(), "-c", "import PySide6.QtWidgets, PySide6.QtSvg"]) != 0:
        return sentence
    print(sentence, file=sys.stderr)
    return None


def _is_stamped(stamp: Path) -> bool:
    return stamp.is_file() and stamp.read_text(encoding="utf-8") == stamp_text()


def _set_up_venv() -> str | None:
    problem = _make_venv()
    if problem:
        return problem
    print(
        "Installing the pinned packages (once) ... / 必要な部品を入れています（最初の一度だけ）…", flush=True
    )
    install = [_python(), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if _call([*install, "--require-hashes", "-r", str(LOCK)]) != 0:
        return (
            "The packages could not be installed; see the lines above, then run the command again. / "
            "部品を入れられませんでした。上の行を確かめて、もう一度実行してください。"
        )
    # A path file makes the source importable without building anything.
    site = subprocess.run(
        [_python(), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    (Path(site) / "workshop_app_source.pth").write_text(f"{ROOT}\n", encoding="utf-8")
    # Written last: an interrupted set-up is simply done again.
    STAMP.write_text(stamp_text(), encoding="utf-8")
    return None


def stamp_text() -> str:
    """What the set-up depends on: this script's lists, the lock file, the Python version and the place."""
    digest = hashlib.sha256(LOCK.read_bytes() + Path(__file__).read_bytes()).hexdigest()
    return f"{digest}\n{sys.version_info.major}.{sys.version_info.minor}\n{ROOT}\n"


def _make_venv() -> str | None:
    if VENV.exists() and not STAMP.exists():
        shutil.rmtree(VENV)
    result = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(VENV)], capture_output=True, text=True, check=False
    )
    if result.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        return (
            "Python's venv module is missing; on Debian or Ubuntu install the package python3-venv. / "
            "Python の venv がありません。Debian や Ubuntu では python3-venv を入れてください。"
        )
    return None


def _install_system_packages() -> list[str]:
    """On Debian and Ubuntu add what Qt loads; gives the names that are still missing, for want of the right."""
    if not (sys.platform == "linux" and shutil.which("apt-get") and shutil.which("dpkg-query")):
        return []
    missing = missing_packages(_dpkg_installed())
    if not missing:
        return []
    rights: list[str] | None = None
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        rights = []
    elif shutil.which("sudo") and _quiet(["sudo", "-n", "true"]) == 0:
        rights = ["sudo", "-n"]
    if rights is None:
        return missing
    print(f"Installing system packages (once): {' '.join(missing)}", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    apt = [*rights, "apt-get", "-qq", "-o", "Dpkg::Use-Pty=0"]
    subprocess.run([*apt, "update"], env=environment, check=False, stdout=subprocess.DEVNULL)
    install = [*apt, "install", "-y", "--no-install-recommends", *missing]
    subprocess.run(install, env=environment, check=False, stdout=subprocess.DEVNULL)
    return missing_packages(_dpkg_installed())


def missing_packages(installed: set[str]) -> list[str]:
    """Names of the needed Debian packages that are not among the installed ones."""
    # Debian's move to 64-bit time renamed some libraries: libglib2.0-0t64 stands for libglib2.0-0.
    have = installed | {name.removesuffix("t64") for name in installed}
    missing = [name for name in QT_LIBRARIES if name not in have]
    if not any(font in have for font in JAPANESE_FONTS):
        missing.append(JAPANESE_FONTS[0])
    return missing


def _dpkg_installed() -> set[str]:
    listing = subprocess.run(
        ["dpkg-query", "-W", "-f", "${db:Status-Status} ${Package}\n"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    return {line.split()[1] for line in listing.splitlines() if line.startswith("installed ")}


# --- commands ----------------------------------------------------------------------------------------


def _program(arguments: list[str]) -> int:
    """The program itself, where the caller stands: a relative path means the same as in any other command."""
    # -P: a calendar.py that happens to lie in the caller's folder must not take the place of Python's own.
    return _call([_python(), "-P", "-m", "workshop_app", *arguments], Path.cwd())


def _demo(rest: list[str]) -> int:
    folder = [] if rest and not rest[0].startswith("-") else ["demo-output"]
    return _program(["demo", *folder, *rest])


def _test(rest: list[str]) -> int:
    steps: tuple[tuple[str, list[str]], ...] = (
        ("ruff check", [_python(), "-m", "ruff", "check", "."]),
        ("ruff format", [_python(), "-m", "ruff", "format", "--check", "."]),
        ("mypy", [_python(), "-m", "mypy"]),
        ("pytest", [_python(), "-m", "pytest", "-n", "auto", *rest]),
    )
    failed = []
    for name, command in steps:
        print(f"== {name}", flush=True)
        if _call(command) != 0:
            failed.append(name)
    if failed:
        return _fail(f"Not green: {', '.join(failed)}")
    print("All checks are green.")
    return 0


def _laws(rest: list[str]) -> int:
    """Many more, and longer, histories of laptops than the ordinary tests try (20,000 of 100 steps: a night)."""
    parser = argparse.ArgumentParser(prog="dev.py laws")
    parser.add_argument("--examples", type=int, default=20_000)
    parser.add_argument("--steps", type=int, default=100)
    given = parser.parse_args(rest)
    size = {"LAWS_EXAMPLES": str(given.examples), "LAWS_STEPS": str(given.steps)}
    # Without the ordinary alarm about a test that takes minutes.
    options = ["-n", "auto", "-o", "faulthandler_timeout=0"]
    return _call([_python(), "-m", "pytest", *options, "tests/laws/test_state_machine.py"], more=size)


def _lock(rest: list[str]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        python = _python(Path(folder))
        if _call([python, "-m", "pip", "install", "--quiet", "uv"]) != 0:
            return 1
        compile_lock = [python, "-m", "uv", "pip", "compile", "--quiet", "--universal", "--generate-hashes"]
        options = ["--extra", "dev", "--python-version", "3.11", "--no-header", "--no-annotate"]
        return _call([*compile_lock, *options, *rest, "pyproject.toml", "-o", str(LOCK)])


def _python(venv: Path = VENV) -> str:
    return str(venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))


def _call(command: Sequence[str], folder: Path = ROOT, more: Mapping[str, str] | None = None) -> int:
    environment = {**os.environ, "PYTHONUTF8": "1", **(more or {})}
    return subprocess.run(list(command), cwd=folder, env=environment, check=False).returncode


def _quiet(command: Sequence[str]) -> int:
    return subprocess.run(list(command), capture_output=True, check=False).returncode


def _fail(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
