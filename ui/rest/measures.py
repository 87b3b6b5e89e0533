"""Figures, computed by the store."""

from typing import Any

from fastapi import APIRouter

from store.measures import Measure, catalogue, measure
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
        shown = Figures(wanted, result, words).to_json()
        if result.metric.unit == "money":
            shown["unit"] = unit.currency
    return shown


@router.get("/metrics")
def known(user: CurrentUser, store: CurrentStore) -> list[dict[str, Any]]:
    """The catalogue: every metric with its unit and meaning."""
    with store.reading(user, door="rest") as unit:
        found = catalogue(unit.schema).values()
    return [{"name": m.name, "entity": m.entity, "unit": m.unit, "en": m.en, "zh": m.zh, "definition": m.source} for m in found]
