"""Words that used to be dropped or taken for their opposite, on the demo company and on a printer's export in Chinese. Gold in plain Python."""

import csv
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest

from agent.answer import Answer
from agent.bootstrap import Rapport
from store.importing import import_path

ROOT = "root@demo.example"
BOSS = "boss@print.example"
Ask = Callable[[str], Answer]
Tables = dict[str, list[dict[str, Any]]]

FILES: dict[str, list[dict[str, str]]] = {
    "客户名册.csv": [
        {"是否签保养": "是", "月用纸量(吨)": "70", "客户编号": "K1", "客户全称": "南昌启明印务有限公司", "城市": "南昌", "分级": "中", "销售": "石磊"},
        {"是否签保养": "否", "月用纸量(吨)": "30", "客户编号": "K2", "客户全称": "赣州文华包装有限公司", "城市": "赣州", "分级": "高", "销售": "石磊"},
        {"是否签保养": "是", "月用纸量(吨)": "20", "客户编号": "K3", "客户全称": "九江方正彩印有限公司", "城市": "九江", "分级": "中", "销售": "石磊"},
        {"是否签保养": "否", "月用纸量(吨)": "50", "客户编号": "K4", "客户全称": "萍乡新余纸业有限公司", "城市": "萍乡", "分级": "潜在", "销售": "石磊"},
        {"是否签保养": "否", "月用纸量(吨)": "10", "客户编号": "K5", "客户全称": "宜春丰城纸品有限公司", "城市": "宜春", "分级": "潜在", "销售": "石磊"},
    ],
    "项目.csv": [
        {"项目编号": "P1", "项目名称": "启明画册", "客户名称": "南昌启明印务有限公司", "项目阶段": "已签合同", "金额": "90000", "预计签约日期": "2026-03-05"},
        {"项目编号": "P2", "项目名称": "文华彩盒", "客户名称": "赣州文华包装有限公司", "项目阶段": "报价中", "金额": "40000", "预计签约日期": "2026-05-20"},
        {"项目编号": "P3", "项目名称": "方正台历", "客户名称": "九江方正彩印有限公司", "项目阶段": "已签合同", "金额": "20000", "预计签约日期": "2026-04-10"},
    ],
    "订单.csv": [
        {"订单号": "D1", "客户名称": "南昌启明印务有限公司", "订单金额": "300", "下单日期": "2026-04-01", "送货状态": "未送货"},
        {"订单号": "D2", "客户名称": "赣州文华包装有限公司", "订单金额": "200", "下单日期": "2026-04-02", "送货状态": "部分送货"},
        {"订单号": "D3", "客户名称": "九江方正彩印有限公司", "订单金额": "100", "下单日期": "2026-04-03", "送货状态": "已送达"},
        {"订单号": "D4", "客户名称": "九江方正彩印有限公司", "订单金额": "150", "下单日期": "2026-04-04", "送货状态": "未送货"},
        {"订单号": "D5", "客户名称": "九江方正彩印有限公司", "订单金额": "160", "下单日期": "2026-04-05", "送货状态": "已送达"},
        {"订单号": "D6", "客户名称": "九江方正彩印有限公司", "订单金额": "170", "下单日期": "2026-04-06", "送货状态": "部分送货"},
        {"订单号": "D7", "客户名称": "九江方正彩印有限公司", "订单金额": "180", "下单日期": "2026-04-07", "送货状态": "部分送货"},
    ],
    "维修单.csv": [
        {"工单号": f"W{n}", "故障描述": f"机器{n}号卡纸", "客户名称": "赣州文华包装有限公司", "服务类型": kind, "工单状态": "处理中",
         "报修日期": f"2026-04-{n:02d}", "服务工程师": who, "保内": within}
        for n, (kind, who, within) in enumerate([("投诉", "熊伟", "是"), ("维修", "石磊", "否"), ("投诉", "熊伟", "否"), ("维修", "熊伟", "是")], 1)
    ],
    "待办.csv": [{"编号": "R1", "事项": "寄样张", "客户名称": "赣州文华包装有限公司", "截止日期": "2026-05-09", "状态": "待办", "执行人": "熊伟"}],
    "线索.csv": [
        {"线索编号": "X1", "联系人": "钟晓", "公司": "宜春教材", "线索状态": "新线索", "预算(万元)": "60"},
        {"线索编号": "X2", "联系人": "温平", "公司": "抚州酒业", "线索状态": "新线索", "预算(万元)": "8"},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def printer(tmp_path_factory: pytest.TempPathFactory, firm_of: Any) -> Iterator[Ask]:
    folder = tmp_path_factory.mktemp("print")
    for name, rows in FILES.items():
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)

    def fill(store: Any, boss: Any) -> None:
        report = import_path(store, boss, folder, create_fields=True, create_users=True)
        assert [each.counts["created"] for each in report.files] == [len(FILES[each.file]) for each in report.files]
        assert len(report.files) == len(FILES)  # the list of customers too, whose names are headed 客户全称

    made: Rapport = firm_of(tmp_path_factory.mktemp("home"), "2026-05-06", BOSS, fill, currency="CNY")
    who = made.store.principal(BOSS)
    yield lambda text: made.assistant.answer(who, text, door="test", brain="embedded", limit=200)
    made.close()


@pytest.fixture
def ask(ask_demo: Any) -> Ask:
    return lambda text: ask_demo(ROOT)(text, limit=500)


def keys(answer: Answer) -> set[str]:
    assert answer.kind == "records", answer.text
    return {str(record["key"] or record["name"]) for record in answer.records}


@pytest.mark.parametrize("text", ["订单金额的中位数", "商机金额的中位数是多少", "工单数量的标准差", "median deal size"])
def test_a_figure_nobody_works_out_is_asked_about(ask: Ask, text: str) -> None:
    assert ask(text).kind in {"clarify", "refuse"}


@pytest.mark.parametrize("text", ["中优先级的任务", "优先级是中的任务", "优先级中的任务", "中等优先级的任务", "medium priority tasks"])
def test_the_middle_of_three_is_no_inside(ask: Ask, tables: Tables, text: str) -> None:
    assert keys(ask(text)) == {row["key"] for row in tables["task"] if row["priority"] == "normal"}


@pytest.mark.parametrize(
    "text",
    ["预计本月签约的商机", "计划这个月成交的商机", "deals expected to be signed this month", "which deals are likely to be won this month"],
)
def test_what_is_expected_is_not_won_yet(ask: Ask, tables: Tables, text: str) -> None:
    wanted = {
        row["key"] for row in tables["opportunity"] if str(row.get("close_date"))[:7] == "2026-11" and row["stage"] not in {"Won", "Lost"}
    }
    assert wanted
    assert keys(ask(text)) == wanted


@pytest.mark.parametrize("text", ["本月签约的商机", "deals signed this month"])
def test_what_was_signed_is_won(ask: Ask, tables: Tables, text: str) -> None:
    won = {row["key"] for row in tables["opportunity"] if str(row.get("close_date"))[:7] == "2026-11" and row["stage"] == "Won"}
    assert keys(ask(text)) == won


@pytest.mark.parametrize("text", ["100000以上的来自中国客户的订单", "10万以上的中国客户的订单"])
def test_what_an_order_is_worth_before_whose_it_is(ask: Ask, tables: Tables, text: str) -> None:
    chinese = {row["key"] for row in tables["account"] if row["country"] == "China"}
    wanted = {row["key"] for row in tables["order"] if row["account"] in chinese and Decimal(row["amount"]) >= 100_000}
    assert wanted
    assert keys(ask(text)) == wanted


@pytest.mark.parametrize("text", ["3个以上联系人的客户", "有3个以上联系人的客户"])
def test_what_is_counted_is_still_counted(ask: Ask, tables: Tables, text: str) -> None:
    people = [row["account"] for row in tables["contact"]]
    assert keys(ask(text)) == {row["key"] for row in tables["account"] if people.count(row["key"]) >= 3}


@pytest.mark.parametrize("text", ["Weidemann Pharma AG的Heike Pohl电话多少", "Weidemann Pharma AG's Heike Pohl phone"])
def test_somebody_of_a_customer_is_asked_about(ask: Ask, tables: Tables, text: str) -> None:
    answer = ask(text)
    phone = next(row["phone"] for row in tables["contact"] if row["name"] == "Heike Pohl")
    assert phone in answer.text
    assert [record["type"] for record in answer.records] == ["contact"]


@pytest.mark.parametrize("text", ["还没送货的订单", "没送货的订单", "尚未送货的订单有哪些", "未送货的订单"])
def test_a_value_that_is_a_denial(printer: Ask, text: str) -> None:
    assert {row["name"] for row in printer(text).records} == {"D1", "D4"}


@pytest.mark.parametrize("text", ["今年签了几个合同", "how many contracts did we sign this year"])
def test_contracts_where_only_deals_are_kept(printer: Ask, text: str) -> None:
    measure = printer(text).measure
    assert measure is not None
    assert measure["rows"] == [["2"]]


@pytest.mark.parametrize("text", ["预算50万以上的新线索", "预算50万以上的线索"])
def test_a_label_of_their_own_before_that_of_records_there_are_none_of(printer: Ask, text: str) -> None:
    assert keys(printer(text)) == {"X1"}


@pytest.mark.parametrize("text", ["潜在客户有哪些", "列出潜在客户"])
def test_a_grade_of_their_own_is_no_lead(printer: Ask, text: str) -> None:
    assert keys(printer(text)) == {"K4", "K5"}


def test_where_nobody_has_such_a_grade_they_are_leads(ask: Ask, tables: Tables) -> None:
    assert keys(ask("潜在客户有哪些")) == {row["key"] for row in tables["lead"]}


@pytest.mark.parametrize("text", ["登记与Heike Pohl的通话,前天,谈了保修期", "登记与Heike Pohl的通话，前天，谈了保修期"])
def test_the_day_between_who_and_what_is_kept(ask: Ask, text: str) -> None:
    (change,) = ask(text).proposals[0]["changes"]
    assert change["after"]["occurred_at"][:10] == "2026-11-19"
    assert change["after"]["body"] == "谈了保修期"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("熊伟处理的工单", {"W1", "W3", "W4"}),  # nobody's own: a column of theirs says who serviced it
        ("四月份的投诉工单", {"W1", "W3"}),  # a value of theirs, where no case has the standard one
        ("保外的工单", {"W2", "W3"}),
        ("签了保养的客户", {"K1", "K3"}),
        ("用纸量超过25吨的客户给我拉个单子", {"K1", "K2", "K4"}),
        ("在途的项目", {"P2"}),
    ],
)
def test_columns_of_their_own_said_in_part(printer: Ask, text: str, wanted: set[str]) -> None:
    assert keys(printer(text)) == wanted


@pytest.mark.parametrize("text", ["有在谈商机但今年下半年没人上门拜访过的客户", "有在谈商机,但是今年下半年没拜访过的客户"])
def test_a_time_behind_but_is_of_what_follows(ask: Ask, tables: Tables, text: str) -> None:
    visited = {row.get("account") for row in tables["activity"] if row["kind"] == "visit" and str(row["occurred_at"])[:10] >= "2026-07-01"}
    busy = {row["account"] for row in tables["opportunity"] if row["stage"] not in {"Won", "Lost"}}
    wanted = busy - visited
    assert wanted
    assert keys(ask(text)) == wanted


@pytest.mark.parametrize("text", ["给我建个任务 明天下午3点跟仓库对数", "请帮我加个待办，明天下午3点跟仓库对数"])
def test_the_word_for_a_task_is_not_what_is_to_be_done(ask: Ask, text: str) -> None:
    (change,) = ask(text).proposals[0]["changes"]
    assert change["after"]["title"] == "跟仓库对数"
    assert change["after"]["due_at"][:10] == "2026-11-22"


@pytest.mark.parametrize("text", ["德国和法国两国的客户", "德国、法国两地的客户有哪些"])
def test_how_many_places_were_listed_is_no_condition(ask: Ask, tables: Tables, text: str) -> None:
    assert keys(ask(text)) == {row["key"] for row in tables["account"] if row["country"] in {"Germany", "France"}}


@pytest.mark.parametrize("text", ["跟进记录里谁提过折扣", "沟通记录中谁提到折扣"])
def test_where_it_is_looked_for_is_not_what_is_looked_for(ask: Ask, text: str) -> None:
    answer = ask(text)
    assert answer.kind == "notes"
    assert "“折扣”" in answer.text
