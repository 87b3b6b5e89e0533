"""MCP with the SDK's own client, over both transports: the same tools, the same gate, the rights of the token's user."""

import json
import os
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from data_folders import copied
from fastapi import FastAPI
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CallToolResult
from served import served
from ui_company import ADMIN, ANNA, BEN, settings_in

from agent.bootstrap import Rapport, build
from store import people, policy
from tools.catalogue import ALL, WRITE
from ui.cli import main

Talk = Callable[[Callable[[Client], Awaitable[Any]]], Any]
MODES = ("auto", "legacy")  # today's protocol, and the handshake of the years before


def token_of(rapport: Rapport, email: str, **how: Any) -> str:
    with rapport.store.database.writing() as session:
        return people.issue_token(session, rapport.settings, rapport.store.principal(email).user_id, kind="bearer", **how)


@pytest.fixture(scope="module")
def company(furnished: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rapport]:
    made = build(settings_in(copied(furnished, tmp_path_factory.mktemp("mcp") / "home")))
    yield made
    made.close()


@pytest.fixture(scope="module")
def address(company: Rapport, pages: Callable[[Rapport], FastAPI]) -> Iterator[str]:
    with served(pages(company)) as found:
        yield f"{found}/mcp"


def over_http(address: str, token: str, mode: str = "auto") -> Talk:
    async def talk(work: Callable[[Client], Awaitable[Any]]) -> Any:
        async with (
            httpx2.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=60) as http,
            Client(streamable_http_client(address, http_client=http), mode=mode) as client,
        ):
            return await work(client)

    return lambda work: anyio.run(talk, work)


def over_stdio(company: Rapport, token: str, mode: str = "auto") -> Talk:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RAPPORT_", "OPENAI_"))}
    home = {"RAPPORT_HOME": str(company.settings.home), "RAPPORT_DATABASE_URL": company.settings.url, "RAPPORT_TODAY": "2026-11-21"}
    start = StdioServerParameters(
        command=sys.executable, args=["-c", "from ui.cli import main; main()", "mcp"], cwd=str(Path(__file__).parents[2]),
        env=kept | home | {"RAPPORT_TOKEN": token},
    )  # fmt: skip

    async def talk(work: Callable[[Client], Awaitable[Any]]) -> Any:
        async with Client(start, mode=mode) as client:
            return await work(client)

    return lambda work: anyio.run(talk, work)


def calls(talk: Talk, *wanted: tuple[str, dict[str, Any]]) -> list[CallToolResult]:
    """The results of these calls, in one connection."""

    async def work(client: Client) -> list[CallToolResult]:
        return [await client.call_tool(name, arguments) for name, arguments in wanted]

    found: list[CallToolResult] = talk(work)
    return found


async def everything(client: Client) -> dict[str, Any]:
    """What both transports must do alike."""
    tools = (await client.list_tools()).tools
    found = await client.call_tool("find_records", {"entity": "opportunity", "limit": 3})
    figure = await client.call_tool("measure", {"metric": "won_amount", "by": ["owner"]})
    answer = await client.call_tool("ask", {"text": "my deals", "limit": 2})
    made = await client.call_tool("create_record", {"entity": "account", "values": {"name": "Made by an agent"}})
    wrong = await client.call_tool("get_record", {"entity": "account", "name": "Sol Retail"})  # Ben's
    return {"tools": tools, "found": found, "figure": figure, "answer": answer, "made": made, "wrong": wrong}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("transport", ["http", "stdio"])
def test_the_tools_work_with_the_sdk_s_client(company: Rapport, address: str, transport: str, mode: str) -> None:
    token = token_of(company, ANNA)
    seen = (over_http(address, token, mode) if transport == "http" else over_stdio(company, token, mode))(everything)
    assert {tool.name for tool in seen["tools"]} == {tool.name for tool in ALL} | {"ask"}
    assert (seen["found"].structured_content["total"], len(seen["found"].structured_content["records"])) == (8, 3)
    assert json.loads(seen["found"].content[0].text)["total"] == 8
    measure = seen["figure"].structured_content["measure"]
    assert (measure["unit"], measure["row_count"], measure["rows"]) == ("EUR", 2, [["Anna", "24000.00"]])
    answer = seen["answer"].structured_content
    assert (answer["kind"], answer["total"], len(answer["records"])) == ("records", 8, 2)
    assert json.loads(seen["answer"].content[0].text) == answer
    [proposal] = seen["made"].structured_content["proposals"]
    assert (proposal["status"], proposal["operation"], proposal["door"]) == ("pending", "create", "mcp")
    assert proposal["changes"][0]["after"]["name"] == "Made by an agent"
    assert (seen["wrong"].is_error, seen["wrong"].structured_content["code"]) == (True, "not-found")
    assert seen["wrong"].structured_content["hint"]


def test_hints_say_what_reads_and_what_may_take_away(company: Rapport, address: str) -> None:
    tools = over_http(address, token_of(company, ANNA))(lambda client: client.list_tools()).tools
    hints = {tool.name: tool.annotations for tool in tools}
    for tool in WRITE:
        assert hints[tool.name].read_only_hint is False, tool.name
    for name in ("find_records", "get_record", "measure", "search_notes", "brief_record"):
        assert hints[name].read_only_hint is True
        assert hints[name].destructive_hint is False
    for name in ("update_records", "delete_records", "merge_records", "hand_over", "send_draft", "ask"):
        assert hints[name].destructive_hint is True, name
    for name in ("create_record", "log_activity", "create_task"):
        assert hints[name].destructive_hint is False
    assert all(tool.description and tool.input_schema["type"] == "object" for tool in tools)


def test_no_policy_approves_what_an_agent_proposes(company: Rapport, address: str) -> None:
    with company.store.writing(company.store.principal(ADMIN)) as unit:
        policy.set_rule(unit, policy.Rule("rep", "*", "create", True))
    try:
        asked, made = calls(
            over_http(address, token_of(company, ANNA)),
            ("ask", {"text": "remind me to call Halden Shipping tomorrow"}),
            ("create_task", {"title": "call", "account": "Halden Shipping"}),
        )
        assert [each.structured_content["proposals"][0]["status"] for each in (asked, made)] == ["pending", "pending"]
    finally:
        with company.store.writing(company.store.principal(ADMIN)) as unit:
            policy.set_rule(unit, policy.Rule("rep", "*", "create", False))


def test_a_conversation_goes_on(company: Rapport, address: str) -> None:
    async def work(client: Client) -> tuple[Any, Any]:
        first = (await client.call_tool("ask", {"text": "my open deals"})).structured_content
        more = {"text": "only those in Proposal", "conversation_id": first["conversation_id"]}
        return first, (await client.call_tool("ask", more)).structured_content

    first, second = over_http(address, token_of(company, ANNA))(work)
    assert (first["total"], second["total"]) == (4, 2)
    [refused] = calls(over_http(address, token_of(company, BEN)), ("ask", {"text": "hi", "conversation_id": first["conversation_id"]}))
    assert (refused.is_error, refused.structured_content["code"]) == (True, "not-found")


def test_a_token_that_only_reads_proposes_nothing(company: Rapport, address: str) -> None:
    talk = over_http(address, token_of(company, ANNA, read_only=True))
    read, written, asked = calls(
        talk,
        ("find_records", {"entity": "account"}),
        ("update_records", {"entity": "account", "records": ["Halden Shipping"], "values": {"city": "Oslo"}}),
        ("ask", {"text": "set the city of Halden Shipping to Oslo"}),
    )
    assert read.structured_content["total"] == 2
    assert (written.is_error, written.structured_content["code"]) == (True, "not-allowed")
    assert asked.structured_content["proposals"] == []


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("no_such_tool", {}),
        ("approve_proposal", {"id": "x"}),
        ("find_records", {}),
        ("find_records", {"entity": "account", "nonsense": [1]}),
        ("find_records", {"entity": "spaceship"}),
        ("measure", {"metric": "won_amount", "first_day": "yesterday-ish"}),
        ("ask", {}),
        ("ask", {"text": ""}),
        ("ask", {"text": "a", "user": BEN}),
    ],
)
def test_what_is_wrong_is_said_and_nothing_breaks(company: Rapport, address: str, name: str, arguments: dict[str, Any]) -> None:
    [told] = calls(over_http(address, token_of(company, ANNA)), (name, arguments))
    assert told.is_error
    assert told.structured_content["status"] < 500
    assert len(told.content[0].text) > 10


def test_strangers_and_revoked_tokens_stay_outside(company: Rapport, address: str) -> None:
    token = token_of(company, ANNA)
    hello = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    accept = {"accept": "application/json, text/event-stream"}

    def ask(bearer: str | None) -> int:
        headers = accept | ({"authorization": f"Bearer {bearer}"} if bearer else {})
        return httpx2.post(address, json=hello, headers=headers).status_code

    assert [ask(None), ask("nonsense"), ask(token)] == [401, 401, 200]
    with company.store.database.writing() as session:
        held = people.tokens_of(session, company.settings, ANNA)[-1]
        people.revoke_token_of(session, company.settings, ANNA, held.id, by=company.store.principal(ANNA))
    assert ask(token) == 401
    fresh = {"authorization": f"Bearer {token_of(company, ANNA)}"}
    assert httpx2.get(address, headers=fresh | accept).status_code == 405
    assert httpx2.post(address, content=b"x" * 2_000_000, headers=fresh | accept).status_code == 413
    assert httpx2.post(address, content=b"{", headers=fresh | accept | {"content-type": "application/json"}).status_code == 400


def test_stdio_without_a_token_says_what_to_do(
    company: Rapport, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAPPORT_HOME", str(company.settings.home))
    monkeypatch.setenv("RAPPORT_DATABASE_URL", company.settings.url)
    for token, said, code in (("", "RAPPORT_TOKEN", 1), ("nonsense", "does not hold", 4)):
        monkeypatch.setenv("RAPPORT_TOKEN", token)
        monkeypatch.setattr("sys.argv", ["rapport", "mcp"])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == code
        assert said in capsys.readouterr().err
