"""Frames to calls of the same tools a model would call."""

from typing import Any

from agent.embedded.briefing import BRIEF
from agent.embedded.frames import Frame
from store.filters import Filter
from store.schema import Schema

_LOGGED = frozenset({"kind", "account", "contact", "opportunity", "occurred_at"})  # what log_activity takes beside the text


def call_for(frame: Frame, schema: Schema, limit: int) -> tuple[str, dict[str, Any]] | None:
    """(tool, arguments), or None for a frame that is answered without one."""
    filters = [each.model_dump(mode="json", exclude_defaults=True) for each in frame.filters]
    match frame.intent:
        case "brief" | "get" if frame.reason == BRIEF:
            return "brief_record", dict(frame.values)
        case "find" | "get":
            return "find_records", _without_empty(
                {
                    "entity": frame.entity,
                    "filters": filters + period_filters(frame, schema),
                    "sort": frame.sort,
                    "limit": frame.limit or limit,
                    "fields": [path for path in frame.shown if "." in path or path == "stage_since"],
                    "each": frame.each,
                }
            )
        case "measure":
            first, last = frame.period or (None, None)
            return "measure", _without_empty(
                {
                    "metric": frame.metric, "by": frame.by, "filters": filters, "first_day": first and first.isoformat(),
                    "last_day": last and last.isoformat(), "date_field": frame.date_field, "compare": frame.compare, "top": frame.top,
                    "ascending": frame.ascending or None, "share": frame.share or None, "mean_over": frame.mean_over,
                    "part": [each.filter.model_dump(mode="json", exclude_defaults=True) for each in frame.part],
                    "top_each": frame.top_each or None, "having": frame.having,
                }
            )  # fmt: skip
        case "notes":
            first, last = frame.period or (None, None)
            return "search_notes", _without_empty(
                {"query": frame.text, **frame.values, "first_day": first and first.isoformat(), "last_day": last and last.isoformat()}
            )
        case "create":
            return "create_record", _without_empty({"entity": frame.entity, "values": frame.values, "also": frame.also})
        case "update":
            return "update_records", _without_empty(
                {
                    "entity": frame.entity,
                    "values": frame.values,
                    "records": frame.ids,
                    "filters": [] if frame.ids else filters + period_filters(frame, schema),
                }
            )
        case "delete":
            return "delete_records", _without_empty(
                {"entity": frame.entity, "records": frame.ids, "filters": [] if frame.ids else filters + period_filters(frame, schema)}
            )
        case "log":
            if set(frame.values) - _LOGGED:
                return "create_record", {"entity": "activity", "values": {"body": frame.text, **frame.values}}
            return "log_activity", {"body": frame.text, **frame.values}
        case "task":
            return "create_task", _without_empty(
                {
                    "title": frame.text,
                    **frame.values,
                    "filters": filters + period_filters(frame, schema) if "for_each" in frame.values else [],
                }
            )
        case "merge":
            return "merge_records", {"entity": frame.entity, "records": frame.ids, **frame.values}
        case "suggest":
            return "suggest_actions", _without_empty(frame.values)
        case "draft":
            return "draft_message", _without_empty(frame.values)
        case "send":
            return "send_draft", dict(frame.values)
        case "handover":
            return "hand_over", dict(frame.values)
    return None


def period_filters(frame: Frame, schema: Schema) -> list[dict[str, Any]]:
    """The period of a find as a condition on its date."""
    if not frame.period:
        return []
    days = [day.isoformat() if day else None for day in frame.period]
    name = frame.date_field or schema.entity(frame.entity).date
    return [Filter(field=name, op="between", value=days).model_dump(mode="json", exclude_defaults=True)]


def _without_empty(arguments: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in arguments.items() if value not in (None, [], "")}
