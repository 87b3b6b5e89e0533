"""The grader catches what it is there to catch."""

from datetime import date
from typing import Any

import pytest

from evals.grading import Outcome, best, grade, same
from evals.state import Changed

TODAY = date(2026, 11, 21)
DEALS = {"type": "opportunity", "keys": ["OPP-1", "OPP-2"]}
MOVED = [{"op": "update", "type": "opportunity", "keys": ["OPP-1"], "set": {"stage": "Won", "amount": 1200}}]


def answer(**parts: Any) -> dict[str, Any]:
    return {"kind": "records", "text": "", "total": None, "records": [], "measure": None, "proposals": [], "citations": [], **parts}


def deals(*keys: str, total: int | None = None) -> dict[str, Any]:
    shown = [{"type": "opportunity", "id": key, "name": f"Deal {key}", "key": key, "fields": {"amount": "5"}} for key in keys]
    return answer(records=shown, total=len(keys) if total is None else total)


def measured(*rows: list[Any]) -> dict[str, Any]:
    return answer(kind="measure", measure={"rows": [list(row) for row in rows]})


def problems(expect: dict[str, Any], given: dict[str, Any], *changed: Changed) -> list[str]:
    return grade(expect, Outcome(given, changed), TODAY)


def test_the_right_records_pass() -> None:
    assert problems({"records": DEALS}, deals("OPP-2", "OPP-1")) == []


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(deals("OPP-1", "OPP-2", "OPP-3"), id="one too many"),
        pytest.param(deals("OPP-1"), id="one too few"),
        pytest.param(deals("OPP-1", "OPP-3"), id="another one"),
        pytest.param(deals("OPP-1", "OPP-2", total=3), id="another total"),
        pytest.param(answer(kind="clarify"), id="asked back"),
        pytest.param(answer(records=[{"type": "task", "id": "1", "name": "x", "key": "OPP-1", "fields": {}}], total=2), id="another type"),
    ],
)
def test_other_records_fail(given: dict[str, Any]) -> None:
    assert problems({"records": DEALS}, given)


def test_nothing_found_is_right_only_when_there_is_nothing() -> None:
    nothing = {"records": {"type": "opportunity", "keys": []}}
    assert problems(nothing, deals()) == []
    assert problems(nothing, deals("OPP-1"))


def test_figures_of_two_questions_may_stand_in_the_text() -> None:
    said = {**measured(["4"]), "text": "**5** — won deals\n\n**EUR 1,204.50** — lost amount\n\n12 deals"}
    assert problems({"figures": [5, 1204.5, 4]}, said) == []
    assert problems({"figures": [12]}, said)  # beside the figures, not one of them
    assert problems({"figures": [5]}, {**said, "kind": "clarify", "measure": None})


def test_a_figure_is_right_to_the_cent_and_no_further_off() -> None:
    assert problems({"figure": 1000.0}, measured(["1000.00"])) == []
    assert problems({"figure": 63.1501}, measured(["63.15007"])) == []
    assert problems({"figure": 1000.0}, measured(["1001.00"]))
    assert problems({"figure": 1000.0}, answer(kind="clarify"))


def test_a_figure_among_several_rows_is_no_single_figure() -> None:
    assert problems({"figure": 7}, measured(["Anna", "7"], ["Ben", "9"]))


def test_a_count_may_come_as_a_total_of_records() -> None:
    assert problems({"figure": 2}, deals("OPP-1", "OPP-2")) == []


def test_rows_must_be_all_of_them_and_no_others() -> None:
    wanted = {"rows": {"Anna": 7.0, "Ben": 9.0}}
    assert problems(wanted, measured(["Ben", "9.00"], ["Anna", "7.00"])) == []
    assert problems(wanted, measured(["Ben", "9.00"]))
    assert problems(wanted, measured(["Ben", "9.00"], ["Anna", "7.50"]))
    assert problems(wanted, measured(["Ben", "9.00"], ["Anna", "7.00"], ["Li", "1.00"]))


def test_a_ranking_is_judged_by_its_order() -> None:
    wanted = {"top": [[["Ben"], 9], [["Anna", "Li"], 7]]}
    assert problems(wanted, measured(["Ben", "9"], ["Li", "7"])) == []
    assert problems(wanted, measured(["Anna", "7"], ["Ben", "9"]))
    assert problems(wanted, measured(["Ben", "9"], ["Li", "7"], ["Anna", "7"]))


def test_first_takes_level_records_in_either_order() -> None:
    wanted = {"first": {"type": "opportunity", "places": [["OPP-1"], ["OPP-2", "OPP-3"]]}}
    assert problems(wanted, deals("OPP-1", "OPP-3", "OPP-2")) == []
    assert problems(wanted, deals("OPP-2", "OPP-1"))


def test_says_looks_past_spaces_and_commas_but_not_past_a_refusal() -> None:
    assert problems({"says": ["+31 10 555"]}, answer(kind="records", text="phone: +31-10 555 0666")) == []
    assert problems({"says": ["Anna"]}, answer(kind="clarify", text="Anna who?"))


def test_hides_looks_everywhere() -> None:
    assert problems({"hides": ["Deal OPP-1"]}, deals("OPP-1"))


def test_an_unasked_proposal_is_a_failure_even_beside_the_right_answer() -> None:
    given = deals("OPP-1", "OPP-2") | {"proposals": [{"id": "1"}]}
    assert problems({"records": DEALS}, given) == ["proposes a change nobody asked for"]


def test_the_change_that_was_asked_for_passes_with_what_follows_from_it() -> None:
    made = Changed(
        "update", "opportunity", "1", "OPP-1", "Deal", {"stage": "Won", "amount": 1200, "probability": 100.0, "close_date": TODAY}
    )
    assert problems({"changes": MOVED}, answer(), made) == []


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"stage": "Won"}, id="half of it"),
        pytest.param({"stage": "Won", "amount": 1300}, id="another value"),
        pytest.param({"stage": "Won", "amount": 1200, "name": "Renamed"}, id="a field more"),
    ],
)
def test_another_change_fails(values: dict[str, Any]) -> None:
    assert problems({"changes": MOVED}, answer(), Changed("update", "opportunity", "1", "OPP-1", "Deal", values))


def test_a_change_of_another_record_fails_twice() -> None:
    found = problems({"changes": MOVED}, answer(), Changed("update", "opportunity", "2", "OPP-2", "Deal", {"stage": "Won", "amount": 1200}))
    assert [each.split()[0] for each in found] == ["no", "unasked:"]


def test_a_change_beside_the_one_asked_for_fails() -> None:
    made = Changed("update", "opportunity", "1", "OPP-1", "Deal", {"stage": "Won", "amount": 1200})
    extra = Changed("create", "task", "3", "TSK-1", "Call", {"title": "Call"})
    assert problems({"changes": MOVED}, answer(), made, extra) == ["unasked: create task 'Call' {'title': 'Call'}"]


def test_a_new_record_may_have_defaults_but_nothing_invented() -> None:
    wanted = {"changes": [{"op": "create", "type": "contact", "set": {"name": "Jane", "account": "Globex"}}]}
    fields = {"name": "Jane", "account": "Globex", "owner": "anna@demo.example"}
    assert problems(wanted, answer(), Changed("create", "contact", "1", "Jane", "Jane", fields)) == []
    assert problems(wanted, answer(), Changed("create", "contact", "1", "Jane", "Jane", {**fields, "phone": "123"}))


def test_the_best_of_several_expectations_counts() -> None:
    outcome = Outcome(answer(kind="clarify"))
    assert best([{"figure": 3}, {"kind": "clarify"}], outcome, TODAY) == []


@pytest.mark.parametrize(
    ("got", "wanted", "equal"),
    [
        ("Won", "won", True),
        (None, "won", False),
        (1200, 1200.0, True),
        (date(2026, 11, 22), {"day": "tomorrow"}, True),
        (date(2026, 11, 23), {"day": "tomorrow"}, False),
        ("Call Globex on Monday", {"contains": "call globex"}, True),
        (None, {"empty": True}, True),
        ("x", {"any": ["y", {"empty": True}]}, False),
        (False, True, False),
    ],
)
def test_values(got: Any, wanted: Any, equal: bool) -> None:
    assert same(got, wanted, TODAY) is equal
