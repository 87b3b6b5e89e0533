"""`rapport bench --scale N`: builds the firm, asks every question many times, sets each beside the same by hand, and reads sentences."""

import gc
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select, text
from sqlalchemy.engine import Connection, make_url

from evals.figures import Figure, percentile
from evals.footprint import load
from evals.scale import parsing
from evals.scale.firm import TODAY, Firm, Progress, build
from evals.scale.loading import size
from evals.scale.questions import TARGETS, Names, Question, questions
from store.errors import InvalidInput
from store.models import Account, Contact
from store.rights import Principal
from store.settings import Settings
from store.unit import Store

VARIATIONS = 30
SAMPLE = 400


@dataclass
class Times:
    """Milliseconds: elapsed, on a processor (this process and PostgreSQL's side of the connection), and by hand."""

    family: str
    wall: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)
    floor: list[float] = field(default_factory=list)


def run(
    contacts: int, *, url: str = "", home: Path | None = None, each: int = VARIATIONS, progress: Progress = lambda what: None
) -> list[Figure]:
    """Figures at one size. `home` keeps the store for another run; without it a temporary one is made and thrown away."""
    with tempfile.TemporaryDirectory(prefix="rapport-scale-") as folder:
        store = opened(url, home or Path(folder))
        firm = Firm(contacts)
        try:
            built = _build_once(store, firm, progress)
            times = ask_all(store, firm, each, progress)
            progress("sentences")
            parsed = parsing.measured(store, firm, each * parsing.EACH)
            figures = [built, Figure("database on disk", size(store.database) / 2**20, "MiB", note=store.database.dialect)]
        finally:
            store.close()
    return [*figures, *_figures(times, contacts), *parsed, load()]


def opened(url: str, home: Path) -> Store:
    return Store(Settings(home=home, today=TODAY.isoformat(), timezone="UTC", brain="embedded", database_url=url, locale="", currency=""))


def _build_once(store: Store, firm: Firm, progress: Progress) -> Figure:
    """Build, unless the store is of this size already. A database that holds something else is left alone."""
    store.database.migrate()
    with store.database.reading() as session:
        held = session.scalar(select(text("count(*)")).select_from(Contact)) or 0
    if held == firm.contacts:
        return Figure("store built", None, "s", note="it was there")
    if held:
        where = make_url(store.database.url).database
        raise InvalidInput(f"{where!r} holds {held:,} contacts that are not this bench's.", hint="Give an empty database.")
    started = time.perf_counter()
    build(store, firm, progress)
    return Figure("store built", time.perf_counter() - started, "s", note=f"{firm.contacts:,} contacts, {3 * firm.contacts:,} activities")


def names_in_store(store: Store) -> Names:
    with store.database.reading() as session:
        called = list(session.scalars(select(Contact.name).order_by(Contact.id).limit(SAMPLE)))
        companies = list(session.scalars(select(Account.name).order_by(Account.id).limit(SAMPLE)))
    return Names(
        [each for each in called if each.isascii()], [each for each in called if not each.isascii()], [c for c in companies if c.isascii()]
    )


def ask_all(store: Store, firm: Firm, each: int, progress: Progress = lambda what: None) -> dict[str, Times]:
    """Every kind of question, in turns, so that a busy moment of the machine does not fall on one kind alone."""
    principals: dict[str, Principal] = {}
    times: dict[str, Times] = {}
    everything = list(questions(firm, names_in_store(store), each))
    kinds = len({question.name for question in everything})
    with _floor(store) as by_hand:
        server = _server(store)
        for number, question in enumerate(everything):
            if number % kinds == 0:
                progress(f"round {number // kinds + 1} of {each}")
            principal = principals.setdefault(question.who, store.principal(question.who))
            held = times.setdefault(question.name, Times(question.family))
            if number < kinds:
                _ask(store, principal, question, server)  # the first of a kind also compiles its statement
            gc.collect(0)
            wall, busy = _ask(store, principal, question, server)
            held.wall.append(wall)
            held.busy.append(busy)
            if question.floor:
                held.floor.append(_by_hand(by_hand, question))
    return times


def _ask(store: Store, principal: Principal, question: Question, server: Path | None) -> tuple[float, float]:
    started, worked, served = time.perf_counter(), time.process_time(), _served(server)
    with store.reading(principal, door="bench") as unit:
        question.ask(unit)
    return 1000 * (time.perf_counter() - started), 1000 * (time.process_time() - worked + _served(server) - served)


def _server(store: Store) -> Path | None:
    """Where Linux counts the time of the PostgreSQL process that serves our one connection, when it runs on this machine."""
    if store.database.dialect == "sqlite":
        return None
    with store.database.engine.connect() as connection:
        path = Path(f"/proc/{connection.exec_driver_sql('SELECT pg_backend_pid()').scalar_one()}/schedstat")
    return path if path.exists() else None


def _served(server: Path | None) -> float:
    """Seconds on a processor; parallel workers of PostgreSQL are not in it."""
    return int(server.read_text().split()[0]) / 1e9 if server else 0.0


@contextmanager
def _floor(store: Store) -> Iterator[Connection]:
    with store.database.engine.connect() as connection:
        yield connection


def _by_hand(connection: Connection, question: Question) -> float:
    statements = [(text(statement), values) for statement, values in question.floor]
    started = time.perf_counter()
    for statement, values in statements:
        connection.execute(statement, values).fetchall()
    connection.rollback()
    return 1000 * (time.perf_counter() - started)


def _figures(times: dict[str, Times], contacts: int) -> list[Figure]:
    by_family: dict[str, list[Times]] = defaultdict(list)
    for held in times.values():
        by_family[held.family].append(held)
    figures = []
    for family, group in by_family.items():
        target = TARGETS[family][contacts > 100_000]
        whole = [each for held in group for each in held.wall]
        figures.append(
            Figure(
                f"{family}: all, p95",
                percentile(whole, 0.95),
                "ms",
                target,
                note=f"p50 {percentile(whole, 0.5):.1f} ms, {len(whole)} questions",
            )
        )
        figures += [_figure(name, held, target) for name, held in times.items() if held.family == family]
    return figures


def _figure(name: str, held: Times, target: float) -> Figure:
    note = (
        f"p50 {percentile(held.wall, 0.5):.1f} ms; processor p50 {percentile(held.busy, 0.5):.1f}, p95 {percentile(held.busy, 0.95):.1f} ms"
    )
    if held.floor:
        note += f"; by hand p50 {percentile(held.floor, 0.5):.2f} ms, ratio {_ratio(held.wall, held.floor):.1f}"
    return Figure(f"{held.family}: {name}, p95", percentile(held.wall, 0.95), "ms", target, note=note)


def _ratio(ours: Sequence[float], floor: Sequence[float]) -> float:
    return percentile(ours, 0.5) / max(percentile(floor, 0.5), 0.001)
