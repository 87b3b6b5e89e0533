"""Team, import, duplicates, conversations: what each person sees and what their forms do."""

import re
from urllib.parse import unquote

import pytest
from room_forms import HTML, page, proposal_in, send, token
from test_rooms import record_id, value
from ui_company import ADMIN, ANNA, BEN, MANAGER, SignedIn

from agent.bootstrap import Rapport
from store import gate
from store.errors import NotFound
from store.gate import Change
from ui.web.messages import linked, quoted

CSV = "Id,Name,City\n1,Fjord Pumps,Bergen\n2,,Oslo\n"


@pytest.mark.parametrize("path", ["/import", "/duplicates", "/conversations"])
def test_the_other_rooms_speak_both_languages(signed_in: SignedIn, path: str) -> None:
    anna = signed_in(ANNA)
    assert '<html lang="zh-CN">' in page(anna, path, language="zh")
    assert "Anna" in page(anna, path)


def test_the_team_is_for_managers_and_every_figure_leads_to_its_rows(signed_in: SignedIn) -> None:
    """Each account of Anna's has one won deal of 12,000, closed on 15 November."""
    assert "managers" in page(signed_in(ANNA), "/team", status=403)
    manager = signed_in(MANAGER)
    html = page(manager, "/team?period=this_quarter")
    figures = dict(re.findall(r'data-label="([^"]+)"><a href="([^"]+)">', html))
    assert re.search(r">24,000 EUR</a>", html)
    assert "Ben" not in html  # another team's rep
    rows = page(manager, figures["Won deals"].replace("&amp;", "&"))
    assert set(re.findall(r"pilot \d", rows)) == {"pilot 1"}
    assert page(signed_in(ADMIN), "/team").count("24,000 EUR") == 2
    assert "<h2" in page(manager, "/team/day")


def test_a_file_is_tried_then_imported(signed_in: SignedIn, rapport: Rapport) -> None:
    anna = signed_in(ANNA)

    def sent(**fields: str) -> str:
        answer = anna.post(
            "/import", data={"token": token(anna), "kind": "account", **fields}, files={"file": ("new.csv", CSV, "text/csv")}, headers=HTML
        )
        assert answer.status_code == 200, answer.text[:500]
        return answer.text

    tried = sent()
    assert dict(re.findall(r'<div class="is-(\w+)"><dt>[^<]*</dt><dd>(\d+)</dd>', tried)) == {
        "created": "1", "updated": "0", "unchanged": "0", "held_back": "1", "possible_duplicate": "0",
    }  # fmt: skip
    assert value(rapport, ANNA, "account", "Fjord Pumps", "city") is None
    done = sent(write="1")
    assert value(rapport, ANNA, "account", "Fjord Pumps", "city") == "Bergen"
    assert "base64," in unquote(done)
    refused = anna.post("/import", data={"kind": "account"}, files={"file": ("new.csv", CSV, "text/csv")}, headers=HTML)
    assert refused.status_code == 403


def test_a_pair_is_merged_by_a_proposal_or_said_to_be_two(signed_in: SignedIn, rapport: Rapport) -> None:
    with rapport.store.writing(rapport.store.principal(ANNA)) as unit:
        for name, phone in (("Halden Shipping AS", "+47 22 33 44 55"), ("Halden Shipping A/S", "+47 22 33 44 55")):
            values = {"name": name, "phone": phone, "website": "https://halden.example"}
            gate.approve(unit, gate.propose(unit, [Change(op="create", type="account", values=values)]).id)
    anna = signed_in(ANNA)
    send(anna, "/duplicates/find", back="/duplicates")
    pairs = re.findall(r'action="/duplicates/([^"]+)/merge"', page(anna, "/duplicates"))
    assert pairs
    assert re.findall(r'action="/duplicates/([^"]+)/merge"', page(signed_in(BEN), "/duplicates")) == []
    proposal = proposal_in(send(anna, f"/duplicates/{pairs[0]}/merge"))
    with rapport.store.reading(rapport.store.principal(ANNA)) as unit:
        assert gate.show(unit, proposal).operation == "merge"
    send(anna, f"/approvals/{proposal}/reject")


def test_conversations_are_found_renamed_and_deleted_by_their_owner(signed_in: SignedIn, rapport: Rapport) -> None:
    anna, ben = signed_in(ANNA), signed_in(BEN)
    told = anna.post("/api/chat", json={"text": "my deals"}).json()["conversation_id"]
    assert told in page(anna, "/conversations?q=DEALS")
    assert told not in page(anna, "/conversations?q=50%25_")
    assert told not in page(ben, "/conversations")
    send(ben, f"/conversations/{told}/name", title="mine")
    send(ben, f"/conversations/{told}/delete")
    send(anna, f"/conversations/{told}/name", title="Pipeline check")
    assert "Pipeline check" in page(anna, "/conversations")
    send(anna, f"/conversations/{told}/name", title=" ", back="/conversations")
    assert "needs a name" in page(anna, "/conversations")
    send(anna, f"/conversations/{told}/delete")
    with pytest.raises(NotFound):
        rapport.assistant.messages(rapport.store.principal(ANNA), told)


def test_a_table_in_an_answer_leads_to_its_records(signed_in: SignedIn, rapport: Rapport) -> None:
    account = record_id(rapport, ANNA, "Halden Shipping")
    known = {"type": "opportunity", "id": "D1", "name": "Pilot *3*", "fields": {"account": "Halden Shipping", "account_id": account}}
    text = "| key | name | account |\n| --- | --- | --- |\n| 1 | Pilot \\*3\\* | Halden Shipping |\nHalden Shipping"
    assert linked(text, [known]).splitlines()[2:] == [
        f"| 1 | [Pilot \\*3\\*](/record/opportunity/D1) | [Halden Shipping](/record/account/{account}) |",
        "Halden Shipping",
    ]
    twins = [known, {**known, "id": "D2"}]
    assert "/record/opportunity" not in linked(text, twins)


def test_a_quote_leads_to_its_sentence() -> None:
    cited = [{"type": "activity", "id": "A1", "quote": "Too dear (8%)."}]
    made = quoted("&#62; Too dear (8%).\n&#62;\n&#62; — 2026-11-02 · Acme", cited)
    assert made.splitlines()[0] == "> Too dear (8%)."
    assert made.splitlines()[2] == "> [— 2026-11-02 · Acme](/record/activity/A1?said=Too+dear+%288%25%29.#said)"
