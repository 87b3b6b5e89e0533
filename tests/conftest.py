"""What every test shares: `--database postgresql` runs the same suite there; a firm to work with; no key, no network."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import data_folders
import postgres_server
import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from store import database, people, setup
from store.database import Database
from store.rights import Principal
from store.settings import Settings
from store.unit import Store

SHARED = Path(__file__).resolve().parents[2] / "shared"
MAVEN = SHARED / "data" / "maven-crm"
PASSWORD = "a long enough password"

for profile, examples in (("rapport", 25), ("thorough", 400)):
    hypothesis_settings.register_profile(
        profile, deadline=None, max_examples=examples, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
    )
hypothesis_settings.load_profile("rapport")  # `make test-slow` runs the property tests with --hypothesis-profile=thorough


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=["sqlite", "postgresql"], default="sqlite", help="what the stores of the tests stand on")


def pytest_configure(config: pytest.Config) -> None:
    gc.disable()  # while everything is imported: a fifth of that time would go into looking for what nobody let go of
    for name in [name for name in os.environ if name.startswith(("RAPPORT_", "OPENAI_")) and name != "RAPPORT_TEST_DATABASE_URL"]:
        del os.environ[name]
    people._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)  # a hash a test; tests/store/test_people.py has the real one
    people._DECOY = people._hasher.hash("nobody has this password")
    Database.migrate = data_folders.migrate_quickly  # type: ignore[method-assign]
    database.make_engine = data_folders.sharing_statements
    if config.getoption("--database") == "postgresql":
        server = data_folders.server = postgres_server.find()
        if server is None:
            raise pytest.UsageError("no PostgreSQL: set RAPPORT_TEST_DATABASE_URL, or start one on 127.0.0.1:5432")
        Settings.url = property(lambda self: self.database_url or server.url_for(self.home))  # type: ignore[assignment, method-assign]
        config.add_cleanup(server.close)


def pytest_collection_finish() -> None:
    """What was imported stays: only what tests make is looked through from here on."""
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.fixture(autouse=True)
def _databases_go_with_their_folders(request: pytest.FixtureRequest) -> Iterator[None]:
    """Of a test's own folder; those of a session stay to its end."""
    server = data_folders.server
    folder = request.getfixturevalue("tmp_path") if server is not None and "tmp_path" in request.fixturenames else None
    yield
    if server is not None and folder is not None:
        server.drop_below(folder)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return data_folders.settings_of(tmp_path / "home")


@pytest.fixture(scope="session")
def fresh_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder as `rapport init` leaves it, made once and copied: picklists, a pipeline and an administrator."""
    folder = tmp_path_factory.mktemp("fresh")
    made = Store(data_folders.settings_of(folder))
    made.database.migrate()
    with made.database.writing() as session:
        setup.prepare(session)
        people.add_user(session, made.settings, people.NewUser("boss@firm.example", "Bo Boss", "administrator", None, PASSWORD))
    made.close()
    return folder


@pytest.fixture
def start_folder(fresh_folder: Path) -> Path:
    """What `store` is a copy of. A file whose tests all begin with the same records makes them once and puts its own folder here."""
    return fresh_folder


@pytest.fixture
def store(start_folder: Path, settings: Settings) -> Iterator[Store]:
    """A store with its picklists and pipeline, an administrator, and what the tests of a folder or a file begin with."""
    data_folders.copied(start_folder, settings.home)
    made = Store(settings)
    yield made
    made.close()


@pytest.fixture
def boss(store: Store) -> Principal:
    return store.principal("boss@firm.example")


@pytest.fixture(scope="session")
def maven_folder() -> Path:
    if not MAVEN.is_dir():
        pytest.skip(f"the Maven data are not here ({MAVEN})")
    return MAVEN
