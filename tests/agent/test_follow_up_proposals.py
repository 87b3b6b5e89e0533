"""From a note to one proposal: approved as a whole or in part, edited, undone."""

from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from scripted_ear import ScriptedEar

from agent.bootstrap import Rapport
from agent.metering import Meter
from agent.voice.by_model import suggest_with
from agent.voice.ear import Ear, Outcome, Sent
from store import gate
from store.errors import InvalidInput
from store.query import RecordQuery, find
from store.rights import Principal

ANNA = "anna.berg@demo.example"
NOTE = (
    "Visited Zuiderhaven, saw Femke Kuipers. Cold store phase 2: the amount goes down to 30,000 euros. "
    "New buyer called Ruth Penhale, ruth.penhale@zuiderhaven.example. I'll send the contract to Ruth on Tuesday."
)


def listened(ear: Ear, who: Principal, text: str) -> Outcome:
    taken = ear.take_in(who, text.encode(), Sent("note.txt"))
    *_, outcome = ear.hear(who, taken.id)
    assert isinstance(outcome, Outcome)
    return outcome


def heard(rapport: Rapport, who: Principal, text: str) -> dict[str, Any]:
    (proposal,) = listened(rapport.ear, who, text).answer.proposals
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


class ScriptedReader(BaseChatModel):
    """Answers every note with the same tool call, or fails."""

    answer: dict[str, Any] | None = None

    @property
    def _llm_type(self) -> str:
        return "scripted-reader"

    def bind_tools(self, tools: Any, **more: Any) -> Any:
        return self

    def _generate(self, messages: Any, stop: Any = None, run_manager: Any = None, **more: Any) -> ChatResult:
        if self.answer is None:
            raise TimeoutError
        call = {"name": "Suggested", "args": self.answer, "id": "1", "type": "tool_call"}
        return ChatResult(generations=[ChatGeneration(message=AIMessage("", tool_calls=[call]))])


def quoted(value: str, quote: str) -> dict[str, str]:
    return {"value": value, "quote": quote}


def test_what_a_model_reads_besides_is_taken_where_its_quote_holds_it_and_dropped_where_not(demo: Rapport) -> None:
    anna = demo.store.principal(ANNA)
    text = "Zuiderhaven. The freezer alarms bother Bram Smeets a lot. Lunch vouchers for the night shift should reach them before November 30th."
    answer = {
        "follow_ups": [{
            "account": quoted("Zuiderhaven Koelhuizen B.V.", "Zuiderhaven"), "deal": "Zuiderhaven: cold store, phase 2",
            "amount": quoted("99000", "The freezer alarms bother"), "close_date": quoted("2026-12-24", "before November 30th"),
            "tasks": [
                {"title": quoted("Lunch vouchers", "Lunch vouchers for the night shift"), "due": quoted("2026-11-30", "before November 30th")},
                {"title": quoted("Send a contract", "Lunch vouchers")}, {"title": quoted("Wire the money", "Wire the money to me")},
            ],
            "risks": [quoted("freezer alarms bother Bram Smeets", "The freezer alarms bother Bram Smeets a lot.")],
        }, {"account": quoted("Nordlys", "Nordlys"), "risks": [quoted("Zuiderhaven", "Zuiderhaven")]}],
    }  # fmt: skip
    ear = Ear(
        demo.store, demo.assistant, ScriptedEar([]), suggest=suggest_with(ScriptedReader(answer=answer), Meter(demo.store, "scripted"))
    )
    (proposal,) = listened(ear, anna, text).answer.proposals
    assert sorted(each["type"] for each in proposal["changes"]) == ["activity", "task"]
    task = next(each["after"] for each in proposal["changes"] if each["type"] == "task")
    assert (task["title"], task["due_at"][:10]) == ("Lunch vouchers", "2026-11-30")
    activity = next(each["after"] for each in proposal["changes"] if each["type"] == "activity")
    assert "freezer alarms bother Bram Smeets" in activity["body"].split("\n\n")[0]


def test_a_model_that_fails_leaves_the_reading_without_one(demo: Rapport) -> None:
    anna = demo.store.principal(ANNA)
    ear = Ear(demo.store, demo.assistant, ScriptedEar([]), suggest=suggest_with(ScriptedReader(), Meter(demo.store, "scripted")))
    (proposal,) = listened(ear, anna, "Called Femke Kuipers at Zuiderhaven. I'll send the price list on Tuesday.").answer.proposals
    assert sorted(each["type"] for each in proposal["changes"]) == ["activity", "task"]


def test_a_typed_note_that_is_no_text_says_so(demo: Rapport) -> None:
    anna = demo.store.principal(ANNA)
    taken = demo.ear.take_in(anna, "Besuch bei Müller".encode("latin-1"), Sent("note.txt"))
    with pytest.raises(InvalidInput, match="not UTF-8"):
        list(demo.ear.hear(anna, taken.id))
    with pytest.raises(InvalidInput, match="it is text"):
        demo.ear.take_in(anna, b"Visited Nordlys.", Sent("note.wav"))


def test_a_new_customer_comes_with_its_person_and_goes_with_the_whole(demo: Rapport) -> None:
    anna = demo.store.principal(ANNA)
    before = counts(demo, anna)
    note = (
        "Met a new prospect, Brackley & Sons Bakeries. Contact is Laura Penhale, operations director. I'll send her our brochure on Monday."
    )
    outcome = listened(demo.ear, anna, note)
    (proposal,) = outcome.answer.proposals
    assert sorted(each["type"] for each in proposal["changes"]) == ["account", "activity", "contact", "task"]
    assert "New? “Brackley & Sons Bakeries”" in outcome.answer.text
    told = next(each for each in proposal["evidence"] if each["type"] == "account")
    assert (told["quote"].rstrip("."), told["field"]) == ("Brackley & Sons Bakeries", "name")
    with demo.store.writing(anna) as unit:
        view = gate.approve(unit, proposal["id"])
    assert {each["after"].get("account", "Brackley & Sons Bakeries") for each in view.changes} == {"Brackley & Sons Bakeries"}
    with demo.store.writing(anna) as unit:
        gate.undo(unit, proposal["id"])
    assert counts(demo, anna) == before


def test_a_name_nearly_like_a_known_one_is_shown_with_it_and_nobody_is_made(demo: Rapport) -> None:
    anna = demo.store.principal(ANNA)
    outcome = listened(demo.ear, anna, "Visited Kranenborg Retail today, a good hour. I'll send them the quote on Monday.")
    (proposal,) = outcome.answer.proposals
    assert not [each for each in proposal["changes"] if each["type"] == "account" or each["after"].get("account")]
    assert "“Kranenborg Retail” (near: Kranenburg Retail Groep N.V.)" in outcome.answer.text


def test_a_win_that_may_be_another_deals_is_asked(demo: Rapport) -> None:
    anna = demo.store.principal(ANNA)
    outcome = listened(demo.ear, anna, "Zuiderhaven, Femke Kuipers signed the maintenance order today. I'll call her on Monday.")
    (proposal,) = outcome.answer.proposals
    assert not [each for each in proposal["changes"] if each["type"] == "opportunity"]
    assert "Is it “Zuiderhaven: cold store, phase 2” that is Won?" in outcome.answer.text
