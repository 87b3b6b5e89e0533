"""Why a deal was lost: in so many words, or the complaint told in the same breath."""

from knowledge.briefs import cues
from knowledge.followups.followup import Said
from knowledge.followups.note import Clause
from knowledge.followups.sections import Section
from knowledge.followups.words import words

_AHEAD = 5  # clauses after the one that tells of the loss
_MARKS = " .,。，;；"


def reason_of(section: Section, lost: Clause) -> Said[str] | None:
    place = next(number for number, each in enumerate(section.clauses) if each is lost)
    for clause in section.clauses[place : place + _AHEAD]:
        for kind in ("reason", "because"):
            for pattern in words(clause.language).each(kind):
                found = pattern.search(clause.text)
                if found:
                    return _said(found["what"], clause, found.start("what"))
    return next((_said(each.text, each, 0) for each in _beside(section, place) if is_complaint(each)), None)


def is_complaint(clause: Clause) -> bool:
    said = words(clause.language)
    told = said.risk.search(clause.text) or said.wanting.search(clause.text) or "objection" in cues.kinds_of(clause.text, clause.language)
    return bool(told) and not clause.uncertain and not said.no_risk.search(clause.text)


def _beside(section: Section, place: int) -> list[Clause]:
    """The clauses of the same sentence, those after it first."""
    lost = section.clauses[place]
    same = [each for each in section.clauses if each.sentence == lost.sentence and each is not lost]
    return sorted(same, key=lambda each: (each.at < lost.at, abs(each.at - lost.at)))


def _said(what: str, clause: Clause, start: int) -> Said[str]:
    text = what.strip(_MARKS)
    at = clause.at + start + what.index(text)
    return Said(" ".join(text.split()), at, at + len(text))
