"""Arguments in the shapes models write them, and nothing lost on the way."""

import json
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.errors import Ambiguous, InvalidInput, NotFound, RapportError
from store.filters import Filter
from store.rights import Principal
from store.unit import Store
from tools import naming
from tools.catalogue import ALL, arguments
from tools.context import Context
from tools.lenient import MALFORMED, read_filters, read_list, shaped

WON = Filter(field="status", value="won")
BIG = Filter(field="amount", op="gt", value=1000)


@pytest.mark.parametrize(
    "raw",
    [
        [{"field": "status", "op": "eq", "value": "won"}],
        {"field": "status", "op": "eq", "value": "won"},
        [{"field": "status", "value": "won"}],
        {"status": "won"},
        [{"status": "won"}],
        '{"status": "won"}',
        '[{"field": "status", "op": "=", "value": "won"}]',
        "status = won",
        "status: 'won'",
        ["status", "=", "won"],
        [["status", "eq", "won"]],
        ["status = 'won'"],
        {"filters": [{"column": "status", "operator": "equals", "value": "won"}]},
        {"status": {"$eq": "won"}},
        [WON],
    ],
)
def test_one_condition_in_any_shape(raw: Any) -> None:
    assert read_filters(raw) == [WON]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"amount": {"gt": 1000}, "status": "won"}, [BIG, WON]),
        ("amount > 1000 and status = won", [Filter(field="amount", op="gt", value="1000"), WON]),
        ([{"any": [{"status": "won"}, {"amount": {">": 1000}}]}], [Filter(any=[WON, BIG])]),
        ([{"$or": [{"status": "won"}, {"amount": {"$gt": 1000}}]}], [Filter(any=[WON, BIG])]),
        ({"status": ["won", "lost"]}, [Filter(field="status", op="in", value=["won", "lost"])]),
        ({"field": "status", "op": "ne", "value": ["won", "lost"]}, [Filter(field="status", op="not_in", value=["won", "lost"])]),
        ({"phone": None}, [Filter(field="phone", op="is_empty")]),
        ({"field": "phone", "op": "is_null", "value": False}, [Filter(field="phone", op="is_set", value=False)]),
        (
            {"field": "activities", "op": "has_no", "where": {"kind": "call"}},
            [Filter(field="activities", op="has_no", where=[Filter(field="kind", value="call")])],
        ),
        ({"field": "contacts", "op": "count_ge", "value": "2"}, [Filter(field="contacts", op="count_ge", value=2)]),
        ("", []),
        (None, []),
    ],
)  # fmt: skip
def test_conditions(raw: Any, expected: list[Filter]) -> None:
    assert read_filters(raw) == expected


@pytest.mark.parametrize(
    "raw",
    [
        "everything",
        [{}],
        [[]],
        ["all"],
        7,
        {"field": "amount", "op": "roughly", "value": 1},
        '[{"field"',
        {"field": "contacts", "op": "count_ge"},
    ],
)
def test_what_cannot_be_read_is_refused_not_dropped(raw: Any) -> None:
    with pytest.raises(ValueError, match=r"condition|op|count|JSON"):
        read_filters(raw)


fields, ops = st.sampled_from(["status", "amount", "owner.team"]), st.sampled_from(["eq", "ne", "gt", "contains"])
plain = st.builds(Filter, field=fields, op=ops, value=st.integers() | st.text(min_size=1))


def _groups(inner: st.SearchStrategy[Filter]) -> st.SearchStrategy[Filter]:
    related = st.builds(Filter, field=st.just("contacts"), op=st.just("has"), where=st.lists(inner, max_size=2))
    return st.builds(Filter, any=st.lists(inner, min_size=1, max_size=3)) | related


filters = st.recursive(plain, _groups, max_leaves=5)


@given(st.lists(filters, max_size=3))
def test_the_store_s_own_filters_pass_unchanged(given_filters: list[Filter]) -> None:
    """What the built-in brain sends, as JSON without its defaults, is read as it was meant."""
    sent = [each.model_dump(mode="json", exclude_defaults=True) for each in given_filters]
    assert read_filters(sent) == given_filters
    assert read_filters(json.dumps(sent)) == given_filters


@pytest.mark.parametrize(
    ("tool", "given_arguments", "expected"),
    [
        ("measure", {"arguments": {"metric": "win_rate"}}, {"metric": "win_rate"}),
        ("measure", {"input": '{"metric": "win_rate"}'}, {"metric": "win_rate"}),
        (
            "measure",
            {"metric": "win_rate", "group_by": "owner", "top": None, "compare": "", "date_field": "null"},
            {"metric": "win_rate", "by": "owner"},
        ),
        (
            "measure",
            {"metric": "won_amount", "period": "Q3 2017"},
            {"metric": "won_amount", "first_day": "2017-07-01", "last_day": "2017-09-30"},
        ),
        (
            "measure",
            {"metric": "won_amount", "period": "2017-02"},
            {"metric": "won_amount", "first_day": "2017-02-01", "last_day": "2017-02-28"},
        ),
        ("measure", {"metric": "won_amount", "start_date": "2017-07-01"}, {"metric": "won_amount", "first_day": "2017-07-01"}),
        ("find_records", {"type": "opportunity", "status": "won"}, {"entity": "opportunity", "filters": [WON]}),
        (
            "find_records",
            {"entity": "opportunity", "type": "new", "filters": "status=won"},
            {"entity": "opportunity", "filters": [WON, Filter(field="type", value="new")]},
        ),
        (
            "create_record",
            {"entity": "contact", "name": "Jane", "email": "j@x.example"},
            {"entity": "contact", "values": {"name": "Jane", "email": "j@x.example"}},
        ),
        (
            "update_records",
            {"entity": "account", "name": "Globex", "values": {"tier": ""}},
            {"entity": "account", "records": "Globex", "values": {"tier": ""}},
        ),
        ("get_record", {"entity": "account", "id": "Globex"}, {"entity": "account", "name": "Globex"}),
        ("create_task", {"task": "Call", "due": "2017-01-02", "deal": "X"}, {"title": "Call", "due_at": "2017-01-02", "opportunity": "X"}),
    ],
)
def test_calls_are_unwrapped_and_put_in_order(tool: str, given_arguments: dict[str, Any], expected: dict[str, Any]) -> None:
    assert shaped(tool, given_arguments, arguments()[tool].model_fields) == expected


@pytest.mark.parametrize(
    ("tool", "given_arguments", "told"),
    [
        ("search_notes", {"query": "price", "colour": "red"}, "search_notes has no argument 'colour'. Arguments: query"),
        ("measure", {"metric": "won_amount", "period": "last summer"}, "'last summer' is not a period. Give first_day and last_day"),
        ("measure", {"metric": "win_rate", "compare": "previous"}, "Leave compare out, or give both days"),
        ("measure", {MALFORMED: "{metric"}, "were not valid JSON"),
    ],
)
def test_what_has_no_place_is_said(tool: str, given_arguments: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidInput, match=told):
        shaped(tool, given_arguments, arguments()[tool].model_fields)


def test_lists() -> None:
    assert read_list("owner") == read_list('["owner"]') == read_list(["owner"]) == ["owner"]
    assert read_list([{"field": "amount", "order": "desc"}]) == ["-amount"]
    assert read_list(None) == read_list("") == []


# names


def test_names_are_read_as_the_store_s(store: Store, boss: Principal) -> None:
    with store.reading(boss) as unit:
        words = ("opportunity", "deals", "Opportunities", "商机", "companies", "Ticket")
        assert [naming.entity_name(unit.schema, word) for word in words] == ["opportunity"] * 4 + ["account", "case"]
        assert naming.field_path(unit.schema, "opportunity", "Close Date")[0] == "close_date"
        assert naming.field_path(unit.schema, "opportunity", "account.sector")[0] == "account.industry"
        assert naming.field_path(unit.schema, "opportunity", "opportunity.amount")[0] == "amount"
        assert naming.field_path(unit.schema, "opportunity", "colour") == ("colour", None)
        assert naming.metric_name(unit, "Win rate") == "win_rate"
        assert naming.metric_name(unit, "revenue") == "won_amount"
        assert naming.metric_name(unit, "赢单率") == "win_rate"
        assert naming.grouping(unit, "opportunity", "rep") == "owner"
        assert naming.grouping(unit, "opportunity", "region") == "owner.team.region"
        assert naming.sorting(unit, "opportunity", ["amount desc", "-Close Date", "name"]) == ["-amount", "-close_date", "name"]
        with pytest.raises(InvalidInput, match="Entities: account"):
            naming.entity_name(unit.schema, "unicorns")


def test_people_by_first_name_and_me(store: Store, boss: Principal) -> None:
    with store.reading(boss) as unit:
        (mine,) = naming.filters(unit, "opportunity", [Filter(field="rep", value="me")])
        assert (mine.field, mine.value) == ("owner", "boss@firm.example")
        (first,) = naming.filters(unit, "opportunity", [Filter(field="owner", value="boss")])
        assert first.value == boss.user_id
        (spaced,) = naming.filters(unit, "opportunity", [Filter(field="owner", value="bo_boss")])
        assert spaced.value == "bo boss"
        (status,) = naming.filters(unit, "opportunity", [Filter(field="stage", value="Open")])
        assert (status.field, status.value) == ("status", "open")
        with pytest.raises(NotFound, match=r"There is no user 'Zac' here\. Look for it with find_records on user"):
            naming.filters(unit, "opportunity", [Filter(field="owner", value="Zac")])
        with pytest.raises(NotFound, match=r"Near: Bo Boss\. Use one of these names"):
            naming.filters(unit, "opportunity", [Filter(field="owner", value="Bos")])


def test_a_first_name_of_two_is_asked_back(store: Store, boss: Principal) -> None:
    from store import people

    with store.database.writing() as session:
        for name in ("Ann Lee", "Ann Ray"):
            people.add_user(
                session, store.settings, people.NewUser(f"{name[4:].lower()}@firm.example", name, "rep", None, "a long password")
            )
    with store.reading(boss) as unit, pytest.raises(Ambiguous, match="several") as asked:
        naming.filters(unit, "opportunity", [Filter(field="owner", value="Ann")])
    assert asked.value.options == ["Ann Lee", "Ann Ray"]


# whatever comes, an error in words

WORDS = st.sampled_from(
    [
        "opportunity", "account", "deals", "amount", "owner", "status", "won", "-amount", "eq", "gt", "between", "count_ge", "has",
        "contacts", "field", "op", "value", "any", "where", "2017-01-01", "31 February", "me", "", "null", "metric", "win_rate", 
        "sum_account_employees", "quarter", "owner.team", "title", "name", "1e400", "NaN", "😀", "x" * 300,
    ]
)  # fmt: skip
SCALARS = st.none() | st.booleans() | st.integers(-5, 10**20) | st.floats() | WORDS | st.text(max_size=5)
ANYTHING = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3), max_leaves=8)


@settings(max_examples=300)
@given(st.data())
def test_no_argument_brings_a_tool_down(fuzzed_context: Context, data: st.DataObject) -> None:
    tool = data.draw(st.sampled_from([each for each in ALL if each.name != "search_notes"]))
    schema = arguments()[tool.name]
    given_arguments = data.draw(st.fixed_dictionaries({}, optional=dict.fromkeys([*schema.model_fields, "colour", "status"], ANYTHING)))
    with suppress(RapportError, ValueError):
        ready = schema.model_validate(shaped(tool.name, given_arguments, schema.model_fields))
        values = {name: getattr(ready, name) for name in schema.model_fields}
        text, _ = tool.func(**values, runtime=SimpleNamespace(context=fuzzed_context))  # type: ignore[attr-defined]
        assert text


@pytest.fixture(scope="module")
def fuzzed_context(tmp_path_factory: pytest.TempPathFactory) -> Any:
    from store import people, setup
    from store.settings import Settings

    made = Store(Settings(home=tmp_path_factory.mktemp("fuzz"), today="2026-11-21", _env_file=None))  # type: ignore[call-arg]
    made.database.migrate()
    with made.database.writing() as session:
        setup.prepare(session)
        people.add_user(session, made.settings, people.NewUser("boss@firm.example", "Bo Boss", "administrator", None, "a long password"))
        people_made = made.principal
    yield Context(made, people_made("boss@firm.example"), None, "")  # type: ignore[arg-type]
    made.close()
