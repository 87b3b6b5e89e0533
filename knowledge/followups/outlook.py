"""Promises by us and by them, risks, rivals: what a rep should keep in mind, said with certainty or as a worry."""

import re
from collections.abc import Iterator

from knowledge.briefs.names import called
from knowledge.followups.followup import Promise, Said
from knowledge.followups.note import Clause, Note
from knowledge.followups.sections import Section
from knowledge.followups.words import words
from knowledge.followups.world import World
from knowledge.sentences import HAN
from knowledge.voice.names.ordinary import is_never_a_name, is_ordinary
from store.duplicates.names import company

_NAME = r"(?P<name>(?-i:[A-ZÀ-Þ][\w&'’-]*(?:\s+[A-ZÀ-Þ][\w&'’-]*){0,2}))"
_NO_NAME = re.compile(r"[呢吗吧了]|[一两三四几][家个]|以前|之前")
_BECAUSE = re.compile(r"\W*(?:because\b|因为)", re.IGNORECASE)
_ORDERS = re.compile(r"[让叫要请]我")
_POINTS_BACK = re.compile(r"^\W*(?:so |and |which |but )?(?:that|this|it)\b.{0,24}$|^这个?(?:是|有)?.{0,6}$", re.IGNORECASE)
_OURS = re.compile(r"\W*(?:(?:and|so|but|then) )*(?:i|we)\b|\W*(?:我|咱)", re.IGNORECASE)
_BARE = {"en": 12, "zh": 5}  # characters of a clause that says no more than that we agreed
_NOT_RIVALS = re.compile(
    r"^(?:i|we|us|them|him|her|monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|march|april|may|june|july|august|september|october|november|december|it|我们|他们|她们|他|她|客户|对方)$",
    re.IGNORECASE,
)


def promises_in(section: Section, note: Note, world: World) -> list[Promise]:
    found = list[Promise]()
    who = _them(section, world)
    for clause in section.clauses:
        said = words(clause.language)
        ours = said.promised.search(clause.text)
        if ours and "promise_us" in clause.tells.never:
            ours = None
        if ours and not said.negated.search(ours[0]):
            found.append(Promise("us", _with_what_was_asked(clause, section, note) or _with_second(clause, section)))
        elif not ours and clause.tells.rather("promise_us", "promise_them") and not clause.negated and not clause.uncertain:
            found.append(Promise("us", _with_what_was_asked(clause, section, note) or _whole(clause)))
        elif (
            not ours
            and not clause.uncertain
            and not clause.negated
            and not _ORDERS.search(clause.text)
            and "promise_them" not in clause.tells.never
            and (
                _their_part(clause, section)
                or any(each.search(clause.text) for each in said.each("they_promise", who=who[clause.language]))
                or (clause.tells.rather("promise_them", "task") and not _OURS.match(clause.text) and said.committed.search(clause.text))
            )
        ):
            found.append(Promise("them", _whole(clause)))
    return found


def _with_what_was_asked(clause: Clause, section: Section, note: Note) -> Said[str] | None:
    """ "She asked for a training day and I said fine", 我答应了: what we agreed to was said just before."""
    if not (
        words(clause.language).agrees.match(clause.text.strip(" ,.，。")) or len(clause.text.strip(" ,.，。")) <= _BARE[clause.language]
    ):
        return None
    place = next(number for number, each in enumerate(section.clauses) if each is clause)
    before = section.clauses[place - 1] if place else None
    if before is None or clause.sentence - before.sentence > 1:
        return None
    return Said(" ".join(note.text[before.at : clause.until].split()), before.at, clause.until)


def _with_second(clause: Clause, section: Section) -> Said[str]:
    """ "I promised to call on Monday and send the list by Friday": both are promised."""
    place = next(number for number, each in enumerate(section.clauses) if each is clause)
    after = section.clauses[place + 1] if place + 1 < len(section.clauses) else None
    if after is None or after.at != clause.until or after.sentence != clause.sentence:
        return _whole(clause)
    return Said(" ".join(f"{clause.text}{after.text}".split()), clause.at, after.until)


def _their_part(clause: Clause, section: Section) -> bool:
    """ "His action: set up a call"."""
    place = next(number for number, each in enumerate(section.clauses) if each is clause)
    before = section.clauses[place - 1] if place else None
    return before is not None and before.sentence == clause.sentence and bool(words(before.language).their_part.match(before.text))


def _them(section: Section, world: World) -> dict[str, str]:
    """The people of the customer as a text names them."""
    people = world.people_of(section.account.value) if section.account else []
    names = sorted({form for each in people for form in called(each.name)}, key=len, reverse=True)
    latin = [re.escape(each) for each in names if each.isascii() or " " in each or not re.search(r"[\u4e00-\u9fff]", each)]
    han = [re.escape(each) for each in names if re.search(r"[\u4e00-\u9fff]", each)]
    english = "|".join([*latin, "he", "she", "they"])
    return {"en": rf"\b(?:{english})\b".replace(" ", "[ ]"), "zh": "(?:" + "|".join([*han, "[他她]们?", "对方", "客户"]) + ")"}


def risks_in(section: Section, note: Note) -> list[Said[str]]:
    """Clauses that tell of a danger: by the words of a dictated note, or by those of objections and displeasure in written ones."""
    found = list[Said[str]]()
    for clause in section.clauses:
        said = words(clause.language)
        if said.no_risk.search(clause.text) or said.promised.search(clause.text) or (clause.uncertain and "risk" not in clause.tells.sure):
            continue
        if (said.risk.search(clause.text) and "risk" not in clause.tells.never) or "risk" in clause.tells.sure:
            found.append(_with_what_it_is(clause, section, note) or _with_reason(clause, section))
    return _joined(found, note)


def _with_what_it_is(clause: Clause, section: Section, note: Note) -> Said[str] | None:
    """ "…, that worries me a bit", 这是个风险: what was said just before is the danger."""
    if not _POINTS_BACK.match(clause.text):
        return None
    place = next(number for number, each in enumerate(section.clauses) if each is clause)
    before = section.clauses[place - 1] if place else None
    if before is None or clause.sentence - before.sentence > 1:
        return None
    return Said(" ".join(note.text[before.at : clause.until].split()), before.at, clause.until)


def _with_reason(clause: Clause, section: Section) -> Said[str]:
    """The clause, with a "because …" that follows in its sentence."""
    place = next(number for number, each in enumerate(section.clauses) if each is clause)
    after = section.clauses[place + 1] if place + 1 < len(section.clauses) else None
    if after is None or after.sentence != clause.sentence or not _BECAUSE.match(after.text):
        return _whole(clause)
    return Said(
        " ".join(f"{clause.text} {after.text}".split()) if clause.language == "en" else clause.text + after.text, clause.at, after.until
    )


def _joined(found: list[Said[str]], note: Note) -> list[Said[str]]:
    """Neighbouring clauses of one sentence are one risk."""
    kept = list[Said[str]]()
    for each in found:
        if kept and (_same_sentence(note, kept[-1].at, each.at) or each.at < kept[-1].until):
            text = note.text[kept[-1].at : max(kept[-1].until, each.until)]
            kept[-1] = Said(" ".join(text.split()), kept[-1].at, max(kept[-1].until, each.until))
        else:
            kept.append(each)
    return kept


def _same_sentence(note: Note, one: int, other: int) -> bool:
    return any(at <= one < until and at <= other < until for at, until in note.sentences)


def rivals_in(section: Section, note: Note) -> list[Said[str]]:
    found: dict[str, Said[str]] = {}
    for clause in section.clauses:
        for each in _rivals(clause):
            known = any(name.record is not None and name.at <= each.at < name.until for name in note.names)
            if not known and not _NOT_RIVALS.match(each.value):
                found.setdefault(each.value, each)
    return list(found.values())


def _rivals(clause: Clause) -> Iterator[Said[str]]:
    if "rival" in clause.tells.never or words(clause.language).former.search(clause.text):
        return
    patterns = [("rival", each) for each in words(clause.language).each("rival", who=_NAME)]
    if "rival" in clause.tells.sure:
        patterns += [("rival_named", each) for each in words(clause.language).each("rival_named", who=_NAME)]
        patterns += [("rival_named", each) for each in words("en").each("rival_named", who=_NAME)]  # Musashi 也在测
    for kind, pattern in patterns:
        for found in pattern.finditer(clause.text):
            if _NO_NAME.search(found["name"]) or _is_place(found["name"]):
                continue
            if kind == "rival" or not (is_never_a_name(found["name"]) or (" " not in found["name"] and is_ordinary(found["name"]))):
                yield Said(found["name"].strip(), clause.at + found.start("name"), clause.at + found.end("name"))


def _is_place(name: str) -> bool:
    """给了成都的明辉: a town, known by what firms are called after it, is no rival."""
    firm = company(f"{name}明辉") if HAN.search(name) else None
    return firm is not None and firm.place == name


def _whole(clause: Clause) -> Said[str]:
    return Said(" ".join(clause.text.split()), clause.at, clause.until)
