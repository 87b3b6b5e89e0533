"""The chance that an open deal is won: learned from the firm's own closed deals as they stood while they were open, once there are
enough; the averages of the stages until then, or when nothing better was learned."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import Literal

from knowledge.understanding import features
from knowledge.understanding.features import NAMES, Deals, Features
from knowledge.understanding.learning import Case, Learned, Method, averages, learn
from knowledge.understanding.reasons import Reason, Source, Value, sources
from store.conditions import Filter
from store.rows import rows
from store.unit import Unit

FEWEST = 8  # closed deals that were in a stage, for its own average to be used rather than the pipeline's setting
TOLD = 4  # features named as reasons
_SLIGHT = 1.0  # points below which a feature is not worth a word
_KEPT = 16
_CLOSED = [Filter(field="status", op="in", value=["won", "lost"])]
_kept: dict[tuple[object, ...], tuple[Learned | None, list[Case]]] = {}
_lock = Lock()


ChanceMethod = Literal[Method, "stage"]


@dataclass(frozen=True, slots=True)
class Chance:
    """`probability` is 0-100. `method`: "logistic", "averages" (of the firm's own closed deals by stage), "overall" (of all of them, where nothing
    told winners from losers) or "stage" (the pipeline's setting, for want of outcomes).
    `outcomes` closed deals it stands on; `auc` is out of fold, None where nothing was learned."""

    deal_id: str
    probability: float
    method: ChanceMethod
    outcomes: int
    auc: float | None
    reasons: list[Reason]


def chances(unit: Unit, deal_ids: Collection[str], today: date) -> list[Chance]:
    """The open ones among these deals, in order of id, as the asker sees them."""
    held = features.deals(unit, [Filter(field="status", value="open")], among=deal_ids)
    learned, cases = learned_here(unit, today)
    average, groups = averages(cases), {key: {case.group for case in cases if case.key == key} for key in {case.key for case in cases}}
    found = []
    for deal_id in sorted(held.rows):
        stood = held.at(deal_id, today)
        key = str(held.rows[deal_id]["stage"])
        if learned is not None and stood is not None:
            p = learned.predict(stood.values, key)
            reasons = _reasons(unit, learned, stood, key, deal_id, groups.get(key, set()))
            found.append(
                Chance(deal_id, round(100 * p, 1), learned.method, learned.positives + learned.negatives, round(learned.auc, 3), reasons)
            )
        elif len(groups.get(key, ())) >= FEWEST:
            p = average(key)
            found.append(Chance(deal_id, round(100 * p, 1), "averages", len(groups[key]), None, [_of_stage(unit, key, p, groups[key])]))
        else:
            stage = next((each for each in unit.schema.stages if each.id == key), None)
            if stage is not None:
                reason = Reason("stage_setting", {"stage": stage.name, "value": stage.probability}, (Source("opportunity", deal_id),))
                found.append(Chance(deal_id, stage.probability, "stage", 0, None, [reason]))
    return found


def learned_here(unit: Unit, today: date) -> tuple[Learned | None, list[Case]]:
    """What the closed deals the asker sees teach, and the cases; kept while no deal closes and the day is the same."""
    seen = [(row["id"], row["status"]) for row in rows(unit, "opportunity", ["status"], _CLOSED)] if _sees(unit) else []
    key = (unit.settings.url, unit.principal.user_id, unit.principal.role, today, unit.settings.outcomes_needed, hash(tuple(seen)))
    with _lock:
        if key in _kept:
            return _kept[key]
    cases = snapshots(features.deals(unit, _CLOSED), today) if seen else []
    made = (learn(cases, NAMES, needed=unit.settings.outcomes_needed), cases)
    with _lock:
        while len(_kept) >= _KEPT:
            _kept.pop(next(iter(_kept)))
        _kept[key] = made
    return made


def snapshots(held: Deals, today: date) -> list[Case]:
    """Closed deals as they stood every two weeks while they were open, each deal with a weight of one in all."""
    cases = []
    for deal_id, row in held.rows.items():
        begun, ended = held.started(deal_id), held.ended(deal_id)
        if begun is None or ended is None or ended > today or ended <= begun:
            continue
        days = features.moments(begun, ended)
        for day in days:
            stood, stage = held.at(deal_id, day), held.stage_on(deal_id, day)
            if stood is not None:
                key = stage.stage_id if stage else ""
                cases.append(Case(deal_id, key, stood.values, row["status"] == "won", 1 / len(days)))
    return cases


def _sees(unit: Unit) -> bool:
    return unit.principal.scope("opportunity") != "none" and unit.principal.sees("opportunity", "status")


def _reasons(unit: Unit, learned: Learned, stood: Features, key: str, deal_id: str, groups: set[str]) -> list[Reason]:
    if learned.method == "logistic":
        return _why(learned, stood, key, deal_id)
    p = learned.predict(stood.values, key)
    if learned.method == "averages":
        return [_of_stage(unit, key, p, groups)]
    values: dict[str, Value] = {"value": round(100 * p), "count": learned.positives + learned.negatives}
    return [Reason("nothing_tells", values, sources("opportunity", [deal_id]))]


def _why(learned: Learned, stood: Features, key: str, deal_id: str) -> list[Reason]:
    """The features that move the chance most, each by how far it would be elsewhere were that feature as it usually is."""
    p = learned.predict(stood.values, key)
    found = []
    for place, name in enumerate(NAMES):
        usual = list(stood.values)
        usual[place] = learned.means[place]
        effect = 100 * (p - learned.predict(usual, key))
        if abs(effect) >= _SLIGHT:
            told = sources("activity", [stood.last.id]) if stood.last and name in {"silence", "contact_30", "inbound_30"} else ()
            values: dict[str, Value] = {
                "value": round(100 * stood.plain[name]) if name == "stage" else stood.plain[name],
                "effect": f"{effect:+.0f}",
            }
            values |= {"window": features.WINDOWS[name]} if name in features.WINDOWS else {}
            code = f"chance_{name}" + ("" if name not in {"decider", "renewal"} else "_yes" if stood.plain[name] else "_no")
            found.append(Reason(code, values, (Source("opportunity", deal_id), *told), effect))
    return sorted(found, key=lambda each: -abs(each.weight))[:TOLD]


def _of_stage(unit: Unit, key: str, p: float, groups: set[str]) -> Reason:
    name = next((stage.name for stage in unit.schema.stages if stage.id == key), "")
    return Reason(
        "stage_average", {"stage": name, "value": round(100 * p), "count": len(groups)}, sources("opportunity", sorted(groups)[:3])
    )
