"""Gold answers, computed from plain tables: small filters and aggregates of their own, none of the product's query code.

A query is a mapping: `of` a table, `where` conditions, and then `sort`/`take`, or `agg` with `field` and `by`. The language is
described in `README.md`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property
from statistics import fmean
from typing import Any

from evals.periods import day_of, period_of

Row = Mapping[str, Any]
Query = Mapping[str, Any]

REFERENCES: dict[str, dict[str, str]] = {
    "account": {"parent": "account"},
    "contact": {"account": "account"},
    "lead": {},
    "opportunity": {"account": "account", "product": "product", "campaign": "campaign"},
    "activity": {name: name for name in ("account", "contact", "lead", "opportunity", "case")} | {"author": "user"},
    "task": {name: name for name in ("account", "contact", "lead", "opportunity")} | {"assignee": "user"},
    "case": {"account": "account", "contact": "contact"},
    "product": {},
    "order": {"account": "account", "product": "product"},
    "quote": {name: name for name in ("account", "contact", "opportunity", "product")},
    "contract": {"account": "account", "opportunity": "opportunity"},
    "campaign": {},
    "user": {"team": "team"},
    "team": {"parent": "team", "manager": "user"},
}
CLOSED = {"Won": "won", "Lost": "lost"}
_OPS: dict[str, Callable[[Any, Any], bool]] = {
    "gt": lambda value, given: value is not None and value > given,
    "ge": lambda value, given: value is not None and value >= given,
    "lt": lambda value, given: value is not None and value < given,
    "le": lambda value, given: value is not None and value <= given,
    "ne": lambda value, given: value != given,
    "contains": lambda value, given: value is not None and str(given).casefold() in str(value).casefold(),
    "in": lambda value, given: value in given,
    "not_in": lambda value, given: value not in given,
}


class QueryError(ValueError):
    """A case's gold names a table, field or word that is not there."""


@dataclass
class World:
    """The tables as rows by kind; references are keys, people are e-mails."""

    tables: Mapping[str, Sequence[Row]]
    today: date
    identity: Callable[[str, Row], str] = field(default=lambda kind, row: str(row["key"]))
    closed: Mapping[str, str] = field(default_factory=lambda: CLOSED)  # stage -> won or lost

    @cached_property
    def _by_reference(self) -> dict[str, dict[Any, Row]]:
        return {kind: {row["email" if kind == "user" else "key"]: row for row in rows} for kind, rows in self.tables.items()}

    def rows(self, query: Query) -> list[Row]:
        """The rows a query means, sorted and cut."""
        kind = query.get("of", "")
        if kind not in self.tables:
            raise QueryError(f"{kind!r} is no table")
        found = [row for row in self.tables[kind] if self.matches(kind, row, query.get("where", {}))]
        for path in reversed(query.get("sort", [])):
            name, down = path.lstrip("-"), path.startswith("-")
            filled = [row for row in found if self.value(kind, row, name) is not None]
            blank = [row for row in found if self.value(kind, row, name) is None]
            found = sorted(filled, key=lambda row: self.value(kind, row, name), reverse=down) + blank
        start = query.get("skip", 0)
        return found[start : start + query["take"]] if "take" in query else found[start:]

    def keys(self, query: Query) -> list[str]:
        return [self.identity(query["of"], row) for row in self.rows(query)]

    def places(self, query: Query) -> list[list[str]]:
        """For each place of a sorted query the keys that may stand there: more than one where rows are level."""
        kind, path = query["of"], query["sort"][0].lstrip("-") if query.get("sort") else None
        everything = self.rows({name: each for name, each in query.items() if name not in {"take", "skip"}})
        start = query.get("skip", 0)
        wanted = everything[start : start + query["take"]] if "take" in query else everything[start:]
        if path is None:
            return [[self.identity(kind, row)] for row in wanted]
        level: dict[Any, list[str]] = {}
        for row in everything:
            level.setdefault(self.value(kind, row, path), []).append(self.identity(kind, row))
        return [level[self.value(kind, row, path)] for row in wanted]

    def ranking(self, query: Query) -> list[tuple[list[str], float | None]]:
        """For each place of a ranking the labels that may stand there, and the figure."""
        everything = self.groups({name: each for name, each in query.items() if name != "take"})
        figures = list(everything.values())[: query.get("take")]
        return [([label for label, other in everything.items() if other == figure], figure) for figure in figures]

    def value(self, kind: str, row: Row, path: str) -> Any:
        """The value at a path such as `account.industry` or `owner.team.name`; days for moments, floats for decimals."""
        head, _, rest = path.partition(".")
        if rest:
            target = "user" if head == "owner" else "team" if head == "team" else REFERENCES[kind].get(head)
            if target is None:
                raise QueryError(f"{kind} has no reference {head!r}")
            other = self._by_reference[target].get(row.get(head))
            return None if other is None else self.value(target, other, rest)
        name, _, grain = head.partition("#")
        if kind == "opportunity" and name == "status":
            return self.closed.get(str(row["stage"]), "open")
        if kind == "opportunity" and name == "stage_since":
            return _plain(row["stage_history"][-1]["entered_at"]) if row.get("stage_history") else None
        if grain.startswith("since:"):
            first, last = row.get(grain.removeprefix("since:")), row.get(name)
            return None if first is None or last is None else _days(first, last)
        return _plain(row.get(name)) if not grain else _grain(_plain(row.get(name)), grain)

    def matches(self, kind: str, row: Row, where: Mapping[str, Any]) -> bool:
        return all(self._holds(kind, row, name, wanted) for name, wanted in where.items())

    def _holds(self, kind: str, row: Row, name: str, wanted: Any) -> bool:
        if name == "any":
            return any(self.matches(kind, row, part) for part in wanted)
        if name == "not":
            return not self.matches(kind, row, wanted)
        if name in {"has", "has_no"}:
            near = len(self._related(row, wanted))
            enough = all(_OPS[op](near, given) for op, given in wanted.get("count", {"gt": 0}).items())
            return enough == (name == "has")
        value = self.value(kind, row, name)
        if not isinstance(wanted, Mapping):
            options = wanted if isinstance(wanted, list) else [wanted]
            return any(value == self._given(each, value) for each in options)
        return all(self._compared(value, op, given) for op, given in wanted.items())

    def _related(self, row: Row, wanted: Mapping[str, Any]) -> list[Row]:
        via = wanted["via"]
        near = [other for other in self.tables[wanted["of"]] if other.get(via) == row["key"]]
        return [other for other in near if self.matches(wanted["of"], other, wanted.get("where", {}))]

    def _compared(self, value: Any, op: str, given: Any) -> bool:
        if op == "empty":
            return (value in (None, "") or value == []) is bool(given)
        if op == "within":
            first, last = period_of(given, self.today)
            return isinstance(value, date) and first <= value <= last
        if op == "between":
            low, high = (self._given(each, value) for each in given)
            return value is not None and bool(low <= value <= high)
        if op not in _OPS:
            raise QueryError(f"{op!r} is no comparison")
        return _OPS[op](value, [self._given(each, value) for each in given] if isinstance(given, list) else self._given(given, value))

    def _given(self, given: Any, value: Any) -> Any:
        """A day written as `today-30`, when it is compared with a day."""
        if isinstance(given, str) and isinstance(value, date):
            return day_of(given, self.today) or given
        return float(given) if isinstance(given, int | Decimal) and not isinstance(given, bool) else given

    def figure(self, query: Query) -> float | None:
        """One number; None when there is nothing to compute it from."""
        return self._aggregate(query, self.rows(query))

    def groups(self, query: Query) -> dict[str, float | None]:
        """Label -> number, in the order of `sort` (`value` or `-value`) and cut to `take`; rows without a label are left out."""
        kind = query["of"]
        buckets: dict[str, list[Row]] = {}
        for row in self.rows({"of": kind, "where": query.get("where", {})}):
            label = self.value(kind, row, query["by"])
            if label is not None:
                buckets.setdefault(str(label), []).append(row)
        found = {label: self._aggregate(query, rows) for label, rows in buckets.items()}
        if "sort" in query:
            down = query["sort"] == "-value"
            ranked = sorted(((value, label) for label, value in found.items() if value is not None), key=_first, reverse=down)
            found = {label: value for value, label in ranked}
        return dict(list(found.items())[: query.get("take")])

    def _aggregate(self, query: Query, rows: Sequence[Row]) -> float | None:
        kind, agg = query["of"], query.get("agg", "count")
        if agg == "count":
            return float(len(rows))
        if agg == "ratio":
            part = [row for row in rows if self.matches(kind, row, query["part"])]
            return 100 * len(part) / len(rows) if rows else None
        if agg == "days":
            spans = [(row.get(query["from"]), row.get(query["to"])) for row in rows]
            days = [(last - first).total_seconds() / 86_400 for first, last in spans if first and last]
            return fmean(days) if days else None
        if agg == "weighted":
            return float(sum(self.value(kind, row, query["field"]) * self.value(kind, row, query["weight"]) / 100 for row in rows))
        values = [value for row in rows if (value := self.value(kind, row, query["field"])) is not None]
        if agg == "sum":
            return float(sum(values))
        if agg not in {"avg", "min", "max"}:
            raise QueryError(f"{agg!r} is no aggregate")
        return float({"avg": fmean, "min": min, "max": max}[agg](values)) if values else None  # type: ignore[operator]


def _first(pair: tuple[float, str]) -> float:
    return pair[0]


def _days(first: Any, last: Any) -> float:
    """Days between, with their fraction where both are moments."""
    if isinstance(first, datetime) and isinstance(last, datetime):
        return (last - first).total_seconds() / 86_400
    return float((_plain(last) - _plain(first)).days)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).date()
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return float(value)
    return value


def _grain(day: Any, grain: str) -> str | None:
    if not isinstance(day, date):
        return None
    if grain == "week":
        return f"{day.isocalendar().year}-W{day.isocalendar().week:02d}"
    return {"year": f"{day.year}", "quarter": f"{day.year}-Q{(day.month + 2) // 3}", "month": f"{day:%Y-%m}"}[grain]
