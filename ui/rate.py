"""So many requests a minute for each person, evenly: a program in a loop must not take the server from everybody else."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic

KEPT = 10_000


@dataclass(slots=True)
class Rate:
    """A bucket for each person that holds a minute's requests and fills up steadily. In memory, for one process; 0 is no limit."""

    a_minute: int
    clock: Callable[[], float] = monotonic
    _buckets: dict[str, tuple[float, float]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def wait(self, person: str) -> int:
        """Take one request out; seconds until there is one again, 0 when it may go on."""
        if self.a_minute <= 0:
            return 0
        now, each_s = self.clock(), 60 / self.a_minute
        with self._lock:
            left, since = self._buckets.pop(person, (float(self.a_minute), now))
            left = min(self.a_minute, left + (now - since) / each_s)
            self._buckets[person] = (left - 1 if left >= 1 else left, now)  # moved to the end: the first are the longest idle
            if len(self._buckets) > KEPT:
                del self._buckets[next(iter(self._buckets))]
        return 0 if left >= 1 else max(1, round((1 - left) * each_s + 0.5))
