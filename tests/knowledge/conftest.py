"""Firms that are closed when the test is over."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from brief_firm import Past
from knowledge_firm import BOSS, Firm, HashEncoder

from knowledge.index import Indexer
from knowledge.search import Search
from store import people, setup
from store.settings import Settings
from store.unit import Store


@pytest.fixture
def open_firm(tmp_path: Path) -> Iterator[Callable[..., Firm]]:
    opened: list[Firm] = []

    def opener(encoder: Any = None, home: Path = tmp_path, chroma: str = "") -> Firm:
        settings = Settings(home=home, today="2026-11-21", chroma_url=chroma, _env_file=None)
        store = Store(settings)
        store.database.migrate()
        encoder = encoder or HashEncoder()
        index = Indexer(store, encoder)
        firm = Firm(store, encoder, index, Search(store, encoder, index))
        opened.append(firm)
        if not (home / "prepared").exists():
            (home / "prepared").touch()
            with store.database.writing() as session:
                setup.prepare(session)
                for email, role in ((BOSS, "administrator"), ("r1@b.example", "rep"), ("r2@b.example", "rep"), ("s@b.example", "service")):
                    people.add_user(session, settings, people.NewUser(email, email, role, password="long enough"))
        return firm

    yield opener
    for firm in opened:
        firm.index.close()
        firm.store.close()


@pytest.fixture
def firm(open_firm: Callable[..., Firm]) -> Firm:
    return open_firm()


@pytest.fixture
def past(firm: Firm) -> Past:
    return Past(firm.store)


@pytest.fixture(scope="module")
def shared_past(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Past]:
    """One store for the tests of a file that each make an account of their own."""
    settings = Settings(home=tmp_path_factory.mktemp("past"), today="2026-11-21", _env_file=None)
    store = Store(settings)
    store.database.migrate()
    with store.database.writing() as session:
        setup.prepare(session)
        for email, role in ((BOSS, "administrator"), ("r1@b.example", "rep"), ("r2@b.example", "rep"), ("s@b.example", "service")):
            people.add_user(session, settings, people.NewUser(email, email, role, password="long enough"))
    yield Past(store)
    store.close()
