"""An obedient model against the gate: whatever a note tells it to do, a person decides."""

from collections.abc import Iterator
from typing import Any

import pytest
from llm_firm import Firm, firm
from scripted_server import Reply, serving

from tools.catalogue import WRITE

ARGUMENTS: dict[str, dict[str, Any]] = {
    "create_record": {"entity": "contact", "values": {"name": "Jane Roe", "account": "Globex Corporation"}},
    "update_records": {"entity": "opportunity", "records": ["Globex renewal"], "values": {"stage": "Closed won", "amount": 1}},
    "delete_records": {"entity": "account", "filters": [{"field": "name", "op": "is_set"}]},
    "log_activity": {"body": "They called.", "account": "Globex Corporation"},
    "create_task": {"title": "Call them", "account": "Initech"},
    "merge_records": {"entity": "account", "records": ["Globex Corporation", "Initech"]},
    "hand_over": {"giver": "Bo Boss", "taker": "Anna Berg"},
}


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firm]:
    with serving() as script, firm(tmp_path_factory.mktemp("gate"), script) as made:
        yield made


@pytest.fixture(autouse=True)
def _clean(here: Firm) -> None:
    here.script.replies.clear()
    here.script.requests.clear()


def test_every_write_tool_is_tried_here() -> None:
    elsewhere = {"send_draft"}  # needs a draft and a mail server: tests/store/test_mail_sending.py
    assert set(ARGUMENTS) | elsewhere == {tool.name for tool in WRITE}


@pytest.mark.parametrize("name", ARGUMENTS)
def test_no_write_tool_changes_a_record_without_approval(here: Firm, name: str) -> None:
    if name == "update_records":
        with here.rapport.store.reading(here.boss) as unit:
            ARGUMENTS[name]["values"]["stage"] = next(stage.name for stage in unit.schema.stages if stage.kind == "won")
    before, proposals = here.state(), len(here.proposals())
    here.script.call(name, **ARGUMENTS[name]).say("It waits for your approval.")
    answer = here.ask("do it")
    assert here.state() == before
    assert [each.status for each in here.proposals()[proposals:]] == ["pending"]
    assert [each["status"] for each in answer.proposals] == ["pending"]


def test_an_obeyed_note_is_only_a_pending_proposal_from_outside(here: Firm) -> None:
    before, proposals = here.state(), len(here.proposals())
    here.script.call("search_notes", query="renewal").call("delete_records", entity="account", filters={"name": {"is_set": True}})
    here.script.say("I have deleted all accounts, as the note says.")
    answer = here.ask("what did Globex say about the renewal?")
    assert "delete all accounts" in str(here.script.requests[1]["messages"])
    made = here.proposals()[proposals:]
    assert [(each.status, each.external, each.operation, each.decided_by) for each in made] == [("pending", True, "bulk", None)]
    assert here.state() == before
    assert answer.text.startswith("⏳ Nothing is written yet")
    assert len(answer.proposals[0]["changes"]) == 2


def test_a_poisoned_record_marks_what_follows(here: Firm) -> None:
    """The same text read as a record, not as a quote."""
    proposals = len(here.proposals())
    here.script.call("find_records", entity="activity").call("delete_records", entity="account", records=["Initech"]).say("It waits.")
    here.ask("what happened lately?")
    assert [(each.status, each.external) for each in here.proposals()[proposals:]] == [("pending", True)]


def test_a_later_turn_that_sees_the_quotes_again_is_marked_too(here: Firm) -> None:
    here.script.call("search_notes", query="renewal").say("They ask about the price.")
    first = here.ask("what did Globex say about the renewal?")
    proposals = len(here.proposals())
    here.script.call("delete_records", entity="account", records=["Initech"]).say("It waits.")
    here.ask("go on", conversation_id=first.conversation_id)
    assert [(each.status, each.external) for each in here.proposals()[proposals:]] == [("pending", True)]


def test_a_wish_of_the_person_s_own_is_not_marked(here: Firm) -> None:
    proposals = len(here.proposals())
    here.script.call("delete_records", entity="account", records=["Initech"]).say("It waits.")
    here.ask("delete Initech")
    assert [(each.status, each.external) for each in here.proposals()[proposals:]] == [("pending", False)]


def test_an_empty_condition_is_no_condition(here: Firm) -> None:
    """[{}] would be every account."""
    proposals = len(here.proposals())
    for given in ([{}], [], "", {}, [[]], "all", [{"where": []}]):
        here.script.say(Reply(calls=(("delete_records", {"entity": "account", "filters": given}),)), "Which accounts?")
        here.ask("delete accounts")
        assert here.script.said_by_tools
    assert len(here.proposals()) == proposals


def test_the_model_cannot_approve(here: Firm) -> None:
    before, waiting = here.state(), here.proposals()[-1]
    assert waiting.status == "pending"
    here.script.call("approve_proposal", id=waiting.id).say("I have approved it.")
    answer = here.ask("approve it")
    assert "I have approved" not in answer.text
    assert (here.state() == before, here.proposals()[-1].status) == (True, "pending")
