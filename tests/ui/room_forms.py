"""A person at the pages: opens them, fills in forms as they are drawn, follows where they lead."""

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

from fastapi.testclient import TestClient

HTML = {"accept": "text/html"}
_FIELD = re.compile(r'<input type="hidden" name="token" value="([^"]+)">')


def page(client: TestClient, path: str, *, language: str = "en", status: int = 200) -> str:
    answer = client.get(path, headers={**HTML, "accept-language": language})
    assert answer.status_code == status, (path, answer.status_code, answer.text[:500])
    return answer.text


def token(client: TestClient) -> str:
    found = _FIELD.search(page(client, "/new/account"))
    assert found
    return unescape(found[1])


def send(client: TestClient, path: str, **fields: Any) -> str:
    """Post a form of the pages; where it leads."""
    answer = client.post(path, data={"token": token(client), **fields}, headers=HTML)
    assert answer.status_code == 303, (path, answer.status_code, answer.text[:800])
    return str(answer.headers["location"])


def proposal_in(location: str) -> str:
    """The proposal a form led to; what the page says instead, when there is none."""
    found = parse_qs(urlsplit(location).query).get("proposal")
    assert found, location
    return found[0]
