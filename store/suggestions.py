"""What a person said to suggestions made to them: "later", "not useful". Nobody else reads it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import select

from store.drafting import may_write
from store.models import SuggestionVerdict
from store.unit import Unit
from store.values import storable

Verdict = Literal["snoozed", "not_useful"]
KEY_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Said:
    """`until`: the first day it may be shown again; None for never."""

    key: str
    rule: str
    verdict: Verdict
    until: date | None


def said(unit: Unit) -> list[Said]:
    """Everything this person has said, the newest first."""
    mine = select(SuggestionVerdict).where(SuggestionVerdict.user_id == unit.principal.user_id)
    rows = unit.session.scalars(mine.order_by(SuggestionVerdict.given_at.desc(), SuggestionVerdict.key))
    return [Said(row.key, row.rule, row.verdict, row.until) for row in rows]  # type: ignore[arg-type]


def remember(unit: Unit, keys: Sequence[str], verdict: Verdict, until: date | None = None) -> None:
    """Set for each key; a later word replaces the earlier one. Raises NotAllowed for somebody who may only read."""
    may_write(unit)
    for key in dict.fromkeys(storable(each)[:KEY_LIMIT] for each in keys):
        row = unit.session.get(SuggestionVerdict, (unit.principal.user_id, key))
        if row is None:
            row = SuggestionVerdict(user_id=unit.principal.user_id, key=key)
            unit.session.add(row)
        row.rule, row.verdict, row.until, row.given_at = key.partition(":")[0][:40], verdict, until, unit.now()
    unit.session.flush()
