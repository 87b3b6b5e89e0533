"""What a policy may approve by itself, and what it never may."""

from typing import Any

import pytest
from gate_firm import As, Hand, change, delete
from sqlalchemy import select

from store import audit, policy
from store.errors import InvalidInput, NotAllowed, NotFound
from store.gate import Change
from store.models import AuditEvent, PolicyRule
from store.policy import Rule
from store.unit import Store


@pytest.fixture
def boss(store: Store, as_: As) -> Hand:
    return as_("boss")


@pytest.fixture
def anna(as_: As) -> Hand:
    return as_("anna")


def allow(boss: Hand, entity: str, operation: str, role: str = "rep", *, auto: bool = True) -> None:
    with boss.store.writing(boss.who) as unit:
        policy.set_rule(unit, Rule(role, entity, operation, auto))


def everything_allowed(store: Store) -> None:
    """Rules that `set_rule` would refuse, put into the table by hand: the gate itself must not follow them."""
    with store.database.writing() as session:
        for role in ("rep", "administrator"):
            for operation in (*policy.AUTOMATIC, *policy.NEVER_OPERATIONS):
                session.add(PolicyRule(role=role, entity="*", operation=operation, auto=True))


def create(kind: str, /, **values: Any) -> Change:
    return Change(op="create", type=kind, values=values)


def test_nothing_is_automatic_unless_set(anna: Hand) -> None:
    assert anna.propose(create("task", title="Ring")).status == "pending"


def test_an_allowed_class_is_applied_at_once_and_says_so(store: Store, boss: Hand, anna: Hand) -> None:
    allow(boss, "task", "create")
    done = anna.propose(create("task", title="Ring"))
    assert (done.status, done.note) == ("applied", "approved by policy: rep may create task")
    with store.database.reading() as session:
        last = session.scalars(select(AuditEvent).order_by(AuditEvent.seq.desc()).limit(1)).one()
        assert (last.action, last.user_id, last.proposal_id) == ("applied", anna.who.user_id, done.id)
        assert "approved by policy: rep may create task" in last.summary
        assert audit.verify(session).problem == ""
    assert anna.propose(create("account", name="Acme")).status == "pending"
    assert boss.propose(create("task", title="Ring")).status == "pending"  # another role
    assert anna.decide("undo", done.id).status == "applied"


def test_one_kind_goes_before_any(boss: Hand, anna: Hand) -> None:
    allow(boss, "*", "create")
    allow(boss, "account", "create", auto=False)
    assert anna.propose(create("contact", name="Jo")).status == "applied"
    assert anna.propose(create("account", name="Acme")).status == "pending"


def test_what_is_never_automatic(store: Store, boss: Hand, anna: Hand) -> None:
    account, other, deal = anna.make("account", name="Acme"), anna.make("account", name="B"), anna.make("opportunity", name="Pilot")
    mail = anna.make("activity", kind="email", direction="outbound", body="hi")
    won = anna.make("opportunity", name="Done", stage="Won")
    everything_allowed(store)
    waiting = [
        anna.propose(delete("account", account)),
        anna.propose(change("account", account, city="Oslo"), change("account", other, city="Oslo")),
        anna.propose(change("opportunity", deal, stage="Won")),
        anna.propose(change("opportunity", deal, stage="Lost")),
        anna.propose(change("opportunity", won, stage="Proposal")),
        anna.propose(create("opportunity", name="New", stage="Won")),
        anna.propose(create("activity", kind="email", direction="outbound", body="Dear")),
        anna.propose(change("activity", mail, body="Dear all")),
        anna.propose(create("task", title="Ring"), external=True),
        boss.propose(create("user", name="New", email="new@firm.example")),
        boss.propose(change("user", anna.who.user_id, role="administrator")),
        boss.propose(create("team", name="West")),
    ]
    assert [each.status for each in waiting] == ["pending"] * len(waiting)
    automatic = [
        anna.propose(change("opportunity", deal, stage="Negotiation")),
        anna.propose(change("opportunity", won, next_step="Thank them")),
        anna.propose(create("activity", kind="email", direction="inbound", body="Dear")),
        anna.propose(change("account", account, city="Bergen")),
    ]
    assert [each.status for each in automatic] == ["applied"] * len(automatic)


@pytest.mark.parametrize("operation", policy.NEVER_OPERATIONS)
def test_a_rule_for_what_is_never_automatic_is_refused(boss: Hand, operation: str) -> None:
    with pytest.raises(NotAllowed, match="never approved by policy"):
        allow(boss, "account", operation)
    allow(boss, "account", operation, auto=False)  # saying no is no harm


def test_rules_are_checked_and_only_an_administrator_s(store: Store, boss: Hand, anna: Hand) -> None:
    for role, entity, operation in (("boss", "task", "create"), ("rep", "task", "fly")):
        with pytest.raises(InvalidInput):
            allow(boss, entity, operation, role)
    with pytest.raises(InvalidInput, match="no entity 'unicorn'"):
        allow(boss, "unicorn", "create")
    with pytest.raises(NotAllowed, match="user"):
        allow(boss, "user", "update")
    with pytest.raises(NotAllowed, match="Only an administrator"):
        allow(anna, "task", "create")
    allow(boss, "task", "create")
    allow(boss, "task", "create", auto=False)
    with store.reading(boss.who) as unit:
        assert policy.rules(unit) == [Rule("rep", "task", "create", False)]
    with store.database.reading() as session:
        said = list(session.scalars(select(AuditEvent.summary).where(AuditEvent.action == "policy set")))
    assert said == ["rep create task: automatic", "rep create task: by approval"]


def test_a_policy_gives_no_rights(boss: Hand, anna: Hand) -> None:
    allow(boss, "*", "update")
    deal = boss.make("opportunity", name="Not Anna's")
    with pytest.raises(NotFound):
        anna.propose(change("opportunity", deal, amount=5))


def test_a_used_key_answers_with_the_applied_proposal(boss: Hand, anna: Hand) -> None:
    allow(boss, "task", "create")
    first = anna.propose(create("task", title="Ring"), idempotency_key="k")
    assert anna.propose(create("task", title="Ring"), idempotency_key="k") == first
