"""A condition of a query, as data."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Op = Literal[
    "eq", "ne", "lt", "le", "gt", "ge", "between", "in", "not_in", "contains", "starts_with", "is_empty", "is_set",
    "has", "has_no", "count_eq", "count_ge", "count_le",
]  # fmt: skip


class Filter(BaseModel):
    """One condition, or a group of them.

    `field` is a field of the entity, a path over references ("account.industry", "owner.team.region"), or, for has,
    has_no and count_*, a relation ("activities", "account.contacts") narrowed by `where`. `between` takes [low, high],
    both included, either may be null. `any` is an or-group; `negate` turns the whole round.

    "closed_at#since:opened_at" is the number of days between two dates of the record.

    A date's value is a day, a moment, or a period by name ("last_quarter", "last_30_days", "today-2w": `store/periods.py`): eq is
    within it, lt before it, gt after it. Stages and picklist values are more and less as they are listed.
    """

    model_config = ConfigDict(extra="forbid")

    field: str = ""
    op: Op = "eq"
    value: Any = None
    where: list["Filter"] = Field(default_factory=list)
    any: list["Filter"] = Field(default_factory=list)
    negate: bool = False
