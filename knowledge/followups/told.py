"""What a clause tells, by its meaning: a plan, a promise, a danger, a visit and so on, whatever words it is said in.

The patterns of words.yaml know what they list. This is a linear model on the clause's sentence vector, names masked, one for both languages: it
finds what no pattern has, and says which pattern is not to be believed. `evals.told` trains it and writes `told.npz`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.sentences import Language

MODEL = Path(__file__).with_name("told.npz")
SCALE = 20.0  # of vectors whose parts are some hundredths, so that the penalty of the fit is small beside them
MASKS: Mapping[Language, Mapping[str, str]] = {
    "en": {"account": "Acme", "contact": "Alex", "user": "Sam"},
    "zh": {"account": "客户公司", "contact": "王经理", "user": "小李"},
}
Embed = Callable[[list[str]], Sequence[Sequence[float]]]


@dataclass(frozen=True, slots=True)
class Telling:
    """`sure`: acts the clause tells, as sure as fields must be. `never`: acts it does not, whatever its words. `chances`: of each act."""

    sure: frozenset[str] = frozenset()
    never: frozenset[str] = frozenset()
    chances: Mapping[str, float] | None = None

    def rather(self, act: str, other: str) -> bool:
        """Whether the first is told and more likely so than the other."""
        return act in self.sure and self.chances is not None and self.chances[act] > self.chances[other]


NOTHING = Telling()  # without a model: the patterns decide alone


def masked(text: str, names: Iterable[tuple[int, int, str]], language: Language) -> str:
    """Names (place, end, type of record) as names everybody has: what is learnt holds for any store."""
    for at, until, kind in sorted(names, reverse=True):
        text = text[:at] + MASKS[language].get(kind, text[at:until]) + text[until:]
    return " ".join(text.split()) or "."


def tellings(clauses: Sequence[str], embed: Embed | None) -> list[Telling]:
    """Of each masked clause."""
    if embed is None or not clauses:
        return [NOTHING] * len(clauses)
    held = _model()
    sums = (np.array(embed(list(clauses))) - held["mean"]) * SCALE @ held["weights"] + held["bias"]
    acts = bytes(held["acts"]).decode().split("\n")
    return [_telling(dict(zip(acts, each, strict=True)), held, acts) for each in (1 / (1 + np.exp(-sums))).tolist()]


def _telling(chances: dict[str, float], held: Mapping[str, Any], acts: Sequence[str]) -> Telling:
    sure = frozenset(act for act, least in zip(acts, held["sure"], strict=True) if chances[act] >= least)
    return Telling(sure, frozenset(act for act, least in zip(acts, held["never"], strict=True) if chances[act] < least), chances)


@cache
def _model() -> Mapping[str, Any]:
    with np.load(MODEL) as read:
        return {name: read[name] for name in read.files}
