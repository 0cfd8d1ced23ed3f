"""What every test has: no screen needed, nothing written outside its own folder."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# Before any test, too, nothing of the person's own settings is read or written.
os.environ["WORKSHOP_APP_HOME"] = tempfile.mkdtemp(prefix="workshop-app-test-")
atexit.register(shutil.rmtree, os.environ["WORKSHOP_APP_HOME"], ignore_errors=True)
settings.register_profile("ci", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("nightly", deadline=None, max_examples=20_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKSHOP_APP_HOME", str(tmp_path_factory.mktemp("home")))


@pytest.fixture
def repo_root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture
def shared_data() -> Path:
    """Real data kept outside the repository; tests that use it are skipped where it is absent."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("needs ../shared/data, which this machine does not have")
    return folder
