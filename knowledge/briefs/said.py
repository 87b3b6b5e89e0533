"""Promises: what we and they said we would do, by when, and whether the records show that it was done."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from knowledge.briefs import cues
from knowledge.briefs.keeping import Doings, doings, kept
from knowledge.briefs.names import Names, names_of
from knowledge.briefs.promise import Promise
from knowledge.briefs.statements import Side, Statement, activities, days_ahead, statements
from knowledge.sentences import Language
from store.unit import Unit

WINDOW = 180  # days back that promises are looked for

__all__ = ["WINDOW", "Promise", "found_in", "promise_in", "promises"]


def promises(unit: Unit, account_ids: str | Collection[str], *, since: date | None = None, today: date | None = None) -> list[Promise]:
    """What was promised with these accounts since a day (half a year ago when none is given), oldest first, and whether it was kept:
    True when a later record shows it, False when its day has passed and none does, None when it is not due or has no day."""
    ids = [account_ids] if isinstance(account_ids, str) else list(account_ids)
    now = today or unit.today()
    told = activities(unit, among=("account", ids), since=since or now - timedelta(days=WINDOW), until=now)
    said = statements(told)
    return found_in(said, names_of(unit, ids), doings(unit, ids, told), now)


def found_in(said: Iterable[Statement], names: Names, done: Doings, today: date) -> list[Promise]:
    """The promises among these sentences; the same promise said twice stands once, as it was last said."""
    found: dict[tuple[object, ...], Promise] = {}
    for each in said:
        made = promise_in(each, names)
        if made is not None:
            found.pop(_same(made), None)
            found[_same(made)] = made
    return [kept(each, done, today) for each in found.values()]


def _same(made: Promise) -> tuple[object, ...]:
    return (made.account_id, made.who, made.due, made.things) if made.due and made.things else (made.activity_id, made.text)


def promise_in(said: Statement, names: Names) -> Promise | None:
    """The promise in a sentence, if it is one."""
    text, told = said.text, said.told
    words = _words(said.language)
    if text.rstrip().endswith(("?", "？")) or "ignored" in said.kinds or words.done.search(text):
        return None
    days = days_ahead(text, told.day)
    who = _whose(said, words, names, bool(days))
    if who is None or (who == "them" and words.condition.search(text)):
        return None
    about = frozenset(each.name for each in cues.things() if each.words[said.language].search(text))
    return Promise(
        who,
        text,
        said.language,
        told.day,
        days[-1] if days else None,
        told.id,
        told.account_id,
        told.contact_id,
        told.opportunity_id,
        about,
    )


@dataclass(frozen=True, slots=True)
class _Words:
    done: re.Pattern[str]
    first: re.Pattern[str]
    reported: tuple[str, ...]
    dated: re.Pattern[str]
    ours: re.Pattern[str]
    our_things: re.Pattern[str]
    their_things: re.Pattern[str]
    they: tuple[str, ...]
    excluded: re.Pattern[str]
    condition: re.Pattern[str]


@lru_cache(maxsize=2)
def _words(language: Language) -> _Words:
    raw = cues.data()["promise"][language]
    return _Words(
        cues.either(raw["done"]),
        cues.either(raw["first"]),
        tuple(raw["reported"]),
        cues.either(raw["dated"]),
        cues.either(raw["ours"]),
        cues.either(raw["our_things"]),
        cues.either(raw["their_things"]),
        tuple(raw["they"]),
        cues.either(raw["not"]),
        cues.either(raw["condition"]),
    )


def _whose(said: Statement, words: _Words, names: Names, dated: bool) -> Side | None:
    """Who bound themself in this sentence: its writer, or somebody it tells of; None when nobody did."""
    text, writer = said.text, said.told.side
    ours, theirs = names.ours, names.of(said.told.account_id)
    if words.first.search(text):
        return writer
    for side, people in (("them", (*theirs, *words.they)), ("us", ours if writer == "us" else ())):
        if any(pattern.search(text) for pattern in _reported(said.language, side, tuple(people))):
            return "them" if side == "them" else "us"
    verb = words.dated.search(text)
    if not dated or verb is None or words.excluded.search(text):
        return None
    if words.ours.search(text) and writer == "us":
        return "us"
    start = max(text.rfind(mark, 0, verb.start()) for mark in ",，;；") + 1 if writer == "them" else 0
    subject = _subject(text, said.language, start, verb.end(), theirs, ours, words)
    if subject is not None:
        return subject if writer == "us" or subject == "them" else None
    if writer == "them":
        return None
    if words.our_things.search(text):
        return "us"
    return "them" if words.their_things.search(text) else "us"


def _subject(
    text: str, language: Language, start: int, before: int, theirs: Sequence[str], ours: Sequence[str], words: _Words
) -> Side | None:
    """Whoever is named last before the verb, from some place on."""
    own = ("i", "we") if language == "en" else ("我", "我们", "我方")
    places: list[tuple[int, Side]] = []
    for side, pattern in (("them", _people(language, (*theirs, *words.they))), ("us", _people(language, (*own, *ours), titles=False))):
        places += [(found.start(), "them" if side == "them" else "us") for found in pattern.finditer(text, start, before)]
    return max(places)[1] if places else None


@lru_cache(maxsize=4_096)
def _people(language: Language, people: tuple[str, ...], *, titles: bool = True) -> re.Pattern[str]:
    found = sorted(people, key=len, reverse=True)
    if language == "en":
        return cues.either([re.escape(each) if each[:1].isupper() else each for each in found], whole=True)
    named = [each if each in cues.data()["promise"]["zh"]["they"] else re.escape(each) for each in found]
    title = cues.data()["promise"]["titles_zh"]
    return cues.either([*named, *([rf"[\u4e00-\u9fff]{{1,3}}?(?:{title})"] if titles else [])])


@lru_cache(maxsize=4_096)
def _reported(language: Language, side: str, people: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    who = _people(language, people, titles=side == "them").pattern
    return tuple(re.compile(each.replace("{who}", f"(?:{who})"), re.IGNORECASE) for each in cues.data()["promise"][language]["reported"])
