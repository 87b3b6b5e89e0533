"""The pipeline room: the board and its moves, the figures under it, and what narrows them."""

import re

from room_forms import page, proposal_in, send
from test_rooms import record_id, value
from ui_company import ANNA, BEN, MANAGER, SAM, SignedIn

from agent.bootstrap import Rapport
from store import gate
from ui.web.rooms.forms import with_query

DEAL = "Halden Shipping – pilot 3"


def test_a_move_is_a_proposal(signed_in: SignedIn, rapport: Rapport) -> None:
    anna, deal = signed_in(ANNA), record_id(rapport, ANNA, DEAL, "opportunity")
    html = page(anna, "/pipeline")
    column = re.search(r'data-stage="Proposal".*?</section>', html, re.DOTALL)
    assert column
    assert DEAL in column[0]
    assert DEAL not in html.replace(column[0], "")
    where = send(anna, f"/pipeline/move/{deal}", stage="Negotiation", back="/pipeline?period=this_quarter")
    assert where.startswith("/pipeline?period=this_quarter&proposal=")
    assert value(rapport, ANNA, "opportunity", DEAL, "stage") == "Proposal"
    send(anna, f"/approvals/{proposal_in(where)}/approve", back=where)
    assert value(rapport, ANNA, "opportunity", DEAL, "stage") == "Negotiation"


def test_another_team_s_deal_is_neither_seen_nor_moved(signed_in: SignedIn, rapport: Rapport) -> None:
    deal, ben = record_id(rapport, ANNA, DEAL, "opportunity"), signed_in(BEN)
    for path in ("/pipeline", "/pipeline/stuck"):
        assert "Halden" not in page(ben, path)
    assert "proposal=" not in send(ben, f"/pipeline/move/{deal}", stage="Won", back="/pipeline")
    with rapport.store.reading(rapport.store.principal(ANNA)) as unit:
        assert gate.pending(unit) == []


def test_the_figures_are_those_of_the_deals_seen(signed_in: SignedIn) -> None:
    """Each account has an open deal of 24,000 closing in November, one of 36,000 in December: two accounts a rep."""
    for email, november, december in ((ANNA, "48,000 EUR", "72,000 EUR"), (BEN, "48,000 EUR", "72,000 EUR")):
        html = page(signed_in(email), "/pipeline/flow")
        rows = dict(re.findall(r'<th scope="row"><a href="[^"]*">(2026-\d\d)</a></th><td>.*?</span> ([^<]*)</td>', html))
        assert rows == {"2026-11": november, "2026-12": december}
    slipped = page(signed_in(ANNA), "/pipeline/stuck")
    assert set(re.findall(r"pilot \d", slipped)) == {"pilot 2"}  # 15 November has passed on the 21st


def test_what_is_chosen_narrows_the_board(signed_in: SignedIn, rapport: Rapport) -> None:
    with rapport.store.reading(rapport.store.principal(MANAGER)) as unit:
        mine = unit.principal.user_id
    manager = signed_in(MANAGER)
    assert DEAL in page(manager, "/pipeline")
    assert DEAL not in page(manager, f"/pipeline?owner={mine}")
    assert "pilot 2" not in page(manager, "/pipeline?period=next_month")
    assert "no pipeline" in page(manager, "/pipeline?pipeline=Nothing", status=422)


def test_who_may_not_change_deals_has_nothing_to_move(signed_in: SignedIn) -> None:
    assert 'class="move"' not in page(signed_in(SAM), "/pipeline")


def test_a_query_is_kept_when_one_is_added() -> None:
    assert with_query("/pipeline?owner=1&proposal=a", "proposal", "b") == "/pipeline?owner=1&proposal=b"
    assert with_query("/today", "proposal", "b") == "/today?proposal=b"
