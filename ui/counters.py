"""What the server counts, as plain Prometheus text: how often, never who or what."""

from collections import Counter
from threading import Lock
from time import monotonic

_HELP = {
    "rapport_requests_total": "HTTP requests answered, by status class.",
    "rapport_turns_total": "Questions answered, by door.",
    "rapport_sign_ins_total": "Sign-ins, by outcome.",
    "rapport_decisions_total": "Proposals decided, by what was decided.",
}


class Counters:
    def __init__(self) -> None:
        self._started = monotonic()
        self._values: Counter[tuple[str, str, str]] = Counter()
        self._lock = Lock()

    def add(self, name: str, label: str, value: str) -> None:
        with self._lock:
            self._values[(name, label, value)] += 1

    def text(self) -> str:
        with self._lock:
            values = sorted(self._values.items())
        lines = []
        for name, about in _HELP.items():
            lines += [f"# HELP {name} {about}", f"# TYPE {name} counter"]
            lines += [f'{name}{{{label}="{value}"}} {count}' for (held, label, value), count in values if held == name]
        lines += ["# HELP rapport_uptime_seconds Since the server started.", "# TYPE rapport_uptime_seconds gauge"]
        lines.append(f"rapport_uptime_seconds {monotonic() - self._started:.0f}")
        return "\n".join(lines) + "\n"
