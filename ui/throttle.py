"""Slows down password guessing: so many failures of one address, or of one address for one account, then a pause."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic

PER_ACCOUNT = 5
PER_ADDRESS = 30
WINDOW_S = 15 * 60.0
KEPT = 20_000


@dataclass(slots=True)
class Throttle:
    """In memory, for one process. A key is locked while it has too many failures within the window."""

    clock: Callable[[], float] = monotonic
    _failures: dict[tuple[str, ...], deque[float]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def wait(self, address: str, email: str) -> int:
        """Seconds until another try is allowed; 0 when it is allowed now."""
        with self._lock:
            return max(self._wait((address, email), PER_ACCOUNT), self._wait((address,), PER_ADDRESS))

    def failed(self, address: str, email: str) -> None:
        with self._lock:
            for key in ((address, email), (address,)):
                self._failures.setdefault(key, deque(maxlen=PER_ADDRESS)).append(self.clock())
            if len(self._failures) > KEPT:
                self._forget()

    def succeeded(self, address: str, email: str) -> None:
        with self._lock:
            self._failures.pop((address, email), None)

    def _wait(self, key: tuple[str, ...], limit: int) -> int:
        times = self._failures.get(key)
        if not times:
            return 0
        while times and times[0] <= self.clock() - WINDOW_S:
            times.popleft()
        if len(times) < limit:
            return 0
        return int(times[-limit] + WINDOW_S - self.clock()) + 1

    def _forget(self) -> None:
        """Drop what is over; if that is not enough, the oldest half."""
        edge = self.clock() - WINDOW_S
        alive = {key: times for key, times in self._failures.items() if times and times[-1] > edge}
        if len(alive) > KEPT:
            newest = sorted(alive, key=lambda key: alive[key][-1])[KEPT // 2 :]
            alive = {key: alive[key] for key in newest}
        self._failures = alive
