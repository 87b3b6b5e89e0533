"""Search by name: what is found, that nothing hidden is, and that the index follows every write."""

from collections.abc import Iterator
from pathlib import Path

import plain_firm
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plain_firm import PlainFirm
from sqlalchemy import delete, insert, inspect, select, text, update

from store import name_index, setup
from store.filters import Filter
from store.models import RECORD_MODELS, Account, Contact, NameSpelling, NameTerm, NameWord, User
from store.name_search import names_in, search_names
from store.query import RecordQuery, find, find_named
from store.rights import Principal
from store.schema import name_field
from store.settings import Settings
from store.unit import Store

PEOPLE = (
    "James Ashford",
    "Jennifer Ashford",
    "Elizabeth Thornbury",
    "王晓明",
    "王小芳",
    "李伟",
    "José Müller",
    "John Smith",
    "Smith Johnson",
)
COMPANIES = (
    "Nordkap Energy AS",
    "Altex Dynamics LLC",
    "上海明远医疗科技有限公司",
    "上海明远食品有限公司",
    "Data Soft Inc",
    "100% Juice Ltd",
)


@pytest.fixture
def named(store: Store) -> Store:
    now = store.settings.now()
    with store.database.writing() as session:
        same = {"created_at": now, "updated_at": now, "version": 1, "custom": {}}
        session.execute(insert(Contact), [{"id": f"C{n}", "key": f"K-{n}", "name": name, **same} for n, name in enumerate(PEOPLE)])
        session.execute(insert(Account), [{"id": f"A{n}", "key": f"ACC{n}", "name": name, **same} for n, name in enumerate(COMPANIES)])
    return store


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("James Ashford", "James Ashford"),
        ("jmaes ashfrod", "James Ashford"),
        ("Elisabeth Thornbry", "Elizabeth Thornbury"),
        ("thronburry", "Elizabeth Thornbury"),
        ("ashford james", "James Ashford"),
        ("eliz thorn", "Elizabeth Thornbury"),
        ("jose muller", "José Müller"),
        ("王小明", "王晓明"),
        ("wang xiaoming", "王晓明"),
        ("Wang Xiao Ming", "王晓明"),
        ("nordkapp energi", "Nordkap Energy AS"),
        ("Altex", "Altex Dynamics LLC"),
        ("明远医疗", "上海明远医疗科技有限公司"),
        ("上海明圆医疗科技", "上海明远医疗科技有限公司"),
        ("mingyuan yiliao", "上海明远医疗科技有限公司"),
        ("acc3", "上海明远食品有限公司"),
    ],
)
def test_the_best_hit(named: Store, boss: Principal, asked: str, expected: str) -> None:
    with named.reading(boss) as unit:
        hits = search_names(unit, asked)
    assert hits
    assert hits[0].name == expected
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_only_the_name_itself_is_a_hundred(named: Store, boss: Principal) -> None:
    with named.reading(boss) as unit:
        assert {hit.name: hit.score for hit in search_names(unit, "john SMITH")} == {"John Smith": 100.0}
        assert all(hit.score < 100 for hit in search_names(unit, "jon smith"))
        assert search_names(unit, "zzyzx qqq") == search_names(unit, "…") == search_names(unit, "") == []


def test_many_phrases_at_once(named: Store, boss: Principal) -> None:
    asked = [f"nobody {n}" for n in range(700)] + ["john smith", "Nordkap Energy", "data soft", "k-3", "wang xiaoming", "上海明远食品"]
    with named.reading(boss) as unit:
        found = {phrase: [(hit.type, hit.name, hit.score) for hit in hits] for phrase, hits in names_in(unit, asked).items()}
    assert found == {
        "john smith": [("contact", "John Smith", 100.0)],
        "Nordkap Energy": [("account", "Nordkap Energy AS", 95.0)],
        "data soft": [("account", "Data Soft Inc", 95.0)],
        "k-3": [("contact", "王晓明", 100.0)],
        "wang xiaoming": [("contact", "王晓明", 95.0)],
        "上海明远食品": [("account", "上海明远食品有限公司", 95.0)],
    }


def test_what_contains_nothing_is_searched_by_likeness(named: Store, boss: Principal) -> None:
    with named.reading(boss) as unit:
        exact = find_named(unit, RecordQuery(entity="contact"), "ashford")
        like = find_named(unit, RecordQuery(entity="contact", limit=1), "jenifer ashfrod")
        none = find_named(unit, RecordQuery(entity="contact"), "qqqqqq")
    assert (exact.total, exact.approximate) == (2, False)
    assert ([each.name for each in like.records], like.approximate) == (["Jennifer Ashford"], True)
    assert (none.total, none.approximate) == (0, False)


@given(part=st.sampled_from([name[a : a + n] for name in (*PEOPLE, *COMPANIES) for a in range(len(name)) for n in (1, 2, 3, 5)]))
def test_contains_means_what_it_did(firm_at: tuple[Store, PlainFirm], part: str) -> None:
    """The index only spares reading: against plain Python, on names with signs, accents and both languages."""
    store, _ = firm_at
    with store.reading(store.principal("u0@x.example")) as unit:
        for entity in ("contact", "account"):
            everything = find(unit, RecordQuery(entity=entity, limit=10_000)).records
            wanted = {each.id for each in everything if part.strip() and part.lower() in each.name.lower()}
            if part.strip():
                page = find(unit, RecordQuery(entity=entity, filters=[Filter(field="name", op="contains", value=part)], limit=10_000))
                undotted = {
                    each.id for each in everything if part.lower() in each.name.lower().replace("\u0307", "")
                }  # İzmir, as PostgreSQL has it
                assert wanted <= {each.id for each in page.records} <= wanted | undotted


@pytest.fixture(scope="module")
def firm_at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, PlainFirm]]:
    home: Path = tmp_path_factory.mktemp("names")
    store = Store(Settings(home=home, today="2026-11-21", _env_file=None))  # type: ignore[call-arg]
    store.database.migrate()
    with store.database.writing() as session:
        setup.prepare(session)
    firm = plain_firm.fill(store, 5)
    now = store.settings.now()
    with store.database.writing() as session:
        same = {"created_at": now, "updated_at": now, "version": 1, "custom": {}}
        session.execute(insert(Contact), [{"id": f"C{n}", "name": name, **same} for n, name in enumerate(PEOPLE)])
        session.execute(insert(Account), [{"id": f"A{n}", "name": name, **same} for n, name in enumerate(COMPANIES)])
        for row in session.scalars(select(User)):
            row.active = True
    yield store, firm
    store.close()


def test_nothing_hidden_is_found(firm_at: tuple[Store, PlainFirm]) -> None:
    """Every user asks for every name, rightly and wrongly spelt: what comes is what the plain rules let them see."""
    store, firm = firm_at
    found = 0
    for user in firm.rows["user"].values():
        with store.reading(store.principal(user["email"])) as unit:
            for entity in ("account", "contact", "lead", "opportunity", "task", "case", "order"):
                rows = firm.rows[entity]
                named = name_field(entity)
                asked = sorted({row[named] for row in rows.values()})[:12]
                for name, hits in names_in(unit, asked, [entity], limit=1_000).items():
                    whole = {hit.id for hit in hits if hit.score == 100.0} & set(rows)
                    assert whole == {row["id"] for row in firm.seen(user, entity) if row[named].casefold() == name.casefold()}
                    found += len(whole)
                for name in asked[:4]:
                    hits = search_names(unit, name[:-1] + "q" + name[-1:], [entity], limit=1_000)
                    assert all(firm.sees(user, entity, rows[hit.id]) for hit in hits if hit.id in rows)
    assert found > 100


def test_the_index_follows_every_write(named: Store, boss: Principal) -> None:
    """By the ORM, in bulk, by hand in SQL: afterwards it is what a rebuild makes of the records."""
    now = named.settings.now()
    with named.database.writing() as session:
        contact = session.get(Contact, "C0")
        assert contact is not None
        contact.name = "Jim Renamed"
        session.flush()
        contact.name = "Jimmy Renamed"
    with named.database.writing() as session:
        session.execute(update(Account).where(Account.id == "A0").values(name="Südkap 能源"))
        session.execute(text("UPDATE contact SET name = 'Raw Sqlname' WHERE id = 'C1'"))
        session.execute(delete(Contact).where(Contact.id == "C2"))
        session.execute(insert(Contact.__table__), [{"id": "CX", "name": "Bulk Neuling", "created_at": now, "updated_at": now, "custom": {}, "version": 1}])  # type: ignore[arg-type]  # fmt: skip
    with named.reading(boss) as unit:
        assert [hit.name for hit in search_names(unit, "jimmy renmaed")] == ["Jimmy Renamed"]
        assert [hit.id for hit in search_names(unit, "Sudkap")] == ["A0"]
        assert [hit.id for hit in search_names(unit, "bulk neuling")] == ["CX"]
        assert search_names(unit, "James Ashford", ["contact"]) == []
    before = contents(named)
    with named.database.writing() as session:
        name_index.rebuild(session.connection())
    assert before[0] == contents(named)[0]
    assert before[1] >= contents(named)[1]  # words that nobody has any more may stay


def contents(store: Store) -> tuple[set[tuple[str, ...]], set[tuple[str, ...]]]:
    with store.database.reading() as session:
        words = {tuple(row) for row in session.execute(select(NameWord.word, NameWord.type, NameWord.record_id))}
        rest = {tuple(row) for row in session.execute(select(NameSpelling.spelling, NameSpelling.term))}
        rest |= {tuple(row) for row in session.execute(select(NameTerm.term))}
    return words, rest


def test_a_write_that_fails_leaves_nothing(named: Store, boss: Principal) -> None:
    before = contents(named)
    with pytest.raises(ZeroDivisionError):
        _rename_and_fail(named)
    assert contents(named) == before


def _rename_and_fail(store: Store) -> None:
    with store.database.writing() as session:
        session.execute(update(Contact).where(Contact.id == "C0").values(name="Never Was"))
        name_index.catch_up(session.connection())
        raise ZeroDivisionError


def test_a_search_in_a_transaction_sees_what_it_wrote(named: Store, boss: Principal) -> None:
    with named.writing(boss) as unit:
        unit.session.execute(update(Contact).where(Contact.id == "C0").values(name="Gerda Frisch"))
        assert [hit.id for hit in search_names(unit, "gerda frish")] == ["C0"]
        found = find(unit, RecordQuery(entity="contact", filters=[Filter(field="name", op="contains", value="frisch")]))
        assert found.total == 1


def test_every_named_kind_is_watched(store: Store) -> None:
    """A migration that makes a table anew drops its triggers: it has to call `watch` again."""
    assert set(name_index.NAMED) == set(RECORD_MODELS) - {"activity", "consent"}
    with store.database.engine.connect() as connection:
        if store.database.dialect == "sqlite":
            found = set(connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars())
            wanted = {f"name_{kind}_{event}" for kind in name_index.NAMED for event in ("insert", "update", "delete")}
        else:
            found = set(connection.execute(text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")).scalars())
            wanted = {f"name_{kind}_{event}" for kind in name_index.NAMED for event in ("made", "changed")}
        assert {"name_word", "name_pending"} <= set(inspect(connection).get_table_names())
    assert wanted <= found
