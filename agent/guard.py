"""What a language model may not get away with: figures nobody computed, and changes nobody proposed."""

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Literal

from tools.results import Proposed, Result

_NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?![\w])")
_CLAIMS = re.compile(
    r"\b(?:(?:i(?:'ve| have)?|has been|have been|was|were|is now|successfully)\s+(?:now\s+|successfully\s+)?(?:created|added|updated|changed|deleted|removed|moved|logged|scheduled|sent|set|assigned|approved)|"
    r"(?:created|added|updated|deleted|moved|sent)\s+successfully)\b|已(?:经)?(?:为您|为你|成功)?(?:创建|添加|新增|更新|修改|删除|移动|记录|安排|发送|设置|分配)|(?:创建|添加|更新|修改|删除|发送)成功",
    re.IGNORECASE,
)
_SMALL = Decimal(12)  # list numbers, "two deals", months
UNFOUNDED = {
    "en": "⚠️ Not confirmed by the data: {figures}. Ask for the figure itself to have it computed.",
    "zh": "⚠️ 以下数字没有数据支持：{figures}。请直接询问该指标以便计算。",
}
NOTHING_DONE = {
    "en": "⚠️ Nothing was changed: no change was proposed in this turn. Ask again, naming the record and the new value.",
    "zh": "⚠️ 没有做任何更改：本轮没有生成提案。请说明记录和新值后再试。",
}


def checked(text: str, results: Sequence[Result], question: str, language: str) -> str:
    """The model's words; figures and changes that no tool result bears out are marked as such."""
    notes = []
    proposed = any(isinstance(found, Proposed) for found in results)
    if _CLAIMS.search(text) and not proposed:
        notes.append(NOTHING_DONE[language_of(question)])
    loose = unfounded(text, results, question)
    if loose:
        notes.append(UNFOUNDED[language_of(question)].format(figures=", ".join(loose)))
    return "\n\n".join([*notes, text]) if notes else text


def unfounded(text: str, results: Sequence[Result], question: str) -> list[str]:
    """Numbers in `text` that stand neither in a tool result nor in the question. Small whole numbers are let through."""
    known = {value for source in (*(found.content() for found in results), question) for value in _numbers(source)}
    loose = []
    for match in _NUMBER.finditer(text):
        value = _decimal(match.group())
        if value is None or (value <= _SMALL and value == value.to_integral_value()):
            continue
        if not any(_same(value, other) for other in known):
            loose.append(match.group())
    return list(dict.fromkeys(loose))


def _numbers(text: str) -> set[Decimal]:
    return {value for match in re.finditer(r"\d[\d,]*(?:\.\d+)?", text) if (value := _decimal(match.group())) is not None}


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text.replace(",", "").rstrip("."))
    except InvalidOperation:
        return None


def _same(a: Decimal, b: Decimal) -> bool:
    """Equal, or equal once rounded as far as the text did (63.2 for 63.15)."""
    if a == b:
        return True
    places = -int(a.as_tuple().exponent) if isinstance(a.as_tuple().exponent, int) else 0
    return abs(a - b) < Decimal(1).scaleb(-max(places, 0)) and b != b.to_integral_value()


def language_of(text: str) -> Literal["en", "zh"]:
    return "zh" if re.search(r"[\u3400-\u9fff]", text) else "en"
