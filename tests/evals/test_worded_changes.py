"""Requests put together from wordings: the same ones for a seed, each with an end state the tables can hold."""

import random

import pytest

from evals import worded
from evals import worded_changes as changes

GRAMMARS = changes.grammars()
WORLDS = {store: worded.WORLDS[store]() for store in {each.store for each in GRAMMARS}}
NAMES = [f"{each.language}-{each.store}" for each in GRAMMARS]


@pytest.mark.parametrize("kind", changes.KINDS)
@pytest.mark.parametrize("grammar", GRAMMARS, ids=NAMES)
def test_requests_are_drawn_alike_and_always_change_something(grammar: changes.Grammar, kind: str) -> None:
    world = WORLDS[grammar.store]
    drawn = [list(changes.sentences(grammar, world, kind, 12, random.Random(5))) for _ in range(2)]
    assert [each.turns for each in drawn[0]] == [each.turns for each in drawn[1]]
    assert len({each.turns[0].say for each in drawn[0]}) == 12
    for case in drawn[0]:
        (expect,) = case.turns[0].expect
        assert expect["changes"]
        assert not set("{}") & set(case.turns[0].say + "".join(_texts(expect["changes"])))
        for change in expect["changes"]:
            assert change["op"] == "delete" or change["set"], case.turns[0].say
            known = world.keys({"of": change["type"]}) if "keys" in change else []
            assert set(change.get("keys", [])) <= set(known), case.turns[0].say


def _texts(value: object) -> list[str]:
    """Every text in the gold."""
    if isinstance(value, dict):
        return [text for each in value.values() for text in _texts(each)]
    if isinstance(value, list):
        return [text for each in value for text in _texts(each)]
    return [str(value)] if isinstance(value, str) else []


@pytest.mark.parametrize("grammar", GRAMMARS, ids=NAMES)
def test_every_condition_can_be_asked_of_its_store(grammar: changes.Grammar) -> None:
    world = WORLDS[grammar.store]
    assert grammar.conditions is not None
    for kind, held in grammar.conditions.kinds.items():
        for made in held["conditions"]:
            spoken = [worded.part_of(grammar.conditions, kind, made, random.Random(seed)) for seed in range(12)]
            assert any(world.rows({"of": kind, "where": each.where}) for each in spoken), (kind, made["name"])


@pytest.mark.parametrize("grammar", GRAMMARS, ids=NAMES)
def test_a_step_is_worked_out_for_each_record(grammar: changes.Grammar) -> None:
    """An amount raised by a part of itself: the gold is another figure for every record, and none where nothing is held."""
    world = WORLDS[grammar.store]
    field = {"step": "amount"}
    rows = world.tables["opportunity"][:9]
    made = list(changes._changes(world, "opportunity", rows, [(field, 10, "10%")]))
    held = {world.identity("opportunity", row): row.get("amount") for row in rows}
    assert {each["keys"][0]: each["set"]["amount"] for each in made} == {
        key: round(float(amount) * 1.1, 2) for key, amount in held.items() if amount is not None
    }
