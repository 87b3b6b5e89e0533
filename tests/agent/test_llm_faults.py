"""The model is down, slow, cut off or talks nonsense: the built-in brain answers and says so, and nothing is lost or doubled."""

import socket
from pathlib import Path

import pytest
from llm_firm import Firm, firm
from scripted_server import Reply, Script, serving

from agent.answer import TextDelta

TASK = {"title": "Call Globex", "account": "Globex Corporation", "due_at": "2026-11-24T09:00"}


DOWN: dict[str, tuple[Reply, str, int]] = {
    "429": (Reply(status=429), "rate limit", 2),
    "500": (Reply(status=500), "5xx", 2),
    "503": (Reply(status=503, body="<html>busy</html>"), "5xx", 2),
    "401": (Reply(status=401), "401", 1),
    "403": (Reply(status=403), "403", 1),
    "404": (Reply(status=404), "404", 1),
    "400": (Reply(status=400), "400", 1),
    "not JSON": (Reply(body="<html>welcome to the proxy</html>"), "could not be read", 1),
    "half JSON": (Reply(body='{"choices": [{"mess'), "could not be read", 1),
    "bad event": (Reply(body='data: {"choices": [{"delta"\n\n'), "could not be read", 1),
    "nothing": (Reply(""), "empty answer", 1),
    "cut": (Reply("The open pipeline is EUR 87,345.67 and rising.", cut=True), "broke off", 1),
    "no end": (Reply("The open pipeline is EUR 87", finish=None), "broke off", 1),
}


@pytest.mark.parametrize(("case", "brain"), [*((case, "auto") for case in DOWN), ("500", "llm"), ("401", "llm")])
def test_the_built_in_brain_answers_when_the_model_is_down(here: Firm, case: str, brain: str) -> None:
    reply, why, calls = DOWN[case]
    here.script.endless = reply
    answer = here.ask("open deals", brain=brain)
    assert (answer.brain, answer.kind, answer.total) == ("embedded", "records", 2)
    assert "The language model is not available (" in answer.text
    assert why in answer.text
    assert len(here.script.requests) == calls
    assert "sk-secret" not in answer.text


def test_the_note_is_in_the_asker_s_language(here: Firm) -> None:
    here.script.endless = Reply(status=429)
    answer = here.ask("进行中的商机")
    assert (answer.brain, answer.language) == ("embedded", "zh")
    assert "语言模型暂不可用（超出速率或额度限制（429））" in answer.text


def test_a_passing_fault_is_retried(here: Firm) -> None:
    here.script.say(Reply(status=429), "Hello.")
    assert here.ask("hello").text == "Hello."


def test_timeout(tmp_path: Path) -> None:
    with serving() as script, firm(tmp_path, script, model_timeout=0.3) as made:
        script.endless = Reply(hang=True)
        answer = made.ask("open deals")
        assert (answer.brain, answer.total) == ("embedded", 2)
        assert "it took too long" in answer.text


def test_connection_refused(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with firm(tmp_path, Script(), base_url=f"http://127.0.0.1:{port}/v1") as made:
        answer = made.ask("open deals", brain="llm")
        assert answer.brain == "embedded"
        assert "it cannot be reached" in answer.text


def test_a_question_nobody_understands_is_refused_with_the_note(here: Firm) -> None:
    here.script.endless = Reply(status=500)
    answer = here.ask("what is the meaning of life")
    assert (answer.brain, answer.kind) == ("embedded", "refuse")
    assert "is not available" in answer.text


def test_what_was_proposed_before_the_fault_is_kept_and_not_doubled(here: Firm) -> None:
    before = len(here.proposals())
    here.script.call("create_task", **TASK).say(Reply(status=401))
    answer = here.ask("remind me to call Globex Corporation next Tuesday")
    assert len(here.proposals()) - before == 1
    assert (answer.brain, answer.kind, [each["status"] for each in answer.proposals]) == ("llm", "proposal", ["pending"])
    assert "not available any more (the key was refused (401))" in answer.text


def test_what_was_only_read_before_the_fault_is_read_again(here: Firm) -> None:
    here.script.call("find_records", entity="account").say(Reply(status=401))
    answer = here.ask("open deals")
    assert (answer.brain, answer.total, {record["type"] for record in answer.records}) == ("embedded", 2, {"opportunity"})


def test_what_was_read_is_shown_when_the_built_in_brain_is_at_a_loss(here: Firm) -> None:
    here.script.call("find_records", entity="account").say(Reply(status=401))
    answer = here.ask("whom might I please today")
    assert (answer.brain, answer.kind, answer.total) == ("llm", "records", 2)
    assert "Globex Corporation" in answer.text


def test_a_cut_stream_leaves_the_pieces_apart(here: Firm) -> None:
    """What had streamed is void; the built-in answer follows in pieces of its own and stands whole in Done."""
    here.script.endless = DOWN["cut"][0]
    events = here.stream("open deals")
    text = "".join(event.text for event in events if isinstance(event, TextDelta))
    assert text.endswith(f"\n\n{events[-1].answer.text}")  # type: ignore[union-attr]


def test_an_embedded_answer_streams_in_pieces(here: Firm) -> None:
    for question in ("open deals", "what is the meaning of life", "accounts and open deals", "加一个联系人"):
        events = here.stream(question, brain="embedded")
        pieces = [event.text for event in events if isinstance(event, TextDelta)]
        assert "".join(pieces) == events[-1].answer.text  # type: ignore[union-attr]
    assert not here.script.requests


# hybrid


def test_hybrid_asks_the_model_only_for_what_the_built_in_brain_cannot_place(here: Firm) -> None:
    answer = here.ask("open deals", brain="hybrid")
    assert (answer.brain, here.script.requests) == ("embedded", [])
    here.script.say("Whales.")
    answer = here.ask("what is the meaning of life", brain="hybrid")
    assert (answer.brain, len(here.script.requests)) == ("llm", 1)
    assert answer.text.endswith("\n\nWhales.")
    assert "nothing of it comes from your records" in answer.text


def test_what_a_model_says_of_a_record_without_looking_is_not_shown(here: Firm) -> None:
    for text in ("Globex is a maker of pumps in Bergen.", "brief_record about account Globex Corporation"):
        here.script.say(text)
        answer = here.ask("brief me on Globex Corporation", brain="llm")
        assert (answer.brain, answer.kind) == ("embedded", "brief")
        assert text not in answer.text
        assert "it looked nothing up" in answer.text


def test_small_talk_needs_no_looking_up(here: Firm) -> None:
    here.script.say("Good morning!")
    answer = here.ask("good morning", brain="llm")
    assert (answer.brain, answer.text) == ("llm", "Good morning!")


def test_hybrid_asks_back_about_a_name_without_the_model(here: Firm) -> None:
    answer = here.ask("add a contact", brain="hybrid")
    assert (answer.brain, answer.kind, here.script.requests) == ("embedded", "clarify", [])


def test_hybrid_keeps_its_refusal_when_the_model_is_down(here: Firm) -> None:
    here.script.endless = Reply(status=500)
    answer = here.ask("what is the meaning of life", brain="hybrid")
    assert (answer.brain, answer.kind) == ("embedded", "refuse")
    assert "is not available" in answer.text
