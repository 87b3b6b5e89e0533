"""Figures, computed by the store."""

from typing import Any

from fastapi import APIRouter

from store.measures import Measure, catalogue, measure
from store.metrics import dimensions
from tools.describe import describe
from tools.results import Figures
from ui.identity import CurrentStore, CurrentUser

router = APIRouter(prefix="/api", tags=["figures"])


@router.post("/measure")
def compute(wanted: Measure, user: CurrentUser, store: CurrentStore) -> dict[str, Any]:
    """One metric over what you may see, with its filter in words, period, unit and row count."""
    with store.reading(user, door="rest") as unit:
        result = measure(unit, wanted)
        words = describe(unit, result.metric.entity, wanted.filters, "en")
        return Figures(wanted, result, words).to_json()


@router.get("/metrics")
def known(user: CurrentUser, store: CurrentStore) -> list[dict[str, Any]]:
    """The catalogue: every metric with its unit, its meaning and what it is usually grouped by."""
    with store.reading(user, door="rest") as unit:
        found = catalogue(unit.schema).values()
        return [
            {
                "name": m.name, "entity": m.entity, "unit": m.unit, "en": m.en, "zh": m.zh, "definition": m.source,
                "dimensions": dimensions(unit.schema, m, user),
            }
            for m in found
        ]  # fmt: skip
