"""Whether words that tell of a win mean this deal: a deal is won only when they name it or clearly point at it, else it is asked."""

import re

from knowledge.followups.note import Clause, Note
from knowledge.followups.words import words
from knowledge.followups.world import Deal, World
from knowledge.sentences import HAN

_TOKEN = re.compile(r"[a-zA-ZÀ-ɏ]+")
_LEFT = 2  # Chinese characters of another thing


def means(deal: Deal, clause: Clause, note: Note, world: World, *, named: bool, alone: bool) -> bool:
    """`named`: the deal was named by now. `alone`: no other is open, so that "the deal" is this one."""
    if _other_thing(deal, clause, note):
        return False
    return named or (alone and _says_deal(clause, world))


def _says_deal(clause: Clause, world: World) -> bool:
    """The word for a deal, as the vocabulary has it."""
    entity = world.schema.entity("opportunity")
    called = (entity.en, entity.zh, *entity.words)
    return any(
        re.search(rf"\b{re.escape(each)}\b" if each.isascii() else re.escape(each), clause.text, re.IGNORECASE) for each in called if each
    )


def _other_thing(deal: Deal, clause: Clause, note: Note) -> bool:
    """ "Signed the service contract", 签了保密协议: what was signed is something else than the deal's own."""
    said = words(clause.language)
    for pattern in said.each("signed_what"):
        found = pattern.search(clause.text)
        if found and found["what"]:
            at, until = clause.at + found.start("what"), clause.at + found.end("what")
            if _left(_without_known(at, until, note), deal, said.plain_thing):
                return True
    return False


def _without_known(at: int, until: int, note: Note) -> str:
    """The words without times, names and amounts."""
    text = note.text[at:until]
    known = [(each.at, each.until) for each in note.times_in(at, until)] + [(each.at, each.until) for each in note.names_in(at, until)]
    for first, last in known + [(each.at, each.until) for each in note.amounts_in(at, until)]:
        start, end = first - at, min(last, until) - at
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _left(text: str, deal: Deal, plain: re.Pattern[str]) -> bool:
    rest = plain.sub(" ", text)
    if HAN.search(text):
        left = "".join(each for each in rest if HAN.match(each) and each not in deal.name)
        return len(left) >= _LEFT
    own = {each.lower().rstrip("s") for each in _TOKEN.findall(deal.name)}
    return any(each.lower().rstrip("s") not in own for each in _TOKEN.findall(rest) if len(each) > 1)
