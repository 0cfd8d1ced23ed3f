"""Real services and real files for the window's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from workshop_app import bootstrap
from workshop_app.services.prepare import WorkshopSetup
from workshop_app.ui.application import prepare_application
from workshop_app.ui.open_file import OpenFile


@pytest.fixture(scope="session")
def qapp_cls() -> type:
    """pytest-qt takes the application that is there; ours is dressed first."""
    return type(prepare_application())


@pytest.fixture
def services() -> bootstrap.Services:
    """What the window gets in the real program."""
    return bootstrap.Services()


@pytest.fixture
def ward_file(tmp_path: Path) -> Path:
    """A new file for 東区 with four tables."""
    path = tmp_path / "東区 第1回_A.wsdb"
    setup = WorkshopSetup(bootstrap.load_agenda(None), "東区", "2014-10-05", "東区役所", 4)
    bootstrap.create_database(path, setup)
    return path


@pytest.fixture
def open_file(ward_file: Path, services: bootstrap.Services) -> Iterator[OpenFile]:
    """That file, open."""
    opened = OpenFile(services.open(ward_file), services)
    yield opened
    opened.close()
