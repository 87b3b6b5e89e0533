"""Which records are worth comparing: those that share a key. No block is compared whole once it is large."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from functools import cache
from itertools import combinations
from typing import Any, Final

from store.duplicates.letters import sound
from store.duplicates.names import Name, mark
from store.duplicates.phones import Phone
from store.duplicates.spec import Spec

LARGEST: Final = 40  # records of a block compared each with each
WINDOW: Final = 6  # neighbours, in order of their values, compared in a larger block (Hernández and Stolfo 1995)
_WORDS: Final = 4  # words of a name that make keys

Prepared = tuple[Any, ...]  # the values of a record in the order of the spec's fields, None where it says nothing
Part = Callable[[Any], Iterable[str]]


def _whole(value: Any) -> Iterable[str]:
    if isinstance(value, Phone):
        return (value.tail,)
    if isinstance(value, Name):
        return (value.joined,)
    return (value if isinstance(value, str) else "@".join(value),)


def _mark(value: Name) -> Iterable[str]:
    found = mark(value)
    return (found,) if len(found) > 1 else ()


def _words(value: Name) -> Iterable[str]:
    return [sound(word) for word in value.core[:_WORDS] if len(word) > 1]


def _start(value: Any) -> Iterable[str]:
    text = value.joined if isinstance(value, Name) else value
    return (text[:5],) if len(text) > 3 else ()


def _initials(value: Name) -> Iterable[str]:
    return {word[0] for word in value.core}


PARTS: Final[dict[str, Part]] = {
    "whole": _whole, "mark": _mark, "word": _words, "start": _start, "initial": _initials, "year": lambda value: (value[:4],),
}  # fmt: skip


Recipe = tuple[int, tuple[tuple[int, Part], ...]]


@cache
def _recipes(spec: Spec) -> tuple[Recipe, ...]:
    return tuple((number, tuple((place, PARTS[part]) for place, part in block)) for number, block in enumerate(spec.blocks))


def keys(spec: Spec, record: Prepared) -> list[tuple[int, str]]:
    """The keys of a record with the number of the recipe of each: (0, "j.smith@acme.example")."""
    found: list[tuple[int, str]] = []
    for number, block in _recipes(spec):
        place, part = block[0]
        value = record[place]
        if value is None:
            continue
        made = part(value)
        for place, part in block[1:]:
            value = record[place]
            made = [f"{one}|{other}" for one in made for other in part(value)] if value is not None else ()
        found += [(number, each) for each in made]
    return found


def pairs(spec: Spec, records: Sequence[Prepared]) -> Iterator[tuple[int, int]]:
    """Positions of records to compare, lower first, each pair once.

    Pairs of a block of n records: n(n-1)/2 up to LARGEST, then n * WINDOW: a thousand equal rows make six thousand pairs.
    """
    blocks: dict[Hashable, list[int]] = defaultdict(list)
    for place, record in enumerate(records):
        for key in set(keys(spec, record)):
            blocks[key].append(place)
    seen: set[int] = set()
    size = len(records)
    for members in blocks.values():
        if len(members) < 2:
            continue
        for a, b in combinations(members, 2) if len(members) <= LARGEST else _neighbours(records, members):
            code = a * size + b
            if code not in seen:
                seen.add(code)
                yield a, b


def _neighbours(records: Sequence[Prepared], members: list[int]) -> Iterator[tuple[int, int]]:
    ordered = sorted(members, key=lambda place: [str(value) for value in records[place]])
    for at, a in enumerate(ordered):
        for b in ordered[at + 1 : at + 1 + WINDOW]:
            yield (a, b) if a < b else (b, a)
