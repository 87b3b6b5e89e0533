"""The OpenAPI document: FastAPI's, with every failure a problem document, who may ask, and no answer left vague."""

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from ui.entrance import OPEN
from ui.problems import MEDIA_TYPE
from ui.rest.shapes import Problem

_METHODS: Final = ("get", "post", "patch", "put", "delete")
_SIGNED_IN: Final[list[dict[str, list[str]]]] = [{"bearer": []}, {"session": []}]
_FAILURE: Final[dict[str, Any]] = {
    "description": "A problem: what is wrong and what to do next.",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_SCHEMES: Final[dict[str, Any]] = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "`rapport user token EMAIL` makes one."},
    "session": {"type": "apiKey", "in": "cookie", "name": "rapport_session", "description": "Set by POST /api/session."},
}


def install(app: FastAPI) -> None:
    """`app.openapi()` makes the document once and keeps it."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _document(app: FastAPI) -> dict[str, Any]:
    found = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    parts = found["components"]
    for name in ("HTTPValidationError", "ValidationError"):
        parts["schemas"].pop(name, None)
    parts["schemas"]["Problem"] = Problem.model_json_schema()
    parts["securitySchemes"] = _SCHEMES
    for path, item in found["paths"].items():
        for method in _METHODS:
            if method in item:
                _operation(item[method], open_to_all=(method.upper(), path) in OPEN)
    return found


def _operation(operation: dict[str, Any], *, open_to_all: bool) -> None:
    operation["responses"].pop("422", None)
    operation["responses"] |= {"4XX": _FAILURE, "503": _FAILURE}
    operation["security"] = [] if open_to_all else _SIGNED_IN
    for answer in operation["responses"].values():
        for content in answer.get("content", {}).values():
            if "$ref" in content.get("schema", {}):
                content["schema"] = {"$ref": content["schema"]["$ref"]}
