"""Imports under way. Each runs in a thread of its own, so that its page can say how far it has come, and ends whether or not anybody looks."""

import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Lock, Thread
from typing import Any

from store.errors import InvalidInput, NotFound, RapportError
from store.importing.run import Progress

Work = Callable[[Progress], dict[str, Any]]
KEPT_S = 3600.0
EACH = 3  # imports of one person at once

log = logging.getLogger("rapport")


@dataclass(slots=True)
class Run:
    """One import: `rows` of `total` in `file`; then `report`, or what went wrong."""

    user_id: str
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    began: float = field(default_factory=time.monotonic)
    file: str = ""
    rows: int = 0
    total: int = 0
    report: dict[str, Any] | None = None
    error: RapportError | None = None
    over: Event = field(default_factory=Event)
    thread: Thread | None = None

    @property
    def share(self) -> int:
        """Percent of the file at work."""
        return min(100, 100 * self.rows // self.total) if self.total else 0

    def tell(self, file: str, rows: int, total: int) -> None:
        self.file, self.rows, self.total = file, rows, total


class Imports:
    """By a name nobody can guess; whose it is is asked all the same."""

    def __init__(self) -> None:
        self._runs: dict[str, Run] = {}
        self._lock = Lock()

    def begin(self, user_id: str, work: Work) -> Run:
        """Raises InvalidInput for somebody who has several going already."""
        run = Run(user_id)
        with self._lock:
            self._runs = {each.id: each for each in self._runs.values() if time.monotonic() - each.began < KEPT_S or not each.over.is_set()}
            if sum(each.user_id == user_id and not each.over.is_set() for each in self._runs.values()) >= EACH:
                raise InvalidInput("Several of your imports are still running.", hint="Wait until one is done.")
            self._runs[run.id] = run
        run.thread = Thread(target=_worked, args=(run, work), name="import", daemon=True)
        run.thread.start()
        return run

    def get(self, user_id: str, given: str) -> Run:
        """Raises NotFound for one that is gone, and for somebody else's alike."""
        with self._lock:
            found = self._runs.get(given)
        if found is None or found.user_id != user_id:
            raise NotFound("This import is not known any more.", hint="Approvals shows what was imported.")
        return found

    def close(self, *, patience_s: float) -> None:
        """Give what runs time to finish; what does not is taken back by the store, whole."""
        with self._lock:
            waiting = [each for each in self._runs.values() if not each.over.is_set()]
        end = time.monotonic() + patience_s
        for each in waiting:
            each.over.wait(max(0.0, end - time.monotonic()))


def _worked(run: Run, work: Work) -> None:
    try:
        run.report = work(run.tell)
    except RapportError as error:
        run.error = error
    except Exception:
        log.exception("An import failed")
        run.error = InvalidInput("Something went wrong here; it has been logged.", hint="Nothing was imported. Tell your administrator.")
    finally:
        run.over.set()
