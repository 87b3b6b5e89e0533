"""The OpenAPI document, and a page that lists it: plain HTML, no script, nothing from elsewhere."""

import json
from html import escape
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse

from ui.identity import CurrentUser
from ui.pages import page

router = APIRouter(prefix="/api", include_in_schema=False)
_METHODS = ("get", "post", "patch", "put", "delete")


@router.get("/openapi.json")
def document(request: Request, _user: CurrentUser) -> JSONResponse:
    return JSONResponse(request.app.openapi())


@router.get("/docs")
def listing(request: Request, _user: CurrentUser) -> HTMLResponse:
    api: dict[str, Any] = request.app.openapi()
    routes = [_route(path, method, item[method]) for path, item in api["paths"].items() for method in _METHODS if method in item]
    schemas = [_schema(name, spec) for name, spec in sorted(api["components"]["schemas"].items())]
    body = f"""<h1>Rapport REST</h1>
<p>For programs: <a href="/api/openapi.json">/api/openapi.json</a>. Send the session cookie, or <code>Authorization: Bearer …</code>.
Errors are problem documents (RFC 9457).</p><h2>Routes</h2>{"".join(routes)}<h2>Bodies</h2>{"".join(schemas)}"""
    return HTMLResponse(page("Rapport REST", body, wide=True))


def _route(path: str, method: str, spec: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(p['name'])}</code></td><td>{escape(p['in'])}{', required' if p.get('required') else ''}</td>"
        f"<td>{escape(p.get('description') or p['schema'].get('description', ''))}</td></tr>"
        for p in spec.get("parameters", [])
    )
    table = f"<table>{rows}</table>" if rows else ""
    body = spec.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    takes = f"<p>Body: <code>{escape(_named(body))}</code></p>" if body else ""
    answers = ", ".join(sorted(spec.get("responses", {})))
    about = escape(spec.get("description") or spec.get("summary", ""))
    return (
        f"<details><summary><b class='{method}'>{method.upper()}</b> <code>{escape(path)}</code> {about}</summary>"
        f"{table}{takes}<p>Answers: {answers}</p></details>"
    )


def _named(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"].rsplit("/", 1)[-1])
    if "anyOf" in schema:
        return " or ".join(_named(each) for each in schema["anyOf"])
    return str(schema.get("type", "any"))


def _schema(name: str, spec: dict[str, Any]) -> str:
    text = escape(json.dumps(spec, indent=1, ensure_ascii=False))
    return f"<details><summary><code>{escape(name)}</code></summary><pre>{text}</pre></details>"
