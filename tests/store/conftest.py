from pathlib import Path

import pytest
from data_folders import refilled
from gate_firm import As, Hand, staff

from store.unit import Store


@pytest.fixture(scope="session")
def staffed_folder(fresh_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The fresh data folder with people in two teams."""
    return refilled(fresh_folder, tmp_path_factory.mktemp("staffed") / "home", staff)


@pytest.fixture
def start_folder(request: pytest.FixtureRequest) -> Path:
    found: Path = request.getfixturevalue("staffed_folder" if "as_" in request.fixturenames else "fresh_folder")
    return found


@pytest.fixture
def as_(store: Store) -> As:
    """`as_("anna")` is Anna at the gate of a firm with people in two teams."""
    return lambda name: Hand(store, store.principal(f"{name}@firm.example"))
