"""Spoken Chinese put into the words the readers know: 一个项目都没有 is 没有项目, 比20万高 is 超过20万, 五十来万 lies around 500,000."""

import re
from collections.abc import Callable
from decimal import Decimal

from agent.embedded.tokens import is_chinese
from knowledge.spoken.amounts import chinese_number, find_amounts

_MEASURE = "[个家位名条单笔份张件项次起场通封趟户台]"
_NOT_ONE = re.compile(
    rf"连?一{_MEASURE}(?P<noun>(?![都也])[一-鿿]{{1,8}}?)[都也]?(?:还|从来)?(?:没有?|未)(?:[做打签下提报建开留填发]过?|有过)?(?=的|$|[\s,，。?？])"
)
_SOME_WON = re.compile(
    r"(?P<not>从来没有?|从没有?|没有?|从未|未)?(?:赢|签|成交|拿下|谈成)过(?:单子?|商机|生意|项目)(?=的|$|[\s,，、且。?？])"
)
_THAN = re.compile(r"比(?P<number>[^的比]{1,14}?)(?:还要?|更|要)?(?P<way>[高大多贵长久低小少便宜短]{1,2})(?P<end>的|$|[\s,，。?？])")
_MORE, _LESS = frozenset("高大多贵长久"), frozenset({"低", "小", "少", "便宜", "短"})
_TENTHS = re.compile(r"(?P<tenths>[一二两三四五六七八九])成(?P<half>半)?(?=(?:以上|以下|以内|多|左右|$|的|[\s,，。?？]))")
_HALF = re.compile(r"(?P<lead>超过|超|大于|高于|低于|小于|不到|不足|过|多于|少于)(?:一半|半(?=数?(?:的|$|[\s,，、。?？])))")
_DIGITS = "一二两三四五六七八九"
_RUN = f"(?:[\\d.]+|[{_DIGITS}十百千]+)"
_UNIT = r"(?:(?P<unit>[美欧港日][元币]|美金|英镑)|块钱|[块元人平])?"
_END = r"(?=的|$|[\s,，。?？])"
_ALREADY = re.compile(r"(?:超过|大于|高于|低于|小于|不到|不足|至少|不低于|不少于|过)$")
_ROUND = re.compile(rf"(?P<number>{_RUN})来(?P<big>[万亿]){_UNIT}")
_AND_SOME = re.compile(rf"(?P<number>{_RUN})(?P<big>[万亿]?)[多几余](?P<after>[万亿]?){_UNIT}{_END}")
_JUST_OVER = re.compile(rf"(?P<number>[{_DIGITS}十百千万亿\d.]+){_UNIT}刚?出头")
_TENS = re.compile(rf"(?<![\d{_DIGITS}])(?P<scale>[十百千])[几来多](?P<big>[万亿]){_UNIT}{_END}")
_FEW = re.compile(rf"好?几(?P<scale>[十百千]?)(?P<big>[万亿]){_UNIT}(?=的)")
_TWO = re.compile(rf"(?<![\d{_DIGITS}])(?P<low>[{_DIGITS}])(?P<high>[{_DIGITS}])(?P<scale>[十百千]?)(?P<big>[万亿]){_UNIT}")
_AT_LEAST = re.compile(rf"(?<!百)(?:上|成)(?P<scale>[十百千]?)(?P<big>[万亿千]){_UNIT}{_END}")
_SOME = Decimal("0.2")
_ROUGHLY = Decimal("0.1")


def plainly(text: str) -> str:
    """A Chinese question with all of these put right; any other as it is."""
    if not is_chinese(text):
        return text
    for put in (_none_of_them, _won_some, _compared, _parts_of_the_whole, _about_numbers):
        text = put(text)
    return text


def _none_of_them(text: str) -> str:
    return _NOT_ONE.sub(lambda found: f"没有{found['noun']}", text)


def _won_some(text: str) -> str:
    """今年赢过单的客户: there are deals won with them."""
    return _SOME_WON.sub(lambda found: f"{'没有' if found['not'] else '有'}赢单商机", text)


def _compared(text: str) -> str:
    """比20万高的: the number said before the word that compares with it. What is no number (比去年高) stays."""

    def put(found: re.Match[str]) -> str:
        amounts = find_amounts(found["number"])
        whole = len(amounts) == 1 and amounts[0].start == 0 and len(found["number"]) - amounts[0].end <= 1
        word = "超过" if set(found["way"]) <= _MORE else "低于" if found["way"] in _LESS else ""
        return f"{word}{found['number']}{found['end']}" if whole and word else found.group()

    return _THAN.sub(put, text)


def _parts_of_the_whole(text: str) -> str:
    """七成以上 and 过一半 as percentages."""

    def tenths(found: re.Match[str]) -> str:
        return f"{(_DIGITS.replace('两', '').index(found['tenths'].replace('两', '二')) + 1) * 10 + (5 if found['half'] else 0)}%"

    return _HALF.sub(lambda found: f"{found['lead']}50%", _TENTHS.sub(tenths, text))


def _about_numbers(text: str) -> str:
    """五十来万, 三十多万, 十万出头, 十几万, 上百万: from what to what they are understood to go; the answer says so."""
    ways: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str | None]], ...] = (
        (_ROUND, _round), (_AND_SOME, _and_some), (_JUST_OVER, _just_over), (_TWO, _two), (_FEW, _few), (_TENS, _tens),
        (_AT_LEAST, _at_least),
    )  # fmt: skip
    for pattern, way in ways:
        text = _put(text, pattern, way)
    return text


def _put(text: str, pattern: re.Pattern[str], way: Callable[[re.Match[str]], str | None]) -> str:
    """Every number of a kind in its place, but for those that are compared with already: 超过三千多."""

    def put(found: re.Match[str]) -> str:
        compared = _ALREADY.search(found.string, 0, found.start())
        return (None if compared else way(found)) or found.group()

    return pattern.sub(put, text)


def _round(found: re.Match[str]) -> str | None:
    value = chinese_number(found["number"] + found["big"])
    return None if value is None else _between(found, value * (1 - _ROUGHLY), value * (1 + _ROUGHLY))


def _and_some(found: re.Match[str]) -> str | None:
    """三十多万, 三万多, 一千多人: up to the next of its last digit that is said."""
    big = found["big"] or found["after"]
    value = chinese_number(found["number"] + big)
    if value is None or value < 1000 or (found["big"] and found["after"]):
        return None
    size = Decimal(10) ** next(power for power in range(value.adjusted(), -1, -1) if value % Decimal(10) ** power == 0)
    return _between(found, value, value + size - 1)


def _just_over(found: re.Match[str]) -> str | None:
    value = chinese_number(found["number"])
    return None if value is None else _between(found, value, value * (1 + _SOME))


def _tens(found: re.Match[str]) -> str | None:
    """十几万 ends before twenty, 百来万 lies around a million."""
    value = chinese_number("一" + found["scale"] + found["big"])
    if value is None:
        return None
    return (
        _between(found, value, value * 2 - 1) if found["scale"] == "十" else _between(found, value * (1 - _ROUGHLY), value * (1 + _ROUGHLY))
    )


def _two(found: re.Match[str]) -> str | None:
    """二三十万: from the one to the other."""
    low, high = (chinese_number(found[each] + found["scale"] + found["big"]) for each in ("low", "high"))
    return _between(found, low, high) if low is not None and high is not None and low < high else None


def _few(found: re.Match[str]) -> str | None:
    value = chinese_number("一" + found["scale"] + found["big"])
    return None if value is None else _between(found, value, value * 10 - 1)


def _at_least(found: re.Match[str]) -> str | None:
    value = chinese_number("一" + found["scale"] + found["big"])
    return None if value is None else f"不低于{value:f}{found['unit'] or ''}"


def _between(found: re.Match[str], low: Decimal, high: Decimal) -> str:
    unit = found["unit"] or ""
    return f"{low.quantize(Decimal(1)):f}{unit}到{high.quantize(Decimal(1)):f}{unit}之间"
