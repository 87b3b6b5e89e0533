"""Names in sentences come from the store's index: what changed is known on the next turn, and nobody meets a name they may not see."""

from typing import Any

import pytest

from agent.embedded.names import NameIndex, NameIndexes
from agent.embedded.tokens import normalise, tokenise
from agent.embedded.understanding import Understanding
from store import gate, merging, people
from store.gate import Change
from store.models import Team
from store.name_lookup import Lookup
from store.rights import Principal
from store.setup.fields import add_field
from store.unit import Store

Found = set[tuple[str, str]]
PEOPLE = (("anna@firm.example", "Anna Berg", "rep", "North"), ("ben@firm.example", "Ben Frank", "rep", "South"))


class Firm:
    """A store, and one brain that has been asked before every change."""

    def __init__(self, store: Store, boss: Principal) -> None:
        self.store, self.boss = store, boss
        self.indexes, self.brain = NameIndexes(), Understanding()

    def do(self, *changes: Change) -> list[str]:
        with self.store.writing(self.boss) as unit:
            done = gate.approve(unit, gate.propose(unit, changes).id)
            return [str(each["id"]) for each in done.changes]

    def make(self, kind: str, /, **values: Any) -> str:
        return self.do(Change(op="create", type=kind, values=values))[0]

    def edit(self, kind: str, record_id: str, /, **values: Any) -> None:
        self.do(Change(op="update", type=kind, id=record_id, values=values))

    def delete(self, kind: str, record_id: str) -> None:
        self.do(Change(op="delete", type=kind, id=record_id))

    def named(self, text: str, email: str = "boss@firm.example") -> Found:
        """What the text names for this person, (kind, id)."""
        with self.store.reading(self.store.principal(email)) as unit:
            return named(self.indexes.of(unit), text)

    def like(self, text: str, email: str = "boss@firm.example") -> set[str]:
        with self.store.reading(self.store.principal(email)) as unit:
            index = self.indexes.of(unit)
            return {name.name for name, _ in index.like(text)} | {name.name for name in (*index.swapped(text), *index.containing(text))}


def named(index: NameIndex, text: str) -> Found:
    plain = normalise(text)
    return {(name.type, name.id) for _, _, names in index.matches(tokenise(plain), plain) for name in names}


@pytest.fixture
def firm(store: Store, boss: Principal) -> Firm:
    with store.database.writing() as session:
        now = store.settings.now()
        session.add_all(Team(name=name, created_at=now, updated_at=now, custom={}, version=1) for name in ("North", "South"))
        session.flush()
        for email, name, role, team in PEOPLE:
            people.add_user(session, store.settings, people.NewUser(email, name, role, team, "a long enough password"))
    made = Firm(store, boss)
    for email in ("boss@firm.example", *(each[0] for each in PEOPLE)):
        assert made.named("open deals of Nordkap", email) == set()
    return made


def test_a_new_record_is_known_on_the_next_turn(firm: Firm) -> None:
    account = firm.make("account", name="Nordkap Energy AS", key="ACC-7")
    contact = firm.make("contact", name="王晓明", account=account)
    for text in ("Nordkap Energy", "deals of nordkap", "what does Nordkap's buyer say", "acc-7", "NORDKAP ENERGY AS"):
        assert ("account", account) in firm.named(text), text
    for text in ("王晓明的电话", "晓明", "王总", "wang xiaoming", "Wang Xiao Ming", "xiaoming wang"):
        assert ("contact", contact) in firm.named(text), text
    assert firm.like("nordkp") == {"Nordkap Energy AS"}
    assert firm.like("nrodkap enrgy") == {"Nordkap Energy AS"}
    assert firm.like("晓明") == {"王晓明"}


@pytest.mark.parametrize("said", ["O'Brien & Sons", "deals of o'brien", "O’Brien's orders", "obrien sons"])
def test_an_apostrophe_in_a_name_is_part_of_it(firm: Firm, said: str) -> None:
    account = firm.make("account", name="O'Brien & Sons")
    assert (firm.named(said) == {("account", account)}) is ("obrien" not in said)


def test_a_new_name_replaces_the_old_one(firm: Firm) -> None:
    account = firm.make("account", name="Nordkap Energy AS")
    assert firm.named("deals of Nordkap")
    firm.edit("account", account, name="Südwind GmbH")
    assert firm.named("deals of Nordkap Energy") == set()
    assert firm.like("nordkp") == set()
    assert firm.named("deals of Südwind") == {("account", account)}


def test_what_is_deleted_is_nobody_until_it_is_back(firm: Firm) -> None:
    account = firm.make("account", name="Nordkap Energy AS")
    with firm.store.writing(firm.boss) as unit:
        gone = gate.approve(unit, gate.propose(unit, [Change(op="delete", type="account", id=account)]).id)
    assert firm.named("deals of Nordkap") == set()
    assert firm.like("nordkp") == set()
    with firm.store.writing(firm.boss) as unit:
        gate.undo(unit, gone.id)
    assert firm.named("deals of Nordkap") == {("account", account)}


def test_of_merged_records_one_is_left(firm: Firm) -> None:
    kept, gone = firm.make("account", name="Nordkap Energy AS"), firm.make("account", name="Nordkap Energie")
    assert firm.named("deals of Nordkap") == {("account", kept), ("account", gone)}
    with firm.store.writing(firm.boss) as unit:
        gate.approve(unit, merging.propose_merge(unit, "account", [kept, gone], survivor=kept).id)
    assert firm.named("deals of Nordkap") == {("account", kept)}
    assert firm.named("deals of Nordkap Energie") == {("account", kept)}  # by its first word


def test_a_record_that_changes_hands_changes_who_knows_it(firm: Firm) -> None:
    with firm.store.reading(firm.boss) as unit:
        users = {email: firm.store.principal(email) for email, *_ in PEOPLE}
        assert unit.principal.role == "administrator"
    anna, ben = users["anna@firm.example"], users["ben@firm.example"]
    lead = firm.make("lead", name="Clara Frohwein", owner=anna.user_id)
    assert firm.named("call Clara Frohwein", anna.email) == {("lead", lead)}
    assert firm.named("call Clara Frohwein", ben.email) == set()
    assert firm.like("clara frohwien", ben.email) == set()
    firm.edit("lead", lead, owner=ben.user_id, team=ben.team_id)
    assert firm.named("call Clara Frohwein", anna.email) == set()
    assert firm.like("clara frohwien", anna.email) == set()
    assert firm.named("call Clara Frohwein", ben.email) == {("lead", lead)}
    assert firm.like("clara frohwien", ben.email) == {"Clara Frohwein"}


def test_a_new_colleague_is_known(firm: Firm) -> None:
    with firm.store.database.writing() as session:
        new = people.NewUser("zoe@firm.example", "Zoe Quill", "rep", "South", "a long enough password")
        people.add_user(session, firm.store.settings, new)
    zoe = firm.store.principal("zoe@firm.example").user_id
    assert firm.named("open deals of Zoe") == {("user", zoe)}
    assert firm.like("zoe quil") == {"Zoe Quill"}


def test_values_are_known_when_they_come_and_to_those_who_see_them(firm: Firm) -> None:
    anna, ben = firm.store.principal("anna@firm.example"), firm.store.principal("ben@firm.example")

    def values(text: str, email: str) -> set[tuple[str, str, str]]:
        with firm.store.reading(firm.store.principal(email)) as unit:
            index = firm.indexes.of(unit)
            return {(s.entity, s.field, s.value) for match in index.facets.matches(tokenise(text)) for s in match.senses}

    assert values("leads from trade fair", anna.email) == set()
    lead = firm.make("lead", name="Clara Frohwein", owner=anna.user_id, source="Trade Fair")
    wanted = {("lead", "source", "Trade Fair")}
    assert values("leads from trade fair", anna.email) == wanted
    assert values("leads from trade fair", ben.email) == set()
    firm.edit("lead", lead, owner=ben.user_id, team=ben.team_id)
    assert values("leads from trade fair", anna.email) == set()
    assert values("leads from trade fair", ben.email) == wanted
    firm.edit("lead", lead, source="Web")
    assert values("leads from trade fair", ben.email) == set()
    assert values("leads from the web", ben.email) == {("lead", "source", "Web")}


def test_kinds_are_there_when_the_first_record_is(firm: Firm) -> None:
    def there(email: str) -> bool:
        with firm.store.reading(firm.store.principal(email)) as unit:
            return "lead" in firm.indexes.of(unit).present

    anna = firm.store.principal("anna@firm.example")
    assert not there("boss@firm.example")
    lead = firm.make("lead", name="Clara Frohwein", owner=anna.user_id)
    assert there("boss@firm.example")
    assert there("anna@firm.example")
    assert not there("ben@firm.example")
    firm.delete("lead", lead)
    assert not there("boss@firm.example")


def test_a_new_custom_field_and_its_values_are_understood(firm: Firm) -> None:
    firm.make("account", name="Nordkap Energy AS")
    with firm.store.reading(firm.boss) as unit:
        firm.brain.read(unit, "accounts with hull colour teal")
    with firm.store.database.writing() as session:
        add_field(session, "account", "hull_colour", "text", label="Hull colour", label_zh="船体颜色")
    firm.make("account", name="Südwind GmbH", hull_colour="teal")
    with firm.store.reading(firm.boss) as unit:
        frames = firm.brain.read(unit, "accounts with hull colour teal").frames
    assert [(frame.intent, frame.entity) for frame in frames] == [("find", "account")]
    assert [(each.field, each.value) for each in frames[0].filters] == [("hull_colour", "teal")]


def test_a_word_in_very_many_names_is_nobody_by_itself(firm: Firm) -> None:
    made = firm.do(*(Change(op="create", type="contact", values={"name": f"James Number{n}", "key": f"J{n}"}) for n in range(8)))
    lone = firm.make("contact", name="Jules Number3")
    with firm.store.reading(firm.boss) as unit:
        lookup = Lookup(unit, few=5)
        lookup.read("call James and James Number3 and Jules and J5")
    assert ("contact", "james") in lookup.crowded
    assert {each.id for each in lookup.records.values()} == {made[3], made[5], lone}
    with firm.store.reading(firm.boss) as unit:
        index = firm.indexes.of(unit)
        index._lookup.few = 5
        assert named(index, "call James") == set()
        assert named(index, "call James at Number3 Ltd") == {("contact", made[3]), ("contact", lone)}
        assert named(index, "call James Number3") == {("contact", made[3]), ("contact", lone)}
