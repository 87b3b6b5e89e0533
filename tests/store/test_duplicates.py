"""Duplicates end to end: found with the asker's rights, remembered, merged through the gate, met by new records and imports."""

import time
from typing import Any

import pytest
from gate_firm import As, Hand, change, delete
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete as sql_delete
from sqlalchemy import select

from store import gate
from store.duplicates import candidates, checking, finding, keys
from store.duplicates.blocking import pairs
from store.duplicates.comparing import WAYS, company_alike, person_alike
from store.duplicates.names import company, person
from store.duplicates.phones import phone, same_phone
from store.duplicates.scoring import matches, prepare, score
from store.duplicates.spec import specs
from store.errors import Conflict, InvalidInput, NotAllowed, NotFound, Unavailable
from store.gate import Change
from store.models import Account, DuplicateKey
from store.rights import Principal
from store.unit import Store

TWICE = ({"name": "Acme Inc.", "website": "acme.example"}, {"name": "ACME", "website": "https://www.acme.example/en"})


def find(store: Store, who: Principal, entity: str | None = None) -> finding.Found:
    with store.writing(who) as unit:
        return finding.find(unit, entity)


def listed(store: Store, who: Principal, **options: Any) -> list[candidates.CandidateView]:
    with store.reading(who) as unit:
        return candidates.listed(unit, **options)[1]


def staffed(as_: As, store: Store, boss: Principal) -> Hand:
    """The administrator's hand, in a firm with people."""
    as_("anna")
    return Hand(store, boss)


def held_keys(store: Store) -> set[tuple[int, str, str]]:
    with store.database.reading() as session:
        return {(row.key, row.type, row.record_id) for row in session.scalars(select(DuplicateKey))}


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Acme Inc.", "ACME, Incorporated"), ("Müller GmbH & Co. KG", "Mueller GmbH"), ("华为技术有限公司", "华为"), ("騰飛科技", "腾飞科技股份有限公司"),
        ("华为技术有限公司", "Huawei Technologies Co., Ltd."), ("Kraków Stal Sp. z o.o.", "Krakow Stal"),
    ],
)  # fmt: skip
def test_companies_written_in_two_ways(a: str, b: str) -> None:
    assert company_alike(company(a), company(b)) > 0.9  # type: ignore[arg-type]


@pytest.mark.parametrize(("a", "b"), [("Plant 17", "Plant 18"), ("Delta Steel", "Delta Foods"), ("华为技术", "华润置地"), ("Acme", "Apex")])
def test_companies_that_only_look_alike(a: str, b: str) -> None:
    assert company_alike(company(a), company(b)) < 0.8  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Smith, John", "John Smith"), ("王小明", "Wang Xiaoming"), ("王小明", "Xiao Ming Wang"), ("单晓明", "Shan Xiaoming"), ("張偉", "张伟"),
        ("Bob Brown", "Robert Brown"), ("J. Smith", "John Smith"), ("Catherine O'Neill", "Catherine ONeil"), ("欧阳娜娜", "Nana Ouyang"),
    ],
)  # fmt: skip
def test_people_written_in_two_ways(a: str, b: str) -> None:
    assert person_alike(person(a), person(b)) > 0.8  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("a", "b"), [("Jane Smith", "John Smith"), ("王伟", "李伟"), ("Contact 1", "Contact 2"), ("Peter Berg", "Paul Berg")]
)
def test_people_that_only_look_alike(a: str, b: str) -> None:
    assert person_alike(person(a), person(b)) < 0.8  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (("+49 711 5550101", None), ("0711 5550101", "Germany"), True), (("0711 5550101", "德国"), ("0711-5550101", "DE"), True),
        (("(206) 555-0148", None), ("+1 206 555 0148", None), True), (("138 0013 8000", None), ("+86 13800138000", None), True),
        (("+49 711 5550101", None), ("+41 711 5550101", None), False), (("030 5550101", "Germany"), ("089 5550101", "Germany"), False),
        (("+1 206 555 0148 ext. 12", None), ("2065550148", "United States"), True),
    ],
)  # fmt: skip
def test_telephone_numbers(a: tuple[str, str | None], b: tuple[str, str | None], expected: bool) -> None:
    one, other = phone(*a), phone(*b)
    assert one is not None
    assert other is not None
    assert same_phone(one, other) is same_phone(other, one) is expected


TEXT = st.text(st.characters(codec="utf-8"), max_size=40) | st.sampled_from(
    ["", " ", "A", "🚀", "مرحبا", "王", "\u202eabc", "0" * 500, "co", "有限公司", "@", "+"]
)


@given(a=TEXT, b=TEXT, way=st.sampled_from(sorted(WAYS)))
def test_any_text_compares_alike_both_ways(a: str, b: str, way: str) -> None:
    made = WAYS[way]
    one, other = made.prepare(a, None), made.prepare(b, None)
    if one is not None:
        assert made.alike(one, one) == 1.0 or way == "email"
    if one is not None and other is not None:
        assert 0 <= made.alike(one, other) <= 1
        assert made.alike(one, other) == pytest.approx(made.alike(other, one))


def test_thousands_of_equal_rows_make_no_square_of_pairs() -> None:
    spec = specs()["person"]
    records = [prepare(spec, {"name": "Wang Wei", "company": "Acme"}) for _ in range(5_000)]
    started = time.process_time()
    assert len(records) - 1 <= sum(1 for _ in matches(spec, records)) <= 10 * len(records)
    assert time.process_time() - started < 10
    assert sum(1 for _ in pairs(spec, [prepare(spec, {"name": name}) for name in ("", "A", "🚀", "-")])) == 0


def test_pairs_are_found_explained_and_found_once(store: Store, boss: Principal) -> None:
    boss_ = Hand(store, boss)
    first, second = (boss_.make("account", **values) for values in TWICE)
    boss_.make("account", name="Apex")
    assert find(store, boss) == finding.Found(compared=3, new=1, gone=0, open=1)
    assert find(store, boss) == finding.Found(compared=3, new=0, gone=0, open=1)
    [pair] = listed(store, boss)
    assert {each["id"] for each in pair.records} == {first, second}
    assert {each["field"]: each["verdict"] for each in pair.reasons} == {"name": "same", "website": "same"}
    assert [each["text"] for each in pair.reasons] == ["same name", "same website"]
    boss_.do(change("account", second, name="Zenith", website="zenith.example"))
    assert listed(store, boss) == []
    assert find(store, boss).gone == 1


def test_a_lead_that_is_a_contact_already(store: Store, as_: As, boss: Principal) -> None:
    hand = as_("anna")
    account = hand.make("account", name="Acme")
    hand.make("contact", name="王小明", email="wxm@acme.example", account=account)
    hand.make("lead", name="Wang Xiaoming", company="Acme Ltd", email="WXM@acme.example")
    find(store, boss)
    [pair] = listed(store, boss, entity="lead")
    assert [each["type"] for each in pair.records] == ["contact", "lead"]
    with pytest.raises(InvalidInput, match="two kinds"), store.writing(boss) as unit:
        candidates.merge(unit, pair.id)


def test_a_pair_exists_for_who_sees_both(store: Store, as_: As, boss: Principal) -> None:
    """Leads are own for reps: Anna and Ben have one each of a pair, Anna both of another."""
    anna = as_("anna")
    ben_hand = Hand(store, store.principal("ben@firm.example"))
    anna.make("lead", name="Lena Falk", email="lena@falk.example")
    ben_hand.make("lead", name="Lena Falk", email="lena@falk.example")
    mine = {anna.make("lead", name="Otto Kern", email="otto@kern.example") for _ in range(2)}
    assert find(store, anna.who).open == 1
    assert find(store, boss).open == 2
    assert find(store, ben_hand.who).open == 0
    assert len(listed(store, boss)) == 2
    assert [{each["id"] for each in pair.records} for pair in listed(store, anna.who)] == [mine]
    assert listed(store, ben_hand.who) == []
    [hidden] = [pair for pair in listed(store, boss) if {each["id"] for each in pair.records} != mine]
    for act in (candidates.dismiss, candidates.merge):
        with pytest.raises(NotFound) as unseen, store.writing(anna.who) as unit:
            act(unit, hidden.id)
        with pytest.raises(NotFound) as missing, store.writing(anna.who) as unit:
            act(unit, "0" * 26)
        assert str(unseen.value).replace(hidden.id, "") == str(missing.value).replace("0" * 26, "")


def test_what_the_asker_may_not_see_is_no_reason(store: Store, as_: As, boss: Principal) -> None:
    """Two contacts alike only in their account, which a rep of the other team does not see."""
    anna = as_("anna")
    account = anna.make("account", name="Acme")
    boss_hand = Hand(store, boss)
    for name in ("Jon Smith", "John Smith"):
        boss_hand.make("contact", name=name, account=account, owner="ben@firm.example")
    find(store, boss)
    assert len(listed(store, boss)) == 1
    assert listed(store, store.principal("ben@firm.example")) == []


def test_a_dismissal_holds_until_one_of_the_two_changes(store: Store, as_: As, boss: Principal) -> None:
    hand = staffed(as_, store, boss)
    first, _ = (hand.make("account", **values) for values in TWICE)
    find(store, boss)
    [pair] = listed(store, boss)
    with pytest.raises(NotAllowed), store.writing(store.principal("rod@firm.example")) as unit:
        candidates.dismiss(unit, pair.id)
    with store.writing(boss) as unit:
        assert candidates.dismiss(unit, pair.id).status == "dismissed"
    assert find(store, boss).open == 0
    assert listed(store, boss) == []
    assert [each.id for each in listed(store, boss, status="dismissed")] == [pair.id]
    hand.do(change("account", first, description="A mill"))
    assert find(store, boss).open == 0
    hand.do(change("account", first, phone="+49 30 1234567"))
    assert find(store, boss) == finding.Found(compared=2, new=1, gone=0, open=1)


def test_merged_through_the_gate_and_undone(store: Store, as_: As, boss: Principal) -> None:
    hand = staffed(as_, store, boss)
    first, second = (hand.make("account", **values) for values in TWICE)
    hand.make("contact", name="Jo Doe", account=second)
    find(store, boss)
    [pair] = listed(store, boss)
    with store.writing(boss) as unit:
        proposal = candidates.merge(unit, pair.id, survivor=first)
    assert proposal.status == "pending"
    assert "same website" in proposal.reason
    with pytest.raises(Conflict, match=proposal.id), store.writing(boss) as unit:
        candidates.merge(unit, pair.id)
    assert hand.decide("approve", proposal.id).status == "applied"
    assert listed(store, boss) == []
    [merged] = listed(store, boss, status="merged")
    assert [each["id"] for each in merged.records] == [first]
    with store.database.reading() as session:
        gone = session.get(Account, second)
        assert gone is not None
        assert gone.deleted_at is not None
    hand.decide("undo", proposal.id)
    assert [each.id for each in listed(store, boss)] == [pair.id]


def test_a_new_record_meets_what_is_here(store: Store, as_: As, boss: Principal) -> None:
    anna = as_("anna")
    account = anna.make("account", name="Acme")
    held = anna.make("contact", name="王小明", phone="+86 138 0013 8000", account=account)
    with store.reading(boss) as unit:
        [match] = checking.check(unit, "contact", {"name": "Wang Xiaoming", "phone": "13800138000"})
        assert match.id == held
        assert checking.check(unit, "contact", {"name": "王小名", "account": account})[0].id == held  # only the account leads there
        assert checking.check(unit, "contact", {"name": "王小明", "phone": "+86 138 0013 8000"}, exclude=held) == []
        assert checking.check(unit, "lead", {"name": "Wang Xiaoming", "phone": "13800138000"})[0].id == held
    anna.do(delete("contact", held))
    with store.reading(boss) as unit:
        assert checking.check(unit, "contact", {"name": "Wang Xiaoming", "phone": "13800138000"}) == []


def test_rows_of_an_import(store: Store, as_: As, boss: Principal) -> None:
    anna = as_("anna")
    account = anna.make("account", name="Acme Inc", website="acme.example")
    held = anna.make("contact", name="John Smith", email="john@acme.example", account=account)
    rows = [
        {"name": "Someone Else", "email": "else@acme.example", "account": account}, {"name": "Jon Smith", "email": "john@acme.example"},
        {"name": "Smith, John", "account": account}, {"name": "John Smith"}, {"name": ""}, {},
    ]  # fmt: skip
    with store.writing(boss) as unit:
        assert {place: each.id for place, each in checking.possible_duplicates(unit, "contact", rows).items()} == {1: held, 2: held}
        assert set(checking.possible_duplicates(unit, "account", [{"name": "ACME", "website": "www.acme.example"}, {"name": "Apex"}])) == {
            0
        }
        assert checking.possible_duplicates(unit, "task", [{"title": "x"}]) == {}
    with store.writing(store.principal("ben@firm.example")) as unit:
        lead = {"name": "Lena Falk", "email": "lena@falk.example"}
        assert checking.possible_duplicates(unit, "lead", [lead]) == {}
    anna.make("lead", **lead)
    with store.writing(store.principal("ben@firm.example")) as unit:
        assert checking.possible_duplicates(unit, "lead", [lead]) == {}, "Ben does not see Anna's lead"
    with store.writing(boss) as unit:
        assert set(checking.possible_duplicates(unit, "lead", [lead])) == {0}


def test_keys_kept_with_every_write_are_those_of_a_rebuild(store: Store, as_: As, boss: Principal) -> None:
    hand = staffed(as_, store, boss)
    account = hand.make("account", name="Acme Inc", website="acme.example", phone="+49 30 1234567")
    contact = hand.make("contact", name="Jo Doe", email="jo@acme.example", birthday="1980-02-29", account=account)
    hand.make("lead", name="王伟", company="华为")
    hand.do(change("account", account, name="Zenith", phone=None, city="Oslo"))
    changed = hand.do(change("contact", contact, email="doe@zenith.example", birthday="1981-01-01"))
    hand.do(change("contact", contact, title="CEO"))
    hand.decide("undo", hand.do(delete("contact", contact)).id)
    hand.decide("undo", changed.id)
    kept = held_keys(store)
    assert len(kept) > 8
    with store.writing(boss) as unit:
        assert keys.rebuild(unit) == len(kept)
    assert held_keys(store) == kept


def test_keys_of_another_edition_are_made_anew(store: Store, as_: As, boss: Principal, monkeypatch: pytest.MonkeyPatch) -> None:
    as_("anna").make("account", **TWICE[0])
    monkeypatch.setattr(keys, "edition", lambda: "newer")
    with store.database.writing() as session:
        session.execute(sql_delete(DuplicateKey))
    with pytest.raises(Unavailable, match="newer keys"), store.reading(boss) as unit:
        checking.check(unit, "account", TWICE[1])
    with store.writing(boss) as unit:
        assert set(checking.possible_duplicates(unit, "account", [TWICE[1]])) == {0}
    with store.reading(boss) as unit:
        assert len(checking.check(unit, "account", TWICE[1])) == 1


def test_unknown_kinds_are_refused(store: Store, boss: Principal) -> None:
    for act in (
        finding.find,
        lambda unit, entity: candidates.listed(unit, entity=entity),
        lambda unit, entity: checking.check(unit, entity, {}),
    ):
        with pytest.raises(InvalidInput, match="task"), store.writing(boss) as unit:
            act(unit, "task")


def test_the_evidence_adds_up() -> None:
    """By hand: log2(0.95/0.0005) for the name, log2(0.9/0.0005) for the domain, against a prior of 8.5 bits."""
    spec = specs()["account"]
    a, b = (prepare(spec, {"name": "Acme", "domain": "acme.example"}) for _ in range(2))
    found = score(spec, a, b)
    assert found.bits == pytest.approx(10.8918 + 10.8138, abs=1e-3)
    assert found.chance == pytest.approx(1 / (1 + 2 ** (8.5 - 21.7056)), abs=1e-6)


def test_the_keys_of_an_import_are_made_when_they_are_needed(store: Store, boss: Principal) -> None:
    many = [Change(op="create", type="contact", values={"name": f"Person {n}", "email": f"p{n}@x.example"}) for n in range(keys.MANY + 1)]
    with store.writing(boss) as unit:
        gate.approve(unit, gate.propose(unit, many).id)
    with store.reading(boss) as unit, pytest.raises(Unavailable, match="newer keys"):
        checking.check(unit, "contact", {"name": "Person 7", "email": "p7@x.example"})
    with store.writing(boss) as unit:
        met = checking.possible_duplicates(unit, "contact", [{"name": "Person 7", "email": "p7@x.example"}])
        assert met[0].name == "Person 7"
        found = {tuple(row) for row in unit.session.execute(select(DuplicateKey.key, DuplicateKey.type, DuplicateKey.record_id))}
        keys.rebuild(unit)
        assert found == {tuple(row) for row in unit.session.execute(select(DuplicateKey.key, DuplicateKey.type, DuplicateKey.record_id))}
    with store.reading(boss) as unit:
        assert checking.check(unit, "contact", {"name": "Person 7", "email": "p7@x.example"})[0].name == "Person 7"
