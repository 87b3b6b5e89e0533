"""A proposal's sheet where the person is: edited, taken in part, refused with the reason on it, undone; the words each part stands on."""

import pytest
from fastapi.testclient import TestClient
from room_forms import HTML, token
from ui_company import ANNA, BEN, SignedIn

from agent.bootstrap import Rapport
from store import gate
from store.gate import Change
from store.query import RecordQuery, RecordView, find
from ui.web.rooms.sheets import KEEP, PART, sheet_of
from ui.web.words import words

PIECE = {**HTML, "x-piece": "1"}


@pytest.fixture
def deals(rapport: Rapport) -> list[RecordView]:
    with rapport.store.reading(rapport.store.principal(ANNA)) as unit:
        return find(unit, RecordQuery(entity="opportunity", limit=2)).records


@pytest.fixture
def proposal(rapport: Rapport, deals: list[RecordView]) -> str:
    with rapport.store.writing(rapport.store.principal(ANNA)) as unit:
        changes = [Change(op="update", type="opportunity", id=deal.id, values={"amount": 7, "next_step": "Call"}) for deal in deals]
        quotes = [
            {
                "source": "recording:REC",
                "quote": "seven for this one",
                "start_s": 3.5,
                "end_s": 5.0,
                "type": "opportunity",
                "name": deals[0].name,
            }
        ]
        return gate.propose(unit, changes, evidence=quotes).id


def decide(client: TestClient, proposal: str, what: str, **fields: str) -> str:
    answer = client.post(f"/approvals/{proposal}/{what}", data={"token": token(client), **fields}, headers=PIECE)
    assert answer.status_code == 200, answer.text[:500]
    return answer.text


def amounts(rapport: Rapport, deals: list[RecordView]) -> list[object]:
    with rapport.store.reading(rapport.store.principal(ANNA)) as unit:
        now = {each.id: each.fields["amount"] for each in find(unit, RecordQuery(entity="opportunity", limit=100)).records}
    return [str(now[deal.id]) for deal in deals]


def test_a_part_is_left_out_another_edited_and_all_of_it_undone(
    signed_in: SignedIn, rapport: Rapport, deals: list[RecordView], proposal: str
) -> None:
    before, client = amounts(rapport, deals), signed_in(ANNA)
    parts = {f"{PART}|{deal.id}": "1" for deal in deals}
    edited = {f"after|{deals[0].id}|amount": "99", f"after|{deals[1].id}|amount": "1000"}
    told = decide(client, proposal, "approve", **parts, **edited, **{f"{KEEP}|{deals[0].id}": "1"})
    assert "Applied and recorded." in told
    assert amounts(rapport, deals) == ["99.00", before[1]]
    assert "Put back as it was." in decide(client, proposal, "undo")
    assert amounts(rapport, deals) == before


def test_what_cannot_be_is_said_on_the_sheet_and_nothing_is_applied(
    signed_in: SignedIn, rapport: Rapport, deals: list[RecordView], proposal: str
) -> None:
    before, client = amounts(rapport, deals), signed_in(ANNA)
    told = decide(client, proposal, "approve", **{f"after|{deals[0].id}|amount": "a lot"})
    assert 'role="alert"' in told
    assert "a lot" in told
    nothing = decide(client, proposal, "approve", **{f"{PART}|{deal.id}": "1" for deal in deals})
    assert "Reject it instead" in nothing
    assert amounts(rapport, deals) == before
    other = signed_in(BEN)
    answer = other.post(f"/approvals/{proposal}/approve", data={"token": token(other)}, headers=PIECE)
    assert answer.status_code == 404
    assert deals[0].name not in answer.text


def test_each_part_has_the_words_it_stands_on(rapport: Rapport, deals: list[RecordView], proposal: str) -> None:
    with rapport.store.reading(rapport.store.principal(ANNA)) as unit:
        sheet = sheet_of(unit, gate.show(unit, proposal), words("zh"))
    assert sheet.choosing
    assert not sheet.quotes
    assert [[(quote.text, quote.recording, quote.at_s) for quote in part.quotes] for part in sheet.parts] == [
        [("seven for this one", "REC", 3.5)], []
    ]  # fmt: skip


def test_a_single_change_has_nothing_to_leave_out(rapport: Rapport, deals: list[RecordView]) -> None:
    with rapport.store.writing(rapport.store.principal(ANNA)) as unit:
        view = gate.propose(unit, [Change(op="update", type="opportunity", id=deals[0].id, values={"amount": 7})])
        assert not sheet_of(unit, view, words("en")).choosing
