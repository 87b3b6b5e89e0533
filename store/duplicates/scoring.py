"""The evidence that two records are the same: bits for and against, field by field."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any, Literal

from store.duplicates.blocking import Prepared, pairs
from store.duplicates.spec import Spec

Verdict = Literal["same", "alike", "different"]
LISTED = 0.5  # chance from which a pair is a candidate
SURE = 0.9  # chance from which an import holds a row back


@dataclass(frozen=True, slots=True)
class Reason:
    """What one field says: its evidence in bits, rounded to a tenth."""

    field: str
    verdict: Verdict
    bits: float

    def to_json(self) -> dict[str, Any]:
        return {"field": self.field, "verdict": self.verdict, "bits": self.bits}


@dataclass(frozen=True, slots=True)
class Score:
    """`chance`: 0 to 1 that the two are the same; `reasons`: the strongest first."""

    chance: float
    bits: float
    reasons: tuple[Reason, ...]


def prepare(spec: Spec, values: Mapping[str, Any], country: str | None = None) -> Prepared:
    """A record's values, by the names of `Compared.sources`, made comparable."""
    found = []
    for field in spec.fields:
        if len(field.sources) == 1:
            value = values.get(field.sources[0])
            text = value if value is None or value.__class__ is str else str(value)
        else:
            text = " ".join(str(value) for source in field.sources if (value := values.get(source)))
        found.append(field.way.prepare(text, country) if text else None)
    return tuple(found)


def total(spec: Spec, a: Prepared, b: Prepared, least: float = -inf) -> float:
    """The evidence in bits, all fields together; what either does not say counts nothing. Once `least` bits are out of reach,
    what was found so far."""
    found = 0.0
    for field, most, one, other in zip(spec.fields, spec.most, a, b, strict=True):
        if one is not None and other is not None:
            found += field.agrees if one == other and not field.way.graded else field.bits(field.way.alike(one, other))
        if found + most < least:
            break
    return found


def score(spec: Spec, a: Prepared, b: Prepared) -> Score:
    """`total` with its reasons."""
    reasons = []
    bits = 0.0
    for field, one, other in zip(spec.fields, a, b, strict=True):
        if one is None or other is None:
            continue
        alike = field.way.alike(one, other)
        said = field.bits(alike)
        bits += said
        verdict: Verdict = "same" if alike >= 0.999 else "alike" if alike > field.floor else "different"
        reasons.append(Reason(field.name, verdict, round(said, 1)))
    reasons.sort(key=lambda each: -each.bits)
    return Score(spec.chance(bits), bits, tuple(reasons))


def matches(spec: Spec, records: Sequence[Prepared], *, least: float = LISTED) -> Iterator[tuple[int, int, float]]:
    """The pairs (positions, lower first) with at least this chance of being the same, and their evidence in bits."""
    needed = spec.evidence(least)
    for a, b in pairs(spec, records):
        bits = total(spec, records[a], records[b], needed)
        if bits >= needed:
            yield a, b, bits
