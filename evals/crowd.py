"""Many people at once: how long a turn takes over REST when everybody asks in the same moment, and whose words each is told.

The server runs in a process of its own, as does the scripted model; the crowd is this process. Every person has a token and a
connection of their own. Waiting is measured from the moment the request is sent until the whole answer is there.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from evals.figures import Figure, percentile
from evals.scale.firm import TODAY, Firm, build
from evals.serving import Server, serving
from store import people
from store.settings import Settings
from store.unit import Store

CONTACTS = 20_000  # a hundred demo companies
BUILT_IN, MODELLED = 50, 200
ROUNDS = 4
LATENCY_S = 1.0
SPREAD_S = 20.0  # two hundred people who each ask about three questions a minute
PATIENCE_S = 120.0
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Person:
    email: str
    token: str


@dataclass(slots=True)
class Answers:
    """Seconds waited, by answer; what went wrong; answers that held somebody else's word."""

    waited: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    crossed: int = 0


def run(command: Sequence[str], home: Path, questions: Sequence[str], progress: Progress) -> list[Figure]:
    """`command` starts Rapport's command line, `questions` are asked in turn."""
    progress(f"crowd: a firm of {CONTACTS:,} contacts and {MODELLED} people")
    staff = furnish(home)
    progress(f"crowd: {BUILT_IN} people ask the built-in brain at once, {ROUNDS} times")
    figures = _built_in(command, home, staff[:BUILT_IN], questions)
    progress(f"crowd: {MODELLED} people and a model that takes {LATENCY_S:g} s")
    return [*figures, *_modelled(command, home, staff)]


def furnish(home: Path) -> list[Person]:
    """The generated firm, and a token for each of its people."""
    store = Store(Settings(home=home, today=TODAY.isoformat(), timezone="UTC", brain="embedded", database_url="", locale="", currency=""))
    try:
        store.database.migrate()
        firm = Firm(CONTACTS)
        firm.users = MODELLED
        build(store, firm)
        with store.database.writing() as session:
            ids = {email: people.find_user(session, email).id for email in map(firm.email, range(MODELLED))}
            return [Person(email, people.issue_token(session, store.settings, user, kind="bearer")) for email, user in ids.items()]
    finally:
        store.close()


def _built_in(command: Sequence[str], home: Path, staff: Sequence[Person], questions: Sequence[str]) -> list[Figure]:
    with _rapport(command, home, {"RAPPORT_BRAIN": "embedded"}) as server:
        asyncio.run(ask_all(server.address, [(staff[0], question, float(n)) for n, question in enumerate(questions[:3])]))  # warm
        found, worked = Answers(), server.busy()
        for number in range(ROUNDS):
            asked = [(person, questions[(place + number * 13) % len(questions)], 0.0) for place, person in enumerate(staff)]
            _add(found, asyncio.run(ask_all(server.address, asked)))
        busy = 1000 * (server.busy() - worked) / max(1, len(found.waited))
    note = f"{len(staff)} at once, {ROUNDS} times, {CONTACTS:,} contacts; {busy:.0f} ms of processor time a turn; {_errors(found)}"
    return [
        Figure("built-in turn over REST, a crowd, p50", percentile(found.waited, 0.50), "s", note=note),
        Figure("built-in turn over REST, a crowd, p95", percentile(found.waited, 0.95), "s", 2),
        Figure("errors in that crowd", len(found.failed), "", 0),
    ]


def _modelled(command: Sequence[str], home: Path, staff: Sequence[Person]) -> list[Figure]:
    """Everybody asks something of their own, which the model gives back: whoever is told another's word is told too much."""
    with _model() as address:
        how = {"RAPPORT_BRAIN": "llm", "OPENAI_BASE_URL": f"{address}/v1", "OPENAI_API_KEY": "none", "RAPPORT_MODEL": "scripted"}
        with _rapport(command, home, how) as server:
            asyncio.run(ask_all(server.address, [(person, "say zero", 0.0) for person in staff[:4]]))
            pause = SPREAD_S / len(staff)
            worked = server.busy()
            spread = asyncio.run(ask_all(server.address, [(each, f"say {word(n)}", n * pause) for n, each in enumerate(staff)], said=word))
            busy = 1000 * (server.busy() - worked) / len(staff)
            at_once = asyncio.run(ask_all(server.address, [(each, f"say {word(n)}", 0.0) for n, each in enumerate(staff)], said=word))
    added = [1000 * (each - LATENCY_S) for each in spread.waited]
    note = f"{len(staff)} people, each within {SPREAD_S:g} s; {busy:.0f} ms of processor time a turn; {_errors(spread)}"
    return [
        Figure("added to a model of 1 s, p50", percentile(added, 0.50), "ms", note=note),
        Figure("added to a model of 1 s, p95", percentile(added, 0.95), "ms", 300),
        Figure(
            "the same, all in one moment, p95",
            percentile([1000 * (w - LATENCY_S) for w in at_once.waited], 0.95),
            "ms",
            note=_errors(at_once),
        ),
        Figure("errors with the model", len(spread.failed) + len(at_once.failed), "", 0),
        Figure("answers with another's words", spread.crossed + at_once.crossed, "", 0),
    ]


def word(number: int) -> str:
    """Letters only: figures in a model's words are looked at."""
    return f"parrot{chr(97 + number // 26)}{chr(97 + number % 26)}end"


def _errors(found: Answers) -> str:
    return f"{len(found.failed)} errors" + (f", such as {found.failed[0][:120]!r}" if found.failed else "")


def _add(whole: Answers, part: Answers) -> None:
    whole.waited += part.waited
    whole.failed += part.failed
    whole.crossed += part.crossed


async def ask_all(address: str, asked: Sequence[tuple[Person, str, float]], said: Callable[[int], str] | None = None) -> Answers:
    """Each asks after so many seconds. With `said`, the n-th has to be told the n-th word and nobody else's."""
    found = Answers()

    async def one(number: int, person: Person, question: str, after: float) -> None:
        await asyncio.sleep(after)
        started = time.perf_counter()
        try:
            status, body = await asyncio.wait_for(_post(address, person.token, question), PATIENCE_S)
        except (OSError, TimeoutError, ValueError, asyncio.IncompleteReadError) as error:
            found.failed.append(f"{type(error).__name__} {error}")
            return
        found.waited.append(time.perf_counter() - started)
        text = body.decode("utf-8", "replace")
        if status != 200:
            found.failed.append(f"{status} {text}")
        elif said is not None:
            told = json.loads(text)["text"]
            found.failed += [] if said(number) in told else [f"not told: {told[:100]}"]
            found.crossed += told.count("parrot") > told.count(said(number))

    await asyncio.gather(*(one(number, *each) for number, each in enumerate(asked)))
    return found


async def _post(address: str, token: str, question: str) -> tuple[int, bytes]:
    """POST /api/chat on a connection of its own; plain sockets, so that two hundred clients cost this process little."""
    place = urlsplit(address)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    body = json.dumps({"text": question}).encode()
    head = (
        f"POST /api/chat HTTP/1.1\r\nHost: {place.netloc}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    try:
        writer.write(head.encode() + body)
        await writer.drain()
        whole = await reader.read()
    finally:
        writer.close()
    top, _, rest = whole.partition(b"\r\n\r\n")
    return int(top.split(b" ", 2)[1]), rest


@contextmanager
def _rapport(command: Sequence[str], home: Path, how: Mapping[str, str]) -> Iterator[Server]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RAPPORT_", "OPENAI_"))}
    environment = kept | {"RAPPORT_HOME": str(home), "RAPPORT_TODAY": TODAY.isoformat(), **how}
    with serving([*command, "serve", "--port", "PORT"], environment, cwd=home) as server:
        yield server


@contextmanager
def _model() -> Iterator[str]:
    with serving([sys.executable, "-m", "evals.parrot", "PORT", str(LATENCY_S)], os.environ, ready="/") as server:
        yield server.address
