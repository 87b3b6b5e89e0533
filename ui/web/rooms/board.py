"""The board: a column a stage, the largest deals first; and moving one, which is a proposal."""

from collections.abc import Sequence
from dataclasses import dataclass

from store.conditions import Filter
from store.errors import InvalidInput, NotAllowed
from store.measures import Measure, measure
from store.query import RecordQuery, find, user_names
from store.schema import StageInfo
from store.unit import Unit
from ui.web.rooms.links import list_path, record_path
from ui.web.rooms.narrowed import Narrowed
from ui.web.shown import money_text
from ui.web.words import Words

EACH = 20


@dataclass(frozen=True, slots=True)
class Deal:
    id: str
    name: str
    path: str
    account: str
    account_path: str
    amount: str
    closes: str
    late: bool
    owner: str


@dataclass(frozen=True, slots=True)
class Column:
    """`total` counts all deals of the stage, `amount` is their sum in the reporting currency, empty when it cannot be told."""

    stage: str
    label: str
    kind: str
    deals: list[Deal]
    total: int
    amount: str
    path: str


def pipeline_of(unit: Unit, given: Narrowed) -> str:
    """The pipeline asked for, else the first."""
    names = list(dict.fromkeys(stage.pipeline for stage in unit.schema.stages))
    if given.pipeline and given.pipeline not in names:
        raise InvalidInput(f"There is no pipeline {given.pipeline!r}.", hint=f"Choose one of these: {', '.join(names)}.")
    return given.pipeline or next(iter(names), "")


def stages_of(unit: Unit, pipeline: str) -> list[StageInfo]:
    return [stage for stage in unit.schema.stages if stage.pipeline == pipeline]


def columns(unit: Unit, given: Narrowed, said: Words) -> list[Column]:
    """Open stages with their deals; won and lost ones empty, as places to move a deal to."""
    if unit.principal.scope("opportunity") == "none" or not unit.principal.sees("opportunity", "stage"):
        return []
    pipeline = pipeline_of(unit, given)
    filters = [Filter(field="pipeline", value=pipeline), *given.filters(unit, "pipeline")]
    deals = _deals(unit, [*filters, Filter(field="status", value="open")])
    counts = _by_stage(unit, "open_count", filters)
    amounts = _by_stage(unit, "open_amount", filters)
    conditions = [("pipeline", "eq", pipeline), *given.conditions("pipeline")]
    return [
        Column(
            stage.name, (stage.zh or stage.name) if said.language == "zh" else stage.name, stage.kind, deals.get(stage.name, []),
            int(counts.get(stage.name, "0").split(" ")[0].replace(",", "") or 0), amounts.get(stage.name, ""),
            list_path("opportunity", ("stage", "eq", stage.name), *conditions),
        )
        for stage in stages_of(unit, pipeline)
    ]  # fmt: skip


def _deals(unit: Unit, filters: Sequence[Filter]) -> dict[str, list[Deal]]:
    order = ["-amount"] if unit.principal.sees("opportunity", "amount") else []
    records = find(unit, RecordQuery(entity="opportunity", filters=list(filters), sort=order, limit=EACH, each="stage")).records
    names = user_names(unit, {str(each.fields["owner"]) for each in records if each.fields.get("owner")})
    today = unit.today().isoformat()
    found: dict[str, list[Deal]] = {}
    for each in records:
        known = each.fields
        amount = f"{money_text(known['amount'])} {known.get('currency') or unit.currency}" if known.get("amount") else ""
        closes, owner = str(known.get("close_date") or ""), str(known.get("owner") or "")
        account = str(known.get("account_id") or "")
        one = Deal(
            each.id, each.name, record_path("opportunity", each.id), str(known.get("account") or ""),
            record_path("account", account) if account else "", amount, closes, bool(closes and closes < today), names.get(owner, owner),
        )  # fmt: skip
        found.setdefault(str(known.get("stage")), []).append(one)
    return found


def _by_stage(unit: Unit, metric: str, filters: Sequence[Filter]) -> dict[str, str]:
    """The figure of each stage in words; nothing where the person may not see it or amounts cannot be added."""
    try:
        found = measure(unit, Measure(metric=metric, by=["stage"], filters=list(filters)))
    except (NotAllowed, InvalidInput):
        return {}
    return {str(row[0]): f"{money_text(row[1])} {found.unit}" for row in found.rows if row[0] and row[1] is not None}
