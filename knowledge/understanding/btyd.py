"""BG/NBD and gamma-gamma: how often a customer will buy again, whether they still do, and how much a purchase is worth.

Maximum likelihood with scipy. Fader, Hardie & Lee 2005, "Counting Your Customers the Easy Way", and their note "Implementing the
BG/NBD Model" (2008) for the form that does not overflow; Fader & Hardie 2013, "The Gamma-Gamma Model of Monetary Value". No kept
library does this without hundreds of megabytes (docs/decisions/0020): `lifetimes` has had no release since 2020.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

_FAR = 12.0  # logarithms of parameters beyond which a fit has run away


@dataclass(frozen=True, slots=True)
class BuyingHistory:
    """One customer: `repeats` purchases after the first, `recency` the time of the last and `age` the time observed, both since the first
    purchase and in the same unit; `mean` the mean value of the repeat purchases (None: no repeats)."""

    repeats: int
    recency: float
    age: float
    mean: float | None = None


@dataclass(frozen=True, slots=True)
class BgNbd:
    r: float
    alpha: float
    a: float
    b: float

    def alive(self, one: BuyingHistory) -> float:
        """The probability that the customer still buys."""
        if one.repeats == 0:
            return 1.0
        dropped = self.a / (self.b + one.repeats - 1) * ((self.alpha + one.age) / (self.alpha + one.recency)) ** (self.r + one.repeats)
        return float(1 / (1 + dropped))

    def expected(self, one: BuyingHistory, time: float) -> float:
        """Purchases to be expected within so much time from now on."""
        from scipy.special import hyp2f1

        r, alpha, a, b, x = self.r, self.alpha, self.a, self.b, one.repeats
        z = time / (alpha + one.age + time)
        series = hyp2f1(r + x, b + x, a + b + x - 1, z)
        first = (a + b + x - 1) / (a - 1)
        second = 1 - ((alpha + one.age) / (alpha + one.age + time)) ** (r + x) * series
        return float(first * second * self.alive(one))


@dataclass(frozen=True, slots=True)
class GammaGamma:
    p: float
    q: float
    v: float

    def mean(self, one: BuyingHistory) -> float:
        """The expected value of a purchase: the customer's own mean drawn towards that of all."""
        everybody = self.p * self.v / (self.q - 1)
        if one.repeats == 0 or one.mean is None:
            return everybody
        own = self.p * one.repeats / (self.p * one.repeats + self.q - 1)
        return own * one.mean + (1 - own) * everybody


def fit_bg_nbd(histories: Sequence[BuyingHistory]) -> BgNbd | None:
    """None when the fit does not end or there is nothing to fit: nobody has bought twice."""
    # scipy here and not above: loading it takes long, and only those who ask for a lifetime value should pay.
    from scipy.special import betaln, gammaln

    x = np.array([one.repeats for one in histories], dtype=float)
    recency = np.array([one.recency for one in histories], dtype=float)
    age = np.array([one.age for one in histories], dtype=float)
    if not len(x) or not x.any() or age.max() <= 0:
        return None
    scale = float(age.max())
    recency, age = recency / scale, age / scale

    def loss(logs: Any) -> float:
        r, alpha, a, b = np.exp(logs)
        common = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + betaln(a, b + x) - betaln(a, b)
        still = -(r + x) * np.log(alpha + age)
        gone = np.log(a) - np.log(b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + recency)
        return -float(np.mean(common + np.where(x > 0, np.logaddexp(still, gone), still)))

    found = _least(loss, ([0.0] * 4, [-1.0, -2.0, 0.0, 1.0], [0.0, 0.0, -1.0, 1.0]))
    return None if found is None else BgNbd(found[0], found[1] * scale, found[2], found[3])


def fit_gamma_gamma(histories: Sequence[BuyingHistory]) -> GammaGamma | None:
    """From those who bought again. None when the fit does not end, nobody has, or the mean of all would be without bound."""
    from scipy.special import gammaln

    again = [one for one in histories if one.repeats > 0 and one.mean is not None and one.mean > 0]
    if len(again) < 3:
        return None
    x = np.array([one.repeats for one in again], dtype=float)
    z = np.array([one.mean for one in again], dtype=float)
    scale = float(z.mean())
    z = z / scale

    def loss(logs: Any) -> float:
        p, q, v = np.exp(logs)
        likelihood = gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(v) + (p * x - 1) * np.log(z) + p * x * np.log(x)
        return -float(np.mean(likelihood - (p * x + q) * np.log(x * z + v)))

    found = _least(loss, ([1.0, 1.0, 0.0], [0.0, 0.5, 0.5], [2.0, 1.0, -1.0]))
    if found is None or found[1] <= 1:
        return None
    return GammaGamma(found[0], found[1], found[2] * scale)


def _least(loss: Any, starts: Sequence[Sequence[float]]) -> list[float] | None:
    """The best of several starts, as parameters."""
    from scipy.optimize import minimize

    best: Any = None
    for start in starts:
        with np.errstate(all="ignore"):
            found = minimize(
                loss, np.array(start), method="L-BFGS-B", bounds=[(-_FAR, _FAR)] * len(start), options={"ftol": 1e-13, "gtol": 1e-8}
            )
        if np.isfinite(found.fun) and (best is None or found.fun < best.fun):
            best = found
    if best is None or np.abs(best.x).max() >= _FAR:
        return None  # the likelihood has no peak: too little to fit
    return [float(each) for each in np.exp(best.x)]
