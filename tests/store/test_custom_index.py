"""Custom fields are found by an index: the plan of the very query says so, on both databases."""

import json
from pathlib import Path
from typing import Any

import data_folders
import pytest
from alembic import command
from gate_firm import As
from sqlalchemy import event, select, text

from store import custom_values, database, setup
from store.database import Database
from store.filters import Filter
from store.models import Account, CustomField
from store.query import RecordQuery, find, find_ids
from store.rights import Principal
from store.unit import Store

MANY = 400
KINDS: dict[str, tuple[str, Any, Any]] = {  # kind: (field, value of one record, value of the others)
    "text": ("合同", "needle", "hay"), "number": ("hands", 7.5, 3), "money": ("worth", "12.50", "99.00"), "date": ("since", "2026-03-01", "2020-01-01"),
    "choice": ("mood", "glad", "sad"), "bool": ("vip", True, False), "user": ("coach", "NOBODY1", "NOBODY2"),
}  # fmt: skip


def plans(store: Store, who: Principal, item: Filter) -> tuple[list[str], str]:
    """(ids found, how the database went about counting them)."""
    query = RecordQuery(entity="account", filters=[item], limit=0)
    seen: list[tuple[str, Any]] = []
    with store.reading(who) as unit:
        bind = unit.session.connection()
        if store.database.dialect != "sqlite":
            # A small table is read whole otherwise, or by any index at all. What is dropped here is back when the unit ends.
            unit.session.execute(text("SET LOCAL enable_seqscan = off"))
            others = "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema() AND indexname LIKE 'ix_account_%'"
            for name in unit.session.scalars(text(others)).all():
                unit.session.execute(text(f'DROP INDEX "{name}"'))

        def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
            seen.append((statement, parameters))

        event.listen(bind, "before_cursor_execute", note)
        find(unit, query)
        event.remove(bind, "before_cursor_execute", note)
        statement, parameters = seen[-1]
        explain = "EXPLAIN QUERY PLAN " if store.database.dialect == "sqlite" else "EXPLAIN "
        lines = bind.exec_driver_sql(explain + statement, parameters).all()
        found = find_ids(unit, query)
    return found, "\n".join(str(tuple(line)) for line in lines)


@pytest.fixture
def firm(store: Store, boss: Principal) -> Store:
    with store.database.writing() as session:
        for kind, (name, _, _) in KINDS.items():
            setup.add_field(session, "account", name, kind)
        setup.add_field(session, "account", "colours", "multichoice")
        setup.add_choices(session, "account.mood", ["glad", "sad"])
        setup.add_choices(session, "account.colours", ["red", "blue"])
        now = store.settings.now()
        for number in range(MANY):
            custom = {name: one if number == 5 else rest for name, one, rest in KINDS.values()}
            custom["colours"] = ["red", "blue"] if number == 5 else ["blue"]
            session.add(Account(id=f"A{number}", name=f"Account {number}", created_at=now, updated_at=now, custom=custom, version=1))
    return store


@pytest.mark.parametrize("kind", KINDS)
def test_the_plan_uses_the_index(firm: Store, boss: Principal, kind: str) -> None:
    name, one, _ = KINDS[kind]
    value = boss.email if kind == "user" else one
    if kind == "user":
        with firm.database.writing() as session:
            account = session.get(Account, "A5")
            assert account is not None
            account.custom = {**account.custom, name: boss.user_id}
    found, plan = plans(firm, boss, Filter(field=name, value=value))
    assert found == ["A5"]
    assert custom_values.index_name("account", name) in plan, plan


@pytest.mark.parametrize("kind", ["number", "money", "date"])
def test_a_range_uses_the_index(firm: Store, boss: Principal, kind: str) -> None:
    name, one, rest = KINDS[kind]
    low = kind == "money"
    found, plan = plans(firm, boss, Filter(field=name, op="le" if low else "ge", value=one))
    assert found == ["A5"], rest
    assert custom_values.index_name("account", name) in plan, plan


def test_several_choices_use_an_index_where_there_is_one(firm: Store, boss: Principal) -> None:
    found, plan = plans(firm, boss, Filter(field="colours", value="Red"))
    assert found == ["A5"]
    assert (custom_values.index_name("account", "colours") in plan) == (firm.database.dialect != "sqlite"), plan


def test_stores_from_before_get_their_indexes_and_removed_fields_lose_theirs(firm: Store, boss: Principal) -> None:
    with firm.database.writing() as session:
        before = custom_values._existing(session)
        custom_values.drop_index(session, "account", "worth")
        session.query(CustomField).filter_by(name="mood").delete()
        assert custom_values.index_name("account", "worth") not in custom_values._existing(session)
        setup.prepare(session)  # what `rapport init` runs
        assert custom_values._existing(session) == before - {custom_values.index_name("account", "mood")}


def test_a_field_may_come_back_as_another_kind(as_: As) -> None:
    """An index left over would hold PostgreSQL to numbers."""
    anna = as_("anna")
    with anna.store.database.writing() as session:
        setup.add_field(session, "account", "size_class", "number")
        session.query(CustomField).filter_by(name="size_class").delete()
        setup.add_field(session, "account", "size_class", "text")
    anna.make("account", name="Acme", size_class="quite large")


def test_long_text_fits(as_: As) -> None:
    """A b-tree of PostgreSQL takes 2,704 bytes; a text field takes a thousand characters of any script."""
    anna = as_("anna")
    with anna.store.database.writing() as session:
        setup.add_field(session, "account", "motto", "text")
    motto = "".join(chr(0x4E00 + (n * 7919) % 20_000) for n in range(1000))
    made = anna.make("account", name="Acme", motto=motto)
    with anna.store.reading(anna.who) as unit:
        assert find_ids(unit, RecordQuery(entity="account", filters=[Filter(field="motto", value=motto)])) == [made]


@pytest.mark.parametrize("name", ["a'b", 'a"b', "a b", "a.b", "a)--", ""])
def test_no_name_breaks_out_of_the_sql(store: Store, name: str) -> None:
    with store.database.writing() as session, pytest.raises(Exception, match="field name"):
        setup.add_field(session, "account", name, "text")
    with pytest.raises(Exception, match="field name"):
        custom_values.stored(Account.custom, name, "text", "sqlite")


def test_values_under_chinese_names_written_before_are_found(tmp_path: Path) -> None:
    """JSON was written with its letters escaped once, and SQLite found no key in it."""
    if data_folders.server:
        pytest.skip("JSONB holds letters, escaped or not")
    engine = Database(f"sqlite:///{tmp_path / 'old.db'}")
    config = database.alembic_config()
    with engine._writing.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        row = {
            "id": "A1",
            "name": "Acme",
            "version": 1,
            "created_at": "2026-01-01 00:00:00.000000",
            "updated_at": "2026-01-01 00:00:00.000000",
        }
        row["custom"] = json.dumps({"合同": "长期", "plain": 1})
        names = ", ".join(row)
        connection.execute(text(f"INSERT INTO account ({names}) VALUES ({', '.join(f':{each}' for each in row)})"), row)
    data_folders.migrate(engine)
    with engine.reading() as session:
        value = custom_values.stored(Account.custom, "合同", "text", "sqlite")
        assert session.scalar(select(Account.id).where(value == "长期")) == "A1"
        assert session.get_one(Account, "A1").custom == {"合同": "长期", "plain": 1}
    engine.close()
