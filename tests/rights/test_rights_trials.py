"""Random firms, random roles, random people, random questions: what is answered is what the plain rules say, to the last row.

Every trial is one question of one person over one door of the store: a list, a count, a figure by groups, a look-up, a name, a search,
an export, a change. `make rights-trials` runs ten thousand; a failing one prints its seed and question.
"""

import io
import json
from collections import Counter
from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from plain_rights import NUMBERS, REFERS, TEXTS, Refused, Row
from rights_firm import KINDS, MASKED, World, open_world

from agent.embedded import names
from agent.embedded.tokens import normalise, tokenise
from store.errors import InvalidInput, NotAllowed, NotFound, RapportError
from store.exporting import export
from store.filters import Filter
from store.gate import Change, propose
from store.measures import Measure, measure
from store.name_index import NAMED
from store.query import RecordQuery, find, find_ids, get, values_at
from store.unit import Unit
from store.values import find_named
from tools import naming

ALL = (*KINDS, "product", "user", "team")
RELATIONS = {
    "account": {"contacts": ("contact", "account"), "opportunities": ("opportunity", "account"), "activities": ("activity", "account"),
                "cases": ("case", "account"), "orders": ("order", "account"), "children": ("account", "parent")},
    "contact": {"activities": ("activity", "contact"), "tasks": ("task", "contact")},
    "opportunity": {"activities": ("activity", "opportunity"), "tasks": ("task", "opportunity")},
    "user": {"accounts": ("account", "owner"), "opportunities": ("opportunity", "owner")},
}  # fmt: skip
SPELT = 4  # names of a kind tried at a time: other questions of a firm try its others
Asked = tuple[World, Unit, Row, Random]


# ---- what a question means, one row at a time --------------------------------------------------------------------------------


def a_path(r: Random, kind: str, fields: dict[str, Sequence[str]]) -> tuple[str, str]:
    """(path, kind it ends at): a field of the record or of one it leads to."""
    path, at = "", kind
    while r.random() < 0.35 and REFERS[at]:
        step = r.choice(list(REFERS[at]))
        path, at = f"{path}{step}.", REFERS[at][step]
    return (f"{path}{r.choice(list(fields[at]))}", at) if fields[at] else (f"{path}owner", at) if "owner" in REFERS[at] else ("", at)


def a_filter(world: World, r: Random, kind: str) -> Filter:
    draw = r.random()
    masked = [path.partition(".")[2] for path in MASKED if path.startswith(f"{kind}.")]
    if draw > 0.8 and masked:
        return Filter(field=r.choice(masked), op=r.choice(("is_set", "is_empty")), negate=r.random() < 0.2)
    if draw < 0.2 and kind in RELATIONS:
        relation = r.choice(list(RELATIONS[kind]))
        where = [a_filter(world, r, RELATIONS[kind][relation][0])] if r.random() < 0.5 else []
        op = r.choice(("has", "has_no", "count_ge", "count_le", "count_eq"))
        return Filter(field=relation, op=op, value=r.randrange(3), where=where, negate=r.random() < 0.2)
    if draw < 0.3:
        return Filter(any=[a_filter(world, r, kind) for _ in range(2)], negate=r.random() < 0.3)
    shape = r.choice(("text", "number", "reference"))
    fields: Any = {"text": TEXTS, "number": NUMBERS, "reference": REFERS}[shape]
    path, at = a_path(r, kind, fields)
    name = path.rsplit(".", 1)[-1]
    negate = r.random() < 0.2
    if not path or name not in fields[at]:
        return Filter(field=TEXTS[kind][0], op="is_set")
    rows = list(world.firm.rows[at].values())
    value = r.choice(rows).get(name) or r.choice(rows).get(name)
    if shape == "reference":
        target = REFERS[at][name]
        value = r.choice(list(world.firm.rows[target]))
        op = r.choice(("eq", "ne", "in", "not_in", "is_empty", "is_set", "contains"))
        if op == "contains":
            value = (world.firm.name(target, value) or "x")[:4]
        return Filter(field=path, op=op, value=[value] if op in ("in", "not_in") else value, negate=negate)
    if shape == "number":
        op = r.choice(("eq", "ne", "lt", "ge", "is_empty", "is_set", "between"))
        value = str(value) if value is not None else "5"
        return Filter(field=path, op=op, value=[value, None] if op == "between" else value, negate=negate)
    op = r.choice(("eq", "ne", "contains", "starts_with", "is_empty", "is_set"))
    if name == "industry" and op in ("eq", "ne"):
        op = "is_set"  # a picklist takes its own values only
    value = str(value or "x")
    return Filter(field=path, op=op, value=value[: r.choice((2, 40))] if op in ("contains", "starts_with") else value, negate=negate)


def asks(world: World, user: Row, kind: str, item: Filter) -> None:
    """Raises what asking this raises, whatever the rows: a hidden field, or a record that is not there for the person."""
    firm = world.firm
    if item.any:
        for each in item.any:
            asks(world, user, kind, each)
    elif item.op in ("has", "has_no", "count_ge", "count_le", "count_eq"):
        target, via = RELATIONS[kind][item.field]
        firm.ask(user, target, via)
        for each in item.where:
            asks(world, user, target, each)
    else:
        firm.ask(user, kind, item.field)
        at = kind
        for step in item.field.split(".")[:-1]:
            at = REFERS[at][step]
        target = REFERS[at].get(item.field.rsplit(".", 1)[-1], "")
        if target and item.op in ("eq", "ne", "in", "not_in"):
            for value in item.value if isinstance(item.value, list) else [item.value]:
                if firm.one(user, target, value) is None:
                    raise NotFound(value)


def holds(world: World, user: Row, kind: str, row: Row, item: Filter) -> bool:
    firm = world.firm
    if item.any:
        found = any(holds(world, user, kind, row, each) for each in item.any)
    elif item.op in ("has", "has_no", "count_ge", "count_le", "count_eq"):
        target, via = RELATIONS[kind][item.field]
        near = [each for each in firm.seen(user, target) if firm.value(user, target, each, via) == row["id"]]
        count = sum(all(holds(world, user, target, each, part) for part in item.where) for each in near)
        found = {"has": count > 0, "has_no": count == 0, "count_ge": count >= item.value, "count_le": count <= item.value,
                 "count_eq": count == item.value}[item.op]  # fmt: skip
    else:
        found = compares(world, user, kind, row, item)
    return not found if item.negate else found


def compares(world: World, user: Row, kind: str, row: Row, item: Filter) -> bool:
    at = kind
    for step in item.field.split(".")[:-1]:
        at = REFERS[at][step]
    name = item.field.rsplit(".", 1)[-1]
    held = world.firm.at(user, kind, row, item.field)
    if item.op in ("contains", "starts_with"):
        text = world.firm.name(REFERS[at][name], held) if name in REFERS[at] else held
        return text is not None and (
            item.value.lower() in text.lower() if item.op == "contains" else text.lower().startswith(item.value.lower())
        )
    if item.op in ("is_empty", "is_set"):
        return (held is None) == (item.op == "is_empty")
    wanted = item.value[0] if isinstance(item.value, list) else item.value
    if held is None:
        return item.op in ("ne", "not_in")
    if name in NUMBERS[at]:
        held, wanted = Decimal(str(held)), Decimal(wanted)
    return bool({"eq": held == wanted, "ne": held != wanted, "in": held == wanted, "not_in": held != wanted}[item.op]
                if item.op in ("eq", "ne", "in", "not_in") else held < wanted if item.op == "lt" else held >= wanted)  # fmt: skip


def matching(world: World, user: Row, kind: str, filters: list[Filter]) -> list[Row]:
    """The rows the person should get. Raises what the product should."""
    for each in filters:
        asks(world, user, kind, each)
    return [row for row in world.firm.seen(user, kind) if all(holds(world, user, kind, row, each) for each in filters)]


def refusing(expected: Callable[[], Any], product: Callable[[], Any]) -> tuple[Any, Any] | None:
    """(expected, found); None when both refuse for the same reason."""
    try:
        wanted = expected()
    except Refused:
        with pytest.raises(NotAllowed):
            product()
        return None
    except NotFound:
        with pytest.raises((NotFound, NotAllowed)):
            product()
        return None
    return wanted, product()


# ---- the doors of the store ----------------------------------------------------------------------------------------------------


def a_list(asked: Asked) -> str:
    world, unit, user, r = asked
    kind = r.choice(ALL)
    filters = [a_filter(world, r, kind) for _ in range(r.choice((0, 1, 1, 2)))]
    sort, _ = a_path(r, kind, NUMBERS) if r.random() < 0.5 else ("", "")
    if sort.endswith("owner"):
        sort = ""
    down, size, start = r.random() < 0.5, r.choice((3, 100)), r.choice((0, 0, 5))
    query = RecordQuery(entity=kind, filters=filters, sort=[f"{'-' if down else ''}{sort}"] if sort else [], limit=size, offset=start)

    def expected() -> list[Row]:
        if sort:
            world.firm.ask(user, kind, sort)
        rows = sorted(matching(world, user, kind, filters), key=lambda row: row["id"], reverse=True)
        if not sort:
            return rows
        keyed = [(world.firm.at(user, kind, row, sort), row) for row in rows]
        filled = sorted((each for each in keyed if each[0] is not None), key=lambda each: each[0], reverse=down)
        return [row for _, row in [*filled, *(each for each in keyed if each[0] is None)]]

    both = refusing(expected, lambda: find(unit, query))
    if both:
        rows, page = both
        assert page.total == len(rows), query
        assert [each.id for each in page.records] == [row["id"] for row in rows[start : start + size]], query
        for record in page.records:
            wanted = world.firm.shown(user, kind, world.firm.rows[kind][record.id])
            names = {*TEXTS[kind], *NUMBERS[kind], *REFERS[kind], *(f"{each}_id" for each in REFERS[kind])}
            found = {name: value for name, value in record.fields.items() if name in names}
            assert found.keys() == wanted.keys(), (query, record, wanted)
            for name, value in found.items():
                same = Decimal(str(value)) == Decimal(str(wanted[name])) if name in NUMBERS[kind] else value == wanted[name]
                assert same, (query, name, value, wanted[name])
        assert set(find_ids(unit, query)) == {row["id"] for row in rows}
        may = {row["id"] for row in rows if world.firm.sees(user, kind, row, writing=True)}
        assert set(find_ids(unit, query, writing=True)) == may
    return repr(query)


def a_value_far_away(asked: Asked) -> str:
    world, unit, user, r = asked
    kind = r.choice(KINDS)
    path, _ = a_path(r, kind, TEXTS)
    rows = list(world.firm.rows[kind].values())

    def expected() -> dict[str, Any]:
        world.firm.ask(user, kind, path)
        return {row["id"]: world.firm.at(user, kind, row, path) for row in world.firm.seen(user, kind)}

    both = refusing(expected, lambda: values_at(unit, kind, [row["id"] for row in rows], path))
    if both:
        assert both[0] == both[1], (kind, path)
    return f"{kind} {path}"


def a_figure(asked: Asked) -> str:
    world, unit, user, r = asked
    kind = r.choice([each for each in ALL if each != "team"])
    number = r.choice([*NUMBERS[kind], None])
    agg = r.choice(("sum", "avg", "min", "max")) if number else "count"
    by = []
    for _ in range(r.choice((0, 1, 1, 2))):
        path, at = a_path(
            r, kind, {**TEXTS, **{each: list(fields) for each, fields in REFERS.items() if fields}} if r.random() < 0.7 else TEXTS
        )
        if path and path.rsplit(".", 1)[-1] not in ("description", "body") and path not in by and at:
            by.append(path)
    if r.random() < 0.3 and kind in KINDS:
        by = [r.choice(list(REFERS[kind]))]
    filters = [a_filter(world, r, kind)] if r.random() < 0.4 else []
    wanted = Measure(metric=f"{agg}_{kind}_{number}" if number else f"{kind}_count", by=by, filters=filters)

    def expected() -> Counter[Any]:
        for path in [*by, *([number] if number else [])]:
            world.firm.ask(user, kind, path)
        groups: dict[tuple[Any, ...], list[Row]] = {} if by else {(): []}
        for row in matching(world, user, kind, filters):
            groups.setdefault(tuple(world.firm.at(user, kind, row, path) for path in by), []).append(row)
        found: Counter[Any] = Counter()
        for key, rows in groups.items():
            labels = tuple(label(world, kind, path, value) for path, value in zip(by, key, strict=True))
            found[labels, *figure(world, user, kind, agg, number, rows)] += 1
        return found

    def product() -> Counter[Any]:
        result = measure(unit, wanted)
        rows: Counter[Any] = Counter()
        for row, count in zip(result.rows, result.counts, strict=True):
            rows[tuple(row[:-1]), None if row[-1] is None else Decimal(row[-1]), count] += 1
        return rows

    both = refusing(expected, product)
    if both:
        assert both[0] == both[1], (wanted, both)
    return repr(wanted)


def label(world: World, kind: str, path: str, value: Any) -> Any:
    for step in path.split(".")[:-1]:
        kind = REFERS[kind][step]
    target = REFERS[kind].get(path.rsplit(".", 1)[-1])
    return world.firm.name(target, value) if target else value


def figure(world: World, user: Row, kind: str, agg: str, number: str | None, rows: list[Row]) -> tuple[Decimal | None, int]:
    if number is None:
        return Decimal(len(rows)), len(rows)
    held = [Decimal(str(value)) for row in rows if (value := world.firm.value(user, kind, row, number)) is not None]
    if agg == "avg":
        mean = (sum(held, Decimal(0)) / len(held)).quantize(Decimal("0.01"), ROUND_HALF_UP) if held else None
        return mean, len(held)
    value = sum(held, Decimal(0)) if agg == "sum" else (min if agg == "min" else max)(held) if held else None
    return value, len(rows)


def a_look_up(asked: Asked) -> str:
    """By id and by name: what is hidden answers as what never was."""
    world, unit, user, r = asked
    kind = r.choice(ALL)
    row = r.choice(list(world.firm.rows[kind].values()))
    name = world.firm.name(kind, row["id"]) or ""
    if world.firm.sees(user, kind, row):
        assert get(unit, kind, row["id"]).id == row["id"]
    else:
        with pytest.raises(NotFound) as hidden:
            get(unit, kind, row["id"])
        with pytest.raises(NotFound) as missing:
            get(unit, kind, "nothing")
        assert str(hidden.value).replace(row["id"], "nothing") == str(missing.value)
    called = {each["id"] for each in world.firm.seen(user, kind) if world.firm.name(kind, each["id"]) == name}
    assert {found[0] for found in find_named(unit, kind, name)} == set(sorted(called)[:10]) or len(called) > 10, (kind, name)
    near = {each["id"] for each in world.firm.seen(user, kind) if name[:5].lower() in (world.firm.name(kind, each["id"]) or "").lower()}
    assert {each[0] for each in naming.like(unit, kind, name[:5])} <= near
    return f"{kind} {row['id']} {name}"


def a_search(asked: Asked) -> str:
    world, _, user, r = asked
    kind = r.choice([each for each in KINDS if each != "order"])
    row = r.choice(list(world.firm.rows[kind].values()))
    texts = [str(row[name]) for name in TEXTS[kind] if row.get(name)]
    word = r.choice(r.choice(texts).split())
    principal = world.store.principal(user["email"])
    found = {hit.id for hit in world.search.search(principal, word, limit=50)}
    wanted = world.firm.said(user, word)
    assert found == wanted, (word, found, wanted)
    return word


def an_export(asked: Asked) -> str:
    world, unit, user, r = asked
    kind = r.choice(KINDS)
    target = io.BytesIO()
    if world.firm.roles[user["role"]].read.get(kind, "none") == "none":
        with pytest.raises(NotAllowed):
            export(unit, kind, "json", target)
        return f"export {kind}"
    export(unit, kind, "json", target)
    rows = json.loads(target.getvalue())
    assert {row["id"] for row in rows} == {row["id"] for row in world.firm.seen(user, kind)}
    names = {*TEXTS[kind], *NUMBERS[kind], *REFERS[kind]}
    for row in rows:
        wanted = world.firm.shown(user, kind, world.firm.rows[kind][row["id"]])
        assert {name for name in names if row.get(name) is not None} == {name for name in wanted if name in names}, (kind, row, wanted)
    return f"export {kind}"


def a_name_index(asked: Asked) -> str:
    """What the built-in brain knows by name, and the values it takes for words."""
    world, unit, user, r = asked
    index = names.NameIndexes().of(unit)
    for kind in sorted(set(NAMED) & set(TEXTS)):
        seen = {row["id"] for row in world.firm.seen(user, kind)}
        rows = list(world.firm.rows[kind].values())
        for row in r.sample(rows, min(SPELT, len(rows))):
            called = str(row.get(TEXTS[kind][0]) or "")
            found = {each.id for _, _, held in index.matches(tokenise(normalise(called)), called) for each in held if each.type == kind}
            found |= {each.id for each, _ in index.like(called) if each.type == kind} | {each.id for each in index.containing(called)}
            assert not found & set(world.firm.rows[kind]) - seen, (kind, called)
    titles = {row["title"] for row in world.firm.rows["contact"].values()}
    try:
        seen = {world.firm.value(user, "contact", row, "title") for row in world.firm.seen(user, "contact")} - {None}
    except Refused:
        seen = set()
    known = {
        title for title in titles - {None} if any(s.entity == "contact" for m in index.facets.matches(tokenise(title)) for s in m.senses)
    }
    assert known <= seen, seen
    return "names"


def a_change(asked: Asked) -> str:
    """Proposed for a record by its id: taken, refused, or not there, as the rules say."""
    world, unit, user, r = asked
    kind = r.choice(KINDS)
    row = r.choice(list(world.firm.rows[kind].values()))
    change = Change(op="update", type=kind, id=row["id"], values={"tags": [f"t{r.randrange(10**6)}"]})
    if not world.firm.sees(user, kind, row):
        with pytest.raises(NotFound) as hidden:
            propose(unit, [change])
        with pytest.raises(NotFound) as missing:
            propose(unit, [change.model_copy(update={"id": "nothing"})])
        assert str(hidden.value).replace(row["id"], "nothing") == str(missing.value)
    elif not world.firm.sees(user, kind, row, writing=True):
        with pytest.raises(NotAllowed):
            propose(unit, [change])
    else:
        assert propose(unit, [change]).changes[0]["id"] == row["id"]
    return f"change {kind} {row['id']}"


DOORS = (a_list, a_list, a_list, a_figure, a_figure, a_value_far_away, a_look_up, a_search, an_export, a_change, a_name_index)


def run(folder: Path, seed: int, trials: int) -> Counter[str]:
    """So many questions to the firm of this seed; how many of each."""
    done: Counter[str] = Counter()
    with open_world(folder, seed) as world:
        for number in range(trials):
            r = Random(f"{seed}/{number}")
            if number % 20 == 19:
                world.change_something()
            user = r.choice(list(world.firm.rows["user"].values()))
            door = r.choice(DOORS)
            try:
                with world.store.reading(world.store.principal(user["email"])) as unit:
                    door((world, unit, user, r))
            except (AssertionError, pytest.fail.Exception, RapportError) as error:
                raise AssertionError(f"seed {seed}, trial {number}: {door.__name__} by {user['email']} ({user['role']})") from error
            done[door.__name__] += 1
    return done


@pytest.mark.parametrize("seed", range(3))
def test_nobody_sees_more_or_less_than_the_rules_say(tmp_path: Path, seed: int) -> None:
    assert run(tmp_path / "home", seed, 100).total() == 100


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_ten_thousand_questions(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done: Counter[str] = Counter()
    for seed in range(1000, 1040):
        done += run(tmp_path / f"home{seed}", seed, 250)
    with capsys.disabled():
        print(f"\n{done.total():,} questions, no leak: {dict(done)}")
    assert done.total() == 10_000


def test_a_comparison_of_records_by_more_or_less_is_refused(tmp_path: Path) -> None:
    """By halving, it would tell the id of a hidden record."""
    with open_world(tmp_path / "home", 7) as world, world.store.reading(world.store.principal("u0@x.example")) as unit:
        account = next(iter(world.firm.rows["account"]))
        for op in ("lt", "le", "gt", "ge"):
            with pytest.raises(InvalidInput):
                find(unit, RecordQuery(entity="opportunity", filters=[Filter(field="account", op=op, value=account)]))
