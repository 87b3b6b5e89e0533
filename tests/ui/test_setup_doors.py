"""Set-up over REST and on the page: an administrator's, usable at once, with clear refusals."""

import re

import pytest
from fastapi.testclient import TestClient
from room_forms import HTML, page, token
from sqlalchemy import text
from ui_company import ADMIN, ANNA, BEN, MANAGER, SAM, SignedIn

from agent.bootstrap import Rapport


def test_a_field_made_over_rest_is_usable_in_the_next_request(signed_in: SignedIn) -> None:
    admin, anna = signed_in(ADMIN), signed_in(ANNA)
    field = {"entity": "account", "name": "berth", "kind": "choice", "values": ["north quay", "south quay"], "label_zh": "泊位"}
    assert admin.post("/api/setup/fields", json=field).status_code == 201
    account = anna.get("/api/account").json()["records"][0]["id"]
    changed = anna.patch(f"/api/account/{account}?approve=true", json={"berth": "South Quay"})
    assert changed.status_code == 200, changed.text
    found = anna.get("/api/account", params={"berth": "south quay"}).json()
    assert [each["id"] for each in found["records"]] == [account]
    shown = admin.get("/api/setup").json()
    assert [each["name"] for each in shown["fields"]] == ["berth"]
    refused = admin.delete("/api/setup/picklists/account/berth/south quay")
    assert refused.status_code == 422
    assert "1 record(s) hold" in refused.json()["detail"]
    assert admin.delete("/api/setup/picklists/account/berth/south quay", params={"replace_with": "north quay"}).json() == {
        "removed": "south quay",
        "records_changed": 1,
    }
    assert anna.get(f"/api/account/{account}").json()["fields"]["berth"] == "north quay"


def test_pipelines_stages_and_words_over_rest(signed_in: SignedIn) -> None:
    admin = signed_in(ADMIN)
    assert admin.post("/api/setup/pipelines", json={"name": "Renewals", "stages": ["Due", "Won", "Lost"]}).status_code == 201
    assert admin.post("/api/setup/pipelines/Renewals/stages", json={"name": "Pilot", "probability": 60, "zh": "试点"}).status_code == 201
    assert admin.patch("/api/setup/pipelines/Renewals/stages/Pilot", json={"name": "Trial", "position": 1}).status_code == 200
    stages = admin.get("/api/setup").json()["pipelines"]["Renewals"]
    assert [each["name"] for each in stages] == ["Trial", "Due", "Won", "Lost"]
    assert admin.delete("/api/setup/pipelines/Renewals/stages/Trial").json() == {"removed": "Trial", "deals_moved": 0}
    assert admin.delete("/api/setup/pipelines/Standard").status_code == 422
    assert admin.post("/api/setup/words", json={"subject": "account", "words": ["clinic", "诊所"]}).json() == {"added": ["clinic", "诊所"]}
    assert admin.delete("/api/setup/words/account/clinic").json() == {"removed": ["clinic"]}


@pytest.mark.parametrize("who", [MANAGER, ANNA, SAM])
def test_nobody_else_sets_up(signed_in: SignedIn, who: str) -> None:
    client = signed_in(who)
    assert client.get("/api/setup").status_code == 403
    assert client.post("/api/setup/fields", json={"entity": "account", "name": "x", "kind": "text"}).status_code == 403
    assert client.get("/setup").status_code == 403
    for path in ("/setup/roles", "/setup/roles/rep", "/setup/policy", "/setup/audit"):
        assert client.get(path).status_code == 403
    form = {"token": token(client), "action": "add-words", "subject": "account", "words": "x"}
    assert client.post("/setup", data=form).status_code == 403
    rule = {"token": token(client), "action": "set", "role": "rep", "entity": "task", "operation": "create", "auto": "1"}
    assert client.post("/setup/policy", data=rule).status_code == 403
    assert client.post("/setup/roles/rep", data={"token": token(client), "action": "scopes", "read|account": "all"}).status_code == 403


def told(client: TestClient, path: str, *, language: str = "en", **fields: str) -> str:
    """The page a form leads to."""
    answer = client.post(path, data={"token": token(client), "back": path, **fields}, headers={**HTML, "accept-language": language})
    assert answer.status_code == 303, answer.text[:500]
    return page(client, str(answer.headers["location"]), language=language)


def test_the_page_changes_what_it_shows(signed_in: SignedIn) -> None:
    admin = signed_in(ADMIN)
    form = {
        "action": "add-field",
        "entity": "lead",
        "name": "budget_year",
        "kind": "number",
        "label": "budget <year>",
        "label_zh": "预算年度",
    }
    seen = told(admin, "/setup", **form)
    assert "budget &lt;year&gt;" in seen
    assert "<year>" not in seen
    assert "already" in told(admin, "/setup", **form)
    again = admin.post("/setup", data={"token": token(admin), "back": "/setup#fields", **form}, headers=HTML)
    assert again.headers["location"] == "/setup"  # where the reason is seen
    moved = {"action": "remove-stage", "pipeline": "Standard", "stage": "Proposal"}
    assert "deal(s) are in Proposal" in told(admin, "/setup", **moved)
    assert "Done." in told(admin, "/setup", **moved, move_to="Negotiation")
    assert "Proposal" not in [each["name"] for each in admin.get("/api/setup").json()["pipelines"]["Standard"]]
    assert 'class="told wrong"' in told(admin, "/setup", action="nonsense")
    assert 'class="told wrong"' in told(admin, "/setup", action="add-words", subject="account")


@pytest.mark.parametrize("path", ["/setup", "/setup/roles", "/setup/roles/service", "/setup/policy", "/setup/audit?check=1"])
def test_the_pages_speak_chinese(signed_in: SignedIn, path: str) -> None:
    seen = page(signed_in(ADMIN), path, language="zh")
    assert '<html lang="zh-CN">' in seen
    assert "自动批准" in seen


def test_a_role_is_changed_on_its_page_and_holds_at_once(signed_in: SignedIn) -> None:
    admin, ben = signed_in(ADMIN), signed_in(BEN)
    path = "/setup/roles/rep"
    assert "Halden" not in page(ben, "/records/account")
    assert "Done." in told(admin, path, action="scopes", **{"read|account": "all", "write|account": "own", "read|task": "own"})
    assert "Halden" in page(ben, "/records/account")
    assert re.search(r'name="read\|account".*?value="all" selected', page(admin, path), re.DOTALL)
    assert "Nothing was filled in differently" in told(admin, path, action="scopes", **{"read|account": "all"})
    assert "more of account" in told(admin, path, action="scopes", **{"read|account": "none"})
    told(admin, path, action="hide", field="account.tier", others="0")
    assert "tier" not in ben.get("/api/account?limit=1").json()["records"][0]["fields"]
    assert "cannot be hidden" in told(admin, path, action="hide", field="account.name", others="0")
    told(admin, path, action="show", field="account.tier")
    assert "tier" in ben.get("/api/account?limit=1").json()["records"][0]["fields"]
    told(admin, path, action="remove")
    assert "Halden" not in page(ben, "/records/account")
    assert "could undo any limit" in page(admin, "/setup/roles/administrator")


def test_a_role_of_ones_own_comes_and_goes(signed_in: SignedIn) -> None:
    admin = signed_in(ADMIN)
    assert "made from rep" in told(admin, "/setup/roles", action="add", name="sales assistant", based_on="rep")
    assert "sales assistant" in page(admin, "/setup/roles")
    assert "sales assistant" not in told(admin, "/setup/roles/sales assistant", action="remove")


def test_a_rule_approves_by_itself_until_it_is_switched(signed_in: SignedIn) -> None:
    admin, anna = signed_in(ADMIN), signed_in(ANNA)
    rule = {"action": "set", "role": "rep", "entity": "task", "operation": "create"}
    task = {"title": "Call back", "account": "Halden Shipping", "assignee": ANNA}
    assert "everything waits" in page(admin, "/setup/policy")
    assert "Ask a person instead" in told(admin, "/setup/policy", **rule, auto="1")
    assert anna.post("/api/task", json=task).json()["status"] == "applied"
    assert "Approve by itself" in told(admin, "/setup/policy", **rule, auto="0")
    assert anna.post("/api/task", json={**task, "title": "Call again"}).json()["status"] == "pending"
    assert "never approved by policy" in told(admin, "/setup/policy", **{**rule, "operation": "delete"}, auto="1")


def test_the_log_is_narrowed_and_verified(signed_in: SignedIn, rapport: Rapport) -> None:
    admin, anna = signed_in(ADMIN), signed_in(ANNA)
    proposal = anna.post("/api/account", json={"name": "50%_odd"}).json()["id"]
    everything = admin.get("/api/audit?limit=1000").json()
    mine = admin.get("/api/audit", params={"by": ANNA, "action": "proposed", "door": "rest", "limit": 1000}).json()
    expected = [each for each in everything["events"] if (each["by"], each["action"], each["door"]) == (ANNA, "proposed", "rest")]
    assert mine["events"] == expected
    assert mine["total"] == len(expected) > 0
    assert [each["proposal"] for each in admin.get("/api/audit", params={"text": proposal}).json()["events"]] == [proposal]
    assert admin.get("/api/audit", params={"text": "%"}).json()["total"] == sum("%" in each["summary"] for each in everything["events"])
    assert admin.get("/api/audit", params={"until": "2020-01-01"}).json()["total"] == 0
    assert admin.get("/api/audit", params={"since": "2020-01-01"}).json()["total"] == everything["total"]
    seen = page(admin, f"/setup/audit?by={ANNA}&action=proposed")
    assert f"/approvals?proposal={proposal}" in seen
    assert f'value="{ANNA}" selected' in seen
    assert "50%_odd" in page(admin, f"/approvals?proposal={proposal}")
    assert "The log holds" in page(admin, "/setup/audit?check=1&since=nonsense")
    with rapport.store.database.writing() as session:
        session.execute(text("UPDATE audit_event SET summary = 'nothing' WHERE seq = 3"))
    broken = admin.get("/setup/audit?check=1", headers={**HTML, "x-piece": "1"}).text
    assert "event 3 was changed" in broken
    assert "<html" not in broken


def test_what_went_wrong_is_told_in_chinese_in_the_rooms(signed_in: SignedIn) -> None:
    admin = signed_in(ADMIN)
    assert "角色名" in told(admin, "/setup/roles", language="zh", action="add", name="!", based_on="rep")
    assert "没有角色“nobody”" in page(admin, "/setup/roles/nobody", language="zh", status=404)
    assert "只有管理员可以查看" in page(signed_in(ANNA), "/setup", language="zh", status=403)
