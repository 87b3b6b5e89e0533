"""Words nobody listed, met in a firm's own list: parts of its headings, its units, its values, and all of these in the other language."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.answer import Answer
from agent.bootstrap import Rapport
from agent.embedded.linking import Labels, label_of
from agent.embedded.phrase_table import Sense
from knowledge.bilingual import glosses, words_of
from store.importing import import_path
from store.unit import Store

CUSTOMERS = """Customer ID,Company,Country,Service Level,Roof Area (m2),Erstkontakt
C1,Brightwater Farms,UK,Gold,400,2024-01-02
C2,Kestrel Logistics,Ireland,Silver,120,2024-02-02
C3,Ostrava Foods,UK,Bronze,900,2024-03-02
C4,Tallis Dairy,UK,Gold,250,2024-04-02
C5,Umbra Studios,UK,Silver,260,2024-05-02
C6,Vellum Press,Ireland,Bronze,80,2024-06-02
C7,Redfern Hotels,Ireland,Gold,80,2024-06-02
C8,Wexcombe Council,UK,Silver,700,2024-06-02
C9,Harrow Tiles,UK,Bronze,310,2024-06-02
"""
PEOPLE = """Person ID,Name,Job Title,Company
P1,Ana Rossi,CFO,Redfern Hotels
P2,Ben Tan,CFO,Tallis Dairy
P3,Chloe Vance,Site Engineer,Tallis Dairy
"""
DEALS = """Deal ID,Deal Name,Company,Sales Rep,Stage,Value,Capacity kW,Opened,Expected Close,Loss Reason
D1,Farm roof,Brightwater Farms,Wang Lei,Site survey,60000,60,2025-01-10,2025-06-10,
D2,Depot roof,Kestrel Logistics,Tom Okafor,Design,90000,100,2025-01-20,2025-05-10,
D3,Kitchen roof,Ostrava Foods,Wang Lei,Won,120000,150,2025-02-10,2025-04-10,
D4,Barn roof,Tallis Dairy,Tom Okafor,Lost,50000,40,2025-02-11,2025-04-12,Chose competitor
D5,Hall roof,Umbra Studios,Tom Okafor,Lost,55000,45,2025-03-11,2025-04-13,Planning refused
"""
Ask = Callable[[str], Answer]


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory, firm_of: Callable[..., Rapport]) -> Iterator[Rapport]:
    folder: Path = tmp_path_factory.mktemp("list")
    for name, text in (("customers", CUSTOMERS), ("people", PEOPLE), ("deals", DEALS)):
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")

    def fill(store: Store, boss: Any) -> None:
        import_path(store, boss, folder, create_fields=True, create_users=True, held_back_dir=store.settings.home)

    made = firm_of(tmp_path_factory.mktemp("solar"), "2025-05-01", "boss@solar.example", fill, currency="GBP")
    yield made
    made.close()


@pytest.fixture(scope="module")
def ask(firm: Rapport) -> Ask:
    who = firm.store.principal("boss@solar.example")
    return lambda text: firm.assistant.answer(who, text, door="test", brain="embedded", limit=50)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("customers with a roof larger than 300 m2", {"C1", "C3", "C8", "C9"}),
        ("屋顶面积大于300平米的英国客户", {"C1", "C3", "C8", "C9"}),
        ("屋顶超过300平方米的客户", {"C1", "C3", "C8", "C9"}),
        ("金牌客户有哪些", {"C1", "C4", "C7"}),
        ("服务等级是铜牌的客户", {"C3", "C6", "C9"}),
        ("deals over 100 kW", {"D3"}),
        ("处于现场勘察阶段的商机", {"D1"}),
        ("deals in survey", {"D1"}),
        ("deals opened in January", {"D1", "D2"}),
        ("CFOs of UK customers", {"P2"}),
        ("who at Redfern Hotels can I email?", {"P1"}),
        ("王磊的商机", {"D1", "D3"}),
    ],
)
def test_records_asked_for_in_words_of_labels(ask: Ask, text: str, keys: set[str]) -> None:
    answer = ask(text)
    assert answer.kind == "records", answer.text
    assert {record["key"] for record in answer.records} == keys


@pytest.mark.parametrize(
    ("text", "figure"),
    [
        ("How many kW have we sold in total?", 150),
        ("total capacity of open deals", 160),
        ("赢单的总容量是多少千瓦", 150),
        ("How many deals did we lose to competitors?", 1),
        ("因规划被拒丢的单有几个", 1),
    ],
)
def test_figures_asked_for_in_words_of_labels(ask: Ask, text: str, figure: float) -> None:
    answer = ask(text)
    assert answer.measure is not None, answer.text
    assert [float(row[-1]) for row in answer.measure["rows"]] == [figure]


def test_what_was_compared_is_shown(ask: Ask) -> None:
    assert "Roof Area (m2)" in ask("customers with a roof over 300 m2").text
    assert "Roof Area (m2)" not in ask("customers in Ireland").text


@pytest.mark.parametrize("text", ["customers with a garden larger than 300", "deals in painting", "花园面积大于300的客户", "李雷的商机"])
def test_what_no_label_says_is_asked_about(ask: Ask, text: str) -> None:
    assert ask(text).kind in {"clarify", "refuse"}


def test_a_heading_is_a_word_for_its_field_from_then_on(firm: Rapport) -> None:
    with firm.store.reading(firm.store.principal("boss@solar.example")) as unit:
        synonyms = unit.schema.synonyms
    assert synonyms.get("opportunity.engaged_on") == ("Opened",)
    assert not any(subject.startswith("account.") for subject in synonyms), "a field made from a heading is called that already"


WORDS = st.lists(
    st.sampled_from(["harbour", "lantern", "copper", "meadow", "thistle", "anchor", "bramble", "cobalt"]),
    min_size=2,
    max_size=3,
    unique=True,
)


@given(first=WORDS, second=WORDS)
def test_a_part_links_when_one_label_alone_has_it(first: list[str], second: list[str]) -> None:
    one, other = Sense("field", "account", "one"), Sense("field", "account", "other")
    labels = Labels([label_of(one, " ".join(first)), label_of(other, " ".join(second))])
    for word in first:
        linked = labels.link(word)
        assert linked == (() if word in second else (one,))


@pytest.mark.parametrize(
    ("label", "said"), [("是否保内", "保内"), ("产线数量", "产线"), ("是否需要打样", "打样"), ("是否通过IATF", "IATF")]
)
def test_a_chinese_label_is_linked_without_its_light_words(label: str, said: str) -> None:
    own, other = Sense("field", "account", "own"), Sense("field", "account", "other")
    assert Labels([label_of(own, label), label_of(other, "质检方式")]).link(said) == (own,)
    assert Labels([label_of(own, label), label_of(other, label)]).link(said) == ()


def test_meanings_of_chinese_words() -> None:
    assert words_of("屋顶面积") == ("屋顶", "面积")
    assert glosses("屋顶") == ("roof",)
    assert glosses("屋顶面积") == ()
    assert "capacity" in glosses("容量")
