"""Customer health and the warning that one may leave: from silence against the customer's own rhythm, complaints, shrinking orders,
a champion who has left, deals lost and contracts that end. 100 is untroubled; every reason says what it takes away."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal

from knowledge.briefs import cues
from knowledge.briefs.names import called
from knowledge.briefs.statements import Told, activities, statements
from knowledge.sentences import language_of, split_sentences
from knowledge.understanding.reasons import Reason, Source, sources
from knowledge.understanding.rhythm import Rhythm, rhythm
from store.conditions import Filter
from store.rows import Row, rows
from store.unit import Unit

Level = Literal["good", "watch", "at risk"]
GOOD, WATCH = 70, 45  # lowest scores of these levels
YEAR = 365  # days of history a rhythm is taken from
RECENT = 90  # days in which complaints and lost deals still weigh
HALF_YEAR = 182
ENDING = 60  # days before its end within which a contract wants a renewal
SHRUNK, GROWN = 0.5, 1.2  # orders against the half year before
LOW = 3  # satisfaction of a case below which it weighs
_WEIGHTS = {
    "silent": -25, "silent_long": -35, "quieter": -5, "never_contacted": -10, "displeased": -12, "complaints_open": -25,
    "complaints_recent": -12, "low_satisfaction": -8, "cases_open": -5, "orders_shrinking": -20, "orders_late": -15,
    "champion_left": -20, "decider_left": -20, "champion_quiet": -8, "lost_recently": -10, "contract_ends": -15, "in_touch": 0,
    "orders_growing": 0, "won_recently": 0,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Health:
    """`reasons` are the heaviest first; those that weigh nothing say what is well."""

    account_id: str
    level: Level
    score: int
    reasons: list[Reason]

    @property
    def warnings(self) -> list[Reason]:
        return [each for each in self.reasons if each.weight < 0]


@dataclass(slots=True)
class _History:
    told: list[Told] = field(default_factory=list)
    cases: list[Row] = field(default_factory=list)
    bought: list[tuple[date, str, str]] = field(default_factory=list)
    contacts: list[Row] = field(default_factory=list)
    deals: list[Row] = field(default_factory=list)
    contracts: list[Row] = field(default_factory=list)


def health(unit: Unit, account_ids: Collection[str], today: date) -> list[Health]:
    """How these accounts are, in the order given; those the asker may not see are left out."""
    seen = {row["id"] for row in rows(unit, "account", [], among=("id", account_ids))}
    ids = [each for each in dict.fromkeys(account_ids) if each in seen]
    histories = _histories(unit, ids, today)
    return [_judged(unit, each, histories[each], today) for each in ids]


def _judged(unit: Unit, account_id: str, history: _History, today: date) -> Health:
    reasons = [
        *_silence(unit, account_id, history, today),
        *_complaints(unit, history, today),
        *_feelings(history, today),
        *_orders(history, today),
        *_champions(history, today),
        *_deals(history, today),
    ]
    reasons.sort(key=lambda each: each.weight)
    score = max(0, min(100, round(100 + sum(each.weight for each in reasons))))
    return Health(account_id, "good" if score >= GOOD else "watch" if score >= WATCH else "at risk", score, reasons)


def _reason(code: str, found: tuple[Source, ...], **values: Any) -> Reason:
    return Reason(code, values, found, float(_WEIGHTS[code]))


def _silence(unit: Unit, account_id: str, history: _History, today: date) -> Iterable[Reason]:
    contact = [each for each in history.told if each.between]
    if not contact:
        return [_reason("never_contacted", (Source("account", account_id),))]
    last = contact[-1]
    how = rhythm((each.day for each in contact), today) or Rhythm(last.day, 0, None, None)
    found = sources("activity", [last.id])
    if how.silent >= unit.settings.silence_days:
        weight = _WEIGHTS["silent_long"] * (1.6 if how.silent >= 2 * unit.settings.silence_days else 1)
        return [Reason("silent_long", {"days": how.silent, "last": last.day}, found, weight)]
    if how.broken():
        return [_reason("silent", found, days=how.silent, usual=how.usual, last=last.day)]
    if how.usual is None:
        return []
    return [_reason("in_touch" if how.silent <= max(how.usual, how.slow or 0) else "quieter", found, days=how.silent, usual=how.usual)]


def _feelings(history: _History, today: date) -> Iterable[Reason]:
    """Displeasure lately, in words of theirs or as we noted it."""
    lately = [each for each in history.told if (today - each.day).days <= RECENT // 2]
    found = [each for each in statements(lately) if "displeased" in each.kinds]
    if found:
        ids = sources("activity", [each.told.id for each in found])
        values = {"count": len(ids), "window": RECENT // 2}
        yield Reason("displeased", values, ids, _WEIGHTS["displeased"] * (2 if len(ids) > 1 else 1))


def _complaints(unit: Unit, history: _History, today: date) -> Iterable[Reason]:
    zone = unit.settings.zone
    opened = {row["id"]: row["opened_at"].astimezone(zone).date() for row in history.cases if row["opened_at"]}
    waiting = [
        row for row in history.cases if unit.schema.state("case", row["status"]) != "closed" and opened.get(row["id"], today) <= today
    ]
    complaints = [row for row in waiting if row["type"] == "complaint"]
    if complaints:
        oldest = min(opened.get(row["id"], today) for row in complaints)
        ids = sources("case", [row["id"] for row in complaints])
        yield Reason(
            "complaints_open",
            {"count": len(complaints), "days": (today - oldest).days},
            ids,
            _WEIGHTS["complaints_open"] * (1.4 if len(complaints) > 1 else 1),
        )
    elif waiting:
        yield _reason("cases_open", sources("case", [row["id"] for row in waiting]), count=len(waiting))
    recent = [
        row
        for row in history.cases
        if row["type"] == "complaint" and row not in complaints and (today - opened.get(row["id"], date.min)).days <= RECENT
    ]
    if recent:
        yield _reason("complaints_recent", sources("case", [row["id"] for row in recent]), count=len(recent), window=RECENT)
    rated = [row for row in history.cases if row["satisfaction"] is not None and row["closed_at"]]
    for row in sorted(rated, key=lambda row: row["closed_at"])[-1:]:
        day = row["closed_at"].astimezone(zone).date()
        if row["satisfaction"] < LOW and (today - day).days <= HALF_YEAR:
            yield _reason("low_satisfaction", sources("case", [row["id"]]), satisfaction=row["satisfaction"], day=day)


def _orders(history: _History, today: date) -> Iterable[Reason]:
    days = [day for day, _, _ in history.bought if day <= today]
    how = rhythm(days, today)
    if how is None:
        return
    late = how.broken(times=1.5, at_least=45)
    if late:
        last = [Source(kind, record) for day, kind, record in history.bought if day == how.last]
        yield _reason("orders_late", tuple(last), days=how.silent, usual=how.usual, last=how.last)
    now = [each for each in history.bought if 0 <= (today - each[0]).days < HALF_YEAR]
    before = [each for each in history.bought if HALF_YEAR <= (today - each[0]).days < 2 * HALF_YEAR]
    if len(before) < 2:
        return
    found = tuple(Source(kind, record) for _, kind, record in [*now, *before])
    values: dict[str, Any] = {"now": len(now), "before": len(before), "window": HALF_YEAR}
    if len(now) <= SHRUNK * len(before):
        yield Reason("orders_shrinking", values, found, _WEIGHTS["orders_shrinking"] * (0.5 if late else 1))
    elif len(now) >= GROWN * len(before):
        yield Reason("orders_growing", values, found)


def _champions(history: _History, today: date) -> Iterable[Reason]:
    for person in history.contacts:
        if person["role"] not in {"champion", "decision maker"}:
            continue
        left = _left(person, history.told, today)
        if left is not None:
            found = (*sources("activity", [left.id]), Source("contact", person["id"]))
            yield _reason("champion_left" if person["role"] == "champion" else "decider_left", found, name=person["name"], day=left.day)
            continue
        theirs = [each for each in history.told if each.contact_id == person["id"] and each.between]
        others = [each for each in history.told if each.contact_id not in {None, person["id"]} and each.between]
        if person["role"] != "champion" or not theirs or not others:
            continue
        quiet = (today - theirs[-1].day).days
        if quiet >= RECENT and (today - others[-1].day).days <= RECENT // 3:
            found = (*sources("activity", [theirs[-1].id]), Source("contact", person["id"]))
            yield _reason("champion_quiet", found, name=person["name"], days=quiet)


def _left(person: Row, told: Iterable[Told], today: date) -> Told | None:
    """The activity that says this person has left, of the last half year; none when they have been in touch since."""
    names = called(person["name"] or "")
    found = None
    for each in told:
        if found is not None and each.contact_id == person["id"] and each.side == "them" and each.day > found.day:
            found = None
        if (today - each.day).days > HALF_YEAR or not cues.kinds(language_of(each.body))["departure"].search(each.body):
            continue
        for sentence in split_sentences(each.body):
            named = any(name in sentence for name in names)
            if named and cues.kinds(language_of(sentence))["departure"].search(sentence):
                found = each
    return found


def _deals(history: _History, today: date) -> Iterable[Reason]:
    for row in history.deals:
        day = row["close_date"]
        if day is None or not 0 <= (today - day).days <= RECENT or row["status"] not in {"won", "lost"}:
            continue
        yield _reason(f"{row['status']}_recently", sources("opportunity", [row["id"]]), name=row["name"], day=day)
    renewing = any(row["status"] == "open" and row["type"] == "renewal" for row in history.deals)
    for row in history.contracts:
        if row["ends_on"] and 0 <= (row["ends_on"] - today).days <= ENDING and not renewing and not row["auto_renews"]:
            yield _reason("contract_ends", sources("contract", [row["id"]]), number=row["number"], day=row["ends_on"])


def _histories(unit: Unit, ids: Collection[str], today: date) -> dict[str, _History]:
    found: dict[str, _History] = defaultdict(_History)
    among = ("account", ids)
    for told in activities(unit, among=among, since=today - timedelta(days=YEAR), until=today):
        found[told.account_id or ""].told.append(told)
    until = datetime.combine(today, datetime.max.time(), tzinfo=unit.settings.zone)
    for row in rows(unit, "case", ["account", "type", "status", "opened_at", "closed_at", "satisfaction"], among=among):
        if row["opened_at"] is None or row["opened_at"] <= until:
            found[row["account"]].cases.append(row)
    for row in rows(unit, "contact", ["account", "name", "role"], among=among):
        found[row["account"]].contacts.append(row)
    for row in rows(unit, "opportunity", ["account", "name", "status", "type", "close_date"], among=among):
        found[row["account"]].deals.append(row)
    contracts = [Filter(field="status", value="active")]
    for row in rows(unit, "contract", ["account", "number", "ends_on", "auto_renews"], contracts, among=among):
        found[row["account"]].contracts.append(row)
    for row in rows(unit, "order", ["account", "ordered_on"], among=among):
        if row["ordered_on"]:
            found[row["account"]].bought.append((row["ordered_on"], "order", row["id"]))
    for history in found.values():
        if not history.bought:
            won = [row for row in history.deals if row["status"] == "won" and row["close_date"]]
            history.bought = [(row["close_date"], "opportunity", row["id"]) for row in won]
        history.bought.sort()
    return found
