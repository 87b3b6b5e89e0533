"""Bad input at the gate: a clear error, or the value kept exactly; nothing half-way, nothing lost."""

from typing import Any

import pytest
from gate_firm import As, Hand, change, delete

from store import audit, setup
from store.errors import InvalidInput, NotFound, RapportError
from store.gate import Change
from store.models import RECORD_MODELS
from store.unit import Store

MEGABYTES = "x" * 10_000_000


@pytest.fixture
def boss(store: Store, as_: As) -> Hand:
    return as_("boss")


def row(store: Store, kind: str, record_id: str) -> Any:
    with store.database.reading() as session:
        return session.get(RECORD_MODELS[kind], record_id)


@pytest.mark.parametrize(
    "text", ["Robert'); DROP TABLE account;--", "🦊👩‍👩‍👧 北京", "شركة النخيل", "a\u202eb", "%_\\", "  x  y", "-1+1|cmd"]
)
def test_odd_text_is_kept_as_it_is(store: Store, boss: Hand, text: str) -> None:
    account = boss.make("account", name=text, description=text, tags=[text])
    kept = row(store, "account", account)
    assert (kept.name, kept.description, kept.tags) == (text.strip(), text, [text.strip()])


@pytest.mark.parametrize(
    "field", ["name", "description", "phone", "website", "tier", "annual_revenue", "founded_year", "last_contact_at", "owner", "tags"]
)
def test_ten_megabytes_are_refused_in_a_few_words(boss: Hand, field: str) -> None:
    with pytest.raises(RapportError) as refused:
        boss.propose(Change(op="create", type="account", values={"name": "Acme", field: MEGABYTES}))
    assert len(str(refused.value)) < 400


def test_a_long_text_within_the_limit_is_kept_whole(store: Store, boss: Hand) -> None:
    text = "汉" * 1_000_000
    assert row(store, "account", boss.make("account", name="Acme", description=text)).description == text


@pytest.mark.parametrize(
    "options",
    [{"reason": MEGABYTES}, {"evidence": [{"quote": MEGABYTES}]}, {"idempotency_key": "k" * 300}],
    ids=["reason", "evidence", "key"],
)
def test_what_goes_with_a_proposal_has_limits_too(boss: Hand, options: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match="at most"):
        boss.propose(Change(op="create", type="account", values={"name": "Acme"}), **options)


def test_nul_and_half_characters_anywhere(store: Store, boss: Hand) -> None:
    odd = "a\x00b\ud800"
    account = boss.make("account", name=odd)
    assert row(store, "account", account).name == "ab\ufffd"
    proposal = boss.propose(change("account", account, city=odd), reason=odd, evidence=[{"quote": odd}], idempotency_key=odd)
    assert (proposal.reason, proposal.evidence) == ("ab\ufffd", [{"quote": "ab\ufffd"}])
    assert boss.propose(change("account", account, city=odd), idempotency_key=odd).id == proposal.id
    with pytest.raises(NotFound):
        boss.propose(change("account", odd, city="x"))
    with pytest.raises(NotFound):
        boss.decide("approve", odd)
    boss.decide("approve", proposal.id)
    with store.database.reading() as session:
        assert audit.verify(session).problem == ""


@pytest.mark.parametrize("amount", ["1e308", 1e308, "-1e308", "inf", "nan", "sNaN", float("inf"), "1e999999999", "9" * 400, "1e14"])
def test_amounts_beyond_the_limit_are_refused(boss: Hand, amount: Any) -> None:
    with pytest.raises(InvalidInput) as refused:
        boss.propose(Change(op="create", type="opportunity", values={"name": "Pilot", "amount": amount}))
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("2028-02-29", "2028-02-29"), ("2027-02-29", None), ("2100-02-29", None), ("2000-02-29", "2000-02-29"), ("2028-02-30", None)],
)
def test_leap_days(store: Store, boss: Hand, typed: str, kept: str | None) -> None:
    wish = Change(op="create", type="opportunity", values={"name": "Pilot", "close_date": typed})
    if kept is None:
        with pytest.raises(InvalidInput, match="not a date"):
            boss.propose(wish)
    else:
        assert row(store, "opportunity", boss.do(wish).changes[0]["id"]).close_date.isoformat() == kept


def test_accounts_and_teams_are_not_their_own_parents(store: Store, boss: Hand) -> None:
    for kind in ("account", "team"):
        a, b, c = (boss.make(kind, name=f"{kind} {name}") for name in "ABC")
        boss.do(change(kind, b, parent=a))
        boss.do(change(kind, c, parent=b))
        for child, parent in ((a, a), (a, b), (a, c)):
            with pytest.raises(InvalidInput, match="its own parent"):
                boss.propose(change(kind, child, parent=parent))
        with pytest.raises(InvalidInput, match="its own parent"):  # each alone is fine, together they are a circle
            boss.propose(change(kind, b, parent=c), change(kind, c, parent=b))
        boss.do(change(kind, c, parent=None), change(kind, b, parent=c))  # turned round in one go
        assert (row(store, kind, b).parent_id, row(store, kind, c).parent_id) == (c, None)


def test_two_proposals_that_make_a_circle_together(store: Store, boss: Hand) -> None:
    a, b = boss.make("account", name="A"), boss.make("account", name="B")
    first, second = boss.propose(change("account", a, parent=b)), boss.propose(change("account", b, parent=a))
    boss.decide("approve", first.id)
    with pytest.raises(InvalidInput, match="its own parent"):
        boss.decide("approve", second.id)
    assert row(store, "account", b).parent_id is None


def test_links_an_administrator_made_may_go_round(store: Store, boss: Hand) -> None:
    with store.database.writing() as session:
        setup.add_field(session, "account", "partner", "record", target="account")
    a, b = boss.make("account", name="A"), boss.make("account", name="B")
    boss.do(change("account", a, partner=b), change("account", b, partner=a))
    assert row(store, "account", a).custom == {"partner": b}


def test_nothing_is_made_to_point_to_a_deleted_record(store: Store, boss: Hand) -> None:
    gone, kept = boss.make("account", name="Gone"), boss.make("account", name="Kept")
    waiting = boss.propose(Change(op="create", type="contact", values={"name": "Jo", "account": gone}))
    moved = boss.make("contact", name="Al", account=gone)
    away = boss.do(change("contact", moved, account=kept))
    boss.do(delete("account", gone))
    with pytest.raises(NotFound):
        boss.propose(Change(op="create", type="contact", values={"name": "Jo", "account": gone}))
    with pytest.raises(InvalidInput, match="The account of 'Jo' was deleted"):
        boss.decide("approve", waiting.id)
    with pytest.raises(InvalidInput, match="The account of 'Al' was deleted"):
        boss.decide("undo", away.id)
    done = boss.decide("approve", waiting.id, edits={waiting.changes[0]["id"]: {"account": kept}})
    assert (done.status, row(store, "contact", done.changes[0]["id"]).account_id) == ("applied", kept)


def test_a_field_named_like_a_column_or_none_at_all(boss: Hand) -> None:
    account = boss.make("account", name="Acme")
    for name in ("id", "version", "deleted_at", "owner_id", "custom", "created_by", "__class__", "", "x" * 300):
        with pytest.raises(InvalidInput):
            boss.propose(change("account", account, **{name: "1"}))
