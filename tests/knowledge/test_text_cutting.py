"""Sentences, passages and words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.passages import TARGET, cut
from knowledge.sentences import language_of, split_sentences
from knowledge.words import question_words, words_of


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Met Dr. Smith at 3.5 p.m. on site. He agreed!", ["Met Dr. Smith at 3.5 p.m. on site.", "He agreed!"]),
        ("They want 12.5% off. See www.acme.com. OK?", ["They want 12.5% off.", "See www.acme.com.", "OK?"]),
        ("J. Doe e.g. called. Ltd. Co. stays", ["J. Doe e.g. called.", "Ltd. Co. stays"]),
        ("1. First point. 2. Second.", ["1. First point.", "2. Second."]),
        ("客户说价格太高。希望打八折！“可以吗？”他问…下周再谈", ["客户说价格太高。", "希望打八折！", "“可以吗？”", "他问…", "下周再谈"]),
        ("今天能签吗?下周再说!好", ["今天能签吗?", "下周再说!", "好"]),
        ("one\n\ntwo", ["one", "two"]),
        ("  ", []),
    ],
)
def test_sentences(text: str, sentences: list[str]) -> None:
    assert split_sentences(text) == sentences


@given(st.text(alphabet="ab .!?。！？价格,，\n1", max_size=900))
def test_cutting_loses_nothing_and_keeps_the_size(text: str) -> None:
    pieces = cut(None, text)
    flat = "".join("".join(piece.text for piece in pieces).split())
    assert flat == "".join(text.split())
    assert all(0 < len(piece.text) <= TARGET for piece in pieces)


def test_a_title_opens_the_first_passage_and_is_not_said_twice() -> None:
    assert [piece.text for piece in cut("Vireo Cloud下单", "订单已签。")] == ["Vireo Cloud下单。订单已签。"]
    assert [piece.text for piece in cut("Price", "Price is too high.")] == ["Price is too high."]
    assert [piece.text for piece in cut("Price is too", "Price is\ntoo high.")] == ["Price is too high."]
    assert cut("", None) == []


def test_a_passage_has_one_language_unless_a_part_is_tiny() -> None:
    english, chinese = (
        "The board wants a lower price before it decides on Thursday.",
        "董事会希望在周四决定之前拿到更低的价格，否则就去找另外一家供应商谈。",
    )
    assert [piece.language for piece in cut(None, f"{english} {chinese}")] == ["en", "zh"]
    assert language_of("Vireo Cloud下单，客户很满意") == "zh"
    assert language_of("12345") == "en"


def test_codes_mails_and_phones_are_words_of_their_own() -> None:
    held = set(words_of("PO-2024-0091, call +31 20 555 0142 or ANNA.K@acme.example; HX200 on 2026-03-05, 价格"))
    assert {"po-2024-0091", "tel5550142", "anna.k@acme.example", "hx200", "2026-03-05", "价", "格", "价格"} <= held
    asked = question_words("what about po-2024-0091 and 020-5550142?")
    assert set(asked.exact) == {"po-2024-0091", "tel5550142"}
    assert question_words("deals in Q3 over 3.5").exact == ()


def test_a_question_of_empty_words_still_asks_something() -> None:
    assert question_words("what did he say").plain
    assert question_words("价").plain == ("价",)
    assert question_words("客户说了什么").plain[0] == "客户"
    assert question_words("?!").all == ()


@given(st.text(max_size=200))
def test_no_word_holds_a_space_or_a_quote(text: str) -> None:
    for word in (*words_of(text), *question_words(text).all):
        assert word
        assert not any(character.isspace() or character in "'\"" for character in word)
