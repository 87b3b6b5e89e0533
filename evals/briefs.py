"""Briefs of every account: whether each citation resolves and bears its line out, and no number stands outside the evidence.

Every citation is looked up again in the store, every quote looked for in what the record holds, every number in the data of the
statements. Briefs of all accounts of the demo company and of Larkfield, of a part of their contacts and deals, and the reports of all
their people and teams, in both languages.
"""

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Any, Literal

from agent.bootstrap import Rapport, build
from evals import stores
from evals.companies import larkfield
from knowledge.briefs import managers, subjects
from knowledge.briefs.compose import Worded, compose
from knowledge.briefs.evidence import MEASURE, Brief
from store.measures import catalogue
from store.query import RecordQuery, find
from store.unit import Unit

ADMINS = {"demo": stores.DEMO_ADMIN, "larkfield": larkfield.ADMIN}
OTHERS = {"contact": 5, "opportunity": 7}  # of these every so many-th is briefed on: there are many, and they are much alike
PARTS = ("uncited", "unresolved", "unsupported", "loose")
HEAD = ("briefs", "language", "n", "lines", "cited", "resolves", "supported", "loose numbers", "p50 ms", "p95 ms")
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_MARK = re.compile(r"\s*(?:\[\d+\])+$")


@dataclass(frozen=True)
class Checked:
    """What is wrong with one brief, by kind; empty lists when nothing is."""

    lines: int
    uncited: list[str]
    unresolved: list[str]
    unsupported: list[str]
    loose: list[str]
    ms: float


Found = tuple[str, str, list[Checked]]


def check(unit: Unit, found: Brief, made: Worded, ms: float = 0.0) -> Checked:
    uncited, unresolved, unsupported, loose = [], [], [], []
    texts = [_source(unit, each.type, each.id) for each in made.citations]
    for citation, text in zip(made.citations, texts, strict=True):
        if text is None or _flat(citation.quote) not in _flat(text):
            unresolved.append(f"{citation.type} {citation.id}: {citation.quote[:60]}")
    for line in made.lines:
        sources = [texts[number - 1] or "" for number in line.cites]
        if not line.cites:
            uncited.append(line.text)
        for quote in line.item.quotes:
            if not any(_flat(quote) in _flat(text) for text in sources):
                unsupported.append(line.text)
        names = [
            str(line.item.values[name]) for name in ("name", "subject", "title", "number") if isinstance(line.item.values.get(name), str)
        ]
        if (
            names
            and not line.item.code.startswith("reason:")
            and not any(any(_flat(name) in _flat(text) for name in names) for text in sources)
        ):
            unsupported.append(line.text)
    evidence = {number for item in found.items for number in _numbers_of(unit, item.values, item.quotes)}
    evidence |= {number for citation in found.citations for number in _numbers(f"{citation.quote} {citation.date} {citation.account}")}
    said = _numbers("\n".join(line.text for line in made.lines))
    loose = sorted(said - evidence)
    return Checked(len(made.lines), uncited, unresolved, unsupported, loose, ms)


def _source(unit: Unit, kind: str, record_id: str) -> str | None:
    """All that a record holds, as text, read as the asker sees it; for a measure its definition. None when there is no such record."""
    if kind == MEASURE:
        metric = catalogue(unit.schema).get(record_id)
        return None if metric is None else metric.source or metric.en
    page = find(unit, RecordQuery(entity=kind, filters=[{"field": "id", "value": record_id}], limit=1))  # type: ignore[list-item]
    return " ".join(str(value) for view in page.records for value in [view.name, *view.fields.values()]) if page.records else None


def _flat(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _numbers(text: str) -> set[str]:
    return {each.group().replace(",", "").rstrip(".").removesuffix(".00").removesuffix(".0") for each in _NUMBER.finditer(text)}


def _numbers_of(unit: Unit, values: Any, quotes: Sequence[str]) -> Iterator[str]:
    """The numbers of a statement's data: as they are, rounded to what is said, and the parts of its days."""
    for value in values.values():
        text = f"{getattr(value, 'amount', None) or getattr(value, 'value', None) or value}"
        yield from _numbers(text)
        for number in list(_numbers(text)):
            if re.fullmatch(r"\d+(\.\d+)?", number):
                yield from (f"{float(number):.{places}f}".removesuffix(".0").removesuffix(".00") for places in (0, 1, 2))
        if hasattr(value, "isoformat"):
            yield from (str(value.year), str(value.month), str(value.day))
        if hasattr(value, "value"):
            yield from _numbers(str(value.value))
    for quote in quotes:
        yield from _numbers(quote)


def run(*, only: Sequence[str] = tuple(ADMINS)) -> list[Found]:
    """(store, language, what is wrong with the brief of each account), then of the reports of everybody who has some."""
    found = []
    with TemporaryDirectory(prefix="rapport-eval-briefs-") as folder:
        for name in only:
            if stores.available(name):
                continue
            place = stores.fill(name, Path(folder) / name)
            rapport = build(place.settings(place.copy_to(Path(folder) / f"{name}-briefs")))
            for language in ("en", "zh"):
                found.append((name, language, list(_briefs(rapport, place, language))))
            rapport.close()
    return found


def _briefs(rapport: Rapport, place: stores.Place, language: Literal["en", "zh"]) -> Iterator[Checked]:
    principal = rapport.store.principal(ADMINS[place.name])
    with rapport.store.reading(principal) as unit:
        for view in find(unit, RecordQuery(entity="account", limit=10_000)).records:
            started = time.process_time()
            brief = subjects.subject_brief(unit, "account", view.id)
            made = compose(unit, brief, language)
            yield check(unit, brief, compose(unit, brief, language, "long"), 1000 * (time.process_time() - started))
            assert made.lines or not brief.items
        for kind, every in OTHERS.items():
            for view in find(unit, RecordQuery(entity=kind, sort=["created_at"], limit=10_000)).records[::every]:
                started = time.process_time()
                brief = subjects.subject_brief(unit, kind, view.id)
                yield check(unit, brief, compose(unit, brief, language, "long"), 1000 * (time.process_time() - started))
        for team in find(unit, RecordQuery(entity="team", limit=200)).records:
            started = time.process_time()
            report = managers.report(unit, "team", "team", team.id)
            yield check(unit, report, compose(unit, report, language, "long"), 1000 * (time.process_time() - started))
        for person in find(unit, RecordQuery(entity="user", limit=200)).records:
            for about in ("rep", "pipeline", "day"):
                started = time.process_time()
                report = managers.report(unit, about, "user", person.id)
                yield check(unit, report, compose(unit, report, language, "long"), 1000 * (time.process_time() - started))


def rows(found: Sequence[Found]) -> list[tuple[str, ...]]:
    table: list[tuple[str, ...]] = []
    for name, language, checked in found:
        lines = sum(each.lines for each in checked)
        times = sorted(each.ms for each in checked)
        wrong = {part: sum(len(getattr(each, part)) for each in checked) for part in PARTS}
        late = quantiles(times, n=20)[18] if len(times) > 1 else times[0]
        cited, supported = (f"{lines - wrong[part]} of {lines}" for part in ("uncited", "unsupported"))
        resolves = "all" if not wrong["unresolved"] else f"not {wrong['unresolved']}"
        middle = f"{times[len(times) // 2]:.0f}"
        table.append(
            (name, language, str(len(checked)), str(lines), cited, resolves, supported, str(wrong["loose"]), middle, f"{late:.0f}")
        )
    return table


def problems(found: Sequence[Found]) -> list[str]:
    """What is wrong, one by one."""
    return [f"{part}: {each}" for _, _, checked in found for one in checked for part in PARTS for each in getattr(one, part)]
