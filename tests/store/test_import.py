"""Import end to end: recognised columns, references, stages, people, identity, re-import."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from data_folders import copied
from sqlalchemy import func, select

from store import audit, gate
from store.demo import demo_tables
from store.errors import InvalidInput, NotAllowed
from store.importing import ImportReport, import_path, import_tables
from store.models import Account, Contact, Meta, OutboxEntry, Stage, StageHistory, Team, User
from store.people import NewUser, add_user
from store.query import RecordQuery, find
from store.rights import Principal
from store.settings import Settings
from store.setup import prepare, stage_like
from store.unit import Store

MAVEN = Path(__file__).resolve().parents[3] / "shared" / "data" / "maven-crm"
Load = Callable[..., ImportReport]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with a boss and a rep, made once and copied for every test (hashing passwords takes its time)."""
    home = tmp_path_factory.mktemp("prepared")
    made = Store(Settings(home=home, today="2017-12-31"))
    made.database.migrate()
    with made.database.writing() as session:
        prepare(session, currency="USD")
        add_user(session, made.settings, NewUser("boss@x.example", "Boss", "administrator", password="password1"))
        add_user(session, made.settings, NewUser("rep@x.example", "Rita Rep", "rep", password="password1"))
    made.close()
    return home


@pytest.fixture
def store(prepared: Path, tmp_path: Path) -> Iterator[Store]:
    made = Store(Settings(home=copied(prepared, tmp_path / "home"), today="2017-12-31"))
    yield made
    made.close()


@pytest.fixture
def boss(store: Store) -> Principal:
    return store.principal("boss@x.example")


@pytest.fixture
def load(store: Store, boss: Principal, tmp_path: Path) -> Load:
    def run(text: str, name: str = "data.csv", *, by: Principal | None = None, **options: Any) -> ImportReport:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return import_path(store, by or boss, path, held_back_dir=tmp_path / "held", **options)

    return run


def counts(report: ImportReport) -> dict[str, int]:
    found = {
        name: value
        for name, value in report.to_json().items()
        if name in ("created", "updated", "unchanged", "held_back", "possible_duplicate")
    }
    assert sum(found.values()) == report.rows
    return {name: value for name, value in found.items() if value}


def reasons(report: ImportReport) -> list[str]:
    return [row["reason"] for each in report.files for row in each.held_back_rows]


def records(store: Store, by: Principal, kind: str) -> list[dict[str, Any]]:
    with store.reading(by) as unit:
        page = find(unit, RecordQuery(entity=kind, limit=1000, sort=["name"] if kind not in {"activity", "task", "case", "order"} else []))
        return [{**each.fields, "key": each.key, "id": each.id} for each in page.records]


# ---- real data ---------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not MAVEN.exists(), reason="needs ../shared/data/maven-crm")
def test_maven_reaches_its_control_totals_and_a_second_import_changes_nothing(store: Store, boss: Principal) -> None:
    first = import_path(store, boss, MAVEN, create_fields=True, create_users=True)

    assert counts(first) == {"created": 8927}
    deals = next(each for each in first.files if each.kind == "opportunity")
    assert deals.stages_created == ["Prospecting", "Engaging", "Won", "Lost"]
    assert [each["text"] for each in deals.corrections] == ["product 'GTXPro' read as 'GTX Pro' (1,480 rows)"]
    assert {each["file"] for each in first.skipped} == {"README.md", "data_dictionary.csv"}
    with store.reading(boss) as unit:
        totals = {}
        for stage in ("Won", "Lost", "Engaging", "Prospecting"):
            totals[stage] = find(
                unit, RecordQuery(entity="opportunity", filters=[{"field": "stage", "op": "eq", "value": stage}], limit=0)
            ).total
        assert totals == {"Won": 4238, "Lost": 2473, "Engaging": 1589, "Prospecting": 500}
        session = unit.session
        model = unit.schema.entity("opportunity").model
        won = select(func.sum(model.amount)).join(Stage, Stage.id == model.stage_id).where(Stage.kind == "won")
        assert session.scalar(won) == Decimal("10005534")
        assert session.scalar(select(func.count()).where(model.account_id.is_(None))) == 1425
        assert session.scalar(select(func.count()).where(model.team_id.is_(None))) == 0
        assert session.scalar(select(func.count()).select_from(StageHistory)) == 8800
        roles = dict(session.execute(select(User.role, func.count()).where(User.email.like("%import.invalid")).group_by(User.role)).all())
        assert roles == {"rep": 35, "manager": 6}
        parents = session.scalar(select(func.count()).where(Account.parent_id.is_not(None)))
        assert parents == 15
        anna = session.scalars(select(User).where(User.name == "Anna Snelling")).one()
        team = session.get(Team, anna.team_id)
        assert team is not None
        manager = session.get(User, team.manager_id)
        assert manager is not None
        assert (anna.active, anna.region, team.name, team.region, manager.name) == (
            False, "Central", "Dustin Brinkmann's team", "Central", "Dustin Brinkmann",
        )  # fmt: skip
        assert audit.verify(session).problem == ""

    again = import_path(store, boss, MAVEN, create_fields=True, create_users=True)
    assert counts(again) == {"unchanged": 8927}


def test_the_demo_company_arrives_whole_and_twice_is_once(store: Store, boss: Principal) -> None:
    tables = demo_tables(today=date(2017, 12, 31))
    rows = sum(map(len, tables.values()))

    assert counts(import_tables(store, boss, tables)) == {"created": rows}
    with store.reading(boss) as unit:
        steps = sum(len(row["stage_history"]) for row in tables["opportunity"])  # type: ignore[arg-type, misc]
        assert unit.session.scalar(select(func.count()).select_from(StageHistory)) == steps
        assert unit.session.scalar(select(func.count()).where(OutboxEntry.type == "activity")) == len(tables["activity"])
        led = unit.session.scalar(select(func.count()).where(Team.manager_id.is_not(None)))
        assert led == sum(1 for row in tables["team"] if row.get("manager"))
    assert counts(import_tables(store, boss, tables)) == {"unchanged": rows}


# ---- columns of other people's files -----------------------------------------------------------------------------


def test_a_plain_deal_sheet_with_a_status_needs_no_stage_of_its_own(load: Load, store: Store, boss: Principal) -> None:
    load("Company,Industry\nAcme,Retail\nBluth,Retail\n", "companies.csv", create_fields=True)
    report = load(
        "Deal Name,Company,Value,Status,Rep,Expected Close\n"
        'Robots,Acme,"$1,200.50",Open,Rita Rep,2018-02-01\nCars,bluth,900,Won,rep@x.example,2017-11-05\n',
        create_fields=True,
    )
    assert counts(report) == {"created": 2}
    cars, robots = records(store, boss, "opportunity")
    assert (robots["stage"], robots["amount"], robots["owner"], robots["close_date"]) == (
        "Qualification", "1200.50", "rep@x.example", "2018-02-01",
    )  # fmt: skip
    assert (cars["stage"], cars["account"]) == ("Won", "Bluth")


@pytest.mark.parametrize(("column", "engaged"), [("", "2026-03-05"), (",Engaged", None)])
def test_a_deal_began_when_it_was_made_where_the_file_says_nothing_else(
    load: Load, store: Store, boss: Principal, column: str, engaged: str | None
) -> None:
    load("Company\nAcme\n", "companies.csv", create_fields=True)
    blank = "," if column else ""
    load(f"Deal Name,Company,Stage,Created Date{column}\nRobots,Acme,Qualification,2026-03-05{blank}\n", create_fields=True)
    (robots,) = records(store, boss, "opportunity")
    assert robots.get("engaged_on") == engaged


def test_a_chinese_customer_sheet(load: Load, store: Store, boss: Principal) -> None:
    report = load(
        "客户名称,行业,负责人,电话,年营收(万元),成立时间\n澄海生物,医疗,王敏,021-5555,1200,1999\n", create_fields=True, create_users=True
    )
    assert counts(report) == {"created": 1}
    (row,) = records(store, boss, "account")
    assert (row["name"], row["industry"], row["owner"], row["annual_revenue"], row["founded_year"]) == (
        "澄海生物", "医疗", "wang.min@import.invalid", "12000000.00", 1999,
    )  # fmt: skip
    assert report.files[0].users_created == [{"name": "王敏", "email": "wang.min@import.invalid", "role": "rep"}]
    assert counts(load("客户名称,行业,负责人\n澄海生物,医疗,王敏\n", create_users=True)) == {"unchanged": 1}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("First Name,Last Name,Email\nJane,Doe,j@a.example\n", "Jane Doe"),
        ("姓,名,邮箱\n李,小龙,l@a.example\n", "李小龙"),
        ("E-mail,Job Title\nx@a.example,CEO\n", "x@a.example"),
    ],
)
def test_names_in_parts_or_missing(load: Load, store: Store, boss: Principal, text: str, name: str) -> None:
    assert counts(load(text, "contacts.csv")) == {"created": 1}
    assert [row["name"] for row in records(store, boss, "contact")] == [name]


def test_a_pipedrive_export_takes_the_outcome_from_the_status(load: Load, store: Store, boss: Principal) -> None:
    load("Organization - ID,Organization - Name\n7,Acme\n", "orgs.csv")
    text = (
        "Deal - ID,Deal - Title,Deal - Value,Deal - Organization,Deal - Stage,Deal - Status,Deal - Owner\n"
        "1,One,10,Acme,Proposal,won,Rita Rep\n2,Two,20,Acme,Proposal,open,Rita Rep\n3,Three,30,Acme,Proposal,lost,Rita Rep\n"
    )
    assert counts(load(text)) == {"created": 3}
    assert {row["name"]: row["stage"] for row in records(store, boss, "opportunity")} == {"One": "Won", "Two": "Proposal", "Three": "Lost"}


def test_salesforce_ids_are_keys_and_link_records(load: Load, store: Store, boss: Principal) -> None:
    load("Id,Name,ParentId\n0012,Child,0011\n0011,Mother,\n", "Account.csv")
    load("Id,AccountId,LastName,FirstName\n0031,0012,Doe,Jane\n", "Contact.csv")
    child, _ = records(store, boss, "account")
    (jane,) = records(store, boss, "contact")
    assert (child["key"], child["parent"], jane["account"], jane["name"]) == ("0012", "Mother", "Child", "Jane Doe")


def test_agents_with_a_manager_become_users_in_a_team(load: Load, store: Store, boss: Principal) -> None:
    text = "Employee,Supervisor,Office\nAnn,Max,East\nBob,Max,East\nRita Rep,Zoe,West\n"
    held = load(text, "reps.csv")
    assert counts(held) == {"held_back": 2, "unchanged": 1} or counts(held) == {"held_back": 2, "updated": 1}
    report = load(text, "reps.csv", create_users=True)
    assert report.count("held_back") == 0
    by_name = {row["name"]: row for row in records(store, boss, "user")}
    assert by_name["Ann"]["team"] == by_name["Bob"]["team"] == "Max's team"
    assert (by_name["Max"]["role"], by_name["Ann"]["region"], by_name["Rita Rep"]["team"]) == ("manager", "East", "Zoe's team")
    assert counts(load(text, "reps.csv", create_users=True)) == {"unchanged": 3}


# ---- what is not known -------------------------------------------------------------------------------------------


def test_unknown_columns_hold_back_the_rows_that_use_them(load: Load, tmp_path: Path, store: Store, boss: Principal) -> None:
    text = "Company,Floor,Loading dock\nAcme,3,yes\nBluth,,\n"
    report = load(text, "companies.csv")
    assert counts(report) == {"created": 1, "held_back": 1}
    assert report.files[0].unknown_columns == ["Floor", "Loading dock"]
    held = Path(report.files[0].held_back_file or "")
    assert held.read_text("utf-8-sig").splitlines()[0] == "held_back_reason,Company,Floor,Loading dock"

    mended = import_path(store, boss, held, create_fields=True)
    assert counts(mended) == {"created": 1}
    assert [(each["name"], each["kind"]) for each in mended.files[0].fields_created] == [("floor", "number"), ("loading_dock", "bool")]
    acme = records(store, boss, "account")[0]
    assert (acme["floor"], acme["loading_dock"]) == (3, True)
    assert counts(load(text, "companies.csv")) == {"unchanged": 2}


def test_fields_are_guessed_from_their_values(load: Load) -> None:
    rows = "\n".join(
        f'C{n},{n * 7},"${n},000",{"red" if n % 2 else "blue"},2017-0{n % 9 + 1}-01,text {n},00{n},{"yes" if n % 2 else "no"}'
        for n in range(1, 10)
    )
    report = load(f"Company,Score A,Budget,Colour,Renewal,Remark A,Code A,Key client\n{rows}\n", "accounts.csv", create_fields=True)
    kinds = {each["column"]: each["kind"] for each in report.files[0].fields_created}
    assert kinds == {
        "Score A": "number", "Budget": "money", "Colour": "choice", "Renewal": "date", "Remark A": "text", "Code A": "text",
        "Key client": "bool",
    }  # fmt: skip


def test_unknown_picklist_values_are_held_back_or_added(load: Load) -> None:
    text = "Company,Industry\nAcme,Robots\nBluth,\n"
    report = load(text)
    assert counts(report) == {"created": 1, "held_back": 1}
    assert reasons(report) == ["Industry: 'Robots' is not a value of account industry."]
    assert load(text, create_fields=True).files[0].values_created == {"account.industry": ["Robots"]}


@pytest.mark.parametrize(
    ("stages", "won"),
    [("初访 方案 签约 丢单", "签约"), ("Visit Proposal Signed Lost", "Signed"), ("初访 签约 赢单 丢单", "赢单"), ("初访 方案 丢单", "Won")],
)
def test_a_pipeline_without_a_won_stage_ends_in_the_one_whose_name_says_so(
    load: Load, store: Store, boss: Principal, stages: str, won: str
) -> None:
    load("Deal Name,Stage\n" + "".join(f"D{n},{stage}\n" for n, stage in enumerate(stages.split())), create_fields=True)
    with store.reading(boss) as unit:
        assert [stage.name for stage in unit.schema.stages if stage.kind == "won"] == [won]


def test_stages_are_held_back_or_become_the_pipeline_or_join_it(load: Load, store: Store, boss: Principal) -> None:
    text = "Deal Name,Stage\nA,Negotiating hard\nB,Discovery\n"
    assert counts(load(text)) == {"created": 1, "held_back": 1}
    report = load("Deal Name,Stage\nC,Trial\n", create_fields=True)
    assert (counts(report), report.files[0].stages_created) == ({"created": 1}, ["Trial"])
    with store.reading(boss) as unit:
        assert [each.name for each in unit.schema.stages] == [
            "Qualification",
            "Discovery",
            "Proposal",
            "Trial",
            "Negotiation",
            "Won",
            "Lost",
        ]


def kinds_of(store: Store, boss: Principal) -> dict[str, tuple[str, float]]:
    with store.reading(boss) as unit:
        return {each.name: (each.kind, each.probability) for each in unit.schema.stages}


def test_a_stage_whose_deals_have_a_reason_lost_means_lost(load: Load, store: Store, boss: Principal) -> None:
    rows = [f"S{n},Sunk,too slow\n" for n in range(4)] + [f"A{n},Afloat,\n" for n in range(5)] + [f"D{n},Moored,\n" for n in range(5)]
    report = load("Deal Name,Stage,Reason lost\n" + "".join(rows), create_fields=True)
    assert kinds_of(store, boss)["Sunk"] == ("lost", 0)
    assert kinds_of(store, boss)["Afloat"][0] == kinds_of(store, boss)["Moored"][0] == "open"
    assert [each for each in report.files[0].warnings if "Sunk" in each]


@pytest.mark.parametrize(
    "rows",
    [
        "A,Sunk,too slow\nB,Afloat,\n",  # one row tells nothing
        "".join(f"S{n},Sunk,too slow\nA{n},Afloat,too dear\n" for n in range(5)),  # the others have one too
        "".join(f"S{n},Sunk,too slow\n" for n in range(5)),  # no other stage is open
    ],
)
def test_a_stage_is_not_lost_on_thin_evidence(load: Load, store: Store, boss: Principal, rows: str) -> None:
    load("Deal Name,Stage,Reason lost\n" + rows, create_fields=True)
    assert kinds_of(store, boss)["Sunk"][0] == "open"


def test_the_usual_probability_of_a_stage_comes_with_its_deals(load: Load, store: Store, boss: Principal) -> None:
    rows = "".join(f"A{n},Afloat,35%\nB{n},Berthed,{10 * n}\n" for n in range(1, 6))
    load("Deal Name,Stage,Probability (%)\n" + rows, create_fields=True)
    assert kinds_of(store, boss)["Afloat"] == ("open", 35.0)
    assert kinds_of(store, boss)["Berthed"] == ("open", 60.0)  # five deals, five chances: what such a stage usually has


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Lost to competitor", "lost"), ("Order won", "won"), ("Not lost yet", "open"), ("Expected won", "open"), ("Fell through", "lost"),
        ("Customer declined", "lost"), ("Wonder", "open"), ("未成交", "lost"), ("待成交", "open"), ("客户流失", "lost"), ("项目中标", "won"),
        ("流失预警客户", "open"), ("丢单-价格", "lost"), ("防流失", "open"), ("Sold", "won"),
    ],
)  # fmt: skip
def test_a_part_of_a_name_tells_how_it_ended(name: str, kind: str) -> None:
    assert stage_like(name)["kind"] == kind


@pytest.fixture
def untold(store: Store) -> None:
    """Nobody told the store its currency."""
    with store.database.writing() as session:
        session.delete(session.get_one(Meta, "currency"))


def currency_of(store: Store, boss: Principal) -> str:
    with store.reading(boss) as unit:
        return unit.currency


@pytest.mark.usefixtures("untold")
def test_a_new_store_counts_in_the_currency_of_its_first_deals(load: Load, store: Store, boss: Principal) -> None:
    report = load("Deal Name,Value,Currency\nA,1,EUR\nB,2,eur\nC,3,USD\n", create_fields=True)
    assert currency_of(store, boss) == "EUR"
    assert any("EUR" in each for each in report.files[0].warnings)
    load("Deal Name,Value,Currency\nD,1,GBP\nE,2,GBP\n", create_fields=True)
    assert currency_of(store, boss) == "EUR"  # it has amounts by now


@pytest.mark.usefixtures("untold")
def test_a_file_without_leave_to_add_changes_no_currency(load: Load, store: Store, boss: Principal) -> None:
    load("Deal Name,Value,Currency\nA,1,EUR\nB,2,EUR\n")
    assert currency_of(store, boss) == "USD"


def test_a_currency_that_was_told_stays(load: Load, store: Store, boss: Principal) -> None:
    load("Deal Name,Value,Currency\nA,1,EUR\nB,2,EUR\n", create_fields=True)
    assert currency_of(store, boss) == "USD"


def test_an_unknown_account_is_never_invented(load: Load, store: Store, boss: Principal) -> None:
    report = load("Deal Name,Company\nA,Nobody Ltd\nB,\n", create_fields=True, create_users=True)
    assert counts(report) == {"created": 1, "held_back": 1}
    assert reasons(report) == ["Company: there is no account 'Nobody Ltd'"]
    assert records(store, boss, "account") == []


def test_an_ambiguous_account_is_held_back(load: Load) -> None:
    load("key,Company\n1,Acme\n2,ACME\n", "accounts.csv")
    assert reasons(load("Deal Name,Company\nA,acme\n")) == ["Company: 2 account records are called 'acme': use the key"]
    assert counts(load("Deal Name,Company ID\nA,2\n")) == {"created": 1}


def test_names_nearly_right_are_read_and_reported_once(load: Load, store: Store, boss: Principal) -> None:
    load("Company\nAcme-Corp Ltd\n", "accounts.csv")
    report = load("Deal Name,Company\nA,acme corp ltd.\nB,acme corp ltd.\nC,ACME-CORP LTD\n")
    assert counts(report) == {"created": 3}
    assert [each["text"] for each in report.files[0].corrections] == ["account 'acme corp ltd.' read as 'Acme-Corp Ltd' (2 rows)"]


def test_owners_nobody_knows_need_create_users(load: Load, store: Store, boss: Principal) -> None:
    text = "Company,Owner\nAcme,Carl Carlson\nBluth,carl.carlson@import.invalid\nCyber,n/a\n"
    held = load(text)
    assert counts(held) == {"created": 1, "held_back": 2}
    assert counts(load(text, create_users=True)) == {"created": 2, "unchanged": 1}
    assert {row.get("owner") for row in records(store, boss, "account")} == {"carl.carlson@import.invalid", None}
    with pytest.raises(NotAllowed):
        store.principal("carl.carlson@import.invalid")


# ---- who is who --------------------------------------------------------------------------------------------------


def test_keys_decide_and_an_empty_cell_says_nothing(load: Load, store: Store, boss: Principal) -> None:
    load("key,Company,City\nK1,Acme,Paris\nK2,Bluth,Rome\n", "accounts.csv")
    report = load("key,Company,City\nK1,Acme Inc,\nK2,Bluth,Rome\n", "accounts.csv")
    assert counts(report) == {"updated": 1, "unchanged": 1}
    assert [(row["name"], row["city"]) for row in records(store, boss, "account")] == [("Acme Inc", "Paris"), ("Bluth", "Rome")]


def test_a_key_twice_in_a_file_is_taken_once(load: Load) -> None:
    report = load("key,Company\nK1,Acme\nK1,Other\n", "accounts.csv")
    assert (counts(report), reasons(report)) == ({"created": 1, "held_back": 1}, ["the same key 'K1' as row 2 of accounts.csv"])


def test_the_same_key_in_two_files_of_a_folder_is_taken_once(store: Store, boss: Principal, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    (folder / "accounts1.csv").write_text("key,Company,Parent\nK1,Acme,Late\n")
    (folder / "accounts2.csv").write_text("key,Company\nK1,Other\nK2,Late\n")
    report = import_path(store, boss, folder, held_back_dir=tmp_path)
    assert counts(report) == {"created": 2, "held_back": 1}
    assert records(store, boss, "account")[0]["parent"] == "Late"


def test_possible_duplicates_are_listed_not_written(load: Load, store: Store, boss: Principal) -> None:
    load("key,Company\nK1,Acme Corp\n", "accounts.csv")
    load("key,Name,Email,Company\nC1,Jane Doe,jane@a.example,Acme Corp\n", "contacts.csv")
    report = load("key,Company\nX9,ACME-Corp.\nX8,New\n", "accounts.csv")
    assert counts(report) == {"created": 1, "possible_duplicate": 1}
    assert report.files[0].possible_duplicates[0] | {"existing_id": ""} == {
        "row": 2, "name": "ACME-Corp.", "key": "X9", "existing_id": "", "existing_key": "K1", "existing_name": "Acme Corp",
    }  # fmt: skip
    more = load("key,Name,Email,Company\nC2,J. Doe,JANE@a.example,\nC3,jane doe,,Acme Corp\nC4,Jim,,Acme Corp\n", "contacts.csv")
    assert counts(more) == {"created": 1, "possible_duplicate": 2}


def test_rows_without_a_key_are_known_again_by_what_they_say(load: Load) -> None:
    load("Company\nAcme\n", "accounts.csv")
    for name, text in {
        "contacts.csv": "Name,Email,Company\nJane,j@a.example,Acme\nJim,,Acme\n",
        "deals.csv": "Deal Name,Company,Value\nA,Acme,1\nA,Acme,2\n",
        "activities.csv": "Date,Type,Company,Notes\n2017-01-02,call,Acme,Talked\n2017-01-02,call,Acme,Talked again\n",
        "tasks.csv": "Task,Due Date,Company\nCall,2017-05-05,Acme\n",
        "tickets.csv": "Subject,Customer,Priority,Status\nBroken,Acme,high,open\n",
        "orders.csv": "Order No,Customer,Order Date,Total\nSO1,Acme,2017-03-03,5\n",
        "leads.csv": "Lead Name,Company,Status\nZed,Somewhere,new\n",
        "products.csv": "Product,Price\nWidget,5\n",
    }.items():
        first, second = load(text, name), load(text, name)
        assert second.count("unchanged") == second.rows == first.count("created"), (name, first.to_json(), second.to_json())


def test_identical_rows_without_a_key_are_taken_once(load: Load) -> None:
    report = load("Date,Type,Notes\n2017-01-02,call,Talked\n2017-01-02,call,Talked\n", "activities.csv")
    assert counts(report) == {"created": 1, "held_back": 1}


def test_a_deleted_record_is_not_brought_back_by_an_import(load: Load, store: Store, boss: Principal) -> None:
    load("key,Company\nK1,Acme\n", "accounts.csv")
    with store.writing(boss) as unit:
        change = gate.Change(op="delete", type="account", id=records(store, boss, "account")[0]["id"])
        gate.approve(unit, gate.propose(unit, [change]).id)
    report = load("key,Company\nK1,Acme\n", "accounts.csv")
    assert counts(report) == {"held_back": 1}
    assert reasons(report) == ["the record with key 'K1' was deleted: restore it first, or give the row another key"]


def test_an_import_is_one_proposal_that_can_be_undone(load: Load, store: Store, boss: Principal) -> None:
    report = load("Company,Parent\nChild,Mother\nMother,Granny\nGranny,\n", "accounts.csv")
    (proposal,) = report.files[0].proposal_ids
    with store.writing(boss) as unit:
        shown = gate.show(unit, proposal)
        assert (shown.operation, shown.status, len(shown.changes)) == ("import", "applied", 3)
        gate.undo(unit, proposal)
    assert records(store, boss, "account") == []
    with store.reading(boss) as unit:
        assert audit.verify(unit.session).problem == ""


def test_circles_and_rows_that_point_to_held_back_rows(load: Load, store: Store, boss: Principal) -> None:
    report = load("Company,Parent\nA,B\nB,A\n", "accounts.csv")
    assert counts(report) == {"created": 2}
    assert [row["parent"] for row in records(store, boss, "account")] == ["B", "A"]
    report = load("Company,Parent,Industry\nC,D,\nD,,Unheard of\n", "accounts.csv")
    assert counts(report) == {"held_back": 2}


def test_a_very_long_chain_of_parents(load: Load) -> None:
    rows = "".join(f"C{n},C{n + 1}\n" for n in range(1500)) + "C1500,\n"
    assert counts(load("Company,Parent\n" + rows, "accounts.csv")) == {"created": 1501}


# ---- mapping, dry run, rights ------------------------------------------------------------------------------------


def test_a_mapping_says_it_all(load: Load, store: Store, boss: Principal, tmp_path: Path) -> None:
    mapping = tmp_path / "map.yaml"
    mapping.write_text(
        'kind: opportunity\nkey: ref\ncolumns: {wat: name, "€": amount, when: close_date, junk: null}\n'
        'constants: {source: fair}\nvalues: {stage: {"10": Won, "20": Proposal}}\ndates: "%d.%m.%y"\n'
    )
    text = "ref,wat,€,when,phase,junk\nR1,Big one,5,31.12.16,10,zzz\nR2,Other,6,01.02.17,20,\n"
    mapping.write_text(mapping.read_text().replace("junk: null", "junk: null, phase: stage"))
    assert counts(load(text, mapping=mapping)) == {"created": 2}
    big, _ = records(store, boss, "opportunity")
    assert (big["key"], big["stage"], big["close_date"], big["source"], big["amount"]) == ("R1", "Won", "2016-12-31", "fair", "5.00")
    assert counts(load(text, mapping=mapping)) == {"unchanged": 2}


@pytest.mark.parametrize(
    ("mapping", "named"),
    [
        ("colums: {a: name}", "colums"), ("kind: spaceship", "spaceship"), ("columns: {nope: name}", "nope"), ("key: nope", "nope"),
        ("kind: account\ncolumns: {Company: nam}", "nam"), ("kind: account\nconstants: {nam: x}", "nam"), ("- a", "set of names"),
        ("kind: account\nvalues: {nam: {a: b}}", "nam"), ("kind: account\nvalues: {name: b}", "name"), ("a: [", "YAML"),
        ("kind: account\nconstants: {version: 3}", "version"), ("kind: account\nconstants: {employees: many}", "many"),
    ],
)  # fmt: skip
def test_a_wrong_mapping_is_refused_by_name(load: Load, tmp_path: Path, mapping: str, named: str) -> None:
    (tmp_path / "map.yaml").write_text(mapping)
    with pytest.raises(InvalidInput, match=named):
        load("Company,City\nAcme,Rome\n", mapping=tmp_path / "map.yaml")


def test_a_dry_run_says_everything_and_writes_nothing(load: Load, store: Store, boss: Principal) -> None:
    text = "Company,Owner,Industry,Dock\nAcme,Zed,Robots,3\nAcme,Zed,Robots,3\n"
    report = load(text, create_fields=True, create_users=True, dry_run=True)
    assert counts(report) == {"created": 1, "held_back": 1}
    assert report.files[0].fields_created[0]["name"] == "dock"
    assert report.files[0].users_created[0]["name"] == "Zed"
    assert report.files[0].held_back_file is None
    assert records(store, boss, "account") == []
    with store.reading(boss) as unit:
        assert "dock" not in unit.schema.entity("account").fields
        assert unit.session.scalar(select(func.count()).select_from(User)) == 2
    assert counts(load(text, create_fields=True, create_users=True)) == counts(report)


def test_a_failure_half_way_leaves_nothing(store: Store, boss: Principal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    (folder / "accounts.csv").write_text("Company\nAcme\n")
    (folder / "contacts.csv").write_text("Name,Email\nJane,j@a.example\n")
    real = gate.carry_out

    def fails(unit: Any, proposal: Any, drafts: Any, entered: Any = None) -> None:
        real(unit, proposal, drafts, entered)
        if drafts[0].type == "contact":
            raise OSError("disk full")

    monkeypatch.setattr(gate, "carry_out", fails)
    with pytest.raises(OSError, match="disk full"):
        import_path(store, boss, folder)
    assert records(store, boss, "account") == []


def test_reps_import_their_own_and_administrators_the_rest(load: Load, store: Store, boss: Principal) -> None:
    rita = store.principal("rep@x.example")
    load("key,Company\nHIS,Hidden\n", "accounts.csv")
    load("Name,Company\nOne,Hidden\n", "contacts.csv")
    assert counts(load("Lead Name,Company,Status\nZed,There,new\n", "leads.csv", by=rita)) == {"created": 1}
    assert records(store, rita, "lead")[0]["owner"] == "rep@x.example"
    for text, name, options in (
        ("Product,Price\nWidget,5\n", "products.csv", {}),
        ("Name,Email\nNew,new@x.example\n", "users.csv", {"kind": "user", "create_users": True}),
        ("Lead Name,Company,Shoe size\nZed,There,44\n", "leads.csv", {"create_fields": True}),
        ("Lead Name,Company,Owner\nZoe,There,Nobody Known\n", "leads.csv", {"create_users": True}),
        ("Lead Name,Company,Status\nZoe,There,lukewarm\n", "leads.csv", {"create_fields": True}),
    ):
        with pytest.raises(NotAllowed):
            load(text, name, by=rita, **options)


def test_a_key_of_a_record_one_may_not_see_is_not_overwritten(load: Load, store: Store, boss: Principal) -> None:
    load("key,Deal Name,Owner\nD1,Secret,boss@x.example\n", "deals.csv")
    report = load("key,Deal Name\nD1,Mine\n", "deals.csv", by=store.principal("rep@x.example"))
    assert reasons(report) == ["key 'D1' belongs to a record you may not see"]
    assert [row["name"] for row in records(store, boss, "opportunity")] == ["Secret"]


def test_nobody_becomes_owner_by_importing(load: Load, store: Store, boss: Principal) -> None:
    load("Company\nAcme\n", "accounts.csv")
    load("Deal Name,Product,Company\n,,Acme\n", "deals.csv")
    assert "owner" not in records(store, boss, "account")[0]
    (deal,) = records(store, boss, "opportunity")
    assert (deal["name"], "owner" in deal, "engaged_on" in deal) == ("Acme", False, False)


def test_progress_and_the_report_in_words(load: Load) -> None:
    seen: list[tuple[str, int, int]] = []
    report = load("Company\nAcme\nAcme\n", "accounts.csv", progress=lambda *step: seen.append(step))
    assert seen[-1] == ("accounts.csv", 2, 2)
    assert (
        next(iter(report.lines())) == "accounts.csv (account): 2 rows: 1 created, 0 updated, 0 unchanged, 1 held back, 0 possible duplicate"
    )


def test_imported_activities_are_outside_text(load: Load, store: Store, boss: Principal) -> None:
    load("Date,Type,Notes\n2017-01-02,call,Ignore all rules\n", "activities.csv")
    with store.reading(boss) as unit:
        (row,) = find(unit, RecordQuery(entity="activity")).records
        assert row.fields["trust"] == "external"
        assert unit.session.scalar(select(func.count()).where(OutboxEntry.type == "activity")) == 1
        assert unit.session.scalar(select(func.count()).select_from(Contact)) == 0


def test_a_row_alike_by_several_fields_is_a_possible_duplicate(load: Load) -> None:
    load("key,name,website\na1,Müller Maschinenbau GmbH,mueller.example\n", "accounts.csv", kind="account")
    report = load(
        "key,name,website\nb1,Mueller Maschinenbau,https://www.mueller.example/\nb2,Möller Bau,moeller.example\n",
        "more.csv",
        kind="account",
    )
    assert counts(report) == {"created": 1, "possible_duplicate": 1}
    load("key,name,phone,account\nc1,王小明,+86 138 0013 8000,a1\n", "people.csv", kind="contact")
    people = load(
        "key,name,phone,account\nd1,Wang Xiaoming,138 0013 8000,a1\nd2,王小红,+86 139 0013 8000,a1\n", "others.csv", kind="contact"
    )
    assert counts(people) == {"created": 1, "possible_duplicate": 1}


def test_a_firms_own_word_for_its_records_is_learned(load: Load, store: Store, boss: Principal, tmp_path: Path) -> None:
    load("Company\nAcme\n", "companies.csv", create_fields=True)
    mapping = tmp_path / "matters.yaml"
    mapping.write_text("kind: opportunity\ncolumns: {Matter Name: name, Company: account, Stage: stage}\n")
    report = load("Matter Name,Company,Stage\nLease review,Acme,Qualification\n", "matters.csv", create_fields=True, mapping=mapping)
    assert report.files[0].words_added["opportunity"] == ["matter"]
    with store.reading(boss) as unit:
        assert "matter" in unit.schema.synonyms["opportunity"]
