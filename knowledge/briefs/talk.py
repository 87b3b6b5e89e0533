"""What people said: who they are and how they feel, promises, objections, competitors, wishes, where sources disagree."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from knowledge.briefs import cues
from knowledge.briefs.dossier import Dossier
from knowledge.briefs.evidence import Item, Label, Shown, Term
from knowledge.briefs.names import called
from knowledge.briefs.promise import Promise
from knowledge.briefs.statements import Statement
from knowledge.spoken.amounts import find_amounts
from knowledge.spoken.times import find_times
from store.query import RecordView

LATELY = 180
_ROLES = ("decision maker", "champion", "influencer", "gatekeeper", "user")
_OF_OURS = re.compile(r"^(dear|hi|hello|thanks)\b|[您你]好", re.IGNORECASE)
_CLOSING = re.compile(r"^(kind|best|warm)? ?(regards|wishes)\b|^thanks\W*$", re.IGNORECASE)


def people(dossier: Dossier) -> Iterator[Item]:
    """Those who count first, with the latest that shows how they feel about us."""
    for place, person in enumerate(sorted(dossier.contacts, key=_rank)):
        theirs = [each for each in dossier.told if each.contact_id == person.id and each.between]
        role = person.fields.get("role")
        felt = attitude(dossier, person)
        values: dict[str, Shown | None] = {
            "name": person.name,
            "title": person.fields.get("title"),
            "role": Label("contact", "role", role) if role else None,
            "last": theirs[-1].day if theirs else None,
        }
        citations = dossier.citing.record("contact", person.id)
        if theirs:
            citations += dossier.citing.told(theirs[-1])
        code = "person"
        quotes: tuple[str, ...] = ()
        if felt is not None:
            code = "person_pleased" if "pleased" in felt.kinds else "person_displeased"
            values["felt"] = felt.told.day
            citations += dossier.citing.said(felt)
            quotes = (felt.text,)
        if person.fields.get("do_not_contact"):
            values["dnc"] = "x"
        yield Item("people", code, values, citations, quotes, weight=74 - 6 * place + (4 if felt else 0))


def attitude(dossier: Dossier, person: RecordView) -> Statement | None:
    """The latest sentence, of theirs or about them, that shows a feeling."""
    names = called(person.name)
    others = [name for each in dossier.contacts if each.id != person.id for name in called(each.name) if name not in names]
    for each in reversed(dossier.said):
        if {"pleased", "displeased"} & each.kinds and _telling(each):
            own = each.told.contact_id == person.id and each.told.side == "them"
            if own or _feels(each, names, others):
                return each
    return None


def _feels(each: Statement, names: list[str], others: list[str]) -> bool:
    """Whether the feeling is this person's: they were the last one named before it. "Jane was pleased, John asked about the price"."""
    felt = cues.kinds(each.language)["displeased" if "displeased" in each.kinds else "pleased"].search(each.text)
    if felt is None:
        return False
    before = each.text[: felt.end()]
    own, other = (max((before.rfind(name) for name in among), default=-1) for among in (names, others))
    return own > other


def _rank(person: RecordView) -> tuple[int, str]:
    role = person.fields.get("role")
    return (_ROLES.index(role) if role in _ROLES else len(_ROLES), person.name)


def promises(dossier: Dossier) -> Iterator[Item]:
    """Broken ones of ours first, then what is due, theirs, and what was kept lately."""
    for each in sorted(dossier.promises, key=lambda one: one.due or one.day, reverse=True):
        state = "kept_late" if each.late else {True: "kept", False: "broken", None: "due" if each.due else "open"}[each.kept]
        age = (dossier.today - (each.due or each.day)).days
        weight = (
            {"broken": 82, "due": 80, "open": 42, "kept_late": 38, "kept": 36}[state] - (6 if each.who == "them" else 0) - max(0, age) / 12
        )
        told = next(one for one in dossier.told if one.id == each.activity_id)
        citations = dossier.citing.told(told, each.text)
        if each.kept_by is not None:
            citations += dossier.citing.record(each.kept_by.type, each.kept_by.id)
        values: dict[str, Shown | None] = {"day": each.day, "due": each.due, "kept_on": each.kept_on}
        yield Item("promises", f"{each.who}_{state}", values, citations, (each.text,), weight)


_SAID: dict[cues.Kind, float] = {"objection": 66.0, "competitor": 64.0, "departure": 70.0, "request": 52.0, "decision": 46.0}


def said(dossier: Dossier, kinds: Sequence[cues.Kind] = ()) -> Iterator[Item]:
    """Objections, competitors and wishes, the latest of each first. A sentence that is several of these stands once, as the first of
    them; with `kinds`, as each of those."""
    promised = {each.text for each in dossier.promises} if not kinds else set()
    spoken: set[str] = set()
    for kind in kinds or _SAID:
        spoken = set() if kinds else spoken
        days = max(LATELY, (dossier.today - dossier.since).days)
        found = [each for each in dossier.lately(days) if kind in each.kinds and each.text not in promised | spoken and _telling(each)]
        for place, each in enumerate(reversed(found)):
            spoken.add(each.text)
            yield Item("said", kind, {"day": each.told.day}, dossier.citing.said(each), (each.text,), _SAID[kind] - 4 * place)


def _telling(each: Statement) -> bool:
    """What we wrote to them holds our own words: only notes of ours tell what they said, and what they wrote themselves."""
    if each.told.side == "them":
        return not _CLOSING.search(each.text)
    ours = each.told.side == "us" and each.told.direction == "outbound" and each.told.kind in {"email", "chat"}
    return not ours and not _OF_OURS.search(each.text) and not _CLOSING.search(each.text)


def mood(dossier: Dossier) -> Iterator[Item]:
    """How often they were pleased and displeased, quarter by quarter, with the latest of each."""
    felt: dict[tuple[int, int], list[Statement]] = defaultdict(list)
    for each in dossier.lately(365):
        if {"pleased", "displeased"} & each.kinds and _telling(each):
            felt[each.told.day.year, (each.told.day.month - 1) // 3 + 1].append(each)
    for (year, quarter), found in sorted(felt.items(), reverse=True):
        good = [each for each in found if "pleased" in each.kinds]
        bad = [each for each in found if "displeased" in each.kinds]
        latest = found[-1]
        citations = tuple(each for one in dict.fromkeys([latest, *good[-1:], *bad[-1:]]) for each in dossier.citing.said(one))
        values: dict[str, Shown | None] = {"quarter": f"{year}-Q{quarter}", "good": len(good), "bad": len(bad)}
        age = (dossier.today - date(year, 3 * quarter - 2, 1)).days
        yield Item("mood", "quarter", values, citations, (latest.text,), weight=44 - age / 12)


def differ(dossier: Dossier) -> Iterator[Item]:
    """A fact that two people, or two days, put differently: both as they said it, the newer first."""
    for fact in cues.facts():
        by_deal: dict[str | None, list[tuple[Statement, Decimal]]] = defaultdict(list)
        for each in dossier.lately(LATELY):
            value = _value(each, fact)
            if value is not None:
                by_deal[each.told.opportunity_id].append((each, value))
        for found in by_deal.values():
            latest, latest_value = found[-1]
            other = next((one for one, value in reversed(found[:-1]) if value != latest_value), None)
            if other is not None:
                values: dict[str, Shown | None] = {"fact": Term(f"fact_{fact.name}"), "day": latest.told.day, "before": other.told.day}
                citations = (*dossier.citing.said(latest), *dossier.citing.said(other))
                yield Item("differ", "differ", values, citations, (latest.text, other.text), weight=68)


def _value(each: Statement, fact: cues.Fact) -> Decimal | None:
    """The value the sentence gives for the fact: the amount nearest to its word; None when it gives none or several."""
    word = fact.words[each.language].search(each.text)
    if word is None:
        return None
    if fact.kind == "duration":
        spans = [span for span in find_times(each.text, today=each.told.day) if span.kind == "duration" and span.count]
        return Decimal(spans[0].count or 0) if len(spans) == 1 else None
    amounts = [span for span in find_amounts(each.text) if span.unit is None and bool(span.currency) == (fact.kind == "amount")]
    return amounts[0].value if len(amounts) == 1 or (amounts and fact.kind == "amount") else None


def due_promises(dossier: Dossier, side: str) -> list[Promise]:
    """Open ones of a side whose day has passed lately or comes within a week, the nearest first."""
    found = [each for each in dossier.promises if each.who == side and each.kept is not True and each.due]
    near = [each for each in found if each.due is not None and -45 <= (each.due - dossier.today).days <= 7]
    return sorted(near, key=lambda each: (abs(((each.due or each.day) - dossier.today).days), each.activity_id))
