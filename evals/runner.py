"""Asking every case and grading it: `run()` is what `rapport eval` calls."""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from agent.bootstrap import Rapport, build
from evals import chances, report, state, stores
from evals.cases import Case, Turn, load_cases, settled
from evals.grading import HEDGED, Outcome, best
from evals.searching import quality
from evals.searching.collections import Half
from store import gate
from store.errors import RapportError
from store.rights import Principal

HALVES: dict[str, Half] = {"dev": "tune", "test": "report"}
LIMIT = 200  # records an answer may show, so that whole sets can be compared
Progress = Callable[[int, int, str], None]
Watch = Callable[[Rapport, Case, int, str, bool], None]  # of a turn that was graded: its case, number, conversation, whether it was right


@dataclass(frozen=True)
class Said:
    """One turn that was asked."""

    say: str
    kind: str
    text: str
    ms: int
    problems: tuple[str, ...] = ()
    wanted: Any = None


@dataclass(frozen=True)
class Result:
    """One case: right when no turn has a problem; wrong but confident when an answer with a problem neither asked back nor refused."""

    case: Case
    turns: tuple[Said, ...]

    @property
    def right(self) -> bool:
        return not any(turn.problems for turn in self.turns)

    @property
    def hedged(self) -> bool:
        failed = next((turn for turn in self.turns if turn.problems), None)
        return failed is not None and failed.kind in HEDGED

    @property
    def confident(self) -> bool:
        return not self.right and not self.hedged


@dataclass(frozen=True)
class Summary:
    brain: str
    results: tuple[Result, ...]
    skipped: Mapping[str, str] = field(default_factory=dict)
    files: tuple[Path, ...] = ()
    searched: quality.Searched = field(default_factory=quality.Searched)

    @property
    def score(self) -> float:
        return 100 * sum(each.right for each in self.results) / len(self.results) if self.results else 0.0


def run(
    brain: str = "embedded",
    split: str | None = None,
    *,
    store: str | None = None,
    language: str | None = None,
    kind: str | None = None,
    only: Iterable[str] = (),
    out: Path | None = None,
    progress: Progress | None = None,
    watch: Watch | None = None,
    cases: Iterable[Case] | None = None,
) -> Summary:
    """Ask every case of the choice (of `cases`, else of the files), and with `search` among `only` the labelled collections, which takes
    minutes. With `out`, a JSON and an HTML report are written there. `watch` is told of every graded turn."""
    names = set(only)
    chosen = [
        case
        for case in (load_cases() if cases is None else cases)
        if (split is None or case.split == split)
        and (store is None or case.store == store)
        and (language is None or case.language == language)
        and (kind is None or case.kind == kind)
        and (not names or case.id in names or names & set(case.tags))
    ]
    results: list[Result] = []
    skipped = {}
    with tempfile.TemporaryDirectory(prefix="rapport-eval-") as folder:
        for name in dict.fromkeys(case.store for case in chosen):
            asked = [case for case in chosen if case.store == name]
            reason = stores.available(name)
            if reason:
                skipped[name] = reason
                continue
            place = stores.fill(name, Path(folder) / name)
            results += _run_store(place, asked, brain, Path(folder), progress, watch)
    searched = quality.run(half=HALVES.get(split or "")) if "search" in names else quality.Searched()
    summary = Summary(brain, tuple(results), skipped, searched=searched)
    return replace(summary, files=tuple(report.write(summary, out, chances.run(only=store)))) if out else summary


def _run_store(
    place: stores.Place, cases: list[Case], brain: str, folder: Path, progress: Progress | None, watch: Watch | None
) -> list[Result]:
    """Cases that only read share a store; each case that writes gets a copy."""
    results = []
    shared = build(place.settings(place.copy_to(folder / f"{place.name}-read")))
    shared.index.read_words()  # what was said can be found by its words; the vectors of whole stores would take minutes
    for done, case in enumerate(cases, start=1):
        ready = settled(case, place.world)
        if ready.writes:
            home = place.copy_to(folder / f"{place.name}-write")
            own = build(place.settings(home))
            _ask(own, own.store.principal(ready.who), "help", None, brain)
            results.append(run_case(own, ready, brain, place, watch))
            own.close()
            shutil.rmtree(home)
        else:
            results.append(run_case(shared, ready, brain, place, watch))
        if progress:
            progress(done, len(cases), case.id)
    shared.close()
    return results


def run_case(rapport: Rapport, case: Case, brain: str, place: stores.Place, watch: Watch | None = None) -> Result:
    """Ask the turns of a case in one conversation; stop at the first wrong one."""
    principal = rapport.store.principal(case.who)
    conversation: str | None = None
    said = []
    for number, turn in enumerate(case.turns):
        started = time.perf_counter()
        answer, fault = _ask(rapport, principal, turn.say, conversation, brain)
        ms = round((time.perf_counter() - started) * 1000)
        conversation = answer.get("conversation_id")
        outcome = _outcome(rapport, principal, turn, answer, fault)
        problems = best(turn.expect, outcome, place.today) if turn.expect else [fault] if fault else []
        said.append(Said(turn.say, answer["kind"], answer["text"], ms, tuple(problems), turn.expect))
        if watch and turn.expect and conversation:
            watch(rapport, case, number, conversation, not problems)
        if problems:
            break
    return Result(case, tuple(said))


def _ask(rapport: Rapport, principal: Principal, text: str, conversation: str | None, brain: str) -> tuple[dict[str, Any], str]:
    try:
        answer = rapport.assistant.answer(principal, text, conversation_id=conversation, door="eval", brain=brain, limit=LIMIT)
    except RapportError as error:
        return {"kind": "refuse", "text": str(error), "records": [], "total": None, "measure": None, "proposals": [], "citations": []}, ""
    except Exception as error:  # noqa: BLE001 - a crash is a result here, and the next case is still to be asked
        return {"kind": "crash", "text": repr(error), "records": [], "total": None, "measure": None, "proposals": []}, f"crashed: {error!r}"
    return answer.to_json(), ""


def _outcome(rapport: Rapport, principal: Principal, turn: Turn, answer: dict[str, Any], fault: str) -> Outcome:
    """The answer with what its proposals do once approved; a turn that is to change nothing approves nothing."""
    writes = turn.approve or any("changes" in each for each in turn.expect)
    if not writes or not answer["proposals"]:
        return Outcome(answer, fault=fault)
    touched: dict[str, set[str]] = {}
    for proposal in answer["proposals"]:
        for change in proposal["changes"]:
            touched.setdefault(change.get("type", proposal["type"]), set()).add(change["id"])
    before, values = state.snapshot(rapport.store), state.fields_of(rapport.store, touched)
    try:
        for proposal in answer["proposals"]:
            with rapport.store.writing(principal, door="eval") as unit:
                applied = gate.approve(unit, proposal["id"])
            if applied.status != "applied":
                fault = fault or f"the proposal ended as {applied.status}: {applied.note}"
    except RapportError as error:
        fault = fault or f"approval failed: {error}"
    return Outcome(answer, state.differences(rapport.store, before, values), fault)
