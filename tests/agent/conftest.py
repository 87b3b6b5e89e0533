"""Two firms with an assistant: the real Maven data (skipped where they are not) and the demo company."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from llm_firm import Firm, firm
from scripted_server import serving

from agent.answer import Answer
from agent.bootstrap import Rapport, build
from evals import stores
from evals.companies import larkfield
from store import people, setup
from store.demo import demo_tables
from store.importing import import_path, import_tables
from store.settings import Settings
from store.unit import Store

MAVEN_BOSS = "boss@maven.example"
Ask = Callable[..., Answer]


def make_firm(home: Path, today: str, boss: str, fill: Callable[[Store, Any], Any], **more: Any) -> Rapport:
    settings = Settings(home=home, today=today, brain="embedded", _env_file=None, **more)  # type: ignore[call-arg]
    store = Store(settings)
    store.database.migrate()
    with store.database.writing() as session:
        setup.prepare(session, currency=more.get("currency"))
        people.add_user(session, settings, people.NewUser(boss, "Bo Boss", "administrator", None, "a long password"))
    fill(store, store.principal(boss))
    store.close()
    return build(settings)


@pytest.fixture(scope="session")
def firm_of() -> Callable[..., Rapport]:
    """Makes a firm of its own: (home, today, boss, fill, settings…)."""
    return make_firm


@pytest.fixture(scope="session")
def maven(maven_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rapport]:
    def fill(store: Store, boss: Any) -> None:
        import_path(store, boss, maven_folder, create_fields=True, create_users=True, held_back_dir=store.settings.home)

    made = make_firm(tmp_path_factory.mktemp("maven"), "2017-12-31", MAVEN_BOSS, fill)
    yield made
    made.close()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rapport]:
    def fill(store: Store, boss: Any) -> None:
        with store.database.writing() as session:
            industries = ["healthcare", "manufacturing", "retail", "software", "energy", "logistics", "education", "finance"]
            setup.add_choices(session, "account.industry", industries)
        import_tables(store, boss, demo_tables(today=date(2026, 11, 21)))
        with store.database.writing() as session:
            for email in ("anna.berg@demo.example", "mia.wang@demo.example", "li.na@demo.example", "sam.service@demo.example"):
                people.add_user(session, store.settings, people.NewUser(email, role=_role(email), password="a long password"))

    made = make_firm(tmp_path_factory.mktemp("demo"), "2026-11-21", "root@demo.example", fill, currency="EUR")
    yield made
    made.close()


@pytest.fixture(scope="module")
def tables() -> dict[str, list[dict[str, Any]]]:
    """What the demo company was filled with; tests over another firm have their own."""
    return demo_tables(today=date(2026, 11, 21))


@pytest.fixture(scope="session")
def larkfield_rapport(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rapport]:
    """The wholesaler of the evals, only asked: nobody here approves a change of it."""
    found = build(stores.fill("larkfield", tmp_path_factory.mktemp("larkfield")).settings())
    yield found
    found.close()


def _role(email: str) -> str:
    return {"mia.wang@demo.example": "manager", "sam.service@demo.example": "service"}.get(email, "rep")


def asker(rapport: Rapport, email: str) -> Ask:
    principal = rapport.store.principal(email)

    def ask(text: str, **options: Any) -> Answer:
        return rapport.assistant.answer(principal, text, door="test", **options)

    return ask


@pytest.fixture(scope="session")
def larkfield_tables() -> dict[str, list[dict[str, Any]]]:
    """The second company's rows, as they were generated."""
    return {kind: [dict(row) for row in rows] for kind, rows in larkfield.tables().items()}


@pytest.fixture
def ask_maven(maven: Rapport) -> Ask:
    return asker(maven, MAVEN_BOSS)


@pytest.fixture
def ask_demo(demo: Rapport) -> Callable[[str], Ask]:
    return lambda email: asker(demo, email)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firm]:
    with serving() as script, firm(tmp_path_factory.mktemp("llm"), script) as made:
        yield made


@pytest.fixture
def here(shared: Firm) -> Firm:
    """A firm with a scripted model that has nothing to say yet."""
    shared.script.replies.clear()
    shared.script.requests.clear()
    shared.script.endless = None
    return shared
