"""What a bench says: figures with their targets, and how they are shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Figure:
    """One measurement. `value` is None where it cannot be taken here; `note` says why, or what it stands on."""

    name: str
    value: float | None
    unit: str
    target: float | None = None
    better: Literal["more", "less"] = "less"
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the target is reached; None without a target or a value."""
        if self.value is None or self.target is None:
            return None
        return self.value >= self.target if self.better == "more" else self.value <= self.target

    def to_json(self) -> dict[str, object]:
        return {
            "name": self.name, "value": self.value, "unit": self.unit, "target": self.target, "better": self.better, "met": self.met,
            "note": self.note,
        }  # fmt: skip


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of the values lie, by the nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def rows(figures: Sequence[Figure]) -> list[list[str]]:
    """The figures as a table: what, value, target, whether it is met, on what it stands."""
    verdict = {True: "met", False: "MISSED", None: ""}
    return [
        [
            each.name,
            "–" if each.value is None else f"{_rounded(each.value)} {each.unit}",
            "" if each.target is None else f"{'≥' if each.better == 'more' else '≤'} {_rounded(each.target)}",
            verdict[each.met],
            each.note,
        ]
        for each in figures
    ]


def _rounded(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or float(value).is_integer() else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
