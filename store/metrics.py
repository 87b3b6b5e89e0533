"""The catalogue of metrics: declared once in `vocabulary.yaml`, plus those every schema implies.

Beside the declared ones, every entity has count, and every numeric field sum, avg, min and max (metric names "account_count",
"avg_account_employees"), built from the schema, so a custom field can be measured the moment it exists.
"""

from dataclasses import dataclass
from dataclasses import field as attribute
from typing import Any

from store.date_parts import GRAINS
from store.errors import InvalidInput
from store.models import RECORD_MODELS
from store.rights import Principal
from store.schema import NUMERIC, TEMPORAL, Entity, Field, Schema, vocabulary

AGGREGATES = ("sum", "avg", "min", "max")
ADDITIVE = frozenset({"count", "sum", "weighted_sum"})
_SEVERAL = frozenset({"tags", "longtext", "multichoice"})
_UNITS = {"ratio": "%", "went_on": "%", "avg_days": "days", "days_in_stage": "days", "hours_to_next": "hours"}


@dataclass(frozen=True, slots=True)
class Metric:
    """A declared figure. `unit` is money, %, days, hours, or the plural of what is counted.

    `agg`: count, sum, avg, min, max · ratio (the records that meet `part`, of those that meet `whole`) · avg_days (from `first` to
    `last`) · weighted_sum (by `weight`, in per cent) · hours_to_next (to the next record that meets `part` and has the same `same`) ·
    went_on, days_in_stage (over the stages deals entered: `store/stages_entered.py`).
    `fallback`: where a dimension's value is looked for when the record has none. `not_by`: fields it says nothing by.
    """

    name: str
    entity: str
    agg: str
    date: str
    unit: str
    en: str
    zh: str
    words: tuple[str, ...] = ()
    source: str = ""
    field: str | None = None
    where: dict[str, Any] = attribute(default_factory=dict)
    whole: dict[str, Any] = attribute(default_factory=dict)
    part: dict[str, Any] = attribute(default_factory=dict)
    first: str | None = None
    last: str | None = None
    weight: str | None = None
    same: tuple[str, ...] = ()
    fallback: dict[str, str] = attribute(default_factory=dict)
    not_by: tuple[str, ...] = ()

    def label(self, language: str) -> str:
        return self.zh if language == "zh" else self.en

    @property
    def over_stages(self) -> bool:
        """Whether it counts the stages deals entered rather than deals."""
        return self.agg in {"went_on", "days_in_stage"}


def catalogue(schema: Schema) -> dict[str, Metric]:
    """Every metric by name: the declared ones, then those every schema implies."""
    found = {name: _declared(name, raw, schema) for name, raw in vocabulary()["metrics"].items()}
    for entity in schema.entities.values():
        found.setdefault(
            f"{entity.name}_count",
            Metric(f"{entity.name}_count", entity.name, "count", entity.date, entity.plural, entity.plural, f"{entity.zh}数"),
        )
        for item in entity.fields.values():
            if item.custom and item.kind in TEMPORAL and not item.hidden and entity.date in entity.fields:
                found[f"days_to_{entity.name}_{item.name}"] = _days_to(entity, item)
            if item.kind not in NUMERIC or item.hidden:
                continue
            for agg in AGGREGATES:
                name = f"{agg}_{entity.name}_{item.name}"
                words = {"sum": ("total", "总"), "avg": ("average", "平均"), "min": ("lowest", "最低"), "max": ("highest", "最高")}[agg]
                unit = {"money": "money", "percent": "%"}.get(item.kind, "")
                found[name] = Metric(
                    name,
                    entity.name,
                    agg,
                    entity.date,
                    unit,
                    f"{words[0]} {item.en} of {entity.plural}",
                    f"{entity.zh}{words[1]}{item.zh}",
                    field=item.name,
                )
    return found


def _days_to(entity: Entity, last: Field) -> Metric:
    """ "average days from order date to delivered on": of an administrator's dates, from the day such a record is dated by."""
    first = entity.fields[entity.date]
    return Metric(
        f"days_to_{entity.name}_{last.name}", entity.name, "avg_days", entity.date, "days",
        f"average days from {first.en} to {last.en}", f"从{first.zh}到{last.zh}的平均天数",
        source=f"mean days from {first.en} to {last.en}", first=entity.date, last=last.name,
    )  # fmt: skip


def _declared(name: str, raw: dict[str, Any], schema: Schema) -> Metric:
    agg, entity = raw["agg"], schema.entities[raw["entity"]]
    numeric = entity.fields[raw["field"]].kind if "field" in raw else ""
    unit = _UNITS.get(agg) or (entity.plural if agg == "count" else "money" if numeric == "money" else "")
    return Metric(
        name, raw["entity"], agg, raw["date"], unit, raw["en"], raw["zh"], tuple(raw.get("words", ())),
        raw.get("source", ""), raw.get("field"), raw.get("where", {}), raw.get("whole", {}), raw.get("part", {}), raw.get("from"),
        raw.get("to"), raw.get("weight"), tuple(raw.get("same", ())), raw.get("fallback", {}), tuple(raw.get("not_by", ())),
    )  # fmt: skip


def dimensions(schema: Schema, metric: Metric, principal: Principal | None = None) -> list[str]:
    """What a metric is usually grouped by: its own fields, what those point to, and parts of dates. Any other field is reached by
    its path; a masked one is not listed."""
    found = []
    for field in schema.entity(metric.entity).fields.values():
        if not _groupable(field, principal) or field.name in metric.not_by:
            continue
        found.append(field.name)
        if field.refers_to in RECORD_MODELS:
            found += _beyond(schema, field, field.name, principal, steps=2)
    return [*found, *GRAINS]


def _beyond(schema: Schema, through: Field, path: str, principal: Principal | None, *, steps: int) -> list[str]:
    """Picklists, facets and teams of what a field points to."""
    found = []
    for field in schema.entity(str(through.refers_to)).fields.values():
        if (field.kind in {"choice", "team"} or field.facet) and _groupable(field, principal):
            found.append(f"{path}.{field.name}")
            if field.kind == "team" and steps > 1 and field.name != "parent":
                found += _beyond(schema, field, f"{path}.{field.name}", principal, steps=steps - 1)
    return found


def _groupable(field: Field, principal: Principal | None) -> bool:
    return field.kind not in _SEVERAL and not field.hidden and (principal is None or principal.sees(field.entity, field.name))


def check_dimension(schema: Schema, metric: Metric, path: str, principal: Principal) -> None:
    """Raises InvalidInput, naming what there is, for what the metric cannot be grouped by."""
    if path in GRAINS:
        return
    *steps, last = path.split("#")[0].split(".")
    entity = metric.entity
    why = ""
    for step in steps:
        field = schema.entity(entity).fields.get(step)
        if field is None or field.refers_to not in RECORD_MODELS:
            why = f"{entity} has no {step!r} that leads to another record"
            break
        entity = str(field.refers_to)
    else:
        why = _refused(schema, metric, entity, last, "#" in path, direct=not steps)
    if why:
        known = ", ".join(dimensions(schema, metric, principal))
        raise InvalidInput(f"{metric.name} cannot be grouped by {path!r}: {why}.", hint=f"Dimensions: {known}.")


def _refused(schema: Schema, metric: Metric, entity: str, name: str, part: bool, *, direct: bool) -> str:
    field = schema.entity(entity).fields.get(name)
    if name == "id":
        return ""
    if field is None:
        return f"{entity} has no field {name!r}"
    if field.kind in _SEVERAL:
        return f"{field.en} holds several values"
    if part and field.kind not in TEMPORAL:
        return f"{field.en} is not a date"
    if direct and name in metric.not_by:
        return f"{field.en} is what it is worked out from"
    return ""
