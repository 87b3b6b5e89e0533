"""A promise as data."""

from dataclasses import dataclass
from datetime import date

from knowledge.briefs.statements import Side
from knowledge.sentences import Language
from knowledge.understanding.reasons import Source


@dataclass(frozen=True, slots=True)
class Promise:
    """`text` is the sentence as it stands in the activity; `who` bound themself. `kept`: True when `kept_by` shows that it was done
    (on `kept_on`), False when its day has passed and no record shows it, None when it is not due or has no day."""

    who: Side
    text: str
    language: Language
    day: date
    due: date | None
    activity_id: str
    account_id: str | None
    contact_id: str | None
    opportunity_id: str | None
    things: frozenset[str]
    kept: bool | None = None
    kept_by: Source | None = None
    kept_on: date | None = None

    @property
    def late(self) -> bool:
        """Kept, but after its day."""
        return bool(self.kept_on and self.due and self.kept_on > self.due)
