"""The rooms beside the chat: what each person sees, and what their forms do; every change through the gate."""

import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from room_forms import HTML, page, proposal_in, send, token
from ui_company import ADMIN, ANNA, BEN, MANAGER, SAM, SignedIn

from agent.bootstrap import Rapport
from store import gate
from store.gate import Change
from store.query import RecordQuery, find
from ui.web.rooms.record import quoted
from ui.web.words import words

ROOMS = Path(__file__).parents[2] / "ui" / "web"


def record_id(rapport: Rapport, email: str, name: str, entity: str = "account") -> str:
    with rapport.store.reading(rapport.store.principal(email)) as unit:
        return next(each.id for each in find(unit, RecordQuery(entity=entity, limit=100)).records if each.name == name)


def value(rapport: Rapport, email: str, entity: str, name: str, field: str) -> object:
    with rapport.store.reading(rapport.store.principal(email)) as unit:
        found = [each for each in find(unit, RecordQuery(entity=entity, limit=100)).records if each.name == name]
        return found[0].fields.get(field) if found else None


@pytest.mark.parametrize("path", ["/today", "/today/next", "/records/account", "/records/opportunity", "/approvals", "/new/account"])
@pytest.mark.parametrize("email", [ADMIN, MANAGER, ANNA, SAM])
def test_everybody_has_the_rooms_in_both_languages(signed_in: SignedIn, path: str, email: str) -> None:
    client = signed_in(email)
    english, chinese = page(client, path), page(client, path, language="zh-CN")
    assert english != chinese
    assert re.search(r"[一-鿿]", chinese)
    if "<html" in chinese:
        assert '<html lang="zh-CN">' in chinese
        assert '<html lang="en">' in english


def test_a_record_of_another_team_is_as_missing_as_a_missing_one(signed_in: SignedIn, rapport: Rapport) -> None:
    theirs = record_id(rapport, BEN, "Sol Retail")
    anna = signed_in(ANNA)
    for piece in ("", "/insight", "/timeline", "/history"):
        hidden = page(anna, f"/record/account/{theirs}{piece}", status=404)
        missing = page(anna, f"/record/account/{'0' * len(theirs)}{piece}", status=404)
        assert hidden.replace(theirs, "") == missing.replace("0" * len(theirs), "")
        assert "Sol Retail" not in hidden
    assert theirs not in page(anna, "/records/account?q=Sol+Retail")


def test_names_of_records_are_shown_and_do_nothing(signed_in: SignedIn, rapport: Rapport) -> None:
    anna, account = signed_in(ANNA), record_id(rapport, ANNA, "Nordkap Energy <b>AS</b>")
    for path in (
        f"/record/account/{account}",
        "/records/account",
        f"/record/account/{account}/timeline",
        f"/record/account/{account}/insight",
    ):
        html = page(anna, path)
        assert "<b>AS" not in html, path
    assert "Nordkap Energy &lt;b&gt;AS&lt;/b&gt;" in page(anna, "/records/account")


def test_an_edit_is_a_proposal_edited_approved_and_undone(signed_in: SignedIn, rapport: Rapport) -> None:
    anna, account = signed_in(ANNA), record_id(rapport, ANNA, "Halden Shipping")
    path = f"/record/account/{account}"
    assert "field|city" in page(anna, f"{path}?edit=1")
    where = send(anna, path, **{"field|city": "Oslo", "field|employees": "120"})
    proposal = proposal_in(where)
    assert value(rapport, ANNA, "account", "Halden Shipping", "city") is None  # nothing yet
    assert "Oslo" in page(anna, where)
    send(anna, f"/approvals/{proposal}/approve", back=where, **{f"after|{account}|city": "Bergen", f"after|{account}|employees": "120"})
    assert value(rapport, ANNA, "account", "Halden Shipping", "city") == "Bergen"
    assert value(rapport, ANNA, "account", "Halden Shipping", "employees") == 120
    send(anna, f"/approvals/{proposal}/undo")
    assert value(rapport, ANNA, "account", "Halden Shipping", "city") is None


def test_an_earlier_value_is_put_back_alone(signed_in: SignedIn, rapport: Rapport) -> None:
    anna, account = signed_in(ANNA), record_id(rapport, ANNA, "Halden Shipping")
    path = f"/record/account/{account}"
    made = []
    for city in ("Oslo", "Bergen"):
        made.append(proposal_in(send(anna, path, **{"field|city": city})))
        send(anna, f"/approvals/{made[-1]}/approve")
    assert "Put back" in page(anna, f"{path}/history")
    back = proposal_in(send(anna, f"{path}/put-back/{made[1]}"))
    send(anna, f"/approvals/{back}/approve")
    assert value(rapport, ANNA, "account", "Halden Shipping", "city") == "Oslo"
    assert "proposal=" not in send(anna, f"{path}/put-back/{'0' * 26}", back=path)


def test_a_form_without_the_token_of_this_sign_in_changes_nothing(signed_in: SignedIn, rapport: Rapport) -> None:
    anna, ben, account = signed_in(ANNA), signed_in(BEN), record_id(rapport, ANNA, "Halden Shipping")
    for given in ("", "x", token(ben)):
        answer = anna.post(f"/record/account/{account}", data={"token": given, "field|city": "Oslo"}, headers=HTML)
        assert answer.status_code == 403
    with rapport.store.reading(rapport.store.principal(ANNA)) as unit:
        assert gate.pending(unit) == []


def test_what_cannot_be_done_is_said_on_the_page_it_came_from(signed_in: SignedIn, rapport: Rapport) -> None:
    anna, account = signed_in(ANNA), record_id(rapport, ANNA, "Halden Shipping")
    back = f"/record/account/{account}?edit=1"
    assert send(anna, f"/record/account/{account}", back=back, **{"field|employees": "many"}) == back
    html = page(anna, back)
    assert 'role="alert"' in html
    assert "many" in html
    assert 'role="alert"' not in page(anna, back)  # said once


def test_another_person_decides_nothing(signed_in: SignedIn, rapport: Rapport) -> None:
    account = record_id(rapport, ANNA, "Halden Shipping")
    proposal = proposal_in(send(signed_in(ANNA), f"/record/account/{account}", **{"field|city": "Oslo"}))
    ben = signed_in(BEN)
    assert "Halden" not in page(ben, f"/today?proposal={proposal}")
    send(ben, f"/approvals/{proposal}/approve", back="/approvals")
    assert value(rapport, ANNA, "account", "Halden Shipping", "city") is None


def test_a_new_record_waits_for_approval(signed_in: SignedIn, rapport: Rapport) -> None:
    anna = signed_in(ANNA)
    where = send(anna, "/new/contact", **{"field|name": "Jane Doe", "field|account": "Halden Shipping"})
    assert "Jane Doe" in page(anna, where)
    with rapport.store.reading(rapport.store.principal(ANNA)) as unit:
        [waiting] = gate.pending(unit)
    send(anna, f"/approvals/{waiting.id}/approve")
    assert value(rapport, ANNA, "contact", "Jane Doe", "account") == "Halden Shipping"


def test_a_task_due_is_done_from_today(signed_in: SignedIn, rapport: Rapport) -> None:
    with rapport.store.writing(rapport.store.principal(ANNA)) as unit:
        view = gate.propose(unit, [Change(op="create", type="task", values={"title": "Call Halden", "due_at": "2026-11-20"})])
        gate.approve(unit, view.id)
    anna, task = signed_in(ANNA), record_id(rapport, ANNA, "Call Halden", "task")
    html = page(anna, "/today")
    assert "Call Halden" in html
    assert "overdue" in html
    assert "Call Halden" not in page(signed_in(BEN), "/today")
    proposal = proposal_in(send(anna, f"/task/{task}/done", back="/today"))
    send(anna, f"/approvals/{proposal}/approve")
    assert value(rapport, ANNA, "task", "Call Halden", "status") == "done"


def test_a_suggestion_is_made_put_off_and_called_not_useful(signed_in: SignedIn, rapport: Rapport) -> None:
    anna = signed_in(ANNA)
    keys = re.findall(r'action="/today/([^"]+)/do"', page(anna, "/today/next"))
    assert len(keys) >= 2
    assert re.search(r"proposal=|^/drafts/", send(anna, f"/today/{keys[0]}/do", back="/today"))
    send(anna, f"/today/{keys[0]}/later", back="/today")
    send(anna, f"/today/{keys[1]}/not-useful", back="/today")
    left = re.findall(r'action="/today/([^"]+)/do"', page(anna, "/today/next"))
    assert not {keys[0], keys[1]} & set(left)
    assert "proposal" not in send(signed_in(BEN), f"/today/{keys[0]}/do", back="/today")
    with rapport.store.reading(rapport.store.principal(BEN)) as unit:
        assert gate.pending(unit) == []  # another team's suggestion is nobody's to make


def test_a_list_is_narrowed_sorted_and_paged_by_its_address(signed_in: SignedIn) -> None:
    anna = signed_in(ANNA)
    html = page(anna, "/records/opportunity?where=status:eq:won&sort=-amount")
    assert "pilot 1" in html
    assert "pilot 3" not in html
    assert 'aria-sort="descending"' in html
    assert page(anna, "/records/opportunity?where=nonsense", status=422).count("<h1>") == 1


def test_a_sentence_is_marked_where_it_stands(signed_in: SignedIn, rapport: Rapport) -> None:
    with rapport.store.writing(rapport.store.principal(ANNA)) as unit:
        values = {
            "kind": "note",
            "subject": "Visit",
            "body": "They waited. The price <is> too high. More later.",
            "account": "Halden Shipping",
        }
        gate.approve(unit, gate.propose(unit, [Change(op="create", type="activity", values=values)]).id)
    note = record_id(rapport, ANNA, "Visit", "activity")
    html = page(signed_in(ANNA), f"/record/activity/{note}?said=The+price+%3Cis%3E+too+high.")
    assert '<mark id="said">The price &lt;is&gt; too high.</mark>' in html


def test_the_look_comes_from_here_and_is_kept(signed_in: SignedIn) -> None:
    anna = signed_in(ANNA)
    html = page(anna, "/today")
    for address in re.findall(r'(?:href|src)="(/look/[^"]+)"', html):
        assert "immutable" in anna.get(address).headers["cache-control"]
    assert not re.findall(r'(?:src|href|action)="(?:https?:)?//', html)
    assert "<script>" not in html
    assert anna.get("/look/../pages.py").status_code == 404


def test_a_bearer_s_program_gets_problem_documents(signed_in: SignedIn) -> None:
    answer = signed_in(ANNA).get("/record/account/nothing", headers={"accept": "application/json"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def used_words() -> set[str]:
    files = [*(ROOMS / "rooms").rglob("*.html"), *(ROOMS / "rooms").rglob("*.py")]
    return {key for file in files for key in re.findall(r'said\["([a-z_.]+)"\]', file.read_text("utf-8"))}


def test_every_word_is_there_in_both_languages_with_the_same_gaps() -> None:
    english, chinese = words("en"), words("zh")
    assert {key for key in used_words() if key not in english.table} == set()
    for key, (en, zh) in english.table.items():
        assert en, key
        assert zh, key
        assert sorted(re.findall(r"{\w*}", en)) == sorted(re.findall(r"{\w*}", zh)), key
    assert chinese.language == "zh"


def test_the_pages_need_a_sign_in(stranger: TestClient) -> None:
    assert stranger.get("/today", headers=HTML).headers["location"] == "/login?next=/today"
    assert stranger.get("/look/rooms.css").status_code == 401


@pytest.mark.parametrize(
    ("body", "said", "marked"),
    [
        ("Too dear. Call again.", "Call again.", "Call again."),
        ("Too dear.\nCall  again.", "Too dear. Call again.", "Too dear.\nCall  again."),
        ("尊敬的冯婷婷:报价单12600欧元。谢谢!", "配料线报价。尊敬的冯婷婷:报价单12600欧元。", "尊敬的冯婷婷:报价单12600欧元。"),
        (
            "They came with 12 % discount. Offered 7 %.",
            "Discount request 12 %. They came with 12 % discount.",
            "They came with 12 % discount.",
        ),
        ("Too dear.", "Something else.", ""),
        ("Too dear.", "  ", ""),
    ],
)
def test_a_cited_sentence_is_marked_where_it_stands(body: str, said: str, marked: str) -> None:
    before, found, after = quoted(body, said)
    assert found == marked
    assert before + found + after == body
