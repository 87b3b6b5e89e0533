"""Every case is well formed and its gold can be computed."""

from collections import Counter
from pathlib import Path

import pytest

from evals import stores
from evals.cases import Case, CaseError, load_cases, settled
from evals.gold import World

CASES = load_cases()


@pytest.fixture(scope="module")
def worlds() -> dict[str, World]:
    return {"demo": stores.demo_world(), "larkfield": stores.larkfield_world(), "copperline": stores.copperline_world()}


def test_there_are_enough_in_both_languages_and_halves() -> None:
    languages, splits = Counter(case.language for case in CASES), Counter(case.split for case in CASES)
    assert len(CASES) >= 350
    assert 0.3 <= languages["zh"] / len(CASES) <= 0.5
    assert splits["test"] >= 90


def test_every_store_is_known() -> None:
    assert {case.store for case in CASES} == set(stores.NAMES)


def test_every_gold_can_be_computed(worlds: dict[str, World]) -> None:
    for case in CASES:
        ready = settled(case, worlds.get(case.store))
        assert "{" not in "".join(turn.say for turn in ready.turns), case.id
        assert any(turn.expect for turn in ready.turns), case.id


def test_gold_is_rarely_empty(worlds: dict[str, World]) -> None:
    """A filter that matches nothing tests little, and usually has a word wrong."""
    finds = [case for case in CASES if case.store in worlds and case.kind == "find"]
    empty = [case.id for case in finds if _first_is_empty(settled(case, worlds[case.store]))]
    assert len(empty) <= 2, empty


def _first_is_empty(case: Case) -> bool:
    expected = case.turns[0].expect[0].get("records")
    return expected is not None and not expected["keys"]


def test_a_wording_belongs_to_one_half() -> None:
    halves: dict[tuple[str, ...], set[str]] = {}
    for case in CASES:
        halves.setdefault((case.store, *(turn.say.casefold() for turn in case.turns)), set()).add(case.split)
    assert [said for said, splits in halves.items() if len(splits) > 1] == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("cases: [{id: a, kind: nothing, language: en, split: dev, store: demo, as: x, turns: [{say: hi}]}]", id="kind"),
        pytest.param("cases: [{id: a, kind: find, language: fr, split: dev, store: demo, as: x, turns: [{say: hi}]}]", id="language"),
        pytest.param(
            "cases: [{id: a, kind: find, language: en, split: dev, store: demo, as: x, turns: [{say: hi, expect: {figgure: 3}}]}]",
            id="expectation",
        ),
        pytest.param(
            "cases: [{id: a, kind: find, language: en, split: dev, store: demo, as: x, turns: [{say: hi, expects: {}}]}]", id="turn"
        ),
    ],
)
def test_malformed_cases_are_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(CaseError, match="a"):
        load_cases(tmp_path)


def test_two_cases_of_one_name_are_refused(tmp_path: Path) -> None:
    case = "{id: a, kind: find, language: en, split: dev, store: demo, as: x, turns: [{say: hi, expect: {kind: chat}}]}"
    (tmp_path / "twice.yaml").write_text(f"cases: [{case}, {case}]", encoding="utf-8")
    with pytest.raises(CaseError, match="two cases"):
        load_cases(tmp_path)


def test_gold_of_a_store_without_tables_must_be_literal() -> None:
    queried = next(case for case in CASES if case.store == "demo" and "records" in (case.turns[0].expect or ({},))[0])
    with pytest.raises(CaseError, match="literal"):
        settled(queried, None)
