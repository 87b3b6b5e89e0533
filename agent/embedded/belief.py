"""How likely a turn's reading is what was meant: a small model over what the check found, what the act is, and what had to be mended.

`evals.belief` fits it on readings of cases nobody had worked on, and writes `belief.json`; the thresholds are chosen there.
"""

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from agent.embedded.accounting import Objection
from agent.embedded.claims import CHANGES
from agent.embedded.frames import Frame
from agent.embedded.spans import Spanned

MODEL = Path(__file__).with_name("belief.json")
_INTENTS = ("find", "get", "measure", "notes", "create", "update", "delete", "log", "task")
_WEAK = frozenset({"left over", "far relation", "unasked", "unasked order", "customer"})  # as often said of right readings as of wrong ones
MOST = 3  # of anything counted


def features(
    text: Spanned, frames: Sequence[Frame], found: Sequence[Objection], signs: Sequence[str], chance: float, *, later: bool
) -> dict[str, float]:
    """What speaks for and against a reading. `chance`: of its act, by the words alone."""
    changes = any(frame.intent in CHANGES for frame in frames)
    side = "change" if changes else "read"
    counted = Counter(f"{side}:{each.kind}" for each in found)
    counted["flags"] = sum(each.heavy for each in found) + sum(sign not in _WEAK for sign in signs)
    counted["flagged"] = bool(counted["flags"])
    counted.update(f"odd:{sign}" for sign in signs)
    counted["mended"] = sum(len(frame.notes) for frame in frames)
    counted["frames"] = len(frames) - 1
    kept = {name: float(min(MOST, count)) for name, count in counted.items() if count}
    doubt = min(5.0, -math.log(max(chance, 1e-6)))
    intents = {frame.intent for frame in frames}
    told = {f"is:{intent}": 1.0 for intent in _INTENTS if intent in intents}
    conditions = sum(len(frame.parts) for frame in frames if frame.intent in {"find", "measure"})
    return kept | told | {
        "doubt": doubt,
        f"doubt:{side}": doubt,
        "length": min(4.0, len(text.tokens) / 10),
        "later": float(later),
        "conditions": float(min(4, conditions)),
        "breaks": float(min(MOST, sum(text.text.count(mark) for mark in ",;，；、。"))),
    }  # fmt: skip


@cache
def model() -> Mapping[str, Any]:
    """`weights` by feature, `bias`, `ask`: below this a reading is asked about; `sure`: from this on no language model is needed."""
    return dict(json.loads(MODEL.read_text(encoding="utf-8")))


def sure() -> float:
    """From this chance on a reading needs no language model to look at it."""
    return float(model()["sure"])


def probability(found: Mapping[str, float]) -> float:
    """That the reading is right."""
    held = model()
    total = held["bias"] + sum(held["weights"].get(name, 0.0) * value for name, value in found.items())
    return float(1 / (1 + math.exp(-total)))
