"""A customer's own rhythm: how often something usually happens, and how long it has not."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from statistics import median, quantiles

FEWEST = 3  # gaps that make a rhythm


@dataclass(frozen=True, slots=True)
class Rhythm:
    """`usual` is the middle gap in days and `slow` the third quartile; both None when there are too few to tell."""

    last: date
    silent: int
    usual: int | None
    slow: int | None

    def broken(self, *, times: float = 2.0, at_least: int = 14) -> bool:
        """Whether the silence is longer than the customer's own slower gaps explain: that many times, and some days at least."""
        return self.slow is not None and self.silent >= max(times * self.slow, at_least)


def rhythm(days: Iterable[date], today: date) -> Rhythm | None:
    """None when nothing has happened yet. Several on one day are one; days ahead do not count."""
    seen = sorted({day for day in days if day <= today})
    if not seen:
        return None
    gaps = [(later - earlier).days for earlier, later in pairwise(seen)]
    if len(gaps) < FEWEST:
        return Rhythm(seen[-1], (today - seen[-1]).days, None, None)
    return Rhythm(seen[-1], (today - seen[-1]).days, round(median(gaps)), round(quantiles(gaps, n=4)[2]))
