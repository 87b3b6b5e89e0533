"""The chat's events, without a browser: who is asked for, what is drawn, what a click does."""

import asyncio
import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from ui_company import ANNA, BEN, SignedIn

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
    """What the page shows when all of them have come."""
    return {part: update for each in updates for part, update in each.items()}


def test_arriving_dresses_the_page_in_the_reader_s_language(events: Events, signed_in: SignedIn) -> None:
    seen = last(events.arrive(request(signed_in, ANNA, "zh-CN")))
    assert seen[events.page.new]["value"] == "新对话"
    assert "Anna" in seen[events.page.chat]["placeholder"]
    assert "anna" not in str(last(events.arrive(request(signed_in, BEN))))


def test_without_a_session_nothing_happens(events: Events) -> None:
    nobody: Any = SimpleNamespace(headers={})
    with pytest.raises(gr.Error, match="signed out"):
        last(events.arrive(nobody))
    with pytest.raises(gr.Error, match="signed out"):
        events.new(nobody)
    with pytest.raises(gr.Error, match="signed out"):
        last(events.ask("my deals", "", nobody))
    with pytest.raises(gr.Error, match="signed out"):
        last(events.open("x", nobody))
    with pytest.raises(gr.Error, match="signed out"):
        events.stop("x", nobody)


def test_a_turn_ends_with_the_answer_and_its_conversation(events: Events, signed_in: SignedIn) -> None:
    seen = last(events.ask("my deals", "", request(signed_in, ANNA)))
    assert "| [Nordkap Energy &lt;b&gt;AS&lt;/b&gt;" in seen[events.page.chat][-1]["content"]
    assert seen[events.page.chat][-2]["metadata"]["status"] == "done"
    again = last(events.ask("open deals", seen[events.page.conversation], request(signed_in, ANNA)))
    assert again[events.page.conversation] == seen[events.page.conversation]


def test_another_person_s_conversation_is_not_opened(events: Events, signed_in: SignedIn) -> None:
    conversation = last(events.ask("my deals", "", request(signed_in, ANNA)))[events.page.conversation]
    seen = last(events.open(conversation, request(signed_in, BEN)))
    assert "⚠" in seen[events.page.chat][0]["content"]
    assert "Nordkap" not in str(seen)
    with pytest.warns(UserWarning, match="no conversation"):
        assert "chat" not in str(last(events.ask("my deals", conversation, request(signed_in, BEN))))
    assert events.stop(conversation, request(signed_in, BEN))[events.page.busy] == ""


def test_a_change_is_shown_by_its_sheet_and_not_a_second_time_as_text(events: Events, signed_in: SignedIn) -> None:
    anna = request(signed_in, ANNA)
    seen = last(events.ask(MOVE, "", anna))
    proposal = seen[events.page.sheets]
    assert "|" not in seen[events.page.chat][-1]["content"]
    assert seen[events.page.waiting]["value"] == "Waiting for approval (1)"
    again = last(events.open(seen[events.page.conversation], anna))
    assert again[events.page.sheets] == proposal
    assert "|" not in again[events.page.chat][-1]["content"]
    piece = signed_in(ANNA).get("/approvals/sheets", params={"id": [proposal, "somebody else's"]}).text
    assert piece.count("<article") == 1
    assert "75000.00" in piece
    assert "<article" not in signed_in(BEN).get("/approvals/sheets", params={"id": proposal}).text


def test_no_handler_is_an_api(signed_in: SignedIn) -> None:
    inside = signed_in(ANNA).app.state.house  # type: ignore[attr-defined]

    async def made() -> gr.Blocks:
        return make_blocks(inside)

    blocks = asyncio.run(made())
    assert {fn.api_visibility for fn in blocks.fns.values()} == {"private"}
    assert blocks.analytics_enabled is False


def test_the_page_knows_where_charts_are_drawn(signed_in: SignedIn) -> None:
    """It fetches that when it is idle; Gradio names the file anew with each version."""
    seen = signed_in(ANNA).get("/", headers={"accept": "text/html"}).text
    assert "window.RAPPORT_LATER" in seen
    found = re.search(r"/assets/PlotlyPlot-[\w-]+\.js", seen)
    assert found
    assert signed_in(ANNA).get(found[0]).status_code == 200
