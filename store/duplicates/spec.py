"""What is compared with what: the fields of a kind, how each compares, and by which keys records meet. Read from `specs.yaml`."""

from dataclasses import dataclass
from functools import cache, cached_property
from math import log2
from pathlib import Path
from typing import Any

from store.duplicates.comparing import WAYS, Way
from store.yaml_text import parse


@dataclass(frozen=True)
class Compared:
    """One field of a comparison, in bits of evidence (Fellegi and Sunter 1969).

    `m`: how often it agrees in two records of the same thing; `u`: of two different ones. `floor`: the likeness from which
    agreement is counted, in proportion (Winkler 1990).
    """

    name: str
    way: Way
    sources: tuple[str, ...]
    m: float
    u: float
    floor: float = 0.8

    @cached_property
    def agrees(self) -> float:
        return log2(self.m / self.u)

    @cached_property
    def differs(self) -> float:
        return log2((1 - self.m) / (1 - self.u))

    def bits(self, alike: float) -> float:
        """What a likeness of 0 to 1 says for (or, negative, against) the two being the same."""
        share = (alike - self.floor) / (1 - self.floor)
        return self.differs + (self.agrees - self.differs) * share if share > 0 else self.differs


@dataclass(frozen=True, eq=False)
class Spec:
    """What makes two records of a kind the same.

    `fields`: those compared quickly first, since a pair that can no longer become alike is not compared further.
    `prior`: bits of evidence at which two records are as likely the same as not.
    `blocks`: each a list of (field, part), whose keys together make a record meet others.
    `sources`: by entity, which of its fields each compared field is read from; `country`: which tells the country of its phones.
    """

    name: str
    fields: tuple[Compared, ...]
    blocks: tuple[tuple[tuple[int, str], ...], ...]
    prior: float
    sources: dict[str, dict[str, str]]
    country: dict[str, str]

    @cached_property
    def most(self) -> tuple[float, ...]:
        """For each field the evidence that those after it can bring at most."""
        found = [0.0]
        for field in reversed(self.fields[1:]):
            found.append(found[-1] + field.agrees)
        return tuple(reversed(found))

    def evidence(self, chance: float) -> float:
        """The inverse of `chance`: the bits it takes."""
        return self.prior - log2(1 / chance - 1)

    def chance(self, bits: float) -> float:
        """0 to 1: how likely two records with this evidence are the same."""
        return float(1 / (1 + 2.0 ** min(self.prior - bits, 64.0)))


def spec_from(name: str, raw: dict[str, Any]) -> Spec:
    """A spec from data: `fields`, `blocks` ("name.mark + birthday.whole"), `prior`, `entities`."""
    fields = tuple(
        Compared(each, WAYS[told["as"]], tuple(told.get("from", [each])), float(told["m"]), float(told["u"]), float(told.get("floor", 0.8)))
        for each, told in raw["fields"].items()
    )
    places = {field.name: number for number, field in enumerate(fields)}
    blocks = tuple(
        tuple((places[part.split(".")[0].strip()], part.split(".")[1].strip()) for part in block.split("+")) for block in raw["blocks"]
    )
    entities = {entity: dict(told) for entity, told in raw.get("entities", {}).items()}
    country = {entity: told.pop("country") for entity, told in entities.items() if "country" in told}
    return Spec(name, fields, blocks, float(raw["prior"]), entities, country)


@cache
def specs() -> dict[str, Spec]:
    """The specs of the store's kinds, by name."""
    raw = parse((Path(__file__).parent / "specs.yaml").read_text("utf-8"))
    return {name: spec_from(name, told) for name, told in raw.items()}


@cache
def spec_of(entity: str) -> Spec | None:
    """The spec that looks for duplicates of this kind; None when nobody looks."""
    return next((spec for spec in specs().values() if entity in spec.sources), None)
