"""The set-up desk: what an administrator changes without code is usable at once, logged, and never loses a value."""

import pytest
from sqlalchemy import select

from store import audit, gate
from store.errors import InvalidInput, NotAllowed, NotFound
from store.filters import Filter
from store.gate import Change
from store.measures import Measure, measure
from store.models import AuditEvent
from store.query import RecordQuery, find, get
from store.rights import Principal
from store.setup import SetupDesk
from store.unit import Store, Unit


def made(unit: Unit, kind: str, **values: object) -> str:
    view = gate.approve(unit, gate.propose(unit, [Change(op="create", type=kind, values=dict(values))]).id)
    assert view.status == "applied"
    return str(view.changes[0]["id"])


def logged(store: Store) -> list[str]:
    with store.database.reading() as session:
        assert not audit.verify(session).problem
        return list(session.scalars(select(AuditEvent.summary).where(AuditEvent.action == "set-up").order_by(AuditEvent.seq)))


@pytest.mark.parametrize(
    ("kind", "more", "raw", "kept", "condition"),
    [
        ("text", {}, "left bank", "left bank", {"op": "contains", "value": "bank"}),
        ("number", {}, "12.5", 12.5, {"op": "gt", "value": 12}),
        ("money", {}, "1,200.50", "1200.50", {"op": "between", "value": [1200, 1201]}),
        ("date", {}, "2028-02-29", "2028-02-29", {"op": "lt", "value": "2028-03-01"}),
        ("bool", {}, "是", True, {"value": True}),
        ("choice", {"values": ["red", "blue"]}, "RED", "red", {"value": "red"}),
        ("multichoice", {"values": ["rail", "sea", "air"]}, "sea; air", ["sea", "air"], {"value": "air"}),
        ("user", {}, "boss@firm.example", "boss@firm.example", {"value": "boss@firm.example"}),
        ("record", {"target": "account"}, "Harbour", "Harbour", {"value": "Harbour"}),
    ],
)  # fmt: skip
def test_a_field_of_every_kind_is_usable_at_once(
    store: Store, boss: Principal, kind: str, more: dict[str, object], raw: object, kept: object, condition: dict[str, object]
) -> None:
    with store.writing(boss) as unit:
        made(unit, "account", name="Harbour")
    with store.writing(boss) as unit:
        SetupDesk(unit).add_field("account", "extra", kind, label="extra thing", label_zh="附加", **more)  # type: ignore[arg-type]
    with store.writing(boss) as unit:
        record = made(unit, "account", name="Bridge", extra=raw)
        assert get(unit, "account", record).fields["extra"] == kept
        found = find(unit, RecordQuery(entity="account", filters=[Filter(field="extra", **condition)]))  # type: ignore[arg-type]
        assert [each.name for each in found.records] == ["Bridge"]
        empty = find(unit, RecordQuery(entity="account", filters=[Filter(field="extra", op="is_empty")]))
        assert [each.name for each in empty.records] == ["Harbour"]
    assert logged(store) == [f"field account.extra added ({kind})"]


def test_a_removed_field_is_gone_and_comes_back_with_its_values(store: Store, boss: Principal) -> None:
    with store.writing(boss) as unit:
        SetupDesk(unit).add_field("account", "berth", "text")
    with store.writing(boss) as unit:
        record = made(unit, "account", name="Harbour", berth="7")
    with store.writing(boss) as unit:
        SetupDesk(unit).remove_field("account", "berth")
    with store.writing(boss) as unit:
        assert "berth" not in get(unit, "account", record).fields
        with pytest.raises(InvalidInput, match="no field 'berth'"):
            find(unit, RecordQuery(entity="account", filters=[Filter(field="berth", value="7")]))
        with pytest.raises(NotFound):
            SetupDesk(unit).remove_field("account", "berth")
        SetupDesk(unit).add_field("account", "berth", "text")
    with store.reading(boss) as unit:
        assert get(unit, "account", record).fields["berth"] == "7"


def test_a_value_in_use_goes_only_with_a_successor(store: Store, boss: Principal) -> None:
    with store.writing(boss) as unit:
        desk = SetupDesk(unit)
        desk.add_choices("account.industry", ["mining", "quarrying"])
        desk.add_field("account", "routes", "multichoice", values=["rail", "sea", "air"])
    with store.writing(boss) as unit:
        record = made(unit, "account", name="Pit", industry="quarrying", routes="rail; sea")
    with store.writing(boss) as unit, pytest.raises(InvalidInput, match=r"1 record\(s\) hold 'quarrying'"):
        SetupDesk(unit).remove_choice("account.industry", "Quarrying")
    with store.writing(boss) as unit:
        assert SetupDesk(unit).remove_choice("account.industry", "quarrying", replace_with="mining") == 1
        assert SetupDesk(unit).remove_choice("account.routes", "sea", replace_with="rail") == 1
    with store.writing(boss) as unit:
        fields = get(unit, "account", record).fields
        assert (fields["industry"], fields["routes"]) == ("mining", ["rail"])
        with pytest.raises(InvalidInput, match="is not a value"):
            gate.propose(unit, [Change(op="update", type="account", id=record, values={"industry": "quarrying"})])


def test_two_pipelines_with_stages_of_one_name(store: Store, boss: Principal) -> None:
    with store.writing(boss) as unit:
        first = made(unit, "opportunity", name="New hall", amount=100)
        SetupDesk(unit).add_pipeline("Renewals", ["Due", "Proposal", "Won", "Lost"])
    with store.writing(boss) as unit:
        second = made(unit, "opportunity", name="Old hall", pipeline="Renewals", amount=50)
        assert get(unit, "opportunity", second).fields["stage"] == "Due"
        for deal in (first, second):
            gate.approve(unit, gate.propose(unit, [Change(op="update", type="opportunity", id=deal, values={"stage": "Proposal"})]).id)
        assert get(unit, "opportunity", first).fields["pipeline"] == "Standard"
        assert get(unit, "opportunity", second).fields["pipeline"] == "Renewals"
    with store.writing(boss) as unit:  # into the other pipeline: its stage of that name
        gate.approve(unit, gate.propose(unit, [Change(op="update", type="opportunity", id=first, values={"pipeline": "Renewals"})]).id)
        assert get(unit, "opportunity", first).fields["stage"] == "Proposal"
        in_renewals = find(unit, RecordQuery(entity="opportunity", filters=[Filter(field="pipeline", value="Renewals")]))
        assert {each.name for each in in_renewals.records} == {"New hall", "Old hall"}
        assert measure(unit, Measure(metric="open_amount", by=["pipeline"])).rows == [["Renewals", "150.00"]]
        gate.approve(unit, gate.propose(unit, [Change(op="update", type="opportunity", id=second, values={"stage": "Won"})]).id)
        assert get(unit, "opportunity", second).fields["pipeline"] == "Renewals"
        assert get(unit, "opportunity", second).fields["status"] == "won"


def test_a_stage_goes_with_its_deals_moved_and_history_kept(store: Store, boss: Principal) -> None:
    with store.writing(boss) as unit:
        deal = made(unit, "opportunity", name="Hall", stage="Discovery")
    with store.writing(boss) as unit, pytest.raises(InvalidInput, match=r"1 deal\(s\) are in Discovery"):
        SetupDesk(unit).remove_stage("Discovery")
    with store.writing(boss) as unit:
        assert SetupDesk(unit).remove_stage("discovery", move_to="Proposal") == 1
    with store.writing(boss) as unit:
        assert get(unit, "opportunity", deal).fields["stage"] == "Proposal"
        assert "Discovery" not in [stage.name for stage in unit.schema.stages]
        history = [change["after"]["stage"] for change in gate.history(unit, "opportunity", deal)]
        assert history == ["Proposal", "Discovery"]
        with pytest.raises(InvalidInput, match="'Discovery' is not a stage"):
            gate.propose(unit, [Change(op="update", type="opportunity", id=deal, values={"stage": "Discovery"})])
        with pytest.raises(InvalidInput, match="only won stage"):
            SetupDesk(unit).remove_stage("Won")
    with store.writing(boss) as unit:  # taken up again, it is the same stage
        SetupDesk(unit).add_stage("Discovery")
    with store.reading(boss) as unit:
        names = [stage.name for stage in unit.schema.stages]
        assert "Discovery" in names
        assert names[-2:] == ["Won", "Lost"]


def test_stages_are_renamed_and_ordered(store: Store, boss: Principal) -> None:
    with store.writing(boss) as unit:
        deal = made(unit, "opportunity", name="Hall", stage="Discovery")
        SetupDesk(unit).change_stage("Discovery", new_name="Needs", zh="需求", probability=33, position=1)
    with store.reading(boss) as unit:
        assert get(unit, "opportunity", deal).fields["stage"] == "Needs"
        assert (unit.schema.stages[0].name, unit.schema.stages[0].zh, unit.schema.stages[0].probability) == ("Needs", "需求", 33)
        assert [stage.position for stage in unit.schema.stages] == list(range(len(unit.schema.stages)))


def test_words_come_and_go(store: Store, boss: Principal) -> None:
    with store.writing(boss) as unit:
        SetupDesk(unit).add_words("account", ["clinic", "诊所"])
    with store.writing(boss) as unit:
        assert unit.schema.synonyms["account"] == ("clinic", "诊所")
        assert SetupDesk(unit).remove_words("account", ["clinic", "never there"]) == ["clinic"]
    with store.reading(boss) as unit:
        assert unit.schema.synonyms["account"] == ("诊所",)


def test_only_an_administrator_sets_up(store: Store, boss: Principal) -> None:
    with store.writing(boss) as unit:
        made(unit, "user", name="Rita", email="rita@firm.example", role="rep")
    rep = Principal("x", "rita@firm.example", "Rita", "rep")
    with store.writing(rep) as unit, pytest.raises(NotAllowed):
        SetupDesk(unit)


@pytest.mark.parametrize(
    "attempt",
    [
        lambda desk: desk.add_field("account", "name", "text"),
        lambda desk: desk.add_field("account", "owner_id", "text"),
        lambda desk: desk.add_field("account", "x; DROP TABLE account", "text"),
        lambda desk: desk.add_field("opportunity", "stage", "text"),
        lambda desk: desk.add_field("nothing", "size", "text"),
        lambda desk: desk.add_field("account", "size", "picture"),
        lambda desk: desk.add_field("account", "size", "text", values=["a"]),
        lambda desk: desk.add_field("account", "link", "record", target="moon"),
        lambda desk: desk.remove_field("account", "industry"),
        lambda desk: desk.add_choices("account.name", ["x"]),
        lambda desk: desk.add_choices("account.industry", ["x" * 300]),
        lambda desk: desk.add_pipeline("standard", ["A", "Won"]),
        lambda desk: desk.add_pipeline("Other", ["A", "a", "Won"]),
        lambda desk: desk.add_pipeline("Other", ["A", "B"]),
        lambda desk: desk.remove_pipeline("Standard"),
        lambda desk: desk.change_stage("Discovery", probability=101),
        lambda desk: desk.change_stage("Discovery", new_name="proposal"),
        lambda desk: desk.change_stage("Nowhere", new_name="x"),
        lambda desk: desk.add_words("account.colour", ["hue"]),
    ],
)
def test_what_cannot_be_set_up_says_why_and_changes_nothing(store: Store, boss: Principal, attempt: object) -> None:
    with store.reading(boss) as unit:
        before = unit.schema
    with pytest.raises((InvalidInput, NotFound)) as refused, store.writing(boss) as unit:
        attempt(SetupDesk(unit))  # type: ignore[operator]
    assert refused.value.message
    with store.reading(boss) as unit:
        assert unit.schema == before
    assert logged(store) == []
