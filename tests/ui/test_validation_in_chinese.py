"""What is wrong with a request is told in the language of whoever asks."""

import re
import string
from typing import Any

import pytest
from pydantic_core import ErrorDetails, list_all_errors
from ui_company import ANNA, SignedIn

from ui.said import _wrong_fields, wrong_field

WRONG: list[tuple[dict[str, Any], str]] = [
    ({}, "缺少此项"), ({"text": "x", "limit": 0}, "应不小于 1"), ({"text": 5}, "应为文本"), ({"text": "x", "more": 1}, "不接受此项"),
    ({"text": "x", "brain": "mine"}, "应为以下之一"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "zh"), WRONG)
def test_a_wrong_question_is_told_in_both_languages(signed_in: SignedIn, body: dict[str, Any], zh: str) -> None:
    anna = signed_in(ANNA)
    en, cn = (anna.post("/api/chat", json=body, headers={"accept-language": language}) for language in ("en", "zh"))
    assert en.status_code == cn.status_code == 422
    assert not re.search("[\u4e00-\u9fff]", en.json()["detail"])
    assert zh in cn.json()["detail"]


def test_every_word_is_for_an_error_there_is_with_what_it_tells() -> None:
    known = {each["type"]: each for each in list_all_errors()}
    for name, text in _wrong_fields().items():
        told = known[name]  # type: ignore[index]
        assert {gap for _, gap, _, _ in string.Formatter().parse(text) if gap} <= set(told.get("example_context") or {}), name


def test_what_has_no_words_stays() -> None:
    error: ErrorDetails = {"type": "nothing_of_ours", "loc": ("body",), "msg": "Odd", "input": 1}
    assert wrong_field(error, "zh") == "Odd"
