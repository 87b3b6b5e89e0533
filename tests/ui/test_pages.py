"""The chat's events, without a browser: who is asked for, what is drawn, what a click does."""

import asyncio
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from ui_company import ANNA, BEN, SignedIn

from agent.bootstrap import Rapport
from store import gate
from ui.identity import COOKIE
from ui.web.app import make_blocks
from ui.web.events import Events
from ui.web.layout import Page, make_page

MOVE = "Move Halden Shipping – pilot 3 to Negotiation with amount 75000"


def request(signed_in: SignedIn, email: str, language: str = "en") -> Any:
    cookie = f"{COOKIE}={signed_in(email).cookies[COOKIE]}"
    return SimpleNamespace(headers={"Cookie": cookie, "Accept-Language": language})


@pytest.fixture
def events(signed_in: SignedIn) -> Events:
    inside = signed_in(ANNA).app.state.house  # type: ignore[attr-defined]

    async def drawn() -> Page:
        with gr.Blocks(analytics_enabled=False):
            return make_page()

    return Events(inside, asyncio.run(drawn()))  # without a loop Gradio opens one and leaves it open


def last(updates: Iterator[dict[Any, Any]]) -> dict[Any, Any]:
    return list(updates)[-1]


def test_arriving_dresses_the_page_in_the_reader_s_language(events: Events, signed_in: SignedIn) -> None:
    seen = events.arrive(request(signed_in, ANNA, "zh-CN"))
    assert seen[events.page.new]["value"] == "新对话"
    assert "Anna" in seen[events.page.chat]["placeholder"]
    assert "anna" not in str(events.arrive(request(signed_in, BEN)))


def test_without_a_session_nothing_happens(events: Events) -> None:
    nobody: Any = SimpleNamespace(headers={})
    for handler in (events.arrive, events.new, events.show_waiting):
        with pytest.raises(gr.Error, match="signed out"):
            handler(nobody)
    with pytest.raises(gr.Error, match="signed out"):
        last(events.ask("my deals", [], "", nobody))
    with pytest.raises(gr.Error, match="signed out"):
        events.decide(nobody, "approve", "x", ["x"], [])


def test_a_turn_ends_with_the_answer_and_its_conversation(events: Events, signed_in: SignedIn) -> None:
    seen = last(events.ask("my deals", [], "", request(signed_in, ANNA)))
    assert "| [Nordkap Energy &lt;b&gt;AS&lt;/b&gt;" in seen[events.page.chat][-1]["content"]
    assert seen[events.page.chat][-2]["metadata"]["status"] == "done"
    again = last(events.ask("open deals", seen[events.page.chat], seen[events.page.conversation], request(signed_in, ANNA)))
    assert again[events.page.conversation] == seen[events.page.conversation]


def test_another_person_s_conversation_is_not_opened(events: Events, signed_in: SignedIn) -> None:
    conversation = last(events.ask("my deals", [], "", request(signed_in, ANNA)))[events.page.conversation]
    seen = events.open(conversation, request(signed_in, BEN))
    assert "⚠" in seen[events.page.chat][0]["content"]
    assert "Nordkap" not in str(seen)
    refused = last(events.ask("my deals", [], conversation, request(signed_in, BEN)))
    assert "⚠" in refused[events.page.chat][-1]["content"]


def test_a_card_is_edited_approved_and_undone(events: Events, signed_in: SignedIn, rapport: Rapport) -> None:
    anna, slot = request(signed_in, ANNA), events.page.slots[0]
    seen = last(events.ask(MOVE, [], "", anna))
    proposal, cells = seen[slot.id], seen[slot.table]["value"]["data"]
    assert cells == [["Stage", "Proposal", "Negotiation"], ["Amount", "36,000", "75,000"]]
    assert "|" not in seen[events.page.chat][-1]["content"]
    cells[1][-1] = "80,000"
    shown = [proposal, "", "", ""]
    done = events.decide(anna, "approve", proposal, shown, cells)
    assert (done[slot.approve]["visible"], done[slot.undo]["visible"], done[slot.note]["value"]) == (False, True, "Applied and recorded.")
    with rapport.store.reading(rapport.store.principal(ANNA)) as unit:
        assert gate.show(unit, proposal).changes[0]["after"] == {"stage": "Negotiation", "amount": "80000.00"}
    undone = events.decide(anna, "undo", proposal, shown, [])
    assert (undone[slot.undo]["visible"], undone[slot.note]["value"]) == (False, "Put back as it was.")


def test_a_bad_edit_is_said_on_the_card_and_nothing_is_applied(events: Events, signed_in: SignedIn, rapport: Rapport) -> None:
    anna, slot = request(signed_in, ANNA), events.page.slots[0]
    proposal = last(events.ask(MOVE, [], "", anna))[slot.id]
    done = events.decide(anna, "approve", proposal, [proposal, "", "", ""], [["Stage", "Proposal", "Moon"], ["Amount", "36,000", "75,000"]])
    assert "Moon" in done[slot.note]["value"]
    assert done[slot.approve]["visible"]
    with rapport.store.reading(rapport.store.principal(ANNA)) as unit:
        assert gate.show(unit, proposal).status == "pending"


def test_another_person_s_click_does_nothing(events: Events, signed_in: SignedIn, rapport: Rapport) -> None:
    slot = events.page.slots[0]
    proposal = last(events.ask(MOVE, [], "", request(signed_in, ANNA)))[slot.id]
    done = events.decide(request(signed_in, BEN), "approve", proposal, [proposal, "", "", ""], [])
    assert done[slot.box]["visible"] is False
    assert "Halden" not in str(done)
    with rapport.store.reading(rapport.store.principal(ANNA)) as unit:
        assert gate.show(unit, proposal).status == "pending"


def test_what_waits_is_listed_and_can_be_picked(events: Events, signed_in: SignedIn) -> None:
    anna, panel = request(signed_in, ANNA), events.page.slots[-1]
    proposal = last(events.ask(MOVE, [], "", anna))[events.page.slots[0].id]
    seen = events.show_waiting(anna)
    assert seen[events.page.waiting]["choices"] == [("Change deal: Halden Shipping – pilot 3", proposal)]
    assert events.pick(proposal, anna)[panel.id] == proposal
    assert events.pick(proposal, request(signed_in, BEN))[panel.id] == ""
    assert events.open(last(events.ask("my deals", [], "", anna))[events.page.conversation], anna)[events.page.slots[0].id] == ""


def test_no_handler_is_an_api(signed_in: SignedIn) -> None:
    inside = signed_in(ANNA).app.state.house  # type: ignore[attr-defined]

    async def made() -> gr.Blocks:
        return make_blocks(inside)

    blocks = asyncio.run(made())
    assert {fn.api_visibility for fn in blocks.fns.values()} == {"private"}
    assert blocks.analytics_enabled is False
