"""The set-up page of people and teams: what an administrator does there holds, secrets are shown once, handing over goes through the gate."""

import re
from html import unescape

import pytest
from fastapi.testclient import TestClient
from room_forms import HTML, page, proposal_in, send, token
from sqlalchemy import select
from test_setup_doors import told
from ui_company import ADMIN, ANNA, BEN, MANAGER, SAM, SignedIn

from agent.bootstrap import Rapport
from store import directory, people
from store.audit import verify
from store.models import Account, Token, User

PEOPLE = "/setup/people"


def id_of(rapport: Rapport, email: str) -> str:
    return rapport.store.principal(email).user_id


def path_of(rapport: Rapport, email: str) -> str:
    return f"{PEOPLE}/{id_of(rapport, email)}"


def shown_once(client: TestClient, path: str, **fields: str) -> str:
    """The secret of the page that a form leads to; nothing else in the answer has it, and the page asked for again does not."""
    answer = client.post(path, data={"token": token(client), "back": path, **fields}, headers=HTML)
    assert answer.status_code == 200, answer.text[:500]
    found = re.search(r'<code class="secret">([^<]+)</code>', answer.text)
    assert found
    secret = unescape(found[1])
    assert secret not in str(answer.headers)
    assert answer.headers["cache-control"] == "no-store"
    return secret


def signs_in(client: TestClient, email: str, password: str) -> bool:
    return client.post("/api/session", json={"email": email, "password": password}).status_code == 200


def test_a_person_comes_in_by_the_page(signed_in: SignedIn, stranger: TestClient) -> None:
    admin = signed_in(ADMIN)
    new = {"action": "add-person", "email": "Nia@firm.example", "name": "Nia <Ny>", "role": "rep", "team": "North", "region": "EMEA"}
    password = shown_once(admin, PEOPLE, **new)
    assert signs_in(stranger, "nia@firm.example", password)
    seen = page(admin, PEOPLE)
    assert "Nia &lt;Ny&gt;" in seen
    assert password not in seen
    assert "already" in told(admin, PEOPLE, **new)
    assert "不是邮箱地址" in told(admin, PEOPLE, language="zh", action="add-person", email="nobody", role="rep")
    assert 'class="told wrong"' in told(admin, PEOPLE, **{**new, "email": "other@firm.example", "team": "Nowhere"})
    assert "other@firm.example" not in page(admin, PEOPLE)


def test_name_role_team_and_region_change_through_the_gate(signed_in: SignedIn, rapport: Rapport) -> None:
    admin, ben = signed_in(ADMIN), signed_in(BEN)
    path = path_of(rapport, BEN)
    with rapport.store.database.reading() as session:
        teams = {team.name: team.id for team in directory.teams(session)}
    assert ben.get("/team", headers=HTML).status_code == 403
    seen = told(admin, path, action="set", name="Benno", role="manager", team=teams["North"], region="EMEA")
    assert "Done." in seen
    now = rapport.store.principal(BEN)
    assert (now.name, now.role, now.team_id) == ("Benno", "manager", teams["North"])
    assert ben.get("/team", headers=HTML).status_code == 200
    told(admin, path, action="set", name="Benno", role="manager", team="", region="")
    assert rapport.store.principal(BEN).team_id is None
    assert "already has these values" in told(admin, path, action="set", name="Benno", role="manager", team="", region="")
    assert "name" in told(admin, path, action="set", name="", role="manager", team="", region="")
    assert rapport.store.principal(BEN).name == "Benno"
    assert "Nobody would be left" in told(admin, path_of(rapport, ADMIN), action="set", name="A", role="rep", team="", region="")
    with rapport.store.database.reading() as session:
        assert not verify(session).problem


def test_who_is_disabled_is_out_until_let_in_again(signed_in: SignedIn, rapport: Rapport, stranger: TestClient) -> None:
    admin, anna = signed_in(ADMIN), signed_in(ANNA)
    path = path_of(rapport, ANNA)
    secret = shown_once(admin, path, action="token", name="script", days="30", may="write")
    bearer = {"authorization": f"Bearer {secret}"}
    assert stranger.get("/api/account", headers=bearer).status_code == 200
    assert ">disabled<" in told(admin, path, action="disable")
    assert anna.get("/api/account").status_code == 401
    assert stranger.get("/api/account", headers=bearer).status_code == 401
    assert ">active<" in told(admin, path, action="enable")
    assert "active already" in told(admin, path, action="enable")
    assert signs_in(stranger, ANNA, "correct horse")
    assert "cannot disable yourself" in told(admin, path_of(rapport, ADMIN), action="disable")
    assert rapport.store.principal(ADMIN).administers


def test_a_new_password_puts_the_old_one_out(signed_in: SignedIn, rapport: Rapport, stranger: TestClient) -> None:
    admin, anna = signed_in(ADMIN), signed_in(ANNA)
    password = shown_once(admin, path_of(rapport, ANNA), action="password")
    assert anna.get("/api/account").status_code == 401
    assert not signs_in(stranger, ANNA, "correct horse")
    assert signs_in(stranger, ANNA, password)


def test_a_token_is_shown_once_says_when_it_was_used_and_goes(signed_in: SignedIn, rapport: Rapport, stranger: TestClient) -> None:
    admin = signed_in(ADMIN)
    path = path_of(rapport, ANNA)
    secret = shown_once(admin, path, action="token", name="<report>", days="", may="read")
    seen = page(admin, path)
    assert secret not in seen
    assert "&lt;report&gt;" in seen
    assert ">never<" in seen
    bearer = {"authorization": f"Bearer {secret}"}
    assert stranger.get("/api/account", headers=bearer).status_code == 200
    assert stranger.post("/api/account", json={"name": "No"}, headers=bearer).status_code == 403
    assert ">never<" not in page(admin, path)
    with rapport.store.database.reading() as session:
        kept = people.tokens_of(session, rapport.store.settings, ANNA)[0]
        assert session.scalar(select(Token.hash).where(Token.id == kept.id)) != secret
    for days in ("0", "-1", "many", "99999", "²"):
        assert "not a number of days" in told(admin, path, action="token", name="x", days=days, may="read")
    assert "no token" in told(admin, path_of(rapport, BEN), action="revoke", id=kept.id)
    assert stranger.get("/api/account", headers=bearer).status_code == 200
    told(admin, path, action="revoke", id=kept.id)
    assert stranger.get("/api/account", headers=bearer).status_code == 401


def test_what_somebody_holds_goes_over_through_the_gate(signed_in: SignedIn, rapport: Rapport) -> None:
    admin, ben = signed_in(ADMIN), signed_in(BEN)
    path = path_of(rapport, ANNA)
    anna_id, ben_id = id_of(rapport, ANNA), id_of(rapport, BEN)

    def accounts(owner: str) -> int:
        with rapport.store.database.reading() as session:
            return len(list(session.scalars(select(Account.id).where(Account.owner_id == owner))))

    hers, his = accounts(anna_id), accounts(ben_id)
    assert f"Accounts ({hers})" in page(admin, path)
    assert "Nothing was chosen" in told(admin, path, action="handover", taker=BEN)
    assert "same person" in told(admin, path, action="handover", taker=ANNA, **{"kind|account": "1"})
    proposal = proposal_in(send(admin, path, action="handover", taker=BEN, back=path, **{"kind|account": "1"}))
    assert (accounts(anna_id), accounts(ben_id)) == (hers, his)  # nothing before it is approved
    assert f"/approvals/{proposal}/approve" in page(admin, f"/approvals?proposal={proposal}")
    assert admin.post(f"/api/proposals/{proposal}/approve").status_code == 200
    assert (accounts(anna_id), accounts(ben_id)) == (0, hers + his)
    assert "Halden" in page(ben, "/records/account")
    assert "Accounts (" not in page(admin, path)
    assert "Deals (8)" in page(admin, path)  # of the kinds that were not ticked nothing moved
    assert "nothing to hand over" in told(admin, path, action="handover", taker=BEN, **{"kind|account": "1"})
    assert admin.post(f"/api/proposals/{proposal}/undo").status_code == 200
    assert (accounts(anna_id), accounts(ben_id)) == (hers, his)


def test_teams_come_change_and_go(signed_in: SignedIn, rapport: Rapport) -> None:
    admin = signed_in(ADMIN)
    manager = id_of(rapport, MANAGER)
    assert "Done." in told(admin, PEOPLE, action="add-team", name="West", manager=manager, parent="", region="EMEA")
    with rapport.store.database.reading() as session:
        west = next(each for each in directory.teams(session) if each.name == "West")
    assert (west.manager, west.region, west.size) == (MANAGER, "EMEA", 0)
    assert "already" in told(admin, PEOPLE, action="add-team", name=" west", manager="", parent="", region="")
    assert "团队叫什么" in told(admin, PEOPLE, language="zh", action="add-team", name="", manager="", parent="", region="")
    own = {"action": "set-team", "team": west.id, "name": "West coast", "manager": "", "region": ""}
    assert "its own" in told(admin, PEOPLE, **own, parent=west.id)
    assert "West coast" in told(admin, PEOPLE, **own, parent="")
    with rapport.store.database.reading() as session:
        north = next(each for each in directory.teams(session) if each.name == "North")
    assert north.size == 2
    assert "still has" in told(admin, PEOPLE, action="remove-team", team=north.id)
    assert "West coast" not in told(admin, PEOPLE, action="remove-team", team=west.id)


@pytest.mark.parametrize("who", [MANAGER, ANNA, SAM])
def test_nobody_else_sees_or_changes_people(signed_in: SignedIn, rapport: Rapport, who: str) -> None:
    client, path = signed_in(who), path_of(rapport, ANNA)
    for each in (PEOPLE, path):
        assert client.get(each, headers=HTML).status_code == 403
    for action in ("password", "token", "disable", "handover", "set"):
        form = {"token": token(client), "action": action, "name": "x", "days": "", "may": "write", "taker": BEN}
        assert client.post(path, data=form).status_code == 403
    new = {"token": token(client), "action": "add-person", "email": "in@firm.example", "role": "administrator"}
    assert client.post(PEOPLE, data=new).status_code == 403
    with rapport.store.database.reading() as session:
        assert session.scalar(select(User.id).where(User.email == "in@firm.example")) is None


def test_a_token_that_may_only_read_makes_none_that_may_write(rapport: Rapport, stranger: TestClient) -> None:
    """Nor does it set up anything else, on the pages or over REST."""
    with rapport.store.database.writing() as session:
        secret = people.issue_token(session, rapport.store.settings, id_of(rapport, ADMIN), kind="bearer", read_only=True)
    reader = TestClient(stranger.app, base_url="http://rapport.test", headers={"authorization": f"Bearer {secret}"}, follow_redirects=False)
    found = re.search(r'name="token" value="([^"]+)"', page(reader, PEOPLE))
    assert found
    form = {"token": found[1], "action": "token", "name": "x", "days": "", "may": "write"}
    assert reader.post(path_of(rapport, ADMIN), data=form).status_code == 403
    assert reader.post("/api/setup/fields", json={"entity": "account", "name": "x", "kind": "text"}).status_code == 403
    assert reader.get("/api/setup").status_code == 200
    with rapport.store.database.reading() as session:
        assert [each.read_only for each in people.tokens_of(session, rapport.store.settings, ADMIN)] == [True]


@pytest.mark.parametrize("email", [ADMIN, ANNA])
def test_the_pages_of_people_speak_chinese(signed_in: SignedIn, rapport: Rapport, email: str) -> None:
    admin = signed_in(ADMIN)
    assert "添加人员" in page(admin, PEOPLE, language="zh")
    seen = page(admin, path_of(rapport, email), language="zh")
    assert "程序令牌" in seen
    assert "销售代表" in seen  # the role as the vocabulary calls it
    assert "没有这个人" in page(admin, f"{PEOPLE}/nobody", language="zh", status=404)
