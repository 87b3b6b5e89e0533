"""A difference from the value there is, as a value of a field: "by 5%", "a month later"."""

from dataclasses import dataclass
from decimal import Decimal

from store.schema import NUMERIC, TEMPORAL, Field


@dataclass(frozen=True, slots=True)
class Step:
    """A signed difference and where it stands: of a figure, in percent of it, of a date (then `unit` is a length of time), or of a value on
    a scale (`rung`; `label` is the word it was said with: "one tier down"; "whole"
    of what there is halved or doubled, which of a probability are no points)."""

    start: int
    end: int
    count: Decimal
    unit: str = ""
    label: str = ""

    @property
    def timed(self) -> bool:
        """Whether it is a length of time."""
        return self.unit not in {"", "%", "rung"}

    def value_for(self, field: Field) -> dict[str, str] | None:
        """The step as a value of a field; None when the field is of another kind."""
        if self.unit == "rung":
            return {"by": f"{self.count.normalize():f} rung"} if field.kind in {"choice", "stage"} and not field.readonly else None
        if field.kind in TEMPORAL:
            return {"by": f"{self.count.normalize():f} {self.unit}"} if self.timed else None
        if field.kind in NUMERIC and self.unit == "quarter":
            return {"by": f"{self.count * 25:f}%"}  # "by a quarter" of a figure is no length of time
        if field.kind not in NUMERIC or self.timed:
            return None
        return {"by": f"{self.count.normalize():f}{self.unit if field.kind != 'percent' or self.label else ''}"}
