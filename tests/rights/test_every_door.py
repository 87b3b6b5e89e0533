"""Every door of the house, tried by people who must not see Ben's secrets. A new route, tool or command fails here until it is tried too.

Blind tries say nothing secret and must be told nothing. Pointed tries name a hidden record, by id or by name, and must be answered to the
letter, and with as many queries, as the same try with something that never was.
"""

import ast
import io
import json
import re
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from anyio.from_thread import start_blocking_portal
from fastapi import FastAPI
from fastapi.testclient import TestClient
from secret_firm import FIELDS, KINDS, UNSEEN, SecretFirm, open_firm
from sqlalchemy import event

from agent.embedded import names
from agent.embedded.tokens import normalise, tokenise
from knowledge.actions.rules import book
from store import gate
from store.errors import RapportError
from store.exporting import export
from store.filters import Filter
from store.importing import import_path
from tools.catalogue import ALL as TOOLS
from tools.context import Context
from ui.cli import COMMANDS, main
from ui.mcp.calling import call
from ui.server import create_app

WATCHED = ("anna", "gus", pytest.param("sam", marks=pytest.mark.slow), pytest.param("mia", marks=pytest.mark.slow))
EVERYBODY = ("anna", "mia", "sam", "gus")
NOWHERE = "01M80HERQ4K7BXJ05ZBMDZ0000"
CHANGING = re.compile(
    r'"(?:elapsed_ms|conversation_id|message_id|created_at|id|version)": ?(?:"[^"]*"|\d+)|"proposal_ids": ?\[[^]]*\]|/api/proposals/\w+'
)
Answer = tuple[int, str]
Ask = Callable[..., Answer]


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecretFirm]:
    with open_firm(tmp_path_factory.mktemp("secrets") / "home") as made:
        yield made


@cache
def application(firm: SecretFirm) -> FastAPI:
    return create_app(firm.rapport)


@pytest.fixture(scope="module")
def unasked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecretFirm]:
    """A firm in which nobody has named a secret: in parallel runs tests that do may come before those that look for one."""
    with open_firm(tmp_path_factory.mktemp("unasked") / "home") as made:
        yield made


@pytest.fixture(scope="module")
def doors(firm: SecretFirm) -> Iterator[Callable[[str], Ask]]:
    """`doors("anna")("GET", "/api/account")` is what Anna's program is told: (status, headers and body)."""
    with opened(firm) as found:
        yield found


@pytest.fixture(scope="module")
def unasked_doors(unasked: SecretFirm) -> Iterator[Callable[[str], Ask]]:
    with opened(unasked) as found:
        yield found


@contextmanager
def opened(firm: SecretFirm) -> Iterator[Callable[[str], Ask]]:
    client = TestClient(application(firm), base_url="http://rapport.test", raise_server_exceptions=False)

    def of(who: str) -> Ask:
        def ask(method: str, path: str, **options: Any) -> Answer:
            answer = client.request(method, path, headers={"Authorization": f"Bearer {firm.tokens[who]}"}, **options)
            assert answer.status_code < 500, (method, path, options, answer.text)
            told = {name: value for name, value in answer.headers.items() if name not in ("content-length", "date")}
            return answer.status_code, f"{told} {answer.text}"

        return ask

    with start_blocking_portal() as client.portal:  # one loop for all of them, as in a server, and not a thread for every question
        yield of


def leaked(firm: SecretFirm, who: str, text: str, *, said: str = "") -> set[str]:
    """Secrets in an answer, but for those the person named."""
    return {secret for secret in firm.secrets_from(who) if secret in text and secret != said}


def of_nobody(secret: str) -> str:
    """Something as long that is nowhere, in the same shape."""
    if len(secret) == 26:
        return NOWHERE
    return "qj" + secret[2:][::-1] if secret.startswith("zq") else secret[::-1]


def same(firm: SecretFirm, secret: str, ask: Callable[[str], Answer]) -> tuple[Answer, Answer]:
    """The answers for a hidden thing and for nothing, with what differs by nature taken out."""
    found = []
    for named in (secret, of_nobody(secret)):
        status, text = ask(named)
        found.append((status, CHANGING.sub("…", text).replace(named, "NAMED")))
    return found[0], found[1]


# ---- REST ----------------------------------------------------------------------------------------------------------------------

QUESTIONS = (
    "list all accounts", "show my deals", "open deals by account", "how many contacts are there", "contacts by title", "won revenue by rep",
    "tasks of this week", "accounts without an activity in 30 days", "what did customers say about the delivery", "leads by source",
    "cases by account", "deals over 1000", "show all activities with their account", "客户有多少个", "按国家统计客户", "列出所有商机",
)  # fmt: skip
POINTED = ("show {}", "deals of {}", "what do we know about {}", "what did {} say", "change the city of {} to Oslo", "{}的商机",
           "remind me to call {} tomorrow", "delete {}")  # fmt: skip


def chat_blind(ask: Ask) -> Iterator[Answer]:
    for question in QUESTIONS:
        yield ask("POST", "/api/chat", json={"text": question, "limit": 100})


def chat_pointed(ask: Ask, secret: str) -> Iterator[Answer]:
    if len(secret) < 26:
        for question in POINTED:
            yield ask("POST", "/api/chat", json={"text": question.format(secret), "limit": 100})


def lists_blind(ask: Ask) -> Iterator[Answer]:
    for kind in (*KINDS, "product", "user", "team"):
        yield ask("GET", f"/api/{kind}?limit=1000")
        yield ask("GET", f"/api/{kind}?limit=1000&sort=-created_at,owner")
        yield ask("GET", f"/api/{kind}?q=zq")
        for sort in FIELDS.get(kind, ()):
            yield ask("GET", f"/api/{kind}?sort={sort}&{sort}=")
    for path in ("account.name", "contact.name", "opportunity.amount", "account.annual_revenue", "account.owner.name"):
        yield ask("GET", f"/api/activity?sort={path}&limit=100")


def lists_pointed(ask: Ask, secret: str) -> Iterator[Answer]:
    for kind in KINDS:
        yield ask("GET", f"/api/{kind}?q={secret}")
        yield ask("GET", f"/api/{kind}?id={secret}")
        yield ask("GET", f"/api/{kind}?{FIELDS[kind][0]}={secret}")
        if kind not in ("account", "lead"):
            yield ask("GET", f"/api/{kind}?account={secret}")
            yield ask("GET", f"/api/{kind}?account.name={secret}")
    yield ask("GET", f"/api/lead?rival={secret}")
    yield ask("GET", f"/api/activity?contact={secret}")
    yield ask("GET", f"/api/activity?opportunity.name={secret}")


def measures_blind(ask: Ask) -> Iterator[Answer]:
    for kind in KINDS:
        for by in ("owner", "account", "contact", "account.country", "source", FIELDS[kind][0]):
            yield ask("POST", "/api/measure", json={"metric": f"{kind}_count", "by": [by]})
    for metric in ("open_amount", "sum_order_amount", "sum_account_annual_revenue", "max_account_commission", "won_amount"):
        yield ask("POST", "/api/measure", json={"metric": metric})
        yield ask("POST", "/api/measure", json={"metric": metric, "by": ["owner", "source"]})


def measures_pointed(ask: Ask, secret: str) -> Iterator[Answer]:
    for kind in ("activity", "opportunity", "case"):
        for field in ("account", "account.name", "id", FIELDS[kind][0]):
            yield ask("POST", "/api/measure", json={"metric": f"{kind}_count", "filters": [{"field": field, "value": secret}]})


def creates_pointed(ask: Ask, secret: str) -> Iterator[Answer]:
    yield ask("POST", "/api/contact", json={"name": "Kim", "account": secret})
    yield ask("POST", "/api/task", json={"title": "call", "opportunity": secret, "contact": secret})


def merges_pointed(ask: Ask, secret: str) -> Iterator[Answer]:
    for kind in KINDS:
        yield ask("POST", f"/api/{kind}/merge", json={"ids": [secret, "01" + "Z" * 24]})


def actions_blind(ask: Ask) -> Iterator[Answer]:
    for language in ("en", "zh"):
        yield ask("GET", f"/api/actions?limit=20&language={language}")
        yield ask("GET", f"/api/actions?limit=20&about=mine&language={language}")


def actions_pointed(ask: Ask, secret: str) -> Iterator[Answer]:
    yield ask("GET", f"/api/actions?about={secret}")


def by_key(path: str) -> Callable[[Ask, str], Iterator[Answer]]:
    def tries(ask: Ask, secret: str) -> Iterator[Answer]:
        for rule in book().rules:
            yield ask("POST", path.replace("{key}", f"{rule}:{secret}"), json={"days": 3} if path.endswith("snooze") else None)

    return tries


def drafts_pointed(ask: Ask, secret: str) -> Iterator[Answer]:
    for purpose in ("follow_up", "reply", "apology"):
        yield ask("POST", "/api/drafts", json={"purpose": purpose, "to": secret})
    for name in ("contact", "lead", "account", "opportunity", "case", "reply_to"):
        yield ask("POST", "/api/drafts", json={name: secret})


def by_id(method: str, path: str, body: Any = None) -> Callable[[Ask, str], Iterator[Answer]]:
    def tries(ask: Ask, secret: str) -> Iterator[Answer]:
        for kind in KINDS if "{entity}" in path else ("",):
            yield ask(method, path.replace("{entity}", kind).replace("{id}", secret), json=body)
            yield ask(method, path.replace("{entity}", kind).replace("{id}", secret) + "?approve=true", json=body)

    return tries


def search_blind(ask: Ask) -> Iterator[Answer]:
    for text in ("zq", "harbour contract", "delivery", "Oslo", "ben@firm.example", "客户"):
        yield ask("GET", "/api/search", params={"q": text, "limit": 100})
        for kind in KINDS:
            yield ask("GET", "/api/search", params={"q": text, "entity": kind, "limit": 100})


def search_pointed(ask: Ask, secret: str) -> Iterator[Answer]:
    yield ask("GET", "/api/search", params={"q": secret, "limit": 100})
    yield ask("GET", "/api/search", params={"q": f"delivery to {secret}", "limit": 100})


def import_blind(ask: Ask) -> Iterator[Answer]:
    yield ask("POST", "/api/import?dry_run=true", files={"file": ("accounts.csv", b"name,country\nZq,Norway\n")})


def export_blind(ask: Ask) -> Iterator[Answer]:
    for kind in (*KINDS, "user", "team", "product"):
        for form in ("csv", "json"):
            yield ask("GET", f"/api/export/{kind}?format={form}")


def import_pointed(ask: Ask, secret: str) -> Iterator[Answer]:
    for text, kind in ((f"name,country\n{secret},Norway\n", "account"), (f"name,account\nKim,{secret}\n", "contact"),
                       (f"id,name\n{secret},Kim\n", "contact")):  # fmt: skip
        yield ask("POST", "/api/import?dry_run=true", files={"file": ("rows.csv", text.encode())}, data={"kind": kind})


def voice_blind(ask: Ask) -> Iterator[Answer]:
    yield ask("POST", "/api/voice", files={"file": ("note.wav", b"no recording")})


def voice_pointed(ask: Ask, secret: str) -> Iterator[Answer]:
    yield ask("POST", "/api/voice", files={"file": ("note.wav", b"no recording")}, data={"account": secret})


def once(method: str, path: str, body: Any = None) -> Callable[[Ask], Iterator[Answer]]:
    def tries(ask: Ask) -> Iterator[Answer]:
        yield ask(method, path, json=body)

    return tries


def nothing(*_: Any) -> Iterator[Answer]:
    return iter(())


SET_UP = [
    ("get", "/api/setup"), ("post", "/api/setup/fields"), ("patch", "/api/setup/fields/{entity}/{name}"),
    ("delete", "/api/setup/fields/{entity}/{name}"), ("post", "/api/setup/picklists/{entity}/{field}"),
    ("patch", "/api/setup/picklists/{entity}/{field}/{value}"), ("delete", "/api/setup/picklists/{entity}/{field}/{value}"),
    ("post", "/api/setup/pipelines"), ("patch", "/api/setup/pipelines/{pipeline}"), ("delete", "/api/setup/pipelines/{pipeline}"),
    ("post", "/api/setup/pipelines/{pipeline}/stages"), ("patch", "/api/setup/pipelines/{pipeline}/stages/{stage}"),
    ("delete", "/api/setup/pipelines/{pipeline}/stages/{stage}"), ("post", "/api/setup/words"),
    ("delete", "/api/setup/words/{subject}/{word}"),
]  # fmt: skip
REST: dict[tuple[str, str], tuple[Callable[[Ask], Iterator[Answer]], Callable[[Ask, str], Iterator[Answer]]]] = {
    ("get", "/healthz"): (once("GET", "/healthz"), nothing),
    ("get", "/readyz"): (once("GET", "/readyz"), nothing),
    ("get", "/metrics"): (once("GET", "/metrics"), nothing),
    ("get", "/api/session"): (once("GET", "/api/session"), nothing),
    ("post", "/api/session"): (once("POST", "/api/session", {"email": "ben@firm.example", "password": "wrong one"}), nothing),
    ("delete", "/api/session"): (once("DELETE", "/api/session"), nothing),
    ("post", "/api/chat"): (chat_blind, chat_pointed),
    ("get", "/api/conversations"): (once("GET", "/api/conversations"), nothing),
    ("get", "/api/conversations/{conversation_id}"): (nothing, by_id("GET", "/api/conversations/{id}")),
    ("post", "/api/measure"): (measures_blind, measures_pointed),
    ("get", "/api/metrics"): (once("GET", "/api/metrics"), nothing),
    ("get", "/api/search"): (search_blind, search_pointed),
    ("post", "/api/import"): (import_blind, import_pointed),
    ("get", "/api/export/{kind}"): (export_blind, nothing),
    ("post", "/api/voice"): (voice_blind, voice_pointed),
    ("get", "/api/voice"): (once("GET", "/api/voice?limit=500"), nothing),
    ("get", "/api/voice/{recording_id}"): (nothing, by_id("GET", "/api/voice/{id}")),
    ("get", "/api/voice/{recording_id}/sound"): (nothing, by_id("GET", "/api/voice/{id}/sound")),
    ("delete", "/api/voice/{recording_id}"): (nothing, by_id("DELETE", "/api/voice/{id}")),
    ("get", "/api/proposals"): (once("GET", "/api/proposals?status=all&limit=1000"), nothing),
    ("get", "/api/proposals/{proposal_id}"): (nothing, by_id("GET", "/api/proposals/{id}")),
    ("post", "/api/proposals/{proposal_id}/approve"): (nothing, by_id("POST", "/api/proposals/{id}/approve")),
    ("post", "/api/proposals/{proposal_id}/reject"): (nothing, by_id("POST", "/api/proposals/{id}/reject")),
    ("post", "/api/proposals/{proposal_id}/undo"): (nothing, by_id("POST", "/api/proposals/{id}/undo")),
    ("get", "/api/audit"): (once("GET", "/api/audit?limit=1000"), nothing),
    ("get", "/api/audit/verify"): (once("GET", "/api/audit/verify"), nothing),
    ("get", "/api/document/{document_id}/file"): (nothing, by_id("GET", "/api/document/{id}/file")),
    ("get", "/api/{entity}"): (lists_blind, lists_pointed),
    ("post", "/api/{entity}"): (nothing, creates_pointed),
    ("get", "/api/{entity}/{record_id}"): (nothing, by_id("GET", "/api/{entity}/{id}")),
    ("patch", "/api/{entity}/{record_id}"): (nothing, by_id("PATCH", "/api/{entity}/{id}", {"source": "x"})),
    ("delete", "/api/{entity}/{record_id}"): (nothing, by_id("DELETE", "/api/{entity}/{id}")),
    ("post", "/api/{entity}/merge"): (nothing, merges_pointed),
    ("get", "/api/duplicates"): (once("GET", "/api/duplicates?limit=1000"), nothing),
    ("post", "/api/duplicates/find"): (once("POST", "/api/duplicates/find"), nothing),
    ("post", "/api/duplicates/{candidate_id}/dismiss"): (nothing, by_id("POST", "/api/duplicates/{id}/dismiss")),
    ("post", "/api/duplicates/{candidate_id}/merge"): (nothing, by_id("POST", "/api/duplicates/{id}/merge")),
    ("get", "/api/actions"): (actions_blind, actions_pointed),
    ("post", "/api/actions/{key}/snooze"): (nothing, by_key("/api/actions/{key}/snooze")),
    ("post", "/api/actions/{key}/propose"): (nothing, by_key("/api/actions/{key}/propose")),
    ("get", "/api/drafts"): (once("GET", "/api/drafts?limit=1000"), nothing),
    ("post", "/api/drafts"): (nothing, drafts_pointed),
    ("get", "/api/drafts/{draft_id}"): (nothing, by_id("GET", "/api/drafts/{id}")),
    ("patch", "/api/drafts/{draft_id}"): (nothing, by_id("PATCH", "/api/drafts/{id}", {"body": "x"})),
    ("delete", "/api/drafts/{draft_id}"): (nothing, by_id("DELETE", "/api/drafts/{id}")),
    ("get", "/api/drafts/{draft_id}.eml"): (nothing, by_id("GET", "/api/drafts/{id}.eml")),
    ("post", "/api/drafts/{draft_id}/send"): (nothing, by_id("POST", "/api/drafts/{id}/send")),
    ("post", "/api/drafts/{draft_id}/settle"): (nothing, by_id("POST", "/api/drafts/{id}/settle", {"arrived": True})),
    **dict.fromkeys(SET_UP, (nothing, nothing)),  # an administrator's, who sees everything: tests/ui/test_setup_doors.py
}


def test_every_route_is_tried(doors: Callable[[str], Ask], firm: SecretFirm) -> None:
    """A new route needs its tries in REST."""
    document = application(firm).openapi()
    assert {(method, path) for path, item in document["paths"].items() for method in item} == set(REST)


@pytest.mark.parametrize("who", WATCHED)
@pytest.mark.parametrize("route", REST, ids=" ".join)
def test_no_route_tells_a_secret_unasked(
    unasked: SecretFirm, unasked_doors: Callable[[str], Ask], route: tuple[str, str], who: str
) -> None:
    for status, text in REST[route][0](unasked_doors(who)):
        assert not leaked(unasked, who, text), (status, text[:2000])


def named(firm: SecretFirm, who: str, route: tuple[str, str]) -> list[str]:
    """Ids and names to ask for."""
    if "proposals" in route[1]:
        return [firm.proposals["ben"]]
    return [secret for kind in UNSEEN[who] for secret in (firm.ids[kind], firm.name(kind))]


def some_of(secrets: list[str], *seed: Any) -> list[str]:
    """One of them, another for every route and person; all are tried by the slow tests."""
    return Random(repr(seed)).sample(secrets, min(1, len(secrets)))


def is_told_nothing(firm: SecretFirm, ask: Ask, route: tuple[str, str], who: str, secret: str) -> None:
    for number in range(sum(1 for _ in REST[route][1](lambda *_, **__: (0, ""), secret))):
        hidden, missing = same(firm, secret, lambda given, n=number: nth(REST[route][1], ask, given, n))  # type: ignore[misc]
        assert hidden == missing, secret
        assert not leaked(firm, who, hidden[1]), hidden


def nth(tries: Callable[[Ask, str], Iterator[Answer]], ask: Ask, secret: str, number: int) -> Answer:
    """Only the n-th try of a route, asked for real."""
    calls: list[tuple[Any, Any]] = []
    list(tries(lambda *words, **options: (calls.append((words, options)), (0, ""))[1], secret))
    words, options = calls[number]
    return ask(*words, **options)


def test_the_administrator_is_told_all_of_it(firm: SecretFirm, doors: Callable[[str], Ask]) -> None:
    """The control: these tries do reach the secrets."""
    told = "".join(text for route in (("get", "/api/{entity}"), ("get", "/api/proposals"))
                   for _, text in REST[route][0](doors("boss")))  # fmt: skip
    assert {secret for secret in {*firm.words.values(), *firm.ids.values(), firm.proposals["ben"]} if secret not in told} == set()


# ---- tools ---------------------------------------------------------------------------------------------------------------------

TOOL_TRIES: dict[str, tuple[list[dict[str, Any]], Callable[[str], list[dict[str, Any]]]]] = {
    "find_records": (
        [{"entity": kind, "limit": 1000} for kind in KINDS]
        + [{"entity": "activity", "fields": ["account.name", "contact.title", "opportunity.amount", "account.commission"]}]
        + [{"entity": "account", "filters": [Filter(field="activities", op="has")], "fields": ["parent.name", "owner.team"]}],
        lambda secret: [{"entity": kind, "filters": [Filter(field=field, op=op, value=secret)]}
                        for kind, field in (("activity", "account"), ("contact", "account.name"), ("account", "name"), ("deal", "account"))
                        for op in ("eq", "ne", "contains")],
    ),
    "get_record": ([], lambda secret: [{"entity": kind, "name": secret} for kind in KINDS]),
    "measure": (
        [{"metric": f"{kind}_count", "by": [by]} for kind in KINDS for by in ("rep", "account", "team", "source", "industry")],
        lambda secret: [{"metric": "activity_count", "filters": [Filter(field="account", value=secret)]},
                        {"metric": "deal_count", "filters": [Filter(field="account.name", op="contains", value=secret)]}],
    ),
    "search_notes": (
        [{"query": "delivery", "limit": 50}, {"query": "harbour contract", "limit": 50}],
        lambda secret: [{"query": secret, "limit": 50}, {"query": f"{secret}-7 {secret}"}, {"query": "delivery", "account": secret},
                        {"query": "delivery", "contact": secret}],
    ),
    "brief_record": (
        [{"about": about, "length": "long"} for about in ("rep", "team", "pipeline", "day")],
        lambda secret: [{"about": about, "name": secret} for about in ("account", "contact", "opportunity", "rep", "team", "pipeline", "day")],
    ),
    "create_record": ([], lambda secret: [{"entity": "contact", "values": {"name": "Kim", "account": secret}}]),
    "update_records": (
        [],
        lambda secret: [{"entity": kind, "values": {"source": "x"}, "records": [secret]} for kind in KINDS]
        + [{"entity": "activity", "values": {"source": "x"}, "filters": [Filter(field="account", value=secret)]}],
    ),
    "delete_records": ([], lambda secret: [{"entity": kind, "records": [secret]} for kind in KINDS]),
    "log_activity": ([], lambda secret: [{"body": "talked", "account": secret}, {"body": "talked", "contact": secret}]),
    "create_task": ([], lambda secret: [{"title": "call", "account": secret}, {"title": "call", "opportunity": secret}]),
    "merge_records": ([], lambda secret: [{"entity": kind, "records": [secret, "01" + "Z" * 24]} for kind in KINDS]),
    "suggest_actions": (
        [{"limit": 20}, {"limit": 20, "about": "mine"}],
        lambda secret: [{"about": secret}, {"snooze": [f"silent_account:{secret}"]}, {"not_useful": [f"overdue_task:{secret}"]}],
    ),
    "draft_message": (
        [],
        lambda secret: [{"purpose": purpose, name: secret} for purpose in ("follow_up", "reply", "message")
                        for name in ("to", "regarding", "reply_to", "draft")],
    ),
    "send_draft": ([], lambda secret: [{"draft": secret}]),
    "hand_over": ([], lambda secret: [{"giver": secret, "taker": "anna@firm.example"}]),
}  # fmt: skip


def use(firm: SecretFirm, who: str, name: str, arguments: dict[str, Any]) -> Answer:
    tool = next(each for each in TOOLS if each.name == name)
    context = Context(firm.store, firm.store.principal(firm.email(who)), firm.rapport.search, conversation_id="")
    context.conversation_id = None  # type: ignore[assignment]  # no conversation: nothing is superseded
    try:
        text, artifact = tool.func(**arguments, runtime=SimpleNamespace(context=context))  # type: ignore[attr-defined]
    except RapportError as error:
        return 1, f"{type(error).__name__} {error} {getattr(error, 'options', '')}"
    return 0, re.sub(r'"(id|created_at)":"[^"]*"', "…", text) if "proposed" in text else f"{text} {artifact}"


def test_every_tool_is_tried() -> None:
    """A new tool needs its tries in TOOL_TRIES."""
    assert {tool.name for tool in TOOLS} == set(TOOL_TRIES)


@pytest.mark.parametrize("who", WATCHED)
@pytest.mark.parametrize("name", TOOL_TRIES)
def test_no_tool_tells_a_secret(firm: SecretFirm, name: str, who: str) -> None:
    blind, pointed = TOOL_TRIES[name]
    for arguments in blind:
        assert not leaked(firm, who, use(firm, who, name, arguments)[1]), arguments
    for secret in some_of([secret for kind in UNSEEN[who] for secret in (firm.ids[kind], firm.name(kind))], name, who):
        for number in range(len(pointed(secret))):
            hidden, missing = same(firm, secret, lambda given, n=number: use(firm, who, name, pointed(given)[n]))  # type: ignore[misc]
            assert hidden == missing, (name, secret, number)
            assert not leaked(firm, who, hidden[1], said=secret), hidden


def test_the_administrator_s_tools_reach_the_secrets(firm: SecretFirm) -> None:
    for name, arguments in (("get_record", {"entity": "account", "name": firm.name("account")}),
                            ("search_notes", {"query": firm.words["activity", "body"]}),
                            ("measure", {"metric": "activity_count", "by": ["account"]})):  # fmt: skip
        assert leaked(firm, "anna", use(firm, "boss", name, arguments)[1])


@pytest.mark.parametrize("who", WATCHED)
@pytest.mark.parametrize("name", [*TOOL_TRIES, "ask"])
def test_no_tool_tells_a_secret_over_mcp(firm: SecretFirm, name: str, who: str) -> None:
    blind, pointed = TOOL_TRIES.get(name, ([{"text": text, "limit": 100} for text in QUESTIONS], lambda _: []))
    hidden = [secret for kind in UNSEEN[who] for secret in (firm.ids[kind], firm.name(kind))]
    for arguments in [*blind, *(given for secret in some_of(hidden, "mcp", name, who) for given in pointed(secret))]:
        plain = json.loads(json.dumps(arguments, default=lambda each: each.model_dump(exclude_none=True)))
        told = call(firm.rapport, firm.store.principal(firm.email(who)), name, plain)
        assert not leaked(firm, who, told.model_dump_json(), said=next((each for each in hidden if each in str(plain)), "")), plain
        assert not told.is_error or told.structured_content["status"] < 500, told


# ---- the command line -----------------------------------------------------------------------------------------------------------

READING: dict[str, list[tuple[str, ...]]] = {
    "ask": [("list all accounts",), ("open deals by account",), ("show everything about Ben",)],
    "proposals": [("list", "--status", "all", "--json")],
    "audit": [("list",)],
    "duplicates": [("list", "--json"), ("find", "--json")],
    "drafts": [("list", "--json")],
    "recordings": [("list", "--json")],
    "export": [(kind, "--format", "json") for kind in (*KINDS, "user", "team", "product")],
}
NO_RECORDS = {  # the reason why a command needs no tries here
    "chat": "ask, again and again", "import": "tried below", "init": "set-up", "demo": "set-up", "serve": "the routes above",
    "index": "counts of the machine's own index", "doctor": "settings", "user": "colleagues, whom everybody sees",
    "team": "teams, which everybody sees", "role": "set-up", "field": "set-up", "picklist": "set-up", "vocabulary": "set-up",
    "pipeline": "set-up", "stage": "set-up", "rate": "set-up", "policy": "set-up", "backup": "whoever holds the file system",
    "restore": "whoever holds the file system", "move": "whoever holds the file system", "merge": "its route is above",
    "handover": "an administrator's or a manager's of both",
    "voice": "hears a file; its routes are above", "models": "speech models on this machine",
    "mcp": "its tools are tried above", "bench": "makes a store of its own", "eval": "makes stores of its own",
}  # fmt: skip


def test_every_command_is_tried_or_shows_no_records() -> None:
    assert {name for file in COMMANDS.values() for name in file} == {*READING, *NO_RECORDS}


@pytest.mark.parametrize("who", WATCHED)
@pytest.mark.parametrize("command", READING)
def test_no_command_tells_a_secret(
    firm: SecretFirm, command: str, who: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RAPPORT_HOME", str(firm.store.settings.home))
    monkeypatch.setenv("RAPPORT_DATABASE_URL", firm.store.settings.url)
    monkeypatch.setenv("RAPPORT_TODAY", "2026-11-21")
    for words in READING[command]:
        monkeypatch.setattr("sys.argv", ["rapport", command, *words, "--as", firm.email(who)])
        with pytest.raises(SystemExit):
            main()
        said = capfd.readouterr()
        assert not leaked(firm, who, said.out + said.err), words


@pytest.mark.parametrize("who", ["anna", "mia"])
def test_an_import_does_not_meet_hidden_records(firm: SecretFirm, tmp_path: Path, who: str) -> None:
    """A file with the name of a hidden account is reported as one with any other."""
    reports = []
    for name in (firm.name("account"), of_nobody(firm.name("account"))):
        (tmp_path / "accounts.csv").write_text(f"name,country\n{name},Norway\n")
        (tmp_path / "contacts.csv").write_text(f"name,account\nKim,{name}\n")
        report = import_path(firm.store, firm.store.principal(firm.email(who)), tmp_path, dry_run=True)
        told = json.dumps(report.to_json(), default=str).replace(name, "NAMED")
        reports.append(re.sub(r"\b01[0-9A-Z]{24}\b", "ID", told))  # of its own proposals
    assert reports[0] == reports[1]
    assert not leaked(firm, who, reports[0])


# ---- the store's own doors ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", EVERYBODY)
def test_names_exports_histories_and_proposals(unasked: SecretFirm, who: str) -> None:
    firm = unasked
    with firm.store.reading(firm.store.principal(firm.email(who))) as unit:
        index = names.NameIndexes().of(unit)
        for secret in firm.secrets_from(who):
            tokens = tokenise(normalise(secret))
            held = [index.matches(tokens, secret), index.facets.matches(tokens), index.like(secret), index.containing(secret)]
            assert not any(held), (secret, held)
        for kind in UNSEEN[who]:
            with pytest.raises(RapportError) as hidden:
                gate.history(unit, kind, firm.ids[kind])
            with pytest.raises(RapportError) as missing:
                gate.history(unit, kind, NOWHERE)
            assert str(hidden.value).replace(firm.ids[kind], NOWHERE) == str(missing.value)
        for kind, record_id in firm.mine.items():
            if unit.principal.scope(kind) != "none" and kind not in UNSEEN[who]:
                assert not leaked(firm, who, str(gate.history(unit, kind, record_id)))
        assert not leaked(firm, who, str(gate.pending(unit, status=None, limit=1000)))
        for kind in KINDS:
            target = io.BytesIO()
            try:
                export(unit, kind, "csv", target)
            except RapportError as error:
                target.write(str(error).encode())
            assert not leaked(firm, who, target.getvalue().decode())


def test_only_these_files_outside_the_store_make_queries() -> None:
    """Whoever asks the database themselves has to add the scope themselves: a new one is looked at, then named here."""
    root = Path(__file__).parents[2]
    asking = set()
    for path in (path for room in ("agent", "tools", "knowledge", "ui") for path in (root / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "sqlalchemy" and {"select", "text"} & {each.name for each in node.names}:
                asking.add(str(path.relative_to(root)))
    assert asking == {
        "agent/embedded/known.py", "tools/naming.py",  # with `visible`
        "ui/cli/gate.py", "ui/cli/care.py", "ui/cli/words.py",  # administrators and set-up
    }  # fmt: skip


@pytest.mark.parametrize("who", WATCHED)
def test_what_is_hidden_takes_as_many_queries_as_what_is_missing(firm: SecretFirm, doors: Callable[[str], Ask], who: str) -> None:
    """The same statements in the same order: so neither takes longer."""
    said: list[str] = []
    event.listen(firm.store.database.engine, "before_cursor_execute", lambda *given: said.append(given[2]))
    for kind in UNSEEN[who][:3]:
        for method, body in (("GET", None), ("PATCH", {"source": "x"}), ("DELETE", None)):
            counted = []
            for record_id in (firm.ids[kind], NOWHERE):
                doors(who)(method, f"/api/{kind}/{record_id}", json=body)  # once before: what is kept is kept
                said.clear()
                doors(who)(method, f"/api/{kind}/{record_id}", json=body)
                counted.append(list(said))
            assert counted[0] == counted[1], (kind, method)


# ---- last, for these leave proposals of what they named -----------------------------------------------------------------------------


@pytest.mark.parametrize("who", WATCHED)
@pytest.mark.parametrize("route", REST, ids=" ".join)
def test_no_route_tells_the_hidden_from_the_missing(
    firm: SecretFirm, doors: Callable[[str], Ask], route: tuple[str, str], who: str
) -> None:
    for secret in some_of(named(firm, who, route), route, who):
        is_told_nothing(firm, doors(who), route, who, secret)


@pytest.mark.slow
@pytest.mark.parametrize("who", WATCHED)
@pytest.mark.parametrize("route", REST, ids=" ".join)
def test_no_route_tells_any_hidden_from_the_missing(
    firm: SecretFirm, doors: Callable[[str], Ask], route: tuple[str, str], who: str
) -> None:
    for secret in named(firm, who, route):
        is_told_nothing(firm, doors(who), route, who, secret)


@pytest.mark.slow
def test_the_hidden_is_not_found_as_fast_as_the_missing(
    firm: SecretFirm, doors: Callable[[str], Ask], capsys: pytest.CaptureFixture[str]
) -> None:
    """Medians of alternating tries, within a twentieth."""
    anna, times = doors("anna"), {"hidden": [], "missing": []}  # type: ignore[var-annotated]
    for _ in range(600):
        for what, record_id in (("hidden", firm.ids["contact"]), ("missing", NOWHERE)):
            started = time.perf_counter()
            anna("GET", f"/api/contact/{record_id}")
            times[what].append(time.perf_counter() - started)
    hidden, missing = (statistics.median(each) for each in times.values())
    with capsys.disabled():
        print(f"\nnot found: hidden {hidden * 1000:.2f} ms, missing {missing * 1000:.2f} ms")
    assert abs(hidden - missing) < 0.05 * missing
