"""Frames at random, worded, read back: the same frame, in both languages, on the demo company and on one of another trade."""

from collections.abc import Iterator

import pytest
from round_trip import Frames, failures, meaning, same

from agent.bootstrap import Rapport, build
from agent.embedded.frames import Frame, Part
from agent.embedded.wording import worded
from evals import stores
from evals.companies import larkfield
from store.filters import Filter
from store.unit import Unit

COUNT, SEED = 120, 31
READ = 50  # of each store and language; `make test-slow` reads more
LEAST = 0.9  # the share that has to hold in each store and language; what was measured is in docs/measurements.md
BOSS = {"demo": stores.DEMO_ADMIN, "larkfield": larkfield.ADMIN}


@pytest.fixture(scope="module", params=["demo", "larkfield"])
def unit(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Unit]:
    found: Rapport = build(stores.fill(request.param, tmp_path_factory.mktemp(request.param)).settings())
    with found.store.reading(found.store.principal(BOSS[request.param])) as opened:
        yield opened
    found.close()


@pytest.mark.parametrize("count", [READ, pytest.param(8 * READ, marks=pytest.mark.slow)])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_worded_is_read_back(unit: Unit, language: str, count: int) -> None:
    failed = failures(unit, count, SEED, language)
    assert 1 - len(failed) / count >= LEAST, "\n".join(f"{text}\n  {wanted}\n  {read}" for _, text, wanted, read in failed)
    changes = {"update_records", "delete_records", "create_record", "create_task", "log_activity", "merge_records", "hand_over"}
    tools = {each[0] for _, _, _, read in failed for each in read if isinstance(each[0], str)}
    assert not tools & changes, "a question is never read as a change"


def test_the_frames_are_of_many_kinds(unit: Unit) -> None:
    frames = list(Frames(unit, SEED).take(COUNT))
    assert [worded(unit, each, "en") for each in frames] == [worded(unit, each, "en") for each in Frames(unit, SEED).take(COUNT)]
    assert {each.intent for each in frames} == {"find", "measure"}
    assert len({each.entity for each in frames}) >= 7
    assert len({each.metric for each in frames}) >= 15
    assert {part.filter.op for each in frames for part in each.parts} >= {
        "eq",
        "ne",
        "in",
        "gt",
        "ge",
        "lt",
        "le",
        "between",
        "is_empty",
        "is_set",
    }
    custom = {field.name for field in unit.schema.all_fields() if field.custom}
    assert not custom or custom & {part.filter.field for each in frames for part in each.parts}


def test_another_meaning_is_not_the_same(unit: Unit) -> None:
    def deals(**condition: object) -> Frame:
        return Frame("find", "opportunity", parts=[Part("", Filter(field="amount", **condition))])  # type: ignore[arg-type]

    asked = deals(op="gt", value=5)
    assert same(unit, asked, [deals(op="gt", value="5.0")])
    for other in (
        deals(op="ge", value=5),
        deals(op="gt", value=6),
        Frame("find", "opportunity"),
        Frame("clarify", "opportunity", reason="words"),
    ):
        assert meaning(unit, asked) != meaning(unit, other)
    assert not same(unit, asked, [asked, asked])
