"""How likely a lead is to convert: learned from the firm's own leads as they came in, once there are enough; by source until then."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from knowledge.understanding.learning import Case, averages, learn
from knowledge.understanding.reasons import Reason, Value, sources
from store.rows import Row, rows
from store.unit import Unit

NAMES = ("company", "title", "email", "phone", "campaign", "described")
ENDED = {"converted": True, "unqualified": False}
_COLUMNS = ("status", "source", "company", "title", "email", "phone", "campaign", "description", "created_at", "name")


@dataclass(frozen=True, slots=True)
class LeadScore:
    """`score` is the chance to convert, 0-100; `method` logistic or averages (by source); `outcomes` leads it stands on."""

    lead_id: str
    score: float
    method: str
    outcomes: int
    auc: float | None
    reasons: list[Reason]


def lead_scores(unit: Unit, lead_ids: Collection[str], today: date) -> list[LeadScore]:
    """In order of id. A lead's status keeps no history: only what it came with is used, never what happened to it later."""
    everybody = [row for row in rows(unit, "lead", _COLUMNS) if row["created_at"].date() <= today]
    ended = [row for row in everybody if row["status"] in ENDED]
    cases = [Case(row["id"], str(row["source"] or ""), _values(row), ENDED[row["status"]], 1.0) for row in ended]
    learned, average = learn(cases, NAMES, needed=unit.settings.outcomes_needed), averages(cases)
    found = []
    for row in everybody:
        if row["id"] not in set(lead_ids):
            continue
        key = str(row["source"] or "")
        same = [case for case in cases if case.key == key and case.group != row["id"]]
        p = learned.predict(_values(row), key) if learned else average(key)
        values: dict[str, Value] = {"source": key or "–", "count": len(same), "won": sum(case.outcome for case in same), "all": len(cases)}
        reasons = [Reason("lead_source", values, sources("lead", [row["id"], *(case.group for case in same[:3])]))]
        if learned is not None and learned.method == "logistic":
            reasons = [*_why(learned.weights, row), *reasons]
        found.append(
            LeadScore(
                row["id"],
                round(100 * p, 1),
                learned.method if learned else "averages",
                len(cases),
                round(learned.auc, 3) if learned else None,
                reasons,
            )
        )
    return found


def _values(row: Row) -> tuple[float, ...]:
    held = {name: row["description"] if name == "described" else row[name] for name in NAMES}
    return tuple(float(bool(held[name])) for name in NAMES)


def _why(weights: dict[str, float], row: Row) -> list[Reason]:
    found = []
    for name, value in zip(NAMES, _values(row), strict=True):
        if abs(weights[name]) >= 0.1:
            found.append(
                Reason(
                    f"lead_{name}_{'yes' if value else 'no'}", {}, sources("lead", [row["id"]]), weights[name] if value else -weights[name]
                )
            )
    return sorted(found, key=lambda each: -abs(each.weight))[:3]
