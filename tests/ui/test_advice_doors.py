"""Suggestions and drafts over REST and on the command line; a mail is sent by approving its proposal."""

import json
import sys
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
from data_folders import copied
from pydantic import SecretStr
from ui_company import ANNA, BEN, SignedIn

from agent.bootstrap import Rapport
from ui.cli import main

sys.path.append(str(Path(__file__).parents[1] / "store"))
from mail_firm import Inbox, mail_server


@pytest.fixture
def inbox(rapport: Rapport) -> Iterator[Inbox]:
    with mail_server() as (found, url):
        rapport.settings.smtp_url = SecretStr(url)
        rapport.store.settings.smtp_url = SecretStr(url)
        yield found


def make(client: Any, kind: str, **values: Any) -> str:
    answer = client.post(f"/api/{kind}?approve=true", json=values)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["changes"][0]["id"])


def test_suggestions(signed_in: SignedIn) -> None:
    anna, ben = signed_in(ANNA), signed_in(BEN)
    task = make(anna, "task", title="Call the harbour", due_at="2026-11-18T09:00")
    found = anna.get("/api/actions").json()
    [mine] = [each for each in found["actions"] if each["record"]["id"] == task]
    assert mine["key"] == f"overdue_task:{task}"
    assert mine["evidence"][0]["id"] == task
    assert mine["step"]["changes"][0]["id"] == task
    assert anna.get("/api/actions?language=zh").json()["actions"][0]["title"] != found["actions"][0]["title"]
    assert task not in ben.get("/api/actions?limit=20").text
    assert ben.post(f"/api/actions/{mine['key']}/propose").status_code == 404
    assert ben.post(f"/api/actions/{mine['key']}/snooze").status_code == 404
    proposed = anna.post(f"/api/actions/{mine['key']}/propose")
    assert (proposed.status_code, proposed.json()["status"], proposed.json()["changes"][0]["id"]) == (202, "pending", task)
    snoozed = anna.post(f"/api/actions/{mine['key']}/snooze", json={"days": 3}).json()
    assert snoozed["until"] == "2026-11-24"
    assert task not in anna.get("/api/actions?limit=20").text
    assert anna.get("/api/actions").json()["hidden"] == 1
    assert anna.get("/api/actions?about=nobody+of+that+name").status_code == 404
    assert anna.post("/api/actions/overdue_task:nothing/snooze").status_code == 404


def test_a_draft_from_its_making_to_the_mail(signed_in: SignedIn, inbox: Inbox) -> None:
    anna, ben = signed_in(ANNA), signed_in(BEN)
    account = make(anna, "account", name="Mailed plc")
    contact = make(anna, "contact", name="Max Mailed", account=account, email="max@mailed.example")
    made = anna.post("/api/drafts", json={"purpose": "message", "to": "Max Mailed", "about": "the pilot"}).json()
    assert (made["recipient"], made["status"], made["missing"]) == ("max@mailed.example", "draft", ["what you want to say"])
    assert made["mailto"].startswith("mailto:max@mailed.example?subject=the%20pilot&body=Dear%20Max")
    place = f"/api/drafts/{made['id']}"
    for answer in (
        ben.get(place),
        ben.patch(place, json={"body": "x"}),
        ben.get(f"{place}.eml"),
        ben.post(f"{place}/send"),
        ben.delete(place),
    ):
        assert answer.status_code == 404
    assert ben.get("/api/drafts").json() == {"drafts": []}
    assert anna.post(f"{place}/send").status_code == 422  # something is still to be filled in
    words = {"body": made["body"].replace("[what you want to say]", "It starts on Monday."), "version": made["version"]}
    assert anna.patch(place, json=words).json()["missing"] == []
    assert anna.patch(place, json=words).status_code == 409  # read another version
    eml = anna.get(f"{place}.eml")
    assert eml.headers["content-type"].startswith("message/rfc822")
    assert message_from_bytes(eml.content)["To"] == "Max Mailed <max@mailed.example>"
    assert anna.post(f"{place}/send").status_code == 403  # no consent
    make(anna, "consent", contact=contact, channel="email", status="given")
    proposed = anna.post(f"{place}/send")
    assert (proposed.status_code, proposed.json()["status"], inbox.mails) == (202, "pending", [])
    done = anna.post(f"/api/proposals/{proposed.json()['id']}/approve").json()
    assert done["status"] == "applied"
    assert "It starts on Monday." in inbox.message().get_content()
    assert anna.get(place).json()["status"] == "sent"
    logged = anna.get(f"/api/activity?contact={contact}").json()["records"]
    assert [(each["fields"]["kind"], each["fields"]["direction"]) for each in logged] == [("email", "outbound")]
    assert anna.post(f"/api/proposals/{proposed.json()['id']}/undo").status_code == 409


def test_on_the_command_line(furnished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("RAPPORT_HOME", str(copied(furnished, tmp_path / "home")))

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["rapport", *words, "--as", ANNA])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capfd.readouterr()
        return int(str(ended.value.code)), said.out, said.err

    assert run("drafts", "list", "--json")[:2] == (0, "[]\n")
    assert run("ask", "add a contact Max Mailed, max@mailed.example", "--approve")[0] == 0
    assert run("ask", "draft a thank-you mail to Max Mailed")[0] == 0
    [draft] = json.loads(run("drafts", "list", "--json")[1])
    assert draft["recipient"] == "max@mailed.example"
    assert "Dear Max Mailed," in run("drafts", "show", draft["id"])[1]
    assert "X-Unsent: 1" in run("drafts", "eml", draft["id"])[1]
    code, _, said = run("drafts", "send", draft["id"])
    assert (code, "RAPPORT_SMTP_URL" in said) == (1, True)
    assert run("drafts", "show")[0] == 1
    assert run("drafts", "melt")[0] == 2
    assert run("drafts", "discard", draft["id"])[0] == 0
    assert run("drafts", "list", "--json")[1] == "[]\n"
