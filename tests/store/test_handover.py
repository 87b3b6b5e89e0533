"""Everything of one person goes to another: one proposal, history kept, undoable."""

from typing import Any

import pytest
from gate_firm import As, Hand, change, delete
from sqlalchemy import select

from store import audit, people
from store.errors import InvalidInput, NotAllowed, NotFound
from store.handover import Handover, propose_handover
from store.models import RECORD_MODELS, AuditEvent, Team
from store.unit import Store

ANNA, BEN = "anna@firm.example", "ben@firm.example"


@pytest.fixture
def boss(store: Store, as_: As) -> Hand:
    return as_("boss")


def owned(store: Store, user_id: str) -> set[tuple[str, str]]:
    with store.database.reading() as session:
        return {
            (kind, row.id) for kind, model in RECORD_MODELS.items() for row in session.scalars(select(model)) if row.owner_id == user_id
        }


def handover(hand: Hand, giver: str = ANNA, taker: str = BEN, **options: Any) -> Handover:
    with hand.store.writing(hand.who) as unit:
        return propose_handover(unit, giver, taker, **options)


def one(store: Store, kind: str, record_id: str) -> Any:
    with store.database.reading() as session:
        return session.get(RECORD_MODELS[kind], record_id)


@pytest.fixture
def annas(store: Store, as_: As) -> dict[str, str]:
    anna = as_("anna")
    account = anna.make("account", name="Acme")
    made = {
        "account": account,
        "contact": anna.make("contact", name="Jo", account=account),
        "lead": anna.make("lead", name="Kim"),
        "opportunity": anna.make("opportunity", name="Pilot", account=account, amount=5),
        "activity": anna.make("activity", kind="call", body="hi", account=account),
        "task": anna.make("task", title="Ring"),
        "done task": anna.make("task", title="Rung", status="done"),
        "case": anna.make("case", subject="Broken"),
        "order": anna.make("order", number="1"),
        "gone": anna.make("lead", name="Gone"),
    }
    anna.do(delete("lead", made["gone"]))
    return made


def test_everything_changes_hands_in_one_proposal_and_back(store: Store, annas: dict[str, str]) -> None:
    boss, anna, ben = (Hand(store, store.principal(f"{name}@firm.example")) for name in ("boss", "anna", "ben"))
    for_anna = boss.make("task", title="Hers to do", owner="boss@firm.example", assignee=ANNA)
    before = owned(store, anna.who.user_id)
    with store.database.reading() as session:
        events = session.scalar(select(AuditEvent.hash).order_by(AuditEvent.seq.desc()).limit(1))
    found = handover(boss)
    assert found.proposal is not None
    assert (found.proposal.operation, found.proposal.status, found.left_out) == ("bulk", "pending", 0)
    assert found.proposal.reason == "everything of Anna goes to Ben"
    assert owned(store, anna.who.user_id) == before
    done = boss.decide("approve", found.proposal.id)
    assert done.status == "applied", done.note
    history = {("task", annas["done task"]), ("lead", annas["gone"])}
    assert owned(store, anna.who.user_id) == history
    assert owned(store, ben.who.user_id) == before - history
    for kind in ("account", "opportunity", "order"):
        assert one(store, kind, annas[kind]).team_id == ben.who.team_id
    assert one(store, "activity", annas["activity"]).author_id == anna.who.user_id
    assert one(store, "task", annas["task"]).assignee_id == ben.who.user_id
    assert (one(store, "task", for_anna).assignee_id, one(store, "task", for_anna).owner_id) == (ben.who.user_id, boss.who.user_id)
    assert one(store, "task", annas["done task"]).assignee_id == anna.who.user_id
    with store.database.reading() as session:
        assert session.scalar(select(AuditEvent.seq).where(AuditEvent.hash == events)) is not None
        assert audit.verify(session).problem == ""
    boss.decide("undo", done.id)
    assert owned(store, anna.who.user_id) == before
    assert one(store, "task", for_anna).assignee_id == anna.who.user_id


def test_only_some_kinds(store: Store, boss: Hand, annas: dict[str, str]) -> None:
    found = handover(boss, entities=["account", "lead"])
    assert found.proposal is not None
    assert {each["type"] for each in found.proposal.changes} == {"account", "lead"}
    with pytest.raises(InvalidInput, match="no entity 'unicorn'"):
        handover(boss, entities=["unicorn"])


def test_of_nothing_nothing_is_proposed(store: Store, boss: Hand) -> None:
    assert handover(boss) == Handover(None)


def test_who_may(store: Store, annas: dict[str, str]) -> None:
    anna, ben, mia, sam = (Hand(store, store.principal(f"{name}@firm.example")) for name in ("anna", "ben", "mia", "sam"))
    for hand in (anna, ben, sam, mia):  # Mia manages Anna's team, not Ben's
        with pytest.raises(NotAllowed, match="manager of both"):
            handover(hand)
    with store.database.writing() as session:
        session.scalars(select(Team).where(Team.name == "South")).one().manager_id = mia.who.user_id
    mia = Hand(store, store.principal("mia@firm.example"))
    boss = Hand(store, store.principal("boss@firm.example"))
    outside = boss.make("lead", name="Elsewhere", owner=ANNA)
    with store.database.writing() as session:
        west = Team(name="West", created_at=store.settings.now(), updated_at=store.settings.now(), custom={}, version=1)
        session.add(west)
        session.flush()
        session.get(RECORD_MODELS["lead"], outside).team_id = west.id
    found = handover(mia)
    assert found.proposal is not None
    assert (outside in {each["id"] for each in found.proposal.changes}, found.left_out) == (False, 1)
    assert mia.decide("approve", found.proposal.id).status == "applied"


@pytest.mark.parametrize(
    ("giver", "taker", "error", "said"),
    [
        (ANNA, ANNA, InvalidInput, "same person"),
        (ANNA, "no@firm.example", NotFound, "no user"),
        (ANNA, "off@firm.example", InvalidInput, "not active"),
    ],
)
def test_what_makes_no_sense_is_said(store: Store, boss: Hand, giver: str, taker: str, error: type[Exception], said: str) -> None:
    with store.database.writing() as session:
        people.add_user(session, store.settings, people.NewUser("off@firm.example", password="a long enough password"))
        people.disable_user(session, store.settings, "off@firm.example", by=boss.who)
    with pytest.raises(error, match=said):
        handover(boss, giver, taker)


def test_a_person_with_records_is_not_deleted_until_handed_over(store: Store, boss: Hand, annas: dict[str, str]) -> None:
    anna = store.principal(ANNA).user_id
    with pytest.raises(InvalidInput, match="still owns") as refused:
        boss.propose(delete("user", anna))
    assert "rapport handover" in refused.value.hint
    found = handover(boss)
    assert found.proposal is not None
    boss.decide("approve", found.proposal.id)
    waiting = boss.propose(delete("user", anna))
    again = boss.do(change("account", annas["account"], owner=ANNA))
    with pytest.raises(InvalidInput, match="still owns 1"):
        boss.decide("approve", waiting.id)
    boss.decide("undo", again.id)
    assert boss.decide("approve", waiting.id).status == "applied"
