"""Dates and numbers as files write them, and headers as people write them."""

from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import schema
from store.importing import headers
from store.importing.formats import DateStyle, date_style, decimal_comma, header_scale, percent_factor, read_date, read_number
from store.importing.growth import guess_kind
from store.importing.mapping import Words, plan_table
from store.importing.reading import Table
from store.schema import static_fields
from store.settings import Settings
from store.setup import prepare
from store.unit import Store
from store.yaml_text import parse


@pytest.mark.parametrize(
    ("values", "days"),
    [
        (["10/20/2016", "3/1/2017"], [date(2016, 10, 20), date(2017, 3, 1)]),
        (["20/10/2016", "3/1/2017"], [date(2016, 10, 20), date(2017, 1, 3)]),
        (["05.03.2017"], [date(2017, 3, 5)]),
        (["2017-03-05", "2017/3/5", "2017.3.5", "20170305", "2017年3月5日", "2017年3月5号"], [date(2017, 3, 5)] * 6),
        (["1/5/17", "1/25/99"], [date(2017, 1, 5), date(1999, 1, 25)]),
        (["43000", "43001"], [datetime(2017, 9, 22), datetime(2017, 9, 23)]),
        (["Mar 5, 2017", "5 March 2017", "05-Mar-17"], [datetime(2017, 3, 5)] * 3),
        (["2017-03-05T10:20:00", "3/5/2017 10:20 AM", "2017年3月5日 上午10:20"], [datetime(2017, 3, 5, 10, 20)] * 3),
    ],
)
def test_dates_by_the_look_of_their_column(values: list[str], days: list[date]) -> None:
    style = date_style(values)
    assert [read_date(each, style) for each in values] == days


def test_a_column_that_does_not_decide_is_said_to_be_unsure() -> None:
    assert date_style(["3/4/2017", "5/6/2017"]) == DateStyle("mdy", unsure=True)
    assert not date_style(["3/14/2017"]).unsure
    assert date_style(["3/14/2017", "14/3/2017"]).unsure


@pytest.mark.parametrize(
    "text",
    [
        "31/02/2017",
        "2017-02-31",
        "March",
        "May 2017",
        "tomorrow",
        "12:30",
        "5/2017",
        "2017-13-01",
        "10/20/2016 noonish",
        "2017-03-05 10:00 CST",
    ],
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_date(text, date_style([text]))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,200.50", "1200.50"), ("$1,200", "1200"), ("(300)", "-300"), ("($1,300.25)", "-1300.25"), ("5万", "50000"),
        ("1.2亿", "120000000"), ("2.5k", "2500"), ("¥3,000元", "3000"),
        ("12%", "12"), ("1e3", "1000"), ("-7", "-7"), ("300-", "-300"), ("1 200", "1200"),
        ("EUR 50", "50"), ("3 million", "3000000"), ("1,00,000", "100000"), ("1\u202f000", "1000"), ("+5", "5"), (".5", "0.5"),
    ],
)  # fmt: skip
def test_numbers(text: str, value: str) -> None:
    assert read_number(text) == Decimal(value)


@pytest.mark.parametrize("text", ["abc", "1,2", "12,34,5", "", "5 apples", "1.2.3", "--5", "NaN", "Infinity", "1e99999", "0x10"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(InvalidOperation):
        read_number(text)


def test_a_decimal_comma_is_seen_in_the_column() -> None:
    assert decimal_comma(["1.234,56", "500"])
    assert decimal_comma(["12,5", "7,25"])
    assert not decimal_comma(["1,234", "5,678"])
    assert not decimal_comma(["12,5", "7.25"])
    assert not decimal_comma(["1.234", "5"])
    assert read_number("1.234,56", comma=True) == Decimal("1234.56")


def test_scales_and_shares() -> None:
    headers_seen = ("金额(万元)", "Revenue ($M)", "Revenue (in millions)", "Amount (USD)", "Cost ($ thousands)")
    assert [header_scale(each) for each in headers_seen] == [10_000, 1_000_000, 1_000_000, 1, 1_000]
    assert percent_factor(["0.25", "1", "0"]) == 100
    assert percent_factor(["0", "1"]) == percent_factor(["25", "0.5"]) == percent_factor(["0.5%"]) == 1


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2))
def test_numbers_written_with_commas_are_read_back(value: Decimal) -> None:
    assert read_number(f"{value:,}") == value
    swapped = f"{value:,}".translate(str.maketrans(",.", ".,"))
    assert read_number(swapped, comma=True) == value


@given(st.dates(min_value=date(1000, 1, 1)))
def test_days_are_read_back_in_every_format(day: date) -> None:
    for pattern in ("%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y"):
        text = day.strftime(pattern)
        assert read_date(text, DateStyle("mdy" if pattern == "%m/%d/%Y" else "dmy")) == day
    assert read_date(f"{day.year:04d}年{day.month}月{day.day}日", DateStyle()) == day
    assert read_date(day.isoformat(), DateStyle()) == day


@given(st.text(max_size=40))
def test_any_text_is_a_date_or_refused(text: str) -> None:
    with suppress(ValueError, OverflowError):
        assert isinstance(read_date(text, date_style([text])), date)


def test_presets_name_fields_that_exist_and_where_they_come_from() -> None:
    presets = parse((Path(headers.__file__).parent / "presets.yaml").read_text("utf-8"))
    fields = static_fields()
    for system, kinds in presets.items():
        sources = kinds.pop("source", [])
        assert all(each.startswith("https://") for each in sources)
        assert sources or system in {"plain", headers.OWN_LISTS}
        for kind, names in kinds.items():
            wanted = {name.removeprefix("id(").removesuffix(")") for name in names} - {"-"}
            assert wanted <= set(fields[kind]), kind


# The first columns of exports as the products make them: the kind is told and no column is unknown.
EXPORTS = {
    "hubspot/companies": ("account", "Record ID,Company name,Company owner,Create Date,Phone Number,Last Activity Date,City,Country/Region,Industry"),
    "hubspot/contacts": ("contact", "Record ID,First Name,Last Name,Email,Phone Number,Contact owner,Associated Company,Create Date,Job Title"),
    "hubspot/deals": ("opportunity", "Record ID,Deal Name,Deal Stage,Close Date,Deal owner,Amount,Pipeline,Associated Company,Create Date"),
    "hubspot/calls": ("activity", "Record ID,Call title,Call notes,Activity date,Activity assigned to,Call direction,Create Date"),
    "hubspot/products": ("product", "Record ID,Name,SKU,Unit price,Create Date,Last Modified Date"),
    "hubspot/tickets": ("case", "Record ID,Ticket name,Ticket status,Priority,Ticket owner,Create date,Ticket description"),
    "salesforce/Account": ("account", "Id,IsDeleted,Name,ParentId,BillingCity,BillingCountry,Phone,Website,Industry,AnnualRevenue,NumberOfEmployees"),
    "salesforce/Contact": ("contact", "Id,IsDeleted,AccountId,LastName,FirstName,Phone,Email,Title,Birthdate,LeadSource,CreatedDate"),
    "salesforce/Lead": ("lead", "Id,IsDeleted,LastName,FirstName,Company,Title,Phone,Email,LeadSource,Status,CreatedDate"),
    "salesforce/Opportunity": ("opportunity", "Id,AccountId,Name,StageName,Amount,Probability,CloseDate,Type,NextStep,LeadSource,IsClosed,IsWon"),
    "salesforce/Event": ("activity", "Id,WhoId,Subject,ActivityDateTime,Description,AccountId,CreatedDate,IsAllDayEvent"),
    "salesforce/Product2": ("product", "Id,Name,ProductCode,Family"),
    "salesforce/Order": ("order", "Id,AccountId,OrderNumber,EffectiveDate,TotalAmount,CreatedDate"),
    "zoho/Accounts": ("account", "Record Id,Account Owner,Account Name,Phone,Website,Parent Account,Industry,Annual Revenue,Employees,Billing City"),
    "zoho/Contacts": ("contact", "Record Id,Contact Owner,First Name,Last Name,Account Name,Email,Phone,Title,Lead Source,Date of Birth"),
    "zoho/Leads": ("lead", "Record Id,Lead Owner,Company,First Name,Last Name,Title,Email,Phone,Lead Source,Lead Status"),
    "zoho/Deals": ("opportunity", "Record Id,Deal Owner,Amount,Deal Name,Closing Date,Account Name,Stage,Type,Probability,Next Step,Lead Source"),
    "zoho/Calls": ("activity", "Record Id,Subject,Call Type,Call Start Time,Call Owner,Contact Name,Description"),
    "zoho/Products": ("product", "Record Id,Product Owner,Product Name,Product Code,Product Category,Unit Price"),
    "pipedrive/organizations": ("account", "Organization - ID,Organization - Name,Organization - Owner,Organization - Organization created"),
    "pipedrive/people": ("contact", "Person - ID,Person - Name,Person - Organization,Person - Email - Work,Person - Phone - Work,Person - Owner"),
    "pipedrive/deals": ("opportunity", "Deal - ID,Deal - Title,Deal - Value,Deal - Organization,Deal - Stage,Deal - Status,Deal - Expected close date"),
    "pipedrive/leads": ("lead", "Lead - ID,Lead - Title,Lead - Organization,Lead - Owner,Lead - Lead created"),
    "pipedrive/activities": ("activity", "Activity - ID,Activity - Type,Activity - Subject,Activity - Note,Activity - Due date,Activity - Organization"),
    "pipedrive/products": ("product", "Product - ID,Product - Name,Product - Product code,Product - Owner"),
    "wukong/客户": ("account", "客户名称,客户级别,客户行业,客户来源,电话,网址,下次联系时间,备注,负责人,创建人,创建时间,更新时间,最后跟进时间"),
    "wukong/联系人": ("contact", "姓名,客户名称,手机,电子邮箱,职务,备注,负责人,创建人,创建时间,更新时间"),
    "wukong/线索": ("lead", "线索名称,线索来源,手机,下次联系时间,备注,负责人,创建人,创建时间,更新时间,最后跟进时间"),
    "wukong/商机": ("opportunity", "商机名称,客户名称,商机状态组,商机阶段,商机金额,预计成交日期,备注,负责人,创建人,创建时间"),
    "wukong/跟进记录": ("activity", "跟进内容,跟进类型,跟进时间,客户名称,创建人"),
    "wukong/产品": ("product", "产品名称,产品类别,产品编码,标准价格,负责人"),
    "wukong/合同": ("contract", "合同编号,客户名称,下单时间,合同金额,负责人"),
}  # fmt: skip


@pytest.mark.parametrize("name", EXPORTS)
def test_exports_of_other_systems_are_recognised(name: str) -> None:
    kind, line = EXPORTS[name]
    columns = line.split(",")
    plan = plan_table(_words(), Table(f"{name.partition('/')[2]}.csv", columns, [["1"] * len(columns)], [2]))
    assert (plan.kind, plan.unknown) == (kind, [])


def test_words_people_added_are_known_at_once() -> None:
    plain = _words().schema
    added = replace(plain, synonyms={**plain.synonyms, "account.industry": ("line of trade",)})
    assert headers.headers_of(plain, "account") is headers.headers_of(replace(plain), "account")
    assert headers.headers_of(plain, "account").meanings("Line of trade") == []
    assert [each.field for each in headers.headers_of(added, "account").meanings("Line of trade")] == ["industry"]


@cache
def _words() -> Words:
    """The columns' words as a new store has them."""
    with TemporaryDirectory() as folder:
        store = Store(Settings(home=Path(folder), database_url=f"sqlite:///{folder}/rapport.db", _env_file=None))  # type: ignore[call-arg]
        store.database.migrate()
        with store.database.writing() as session:
            prepare(session)
            words = Words(schema.load(session))
        store.close()
    return words


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("S$1,250.00", "1250"), ("SGD 1,250.00", "1250"), ("1,250 SGD", "1250"), ("US$3.5m", "3500000"), ("₹ 2,000", "2000"), ("R$ 5", "5"),
        ("kr 5", "5"), ("5 zł", "5"), ("CHF 1'200", "1200"), ("3 块", "3"), ("usd 300", "300"), ("£(20)", "20"), ("10 all", None),
        ("12 months", None), ("franc 5", None), ("SGDX 5", None),
    ],
)  # fmt: skip
def test_money_in_any_currency_is_a_number_and_other_words_are_not(written: str, value: str | None) -> None:
    if value is None:
        with pytest.raises(InvalidOperation):
            read_number(written)
    else:
        assert read_number(written) == Decimal(value)


def test_a_currency_in_the_header_makes_a_field_of_money() -> None:
    known: Any = SimpleNamespace(has=lambda *_: False)
    assert guess_kind("Deposit (SGD)", ["100", "250"], known) == "money"
    assert guess_kind("Seats", ["100", "250"], known) == "number"


# Lists that people keep themselves, with their kind and the fields every column means.
LISTS = {
    "contact log": ("activity", "Date,Client,Spoke To,Channel,Notes,Logged By", "occurred_at account contact kind body author"),
    "跟进记录": ("activity", "日期,客户,沟通方式,沟通内容,记录人", "occurred_at account kind body author"),
    "leads": ("lead", "Business,Person,Mobile,Channel,Handled By", "company name phone source owner"),
    "deal list": (
        "opportunity",
        "Client,Project,Phase,Value,Expected Close,Seller,Why Lost",
        "account name stage amount close_date owner lost_reason",
    ),
    "客户名单": ("account", "单位名称,所属行业,员工人数,营业额,业务员", "name industry employees annual_revenue owner"),
    "tickets": ("case", "Issue,Company,Severity,Reported,Resolved,Agent", "subject account priority opened_at closed_at owner"),
    "invoices": ("order", "Invoice No,Company,Placed On,Total,Item", "number account ordered_on amount product"),
    "to do": ("task", "Action Item,By When,Person Responsible,Urgency", "title due_at assignee priority"),
    "callouts": (
        "case",
        "Ref,Site,Fault,Date Received,Completed on,Technician,State",
        "key account subject opened_at closed_at owner status",
    ),
    "报修单": (
        "case",
        "工单号,报修单位,故障描述,报修时间,完工日期,维修工,处理进度",
        "key account description opened_at closed_at owner status",
    ),
    "受理": ("case", "主题,客户名称,受理日期,关闭日期,经办人", "subject account opened_at closed_at owner"),
    "jobs": (
        "opportunity",
        "Job Name,Client,Phase,Fee,Project Manager,Enquiry Date,Expected Decision",
        "name account stage amount owner engaged_on close_date",
    ),
    "events": ("opportunity", "Event Name,Organiser,Budget,Event Manager,Won On", "name account amount owner close_date"),
    "工程": (
        "opportunity",
        "工程名称,业主,跟进阶段,报价金额,项目经理,接洽日期,预计签单,赢率",
        "name account stage amount owner engaged_on close_date probability",
    ),
    "任务": ("task", "工作内容,完成期限,承办人,进度", "title due_at assignee status"),
    "visits": ("activity", "Visit Date,Client,Spoke To,Minutes,Done By", "occurred_at account contact body author"),
    "contracts": ("contract", "Contract No,Client,Value,From,Until", "number account amount starts_on ends_on"),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_somebody_keeps_is_told_by_its_words(name: str) -> None:
    kind, columns, fields = LISTS[name]
    source = columns.split(",")
    plan = plan_table(_words(), Table(f"{name}.csv", source, [["x"] * len(source)], [2]), kind=kind)
    found = {each.source: each.field for each in plan.columns} | ({source[plan.key]: "key"} if plan.key is not None else {})
    assert found == dict(zip(source, fields.split(), strict=True))


@pytest.mark.parametrize(
    ("kind", "name", "columns"),
    [
        ("lead", "leads", "Company,Contact,Interest,Source,Date"), ("lead", "线索", "客户姓名,单位,意向,渠道,登记日期,业务员"),
        ("lead", "enquiries", "Name,Company,Source,Status,Score"), ("user", "员工", "姓名,岗位,团队,手机"),
        ("user", "staff", "Name,Job Title,Team,Phone"), ("user", "花名册", "姓名,岗位,部门,电话,邮箱"),
        ("contact", "contacts", "Name,Job Title,Team,Phone,Company"), ("contact", "联系人", "姓名,岗位,单位,手机"),
        ("case", "投诉", "工单号,客户单位,投诉内容,投诉日期,办结日期,经办人,处理进度"), ("opportunity", "deals", "Job Name,Client,Equipment,Fee,Status"),
    ],
)  # fmt: skip
def test_a_list_says_what_it_holds_by_its_columns_and_its_name(kind: str, name: str, columns: str) -> None:
    source = columns.split(",")
    assert plan_table(_words(), Table(f"{name}.csv", source, [["x"] * len(source)], [2])).kind == kind
