"""The gate: nothing is written but what was approved, all of it or none, and it can be taken back."""

from collections.abc import Iterator
from decimal import Decimal
from threading import Barrier, Thread
from typing import Any

import pytest
from gate_firm import As, Hand, change, delete
from sqlalchemy import func, select

from store import audit, gate
from store.errors import Conflict, InvalidInput, NotAllowed, NotFound, RapportError, Unavailable
from store.gate import Change
from store.models import RECORD_MODELS, Account, Activity, OutboxEntry, Proposal, StageHistory
from store.query import get
from store.unit import Store


@pytest.fixture
def anna(as_: As) -> Hand:
    return as_("anna")


@pytest.fixture(autouse=True)
def _the_chain_holds(store: Store) -> Iterator[None]:
    yield
    with store.database.reading() as session:
        assert audit.verify(session).problem == ""


def row(store: Store, kind: str, record_id: str) -> Any:
    with store.database.reading() as session:
        return session.get(RECORD_MODELS[kind], record_id)


def written(store: Store) -> dict[str, int]:
    """How many rows of each kind there are, and the sum of their versions: what any write would change."""
    with store.database.reading() as session:
        found = {}
        for kind, model in RECORD_MODELS.items():
            count, versions = session.execute(select(func.count(), func.coalesce(func.sum(model.version), 0))).one()
            found[kind] = (count, versions)
        found["stages"] = session.scalar(select(func.count()).select_from(StageHistory))
        found["outbox"] = session.scalar(select(func.count()).select_from(OutboxEntry))
        return found


def test_nothing_is_written_before_it_is_approved(store: Store, anna: Hand) -> None:
    account = anna.make("account", name="Acme")
    before = written(store)
    waiting = [
        anna.propose(Change(op="create", type="account", values={"name": "New"})),
        anna.propose(change("account", account, city="Oslo")),
        anna.propose(delete("account", account)),
        anna.propose(change("account", account, city="Bergen"), Change(op="create", type="task", values={"title": "Call"})),
    ]
    assert written(store) == before
    assert [each.status for each in waiting] == ["pending"] * 4
    assert [each.operation for each in waiting] == ["create", "update", "delete", "bulk"]


def test_a_create_is_written_with_its_defaults(store: Store, anna: Hand) -> None:
    done = anna.do(Change(op="create", type="opportunity", values={"name": "Pilot", "amount": "1,200.50"}))
    made = row(store, "opportunity", done.changes[0]["id"])
    assert (done.status, made.version, made.owner_id, made.team_id) == ("applied", 1, anna.who.user_id, anna.who.team_id)
    assert (made.amount, made.currency, made.created_by) == (Decimal("1200.5"), "USD", anna.who.user_id)
    assert done.changes[0]["after"]["stage"] == "Qualification"
    with store.database.reading() as session:
        entered = session.scalars(select(StageHistory).where(StageHistory.opportunity_id == made.id)).one()
    assert (entered.stage_id, entered.proposal_id) == (made.stage_id, done.id)


def test_an_update_shows_and_writes_only_what_moves(store: Store, anna: Hand) -> None:
    account = anna.make("account", name="Acme", city="Oslo", tier="A")
    proposal = anna.propose(change("account", account, city="Bergen", tier="a"))
    assert (proposal.changes[0]["before"], proposal.changes[0]["after"]) == ({"city": "Oslo"}, {"city": "Bergen"})
    assert anna.decide("approve", proposal.id).status == "applied"
    after = row(store, "account", account)
    assert (after.city, after.tier, after.version, after.updated_by) == ("Bergen", "A", 2, anna.who.user_id)


def test_a_change_of_nothing_is_refused(anna: Hand) -> None:
    account = anna.make("account", name="Acme", city="Oslo")
    with pytest.raises(InvalidInput, match="Nothing would change"):
        anna.propose(change("account", account, city="Oslo"))


def test_delete_hides_and_restore_brings_back(store: Store, anna: Hand) -> None:
    account = anna.make("account", name="Acme", city="Oslo")
    anna.do(delete("account", account))
    with store.reading(anna.who) as unit, pytest.raises(NotFound):
        get(unit, "account", account)
    with pytest.raises(NotFound):
        anna.propose(change("account", account, city="Bergen"))
    back = anna.do(Change(op="restore", type="account", id=account))
    assert back.status == "applied"
    with store.reading(anna.who) as unit:
        assert get(unit, "account", account).fields["city"] == "Oslo"
    with pytest.raises(NotFound):
        anna.propose(Change(op="restore", type="account", id=account))


def test_a_record_that_moved_is_a_conflict_and_nothing_is_written(store: Store, anna: Hand) -> None:
    first, second = anna.make("account", name="First"), anna.make("account", name="Second")
    proposal = anna.propose(change("account", first, city="Oslo"), change("account", second, city="Oslo"))
    anna.do(change("account", second, city="Bergen"))
    before = written(store)
    result = anna.decide("approve", proposal.id)
    assert (result.status, "Second" in result.note, "First" in result.note) == ("conflict", True, False)
    assert written(store) == before
    assert row(store, "account", first).city is None
    with pytest.raises(Conflict, match="is conflict, not pending"):
        anna.decide("approve", proposal.id)


@pytest.mark.parametrize("what", ["update", "delete"])
def test_a_deleted_record_is_a_conflict_that_says_who(store: Store, anna: Hand, what: str) -> None:
    account = anna.make("account", name="Acme")
    proposal = anna.propose(change("account", account, city="Oslo") if what == "update" else delete("account", account))
    Hand(store, store.principal("mia@firm.example")).do(delete("account", account))
    result = anna.decide("approve", proposal.id)
    assert (result.status, "Acme (deleted by Mia)" in result.note) == ("conflict", True)


def test_a_bulk_that_half_fails_writes_nothing(store: Store, anna: Hand) -> None:
    """The second record stands in the way of its own insert: the whole transaction goes."""
    changes = [Change(op="create", type="account", values={"name": "One", "key": "K1"}) for _ in range(2)]
    before = written(store)
    with pytest.raises(RapportError, match="K1"):
        anna.do(*changes)
    assert written(store) == before


def test_an_invalid_change_among_many_is_refused_at_once(store: Store, anna: Hand) -> None:
    account = anna.make("account", name="Acme")
    before = written(store)
    with store.database.reading() as session:
        proposals = session.scalar(select(func.count()).select_from(Proposal))
    for bad in ({"tier": "Z"}, {"annual_revenue": "-1"}, {"next_follow_up_at": "2026-02-31"}, {"colour": "red"}, {"version": 7}):
        with pytest.raises(InvalidInput):
            anna.propose(change("account", account, city="Oslo"), Change(op="update", type="account", id=account, values=bad))
    assert written(store) == before
    with store.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Proposal)) == proposals


def test_an_idempotency_key_is_one_proposal(anna: Hand, as_: As) -> None:
    wish = Change(op="create", type="account", values={"name": "Acme"})
    first = anna.propose(wish, idempotency_key="k")
    assert anna.propose(wish, idempotency_key="k").id == first.id
    anna.decide("approve", first.id)
    again = anna.propose(wish, idempotency_key="k")
    assert (again.id, again.status) == (first.id, "applied")
    with pytest.raises(Conflict, match="'k'"):
        anna.propose(Change(op="create", type="account", values={"name": "Other"}), idempotency_key="k")


def test_a_used_key_answers_even_when_the_change_has_become_true(anna: Hand) -> None:
    """A retry after the answer was lost: the record has the values already, and the answer is the first proposal."""
    account = anna.make("account", name="Acme")
    first = anna.propose(change("account", account, city="Oslo"), idempotency_key="k")
    anna.decide("approve", first.id)
    assert anna.propose(change("account", account, city="Oslo"), idempotency_key="k").id == first.id


def test_keys_of_different_people_do_not_meet(store: Store, anna: Hand) -> None:
    ben = Hand(store, store.principal("ben@firm.example"))
    first = anna.propose(Change(op="create", type="account", values={"name": "A"}), idempotency_key="k")
    assert ben.propose(Change(op="create", type="account", values={"name": "B"}), idempotency_key="k").id != first.id


def test_an_old_proposal_expires(store: Store, anna: Hand) -> None:
    account = anna.make("account", name="Acme")
    proposal = anna.propose(change("account", account, city="Oslo"))
    later = Store(store.settings.model_copy(update={"today": "2026-12-22"}), store.database)
    result = Hand(later, anna.who).decide("approve", proposal.id)
    assert result.status == "expired"
    assert row(store, "account", account).city is None
    assert anna.status(proposal.id) == "expired"


def test_a_new_wish_in_the_conversation_supersedes_the_waiting_one(anna: Hand) -> None:
    account, other = anna.make("account", name="Acme"), anna.make("account", name="Other")
    first = anna.propose(change("account", account, city="Oslo"), conversation_id="c1")
    elsewhere = anna.propose(change("account", account, city="Oslo"), conversation_id="c2")
    about_other = anna.propose(change("account", other, city="Oslo"), conversation_id="c1")
    anna.propose(change("account", account, city="Bergen"), conversation_id="c1")
    assert [anna.status(each.id) for each in (first, elsewhere, about_other)] == ["superseded", "pending", "pending"]
    with pytest.raises(Conflict, match="superseded"):
        anna.decide("approve", first.id)


def test_a_new_record_put_right_supersedes_the_one_it_replaces_in_the_conversation_alone(store: Store, anna: Hand) -> None:
    first = anna.propose(Change(op="create", type="account", values={"name": "Acme"}), conversation_id="c1")
    beside = anna.propose(Change(op="create", type="account", values={"name": "Other"}), conversation_id="c1")
    elsewhere = anna.propose(Change(op="create", type="account", values={"name": "Acme"}), conversation_id="c2")
    ben = Hand(store, store.principal("ben@firm.example"))
    named = [each.id for each in (first, elsewhere)]
    ben.propose(Change(op="create", type="account", values={"name": "Acme Inc"}), conversation_id="c1", replaces=named)
    assert anna.status(first.id) == "pending", "another person's wish replaces nothing"
    anna.propose(Change(op="create", type="account", values={"name": "Acme Inc"}), conversation_id="c1", replaces=named)
    assert [anna.status(each.id) for each in (first, beside, elsewhere)] == ["superseded", "pending", "pending"]


def test_a_rejected_one_stays_rejected(store: Store, anna: Hand) -> None:
    account = anna.make("account", name="Acme")
    proposal = anna.propose(change("account", account, city="Oslo"))
    assert anna.decide("reject", proposal.id).status == "rejected"
    for what in ("approve", "reject", "undo"):
        with pytest.raises(Conflict, match="rejected"):
            anna.decide(what, proposal.id)
    assert row(store, "account", account).city is None


def test_edits_replace_what_was_proposed(store: Store, anna: Hand) -> None:
    account = anna.make("account", name="Acme", tier="B")
    proposal = anna.propose(change("account", account, city="Oslo"))
    done = anna.decide("approve", proposal.id, edits={account: {"city": "Bergen", "tier": "A"}})
    assert (done.changes[0]["before"], done.changes[0]["after"]) == (
        {"city": None, "tier": "B"},
        {"city": "Bergen", "tier": "A"},
    )
    assert (row(store, "account", account).city, row(store, "account", account).tier) == ("Bergen", "A")
    anna.decide("undo", proposal.id)
    assert (row(store, "account", account).city, row(store, "account", account).tier) == (None, "B")


def test_a_bad_edit_leaves_the_proposal_waiting(store: Store, anna: Hand) -> None:
    account = anna.make("account", name="Acme")
    proposal = anna.propose(change("account", account, city="Oslo"))
    for bad in ({"tier": "Z"}, {"version": 3}, {"nothing": 1}, {"name": ""}):
        with pytest.raises(InvalidInput):
            anna.decide("approve", proposal.id, edits={account: bad})
    with pytest.raises(InvalidInput, match="nobody"):
        anna.decide("approve", proposal.id, edits={"nobody": {"city": "Bergen"}})
    assert anna.status(proposal.id) == "pending"
    assert row(store, "account", account).city is None


def test_undo_of_an_update(store: Store, anna: Hand) -> None:
    account = anna.make("account", name="Acme", city="Oslo")
    done = anna.do(change("account", account, city="Bergen", tags=["a", "b"]))
    back = anna.decide("undo", done.id)
    after = row(store, "account", account)
    assert (back.status, after.city, after.tags, after.version) == ("applied", "Oslo", None, 3)
    assert anna.status(done.id) == "undone"
    anna.decide("undo", back.id)
    assert (row(store, "account", account).city, row(store, "account", account).tags) == ("Bergen", ["a", "b"])
    with pytest.raises(Conflict, match="undone"):
        anna.decide("undo", done.id)


def test_undo_of_a_create_and_of_that(store: Store, anna: Hand) -> None:
    done = anna.do(Change(op="create", type="account", values={"name": "Acme"}))
    account = done.changes[0]["id"]
    gone = anna.decide("undo", done.id)
    assert row(store, "account", account).deleted_at is not None
    anna.decide("undo", gone.id)
    assert row(store, "account", account).deleted_at is None


def test_undo_of_a_delete(store: Store, anna: Hand) -> None:
    account = anna.make("account", name="Acme", city="Oslo")
    done = anna.do(delete("account", account))
    anna.decide("undo", done.id)
    after = row(store, "account", account)
    assert (after.deleted_at, after.city) == (None, "Oslo")


def test_undo_of_a_bulk_is_all_or_nothing(store: Store, anna: Hand) -> None:
    accounts = [anna.make("account", name=f"Acme {n}", city="Oslo") for n in range(3)]
    done = anna.do(change("account", accounts[0], city="Bergen"), delete("account", accounts[1]), change("account", accounts[2], tier="A"))
    later = Hand(store, store.principal("mia@firm.example")).do(change("account", accounts[2], tier="B", city="Trondheim"))
    before = written(store)
    with pytest.raises(Conflict, match=rf"Acme 2 \(tier by Mia, proposal {later.id}\)") as refused:
        anna.decide("undo", done.id)
    assert "Acme 0" not in str(refused.value)
    assert written(store) == before
    assert anna.status(done.id) == "applied"
    Hand(store, store.principal("mia@firm.example")).decide("undo", later.id)
    anna.decide("undo", done.id)  # the later change is taken back, so nothing stands in the way
    assert [row(store, "account", each).deleted_at for each in accounts] == [None] * 3
    assert (row(store, "account", accounts[0]).city, row(store, "account", accounts[2]).tier) == ("Oslo", None)


def test_undo_of_a_bulk(store: Store, anna: Hand) -> None:
    accounts = [anna.make("account", name=f"Acme {n}", city="Oslo") for n in range(2)]
    done = anna.do(
        change("account", accounts[0], city="Bergen"),
        delete("account", accounts[1]),
        Change(op="create", type="task", values={"title": "T"}),
    )
    back = anna.decide("undo", done.id)
    assert (back.operation, back.status) == ("bulk", "applied")
    assert [(row(store, "account", each).city, row(store, "account", each).deleted_at) for each in accounts] == [("Oslo", None)] * 2
    assert row(store, "task", done.changes[2]["id"]).deleted_at is not None


def test_an_activity_moves_its_account_s_last_contact_and_undo_moves_it_back(store: Store, anna: Hand) -> None:
    account = anna.make("account", name="Acme", last_contact_at="2026-01-05T09:00")
    done = anna.do(
        Change(op="create", type="activity", values={"kind": "call", "account": account, "body": "hi", "occurred_at": "2026-03-01T10:00"})
    )
    assert row(store, "account", account).last_contact_at.isoformat() == "2026-03-01T10:00:00+00:00"
    anna.decide("undo", done.id)
    assert row(store, "account", account).last_contact_at.isoformat() == "2026-01-05T09:00:00+00:00"
    with store.database.reading() as session:
        assert session.scalars(select(Activity.deleted_at)).one() is not None


def test_somebody_else_s_proposal_is_not_there(store: Store, anna: Hand) -> None:
    proposal = anna.propose(Change(op="create", type="account", values={"name": "Acme"}))
    for name in ("ben", "sam", "rod"):
        other = Hand(store, store.principal(f"{name}@firm.example"))
        for what in ("show", "approve", "reject", "undo"):
            with pytest.raises(NotFound, match="no proposal"):
                other.decide(what, proposal.id)
        with store.reading(other.who) as unit:
            assert gate.pending(unit) == []
    assert anna.status(proposal.id) == "pending"


def test_a_manager_decides_for_their_own_people_only(store: Store, anna: Hand) -> None:
    ben, mia = (Hand(store, store.principal(f"{name}@firm.example")) for name in ("ben", "mia"))
    theirs = anna.propose(Change(op="create", type="account", values={"name": "Acme"}))
    others = ben.propose(Change(op="create", type="account", values={"name": "Secret"}))
    assert mia.decide("approve", theirs.id).status == "applied"
    for what in ("show", "approve", "reject"):
        with pytest.raises(NotFound, match="no proposal"):
            mia.decide(what, others.id)


def test_hidden_records_are_missing_and_readers_change_nothing(store: Store, anna: Hand) -> None:
    ben, rod = (Hand(store, store.principal(f"{name}@firm.example")) for name in ("ben", "rod"))
    deal = anna.make("opportunity", name="Pilot")
    for hand, error in ((ben, NotFound), (rod, NotAllowed)):
        with pytest.raises(error):
            hand.propose(change("opportunity", deal, amount=5))
        with pytest.raises(error):
            hand.propose(delete("opportunity", deal))
    with pytest.raises(NotAllowed):
        rod.propose(Change(op="create", type="account", values={"name": "X"}))


def test_nobody_restores_what_they_could_not_see(store: Store, anna: Hand) -> None:
    ben = Hand(store, store.principal("ben@firm.example"))
    deal = anna.make("opportunity", name="Pilot")
    anna.do(delete("opportunity", deal))
    with pytest.raises(NotFound):
        ben.propose(Change(op="restore", type="opportunity", id=deal))


def test_rights_are_asked_again_when_it_is_approved(store: Store, anna: Hand) -> None:
    boss = Hand(store, store.principal("boss@firm.example"))
    deal = anna.make("opportunity", name="Pilot")
    proposal = anna.propose(change("opportunity", deal, amount=5))
    boss.do(change("opportunity", deal, owner="ben@firm.example"))
    with pytest.raises(NotFound):
        anna.decide("approve", proposal.id)
    assert row(store, "opportunity", deal).amount is None


@pytest.mark.parametrize("same", [True, False], ids=["one proposal", "two proposals"])
def test_two_at_once_on_one_record(store: Store, anna: Hand, same: bool) -> None:
    """Exactly one is applied; the other is a conflict, whatever the order."""
    account = anna.make("account", name="Acme")
    first = anna.propose(change("account", account, city="Oslo")).id
    wishes = [first, first if same else anna.propose(change("account", account, city="Bergen")).id]
    outcomes: list[str] = []
    together = Barrier(2)

    def decide(proposal_id: str) -> None:
        together.wait()
        try:
            outcomes.append(anna.decide("approve", proposal_id).status)
        except (Conflict, Unavailable):
            outcomes.append("conflict")

    threads = [Thread(target=decide, args=(each,)) for each in wishes]
    for each in threads:
        each.start()
    for each in threads:
        each.join(timeout=60)
    assert sorted(outcomes) == ["applied", "conflict"]
    after = row(store, "account", account)
    assert (after.version, after.city in {"Oslo", "Bergen"}) == (2, True)


def test_many_writers_leave_one_whole_chain(store: Store, anna: Hand) -> None:
    def make(number: int) -> None:
        for each in range(4):
            anna.make("account", name=f"Acme {number}-{each}")

    threads = [Thread(target=make, args=(number,)) for number in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(timeout=60)
    with store.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Account)) == 16


def test_history_tells_who_did_what_newest_first(store: Store, anna: Hand) -> None:
    account = anna.make("account", name="Acme", city="Oslo")
    done = anna.do(change("account", account, city="Bergen"))
    with store.reading(anna.who) as unit:
        told = gate.history(unit, "account", account)
    assert [each["operation"] for each in told] == ["update", "create"]
    assert (told[0]["proposal"], told[0]["by"], told[0]["before"], told[0]["after"]) == (
        done.id, anna.who.user_id, {"city": "Oslo"}, {"city": "Bergen"},
    )  # fmt: skip


def test_what_a_database_cannot_hold_is_taken_out_of_text(store: Store, anna: Hand) -> None:
    account = row(store, "account", anna.make("account", name="a\x00b\ud800", tags=["x\x00y"]))
    assert (account.name, account.tags) == ("ab\ufffd", ["xy"])
