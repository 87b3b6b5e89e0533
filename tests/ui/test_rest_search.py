"""Search over REST: names, misspelt too, and what was said; within rights."""

from typing import Any

import pytest
from ui_company import ANNA, BEN, SignedIn


def found(signed_in: SignedIn, email: str, **query: Any) -> dict[str, Any]:
    answer = signed_in(email).get("/api/search", params=query)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


@pytest.mark.parametrize("text", ["Halden Shipping", "haldn shiping", "shipping halden"])
def test_a_record_is_found_by_its_name_and_with_slips(signed_in: SignedIn, text: str) -> None:
    answer = found(signed_in, ANNA, q=text)
    assert answer["records"][0]["name"].startswith("Halden Shipping")
    assert {"type", "id", "name", "key", "fields", "score"} <= set(answer["records"][0])
    assert (answer["query"], answer["total"]) == (text, len(answer["records"]))


def test_what_was_said_is_found_with_its_date(signed_in: SignedIn) -> None:
    anna = signed_in(ANNA)
    note = {
        "kind": "call",
        "body": "They want the crane barge before Easter.",
        "account": "Halden Shipping",
        "occurred_at": "2026-11-02T09:00:00Z",
    }
    assert anna.post("/api/activity?approve=true", json=note).status_code == 201
    anna.app.state.house.rapport.index.read_words()  # type: ignore[attr-defined]
    [citation] = found(signed_in, ANNA, q="crane barge")["citations"]
    assert (citation["type"], citation["account"], citation["date"][:10]) == ("activity", "Halden Shipping", "2026-11-02")
    assert "crane barge" in citation["quote"]
    assert found(signed_in, BEN, q="crane barge")["citations"] == []


def test_kinds_and_pages(signed_in: SignedIn) -> None:
    answer = found(signed_in, ANNA, q="Halden Shipping", entity="opportunity", limit=2)
    assert {each["type"] for each in answer["records"]} == {"opportunity"}
    assert len(answer["records"]) == 2


def test_another_s_record_is_not_found(signed_in: SignedIn) -> None:
    answer = found(signed_in, BEN, q="Halden Shipping")
    assert (answer["records"], answer["citations"]) == ([], [])


@pytest.mark.parametrize("query", ["", "?q=", "?q=" + "x" * 501, "?q=a&limit=0", "?q=a&limit=101", "?q=a&entity=spaceship"])
def test_a_bad_search_is_refused(signed_in: SignedIn, query: str) -> None:
    answer = signed_in(ANNA).get(f"/api/search{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")
