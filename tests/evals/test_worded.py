"""Questions put together from wordings: the same ones for a seed, each with a gold that says something."""

import random

import pytest

from evals import worded

GRAMMARS = worded.grammars()
WORLDS = {store: world() for store, world in worded.WORLDS.items()}


@pytest.mark.parametrize("grammar", GRAMMARS, ids=lambda each: f"{each.language}-{each.store}")
def test_sentences_are_drawn_alike_and_always_match_something(grammar: worded.Grammar) -> None:
    world = WORLDS[grammar.store]
    drawn = list(worded.sentences(grammar, world, 40, random.Random(5)))
    assert [case.turns[0].say for case in drawn] == [case.turns[0].say for case in worded.sentences(grammar, world, 40, random.Random(5))]
    assert len({case.turns[0].say for case in drawn}) == 40
    for case in drawn:
        assert "{" not in case.turns[0].say
        for wanted in case.turns[0].expect:
            query = next(iter(wanted.values()))
            assert world.rows(query), case.turns[0].say


@pytest.mark.parametrize("grammar", GRAMMARS, ids=lambda each: f"{each.language}-{each.store}")
def test_every_condition_of_a_grammar_can_be_asked_of_its_store(grammar: worded.Grammar) -> None:
    """A wording whose field or value is not in the tables would be graded against nothing."""
    world = WORLDS[grammar.store]
    for kind, held in grammar.kinds.items():
        for made in held["conditions"]:
            spoken = [worded.part_of(grammar, kind, made, random.Random(seed)) for seed in range(30)]
            assert any(world.rows({"of": kind, "where": each.where}) for each in spoken), (kind, made["name"])
