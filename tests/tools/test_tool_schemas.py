"""The tools as a model sees them: names, marks, arguments. A change here changes what every model is told."""

import json
from typing import Any

from inline_snapshot import snapshot

from tools.catalogue import ALL, READ, WRITE, arguments, schemas, writes

SIZE_LIMIT = 12_850  # characters of all schemas: 10,300 of records, figures and briefs, 2,250 of suggestions and messages
IDENTITY = {"user", "user_id", "email", "principal", "role", "as", "as_user", "on_behalf_of", "tenant", "session", "runtime", "context"}


def _schemas() -> list[dict[str, Any]]:
    return [each["function"] for each in schemas()]


def _kind(spec: dict[str, Any]) -> str:
    if "enum" in spec:
        return "|".join(str(each) for each in spec["enum"])
    return f"[{_kind(spec['items'])}]" if spec.get("type") == "array" else str(spec.get("type"))


def test_names_and_marks() -> None:
    assert [tool.name for tool in READ] == snapshot(
        ["find_records", "get_record", "measure", "search_notes", "brief_record", "suggest_actions", "draft_message"]
    )
    assert [tool.name for tool in WRITE] == snapshot(
        ["create_record", "update_records", "delete_records", "log_activity", "create_task", "merge_records", "hand_over", "send_draft"]
    )
    assert [writes(tool.name) for tool in ALL] == [False] * len(READ) + [True] * len(WRITE)


def test_arguments() -> None:
    shapes = {}
    for schema in _schemas():
        parameters = schema["parameters"]
        required = set(parameters.get("required", []))
        shapes[schema["name"]] = {
            f"{name}{'' if name in required else '?'}": _kind(spec) for name, spec in parameters["properties"].items()
        }
    assert shapes == snapshot(
        {
            "find_records": {
                "entity": "string",
                "filters?": "[object]",
                "sort?": "[string]",
                "limit?": "integer",
                "offset?": "integer",
                "fields?": "[string]",
                "each?": "string",
            },
            "get_record": {"entity": "string", "name": "string"},
            "measure": {
                "metric": "string",
                "by?": "[string]",
                "filters?": "[object]",
                "first_day?": "string",
                "last_day?": "string",
                "date_field?": "string",
                "compare?": "previous|year_before",
                "top?": "integer",
                "ascending?": "boolean",
                "share?": "boolean",
                "part?": "[object]",
                "mean_over?": "string",
                "top_each?": "boolean",
                "having?": "string",
            },
            "search_notes": {
                "query": "string",
                "account?": "string",
                "contact?": "string",
                "first_day?": "string",
                "last_day?": "string",
                "kinds?": "[string]",
                "limit?": "integer",
            },
            "brief_record": {
                "about": "account|contact|opportunity|rep|team|pipeline|day",
                "name?": "string",
                "first_day?": "string",
                "last_day?": "string",
                "length?": "short|normal|long",
                "parts?": "[string]",
            },
            "suggest_actions": {
                "about?": "string",
                "limit?": "integer",
                "snooze?": "[string]",
                "until?": "string",
                "not_useful?": "[string]",
            },
            "draft_message": {
                "purpose?": "first_contact|follow_up|quote|chase|apology|thanks|reactivation|renewal|introduction|meeting_request|reply|message",
                "to?": "string",
                "regarding?": "string",
                "reply_to?": "string",
                "about?": "string",
                "language?": "|en|zh",
                "tone?": "|formal|friendly",
                "length?": "|short|normal|long|shorter|longer",
                "channel?": "|email|wechat",
                "draft?": "string",
            },
            "create_record": {"entity": "string", "values": "object", "also?": "[object]"},
            "update_records": {"entity": "string", "values": "object", "records?": "[string]", "filters?": "[object]"},
            "delete_records": {"entity": "string", "records?": "[string]", "filters?": "[object]"},
            "log_activity": {
                "body": "string",
                "kind?": "call|meeting|visit|email|chat|note",
                "account?": "string",
                "contact?": "string",
                "opportunity?": "string",
                "occurred_at?": "string",
            },
            "create_task": {
                "title": "string",
                "due_at?": "string",
                "account?": "string",
                "contact?": "string",
                "opportunity?": "string",
                "assignee?": "string",
                "priority?": "low|normal|high",
                "for_each?": "string",
                "filters?": "[object]",
            },
            "merge_records": {"entity": "string", "records": "[string]", "survivor?": "string"},
            "hand_over": {"giver": "string", "taker": "string", "entities?": "[string]"},
            "send_draft": {"draft": "string"},
        }
    )


def test_a_condition() -> None:
    find = next(schema for schema in _schemas() if schema["name"] == "find_records")
    spec = find["parameters"]["properties"]["filters"]
    assert spec["items"] == snapshot({"properties": {"field": {"type": "string"}, "op": {"type": "string"}, "value": {}}, "type": "object"})
    for shown in ('[{"field": "status", "op": "eq", "value": "won"}]', '{"any": [conditions]}', '"has_no", "where"', "owner.team.region"):
        assert shown in spec["description"]


def test_the_schemas_are_lean() -> None:
    assert len(json.dumps(_schemas())) < SIZE_LIMIT


def test_every_argument_is_explained() -> None:
    for schema in _schemas():
        assert schema["description"]
        assert all(spec.get("description") for spec in schema["parameters"]["properties"].values()), schema["name"]


def test_no_tool_takes_an_identity() -> None:
    for name, schema in arguments().items():
        assert not IDENTITY & set(schema.model_fields), name
