"""What is wrong with a request is told in the language of whoever asks."""

import re
import string
from typing import Any, get_args

import pytest
from pydantic_core import ErrorDetails, PydanticKnownError
from pydantic_core.core_schema import ErrorType
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
    """The gaps are filled as pydantic fills its own, which refuses what an error does not tell."""
    for name, text in _wrong_fields().items():
        assert name in get_args(ErrorType)
        gaps = [gap for _, gap, _, _ in string.Formatter().parse(text) if gap]
        more = {"field_type": "List", "actual_length": 9} if name in {"too_short", "too_long"} else {}
        context: dict[str, Any] = {gap: "a" if gap == "expected" else 1 for gap in gaps} | more
        if gaps:
            made = PydanticKnownError(name, context)  # type: ignore[arg-type]
            assert wrong_field({"type": made.type, "loc": (), "msg": "", "input": 1, "ctx": context}, "zh")
            assert all(f"{{{gap}}}" in made.message_template for gap in gaps)


def test_what_has_no_words_stays() -> None:
    error: ErrorDetails = {"type": "nothing_of_ours", "loc": ("body",), "msg": "Odd", "input": 1}
    assert wrong_field(error, "zh") == "Odd"
