"""Names heard are linked to the names the store knows: the speaker's own first, never bent into one that it is not."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.voice.names.book import Book, Called, book_of, firm_forms, person_forms
from knowledge.voice.names.linking import link
from knowledge.voice.transcript import Mention, Transcript, from_text, put_right
from store import gate
from store.gate import Change
from store.rights import Principal
from store.unit import Store

FIRMS = {
    "larkfield": "Larkfield Optics GmbH", "norvia": "Norvia Shipping", "initech": "Initech", "globex": "Globex Corporation",
    "chenghai": "深圳澄海电子有限公司", "lanqiao": "蓝桥科技",
}  # fmt: skip
PEOPLE = {
    "priya": ("Priya Raman", "larkfield"), "henrik": ("Henrik Sorensen", "norvia"), "gibbons": ("Peter Gibbons", "initech"),
    "smith": ("Peter Smith", "globex"), "zhou": ("周敏", "chenghai"), "zhang": ("张伟通", "lanqiao"),
}  # fmt: skip
STRANGERS = {"meridian": "Meridian Freight", "haitian": "海天物流"}


def called() -> Book:
    own = [Called("account", key, name, form, whole) for key, name in FIRMS.items() for form, whole in firm_forms(name)]
    own += [Called("contact", key, name, form, whole, firm) for key, (name, firm) in PEOPLE.items() for form, whole in person_forms(name)]
    others = [Called("account", key, name, form, whole) for key, name in STRANGERS.items() for form, whole in firm_forms(name)]
    return Book(tuple(own), tuple(others))


BOOK = called()


def heard(text: str, *, unsure: str = "") -> Transcript:
    """A transcript of what a recogniser wrote; words of `unsure` it did not trust."""
    made = from_text(text)
    doubtful = set(unsure.split())
    return replace(made, words=tuple(replace(word, confidence=0.2 if word.text.strip(".,") in doubtful else 0.95) for word in made.words))


def links(mentions: tuple[Mention, ...]) -> dict[str, str | None]:
    return {each.heard: each.linked.id if each.linked else None for each in mentions}


@pytest.mark.parametrize(
    ("said", "unsure", "expected", "reads"),
    [
        ("Just left, Larkfield optics.", "", {"Larkfield optics": "larkfield"}, "Just left, Larkfield Optics."),
        ("Met with prayer ramen, she wants 40 units.", "prayer ramen", {"prayer ramen": "priya"}, "Met with Priya Raman, she wants 40 units."),
        ("Henrik Sorenson at Norvea Shipping called.", "Sorenson Norvea", {"Henrik Sorenson": "henrik", "Norvea Shipping": "norvia"},
         "Henrik Sorensen at Norvia Shipping called."),
        ("今天拜访了乘海电子的周米,价格太高", "周 米", {"乘海电子": "chenghai", "周米": "zhou"}, "今天拜访了澄海电子的周敏,价格太高"),
        ("刚和兰桥科技的张伟通打完电话", "", {"兰桥科技": "lanqiao", "张伟通": "zhang"}, "刚和蓝桥科技的张伟通打完电话"),
        ("和周总确认了价格", "", {"周总": "zhou"}, "和周总确认了价格"),
        ("Meridian Freight asked for a quote", "", {"Meridian Freight": "meridian"}, "Meridian Freight asked for a quote"),
        ("海天物流想要报价", "", {"海天物流": "haitian"}, "海天物流想要报价"),
    ],
)  # fmt: skip
def test_names_are_found_by_their_sound_and_put_right(said: str, unsure: str, expected: dict[str, str], reads: str) -> None:
    transcript = heard(said, unsure=unsure)
    found = link(transcript, BOOK)
    assert links(found) == expected
    assert put_right(transcript, found).text == reads
    assert put_right(transcript, found).heard == transcript.text


@pytest.mark.parametrize(
    "said",
    [
        "Our prayer is that the ramen order goes through before the global meeting.",
        "They want a shipping discount and the optics are not good.",
        "The price is high and the delivery times are too long for them.",
        "客户说价格太高，希望下周再谈，技术方案没有问题。",
        "下午和采购一起看了设备，月底前付款。",
    ],
)
def test_ordinary_words_are_no_names(said: str) -> None:
    assert [each for each in link(heard(said), BOOK) if each.linked] == []


@pytest.mark.parametrize("said", ["Marianne Duval of Castor Foods", "Thomas Becker", "Vantrell Systems"])
def test_a_name_the_store_does_not_know_stays_new(said: str) -> None:
    found = link(heard(f"I met {said} today."), BOOK)
    assert all(each.linked is None for each in found)
    assert found


@pytest.mark.parametrize(
    ("said", "linked"),
    [
        ("I met Thomas Raman today.", False),  # Priya's namesake
        ("I met Mrs Raman today.", True),
        ("I met Preya Raman today.", True),
        ("I met Priya Lindqvist today.", False),
        ("Henrik Baumann called.", False),
        ("今天见了李伟通", False),
        ("今天见了伟通", True),
        ("我跟伟通通了电话", True),
    ],
)
def test_half_a_name_beside_another_half_is_somebody_else(said: str, linked: bool) -> None:
    assert any(each.linked for each in link(heard(said, unsure="Preya"), BOOK)) is linked


def test_what_was_heard_clearly_and_is_spelt_otherwise_is_another_name() -> None:
    said = "Today I was at Harkfield Optics again."
    assert links(link(heard(said, unsure="Harkfield"), BOOK)) == {"Harkfield Optics": "larkfield"}
    (new,) = link(heard(said), BOOK)
    assert (new.linked, [each.name for each in new.candidates][:1]) == (None, ["Larkfield Optics GmbH"])


def test_a_name_two_people_have_is_left_open_unless_the_note_is_about_one_of_them() -> None:
    alone = link(heard("I spoke to Peter today."), BOOK)
    assert [(each.linked, sorted(c.name for c in each.candidates)) for each in alone] == [(None, ["Peter Gibbons", "Peter Smith"])]
    about = link(heard("Visited Initech, and Peter wants a quote."), BOOK)
    assert links(about) == {"Initech": "initech", "Peter": "gibbons"}


@given(
    st.lists(
        st.sampled_from(["Larkfield Optics", "Norvea shipping", "met", "Peter", "周米", "乘海电子", "and", "的", ",", "Vantrell"]),
        max_size=9,
    )
)
def test_mentions_never_overlap_and_always_are_what_they_say(parts: list[str]) -> None:
    transcript = heard(" ".join(parts))
    found = link(transcript, BOOK)
    assert all(one.until <= other.at for one, other in pairwise(found))
    assert all(transcript.text[each.at : each.until] == each.heard for each in found)
    assert put_right(transcript, found).heard == transcript.text


def test_the_book_has_what_the_person_sees_their_own_apart(store: Store, boss: Principal) -> None:
    with store.writing(boss) as unit:
        made = gate.propose(unit, [
            Change(op="create", type="account", values={"name": "Larkfield Optics"}, ref="own"),
            Change(op="create", type="contact", values={"name": "Priya Raman", "account": "@own"}),
        ])  # fmt: skip
        gate.approve(unit, made.id)
    with store.reading(boss) as unit:
        book = book_of(unit)
    assert {each.name for each in book.own} == {"Larkfield Optics", "Priya Raman"}
    assert next(each.account_id for each in book.own if each.form == "Priya") == next(
        each.id for each in book.own if each.type == "account"
    )
    blind = replace(boss, rights=replace(boss.rights, read={}))
    with store.reading(blind) as unit:
        assert book_of(unit) == Book((), ())
