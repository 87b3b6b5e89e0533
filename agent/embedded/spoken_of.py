"""The records a conversation is about just now: what the last answers showed, changed or were narrowed to, and whom those belong to."""

import re
from collections.abc import Iterator, Sequence

from agent.embedded.frames import Frame
from store.filters import Filter
from store.query import load
from store.unit import Unit

_TURNS = 4  # frames back
_SHOWN = 50  # records of an answer
_KEEPERS = ("account", "contact", "lead")


def spoken_of(unit: Unit, previous: Sequence[Frame]) -> set[str]:
    """Their ids."""
    found: set[str] = set()
    for frame in [each for each in previous if each.intent not in {"clarify", "refuse", "help"}][:_TURNS]:
        shown = [*frame.ids, *frame.results][:_SHOWN]
        found |= {*shown, *_named(frame)}
        if frame.entity not in unit.schema.entities or not shown:
            continue
        kept = [name for name in _KEEPERS if name in unit.schema.entity(frame.entity).fields]
        for record in load(unit, frame.entity, shown) if kept else ():
            found |= {str(record.fields[f"{name}_id"]) for name in kept if record.fields.get(f"{name}_id")}
    return found


_OTHER = re.compile(r"\bthe other (?:one,? )?(?=[A-Z\u3400-\u9fff])|(?:另外?一?个|另外那?个|别的那个)(?!人)")


def other_than(text: str, previous: Sequence[Frame]) -> tuple[str, set[str]]:
    """ "the other Tom", 另一个陈: the text without the word that says so, and the records spoken of, which are not meant."""
    plain = _OTHER.sub("", text)
    before = [frame for frame in previous if frame.intent not in {"clarify", "refuse", "help"}][:2] if plain != text else []
    named = {each for frame in before for each in (*_named(frame), *frame.ids)}
    return (plain, named) if named else (text, set())


def _named(frame: Frame) -> Iterator[str]:
    """The records a frame's conditions and values point to."""
    for value in (*(part.filter for part in frame.parts), *frame.values.values()):
        held = value.value if isinstance(value, Filter) and not value.negate else value if isinstance(value, str) else None
        yield from (str(each) for each in (held if isinstance(held, list) else [held]) if each)
