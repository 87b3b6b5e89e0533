"""What is to be done: the speaker's own plans, what they ask of a colleague, and what the customer wants of us by a day."""

import re

from knowledge.followups.due import due_in, due_of, due_said, usable
from knowledge.followups.followup import Due, Said, Task
from knowledge.followups.note import Clause, Note
from knowledge.followups.sections import Section
from knowledge.followups.wishes import MARKS, Wish, happened, wishes_in
from knowledge.followups.words import words
from knowledge.followups.world import World
from knowledge.sentences import HAN

TITLE = 120
_WHO = re.compile(r"(?:我这边|我们这边|我们|我|咱们|让|请|叫|由|安排|麻烦)$")
_MOST = 0.6
_WORD = re.compile(r"[a-z0-9]{4,}|[\u4e00-\u9fff]")
_SAID_NAME = re.compile(r"(?<=^[发寄送给])[\u4e00-\u9fff]{2,3}$")
_FILLER = re.compile(r"\b(?:um+|uh+|er+|hmm+|you know|like,|please|okay|well)\b[\s,]*|[嗯呃哦]+[,，]?", re.IGNORECASE)


def tasks_in(section: Section, note: Note, world: World) -> list[Task]:
    """In the order they were said. What the customer wants and the speaker says they will do is one task."""
    tasks, last = list[tuple[Wish, Task]](), None
    for clause in section.clauses:
        if tasks and _only_dates(clause, tasks[-1], note, world):
            continue
        for wish in wishes_in(clause, note, world, section):
            last = _with(wish, tasks, last, section, note, world)
    return [task for _, task in tasks]


def _with(wish: Wish, tasks: list[tuple[Wish, Task]], last: Wish | None, section: Section, note: Note, world: World) -> Wish | None:
    """Adds what a clause asks for; returns what the customer wanted last."""
    due = due_of(wish.clause, note, world, section.clauses, [task for _, task in tasks])
    if wish.dated and due is None:
        return wish if wish.theirs else last
    if wish.dated and due is not None and due.value.day == world.today and happened(wish.clause):
        return last
    if tasks and due is None and tasks[-1][0].clause.sentence == wish.clause.sentence and _only_points(wish, note):
        return last  # "kick-off on the 11th, I have to organise that"
    title = _title(wish, note, last)
    if title is None or (due is None and not section.of_somebody and not wish.who):
        return last
    if due is None and _at_hand(wish):
        due = _of_the_thing(wish, note, world)
    made = Task(title, due, Said(wish.who.id, *wish.who_at) if wish.who and wish.who_at else None, _people(title, wish, section, note))
    covered = next((pair for pair in tasks if pair[0].theirs and not wish.theirs and _same(pair[0], pair[1], wish, made)), None)
    if covered:
        tasks.remove(covered)
    tasks.append((wish, made))
    return wish if wish.theirs else last


def _at_hand(wish: Wish) -> bool:
    """Whether the task is only pointed at ("arranging it", 这个让彭浩去安排)."""
    said = words(wish.clause.language)
    what = wish.what.strip(MARKS)
    light = wish.clause.language == "zh" and said.light.fullmatch(what)
    return wish.who is not None and bool(light or said.each("pronouns")[0].match(what) or said.refers.search(wish.clause.text))


def _of_the_thing(wish: Wish, note: Note, world: World) -> Said[Due] | None:
    """The day of the thing pointed at, told in the clause before."""
    place = next(number for number, each in enumerate(note.clauses) if each is wish.clause)
    before = note.clauses[place - 1] if place else None
    times = usable(note.times_in(before.at, before.until), world.today) if before and before.sentence == wish.clause.sentence else []
    return due_in(times[-1]) if times else None


def _only_dates(clause: Clause, pair: tuple[Wish, Task], note: Note, world: World) -> bool:
    """ "She should do that by Tuesday": the day of the task before, which has none."""
    wish, task = pair
    if clause.sentence - wish.clause.sentence > 1 or clause.at <= wish.clause.at:
        return False
    later = usable(note.times_in(clause.at, clause.until), world.today) if clause.language == "zh" else []
    if later and clause.sentence == wish.clause.sentence and words("zh").light.fullmatch(_bare(clause.at, clause.until, note, clause)):
        task.due = due_said(later[-1], note, world.today)  # …让彭浩去换轮子,礼拜四之前搞定
        return True
    if task.due is not None:  # 周四之前发过去, "I'll do it tomorrow": its day stands here already
        if not clause.at <= task.due.at < clause.until:
            return False
        if clause.language == "zh":
            return bool(words("zh").light.fullmatch(_bare(clause.at, clause.until, note, clause)))
        return bool(words("en").pointing.fullmatch(_without_times(clause.at, clause.until, note)))
    times = usable(note.times_in(clause.at, clause.until), world.today)
    if not times or not words(clause.language).pointing.fullmatch(_without_times(clause.at, clause.until, note)):
        return False
    task.due = due_said(times[-1], note, world.today)
    return task.due is not None


def _title(wish: Wish, note: Note, before: Wish | None) -> Said[str] | None:
    """The words of the task without its date and without what only leads in; "that" is what they wanted, or what was said just before."""
    said = words(wish.clause.language)
    text = _bare(wish.at, wish.until, note, wish.clause)
    pronoun = said.each("pronouns")[0].match(text)
    at = wish.at
    bare = _without_names(text, wish, note) if wish.clause.language == "zh" else text
    fronted = _fronted(wish, note) if wish.clause.language == "zh" and (pronoun or said.light.fullmatch(bare)) else ""
    if fronted:
        text, at = fronted + text, wish.clause.at
    elif (pronoun or not text) and before is not None:
        text, at = _about(_bare(before.at, before.until, note, before.clause), pronoun), before.at
    elif said.light.fullmatch(text) and (said.refers.search(wish.clause.text) or pronoun or wish.clause.language == "zh"):
        text, at = _said_before(text, wish, note)
    elif pronoun and wish.who is not None and not pronoun["rest"].strip():
        text, at = _said_before(text, wish, note)  # "…, Theo's arranging it"
    elif pronoun or said.generic.search(text):
        text, at = _with_topic(text, wish, note)
        if pronoun and at == wish.at and not pronoun["rest"].strip():
            return None  # "I'll do both": of what, nobody can tell
    if at == wish.at and not pronoun and said.open_ended.search(bare):
        text, at = _with_before(text, wish, note)
    if len(text) < 2 or (said.light.fullmatch(text) and not text.isascii() and len(text) < 3):
        return None
    text = re.sub(r"^(?:the|a|an|to|that)\s+", "", text, flags=re.IGNORECASE)
    return Said((text[0].upper() + text[1:])[:TITLE], at, wish.until) if not said.light.fullmatch(text) or not text.isascii() else None


def _bare(at: int, until: int, note: Note, clause: Clause) -> str:
    text = _FILLER.sub("", _without_times(at, until, note)).strip(MARKS)
    text = words(clause.language).leads.sub("", text)
    text = words(clause.language).uncover.sub("", re.sub(r"\s{2,}", " ", text)).strip(MARKS)
    return re.sub(r"\s+([,.])", r"\1", text)


def _without_names(text: str, wish: Wish, note: Note) -> str:
    """发范雨晴 is 发: whom it is for is not what is done."""
    people = [note.text[each.at : each.until] for each in note.names_in(wish.at, wish.until)]
    for name in [*people, *_SAID_NAME.findall(text)]:
        text = text.replace(name, "")
    return text


def _fronted(wish: Wish, note: Note) -> str:
    """合同我周四发给她: the thing stands before who does it. Empty when nothing stands there, or a mere "this"."""
    said = words("zh")
    lead = _WHO.sub("", _without_times(wish.clause.at, wish.who_at[0] if wish.who_at else wish.at, note).strip(MARKS))
    opens = said.begins.match(lead)
    thing = lead[opens.end() if opens else 0 :].strip(MARKS)
    names = any(
        each.at < wish.at and each.record is not None for each in note.names_in(wish.clause.at, wish.clause.until) if not wish.who_at
    )
    return (
        ""
        if len(thing) < 2
        or names
        or thing == "时间"
        or thing.endswith(("说", "讲", "问"))
        or said.refers.search(thing)
        or said.negated.search(thing)
        else thing
    )


def _about(thing: str, pronoun: re.Match[str] | None) -> str:
    verb = (pronoun["verb"] or "") if pronoun else ""
    verb = "" if verb.lower() in {"do", "get", "have", "做", "来办", "处理"} else verb
    return f"{verb}{thing}" if HAN.search(thing) else f"{verb} {thing}".strip()


def _said_before(text: str, wish: Wish, note: Note) -> tuple[str, int]:
    """ "…, which I'll do on Friday": what the clause before says is what is done."""
    place = next(number for number, each in enumerate(note.clauses) if each is wish.clause)
    before = note.clauses[place - 1] if place else None
    if before is None or wish.clause.sentence - before.sentence > 1:
        return text, wish.at
    person = next((each for each in note.names_in(before.at, before.until) if each.record and each.record.type == "contact"), None)
    if person is not None and "约" in text:
        return f"约{note.text[person.at : person.until]}", before.at
    opens = words(before.language).begins.match(before.text)
    thing = _bare(before.at + (opens.end() if opens else 0), before.until, note, before)
    return (f"{thing}{text}" if HAN.search(thing) else thing), before.at


def _with_before(text: str, wish: Wish, note: Note) -> tuple[str, int]:
    """ "…, so I'll apply for it tomorrow", …两本手册,我快递过去: what it is stands in the clause before, and is told beside it."""
    place = next(number for number, each in enumerate(note.clauses) if each is wish.clause)
    before = note.clauses[place - 1] if place else None
    if before is None or wish.clause.sentence - before.sentence > 1:
        return text, wish.at
    thing = _bare(before.at, before.until, note, before)
    return (f"{text}: {thing}" if thing else text), before.at


def _only_points(wish: Wish, note: Note) -> bool:
    return bool(words(wish.clause.language).each("pronouns")[0].match(_without_times(wish.at, wish.until, note).strip(MARKS)))


def _with_topic(text: str, wish: Wish, note: Note) -> tuple[str, int]:
    """ "Come back with an answer" is about what they asked just before."""
    place = next(number for number, each in enumerate(note.clauses) if each is wish.clause)
    for clause in reversed(note.clauses[max(0, place - 3) : place]):
        found = words(clause.language).topics.search(clause.text)
        if found and wish.clause.sentence - clause.sentence <= 1 and found["what"].strip(MARKS):
            topic = _without_times(clause.at + found.start("what"), clause.at + found.end("what"), note).strip(MARKS)
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
    if other.clause.sentence - one.clause.sentence > 2:
        return False
    given = words(one.clause.language).given
    wanted = {each[0].lower() for each in given.finditer(first.title.value)}
    planned = {each[0].lower() for each in given.finditer(second.title.value)}
    return bool(wanted & planned) or _shares(first.title.value, second.title.value)


def _shares(one: str, other: str) -> bool:
    """Most words, in Chinese characters, of one are in the other."""
    first, second = (set(_WORD.findall(each.lower())) for each in (one, other))
    return len(first & second) >= _MOST * max(1, min(len(first), len(second)))
