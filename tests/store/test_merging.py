"""Merging: one record is left, it holds what the rule says, everything points to it, and undo brings back what was there."""

import contextlib
from random import Random
from typing import Any

import pytest
from gate_firm import As, Hand, change, delete
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from store import audit, gate, merging, setup
from store.errors import Conflict, InvalidInput, NotAllowed, NotFound, RapportError
from store.gate import Change, ProposalView
from store.models import RECORD_MODELS, OutboxEntry
from store.unit import Store

MOVING = {"version", "updated_at", "updated_by"}  # what every write changes


def rows(store: Store) -> dict[tuple[str, str], dict[str, Any]]:
    """Every record of the store as plain columns."""
    with store.database.reading() as session:
        return {
            (kind, row.id): {column.name: getattr(row, column.name) for column in model.__table__.columns if column.name not in MOVING}
            for kind, model in RECORD_MODELS.items()
            for row in session.scalars(select(model))
        }


def merge(hand: Hand, kind: str, ids: list[str], **options: Any) -> ProposalView:
    with hand.store.writing(hand.who) as unit:
        return merging.propose_merge(unit, kind, ids, **options)


def merged(hand: Hand, kind: str, ids: list[str], **options: Any) -> ProposalView:
    done = hand.decide("approve", merge(hand, kind, ids, **options).id)
    assert done.status == "applied", done.note
    return done


@pytest.fixture
def boss(store: Store, as_: As) -> Hand:
    return as_("boss")


@pytest.fixture
def anna(as_: As) -> Hand:
    return as_("anna")


def test_the_survivor_is_completed_and_the_others_go(store: Store, boss: Hand) -> None:
    full = boss.make("account", name="Acme Ltd", city="Oslo", tier="A", tags=["x", "y"], last_contact_at="2026-01-01T00:00Z")
    other = boss.make("account", name="ACME", city="Bergen", country="Norway", tags=["y", "z"], last_contact_at="2026-03-01T00:00Z")
    proposal = merge(boss, "account", [other, full])
    assert (proposal.operation, proposal.type, proposal.status) == ("merge", "account", "pending")
    assert proposal.changes[0]["id"] == full  # the fuller one, though named last
    assert proposal.changes[0]["after"] == {
        "country": "Norway",
        "tags": ["x", "y", "z"],
        "last_contact_at": "2026-03-01T00:00:00Z",
    }
    assert [(each["id"], each["operation"]) for each in proposal.changes[1:]] == [(other, "delete")]
    assert rows(store)["account", full]["country"] is None
    boss.decide("approve", proposal.id)
    after = rows(store)
    assert (after["account", full]["country"], after["account", full]["city"]) == ("Norway", "Oslo")
    assert after["account", other]["deleted_at"] is not None


def test_every_reference_moves_and_undo_brings_everything_back(store: Store, boss: Hand) -> None:
    with store.database.writing() as session:
        setup.add_field(session, "contact", "partner", "record", target="account")
    kept, gone = boss.make("account", name="Acme", city="Oslo"), boss.make("account", name="Acme Inc")
    contact = boss.make("contact", name="Jo", account=gone, partner=gone)
    deleted = boss.make("contact", name="Al", account=gone)
    boss.do(delete("contact", deleted))
    made = {
        "child": ("account", boss.make("account", name="Daughter", parent=gone)),
        "deal": ("opportunity", boss.make("opportunity", name="Pilot", account=gone)),
        "call": ("activity", boss.make("activity", kind="call", body="hello", account=gone, contact=contact)),
        "task": ("task", boss.make("task", title="Ring", account=gone)),
        "case": ("case", boss.make("case", subject="Broken", account=gone)),
        "order": ("order", boss.make("order", number="1", account=gone)),
    }
    before = rows(store)
    done = merged(boss, "account", [kept, gone], survivor=kept)
    after = rows(store)
    assert not [
        key for key, row in after.items() if gone in (row.get("account_id"), row.get("parent_id"), row.get("custom", {}).get("partner"))
    ]
    assert (after["contact", contact]["account_id"], after["contact", contact]["custom"]) == (kept, {"partner": kept})
    assert after["contact", deleted]["account_id"] == kept
    assert after[made["child"]]["parent_id"] == kept
    untouched = {key for key in before if before[key] == after[key]}
    assert set(before) - untouched == {("account", kept), ("account", gone), ("contact", contact), ("contact", deleted), *made.values()}
    with store.database.reading() as session:
        waiting = set(session.scalars(select(OutboxEntry.record_id)))
    assert {kept, gone, contact} <= waiting

    back = boss.decide("undo", done.id)
    assert rows(store) == before
    boss.decide("undo", back.id)
    assert rows(store)[made["deal"]]["account_id"] == kept
    with store.database.reading() as session:
        assert audit.verify(session).problem == ""
        with store.reading(boss.who) as unit:
            assert merging.survivor_of(unit, "account", gone) == kept


@settings(max_examples=max(4, settings.default.max_examples // 5))
@given(seed=st.integers(0, 10**9))
def test_merging_anything_at_random_and_taking_it_back(store: Store, seed: int) -> None:
    """Against a plain model: nobody points to a merged record, each reference went to the survivor, nothing else changed."""
    boss, random = Hand(store, store.principal("boss@firm.example")), Random(seed)
    accounts = [
        boss.make("account", name=f"A{n}", city=random.choice([None, "Oslo"]) or "", tags=random.sample("abc", 2)) for n in range(5)
    ]
    for each in accounts:
        above = random.choice([*accounts, None])
        if above and above != each:
            with contextlib.suppress(InvalidInput):  # it would have been a circle
                boss.do(change("account", each, parent=above))
    for n in range(4):
        boss.make("contact", name=f"C{n}", account=random.choice(accounts))
        boss.make("task", title=f"T{n}", account=random.choice(accounts))
    chosen = random.sample(accounts, random.randint(2, 4))
    survivor = random.choice(chosen)
    before = rows(store)
    done = merged(boss, "account", chosen, survivor=survivor)
    after = rows(store)
    away = set(chosen) - {survivor}
    for key, row in after.items():
        old = before[key]
        if key[0] == "account" and key[1] in chosen:
            continue
        for column in ("account_id", "parent_id"):
            if column in row:
                assert row[column] == (survivor if old[column] in away else old[column])
        rest = {"account_id", "parent_id"}
        assert {k: v for k, v in row.items() if k not in rest} == {k: v for k, v in old.items() if k not in rest}
    assert {key[1] for key, row in after.items() if row["deleted_at"] and not before[key]["deleted_at"]} == away
    assert after["account", survivor]["tags"] == list(
        dict.fromkeys(
            [
                *before["account", survivor]["tags"],
                *(t for each in sorted_by_fullness(before, away) for t in before["account", each]["tags"]),
            ]
        )
    )
    for each in accounts:  # no circle came about
        seen, at = set(), each
        while at:
            assert at not in seen
            seen.add(at)
            at = after["account", at]["parent_id"]
            if after["account", each]["deleted_at"]:
                break
    boss.decide("undo", done.id)
    assert rows(store) == before


def sorted_by_fullness(before: dict[Any, Any], ids: set[str]) -> list[str]:
    def filled(each: str) -> int:
        row = before["account", each]
        skip = {"id", "deleted_at", "created_at", "created_by", "custom"}
        return sum(value not in (None, "", []) for name, value in row.items() if name not in skip)

    return sorted(ids, key=lambda each: (-filled(each), before["account", each]["created_at"], each))


def test_contacts_and_leads_too(store: Store, boss: Hand) -> None:
    account = boss.make("account", name="Acme")
    a = boss.make("contact", name="Jo Doe", account=account, email="jo@acme.example")
    b = boss.make("contact", name="J. Doe", phone="12345", do_not_contact=True)
    call = boss.make("activity", kind="call", body="hi", contact=b)
    merged(boss, "contact", [a, b])
    after = rows(store)
    assert (after["contact", a]["phone"], after["contact", a]["do_not_contact"]) == ("12345", True)
    assert after["activity", call]["contact_id"] == a
    x, y = boss.make("lead", name="Kim", company="Acme", email="k@a.example"), boss.make("lead", name="Kim L", title="CEO")
    merged(boss, "lead", [x, y])
    assert rows(store)["lead", x]["title"] == "CEO"


def test_values_may_be_chosen_and_the_survivor_edited(store: Store, boss: Hand) -> None:
    a, b = boss.make("account", name="Acme", city="Oslo", tier="A"), boss.make("account", name="Acme Inc", city="Bergen")
    proposal = merge(boss, "account", [a, b], values={"city": "Bergen"})
    assert proposal.changes[0]["after"]["city"] == "Bergen"
    with pytest.raises(InvalidInput, match="cannot be edited"):
        boss.decide("approve", proposal.id, edits={b: {"city": "Paris"}})
    boss.decide("approve", proposal.id, edits={a: {"name": "Acme Group"}})
    assert (rows(store)["account", a]["name"], rows(store)["account", a]["city"]) == ("Acme Group", "Bergen")
    c = boss.make("account", name="Third")
    with pytest.raises(InvalidInput, match="cannot be emptied"):
        merge(boss, "account", [a, c], survivor=a, values={"name": ""})


def test_what_came_after_the_proposal_moves_too(store: Store, boss: Hand) -> None:
    a, b = boss.make("account", name="Acme", city="Oslo"), boss.make("account", name="Acme Inc")
    early = boss.make("task", title="early", account=b)
    proposal = merge(boss, "account", [a, b])
    late = boss.make("task", title="late", account=b)
    boss.do(change("task", early, title="earlier"))
    done = boss.decide("approve", proposal.id)
    assert done.status == "applied"
    assert {rows(store)["task", each]["account_id"] for each in (early, late)} == {a}
    boss.decide("undo", done.id)
    assert {rows(store)["task", each]["account_id"] for each in (early, late)} == {b}
    assert rows(store)["task", early]["title"] == "earlier"


def test_a_merged_record_that_moved_is_a_conflict(store: Store, boss: Hand) -> None:
    a, b = boss.make("account", name="Acme", city="Oslo"), boss.make("account", name="Acme Inc")
    proposal = merge(boss, "account", [a, b])
    boss.do(change("account", b, phone="1"))
    before = rows(store)
    result = boss.decide("approve", proposal.id)
    assert (result.status, "Acme Inc (phone by Bo Boss)" in result.note) == ("conflict", True)
    assert rows(store) == before


def test_undo_is_refused_where_later_changes_are_in_the_way_and_only_there(store: Store, boss: Hand) -> None:
    a, b = boss.make("account", name="Acme", city="Oslo"), boss.make("account", name="Acme Inc", country="Norway")
    task = boss.make("task", title="Ring", account=b)
    done = merged(boss, "account", [a, b], survivor=a)
    boss.do(change("account", a, city="Bergen"))  # another field than the merge wrote
    boss.make("activity", kind="call", body="hi", account=a)  # moves the last contact on
    later = boss.do(change("task", task, account=boss.make("account", name="Third")))
    with pytest.raises(Conflict, match=rf"Ring \(account by Bo Boss, proposal {later.id}\)"):
        boss.decide("undo", done.id)
    boss.decide("undo", later.id)
    boss.decide("undo", done.id)
    after = rows(store)
    assert (after["account", a]["city"], after["account", a]["country"], after["account", b]["deleted_at"]) == ("Bergen", None, None)
    assert after["task", task]["account_id"] == b


def test_records_of_others_follow_but_are_not_shown(store: Store, as_: As) -> None:
    """Anna merges her accounts; Ben's deal, which she does not see, must not be left with a deleted account."""
    anna, ben, boss = as_("anna"), Hand(store, store.principal("ben@firm.example")), Hand(store, store.principal("boss@firm.example"))
    a, b = anna.make("account", name="Acme", city="Oslo"), anna.make("account", name="Acme Inc")
    deal = boss.make("opportunity", name="Secret deal", account=b, owner="ben@firm.example")
    done = merged(anna, "account", [a, b])
    assert rows(store)["opportunity", deal]["account_id"] == a
    assert "Secret deal" not in str(done.to_json())
    assert "Secret deal" in str(boss.decide("show", done.id).to_json())
    anna.decide("undo", done.id)
    assert rows(store)["opportunity", deal]["account_id"] == b
    with pytest.raises(NotFound):
        merge(ben, "account", [a, b])
    rod = Hand(store, store.principal("rod@firm.example"))
    with pytest.raises(NotAllowed):
        merge(rod, "account", [a, b])


@pytest.mark.parametrize(
    ("ids", "options", "said"),
    [
        (["a"], {}, "2 to 100"),
        (["a", "a"], {}, "2 to 100"),
        (["a", "none"], {}, "no account 'none'"),
        (["a", "b"], {"survivor": "c"}, "must be one of those"),
        (["a", "b"], {"values": {"tier": "Z"}}, "'Z' is not a value"),
    ],
)
def test_what_cannot_be_merged_is_said(boss: Hand, ids: list[str], options: dict[str, Any], said: str) -> None:
    known = {each: boss.make("account", name=each.upper()) for each in "abc"}
    options = {name: known.get(value, value) if isinstance(value, str) else value for name, value in options.items()}
    with pytest.raises(RapportError, match=said):
        merge(boss, "account", [known.get(each, each) for each in ids], **options)


def test_a_person_merged_into_another_leaves_nothing_behind(store: Store, boss: Hand) -> None:
    ben, anna = store.principal("ben@firm.example").user_id, store.principal("anna@firm.example").user_id
    account = boss.make("account", name="Acme", owner="ben@firm.example")
    done = merged(boss, "user", [anna, ben], survivor=anna)
    assert rows(store)["account", account]["owner_id"] == anna
    boss.decide("undo", done.id)
    assert rows(store)["account", account]["owner_id"] == ben


def test_merging_is_one_proposal_in_the_list(boss: Hand) -> None:
    a, b = boss.make("account", name="Acme"), boss.make("account", name="Acme Inc")
    proposal = merge(boss, "account", [a, b])
    with boss.store.reading(boss.who) as unit:
        assert [each.id for each in gate.pending(unit)] == [proposal.id]
    boss.do(Change(op="update", type="account", id=b, values={"city": "Oslo"}))
