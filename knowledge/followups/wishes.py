"""What a clause asks to be done: a plan of the speaker's, what they ask of a colleague, what the customer wants of us."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.followups.due import usable
from knowledge.followups.note import Clause, Note
from knowledge.followups.sections import Section
from knowledge.followups.words import words
from knowledge.followups.world import Record, World

_WILL = re.compile(r"\W*(?:and |so )?will\b", re.IGNORECASE)
_OURS = re.compile(r"\b(?:i|we|i'm|i'll|i'd|we'll|we'd|my|our)\b", re.IGNORECASE)
_THING = 10  # characters of what is named before its time
MARKS = " \t,.;:!?，。；：！？、-–—'\""


@dataclass(slots=True)
class Wish:
    """What a clause asks to be done. `what` and its place; `who` a colleague; `theirs`: the customer wants it."""

    clause: Clause
    what: str
    at: int
    until: int
    who: Record | None = None
    who_at: tuple[int, int] | None = None
    theirs: bool = False
    dated: bool = False  # it is a task only with its day


def wishes_in(clause: Clause, note: Note, world: World, section: Section) -> Iterator[Wish]:
    said = words(clause.language)
    if said.not_tasks.search(clause.text) and not said.after.search(clause.text):
        return
    if said.asks.search(clause.text) or _their_part(clause, note) or _was_asked(clause, note):
        return
    assigned = _assigned(clause, note, world)
    if assigned:
        yield assigned
        return
    if {"task", "promise_us"} <= clause.tells.never:
        return
    asked = next((found for pattern in said.each("asked_to") if (found := pattern.search(clause.text))), None)
    sure = clause.text[: asked.start()] + asked["what"] if asked else clause.text  # "asked whether we could" is no doubt
    if said.uncertain.search(sure) and not clause.text.strip().lower().startswith(("if ", "unless ")):
        return
    if asked and not clause.negated and _is_doing(asked["what"], clause):
        wish = _wish(clause, asked)
        wish.theirs = True
        wish.dated = _verbs(clause.language).match(asked["what"]) is None  # "wants us to match the price" is no errand
        yield wish
        return
    own = None if _of_theirs(clause, note, section) else _own(clause, note, world)
    if own and not said.keeps.search(own.what.strip(MARKS)):
        yield own
        return
    wanted = _wanted(clause)
    if wanted and not clause.negated and not said.keeps.search(wanted.what.strip(MARKS)):
        yield wanted
    elif clause.tells.rather("task", "promise_them") and not clause.negated and _is_doing(clause.text, clause):
        yield _by_meaning(clause, note, world)


def _by_meaning(clause: Clause, note: Note, world: World) -> Wish:
    """What no pattern has, told as something to be done: a task with its day, or with the colleague who is to do it."""
    place = _opening(clause, note, world)
    users = [
        each for each in note.names_in(clause.at, clause.until) if each.record and each.record.type == "user" and each.record.id != world.me
    ]
    if not users:
        return Wish(clause, clause.text[place:], clause.at + place, clause.until, dated=True)
    start = users[0].until - clause.at
    return Wish(clause, clause.text[start:], clause.at + start, clause.until, users[0].record, (users[0].at, users[0].until))


def _was_asked(clause: Clause, note: Note) -> bool:
    """我问喂料线试得怎么样,他说…: a talk told again, nothing to do."""
    place = next(number for number, each in enumerate(note.clauses) if each is clause)
    after = note.clauses[place + 1] if place + 1 < len(note.clauses) else None
    return after is not None and after.sentence == clause.sentence and bool(words(clause.language).asked_then.match(after.text))


def _their_part(clause: Clause, note: Note) -> bool:
    """ "His action: set up a call" is theirs to do."""
    place = next(number for number, each in enumerate(note.clauses) if each is clause)
    before = note.clauses[place - 1] if place else None
    return before is not None and before.sentence == clause.sentence and bool(words(clause.language).their_part.match(before.text))


def happened(clause: Clause) -> bool:
    return any(pattern.search(clause.text) for _, pattern in words(clause.language).under("happened"))


def _own(clause: Clause, note: Note, world: World) -> Wish | None:
    """A plan ("I'll send …"), a bare imperative ("Send …"), or a thing with its day ("Quote by Monday"). What tells an address or a number
    ("phone oh six …") is none."""
    said = words(clause.language)
    if said.purposes.match(clause.text.strip(MARKS)) or said.pending_sign.fullmatch(clause.text.strip(MARKS)):
        return None  # 准备正式采购: what they mean to do; 合同下周四签 is a day of the deal
    for pattern in said.each("plan"):
        found = pattern.search(clause.text)
        if found and _WILL.match(found[0]) and _goes_on_theirs(clause, note):
            continue
        if found and _is_doing(found["what"], clause):
            wish = _wish(clause, found)
            wish.dated = clause.language == "zh" and not said.firm.search(clause.text)
            return wish
    place = _opening(clause, note, world)
    verb = _verbs(clause.language).match(clause.text, place)
    if verb and not _spelt(clause, note) and _is_doing(clause.text[place:], clause) and not _is_word(clause.text[place:]):
        return Wish(clause, clause.text[place:], clause.at + place, clause.until, dated=clause.language == "zh")
    if clause.language == "zh" and _object_first(clause, note, world):
        return Wish(clause, clause.text[place:], clause.at + place, clause.until, dated=True)
    for pattern in said.each("present"):
        if found := pattern.search(clause.text):
            wish = _wish(clause, found)
            wish.dated = True
            return wish
    fragment = said.fragment.match(clause.text)
    if fragment is None or happened(clause) or said.closing.search(clause.text):
        return None
    wish = _wish(clause, fragment)
    wish.dated = True
    return wish


def _goes_on_theirs(clause: Clause, note: Note) -> bool:
    """ "Somebody called Petra Holm, …, will stand in": the subject stands in the clause before, and it is not the speaker."""
    place = next(number for number, each in enumerate(note.clauses) if each is clause)
    before = [each for each in note.clauses[:place] if each.sentence == clause.sentence]
    return bool(before) and not any(_OURS.search(each.text) for each in before)


def _object_first(clause: Clause, note: Note, world: World) -> bool:
    """报价周五前发过去: the thing, the time, the verb."""
    for each in usable(note.times_in(clause.at, clause.until), world.today):
        before, after = clause.text[: each.at - clause.at].strip(MARKS), clause.text[each.until - clause.at :]
        if 2 <= len(before) <= _THING and not words("zh").negated.search(before) and _verbs("zh").match(after) and _is_doing(after, clause):
            return True
    return False


def _is_word(text: str) -> bool:
    """ "Phone, five minutes": a word alone asks for nothing."""
    return text.isascii() and len(text.split()) < 2


def _opening(clause: Clause, note: Note, world: World) -> int:
    """Where a clause begins to tell what is to be done: after what only leads in, in Chinese after the time as well (周三之前给罗总回复)."""
    begins = words(clause.language).begins
    found = begins.match(clause.text)
    place = found.end() if found else 0
    if clause.language == "zh":
        for each in usable(note.times_in(clause.at, clause.until), world.today):
            if each.at - clause.at <= place + 1:
                place = max(place, each.until - clause.at)
                again = begins.match(clause.text[place:])
                place += again.end() if again else 0
    return place


def _is_doing(what: str, clause: Clause) -> bool:
    """Something to be done, and not done already (了, 过) nor not to be done."""
    if clause.language != "zh":
        return True
    if re.search(
        r"(?<!为)(?<!约)(?<!约好)(?<!约定)(?<!定)(?<!排)(?<!说好)了(?!解)|过(?!去|来|会|程|期|目|户|两天|几天|一[会下])", what.strip(MARKS)
    ):
        return False
    return not re.match(r"^(?:[也还]?没|不)", what) and bool(words("zh").doing.search(what))


def _verbs(language: str) -> re.Pattern[str]:
    listed = words("zh" if language == "zh" else "en").listed("verbs")
    joined = "|".join(listed)
    return re.compile(joined if language == "zh" else rf"(?:{joined})\b(?!\s*(?:is|was|are|'s)\b)".replace(" ", r"\s+"), re.IGNORECASE)


def _spelt(clause: Clause, note: Note) -> bool:
    return any(clause.at <= each.at < clause.until for each in (*note.telephones, *note.addresses))


def _of_theirs(clause: Clause, note: Note, section: Section) -> bool:
    """Chinese leaves out 我: what opens with 他 or one of theirs before the verb is their doing."""
    if clause.language != "zh":
        return False
    if words("zh").theirs_said.search(clause.text.strip()):
        return True
    opens = [each for each in note.names_in(clause.at, clause.until) if each.at - clause.at <= 1]
    theirs = any(each.record is not None and each.record.type in {"contact", "account"} for each in opens)
    if theirs and words("zh").their_doing.search(clause.text):
        return True
    return theirs and bool(re.match(r".{0,4}(说|会|要|想|答应|承诺|让|希望|提)", clause.text[opens[0].until - clause.at :]))


def _wanted(clause: Clause) -> Wish | None:
    """Something we would give, which they want."""
    said = words(clause.language)
    for pattern in said.each("wanted"):
        found = pattern.search(clause.text)
        if found and said.given.search(found["what"]):
            wish = _wish(clause, found)
            wish.theirs = wish.dated = True
            return wish
    return None


def _assigned(clause: Clause, note: Note, world: World) -> Wish | None:
    for name in note.names_in(clause.at, clause.until):
        if name.record is None or name.record.type != "user" or name.record.id == world.me:
            continue
        said = re.escape(note.text[name.at : name.until])
        for pattern in words(clause.language).each("assign", who=said):
            found = pattern.search(clause.text)
            if found and not words(clause.language).uncertain.search(found["what"]):
                wish = _wish(clause, found)
                wish.who, wish.who_at = name.record, (name.at, name.until)
                return wish
    return None


def _wish(clause: Clause, found: re.Match[str]) -> Wish:
    at, until = found.span("what")
    return Wish(clause, found["what"], clause.at + at, clause.at + until)
