"""What the built-in brain keeps of names does not grow with the firm; the bench of reading runs and leaves the firm as it was."""

from collections.abc import Iterator
from pathlib import Path

import data_folders
import pytest
from sqlalchemy import text

from evals.scale.firm import ADMIN, TODAY, Firm, build
from evals.scale.parsing import kept, measured, sentences
from store.name_index import NAMED
from store.settings import Settings
from store.unit import Store

SMALL, LARGE = Firm(1_000), Firm(4_000)
GROWTH_MIB = 1.0  # for 5,000 named records more; a dictionary of all of them took some 25 for three people
Stores = dict[int, Store]


@pytest.fixture(scope="module")
def firms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    made = {}
    for firm in (SMALL, LARGE):
        home: Path = tmp_path_factory.mktemp("parsing")
        made[firm.contacts] = Store(Settings(home=home, today=TODAY.isoformat(), timezone="UTC", _env_file=None))  # type: ignore[call-arg]
        build(made[firm.contacts], firm)
    yield made
    for store in made.values():
        store.close()
        if data_folders.server is not None:
            data_folders.server.drop_below(store.settings.home)


def test_memory_does_not_grow_with_the_names(firms: Stores) -> None:
    held = {}
    for size, store in firms.items():
        who = [store.principal(ADMIN), store.principal("u0@scale.example"), store.principal("u1@scale.example")]
        held[size] = kept(store, who, list(sentences(store, 12)))
    assert 0 < held[SMALL.contacts] < 20
    assert held[LARGE.contacts] < held[SMALL.contacts] + GROWTH_MIB


def test_the_bench_of_reading(firms: Stores) -> None:
    store = firms[SMALL.contacts]
    names = [text(f'SELECT count(*) FROM "{kind}" WHERE deleted_at IS NULL') for kind in NAMED]
    with store.database.reading() as session:
        before = [session.execute(statement).one()[0] for statement in names]
        titles = session.execute(text("SELECT title FROM contact ORDER BY id LIMIT 20")).all()
    figures = {figure.name: figure for figure in measured(store, SMALL, 15)}
    with store.database.reading() as session:
        assert [session.execute(statement).one()[0] for statement in names] == before
        assert session.execute(text("SELECT title FROM contact ORDER BY id LIMIT 20")).all() == titles
    assert {name for name, figure in figures.items() if figure.target} == {"parse: p95", "parse: memory of the dictionary"}
    assert all(figure.value is not None and figure.value > 0 for figure in figures.values())


def test_sentences_have_names_of_the_firm(firms: Stores) -> None:
    said = list(sentences(firms[SMALL.contacts], 60))
    assert said == list(sentences(firms[SMALL.contacts], 60))
    assert len(set(said)) > 40
