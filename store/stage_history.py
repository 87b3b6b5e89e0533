"""When a deal came to the stage it is in, as SQL."""

from typing import Any

from sqlalchemy import func, select

from store.models import StageHistory


def last_entered(deal: Any) -> Any:
    """The moment of the newest entry of the deal's stage history; null where it has none."""
    held = StageHistory
    return select(func.max(held.entered_at)).where(held.opportunity_id == deal.id).correlate(deal).scalar_subquery()
