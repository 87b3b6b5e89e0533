"""What is to be done: the speaker's own plans, what they ask of a colleague, and what the customer wants of us by a day."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.followups.due import due_of
from knowledge.followups.followup import Said, Task
from knowledge.followups.note import Clause, Note
from knowledge.followups.sections import Section
from knowledge.followups.words import words
from knowledge.followups.world import Record, World
from knowledge.sentences import HAN

TITLE = 120
_MARKS = " \t,.;:!?，。；：！？、-–—'\""
_FILLER = re.compile(r"\b(?:um+|uh+|er+|hmm+|you know|like,|please|okay|well)\b[\s,]*|[嗯呃哦]+[,，]?", re.IGNORECASE)


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


def tasks_in(section: Section, note: Note, world: World) -> list[Task]:
    """In the order they were said. What the customer wants and the speaker says they will do is one task."""
    wishes = [wish for clause in section.clauses for wish in _wishes(clause, note, world, section)]
    tasks, last = list[tuple[Wish, Task]](), None
    for wish in wishes:
        due = due_of(wish.clause, note, world, section.clauses, [task for _, task in tasks])
        if (wish.theirs or wish.dated) and due is None:
            last = wish if wish.theirs else last
            continue
        if wish.dated and due is not None and due.value.day == world.today and _happened(wish.clause):
            continue
        if tasks and due is None and tasks[-1][0].clause.sentence == wish.clause.sentence and _only_points(wish, note):
            continue  # "kick-off on the 11th, I have to organise that"
        title = _title(wish, note, last)
        if title is None or (due is None and section.account is None and not wish.who):
            continue
        made = Task(title, due, Said(wish.who.id, *wish.who_at) if wish.who and wish.who_at else None, _people(title, wish, section, note))
        covered = next((pair for pair in tasks if pair[0].theirs and not wish.theirs and _same(pair[0], pair[1], wish, made)), None)
        if covered:
            tasks.remove(covered)
        tasks.append((wish, made))
        last = wish if wish.theirs else last
    return [task for _, task in tasks]


def _wishes(clause: Clause, note: Note, world: World, section: Section) -> Iterator[Wish]:
    said = words(clause.language)
    if said.not_tasks.search(clause.text) and not said.after.search(clause.text):
        return
    assigned = _assigned(clause, note, world)
    if assigned:
        yield assigned
        return
    if said.uncertain.search(clause.text) and not clause.text.strip().lower().startswith(("if ", "unless ")):
        return
    own = None if _of_theirs(clause, note, section) else _own(clause, spelt=_spelt(clause, note))
    if own:
        yield own
        return
    wanted = _wanted(clause)
    if wanted and not clause.negated:
        yield wanted


def _own(clause: Clause, *, spelt: bool = False) -> Wish | None:
    """A plan ("I'll send …"), a bare imperative ("Send …"), or a thing with its day ("Quote by Monday"). `spelt`: it tells an address or a number
    ("phone oh six …")."""
    said = words(clause.language)
    for pattern in said.each("plan"):
        found = pattern.search(clause.text)
        if found and _is_doing(found["what"], clause):
            return _wish(clause, found)
    begins = said.begins.match(clause.text)
    place = begins.end() if begins else 0
    verb = _verbs(clause.language).match(clause.text, place)
    if verb and not spelt:
        return Wish(clause, clause.text[place:], clause.at + place, clause.until, dated=clause.language == "zh")
    fragment = said.fragment.match(clause.text)
    if fragment is None or _happened(clause):
        return None
    wish = _wish(clause, fragment)
    wish.dated = True
    return wish


def _is_doing(what: str, clause: Clause) -> bool:
    if clause.language == "zh":
        return bool(_verbs("zh").search(what)) and not re.search(r"了$|过", what.strip(_MARKS))
    return True


def _verbs(language: str) -> re.Pattern[str]:
    listed = words("zh" if language == "zh" else "en").listed("verbs")
    joined = "|".join(listed)
    return re.compile(joined if language == "zh" else rf"(?:{joined})\b(?!\s*(?:is|was|are|'s)\b)".replace(" ", r"\s+"), re.IGNORECASE)


def _spelt(clause: Clause, note: Note) -> bool:
    return any(clause.at <= each.at < clause.until for each in (*note.telephones, *note.addresses))


def _happened(clause: Clause) -> bool:
    return any(pattern.search(clause.text) for _, pattern in words(clause.language).under("happened"))


def _of_theirs(clause: Clause, note: Note, section: Section) -> bool:
    """Chinese leaves out 我: what opens with 他 or one of theirs before the verb is their doing."""
    if clause.language != "zh" or re.search(r"[让叫要请]我", clause.text):
        return False
    if words("zh").theirs_said.search(clause.text.strip()):
        return True
    opens = [each for each in note.names_in(clause.at, clause.until) if each.at - clause.at <= 1]
    theirs = any(each.record is not None and each.record.type in {"contact", "account"} for each in opens)
    return theirs and bool(re.match(r".{0,4}(说|会|要|想|答应|承诺|让|希望|提)", clause.text[opens[0].until - clause.at :]))


def _wanted(clause: Clause) -> Wish | None:
    """Something we would give, which they want."""
    said = words(clause.language)
    for pattern in said.each("wanted"):
        found = pattern.search(clause.text)
        if found and said.given.search(found["what"]):
            wish = _wish(clause, found)
            wish.theirs = True
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


def _title(wish: Wish, note: Note, before: Wish | None) -> Said[str] | None:
    """The words of the task without its date and without what only leads in; "that" is what they wanted."""
    said = words(wish.clause.language)
    text = _without_times(wish.at, wish.until, note)
    text = said.uncover.sub("", _FILLER.sub("", text).strip(_MARKS)).strip(_MARKS)
    text = re.sub(r"\s+([,.])", r"\1", re.sub(r"\s{2,}", " ", text))
    pronoun = said.each("pronouns")[0].match(text)
    at = wish.at
    if (pronoun or not text) and before is not None:
        thing = _without_times(before.at, before.until, note).strip(_MARKS)
        thing = said.uncover.sub("", re.sub(r"\s{2,}", " ", thing)).strip(_MARKS)
        verb = (pronoun["verb"] or "") if pronoun else ""
        verb = "" if verb.lower() in {"do", "get", "have", "做", "来办", "处理"} else verb
        text = f"{verb}{thing}" if HAN.search(thing) else f"{verb} {thing}".strip()
        at = before.at
    elif pronoun or said.generic.search(text):
        text, at = _with_topic(text, wish, note)
    if len(text) < 2:
        return None
    text = re.sub(r"^(?:the|a|an|to|that)\s+", "", text, flags=re.IGNORECASE)
    return Said((text[0].upper() + text[1:])[:TITLE], at, wish.until)


def _only_points(wish: Wish, note: Note) -> bool:
    return bool(words(wish.clause.language).each("pronouns")[0].match(_without_times(wish.at, wish.until, note).strip(_MARKS)))


def _with_topic(text: str, wish: Wish, note: Note) -> tuple[str, int]:
    """ "Come back with an answer" is about what they asked just before."""
    place = next(number for number, each in enumerate(note.clauses) if each is wish.clause)
    for clause in reversed(note.clauses[max(0, place - 3) : place]):
        found = words(clause.language).topics.search(clause.text)
        if found and wish.clause.sentence - clause.sentence <= 1 and found["what"].strip(_MARKS):
            topic = _without_times(clause.at + found.start("what"), clause.at + found.end("what"), note).strip(_MARKS)
            return topic[3:] if topic.lower().startswith("to ") else f"{text}: {topic}", clause.at
    return text, wish.at


def _without_times(at: int, until: int, note: Note) -> str:
    text = note.text[at:until]
    for each in reversed([time for time in note.times_in(at, until) if time.span.kind == "period"]):
        start, end = each.at - at, min(each.ends, until) - at
        lead = re.search(r"\b(?:by|on|before|until|till|for|at|in|from|around|this)\s+(?:the\s+)?$|[在于到]$", text[:start], re.IGNORECASE)
        text = text[: lead.start() if lead else start] + text[end:]
    return text


def _people(title: Said[str], wish: Wish, section: Section, note: Note) -> list[str]:
    """Whose names stand in the task."""
    found = [each.record for each in note.names_in(wish.clause.at, wish.clause.until) if each.record is not None]
    return list(dict.fromkeys(each.id for each in found if each.type == "contact" and section.theirs(each)))


def _same(one: Wish, first: Task, other: Wish, second: Task) -> bool:
    """Whether the speaker's plan is what the customer wanted: the same thing, in this sentence or the next."""
    if other.clause.sentence - one.clause.sentence > 1:
        return False
    given = words(one.clause.language).given
    wanted = {each[0].lower() for each in given.finditer(first.title.value)}
    planned = {each[0].lower() for each in given.finditer(second.title.value)}
    return bool(wanted & planned) or first.title.value.lower() in second.title.value.lower()
