"""What came afterwards: conflicts that say who moved what, undo past other fields, expiry, superseding, who sees what waits."""

from typing import Any

import pytest
from gate_firm import As, Hand, change, delete
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from store import audit, gate
from store.errors import Conflict, InvalidInput, NotFound
from store.gate import Change
from store.models import RECORD_MODELS, AuditEvent, Team, User
from store.unit import Store


@pytest.fixture
def anna(as_: As) -> Hand:
    return as_("anna")


@pytest.fixture
def mia(store: Store, anna: Hand) -> Hand:
    return Hand(store, store.principal("mia@firm.example"))


def row(store: Store, kind: str, record_id: str) -> Any:
    with store.database.reading() as session:
        return session.get(RECORD_MODELS[kind], record_id)


def later_store(store: Store, today: str) -> Store:
    return Store(store.settings.model_copy(update={"today": today}), store.database)


def waiting(hand: Hand, status: str | None = "pending") -> list[str]:
    with hand.store.reading(hand.who) as unit:
        return [each.id for each in gate.pending(unit, status=status)]


def test_a_conflict_says_which_record_which_fields_and_who(store: Store, anna: Hand, mia: Hand) -> None:
    first, second, third = (anna.make("account", name=name) for name in ("First", "Second", "Third"))
    proposal = anna.propose(*(change("account", each, tier="A") for each in (first, second, third)))
    mia.do(change("account", second, city="Bergen", phone="1"))
    mia.do(delete("account", third))
    result = anna.decide("approve", proposal.id)
    assert result.status == "conflict"
    assert result.note == "Changed since it was proposed: Second (city, phone by Mia), Third (deleted by Mia)."
    assert row(store, "account", first).tier is None


def test_undo_leaves_later_changes_of_other_fields(store: Store, anna: Hand, mia: Hand) -> None:
    account = anna.make("account", name="Acme", city="Oslo", tier="A")
    done = anna.do(change("account", account, city="Bergen"))
    mia.do(change("account", account, tier="B"))
    back = anna.decide("undo", done.id)
    after = row(store, "account", account)
    assert (back.changes[0]["before"], back.changes[0]["after"]) == ({"city": "Bergen"}, {"city": "Oslo"})
    assert (after.city, after.tier, after.version) == ("Oslo", "B", 4)


def test_undo_names_what_stands_in_the_way(store: Store, anna: Hand, mia: Hand) -> None:
    account = anna.make("account", name="Acme", city="Oslo", tier="A")
    done = anna.do(change("account", account, city="Bergen", tier="B"))
    later = mia.do(change("account", account, city="Trondheim", phone="1"))
    with pytest.raises(Conflict) as refused:
        anna.decide("undo", done.id)
    assert refused.value.message == (f"This cannot be undone, later changes stand in the way: Acme (city by Mia, proposal {later.id}).")
    mia.do(change("account", account, city="Bergen"))  # the same value again is a decision of its own
    with pytest.raises(Conflict, match="city by Mia"):
        anna.decide("undo", done.id)


@pytest.mark.parametrize("what", ["update", "create"])
def test_a_record_deleted_later_stands_in_the_way(store: Store, anna: Hand, mia: Hand, what: str) -> None:
    made = anna.do(Change(op="create", type="account", values={"name": "Acme"}))
    account = made.changes[0]["id"]
    done = anna.do(change("account", account, city="Bergen")) if what == "update" else made
    later = mia.do(delete("account", account))
    with pytest.raises(Conflict, match=rf"deleted by Mia, proposal {later.id}"):
        anna.decide("undo", done.id)
    mia.decide("undo", later.id)
    assert anna.decide("undo", done.id).status == "applied"


def test_what_was_done_with_a_new_record_stands_in_the_way_of_taking_it_away(anna: Hand, mia: Hand) -> None:
    made = anna.do(Change(op="create", type="account", values={"name": "Acme"}))
    mia.do(change("account", made.changes[0]["id"], city="Bergen"))
    with pytest.raises(Conflict, match="city by Mia"):
        anna.decide("undo", made.id)


def test_undo_of_an_undo_of_a_delete(store: Store, anna: Hand) -> None:
    account = anna.make("account", name="Acme")
    gone = anna.do(delete("account", account))
    back = anna.decide("undo", gone.id)
    again = anna.decide("undo", back.id)
    assert (back.operation, again.operation, row(store, "account", account).deleted_at is not None) == ("restore", "delete", True)
    third = anna.decide("undo", again.id)
    assert (third.operation, row(store, "account", account).deleted_at) == ("restore", None)


@settings(max_examples=max(8, settings.default.max_examples // 3))
@given(steps=st.lists(st.tuples(st.sampled_from(["city", "tier", "phone"]), st.sampled_from(["A", "B", "C"])), min_size=1, max_size=6),
       undone=st.lists(st.integers(0, 5), max_size=6))  # fmt: skip
def test_undoing_in_any_order_against_a_plain_model(store: Store, steps: list[tuple[str, str]], undone: list[int]) -> None:
    """A change can be undone when no later change of its field still stands; then the field is as if it had not been made."""
    boss = Hand(store, store.principal("boss@firm.example"))
    account = boss.make("account", name="Acme")
    values: dict[str, str | None] = {"city": None, "tier": None, "phone": None}
    made: list[tuple[str, str, str | None]] = []  # proposal, field, value before
    for field, value in steps:
        if values[field] != value:
            made.append((boss.do(change("account", account, **{field: value})).id, field, values[field]))
            values[field] = value
    standing = list(made)
    for number in undone:
        if number >= len(made) or made[number] not in standing:
            continue
        proposal, field, before = made[number]
        if [each for each in standing if each[1] == field][-1] == made[number]:
            boss.decide("undo", proposal)
            standing.remove(made[number])
            values[field] = before
        else:
            with pytest.raises(Conflict):
                boss.decide("undo", proposal)
        after = row(store, "account", account)
        assert {name: getattr(after, name) for name in values} == values


def test_what_has_expired_does_not_wait(store: Store, anna: Hand) -> None:
    account = anna.make("account", name="Acme")
    proposal = anna.propose(change("account", account, city="Oslo"))
    late = Hand(later_store(store, "2026-12-22"), anna.who)
    assert (waiting(anna), waiting(late), waiting(late, "expired")) == ([proposal.id], [], [proposal.id])
    assert late.status(proposal.id) == "expired"
    with pytest.raises(Conflict, match="is expired"):
        late.decide("reject", proposal.id)
    for _ in range(2):
        tried = late.decide("approve", proposal.id)
        assert (tried.status, "expired on 2026-12-21" in tried.note) == ("expired", True)
    assert row(store, "account", account).city is None
    with store.database.reading() as session:
        assert session.scalars(select(AuditEvent.action).order_by(AuditEvent.seq.desc()).limit(1)).one() == "expired"
        assert audit.verify(session).problem == ""


def test_a_superseded_proposal_is_logged_and_cannot_be_approved(store: Store, anna: Hand) -> None:
    account = anna.make("account", name="Acme")
    first = anna.propose(change("account", account, city="Oslo"), conversation_id="c")
    second = anna.propose(change("account", account, city="Bergen"), conversation_id="c")
    assert anna.decide("show", first.id).note == f"replaced by {second.id}"
    with pytest.raises(Conflict, match="superseded"):
        anna.decide("approve", first.id)
    with store.database.reading() as session:
        assert "superseded" in session.scalars(select(AuditEvent.action).where(AuditEvent.proposal_id == first.id)).all()
        assert audit.verify(session).problem == ""


def test_managers_see_what_waits_below_them_at_any_depth(store: Store, anna: Hand, mia: Hand) -> None:
    ben, sam, boss = (Hand(store, store.principal(f"{name}@firm.example")) for name in ("ben", "sam", "boss"))
    with store.database.writing() as session:
        now = store.settings.now()
        north = session.scalars(select(Team).where(Team.name == "North")).one()
        below = Team(name="Fjords", parent_id=north.id, created_at=now, updated_at=now, custom={}, version=1)
        session.add(below)
        session.flush()
        session.scalars(select(User).where(User.email == "sam@firm.example")).one().team_id = below.id
    wish = Change(op="create", type="contact", values={"name": "Jo"})
    annas, bens, sams = anna.propose(wish).id, ben.propose(wish).id, sam.propose(wish).id
    mia = Hand(store, store.principal("mia@firm.example"))
    assert (set(waiting(mia)), set(waiting(boss))) == ({annas, sams}, {annas, bens, sams})
    assert (waiting(anna), waiting(ben)) == ([annas], [bens])
    with store.reading(mia.who) as unit:
        assert {each.asked_by for each in gate.pending(unit)} == {"Anna", "Sam"}


def test_changes_of_one_record_in_one_proposal_become_one(store: Store, anna: Hand) -> None:
    account = anna.make("account", name="Acme")
    done = anna.do(change("account", account, city="Oslo", tier="A"), change("account", account, city="Bergen"))
    assert (done.operation, len(done.changes), done.status) == ("update", 1, "applied")
    assert (row(store, "account", account).city, row(store, "account", account).tier, row(store, "account", account).version) == (
        "Bergen",
        "A",
        2,
    )
    for both in ((change("account", account, city="X"), delete("account", account)), (delete("account", account),) * 2):
        with pytest.raises(InvalidInput, match="cannot"):
            anna.propose(*both)


def test_edits_are_validated_and_logged(store: Store, anna: Hand) -> None:
    account = anna.make("account", name="Acme")
    proposal = anna.propose(change("account", account, city="Oslo"), evidence=[{"source": "note", "quote": "we moved"}])
    assert (proposal.evidence, proposal.door) == ([{"source": "note", "quote": "we moved"}], "cli")
    with pytest.raises(InvalidInput, match="does not change"):
        anna.decide("approve", proposal.id, edits={"x": {"city": "Rome"}})
    anna.decide("approve", proposal.id, edits={account: {"city": "Bergen"}})
    with store.database.reading() as session:
        assert session.scalars(select(AuditEvent.summary).order_by(AuditEvent.seq.desc()).limit(1)).one().endswith("1 edited")


def test_history_of_a_hidden_record_is_not_there(store: Store, anna: Hand) -> None:
    deal = anna.make("opportunity", name="Pilot")
    ben = store.principal("ben@firm.example")
    with store.reading(ben) as unit:
        for wanted in (deal, "none"):
            with pytest.raises(NotFound, match=f"There is no deal '{wanted}'"):
                gate.history(unit, "opportunity", wanted)
