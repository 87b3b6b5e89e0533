"""What a brief on a record's page, or a draft, stands on: as in the chat, it opens the note at the sentence and says when, by whom, of whom."""

import re
from html import unescape

from fastapi.testclient import TestClient
from room_forms import page
from ui_company import ANNA, SignedIn

SAID = "The price of the second line is too high for us this year."


def make(client: TestClient, entity: str, /, **values: str) -> str:
    answer = client.post(f"/api/{entity}?approve=true", json=values)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["changes"][0]["id"])


def test_the_sources_of_a_brief_and_a_draft_open_the_note_at_the_sentence(signed_in: SignedIn) -> None:
    anna = signed_in(ANNA)
    account = make(anna, "account", name="Quoted plc")
    contact = make(anna, "contact", name="Quinn Quoted", account=account, email="quinn@quoted.example")
    note = make(
        anna, "activity", kind="meeting", direction="inbound", subject="Visit", account=account, contact=contact, occurred_at="2026-11-18T09:00",
        body=f"They waited for us. {SAID} We will send a new offer by Friday.",
    )  # fmt: skip
    insight = page(anna, f"/record/account/{account}/insight")
    link = re.search(rf'<a class="source" href="(/record/activity/{note}\?said=[^"]+#said)" title="([^"]+)"', insight)
    assert link, insight
    assert "2026-11-18 · " in link[2]
    assert "Quoted plc · " in link[2]
    assert '<mark id="said">' in page(anna, unescape(link[1]).partition("#")[0])
    draft = anna.post("/api/drafts", json={"purpose": "follow_up", "to": "Quinn Quoted"}).json()
    assert note in str(draft["citations"])
    for language, kind in (("en", "meeting"), ("zh", "会议")):
        shown = unescape(page(anna, f"/drafts/{draft['id']}", language=language))
        path, source = re.findall(
            rf'<a href="(/record/activity/{note}\?said=[^"]+)#said">[^<]+</a><span class="soft"> ([^<]+)</span>', shown
        )[0]
        assert source.startswith("2026-11-18 · ")
        assert source.endswith(f"Quoted plc · {kind}")
        assert '<mark id="said">' in page(anna, path)
