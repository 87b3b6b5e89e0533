"""From a note to one proposal: approved as a whole or in part, edited, undone."""

from typing import Any

import pytest

from agent.bootstrap import Rapport
from agent.voice.ear import Outcome, Sent
from store import gate
from store.errors import InvalidInput
from store.query import RecordQuery, find
from store.rights import Principal

ANNA = "anna.berg@demo.example"
NOTE = (
    "Visited Zuiderhaven, saw Femke Kuipers. Cold store phase 2: the amount goes down to 30,000 euros. "
    "New buyer called Ruth Penhale, ruth.penhale@zuiderhaven.example. I'll send the contract to Ruth on Tuesday."
)


def heard(rapport: Rapport, who: Principal, text: str) -> dict[str, Any]:
    taken = rapport.ear.take_in(who, text.encode(), Sent("note.txt"))
    *_, outcome = rapport.ear.hear(who, taken.id)
    assert isinstance(outcome, Outcome)
    (proposal,) = outcome.answer.proposals
    return proposal


def counts(rapport: Rapport, who: Principal) -> dict[str, int]:
    with rapport.store.reading(who) as unit:
        return {kind: find(unit, RecordQuery(entity=kind)).total for kind in ("activity", "task", "contact")}


def test_one_proposal_with_the_words_of_each_field_undone_as_a_whole(demo: Rapport) -> None:
    anna = demo.store.principal(ANNA)
    before = counts(demo, anna)
    proposal = heard(demo, anna, NOTE)
    assert (proposal["operation"], proposal["status"]) == ("bulk", "pending")
    assert sorted(each["type"] for each in proposal["changes"]) == ["activity", "contact", "opportunity", "task"]
    told = {(each["type"], each["field"]): each for each in proposal["evidence"]}
    assert "30,000 euros" in told["opportunity", "amount"]["quote"]
    assert told["opportunity", "amount"]["start_s"] > told["activity", "kind"]["start_s"] >= 0
    assert all(each["source"].startswith("recording:") for each in proposal["evidence"])
    with demo.store.writing(anna) as unit:
        assert gate.approve(unit, proposal["id"]).status == "applied"
    assert counts(demo, anna) == {kind: count + 1 for kind, count in before.items()}
    with demo.store.writing(anna) as unit:
        gate.undo(unit, proposal["id"])
    assert counts(demo, anna) == before


def test_part_of_it_is_left_out_and_nothing_points_to_what_is_not_made(demo: Rapport) -> None:
    anna = demo.store.principal(ANNA)
    before = counts(demo, anna)
    proposal = heard(demo, anna, NOTE.replace("30,000", "29,000"))
    ids = {each["type"]: each["id"] for each in proposal["changes"]}
    with demo.store.writing(anna) as unit, pytest.raises(InvalidInput, match="Nothing of this proposal"):
        gate.approve(unit, proposal["id"], without=list(ids.values()))
    with demo.store.writing(anna) as unit, pytest.raises(InvalidInput, match="does not change"):
        gate.approve(unit, proposal["id"], without=["nobody"])
    with demo.store.writing(anna) as unit:
        view = gate.approve(unit, proposal["id"], without=[ids["contact"], ids["opportunity"]], edits={ids["task"]: {"title": "Send it"}})
    assert (view.status, {each["type"] for each in view.changes}) == ("applied", {"activity", "task"})
    task = next(each for each in view.changes if each["type"] == "task")
    assert (task["after"]["title"], task["after"].get("contact")) == ("Send it", None)
    assert counts(demo, anna) == {**before, "activity": before["activity"] + 1, "task": before["task"] + 1}
    with demo.store.writing(anna) as unit:
        gate.undo(unit, proposal["id"])
    assert counts(demo, anna) == before


def test_a_typed_note_that_is_no_text_says_so(demo: Rapport) -> None:
    anna = demo.store.principal(ANNA)
    taken = demo.ear.take_in(anna, "Besuch bei Müller".encode("latin-1"), Sent("note.txt"))
    with pytest.raises(InvalidInput, match="not UTF-8"):
        list(demo.ear.hear(anna, taken.id))
    with pytest.raises(InvalidInput, match="it is text"):
        demo.ear.take_in(anna, b"Visited Nordlys.", Sent("note.wav"))
