"""A deal as it stood on a day: what was known of it then, as numbers. Nothing that came later goes in.

Left out on purpose: the amount, the close date and the next step, which are often put right when a deal closes and whose former
values the store does not keep.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import log1p

from knowledge.briefs.statements import Told, activities, statements
from store.conditions import Filter
from store.rows import Row, StageVisit, rows, stage_visits
from store.unit import Unit

NAMES = (
    "stage", "days_open", "days_in_stage", "contact_30", "inbound_30", "silence", "people", "decider", "won_before", "lost_before", "pleased",
    "displeased", "objection", "competitor", "renewal",
)  # fmt: skip
LATELY = 60  # days in which what was said still counts
MONTH = 30  # days in which contacts are counted
WINDOWS = {"contact_30": MONTH, "inbound_30": MONTH, "pleased": LATELY, "displeased": LATELY, "objection": LATELY, "competitor": LATELY}
_SILENT_AT_MOST = 180


@dataclass(frozen=True, slots=True)
class Features:
    """`values` are what a model is given, `plain` what people are told: days as days, counts as counts."""

    values: tuple[float, ...]
    plain: dict[str, float]
    last: Told | None


@dataclass(slots=True)
class Deals:
    """Deals with their past, as the asker sees them."""

    rows: dict[str, Row]
    visits: dict[str, list[StageVisit]] = field(default_factory=lambda: defaultdict(list))
    told: dict[str, list[Told]] = field(default_factory=lambda: defaultdict(list))
    felt: dict[str, list[tuple[date, frozenset[str]]]] = field(default_factory=lambda: defaultdict(list))
    deciders: set[str] = field(default_factory=set)
    by_account: dict[str, list[tuple[date, str, str]]] = field(default_factory=lambda: defaultdict(list))
    places: dict[str, float] = field(default_factory=dict)

    def started(self, deal_id: str) -> date | None:
        """The day it began, as far as known."""
        row = self.rows[deal_id]
        first = self.visits[deal_id][0].entered_at.date() if self.visits[deal_id] else None
        return row["engaged_on"] or first

    def ended(self, deal_id: str) -> date | None:
        """The day it was won or lost: that of its last stage, or its close date, whichever came first."""
        row = self.rows[deal_id]
        if row["status"] not in {"won", "lost"}:
            return None
        closing = [visit.entered_at.date() for visit in self.visits[deal_id][-1:] if visit.stage_id not in self.places]
        return min([*closing, *([row["close_date"]] if row["close_date"] else [])], default=None)

    def stage_on(self, deal_id: str, day: date) -> StageVisit | None:
        """Where it was on that day."""
        found = None
        for visit in self.visits[deal_id]:
            if visit.entered_at.date() <= day and visit.stage_id in self.places:
                found = visit
        return found

    def at(self, deal_id: str, day: date) -> Features | None:
        """The deal at the end of `day`; None when it had not begun."""
        begun, row = self.started(deal_id), self.rows[deal_id]
        if begun is None or begun > day:
            return None
        stage = self.stage_on(deal_id, day)
        told = self._until(deal_id, day)
        lately = [each for each in told if (day - each.day).days <= MONTH]
        people = {each.contact_id for each in told} - {None}
        silent = min((day - told[-1].day).days if told else (day - begun).days, _SILENT_AT_MOST)
        felt = [kinds for when, kinds in self.felt[deal_id] if 0 <= (day - when).days <= LATELY]
        before = [status for when, other, status in self.by_account[row["account"] or ""] if when <= day and other != deal_id]
        plain: dict[str, float] = {
            "stage": self.places.get(stage.stage_id, 0.0) if stage else 0.0,
            "days_open": (day - begun).days,
            "days_in_stage": (day - stage.entered_at.date()).days if stage else 0,
            "contact_30": len(lately),
            "inbound_30": sum(each.direction == "inbound" for each in lately),
            "silence": silent,
            "people": min(len(people), 5),
            "decider": float(bool(people & self.deciders)),
            "won_before": min(before.count("won"), 5),
            "lost_before": min(before.count("lost"), 5),
            **{kind: min(sum(kind in kinds for kinds in felt), 4) for kind in ("pleased", "displeased", "objection", "competitor")},
            "renewal": float(row["type"] == "renewal"),
        }
        scaled = {"days_open", "days_in_stage", "contact_30", "inbound_30", "silence"}
        return Features(tuple(log1p(plain[name]) if name in scaled else plain[name] for name in NAMES), plain, told[-1] if told else None)

    def _until(self, deal_id: str, day: date) -> Sequence[Told]:
        told = self.told[deal_id]
        return told[: bisect_right(told, day, key=lambda each: each.day)]


def deals(unit: Unit, filters: Sequence[Filter] = (), *, among: Collection[str] | None = None) -> Deals:
    """All deals of the filters with what is known of them; the past of their accounts counts too, where the asker sees it."""
    columns = ["account", "name", "stage", "status", "type", "engaged_on", "close_date"]
    found = rows(unit, "opportunity", columns, filters, among=None if among is None else ("id", among))
    held = Deals({row["id"]: row for row in found})
    open_stages = [stage for stage in unit.schema.stages if stage.kind == "open"]
    for pipeline in {stage.pipeline for stage in open_stages}:
        own = sorted((stage for stage in open_stages if stage.pipeline == pipeline), key=lambda stage: stage.position)
        held.places |= {stage.id: (place + 1) / len(own) for place, stage in enumerate(own)}
    for visit in stage_visits(unit, among=list(held.rows)):
        held.visits[visit.deal_id].append(visit)
    everything = activities(unit, among=("opportunity", list(held.rows)))
    for told in everything:
        if told.between and told.opportunity_id:
            held.told[told.opportunity_id].append(told)
    for each in statements(everything):
        if each.kinds and each.told.opportunity_id:
            held.felt[each.told.opportunity_id].append((each.told.day, frozenset(each.kinds)))
    roles = [Filter(field="role", op="in", value=["decision maker", "champion"])]
    held.deciders = {row["id"] for row in rows(unit, "contact", [], roles)} if unit.principal.sees("contact", "role") else set()
    accounts = sorted({row["account"] for row in found if row["account"]})
    closed = [Filter(field="status", op="in", value=["won", "lost"])]
    for row in rows(unit, "opportunity", ["account", "status", "close_date"], closed, among=("account", accounts)):
        if row["close_date"]:
            held.by_account[row["account"]].append((row["close_date"], row["id"], row["status"]))
    return held


def moments(begun: date, ended: date, *, every: int = 14, at_most: int = 12) -> list[date]:
    """Days on which a deal is looked at: every two weeks from its first week to the day before it ended."""
    last = ended - timedelta(days=1)
    days = [begun + timedelta(days=7 + every * number) for number in range(at_most)]
    return [day for day in days if day <= last] or [day for day in [min(begun + timedelta(days=1), last)] if day >= begun]
