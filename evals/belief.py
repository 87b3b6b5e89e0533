"""How far the built-in brain believes its own readings: `python -m evals.belief` fits the model, `--record` first takes in new cases.

What it learns from is `data/readings.json`: the first reading of each case of the development half, with what the check of readings found
in it and whether it was right. The first one counts, because it was made before anybody worked on the case; later ones are too good.
"""

import argparse
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from agent.bootstrap import Rapport
from agent.embedded import belief
from agent.embedded.frames import Frame
from agent.embedded.understanding import Understanding
from agent.turn import FRAMES
from evals.acts import hash_of
from evals.cases import Case
from evals.report import BELIEF_HEAD
from evals.runner import run
from store import conversations

READINGS = Path(__file__).parent / "data" / "readings.json"
FOLDS = 10
STRENGTH = 0.3
WORKED = "worked on"  # readings of cases made after work on them: mostly right, they say what must not be asked about
WEIGHT = 0.2  # of one of those: there are many
SMALLEST = 0.01  # weights below are left out of the file
STEPS = (0.0, 0.3, 0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9)


@dataclass(frozen=True)
class Reading:
    """The first reading of a turn that was answered. `batch`: when its case was new."""

    case: str
    turn: int
    batch: str
    right: bool
    features: dict[str, float]


def readings(path: Path = READINGS) -> list[Reading]:
    return [Reading(**each) for each in json.loads(path.read_text(encoding="utf-8"))] if path.exists() else []


def write_readings(held: Iterable[Reading], path: Path = READINGS) -> None:
    lines = [json.dumps(asdict(each), ensure_ascii=False, sort_keys=True) for each in held]
    path.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")


def record(batch: str) -> list[Reading]:
    """Ask the cases of the development half and add those that were never read before."""
    os.environ["RAPPORT_ASK_BELOW"] = "0"  # to learn when to ask, nothing may be asked
    held = readings()
    known = {each.case for each in held}
    brains: dict[str, Understanding] = {}

    def watch(rapport: Rapport, case: Case, number: int, conversation: str, right: bool) -> None:
        if case.id in known:
            return
        principal = rapport.store.principal(case.who)
        brain = brains.setdefault(case.store, Understanding())
        with rapport.store.reading(principal) as unit:
            said = conversations.messages(unit, conversation)
            frames = [Frame.from_json(each) for each in said[-1]["frames"]]
            before = [Frame.from_json(each) for message in reversed(said[-2 - 2 * FRAMES : -2]) for each in message["frames"]]
            judged = brain.judged(unit, said[-2]["text"], frames, before)
        if judged is not None:
            held.append(Reading(case.id, number, batch, right, dict(judged.features)))

    run("embedded", "dev", watch=watch)
    write_readings(held)
    return held


@dataclass
class Fitted:
    """The model, and the chances of new cases' readings in folds it was not fitted on."""

    names: list[str]
    weights: Any
    bias: float
    unseen: Any
    right: Any


def fit(held: Sequence[Reading]) -> Fitted:
    table = DictVectorizer(sparse=False)
    found = table.fit_transform([each.features for each in held])
    right = np.array([each.right for each in held])
    folds = np.array([hash_of(each.case) % FOLDS for each in held])
    weight = np.array([WEIGHT if each.batch == WORKED else 1.0 for each in held])
    unseen = np.zeros(len(held))
    for fold in range(FOLDS):
        if (folds == fold).any():
            unseen[folds == fold] = (
                _regression()
                .fit(found[folds != fold], right[folds != fold], weight[folds != fold])
                .predict_proba(found[folds == fold])[:, 1]
            )
    whole = _regression().fit(found, right, weight)
    fresh = np.array([each.batch != WORKED for each in held])
    return Fitted(list(table.get_feature_names_out()), whole.coef_[0], float(whole.intercept_[0]), unseen[fresh], right[fresh])


def _regression() -> LogisticRegression:
    return LogisticRegression(C=STRENGTH, max_iter=3000)


def trade_off(fitted: Fitted) -> list[tuple[str, ...]]:
    """What asking below each chance costs and saves, on readings the model was not fitted on."""
    rows: list[tuple[str, ...]] = []
    for step in STEPS:
        answered = fitted.unseen >= step
        kept = (answered & fitted.right).sum() / max(1, fitted.right.sum())
        wrong = int((answered & ~fitted.right).sum())
        rows.append((f"{step:.2f}", str(int(answered.sum())), f"{100 * kept:.1f}", str(wrong), f"{100 * wrong / len(fitted.right):.1f}"))
    return rows


def reliability(fitted: Fitted, bins: int = 10) -> list[tuple[float, float, int]]:
    """Per bin of chance: the mean said, the share that was right, how many."""
    found = []
    for number in range(bins):
        inside = (fitted.unseen > number / bins) & (fitted.unseen <= (number + 1) / bins)
        if inside.any():
            found.append((float(fitted.unseen[inside].mean()), float(fitted.right[inside].mean()), int(inside.sum())))
    return found


def write(fitted: Fitted, *, ask: float, sure: float, path: Path = belief.MODEL) -> None:
    kept = zip(fitted.names, fitted.weights, strict=True)
    content = {
        "ask": ask,
        "sure": sure,
        "bias": round(fitted.bias, 3),
        "weights": {name: round(float(weight), 3) for name, weight in kept if abs(weight) >= SMALLEST},
        "readings": len(fitted.right),
        "reliability": [[round(said, 3), round(share, 3), count] for said, share, count in reliability(fitted)],
        "trade_off": [list(row) for row in trade_off(fitted)],
    }
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--record", metavar="BATCH", help="ask the cases first, and take in those never read before under this name")
    parser.add_argument("--ask", type=float, default=0.5, help="ask below this chance")
    parser.add_argument("--sure", type=float, default=0.8, help="from this chance on no language model is needed")
    chosen = parser.parse_args()
    held = record(chosen.record) if chosen.record else readings()
    fitted = fit(held)
    write(fitted, ask=chosen.ask, sure=chosen.sure)
    print(f"{len(held)} readings, {int(fitted.right.sum())} right")
    for row in (BELIEF_HEAD, *trade_off(fitted)):
        print("  ".join(cell.rjust(14) for cell in row))
    for said, share, count in reliability(fitted):
        print(f"said {100 * said:5.1f} %  right {100 * share:5.1f} %  of {count}")


if __name__ == "__main__":
    main()
