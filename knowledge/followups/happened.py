"""What happened: a visit, a call, a meeting; and when."""

from collections.abc import Sequence
from datetime import date

from knowledge.followups.due import day_of
from knowledge.followups.followup import Said
from knowledge.followups.note import Clause, Note
from knowledge.followups.sections import Section
from knowledge.followups.words import words
from knowledge.followups.world import World


def kind_of(section: Section, note: Note, world: World) -> Said[str] | None:
    """The first thing told of this customer that has happened; plans do not count. A kind the store does not have is none."""
    kept = {choice.value for choice in world.schema.choices_of(world.schema.field("activity", "kind"))}
    for clause in section.clauses:
        if _ahead(clause, note, world):
            continue
        places = [
            (found.start(), -len(found[0]), kind, found.end())
            for kind, pattern in words(clause.language).under("happened")
            if kind in kept
            and kind not in clause.tells.never
            and (found := pattern.search(clause.text))
            and not _denied(clause, found.start())
        ]
        if places:
            at, _, kind, until = min(places)
            return Said(kind, clause.at + at, clause.at + until)
    return _of_each(note, kept) or _by_meaning([each for each in section.clauses if not _ahead(each, note, world)], kept)


def _by_meaning(clauses: Sequence[Clause], kept: set[str]) -> Said[str] | None:
    """The kind most surely told, whatever its words ("went up the hill with Gwen", 跑了趟…)."""
    sure = [
        ((each.tells.chances or {})[kind], kind, each)
        for each in clauses
        for kind in each.tells.sure & kept
        if not (each.negated or each.uncertain)
    ]
    if not sure:
        return None
    _, kind, clause = max(sure, key=lambda one: one[0])
    return Said(kind, clause.at, clause.until)


def _denied(clause: Clause, place: int) -> bool:
    """没见到, "didn't meet": just before it."""
    near = 4 if clause.language == "zh" else 24
    return bool(words(clause.language).negated.search(clause.text[max(0, place - near) : place]))


def _of_each(note: Note, kept: set[str]) -> Said[str] | None:
    """ "I had three calls this morning" is told of every customer that follows."""
    for clause in note.clauses:
        for kind, pattern in words(clause.language).under("each"):
            found = pattern.search(clause.text)
            if found and kind in kept:
                return Said(kind, clause.at + found.start(), clause.at + found.end())
    return None


def _ahead(clause: Clause, note: Note, world: World) -> bool:
    """A clause with a day still to come, or with a plan."""
    if any((day := day_of(each)) is not None and day > world.today for each in note.times_in(clause.at, clause.until)):
        return True
    return bool(words(clause.language).planned.search(clause.text))


def day_in(section: Section, note: Note, world: World) -> Said[date] | None:
    """A day that has passed, in the first sentences: "visited yesterday"."""
    firsts = sorted({clause.sentence for clause in section.clauses})[:2]
    for clause in section.clauses:
        if clause.sentence not in firsts:
            continue
        for each in note.times_in(clause.at, clause.until):
            day = each.span.first
            if (
                each.span.kind == "period"
                and day is not None
                and day == each.span.last
                and 0 < (world.today - day).days <= 31
                and _is_past(clause)
            ):
                return Said(day, each.at, each.until)
    return None


def _is_past(clause: Clause) -> bool:
    kinds = words(clause.language).under("happened")
    happened = any(pattern.search(clause.text) for _, pattern in kinds) or any(kind in clause.tells.sure for kind, _ in kinds)
    return happened or len(clause.text.split()) <= 6 or bool(words(clause.language).won.search(clause.text))
