"""Filters and periods in words, so that every answer can say how the question was read."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from store.date_parts import SINCE
from store.filters import Filter
from store.models import RECORD_MODELS
from store.query import names_of
from store.rates import named_in
from store.schema import Field, Schema
from store.unit import Unit

_OPS = {
    "en": {
        "eq": "{f} is {v}", "ne": "{f} other than {v}", "lt": "{f} below {v}", "le": "{f} at most {v}", "gt": "{f} over {v}",
        "ge": "{f} at least {v}", "in": "{f} is {v}", "not_in": "{f} is not {v}", "contains": "{f} contains {v}",
        "starts_with": "{f} starts with {v}",
        "is_empty": "{f} is empty", "is_set": "{f} is filled in", "has": "with {r}", "has_no": "without {r}",
        "count_eq": "with exactly {v} {r}", "count_ge": "with at least {v} {r}", "count_le": "with at most {v} {r}",
    },
    "zh": {
        "eq": "{f}为{v}", "ne": "{f}不是{v}", "lt": "{f}低于{v}", "le": "{f}不超过{v}", "gt": "{f}超过{v}", "ge": "{f}不低于{v}",
        "in": "{f}为{v}", "not_in": "{f}不是{v}", "contains": "{f}包含{v}", "starts_with": "{f}以{v}开头",
        "is_empty": "{f}为空", "is_set": "{f}不为空", "has": "有{r}", "has_no": "没有{r}",
        "count_eq": "恰有{v}个{r}", "count_ge": "至少{v}个{r}", "count_le": "最多{v}个{r}",
    },
}  # fmt: skip
_JOIN = {"en": (", ", " or ", "not ({})"), "zh": ("，", "或", "非（{}）")}
SHOWN = 5
_DATE_OPS = {"lt": ("before", "早于"), "le": ("until", "截至"), "gt": ("after", "晚于"), "ge": ("since", "自")}
_WEEKDAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def describe(unit: Unit, entity: str, filters: Sequence[Filter], language: str) -> str:
    """The filters as one line: "status is won, close date 1 Jul – 30 Sep 2017"; empty when there are none."""
    return _JOIN[language][0].join(_one(unit, entity, item, language) for item in filters)


def _one(unit: Unit, entity: str, item: Filter, language: str) -> str:
    comma, either, negated = _JOIN[language]
    if item.any:
        text = either.join(_one(unit, entity, part, language) for part in item.any)
    elif item.op in {"has", "has_no", "count_eq", "count_ge", "count_le"}:
        text = _related(unit, entity, item, language)
    elif item.field:
        text = _compared(unit, entity, item, language)
    else:
        text = comma.join(_one(unit, entity, part, language) for part in item.where)
    return negated.format(text) if item.negate else text


def _related(unit: Unit, entity: str, item: Filter, language: str) -> str:
    owner = entity
    *steps, name = item.field.split(".")
    for step in steps:
        owner = unit.schema.field(owner, step).refers_to or owner
    relation = unit.schema.entity(owner).relations[name]
    target = unit.schema.entity(relation.target)
    inner = describe(unit, relation.target, item.where, language)
    label = target.label(language, plural=True)
    shown = f"{label} ({inner})" if inner else label
    return _OPS[language][item.op].format(r=shown, v=item.value)


def field_at(schema: Schema, entity: str, path: str) -> Field:
    """The field a path ends at."""
    *steps, last = path.split(".")
    for step in steps:
        entity = schema.field(entity, step).refers_to or entity
    return schema.field(entity, last)


def path_label(schema: Schema, entity: str, path: str, language: str) -> str:
    """ "account.industry" as people say it: the last field, with the record it belongs to when that is another one."""
    field = field_at(schema, entity, path)
    label = field.label(language)
    if field.name == "name" and "." in path:
        return field_at(schema, entity, path.rsplit(".", 1)[0]).label(language)
    if "." in path and field.entity not in {"user", "team"}:
        other = schema.entity(field.entity).label(language)
        return f"{other}{label}" if language == "zh" else f"{other} {label}"
    return label


def _compared(unit: Unit, entity: str, item: Filter, language: str) -> str:
    if item.field == "id" or item.field.endswith(".id"):
        return _identified(unit, entity, item, language)
    if "#" in item.field:
        return _part_of_date(unit, entity, item, language)
    field = field_at(unit.schema, entity, item.field)
    label = path_label(unit.schema, entity, item.field, language)
    if field.kind in {"date", "datetime"} and item.op not in {"is_empty", "is_set"}:
        return f"{label} {_days(item, language)}" if language == "en" else f"{label}{_days(item, language)}"
    if item.op == "between":
        low, high = (value_label(unit, field, each, language) for each in item.value)
        return f"{label} {low} – {high}" if language == "en" else f"{label}在{low}到{high}之间"
    values = item.value if isinstance(item.value, list) else [item.value]
    shown = _JOIN[language][1].join(value_label(unit, field, each, language) for each in values)
    return _OPS[language][item.op].format(f=label, v=shown)


def _part_of_date(unit: Unit, entity: str, item: Filter, language: str) -> str:
    """ "date on Monday or Friday"."""
    path, grain = item.field.split("#", 1)
    if grain.startswith(SINCE):
        return _days_between(unit, entity, item, path, grain.removeprefix(SINCE), language)
    if grain == "monthday" and item.op == "between":
        first, last = (
            period_words(day, day, language).rpartition(" ")[0] if language == "en" else period_words(day, day, language)[5:]
            for day in (date.fromisoformat(f"2000-{each}") for each in item.value)
        )
        label = path_label(unit.schema, entity, path, language)
        return f"{label} {first} – {last} of any year" if language == "en" else f"{label}在每年{first}至{last}"
    values = item.value if isinstance(item.value, list) else [item.value]
    shown = _JOIN[language][1].join(part_label(grain, str(value), language) for value in values)
    label = path_label(unit.schema, entity, path, language)
    return f"{label} on {shown}" if language == "en" else f"{label}在{shown}"


def _days_between(unit: Unit, entity: str, item: Filter, path: str, first: str, language: str) -> str:
    """ "more than 10 days from order date to delivered on"."""
    steps = path.rpartition(".")[0]
    begin = path_label(unit.schema, entity, f"{steps}.{first}" if steps else first, language)
    end = path_label(unit.schema, entity, path, language)
    label = f"days from {begin} to {end}" if language == "en" else f"从{begin}到{end}的天数"
    if item.op == "between":
        low, high = item.value
        return f"{label} {low} – {high}" if language == "en" else f"{label}在{low}到{high}之间"
    return _OPS[language][item.op].format(f=label, v=item.value)


def part_label(grain: str, value: str, language: str) -> str:
    """A part of a date as people say it: weekdays have names."""
    if grain == "weekday" and value.isdigit():
        return _WEEKDAYS[language][int(value) - 1]
    return value


def _identified(unit: Unit, entity: str, item: Filter, language: str) -> str:
    """ "is Globex Corporation": a record said by its id."""
    steps, said = item.field.split(".")[:-1], entity
    for step in steps:
        entity = unit.schema.field(entity, step).refers_to or entity
    values = item.value if isinstance(item.value, list) else [item.value]
    names = names_of(unit, entity, {str(value) for value in values[:SHOWN]})
    shown = _JOIN[language][1].join(names.get(str(value), str(value)) for value in values[:SHOWN]) + (" …" if len(values) > SHOWN else "")
    label = path_label(unit.schema, said, ".".join(steps), language) if steps else unit.schema.entity(entity).label(language)
    return f"{label} {shown}" if language == "en" else f"{label}{shown}"


def _days(item: Filter, language: str) -> str:
    if item.op == "between":
        low, high = (_as_date(each) for each in item.value)
        return period_words(low, high, language)
    day = _as_date(item.value)
    shown = day_words(day, language) if day else str(item.value)
    if item.op in _DATE_OPS:
        return f"{_DATE_OPS[item.op][0]} {shown}" if language == "en" else f"{_DATE_OPS[item.op][1]}{shown}"
    return shown


def _as_date(value: Any) -> date | None:
    if value is None or isinstance(value, date):
        return value
    return date.fromisoformat(str(value)[:10])


def day_words(day: date, language: str) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if language == "zh" else f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def period_words(first: date | None, last: date | None, language: str) -> str:
    """1 Jul – 30 Sep 2017 · since 1 Jul 2017 · until 30 Sep 2017."""
    if first and last:
        if first == last:
            return day_words(first, language)
        if language == "zh":
            return f"{day_words(first, language)}至{day_words(last, language)}"
        start = f"{first.day} {_MONTHS[first.month - 1]}" + ("" if first.year == last.year else f" {first.year}")
        return f"{start} – {day_words(last, language)}"
    if first:
        return f"since {day_words(first, language)}" if language == "en" else f"{day_words(first, language)}起"
    if last:
        return f"until {day_words(last, language)}" if language == "en" else f"截至{day_words(last, language)}"
    return "all time" if language == "en" else "全部时间"


def value_label(unit: Unit, field: Field, value: Any, language: str) -> str:
    """A filter's value as people say it."""
    if field.refers_to in RECORD_MODELS and value:
        shown = _user_name(unit, str(value)) if field.refers_to == "user" else names_of(unit, field.refers_to, {str(value)}).get(str(value))
        return shown or str(value)
    if language == "zh":
        if field.kind == "stage":
            return next((s.zh for s in unit.schema.stages_named(str(value)) if s.zh), str(value))
        for choice in unit.schema.choices_of(field):
            if choice.value == value and choice.zh:
                return choice.zh
    if field.kind == "money" and value is not None:
        if (named := named_in(value)) is not None:
            return f"{named[0]} {float(named[1].replace(',', '')):,.0f}"
        shown = f"{float(value):,.0f}" if float(value).is_integer() else str(value)
        each_has_its_own = "currency" in unit.schema.entity(field.entity).fields and not field.custom
        return shown if each_has_its_own else f"{unit.currency} {shown}"
    if isinstance(value, bool):
        return {"en": ("no", "yes"), "zh": ("否", "是")}[language][value]
    return str(value)


def _user_name(unit: Unit, user_id: str) -> str | None:
    user = unit.session.get(RECORD_MODELS["user"], user_id)
    return user.name if user else None
