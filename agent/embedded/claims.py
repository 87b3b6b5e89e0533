"""What a stretch of a sentence claims of the answer to it, and whether frames meet the claim. It knows spans and frames, no reader.

A span keeps every sense it can have; one sense that is met is enough. A span without a sense that claims anything is met.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from agent.embedded.creating_words import ties, words
from agent.embedded.day_counts import cycles
from agent.embedded.held import Held
from agent.embedded.lexicon import change_words
from agent.embedded.name_forms import BEYOND_A_WORD
from agent.embedded.spans import Span
from agent.embedded.tokens import is_chinese
from agent.embedded.units import meets
from knowledge.spoken.amounts import AmountSpan
from knowledge.spoken.times import TimeSpan
from knowledge.understanding.leads import ENDED
from store.schema import TEMPORAL

CHANGES = frozenset({"create", "update", "delete", "log", "task", "merge", "handover", "draft"})
Kind = Literal["name", "value", "lacks", "time", "amount", "entity", "field", "metric", "grain", "function", "unknown", "literal"]
_ORDERS = ("sorted", "top")
_LIGHT = frozenset(
    ["show", "on", "it", "about", "all", "only", "with", "help", "to", "zh_to", "led", "named", "noise", "in_short", "in_detail",
     "faring", "count", "me", "my_team", "sized", "around", "rows", "between", "owned", "report_day", "report_week"]
)  # fmt: skip
# Fields everything has, and words that are said of anything: naming them claims little.
_PEOPLE = frozenset({"owner", "assignee", "author", "manager"})
_ANYBODY = frozenset({"everyone", "everybody", "anyone", "anybody"})
_TRUTH = frozenset({"是", "否", "yes", "no"})  # after the name of a yes/no field, which is checked as a field
_ANY = frozenset({"name", "title", "subject", "description", "body", "number"})


def _status(*values: str) -> Callable[[Held], bool]:
    return lambda held: bool(set(values) & held.values) or any(each in name for name in held.named_figures for each in values)


def _temporal(held: Held) -> bool:
    return any(
        held.schema.field(entity, name).kind in TEMPORAL
        for entity, name in held.shown | held.fields
        if name in held.schema.entity(entity).fields
    )


def _idle(held: Held) -> bool:
    """Whether records are taken by how long nobody has spoken with them, which denies without saying so."""
    return "last_contact_at" in held.names_of_fields and bool({"sorted", "less"} & (held.marks | held.ops))


_BESIDE = frozenset({"previous", "year_before"})  # the figure a figure is compared with


# What must be there for a function word to have had its effect. A word that is not here claims nothing.
_MET: dict[str, Callable[[Held], bool]] = {
    "not": lambda held: "denied" in held.ops or bool({"open", "lost", "false"} & held.values) or _idle(held),
    "without": lambda held: "denied" in held.ops or "false" in held.values or _idle(held),
    "empty": lambda held: "denied" in held.ops,
    "filled": lambda held: "set" in held.ops or bool(held.figures),
    "over": lambda held: bool({"more", "between"} & held.ops) or ("less" in held.ops and _temporal(held)),
    "at_least": lambda held: bool({"more", "between"} & held.ops) or ("less" in held.ops and _temporal(held)),
    "under": lambda held: bool({"less", "between"} & held.ops) or _temporal(held),
    "at_most": lambda held: bool({"less", "between"} & held.ops) or _temporal(held),
    "newest": lambda held: "sorted" in held.marks or bool(held.days) or "top" in held.marks,
    "oldest": lambda held: "sorted" in held.marks or bool(held.days) or "top" in held.marks,
    "max": lambda held: bool({"sorted", "top"} & held.marks) or "max" in held.figures or bool(held.by),
    "min": lambda held: bool({"sorted", "top"} & held.marks) or "min" in held.figures or bool(held.by),
    "top": lambda held: bool({"sorted", "top"} & held.marks) or bool(held.by) or bool(held.days),
    "bottom": lambda held: bool({"sorted", "top"} & held.marks) or bool(held.by) or bool(held.days),
    "breakdown": lambda held: bool(held.by),
    "group": lambda held: bool(held.by) or "sorted" in held.marks or held.intents.isdisjoint({"find", "measure"}),
    "trend": lambda held: bool(held.by),
    "compare": lambda held: bool(held.by) or bool(_BESIDE & held.marks) or len(held.days) > 2,
    "previous": lambda held: bool(_BESIDE & held.marks) or len(held.days) > 2,
    "year_before": lambda held: bool(_BESIDE & held.marks) or len(held.days) > 2,
    "share": lambda held: "share" in held.marks or bool({"ratio", "went_on", "weighted_sum"} & held.figures),
    "overdue": lambda held: "overdue" in held.marks or "less" in held.ops or bool(held.days),
    "contacted": lambda held: "activity" in held.entities or any("contact_at" in name or "activit" in name for name in held.names_of_fields),
    "silent": lambda held: "activity" in held.entities or any("contact_at" in name or "activit" in name for name in held.names_of_fields),
    "unowned": lambda held: "denied" in held.ops,
    "duration": lambda held: bool({"avg_days", "days_in_stage", "hours_to_next"} & held.figures),
    "who": lambda held: bool(
        held.by or held.entities & {"user", "contact", "lead", "team"} or held.names_of_fields & _PEOPLE or "notes" in held.intents
    ),
    "why": lambda held: "lost_reason" in held.names_of_fields or bool(held.intents & {"notes", "brief"}),
    "when": lambda held: _temporal(held) or "get" in held.intents,
    "where": lambda held: bool({"city", "country", "region", "address"} & held.names_of_fields) or "get" in held.intents,
    "sold": lambda held: bool({"won", "order"} & (held.values | held.entities)) or "won_amount" in held.named_figures,
    "win": _status("won", "win"),
    "lose": _status("lost", "lose"),
    "bought": lambda held: bool({"order", "opportunity"} & held.entities),
    "avg": lambda held: any(each.startswith("avg") for each in held.figures) or bool({"ratio", "hours_to_next", "days_in_stage"} & held.figures),
    "sum": lambda held: bool({"sum", "weighted_sum", "count", "max", "ratio"} & held.figures),
    "subsidiary": lambda held: "parent" in held.names_of_fields,
    "said": lambda held: bool(held.intents & {"notes", "brief", "log"}) or "activity" in held.entities or bool(held.sought) or "complaint" in held.values,
    "suggest": lambda held: bool(held.intents & {"suggest", "brief"}),
    "draft": lambda held: bool(held.intents & {"draft", "send"}),
    "delete": lambda held: "delete" in held.intents or "emptied" in held.marks,
}  # fmt: skip
# These change what is done or which records are meant; the others are often said beside what they mean.
HEAVY = frozenset(
    [
        "not",
        "without",
        "over",
        "under",
        "at_least",
        "at_most",
        "avg",
        "overdue",
        "contacted",
        "silent",
        "delete",
        "unowned",
        "share",
        "compare",
        "breakdown",
        "group",
    ]
)


def unmet(span: Span, held: Held) -> list[Kind]:
    """The kinds of claim the span makes, none of which the frames meet; empty when one is met, or it claims nothing."""
    changes = bool(held.intents & CHANGES)
    if span.filler or held.tells(span.text) or held.tells(span.text.removesuffix("s")) or (held.sought and _sought(span, held)):
        return []
    verbs = change_words("wishes") | change_words("emptying") | change_words("finite") | change_words("everyone")
    if span.step or (changes and not span.names and span.text.lower() in verbs):
        return []  # a difference the frames hold, a verb of change
    if "create" in held.intents and (span.func("create") or _noun_of_request(span.text.lower(), held)):
        return []
    if span.entity and span.text.lower() in _ANYBODY and held.entities & {"contact", "lead"}:
        return []  # "everyone who speaks Dutch"
    if span.func(*_LIGHT) and not (span.names or span.time):
        return []
    if "create" in held.intents and not (span.names or span.time or span.amount or span.literal) and _around(span.text.lower()):
        return []  # "came through the web form", "met Jane Doe": words that tie or lead up to what is told of a new record
    if "create" in held.intents and _part_of_label(span, held):
        return []
    made: list[tuple[Kind, bool]] = []
    if span.names:
        made.append(("name", any(name.id.casefold() in held.values or held.tells(name.name) for name in span.names)))
    if span.time and span.time.kind != "invalid":
        made.append(("time", _time(span.time, held)))
    if span.length and meets(span.length, held.numbers):
        return []  # "36 months" against a number that is kept in months
    if span.amount and not span.time:
        made.append(("amount", _amount(span.amount, held)))
    if span.literal:
        made.append(("literal", held.tells(span.literal) or span.literal.casefold() in held.sought))
    made += [_sense(sense.kind, sense.entity, sense.field, sense.value, held) for sense in span.senses if sense.value != "noise"]
    if span.unknown and not made and span.text not in _TRUTH and not (len(span.text) == 1 and is_chinese(span.text)):
        made.append(("unknown", False))
    kinds = [kind for kind, _ in made]
    if any(met for _, met in made) or (changes and "delete" not in {sense.value for sense in span.senses} and set(kinds) <= {"function"}):
        return []
    return [] if "picked" in held.marks and not set(kinds) & {"unknown", "time"} else kinds


def _around(word: str) -> bool:
    return word in ties() or any(word in words(name) for name in ("light", "light_zh", "asking", "leads_up", "puts", "hands"))


def _part_of_label(span: Span, held: Held) -> bool:
    """型号 CMM-10, 分期付款: a part of the label of a field the new record has."""
    if len(span.text) < 2 or not is_chinese(span.text) or span.names or span.choices:
        return False
    fields = (held.schema.entity(entity).fields.get(name) for entity, name in held.fields if entity in held.schema.entities)
    return any(field is not None and span.text in (field.zh or "") for field in fields)


def _noun_of_request(said: str, held: Held) -> bool:
    """ "as a customer", 新客户: the kind of record that is made, which is spelt like a value."""
    noun = re.sub(r"^(?:an? |新)(?:new )?", "", said)
    kinds = (held.schema.entity(name) for name in held.entities if name in held.schema.entities)
    return noun != said and any(
        noun in {kind.en.lower(), kind.plural.lower(), kind.zh, *(word.lower() for word in kind.words)} for kind in kinds
    )


def _sought(span: Span, held: Held) -> bool:
    """Whether a search in the notes is for these words. What counts, compares or names a kind of record is no word to search for."""
    if (
        (span.amount and span.amount.unit != "ordinal")
        or span.time
        or span.func("over", "under", "at_least", "at_most", "without", "max", "min")
    ):
        return False
    if any(name.type in {"account", "contact"} and (name.score >= BEYOND_A_WORD or not span.choices) for name in span.names):
        return False  # a value that is a word of somebody's name may well be one that was searched for
    return span.text.casefold() in held.sought


def _sense(kind: str, entity: str, field: str, value: str, held: Held) -> tuple[Kind, bool]:
    match kind:
        case "entity":
            if "create" in held.intents and entity in {"account", "contact"} and {"lead", "account"} & held.entities:
                return "entity", True  # 联系人吴先生 of a lead: what the lead is
            whose = entity == "user" and bool({"owner", "assignee", "author"} & held.names_of_fields)
            return "entity", whose or entity in held.entities or any(entity in name.split("_") for name in held.names_of_fields)
        case "choice":
            unfinished = value == "open" and held.denied >= set(ENDED)
            if field == "stage" and any(stage.name == value and stage.kind in held.values for stage in held.schema.stages):
                return "value", True  # "cancellation rate": the stage by which deals are lost
            new = "create" in held.intents
            if new and entity == "activity" and "log" not in held.intents:
                return "value", True  # "I just spoke with …": how it came about
            dated = cycles().get(entity, {}).get("to", "")
            if field == "status" and held.intents == {"get"} and (entity, dated) in held.shown:
                return "value", True  # 什么时候成交: the day it is asked for
            planned = new and field in {"stage", "status"} and (entity, "close_date") in held.fields  # 预计三月底成交
            return "value", planned or unfinished or value.casefold() in held.values or field in held.by or (
                value in {"yes", "no"} and (entity, field) in held.fields
            )
        case "lacks":
            return "lacks", (entity, field) in held.fields
        case "field":
            return "field", field in held.names_of_fields or field in held.by or field in _ANY
        case "metric":
            return "metric", _figure(value, held)
        case "grain":
            return "grain", value in held.by or f"fiscal_{value}" in held.by
        case _:
            meets = _MET.get(value)
            return "function", meets is None or meets(held)


def _figure(name: str, held: Held) -> bool:
    """Whether this figure is asked for, or another of the same kind of record that its words may also mean."""
    metric = held.metrics[name]
    if name in held.named_figures:
        return True
    if metric.agg in held.figures & {"avg", "sum", "avg_days"}:
        return True  # an average is an average; of what is claimed by the nouns
    same = metric.agg in held.figures or metric.agg == "count" or (metric.entity, metric.field) in held.fields
    return metric.entity in held.entities and same


def _time(time: TimeSpan, held: Held) -> bool:
    """Whether one end of it is among the days the frames hold; a day beside it will do."""
    ends = [day for day in (time.first, time.last) if day]
    if not ends:
        return bool(held.days)
    if _BESIDE & held.marks or any(day.year + step in held.numbers for day in ends for step in (-1, 0, 1)):
        return True  # the period compared with; a year that is a number: "founded before 1985"
    if any(f"{day:%m-%d}" in held.values for day in ends) or any(mark.startswith("weekday:") for mark in held.marks):
        return True  # a birthday, whichever year; a Friday, whichever week
    near = {(day + timedelta(days=step)).isoformat() for day in ends if date.min < day < date.max for step in (-1, 0, 1)}
    return bool(near & held.days)


def _amount(amount: AmountSpan, held: Held) -> bool:
    if amount.unit == "ordinal":
        return (
            bool({"get", "update", "delete", "log", "task"} & held.intents)
            or Decimal(amount.value) in held.numbers
            or bool({"top", "row"} & held.marks)
        )
    said = Decimal(amount.value)
    near = (0, 1, -1) if amount.integer and said < 100 else (0,)  # "more than two" is at least three
    if "between" in held.ops and any(said * scale in held.numbers for scale in (1000, 10_000, 1_000_000)):
        return True  # "between 5 and 10 thousand"
    return any(number - said in near or number == said / 100 for number in held.numbers)
