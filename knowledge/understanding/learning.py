"""Learning yes or no from the firm's own outcomes: logistic regression, judged on what it has not seen, against the simplest guess.

Out-of-fold predictions, all cases of one group (a deal) in one fold, give the AUC, the Brier score and the calibration table. The
simple guess (averages by a key: the stage) is judged the same way; whichever has the lower log loss is used. One whose AUC is no better than
chance alone gives is not: where nothing tells who will win from who will not, the share of all is the honest answer.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

Method = Literal["logistic", "averages", "overall"]
FOLDS = 5
SURE = 1.64  # standard errors; one guess in twenty at random gets beyond
BINS = 5
PRIOR = 4.0  # cases of the overall average that every average by key starts with


@dataclass(frozen=True, slots=True)
class Case:
    """One example: `group` is what it is an example of, `key` what the simple guess goes by, `weight` its share of the group."""

    group: str
    key: str
    values: tuple[float, ...]
    outcome: bool
    weight: float


@dataclass(frozen=True, slots=True)
class Bin:
    """Of the cases given about this chance (`said`, mean), the share that came true (`came`); `weight` is how many groups they stand for."""

    said: float
    came: float
    weight: float


@dataclass(frozen=True, slots=True)
class Learned:
    """`method`: "logistic", "averages" (by key) or "overall" (the share of all). `predict(values, key)` gives the chance; `weights` are the
    coefficients on standardised features (empty but for logistic); `auc` and `brier` are out of fold; `others_auc` is that of the best method not used."""

    method: Method
    positives: int
    negatives: int
    auc: float
    brier: float
    others_auc: float
    calibration: tuple[Bin, ...]
    weights: dict[str, float]
    means: tuple[float, ...]
    spreads: tuple[float, ...]
    predict: Callable[[Sequence[float], str], float]


def learn(cases: Sequence[Case], names: Sequence[str], *, needed: int) -> Learned | None:
    """None when there are fewer outcomes than needed, or not a fifth of them of the rarer kind."""
    outcomes = {case.group: case.outcome for case in cases}
    positives = sum(outcomes.values())
    negatives = len(outcomes) - positives
    if len(outcomes) < needed or min(positives, negatives) < max(FOLDS, needed / 5):
        return None
    groups = {group: place % FOLDS for place, group in enumerate(sorted(outcomes))}
    fold = np.array([groups[case.group] for case in cases])
    x = np.array([case.values for case in cases], dtype=float)
    y = np.array([case.outcome for case in cases], dtype=bool)
    w = np.array([case.weight for case in cases])
    model, simple, overall = np.zeros(len(cases)), np.zeros(len(cases)), np.zeros(len(cases))
    for number in range(FOLDS):
        train, test = fold != number, fold == number
        fitted = _fit(x[train], y[train], w[train])
        model[test] = _predict(fitted, x[test])
        average = averages([case for case, inside in zip(cases, train, strict=True) if inside])
        simple[test] = [average(case.key) for case, inside in zip(cases, test, strict=True) if inside]
        overall[test] = np.average(y[train], weights=w[train])
    slope, shift = _calibrated(model, y, w)
    honest = _squash(slope * _logit(model) + shift)
    whole, by_key = _fit(x, y, w), averages(cases)
    guesses: dict[Method, Any] = {"logistic": honest, "averages": simple, "overall": overall}
    aucs: dict[Method, float] = {"logistic": _auc(model, y, w), "averages": _auc(simple, y, w), "overall": 0.5}
    beyond = SURE * math.sqrt(
        (positives + negatives + 1) / (12 * positives * negatives)
    )  # how far chance alone takes the AUC (Mann-Whitney)
    telling: list[Method] = [each for each in guesses if aucs[each] > 0.5 + beyond]
    best: Method = min(telling, key=lambda each: _log_loss(guesses[each], y, w)) if telling else "overall"
    other: Method = max((each for each in guesses if each != best), key=lambda each: aucs[each])
    share = float(np.average(y, weights=w))

    def predict(values: Sequence[float], key: str) -> float:
        if best != "logistic":
            return by_key(key) if best == "averages" else share
        raw = _predict(whole, np.array([values], dtype=float))
        return float(_squash(slope * _logit(raw) + shift)[0])

    coefficients = dict(zip(names, whole[2].tolist(), strict=True)) if best == "logistic" else {}
    return Learned(
        best, positives, negatives, aucs[best], float(np.average((guesses[best] - y) ** 2, weights=w)),
        aucs[other], _bins(guesses[best], y, w), coefficients, tuple(whole[0].tolist()), tuple(whole[1].tolist()), predict,
    )  # fmt: skip


def averages(cases: Sequence[Case]) -> Callable[[str], float]:
    """The share that came true, by key, each drawn towards that of all; groups count once a key."""
    hits: dict[str, dict[str, bool]] = defaultdict(dict)
    for case in cases:
        hits[case.key][case.group] = case.outcome
    outcomes = {case.group: case.outcome for case in cases}
    overall = sum(outcomes.values()) / len(outcomes) if outcomes else 0.5

    def average(key: str) -> float:
        found = hits.get(key, {})
        return (sum(found.values()) + PRIOR * overall) / (len(found) + PRIOR)

    return average


def _fit(x: Any, y: Any, w: Any) -> tuple[Any, Any, Any, float]:
    # Here and not above: it takes more than a second to import, which only those who ask for a chance should pay.
    from sklearn.linear_model import LogisticRegression

    means, spreads = x.mean(axis=0), x.std(axis=0)
    spreads[spreads == 0] = 1.0
    fitted = LogisticRegression(C=0.5, max_iter=1000).fit((x - means) / spreads, y, sample_weight=w)
    return means, spreads, fitted.coef_[0], float(fitted.intercept_[0])


def _predict(fitted: tuple[Any, Any, Any, float], x: Any) -> Any:
    means, spreads, coefficients, intercept = fitted
    return _squash((x - means) / spreads @ coefficients + intercept)


def _squash(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


def _logit(p: Any) -> Any:
    p = np.clip(p, 1e-6, 1 - 1e-6)
    return np.log(p / (1 - p))


def _calibrated(p: Any, y: Any, w: Any) -> tuple[float, float]:
    """Platt's scaling on the out-of-fold predictions: two numbers, by Newton's method."""
    z, slope, shift = _logit(p), 1.0, 0.0
    for _ in range(50):
        q = _squash(slope * z + shift)
        gradient = np.array([np.sum(w * (q - y) * z) + 1e-3 * (slope - 1), np.sum(w * (q - y)) + 1e-3 * shift])
        curve = w * q * (1 - q)
        hessian = np.array([[np.sum(curve * z * z) + 1e-3, np.sum(curve * z)], [np.sum(curve * z), np.sum(curve) + 1e-3]])
        step = np.linalg.solve(hessian, gradient)
        slope, shift = slope - float(step[0]), shift - float(step[1])
        if np.abs(step).max() < 1e-8:
            break
    return slope, shift


def _log_loss(p: Any, y: Any, w: Any) -> float:
    p = np.clip(p, 1e-6, 1 - 1e-6)
    return float(-np.average(np.where(y, np.log(p), np.log(1 - p)), weights=w))


def _auc(p: Any, y: Any, w: Any) -> float:
    """The chance that a case that came true was given more than one that did not, weighted; ties count half."""
    order = np.argsort(p, kind="stable")
    total, below, place = 0.0, 0.0, 0
    values, truth, weights = p[order], y[order], w[order]
    while place < len(values):
        end = int(np.searchsorted(values, values[place], side="right"))
        yes = float(weights[place:end][truth[place:end]].sum())
        no = float(weights[place:end][~truth[place:end]].sum())
        total += yes * (below + no / 2)
        below += no
        place = end
    return total / (float(w[y].sum()) * float(w[~y].sum()))


def _bins(p: Any, y: Any, w: Any) -> tuple[Bin, ...]:
    """The calibration table: as many cases in each row as may be."""
    parts = np.array_split(np.argsort(p, kind="stable"), BINS)
    return tuple(
        Bin(float(np.average(p[part], weights=w[part])), float(np.average(y[part], weights=w[part])), float(w[part].sum()))
        for part in parts
        if len(part)
    )
