"""Spoken Chinese put into plain words: numbers that are not meant to the last digit, none of them, parts of the whole."""

import pytest

from agent.embedded.spoken_chinese import plainly


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("一个项目都没有的客户", "没有项目的客户"),
        ("一次拜访都没做过的客户", "没有拜访的客户"),
        ("项目金额比20万高的客户", "项目金额超过20万的客户"),
        ("单价比三千低的产品", "单价低于三千的产品"),
        ("概率七成以上的", "概率70%以上的"),
        ("概率八成半以上的", "概率85%以上的"),
        ("概率过半的商机", "概率过50%的商机"),
        ("五十来万的单子", "450000到550000之间的单子"),
        ("三十多万的单子", "300000到399999之间的单子"),
        ("一千多人的公司", "1000到1999之间的公司"),
        ("三十多万美元的单子", "300000美元到399999美元之间的单子"),
        ("十万出头的单子", "100000到120000之间的单子"),
        ("二三十万的单子", "200000到300000之间的单子"),
        ("十几万的单子", "100000到199999之间的单子"),
        ("几十万的单子", "100000到999999之间的单子"),
        ("上百万的单子", "不低于1000000的单子"),
    ],
)
def test_spoken_numbers(said: str, meant: str) -> None:
    assert plainly(said) == meant


@pytest.mark.parametrize(
    "said",
    [
        "比去年高多少",
        "一共有多少",
        "占几成",
        "上个月的单子",
        "超过三千多的",
        "有十几个项目的客户",
        "总共几万",
        "今年一单都没签的销售",
        "deals over 30k",
    ],
)
def test_what_is_none_of_these_stays(said: str) -> None:
    assert plainly(said) == said
