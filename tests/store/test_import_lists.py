"""Lists that firms keep themselves: who did what, what is no record here, stages whose rows tell them, people who are here already."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from store.importing import ImportReport, import_path
from store.importing.report import FileReport
from store.query import RecordQuery, find
from store.rights import Principal
from store.unit import Store

Load = Callable[..., ImportReport]


@pytest.fixture
def load(store: Store, boss: Principal, tmp_path: Path) -> Callable[..., list[FileReport]]:
    def run(create_fields: bool = True, **files: str) -> list[FileReport]:
        folder = tmp_path / "files"
        folder.mkdir(exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        for name, text in files.items():
            (folder / f"{name}.csv").write_text(text, encoding="utf-8")
        return import_path(store, boss, folder, create_fields=create_fields, create_users=True, held_back_dir=tmp_path / "held").files

    return run


def records(store: Store, by: Principal, kind: str) -> dict[str, dict[str, Any]]:
    with store.reading(by) as unit:
        return {record.name: dict(record.fields) for record in find(unit, RecordQuery(entity=kind)).records}


TOM = "tom@x.example"
STAFF = "Name,Email,Team\nTom Okafor,tom@x.example,North\n"


def test_who_owns_a_call_made_it_where_nobody_else_is_said_to(load: Any, store: Store, boss: Principal) -> None:
    load(users=STAFF, activities="Type,Subject,Date,Owner,Notes\nCall,Rang Jo,2026-01-02,Tom Okafor,She rang back.\n")
    call = records(store, boss, "activity")["Rang Jo"]
    assert (call["author"], call["owner"], call["team"]) == (TOM, TOM, "North")


def test_a_column_with_who_did_it_is_not_filled_from_another(load: Any, store: Store, boss: Principal) -> None:
    load(users=STAFF, activities="Type,Subject,Date,Owner,Logged By,Notes\nCall,Rang Jo,2026-01-02,Tom Okafor,,She rang back.\n")
    assert records(store, boss, "activity")["Rang Jo"].get("author") is None


@pytest.mark.parametrize("heading", ["Assigned To", "Assignee", "Owner", "执行人", "负责人"])
def test_who_has_a_task_to_do_owns_it_and_it_is_their_teams(load: Any, store: Store, boss: Principal, heading: str) -> None:
    load(users=STAFF, tasks=f"Task,Due Date,{heading}\nSend drawings,2026-01-02,Tom Okafor\n")
    task = records(store, boss, "task")["Send drawings"]
    assert (task["assignee"], task["owner"], task["team"]) == (TOM, TOM, "North")


def test_a_case_without_a_subject_is_called_by_its_problem(load: Any, store: Store, boss: Principal) -> None:
    load(报修单="工单号,故障描述,报修日期\nT1,电梯 停在三楼,2026-01-02\n")
    assert records(store, boss, "case")["电梯 停在三楼"]["description"] == "电梯 停在三楼"


@pytest.mark.parametrize(("heading", "yes", "no"), [("Done", "Yes", "No"), ("是否完成", "是", "否")])
def test_yes_and_no_say_whether_a_task_is_done(load: Any, store: Store, boss: Principal, heading: str, yes: str, no: str) -> None:
    load(tasks=f"Task,Due,{heading}\na,2026-01-02,{yes}\nb,2026-01-02,{no}\n")
    assert {name: each["status"] for name, each in records(store, boss, "task").items()} == {"a": "done", "b": "open"}


def test_a_column_of_things_that_are_no_records_here_is_a_field_of_its_own(load: Any, store: Store, boss: Principal) -> None:
    rows = "".join(f"Job {n},Signed,{'Crane' if n % 2 else 'Lift'}\n" for n in range(8))
    [report] = load(deals=f"Deal Name,Stage,Equipment\n{rows}")
    assert (report.counts["created"], report.fields_created) == (8, [{"name": "equipment", "kind": "choice", "column": "Equipment"}])
    assert "most of column 'Equipment' is no product that is here: it became a field of its own" in report.warnings
    assert records(store, boss, "opportunity")["Job 1"]["equipment"] == "Crane"


def test_a_column_of_things_that_come_in_the_same_import_points_to_them(load: Any, store: Store, boss: Principal) -> None:
    _, report = load(products="Product,Price\nCrane,5\n", deals="Deal Name,Stage,Equipment\na,New,Crane\nb,New,Boat\nc,New,Raft\n")
    assert (report.counts["created"], report.counts["held_back"], report.fields_created) == (1, 2, [])
    assert records(store, boss, "opportunity")["a"]["product"] == "Crane"


def test_an_unknown_customer_is_never_a_mere_text(load: Any) -> None:
    [report] = load(deals="Deal Name,Stage,Client\na,New,Acme\n")
    assert (report.counts["held_back"], report.fields_created) == (1, [])


LADDER = """Deal Name,Stage,Probability,Created Date
a,Handshake,75,2026-03-01
b,Walkround,20,2026-06-01
c,Handshake,75,2026-03-03
d,Job on,100,2026-01-01
e,Job on,100,2026-01-02
f,Job on,100,2026-01-03
g,Walkround,20,2026-06-02
h,Handshake,75,2026-03-02
i,Walkround,20,2026-06-03
"""


def kinds(store: Store, by: Principal) -> dict[str, str]:
    with store.reading(by) as unit:
        return {stage.name: stage.kind for stage in unit.schema.stages}


def test_a_last_stage_at_a_hundred_per_cent_is_won_and_the_likeliest_come_later(load: Any, store: Store, boss: Principal) -> None:
    load(deals=LADDER)
    assert list(kinds(store, boss).items()) == [("Walkround", "open"), ("Handshake", "open"), ("Job on", "won"), ("Lost", "lost")]


def test_without_probabilities_the_stage_whose_deals_began_last_comes_first(load: Any, store: Store, boss: Principal) -> None:
    plain = "\n".join(",".join(line.split(",")[:2] + line.split(",")[3:]) for line in LADDER.splitlines())
    load(deals=plain)
    assert [name for name, kind in kinds(store, boss).items() if kind == "open"] == ["Walkround", "Handshake", "Job on"]


def test_numbers_in_front_of_stages_are_their_order(load: Any, store: Store, boss: Principal) -> None:
    load(deals="Deal Name,Stage\na,3 - Alpha\nb,1 - Proposal\nc,2 - Contact\n")
    assert [name for name, kind in kinds(store, boss).items() if kind == "open"] == ["1 - Proposal", "2 - Contact", "3 - Alpha"]


def test_a_list_of_people_takes_no_administrators_rights(load: Any, store: Store, boss: Principal) -> None:
    [report] = load(users="Name,Email,Role,Manager\nBo Boss,boss@firm.example,manager,\nTom,tom@x.example,rep,Bo Boss\n")
    assert store.principal("boss@firm.example").role == "administrator"
    assert [warning for warning in report.warnings if "administrator" in warning] == [
        "'Bo Boss' stays an administrator: roles are taken away in the set-up, not by a list"
    ]


def test_somebody_who_is_here_under_another_name_is_not_made_again(load: Any, store: Store, boss: Principal) -> None:
    load(users="Name,Email,Reports To\nBertha Boss,boss@firm.example,\nTom,tom@x.example,Bertha Boss\n")
    assert set(records(store, boss, "user")) == {"Bertha Boss", "Tom"}


@pytest.mark.parametrize("heading", ["客户全称", "公司全称", "Customer Full Name"])
def test_the_full_name_of_a_customer_is_its_name(load: Any, store: Store, boss: Principal, heading: str) -> None:
    load(customers=f"Customer No,{heading},City\nC1,Quarrybank Mills,Leeds\n")
    assert set(records(store, boss, "account")) == {"Quarrybank Mills"}


@pytest.mark.parametrize(
    ("people", "calls"),
    [
        ("Name,Company,Email\nJo Hart,Aldermoor,jo@a.example\nJo Hart,Birchfield,jo@b.example\n", "Type,Date,Company,Contact,Notes"),
        ("姓名,所属客户,邮箱\nJo Hart,Aldermoor,jo@a.example\nJo Hart,Birchfield,jo@b.example\n", "跟进方式,跟进日期,客户,联系人,跟进内容"),
    ],
)
def test_of_two_people_of_one_name_the_one_at_the_customer_named(load: Any, store: Store, boss: Principal, people: str, calls: str) -> None:
    files = load(
        accounts="Company\nAldermoor\nBirchfield\nCrossways\n",
        contacts=people,
        activities=f"{calls}\nCall,2026-01-02,Birchfield,Jo Hart,She agreed.\nCall,2026-01-03,Crossways,Jo Hart,Who was it?\n",
    )
    (told,) = (each for each in files if each.kind == "activity")
    assert (told.counts["created"], told.counts["held_back"]) == (1, 1)  # nobody of that name is at Crossways
    with store.reading(boss) as unit:
        (call,) = find(unit, RecordQuery(entity="activity")).records
        wanted = {record.id: record.fields["email"] for record in find(unit, RecordQuery(entity="contact")).records}
    assert wanted[call.fields["contact_id"]] == "jo@b.example"
