"""Names as words: nothing that stands in a name is lost, and one slip of the pen leaves something in common."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.name_words import LONGEST, OVERLAP, fold, index_words, is_chinese, misspellings, pairs, phrase_forms, runs, spelt_like

LETTERS = "abcdeéßøİıñüABCXYZ019 _-'’.,&明远医疗有限公司王晓王１Ａ"
WORDS = st.text("abcdefghij", min_size=4, max_size=14)


@given(st.text(LETTERS, max_size=30), st.data())
def test_every_part_of_a_name_without_a_break_is_in_its_words(name: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(name)))
    part = name[start : data.draw(st.integers(start, len(name)))]
    found = runs(part)
    if len(found) != 1 or found[0] != fold(part):
        return
    words = index_words("account", name)
    if is_chinese(part):
        assert set(pairs(part)) <= words or len(part) == 1
    else:
        assert any(fold(part) in word for word in words)


def test_very_long_runs_are_cut_so_that_parts_stay_whole() -> None:
    name = "".join(chr(97 + n * 7 % 26) for n in range(480))
    words = index_words("account", name)
    assert max(len(word) for word in words if word[0] not in "=~") == LONGEST
    assert all(any(name[at : at + OVERLAP] in word for word in words) for at in range(480 - OVERLAP))


@given(WORDS, st.integers(0, 3), st.integers(0, 13), st.sampled_from("abcdefghijxyz"))
def test_one_slip_leaves_something_in_common(word: str, kind: int, place: int, letter: str) -> None:
    at = place % len(word)
    swapped = word[:at] + word[at : at + 2][::-1] + word[at + 2 :]
    wrong = (word[:at] + word[at + 1 :], word[:at] + letter + word[at:], word[:at] + letter + word[at + 1 :], swapped)[kind]
    assert misspellings(word) & misspellings(wrong)


@given(st.text("abcdefghij", min_size=10, max_size=14), st.data())
def test_two_slips_in_a_long_word_too(word: str, data: st.DataObject) -> None:
    places = data.draw(st.lists(st.integers(0, len(word) - 1), min_size=2, max_size=2, unique=True))
    wrong = "".join("x" if n in places else each for n, each in enumerate(word))
    assert misspellings(word) & misspellings(wrong)


@pytest.mark.parametrize(
    ("name", "phrase"),
    [
        ("José Müller", "jose muller"),
        ("O’Brien Ltd", "obrien"),
        ("Acme, Inc.", "ACME"),
        ("上海明远医疗科技有限公司", "上海明远医疗科技"),
        ("ＡＣＭＥ", "acme"),
    ],
)
def test_a_phrase_and_a_name_meet(name: str, phrase: str) -> None:
    assert set(phrase_forms(phrase)) & index_words("account", name)


@pytest.mark.parametrize("phrase", ["wang xiaoming", "Xiaoming Wang", "wangxiaoming", "王晓明"])
def test_a_chinese_person_is_found_by_sound(phrase: str) -> None:
    assert set(phrase_forms(phrase)) & index_words("contact", "王晓明")


def test_a_surname_is_read_as_a_surname() -> None:
    assert "zeng" in index_words("contact", "曾国藩")


@pytest.mark.parametrize(("word", "likely"), [("acme", True), ("inc", False), ("明远医疗", False), ("so2026", False)])
def test_what_people_misspell(word: str, likely: bool) -> None:
    assert spelt_like(word) is likely
