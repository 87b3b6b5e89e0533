"""The language model's path over the wire: langchain-openai against a scripted server on loopback."""

import json
from typing import Any

import pytest
from llm_firm import Firm
from scripted_server import Reply

from agent.answer import Done, TextDelta, ToolFinished, ToolStarted
from agent.build import MODEL_CALLS

WON_OPEN = {"metric": "open_amount"}
TASK = {"title": "Call Globex", "account": "Globex Corporation", "due_at": "2026-11-24T09:00"}


def test_text_and_tool_calls_stream(here: Firm) -> None:
    here.script.call("measure", **WON_OPEN).say("The open pipeline is EUR 87,345.67.")
    events = here.stream("What is in the pipeline?")
    kinds = [type(event) for event in events]
    assert kinds.index(ToolStarted) < kinds.index(ToolFinished) < kinds.index(TextDelta) < kinds.index(Done)
    deltas = [event.text for event in events if isinstance(event, TextDelta)]
    answer = events[-1].answer  # type: ignore[union-attr]
    assert len(deltas) > 3
    assert "".join(deltas) == "The open pipeline is EUR 87,345.67."
    assert answer.text == "The open pipeline is EUR 87,345.67.\n\n_Computed: open pipeline · all time · 2 deals_"
    assert (answer.brain, answer.kind, answer.measure["rows"]) == ("llm", "measure", [["87345.67"]])


def test_usage_is_counted_while_streaming(here: Firm) -> None:
    here.script.call("measure", **WON_OPEN).say("EUR 87,345.67.")
    assert here.ask("pipeline?").usage.to_json() == {"model_calls": 2, "input_tokens": 200, "output_tokens": 20}
    here.script.say(Reply("Hello.", usage=False))
    assert here.ask("hello").usage.to_json() == {"model_calls": 1, "input_tokens": 0, "output_tokens": 0}
    assert all(request["stream"] and request["stream_options"] == {"include_usage": True} for request in here.script.requests)


def test_parallel_tool_calls(here: Firm) -> None:
    calls = (("find_records", {"entity": "account", "sort": ["name"]}), ("measure", WON_OPEN))
    here.script.say(Reply(calls=calls), "Two accounts, EUR 87,345.67 open.")
    answer = here.ask("accounts and pipeline")
    assert [record["name"] for record in answer.records] == ["Globex Corporation", "Initech"]
    assert answer.measure is not None
    assert [message["role"] for message in here.script.requests[-1]["messages"]] == ["system", "user", "assistant", "tool", "tool"]


def test_the_prompt_knows_the_day_the_person_and_the_store(here: Firm) -> None:
    here.script.say("Hello.")
    here.ask("hello")
    system = here.script.requests[0]["messages"][0]["content"]
    for told in ("2026-11-21, a Saturday", "boss@firm.example", "EUR", "Negotiation", "- opportunity: name"):
        assert told in system


def test_an_empty_content_beside_tool_calls_is_sent_as_null(here: Firm) -> None:
    here.script.call("measure", **WON_OPEN).say("EUR 87,345.67.")
    here.ask("pipeline?")
    called = here.script.requests[-1]["messages"][2]
    assert called["content"] is None
    assert json.loads(called["tool_calls"][0]["function"]["arguments"]) == WON_OPEN


def test_history_is_whole_turns_with_text(here: Firm) -> None:
    here.script.call("measure", **WON_OPEN).say("EUR 87,345.67.")
    first = here.ask("pipeline?")
    here.script.say("I said EUR 87,345.67.")
    again = here.ask("say it again", conversation_id=first.conversation_id)
    sent = here.script.requests[-1]["messages"][1:]
    assert [(each["role"], each["content"]) for each in sent] == [
        ("user", "pipeline?"),
        ("assistant", first.text),
        ("user", "say it again"),
    ]
    assert again.text == "I said EUR 87,345.67."  # computed a turn ago: not marked


# broken calls


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ('{"metric": open_amount}', "not valid JSON"),
        ("metric=open_amount", "not valid JSON"),
        ('{"metric": 7}', "metric: Input should be a valid string"),
        ('{"metric": "open_amount", "top": "many"}', "top: Input should be a valid integer"),
        ('{"metric": "open_amount", "first_day": "31 February"}', "first_day"),
        ('{"metric": "weather"}', "There is no metric 'weather'. Metrics: won_amount"),
        ('{"metric": "open_amount", "filters": [{"op": "eq"}]}', "has no field 'op'"),
        ('{"metric": "open_amount", "filters": {"colour": "red"}}', "has no field 'colour'. Fields: name"),
        (
            '{"metric": "open_amount", "filters": {"owner": "Zacharias"}}',
            "There is no user 'Zacharias' here. Look for it with find_records",
        ),
        ('{"metric": "open_amount", "by": ["stage"], "top": 0}', "top"),
        ("[1, 2]", "not valid JSON"),
        ('{"metric": "win_rate", "filters": {"status": "won"}}', "Leave that condition out"),
    ],
)
def test_broken_arguments_are_told_and_mended(here: Firm, arguments: str, told: str) -> None:
    here.script.say(Reply(calls=(("measure", arguments),))).call("measure", **WON_OPEN).say("EUR 87,345.67.")
    answer = here.ask("pipeline?")
    assert any(told in said for said in here.script.said_by_tools), here.script.said_by_tools
    assert (answer.brain, answer.text.splitlines()[0]) == ("llm", "EUR 87,345.67.")


@pytest.mark.parametrize(
    "arguments",
    ['{"metric": "open_amount"', "{'metric': 'open_amount'}", '{"metric": "open_amount"}}', '{"arguments": {"metric": "open_amount"}}'],
)
def test_nearly_right_arguments_are_taken(here: Firm, arguments: str) -> None:
    here.script.say(Reply(calls=(("measure", arguments),)), "EUR 87,345.67.")
    answer = here.ask("pipeline?")
    assert answer.measure is not None
    assert len(here.script.requests) == 2


def test_a_call_cut_off_by_the_length_limit_is_not_carried_out(here: Firm) -> None:
    """What is left of it reads as JSON, but the condition is gone: every account would be deleted."""
    before = len(here.proposals())
    here.script.say(
        Reply(calls=(("delete_records", '{"entity": "account", "filters": [{"field": "country"'),), finish="length"), "Which accounts?"
    )
    answer = here.ask("delete the accounts in Norway")
    assert "not valid JSON" in here.script.said_by_tools[0]
    assert (answer.proposals, len(here.proposals())) == ([], before)


@pytest.mark.parametrize(
    "text",
    [
        '{"name": "measure", "arguments": {"metric": "open_amount"}}',
        '{{"name": "measure", "arguments": {"metric": "open_amount"}}}',
        '<tool_call>\n{"name": "measure", "arguments": {"metric": "open_amount"}}\n</tool_call>',
        '```json\n{"name": "measure", "parameters": {"metric": "open_amount"}}\n```',
        '[{"name": "measure", "arguments": "{\\"metric\\": \\"open_amount\\"}"}]',
    ],
)
def test_a_call_written_into_the_text_is_a_call(here: Firm, text: str) -> None:
    here.script.say(text).call("measure", **WON_OPEN).say("EUR 87,345.67.")
    answer = here.ask("pipeline?")
    assert answer.measure is not None
    assert '"measure"' not in answer.text


def test_malformed_arguments_never_go_back_as_they_were(here: Firm) -> None:
    """A server that reads the history's arguments as JSON would fail on them."""
    here.script.say(Reply(calls=(("measure", '{"metric": '),)), "Sorry, which figure?")
    here.ask("pipeline?")
    for message in here.script.requests[-1]["messages"]:
        for call in message.get("tool_calls") or []:
            json.loads(call["function"]["arguments"])


def test_an_unknown_tool_is_told_the_known_ones(here: Firm) -> None:
    here.script.call("run_sql", sql="select 1").say("I cannot do that.")
    answer = here.ask("select 1")
    assert "There is no tool 'run_sql'. Tools: find_records" in here.script.said_by_tools[0]
    assert answer.text == "I cannot do that."


def test_a_model_that_gives_up_on_its_errors_is_stood_in_for(here: Firm) -> None:
    here.script.call("find_records", entity="deals", filters={"colour": "red"}).say("I'm sorry, I cannot do that.")
    answer = here.ask("open deals")
    assert (answer.brain, answer.total) == ("embedded", 2)
    assert "none of its tool calls worked" in answer.text
    here.script.call("find_records", entity="deals", filters={"colour": "red"}).say("Which colour do you mean?")
    assert here.ask("open deals").text == "Which colour do you mean?"


def test_a_model_that_only_makes_broken_calls_ends(here: Firm) -> None:
    here.script.endless = Reply(calls=(("measure", '{"metric": '),))
    answer = here.ask("open deals")
    assert len(here.script.requests) == MODEL_CALLS
    assert (answer.brain, answer.kind) == ("embedded", "records")
    assert "kept calling tools" in answer.text


def test_a_loop_of_the_same_call_ends_and_says_so(here: Firm) -> None:
    here.script.endless = Reply(calls=(("find_records", {"entity": "account"}),))
    answer = here.ask("open deals")
    assert len(here.script.requests) == MODEL_CALLS
    assert sum("already called" in said for said in here.script.said_by_tools) == MODEL_CALLS - 2
    assert (answer.brain, answer.usage.model_calls) == ("embedded", MODEL_CALLS)
    assert "The language model is not available (it kept calling tools without coming to an answer)" in answer.text


def test_a_loop_of_a_write_proposes_once_and_shows_it(here: Firm) -> None:
    before = here.state(), len(here.proposals())
    here.script.endless = Reply(calls=(("create_task", TASK), ("create_task", TASK)))
    answer = here.ask("remind me to call Globex")
    assert [len(here.proposals()) - before[1], here.state() == before[0]] == [1, True]
    assert (answer.brain, answer.kind, len(answer.proposals)) == ("llm", "proposal", 1)
    assert "waiting for your approval" in answer.text
    assert "kept calling tools" in answer.text


def test_twenty_calls_at_once_stop_at_the_limit(here: Firm) -> None:
    calls = tuple(("find_records", {"entity": "account", "limit": number}) for number in range(1, 21))
    here.script.say(Reply(calls=calls), "Two accounts.")
    finished = [event for event in here.stream("accounts") if isinstance(event, ToolFinished)]
    assert [sum(event.ok for event in finished), sum(not event.ok for event in finished)] == [12, 8]


# what a model says against what the tools did


def test_a_claim_without_a_proposal_is_marked(here: Firm) -> None:
    before = here.state()
    here.script.say("I have created the contact Jane Roe for you.")
    answer = here.ask("add a contact Jane Roe")
    assert answer.text.startswith("⚠️ Nothing was changed")
    assert (answer.kind, answer.proposals, here.state() == before) == ("chat", [], True)


def test_a_claim_beside_a_proposal_says_that_it_waits(here: Firm) -> None:
    here.script.call("create_task", **TASK | {"title": "Write to Globex"}).say("Done! The task has been created.")
    answer = here.ask("remind me to write to Globex")
    assert answer.text.startswith("⏳ Nothing is written yet")
    assert len(answer.proposals) == 1


def test_a_made_up_figure_is_marked(here: Firm) -> None:
    here.script.call("measure", **WON_OPEN).say("The pipeline is EUR 99,000.00, up 14 % on last year.")
    answer = here.ask("pipeline?")
    assert answer.text.startswith("⚠️ Not confirmed by the data: 99,000.00, 14.")


def test_what_a_figure_stands_on_is_said_by_us(here: Firm) -> None:
    """A model that takes December for the quarter: the figure is a computed one, so only this line gives it away."""
    here.script.call("measure", metric="open_amount", period="2026-12", filters={"owner": "Anna"}).say("第四季度为 87,345.67 欧元。")
    answer = here.ask("第四季度在谈金额")
    assert answer.text.endswith("_依据：在谈金额 · 2026年12月1日至2026年12月31日 · 负责人为Anna Berg · 2 商机_")
    here.script.call("find_records", entity="deals", filters={"amount": {"gt": "20,000"}}).say("One deal.")
    assert here.ask("large deals").text.endswith("_Computed: amount over 20,000 · 1 deal_")


def test_no_answer_ever_raises(here: Firm) -> None:
    """Whatever a server says, the person gets an answer."""
    odd: list[Reply] = [
        Reply(body="null"), Reply(body="[]"), Reply(body='{"choices": []}'), Reply(body="data: null\n\n"),
        Reply(body="data: [DONE]\n\n"),
        Reply(body='data: {"error": {"message": "out of memory"}}\n\n'), Reply(calls=(("", {}),)), Reply(calls=(("find_records", ""),)),
        Reply(calls=(("find_records", "null"),)), Reply(calls=(("find_records", '{"entity": null}'),)), Reply(status=418),
        Reply(status=302),
    ]  # fmt: skip
    for reply in odd:
        here.script.replies.clear()
        here.script.say(reply)
        here.script.endless = Reply("Hello.")
        assert here.ask("open deals").text


def test_arguments_in_any_shape(here: Firm) -> None:
    shapes: list[Any] = [
        {"entity": "deals", "filters": {"status": "open", "amount": {"gt": 20000}}},
        {
            "entity": "Opportunity",
            "filters": '[{"field": "Deal Value", "operator": ">", "value": "20,000"}, {"field": "status", "value": "open"}]',
        },
        {"entity": "opportunity", "filters": "amount > 20000 and status = open"},
        {"entity": "商机", "status": "open", "owner": "Anna", "filters": [["amount", ">=", 20000]]},
        {
            "input": {
                "type": "opportunities",
                "conditions": [{"status": "open"}, {"column": "account.name", "op": "like", "value": "globex"}],
            }
        },
        {
            "entity": "opportunity",
            "filters": [{"or": [{"amount": {"$gte": 70000}}, {"name": "nothing"}]}],
            "sort": "amount desc",
            "limit": "5",
        },
    ]
    for shape in shapes:
        here.script.say(Reply(calls=(("find_records", shape),)), "One deal.")
        answer = here.ask("large open deals")
        assert [record["name"] for record in answer.records] == ["Globex renewal"], shape
