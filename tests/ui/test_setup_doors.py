"""Set-up over REST and on the page: an administrator's, usable at once, with clear refusals."""

from urllib.parse import urlsplit

import pytest
from ui_company import ADMIN, ANNA, MANAGER, SAM, SignedIn


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
    assert client.post("/setup", data={"action": "add-words", "subject": "account", "words": "x"}).status_code == 403


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
    done = admin.post("/setup", data=form)
    assert (done.status_code, urlsplit(done.headers["location"]).path) == (303, "/setup")
    seen = admin.get(done.headers["location"])
    assert "budget &lt;year&gt;" in seen.text
    assert "<year>" not in seen.text
    again = admin.post("/setup", data=form)
    assert again.status_code == 422
    assert "already" in again.text
    moved = admin.post("/setup", data={"action": "remove-stage", "pipeline": "Standard", "stage": "Proposal"})
    assert moved.status_code == 422
    assert "deal(s) are in Proposal" in moved.text
    done = admin.post("/setup", data={"action": "remove-stage", "pipeline": "Standard", "stage": "Proposal", "move_to": "Negotiation"})
    assert done.status_code == 303
    assert "Proposal" not in [each["name"] for each in admin.get("/api/setup").json()["pipelines"]["Standard"]]
    assert admin.post("/setup", data={"action": "nonsense"}).status_code == 422
    assert admin.post("/setup", data={"action": "add-words", "subject": "account"}).status_code == 422


def test_the_page_speaks_chinese(signed_in: SignedIn) -> None:
    seen = signed_in(ADMIN).get("/setup", headers={"Accept-Language": "zh-CN"})
    assert "自定义字段" in seen.text
