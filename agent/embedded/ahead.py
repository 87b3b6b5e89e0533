"""Whether a bare month or weekday of a sentence means the coming one."""

from agent.embedded.names import NameIndex
from agent.embedded.spans import Spanned

_PAST = {"did", "was", "were", "had", "closed", "ago", "了", "过"}


def ahead(text: Spanned, names: NameIndex) -> bool:
    """Whether a bare "December" or "Friday" means the coming one: forecasts, due dates, expected closes."""
    if any(token.word in _PAST for token in text.tokens):
        return False
    if any(c.value in {"won", "lost"} for span in text.spans for c in span.choices) or any(
        span.func("win", "lose", "sold") and not span.fields for span in text.spans
    ):
        return False
    if any(span.metric in {"weighted_forecast", "open_amount"} for span in text.spans):
        return True
    forward = {"close_date", "due_at", "next_follow_up_at", "ends_on", "valid_until"}
    return any(sense.field in forward or (sense.entity, sense.field) in names.ahead for span in text.spans for sense in span.fields)
