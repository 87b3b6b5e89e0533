"""Questions for one part of a brief: "what objections does Globex have", "which promises to Jane did we not keep", 环球提到过哪些竞品."""

import re
from collections.abc import Sequence

from agent.embedded.briefing import BRIEF
from agent.embedded.frames import Frame, Part
from agent.embedded.names import Name
from agent.embedded.patterns_of import pattern, words
from agent.embedded.reading import Reader
from store.filters import Filter

FILE = "part_words.yaml"
NAME = "␟"  # stands for a name
KINDS = ("account", "contact", "opportunity")
_EDGES = re.compile(r"[\s\W_]+")


def read(reader: Reader, spoken_of: tuple[str, str] | None = None) -> list[Frame] | None:
    """The frame of such a question; None when it says anything that has no place in one. `spoken_of`: (kind, id) of whom "they" are."""
    named = _named(reader)
    if named is None:
        return None
    subject = (named[0].type, named[0].id) if named else spoken_of if any(span.func("it") for span in reader.spans) else None
    if subject is None or subject[0] not in KINDS:
        return None
    said = _without_names(reader, subject[0])
    parts = _parts(said)
    if not parts or _left(said, parts):
        return None
    for span in reader.spans:
        span.used = True
    kind, record_id = subject
    values: dict[str, object] = {"about": kind, "name": record_id, "parts": _asked(said, parts), **_period(reader)}
    is_it = Part(f"is:{kind}", Filter(field="id", value=record_id))
    return [Frame("get", entity=kind, parts=[is_it], results=[record_id], reason=BRIEF, values=values)]


def _named(reader: Reader) -> list[Name] | None:
    """The one record named; of a customer and somebody or something of theirs, the latter. Empty for no name, None for several."""
    spans = [span for span in reader.spans if span.names]
    found: list[Name] = []
    for span in spans:
        best = max(name.score for name in span.names)
        fits = [name for name in span.names if name.score == best and name.type in KINDS]
        kind = min((name.type for name in fits), key=KINDS.index, default="")
        fits = [name for name in fits if name.type == kind]
        if not fits or any(name.score == best and name.type in {"user", "team"} for name in span.names):
            return None
        theirs = reader.names.belonging(found[0].id, fits) if found and found[0].type == "account" else fits
        if len({name.id for name in theirs}) != 1:
            return None
        found.insert(0, theirs[0])
    if len(found) > 2 or (len(found) == 2 and found[1].type != "account"):
        return None
    return found[:1]


def _without_names(reader: Reader, kind: str) -> str:
    """The sentence in lower case, ␟ for each name, without its times and the word for the kind of record it is about."""
    pieces, place, text = [], 0, reader.text.text
    for span in reader.spans:
        aside = (span.time and span.time.kind == "period") or (span.entity and span.entity.entity == kind)
        if span.first >= place and (span.names or aside):
            pieces += [text[place : span.first], NAME if span.names else " "]
            place = span.last
    return "".join([*pieces, text[place:]]).lower().replace("’", "'").strip()


def _parts(said: str) -> list[str]:
    return [part for part in words(FILE)["parts"] if pattern(FILE, "parts", part).search(said)]


def _left(said: str, parts: Sequence[str]) -> str:
    """What is left of the sentence without the words of the parts and what may stand beside them."""
    rest = said
    for part in parts:
        rest = pattern(FILE, "parts", part).sub(" ", rest)
    if "promises" in parts:
        rest = pattern(FILE, "waiting").sub(" ", rest)
    rest = pattern(FILE, "beside").sub(" ", rest.replace(NAME, " "))
    return _EDGES.sub("", rest)


def _asked(said: str, parts: Sequence[str]) -> list[str]:
    """The parts as the brief knows them: promises by whose they are, and whether only those that wait are asked for."""
    asked = [part for part in parts if part != "promises"]
    if "promises" in parts:
        side = next(
            (f"{name}_promises" for name, whose in (("their", "theirs"), ("our", "ours")) if pattern(FILE, whose).search(said)), "promises"
        )
        waits = pattern(FILE, "waiting").search(said)
        asked = [*([] if side == "promises" else [side]), "open_promises"] if waits else [side]
        asked = [*(part for part in parts if part != "promises"), *asked]
    return asked


def _period(reader: Reader) -> dict[str, str]:
    when = next((span.time for span in reader.spans if span.time and span.time.kind == "period"), None)
    return {key: day.isoformat() for key, day in (("first_day", when.first), ("last_day", when.last)) if day} if when else {}
