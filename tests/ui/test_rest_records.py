"""Records, figures, proposals and the audit log over REST."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from ui_company import ADMIN, ANNA, BEN, MANAGER, SAM, SignedIn

from agent.bootstrap import Rapport
from store import people
from ui.rate import Rate


def one(client: TestClient, entity: str, **having: str) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/api/{entity}", params={"limit": 1, **having}).json()["records"][0]
    return found


def test_a_page_of_records_with_filters(signed_in: SignedIn) -> None:
    anna = signed_in(ANNA)
    page = anna.get("/api/opportunity?stage=Won&sort=-amount,name&limit=1").json()
    assert (page["total"], len(page["records"]), page["limit"]) == (2, 1, 1)
    assert page["records"][0]["fields"]["amount"] == "12000.00"
    assert anna.get("/api/account?q=halden").json()["total"] == 1
    misspelt = anna.get("/api/account?q=haldne%20shiping").json()
    assert ([each["name"] for each in misspelt["records"]], misspelt["approximate"]) == (["Halden Shipping"], True)
    assert anna.get("/api/account?q=sole%20retial").json()["records"] == []  # Ben's
    assert anna.get("/api/account?tier=A&tier=B").json()["total"] == 2
    assert anna.get("/api/account?region=").json()["total"] == 2
    assert anna.get("/api/opportunity?account.tier=A&offset=3").json()["total"] == 4


@pytest.mark.parametrize(
    ("query", "total"),
    [
        ("amount__ge=36000", 4),
        ("amount__gt=36000&stage__in=Lost,Won", 2),
        ("amount__between=20000,40000", 4),
        ("stage__not_in=Won&stage__not_in=Lost", 4),
        ("name__contains=PILOT 2", 2),
        ("product__is_empty=", 8),
        ("product__is_empty=false", 0),
        ("account__is_set=true", 8),
        ("account.tier__eq=A", 4),
        ("activities__has_no=", 8),
        ("close_date__lt=2026-11-01", 4),
    ],
)
def test_fields_are_compared_with_an_operator(signed_in: SignedIn, query: str, total: int) -> None:
    assert signed_in(ANNA).get(f"/api/opportunity?{query}").json()["total"] == total


def test_pages_lead_to_each_other(signed_in: SignedIn) -> None:
    anna, seen, path = signed_in(ANNA), [], "/api/opportunity?limit=3&sort=name&stage__ne=Won"
    while path:
        answer = anna.get(path)
        seen += [each["name"] for each in answer.json()["records"]]
        path = answer.links.get("next", {}).get("url", "")
    assert len(seen) == len(set(seen)) == 6
    assert seen == sorted(seen)
    assert "offset=0" in anna.get("/api/opportunity?limit=3&offset=3").links["prev"]["url"]
    assert "link" not in anna.get("/api/opportunity?limit=8").headers


def test_what_was_read_already_is_not_sent_again(signed_in: SignedIn) -> None:
    anna = signed_in(ANNA)
    path = f"/api/account/{one(anna, 'account')['id']}"
    tag = anna.get(path).headers["etag"]
    same = anna.get(path, headers={"if-none-match": tag})
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    assert anna.get(path, headers={"if-none-match": '"0", "99"'}).status_code == 200


def test_requests_are_counted_for_each_person(signed_in: SignedIn) -> None:
    anna, ben = signed_in(ANNA), signed_in(BEN)
    now = [0.0]
    object.__setattr__(anna.app.state.house, "rate", Rate(60, clock=lambda: now[0]))  # type: ignore[attr-defined]
    answers = [anna.get("/api/session").status_code for _ in range(61)]
    assert answers == [200] * 60 + [429]
    refused = anna.get("/api/session")
    assert (refused.json()["code"], int(refused.headers["retry-after"]) >= 1) == ("too-many", True)
    assert ben.get("/api/session").status_code == 200
    assert anna.get("/healthz").status_code == 200
    now[0] = 1.0
    assert [anna.get("/api/session").status_code for _ in range(2)] == [200, 429]


@pytest.mark.parametrize(
    ("path", "status", "word"),
    [
        ("/api/account?colour=red", 422, "colour"),
        ("/api/opportunity?sort=-", 422, "sort"),
        ("/api/account?limit=-1", 422, "limit"),
        ("/api/opportunity?stage=Nowhere", 422, "Nowhere"),
        ("/api/unicorn", 404, "kind of record"),
        ("/api/account/none", 404, "none"),
        ("/api/proposals/none", 404, "none"),
        ("/api/no/such/thing", 404, "page"),
    ],
)
def test_bad_input_is_a_problem_document(signed_in: SignedIn, path: str, status: int, word: str) -> None:
    answer = signed_in(ANNA).get(path)
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert (answer.status_code, body["status"]) == (status, status)
    assert {"type", "title", "code", "detail"} <= set(body)
    assert word in body["detail"]
    assert "Traceback" not in answer.text


def test_a_defect_shows_no_stack_trace(rapport: Rapport, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret detail")

    anna = signed_in(ANNA)
    monkeypatch.setattr(rapport.assistant, "conversations", broken)
    quiet = TestClient(anna.app, base_url="http://rapport.test", raise_server_exceptions=False, cookies=anna.cookies)
    answer = quiet.get("/api/conversations")
    assert (answer.status_code, answer.json()["code"]) == (500, "defect")
    assert "secret" not in answer.text
    assert "content-security-policy" in answer.headers


def test_each_sees_their_own(signed_in: SignedIn) -> None:
    anna, ben = signed_in(ANNA), signed_in(BEN)
    deal = one(anna, "opportunity")
    assert anna.get(f"/api/opportunity/{deal['id']}").status_code == 200
    hidden, missing = ben.get(f"/api/opportunity/{deal['id']}"), ben.get("/api/opportunity/01ZZZZZZZZZZZZZZZZZZZZZZZZ")
    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert hidden.json()["detail"].replace(deal["id"], "X") == missing.json()["detail"].replace("01ZZZZZZZZZZZZZZZZZZZZZZZZ", "X")
    assert ben.patch(f"/api/opportunity/{deal['id']}", json={"amount": 1}).status_code == 404
    assert ben.delete(f"/api/opportunity/{deal['id']}?approve=true").status_code == 404
    assert (signed_in(MANAGER).get("/api/opportunity").json()["total"], signed_in(ADMIN).get("/api/opportunity").json()["total"]) == (8, 16)
    assert signed_in(SAM).get("/api/opportunity").json()["total"] == 0


def test_a_write_is_a_proposal_until_it_is_approved(signed_in: SignedIn) -> None:
    anna = signed_in(ANNA)
    answer = anna.post("/api/account", json={"name": "New Firm", "tier": "c"})
    proposal = answer.json()
    assert (answer.status_code, proposal["status"]) == (202, "pending")
    assert answer.headers["location"] == f"/api/proposals/{proposal['id']}"
    assert anna.get("/api/account?q=New Firm").json()["total"] == 0
    assert [each["id"] for each in anna.get("/api/proposals").json()["proposals"]] == [proposal["id"]]
    assert anna.post(f"/api/proposals/{proposal['id']}/approve").json()["status"] == "applied"
    assert one(anna, "account", q="New Firm")["fields"]["tier"] == "C"
    again = anna.post(f"/api/proposals/{proposal['id']}/approve")
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    assert anna.post(f"/api/proposals/{proposal['id']}/undo").json()["status"] == "applied"
    assert anna.get(f"/api/proposals/{proposal['id']}").json()["status"] == "undone"
    assert anna.get("/api/account?q=New Firm").json()["total"] == 0


def test_approving_takes_edits(signed_in: SignedIn) -> None:
    anna = signed_in(ANNA)
    deal = one(anna, "opportunity", stage="Proposal")
    proposal = anna.patch(f"/api/opportunity/{deal['id']}", json={"stage": "Negotiation"}).json()
    edits = {"after": {deal["id"]: {"stage": "Qualification", "amount": "9,500"}}}
    assert anna.post(f"/api/proposals/{proposal['id']}/approve", json=edits).json()["changes"][0]["after"]["amount"] == "9500.00"
    fields = anna.get(f"/api/opportunity/{deal['id']}").json()["fields"]
    assert (fields["stage"], fields["amount"]) == ("Qualification", "9500.00")


def test_a_bad_edit_leaves_the_proposal_waiting(signed_in: SignedIn) -> None:
    anna = signed_in(ANNA)
    deal = one(anna, "opportunity", stage="Proposal")
    proposal = anna.patch(f"/api/opportunity/{deal['id']}", json={"amount": 5}).json()
    answer = anna.post(f"/api/proposals/{proposal['id']}/approve", json={"after": {deal["id"]: {"close_date": "31 February"}}})
    assert answer.status_code == 422
    assert anna.get(f"/api/proposals/{proposal['id']}").json()["status"] == "pending"


def test_rejecting_changes_nothing(signed_in: SignedIn) -> None:
    anna = signed_in(ANNA)
    deal = one(anna, "opportunity")
    proposal = anna.delete(f"/api/opportunity/{deal['id']}").json()
    assert anna.post(f"/api/proposals/{proposal['id']}/reject").json()["status"] == "rejected"
    assert anna.get(f"/api/opportunity/{deal['id']}").status_code == 200


def test_nobody_decides_what_another_proposed(signed_in: SignedIn) -> None:
    proposal = signed_in(ANNA).post("/api/account", json={"name": "Mine"}).json()
    ben = signed_in(BEN)
    assert ben.get("/api/proposals?status=all").json()["proposals"] != []
    assert proposal["id"] not in {each["id"] for each in ben.get("/api/proposals?status=all").json()["proposals"]}
    for verb in ("approve", "reject", "undo"):
        assert ben.post(f"/api/proposals/{proposal['id']}/{verb}").status_code == 404


def test_approve_true_writes_at_once_by_your_own_right(signed_in: SignedIn) -> None:
    anna = signed_in(ANNA)
    made = anna.post("/api/account?approve=true", json={"name": "Direct"})
    assert (made.status_code, made.json()["status"]) == (201, "applied")
    record = made.json()["changes"][0]["id"]
    assert anna.patch(f"/api/account/{record}?approve=true", json={"tier": "B"}).status_code == 200
    assert anna.delete(f"/api/account/{record}?approve=true").status_code == 200
    assert anna.get(f"/api/account/{record}").status_code == 404
    refused = signed_in(SAM).post("/api/opportunity?approve=true", json={"name": "No"})
    assert (refused.status_code, refused.json()["code"]) == (403, "not-allowed")


def test_if_match_guards_against_a_record_that_moved(signed_in: SignedIn) -> None:
    anna = signed_in(ANNA)
    read = anna.get(f"/api/account/{one(anna, 'account')['id']}")
    tag, path = read.headers["etag"], f"/api/account/{read.json()['id']}"
    assert anna.patch(f"{path}?approve=true", json={"city": "Oslo"}, headers={"if-match": tag}).status_code == 200
    late = anna.patch(f"{path}?approve=true", json={"city": "Bergen"}, headers={"if-match": tag})
    assert (late.status_code, late.json()["code"]) == (412, "precondition-failed")
    assert anna.delete(path, headers={"if-match": tag}).status_code == 412
    assert anna.patch(path, json={"city": "Bergen"}, headers={"if-match": "abc"}).status_code == 422
    assert anna.get(path).json()["fields"]["city"] == "Oslo"


def test_an_idempotency_key_makes_one_proposal(signed_in: SignedIn) -> None:
    anna, key = signed_in(ANNA), {"idempotency-key": "k1"}
    first = anna.post("/api/account", json={"name": "Once"}, headers=key).json()
    assert anna.post("/api/account", json={"name": "Once"}, headers=key).json()["id"] == first["id"]
    assert anna.post("/api/account", json={"name": "Twice"}, headers=key).status_code == 409


def test_figures(signed_in: SignedIn) -> None:
    answer = signed_in(ANNA).post("/api/measure", json={"metric": "won_amount", "by": ["owner"]}).json()
    assert (answer["unit"], answer["row_count"], answer["rows"]) == ("EUR", 2, [["Anna", "24000.00"]])
    assert signed_in(ANNA).post("/api/measure", json={"metric": "nonsense"}).status_code == 422


def test_the_audit_log_is_for_administrators(signed_in: SignedIn) -> None:
    for email in (ANNA, MANAGER, SAM):
        assert signed_in(email).get("/api/audit").status_code == 403
        assert signed_in(email).get("/api/audit/verify").status_code == 403
    admin = signed_in(ADMIN)
    log = admin.get("/api/audit?limit=1").json()
    assert (log["events"][0]["action"], log["events"][0]["by"]) == ("signed in", ADMIN)
    assert admin.get("/api/audit/verify").json()["problem"] == ""


def test_a_bearer_token_opens_the_same_doors_and_needs_no_origin(rapport: Rapport, stranger: TestClient) -> None:
    with rapport.store.database.writing() as session:
        user = rapport.store.principal(ANNA).user_id
        secret = people.issue_token(session, rapport.settings, user, kind="bearer")
    token = {"authorization": f"Bearer {secret}"}
    assert stranger.get("/api/account", headers=token).json()["total"] == 2
    assert stranger.post("/api/account", json={"name": "By token"}, headers=token | {"sec-fetch-site": "cross-site"}).status_code == 202
    assert stranger.get("/api/account", headers={"authorization": "Bearer nonsense"}).status_code == 401
    stranger.cookies.set("rapport_session", secret)  # a bearer token is no session
    assert stranger.get("/api/account").status_code == 401


def test_the_documentation_is_local_and_complete(signed_in: SignedIn) -> None:
    anna = signed_in(ANNA)
    paths = anna.get("/api/openapi.json").json()["paths"]
    page = anna.get("/api/docs").text
    assert "<script" not in page
    assert "//" not in page.replace("://", "") or "cdn" not in page
    assert all(path in page for path in paths)
    assert {
        "/api/session",
        "/api/chat",
        "/api/{entity}",
        "/api/{entity}/{record_id}",
        "/api/measure",
        "/api/proposals",
        "/api/audit",
    } <= set(paths)


def test_errors_are_told_in_the_language_of_whoever_asks(signed_in: SignedIn) -> None:
    """The members of a problem document stay what they are; only its sentences change."""
    anna = signed_in(ANNA)
    asked = {"json": {"name": "Hall", "annual_revenue": "lots"}}
    english = anna.post("/api/account", **asked).json()  # type: ignore[arg-type]
    for accepted in ("zh-CN,zh;q=0.9,en;q=0.8", "zh"):
        chinese = anna.post("/api/account", headers={"accept-language": accepted}, **asked).json()  # type: ignore[arg-type]
        assert chinese["detail"] == "“lots”不是年收入可用的数字。"
        assert {name: chinese[name] for name in ("status", "code", "title", "type")} == {
            name: english[name] for name in ("status", "code", "title", "type")
        }
        assert set(chinese) == set(english)
    assert anna.post("/api/account", headers={"accept-language": "de,en;q=0.5"}, **asked).json() == english  # type: ignore[arg-type]
    missing = anna.get("/api/account/01ARZ3NDEKTSV4RRFFQ69G5FAV", headers={"accept-language": "zh"}).json()
    assert missing["status"] == 404
    assert missing["code"] == "not-found"
