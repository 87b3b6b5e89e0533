"""Judging a turn by its end state: the records, the figure, the rows, what was written. The wording is looked at last."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from evals.periods import day_of
from evals.state import Changed

HEDGED = frozenset({"clarify", "refuse"})
_BOLD_FIGURE = re.compile(r"\*\*(?:[A-Z]{3} )?(-?[\d,]+(?:\.\d+)?)(?: ?%)?\*\*")
DEFAULTS = frozenset(
    {
        "owner",
        "team",
        "status",
        "priority",
        "assignee",
        "currency",
        "pipeline",
        "probability",
        "stage",
        "kind",
        "direction",
        "trust",
        "occurred_at",
        "source",
        "author",
        "engaged_on",
        "opened_at",
        "lifecycle",
        "title",
        "subject",
        "name",
        "body",
        "key",
        "do_not_contact",
        "role",
    }
)
FOLLOWS = {"stage": {"probability", "close_date"}, "owner": {"team"}, "status": {"closed_at"}}  # what a change of a field brings with it


@dataclass(frozen=True)
class Outcome:
    """A turn as it ended: the answer as the contract has it, and what its approved proposals did."""

    answer: Mapping[str, Any]
    changed: Sequence[Changed] = field(default_factory=list)
    fault: str = ""


def grade(expect: Mapping[str, Any], outcome: Outcome, today: date) -> list[str]:
    """What is wrong; empty when the turn is right."""
    if outcome.fault:
        return [outcome.fault]
    problems = []
    for name, wanted in expect.items():
        if name == "hides":
            problems += [f"shows {text!r}" for text in wanted if text.casefold() in str(outcome.answer).casefold()]
        elif name == "changes":
            problems += _changes(wanted, outcome.changed, today)
        else:
            problem = _CHECKS[name](wanted, outcome.answer)
            problems += [problem] if problem else []
    if "changes" not in expect and (outcome.answer.get("proposals") or outcome.changed):
        problems.append("proposes a change nobody asked for")
    return problems


def best(options: Sequence[Mapping[str, Any]], outcome: Outcome, today: date) -> list[str]:
    """The problems under the most favourable of several expectations."""
    return min((grade(each, outcome, today) for each in options), key=len)


def _kind(wanted: Any, answer: Mapping[str, Any]) -> str:
    allowed = wanted if isinstance(wanted, list) else [wanted]
    return "" if answer["kind"] in allowed else f"kind is {answer['kind']}, not {' or '.join(allowed)}"


def identity(record: Mapping[str, Any]) -> str:
    return str(record.get("key") or record.get("name"))


def _records(wanted: Mapping[str, Any], answer: Mapping[str, Any]) -> str:
    keys, shown = list(wanted["keys"]), [identity(each) for each in answer["records"]]
    total = wanted.get("total", len(keys))
    if answer["kind"] in HEDGED or (answer["total"] is None and not shown):
        return f"no records, {total} expected"
    if any(each["type"] != wanted["type"] for each in answer["records"]):
        return f"records of {answer['records'][0]['type']}, not {wanted['type']}"
    if answer["total"] != total:
        return f"{answer['total']} records, {total} expected"
    strange = sorted(set(shown) - set(keys))
    if keys and strange:
        return f"{len(strange)} records that do not belong, such as {strange[0]}"
    missing = sorted(set(keys) - set(shown))
    return f"{len(missing)} records missing, such as {missing[0]}" if keys and len(shown) >= total and missing else ""


def _first(wanted: Mapping[str, Any], answer: Mapping[str, Any]) -> str:
    places, shown = [_listed(each) for each in wanted["places"]], [identity(each) for each in answer["records"]]
    if any(each["type"] != wanted["type"] for each in answer["records"]):
        return f"records of {answer['records'][0]['type']}, not {wanted['type']}"
    once = len(shown) >= len(places) and len(set(shown)) == len(shown)
    return (
        ""
        if once and all(key in place for key, place in zip(shown, places, strict=False))
        else f"first are {shown[: len(places)]}, {[place[0] for place in places]} expected"
    )


def _total(wanted: Any, answer: Mapping[str, Any]) -> str:
    got = answer["total"] if answer["total"] is not None else _single(answer)
    return "" if got == wanted else f"total is {got}, {wanted} expected"


def _single(answer: Mapping[str, Any]) -> float | None:
    measure = answer["measure"]
    if not measure or len(measure["rows"]) != 1:
        return None
    return number(measure["rows"][0][-1])


def _figure(wanted: Any, answer: Mapping[str, Any]) -> str:
    got = _single(answer)
    if got is None and answer["measure"] is None:
        got = answer["total"]
    if wanted is None:
        return "" if got is None else f"figure is {got}, none can be computed"
    return "" if close(got, wanted) else f"figure is {got}, {wanted:g} expected"


def _figures(wanted: Sequence[Any], answer: Mapping[str, Any]) -> str:
    """Among the cells of the tables, or set in bold in the text: an answer to two questions has a table for each, or two figures."""
    rows = [row for each in (answer["measure"], *answer.get("measures", [])) if each for row in each["rows"]]
    held = [number(cell) for row in rows for cell in row]
    held += [number(figure.replace(",", "")) for figure in _BOLD_FIGURE.findall(answer["text"])] if answer["kind"] not in HEDGED else []
    missing = [each for each in wanted if not any(close(got, each) for got in held)]
    return f"figures {missing} missing" if missing else ""


def _pairs(answer: Mapping[str, Any]) -> list[tuple[str, float | None]]:
    rows = (answer["measure"] or {}).get("rows", [])
    return [(plain(" ".join(str(cell) for cell in row[:-1])), number(row[-1])) for row in rows if row[0] is not None]


def _rows(wanted: Mapping[str, Any], answer: Mapping[str, Any]) -> str:
    got = dict(_pairs(answer))
    expected = {plain(label): value for label, value in wanted.items()}
    wrong = [label for label, value in expected.items() if not (close(got.get(label), value) or (value == 0 and label not in got))]
    strange = [label for label, value in got.items() if label not in expected and value]
    if wrong:
        return f"row {wrong[0]!r} is {got.get(wrong[0])}, {expected[wrong[0]]} expected ({len(wrong)} wrong)"
    return f"row {strange[0]!r} does not belong" if strange else ""


def _top(wanted: Sequence[Sequence[Any]], answer: Mapping[str, Any]) -> str:
    got, expected = _pairs(answer), [([plain(label) for label in _listed(labels)], value) for labels, value in wanted]
    if len(expected) > 1 and len(got) != len(expected):
        return f"{len(got)} rows, {len(expected)} expected"
    for place, (labels, value) in enumerate(expected):
        if place >= len(got) or got[place][0] not in labels or not close(got[place][1], value):
            return f"place {place + 1} is {got[place] if place < len(got) else None}, {labels[0]} {value} expected"
    return ""


def _says(wanted: Sequence[str], answer: Mapping[str, Any]) -> str:
    few = answer["records"] if len(answer["records"]) <= 3 else []
    said = squeezed(answer["text"] + " " + " ".join(str(each["name"]) + str(each["fields"]) for each in few))
    missing = [text for text in wanted if squeezed(text) not in said]
    if answer["kind"] in HEDGED:
        return f"{answer['kind']}, {wanted} expected"
    return f"does not say {missing}" if missing else ""


def _cites(wanted: Mapping[str, Any], answer: Mapping[str, Any]) -> str:
    held = [f"{each.get('account')} {each.get('quote')}".casefold() for each in answer["citations"]]
    if not held:
        return "no citations"
    return "" if any(all(str(text).casefold() in each for text in wanted["all"]) for each in held) else f"no citation with {wanted['all']}"


_CHECKS = {
    "kind": _kind,
    "records": _records,
    "first": _first,
    "total": _total,
    "figure": _figure,
    "figures": _figures,
    "rows": _rows,
    "top": _top,
    "says": _says,
    "cites": _cites,
}


def _changes(wanted: Sequence[Mapping[str, Any]], changed: Sequence[Changed], today: date) -> list[str]:
    """Every wanted change was made, once, with these values; nothing else was."""
    left, problems = list(changed), []
    for each in wanted:
        if each["op"] == "create":
            candidates = [c for c in left if c.op == "create" and c.type == each["type"]]
            judged = sorted(((_values(each.get("set", {}), c, today), c) for c in candidates), key=lambda pair: len(pair[0]))
            if not judged:
                problems.append(f"no new {each['type']}")
            else:
                problems += judged[0][0]
                left.remove(judged[0][1])
            continue
        for key in each["keys"]:
            made = next((c for c in left if c.op == each["op"] and c.type == each["type"] and c.key == key), None)
            if made is None:
                problems.append(f"no {each['op']} of {each['type']} {key}")
            else:
                problems += _values(each.get("set", {}), made, today)
                left.remove(made)
    return problems + [f"unasked: {c.op} {c.type} {c.name!r} {dict(c.values)}" for c in left]


def _values(wanted: Mapping[str, Any], changed: Changed, today: date) -> list[str]:
    held = changed.values
    problems = [
        f"{name} is {held.get(name)!r}, {value!r} expected" for name, value in wanted.items() if not same(held.get(name), value, today)
    ]
    if changed.op == "create":
        filled = {name for name, value in held.items() if value not in (None, [], "")}
        return problems + [f"{name} = {held[name]!r} was not asked for" for name in sorted(filled - set(wanted) - DEFAULTS)]
    allowed = set(wanted).union(*(FOLLOWS.get(name, set()) for name in wanted))
    return problems + [f"{name} became {value!r}, not asked for" for name, value in held.items() if name not in allowed]


def same(got: Any, wanted: Any, today: date) -> bool:
    """Whether a field holds what was asked for: {contains}, {day}, {any}, {empty}, a number, a text."""
    if isinstance(wanted, Mapping):
        if "contains" in wanted:
            return all(plain(part) in plain(got or "") for part in _listed(wanted["contains"]))
        if "any" in wanted:
            return any(same(got, each, today) for each in wanted["any"])
        if "day" in wanted:
            return _day(got) == day_of(wanted["day"], today)
        return (got in (None, "", [])) is wanted["empty"]
    if isinstance(wanted, bool) or wanted is None:
        return got is wanted
    if isinstance(wanted, int | float):
        return close(number(got), wanted)
    if isinstance(got, list):
        return sorted(map(plain, got)) == sorted(map(plain, _listed(wanted)))
    return plain(str(got)) == plain(wanted)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)  # a custom field keeps its day as text
        except ValueError:
            return None
    return value if isinstance(value, date) else None


def number(value: Any) -> float | None:
    try:
        return None if value is None or isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return None


def close(got: float | None, wanted: float | None) -> bool:
    """Equal but for rounding: two decimals, or one part in ten thousand."""
    if got is None or wanted is None:
        return got is wanted
    return abs(got - wanted) <= max(0.0051, abs(wanted) * 1e-4)


def plain(text: Any) -> str:
    return " ".join(str(text).casefold().split())


def squeezed(text: str) -> str:
    """Without spaces, commas and markup, so that "+31 10 555" and "1,200" are found however they are written."""
    return re.sub(r"[\s,，*_`（）()\-]", "", text.casefold())
