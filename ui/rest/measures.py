"""Figures, computed by the store."""

from typing import Annotated, Any

from fastapi import APIRouter, Body

from store.measures import Measure, catalogue, measure
from store.metrics import dimensions
from tools.describe import describe
from tools.results import Figures
from ui.identity import CurrentStore, CurrentUser
from ui.rest import shapes
from ui.rest.told import told

router = APIRouter(prefix="/api", tags=["figures"])
_EXAMPLES: list[Any] = [
    {"metric": "win_rate", "by": ["owner"]},
    {
        "metric": "won_amount",
        "by": ["month"],
        "period": ["2026-01-01", "2026-12-31"],
        "filters": [{"field": "amount", "op": "ge", "value": 1000}],
    },
]
Wanted = Annotated[Measure, Body(examples=_EXAMPLES)]


@router.post("/measure", responses=told(shapes.Figures))
def compute(wanted: Wanted, user: CurrentUser, store: CurrentStore) -> dict[str, Any]:
    """One metric over what you may see, with its filter in words, period, unit and row count."""
    with store.reading(user, door="rest") as unit:
        result = measure(unit, wanted)
        words = describe(unit, result.metric.entity, wanted.filters, "en")
        return Figures(wanted, result, words).to_json()


@router.get("/metrics", responses=told(list[shapes.Metric]))
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
