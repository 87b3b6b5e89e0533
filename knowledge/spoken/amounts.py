"""Amounts and quantities in plain English and Chinese: 50k, $1.2m, 7.5 万, two hundred thousand dollars, 百分之十五, 第三.

Pure functions. Digits that belong to something else (an identifier, a date, a clock time, a telephone number, an
address) are not amounts; a number that stands alone is one, even in "GTK 500" or "30 days": whoever joins the readings
decides which of two overlapping spans wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from knowledge.spoken.patterns import Lazy

__all__ = ["AmountSpan", "chinese_number", "english_number", "find_amounts", "plain"]

Unit = Literal["percent", "ordinal"]


@dataclass(frozen=True, slots=True)
class AmountSpan:
    """One amount in a text; `start` and `end` are half-open offsets in the text given."""

    start: int
    end: int
    text: str
    value: Decimal
    currency: str | None  # ISO 4217, None when not said
    unit: Unit | None
    integer: bool  # a plain whole number without scale, currency, sign or unit: may be a count ("top 5")


_SMALL = {
    w: i
    for i, w in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
}
_TENS = {w: 10 * i for i, w in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2)}
_SCALES = {"thousand": 10**3, "grand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_LETTERS = {
    "k": 10**3,
    "m": 10**6,
    "mn": 10**6,
    "mm": 10**6,
    "mil": 10**6,
    "b": 10**9,
    "bn": 10**9,
    "hundred": 100,
    "grand": 10**3,
    "dozen": 12,
    **_SCALES,
}
_ORDINALS = {
    w: i
    for i, w in enumerate(
        ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth"], 1
    )
}
_CURRENCY = {
    "us$": "USD",
    "usd": "USD",
    "$": "USD",
    "dollar": "USD",
    "buck": "USD",
    "美元": "USD",
    "美金": "USD",
    "美刀": "USD",
    "€": "EUR",
    "eur": "EUR",
    "euro": "EUR",
    "欧元": "EUR",
    "£": "GBP",
    "gbp": "GBP",
    "pound": "GBP",
    "quid": "GBP",
    "英镑": "GBP",
    "镑": "GBP",
    "欧": "EUR",
    "¥": "CNY",
    "rmb": "CNY",
    "cny": "CNY",
    "cn¥": "CNY",
    "yuan": "CNY",
    "元": "CNY",
    "块": "CNY",
    "块钱": "CNY",
    "人民币": "CNY",
    "元人民币": "CNY",
    "圆": "CNY",
    "hk$": "HKD",
    "hkd": "HKD",
    "港币": "HKD",
    "港元": "HKD",
    "jpy": "JPY",
    "yen": "JPY",
    "日元": "JPY",
    "chf": "CHF",
    "a$": "AUD",
    "aud": "AUD",
    "c$": "CAD",
    "cad": "CAD",
    "s$": "SGD",
    "sgd": "SGD",
}

_CN_DIGIT = {c: i for i, cs in enumerate(("〇零○", "一壹", "二两贰", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖")) for c in cs}
_CN_UNIT = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_CN_BIG = (("亿", 10**8), ("億", 10**8), ("万", 10**4), ("萬", 10**4))
_FULLWIDTH = {
    **{c: c - 0xFEE0 for c in range(0xFF01, 0xFF5F)},
    0x3000: 0x20,
    0xA0: 0x20,
    0x202F: 0x20,
    0xFFE5: 0xA5,
    0xFFE1: 0xA3,
    0x2019: 0x27,
    0x2212: 0x2D,
}
_ASCII_LOWER = {c: c + 32 for c in range(65, 91)}
# the traditional characters of times and amounts
_SIMPLIFIED = str.maketrans(
    "後號點鐘時週禮兩個內這過來間從為開結束萬億幾數約節將續當現遲賬財季關還歲餘貳參陸圓幣塊錢歐鎊臺單雙",
    "后号点钟时周礼两个内这过来间从为开结束万亿几数约节将续当现迟账财季关还岁余贰叁陆圆币块钱欧镑台单双",
)


def plain(text: str) -> str:
    """The text with full-width forms narrowed, ASCII lower-cased and traditional characters simplified, of the same length."""
    low = text.translate(_FULLWIDTH).translate(_ASCII_LOWER)
    return low if low.isascii() else low.translate(_SIMPLIFIED)


_ABOUT = re.compile(r"[来多余](?=[万亿萬億])")  # 六十来万, 三百多万: the round number


def chinese_number(text: str) -> Decimal | None:
    """三百二十 -> 320, 五万 -> 50000, 1.5亿, 两千, 三百二 -> 320, 二〇一七 -> 2017, 七点五 -> 7.5; None when it is no number."""
    text = _ABOUT.sub("", text.replace(" ", "").replace(",", ""))
    for mark, size in _CN_BIG:
        if mark in text:
            left, _, right = text.rpartition(mark)
            high = chinese_number(left if left not in _CN_UNIT else "一" + left)
            low = _tail(right, size)
            return None if high is None or low is None else high * size + low
    return _section(text)


def _tail(text: str, size: int) -> Decimal | None:
    """What stands after 万, 亿: nothing, a shortened digit (两万五) or a smaller number."""
    if not text:
        return Decimal(0)
    if len(text) == 1 and (digit := _CN_DIGIT.get(text) or int(text if text in "123456789" else 0)):
        return Decimal(digit * size // 10)  # 两万五, 16万8
    value = chinese_number(text.lstrip("零〇") or "零")
    return value if value is not None and value < size else None


def _section(text: str) -> Decimal | None:
    if re.fullmatch(r"\d+(\.\d+)?|\.\d+", text, re.ASCII):
        return Decimal(text)
    head, point, fraction = text.partition("点")
    if point:
        whole = _section(head)
        if whole is None or not fraction or any(c not in _CN_DIGIT for c in fraction):
            return None
        return whole + Decimal("0." + "".join(str(_CN_DIGIT[c]) for c in fraction))
    if text and all(c in _CN_DIGIT for c in text):
        if len(text) == 2 and not set(text) & set("〇零○"):
            return None  # 三四个 means "three or four"
        return Decimal("".join(str(_CN_DIGIT[c]) for c in text))
    total, pending, last, zero = Decimal(0), None, 10_000, False
    for piece in re.findall(r"\d+(?:\.\d+)?|.", text, re.ASCII | re.DOTALL):
        if piece in _CN_UNIT:
            unit = _CN_UNIT[piece]
            if unit >= last or (pending is None and unit != 10 and last != 10_000):
                return None
            total, pending, last, zero = total + (1 if pending is None else pending) * unit, None, unit, False
        elif pending is not None:
            return None
        elif piece in "零〇○":
            zero = True
        elif piece in _CN_DIGIT or piece[0] in "0123456789":
            pending = Decimal(_CN_DIGIT.get(piece, piece))
        else:
            return None
    if last == 10_000:
        return None
    if pending is not None:
        total += pending * (last // 10 if last > 10 and not zero else 1)
    return total


def english_number(words: str) -> Decimal | None:
    """ "twenty five thousand", "a hundred", "one and a half million", "half a million", "1.2 million"; None when it is none."""
    tokens = re.findall(r"[a-z]+|\d+(?:\.\d+)?|[^\s]", plain(words).replace("-", " ").replace(",", ""), re.ASCII)
    total, group, slot, scale, used = Decimal(0), Decimal(0), 10**9, 10**15, False
    fraction, at = "", 0
    while at < len(tokens):
        word, rest = tokens[at], tokens[at + 1 : at + 3]
        at += 1
        if word == "and" and rest == ["a", "half"]:
            half = Decimal(scale) / 2 if used and not group and scale < 10**15 else Decimal("0.5")
            total, group, at = (total + half, group, at + 2) if half > 1 else (total, group + half, at + 2)
        elif word == "and" and used and rest:
            continue
        elif word in ("a", "an") and rest and (rest[0] in _LETTERS and len(rest[0]) > 2) and not group:
            group, slot, used = Decimal(1), 1, True
        elif word == "half" and rest[:1] in (["a"], ["an"]) and len(rest) > 1 and not used:
            group, slot, used, at = Decimal("0.5"), 1, True, at + 1
        elif word == "point" and used and rest and all(_SMALL.get(w, 10) < 10 for w in rest[:1]):
            fraction = "0."
            while at < len(tokens) and _SMALL.get(tokens[at], 10) < 10:
                fraction, at = fraction + str(_SMALL[tokens[at]]), at + 1
            group, slot = group + Decimal(fraction), 1
        elif word in _SMALL or word in _TENS or word[0].isdigit():
            value = Decimal(_SMALL.get(word, _TENS.get(word, word if word[0] in "0123456789" else 0)))
            room = 1 if word in _SMALL and value < 10 else 10 if word in _SMALL else 9 if word in _TENS else 10**9 - 1
            if slot <= (10 if word in _TENS else 1) or (slot < 100 and value >= 10) or (group and word[0] in "0123456789"):
                return None
            group, slot, used = group + value, 10 if word in _TENS else min(room, 1), True
        elif word == "hundred" and (used or at == 1) and group < 100:
            group, slot, used = (group or Decimal(1)) * 100, 100, True
        elif word == "dozen" and group < 100:
            group, slot, used = (group or Decimal(1)) * 12, 1, True
        elif word in _SCALES and _SCALES[word] < scale:
            scale = _SCALES[word]
            total, group, slot, used = total + (group or Decimal(1)) * scale, Decimal(0), 10**9, True
        else:
            return None
    return total + group if used else None


_CUR_BEFORE = r"(?:us\$|hk\$|[acs]\$|\$|€|£|cn¥|¥|\b(?:usd|eur|gbp|rmb|cny|hkd|jpy|chf|aud|cad|sgd)|人民币|美元|欧元|港币)"
_CUR_AFTER = (
    r"(?:us\$|\$|€|£|(?:usd|eur|gbp|rmb|cny|hkd|jpy|chf|aud|cad|sgd|yen|yuan|quid|(?:dollar|euro|pound|buck)s?)\b"
    r"|元人民币|人民币|美元|美金|美刀|欧元|英镑|镑|欧(?![洲美盟亚])|港币|港元|日元|块钱|块|圆|元(?![月旦素老]))"
)
_CN_RUN = "〇零○一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟萬億"
_MASK = Lazy(
    r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+|https?://\S+|www\.\S+"
    r"|\+\d[\d ()-]{6,}\d|\(0?\d{2,4}\) ?\d{3,4}[- ]?\d{4}|(?<!\w)\d{3,4}[- ]\d{3,4}[- ]\d{4}(?!\w)|(?<![\w,.])1[3-9]\d{9}(?!\w)"
    r"|(?<!\w)0\d{2,3}-\d{7,8}(?!\w)"
    r"|(?<![\w.])\d{4}([-/.])\d{1,2}\1\d{1,2}(?!\d)|(?<![\w.])\d{1,2}([-/.])\d{1,2}\2(?:\d{4}|\d\d)(?!\d)|(?<!\w)(?:19"
    r"|20)\d\d[-/][01]\d(?!\w)"
    r"|(?<!\w)\d{1,2}/\d{1,2}(?!\w)|\d{1,2}:\d\d(?::\d\d)?|(?<!\d)\d+(?:\.\d+){2,}"
    r"|(?<!\w)(?!(?:usd|eur|gbp|rmb|cny|hkd|jpy|chf|aud|cad|sgd)\d)[a-z_][\w]*(?:-\w+)*\d[\w-]*|(?<!\d)\d+[a-z_]+\d\w*"
    r"|(?<!\w)[a-z]\w*-\d[\w-]*|#\d+",
)
_NUMBER = Lazy(
    rf"(?P<neg>(?<![\w)%])-|^-\s|负\s?|\bminus\s+|\bnegative\s+)?(?:(?P<cur>{_CUR_BEFORE})\s?(?P<neg2>-)?)?"
    r"(?P<num>\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)?|(?<![\w.])\.\d+)"
    rf"(?:\s?(?P<cn>(?:[来多余](?=[万亿]))?[十百千万亿][{_CN_RUN}\d]*)|\s?(?P<half>and a half )?(?P<scale>hundred (?:thousand|million|billion)"
    r"|(?:thousand|million|billion|trillion|hundred|dozen|grand|mil|mn|bn|k|(?<=[\d])(?:mm|m|b))\b))?"
    rf"(?:\s?(?P<cur2>{_CUR_AFTER})|\s?(?P<pct>%|percent(?:age points?)?\b|per cent\b|pct\b|个?百分点)|(?P<ord>st\b|nd\b|rd\b|th\b))?",
)
_CHINESE = Lazy(
    rf"(?P<pct>百分之)?(?P<neg>负\s?)?(?P<ord>第\s?)?(?P<num>(?:\d+(?:\.\d+)?"
    rf"|[{_CN_RUN}]+[来多余][万亿]|[{_CN_RUN}]+(?:点[{_CN_RUN}]+)?))(?:\s?(?P<cur>{_CUR_AFTER}))?",
)
_WORD = r"(?:" + "|".join([*_TENS, *sorted(_SMALL, key=len, reverse=True), *_SCALES, "hundred", "dozen"]) + r")"
_WORDS = Lazy(
    rf"(?P<neg>\b(?:minus|negative)\s+)?\b(?P<num>(?:half\s+an?\s+|an?\s+)?{_WORD}(?:(?:[\s-]+and)?[\s-]+(?:a[\s-]+half|point"
    rf"|{_WORD}))*)\b"
    rf"(?:\s?(?P<cur>{_CUR_AFTER})|\s?(?P<pct>percent\b|per cent\b|%))?",
)
_ORDINAL = Lazy(r"\b(" + "|".join(_ORDINALS) + r")\b(?!\s+names?\b)")
_NOT_AFTER_DIGITS = Lazy(r"[a-z_@]|[-.:/]\d|年|月(?!饼)|日(?!元)|号(?![码])|点(?![数击])|时(?!候)|分(?=$|[,。,到开])|季度?")
_NOT_AFTER_CHINESE = Lazy(r"[年月日号季点]|分(?!之)|时(?!候)|度")
_COUNTED = Lazy(
    r"\s?(?:[个家条位名笔单次天周年元块台件套人份项张封通倍折款箱吨斤米小工岁级部批组页场种步轮星礼间桌辆支亩平趟所户瓶袋盒层]|以[上下内外]|[到至](?=[\d一二两三四五六七八九十])|左右|上下|起|出头|之间|美元|美金|欧元|%)"
)
_COMPARED = Lazy(r"(?:[前后过于少多共约为到成是达加减>=<]|top\s?)$")


def _after(text: str, at: int, refused: Lazy) -> bool:
    return refused.match(text, at) is not None


def _currency(*found: str | None) -> str | None:
    said = next((f for f in found if f), None)
    return None if said is None else _CURRENCY.get(said) or _CURRENCY.get(said.rstrip("s"))


_CODE_BEFORE = re.compile(r"[a-z][a-z0-9_-]*(?: \d+)?$", re.ASCII)  # "X9,5400": the comma after a model's name begins another number


def find_amounts(text: str) -> list[AmountSpan]:
    """Every amount in the text, in order, without overlaps; at the same start the longest wins."""
    low = plain(text)
    masks = [m.span() for m in _MASK.finditer(low)] if any(c in low for c in "0123456789") else []
    taken: list[AmountSpan] = []
    end = 0
    for s, e, value, currency, unit, whole in sorted(_candidates(low), key=lambda c: (c[0], -c[1])):
        if s >= end and not any(s < b and a < e for a, b in masks):
            taken.append(AmountSpan(s, e, text[s:e], value, currency, unit, whole and unit is None and currency is None))
            end = e
    return taken


_Candidate = tuple[int, int, Decimal, str | None, Unit | None, bool]


def _candidates(low: str) -> Iterator[_Candidate]:
    if any(c in low for c in "0123456789"):
        yield from _digits(low)
    if not low.isascii():
        yield from _chinese(low)
    for m in _WORDS.finditer(low):
        yield from _worded(m)
    for m in _ORDINAL.finditer(low):
        yield m.start(), m.end(), Decimal(_ORDINALS[m[1]]), None, "ordinal", False


def _digits(low: str) -> Iterator[_Candidate]:
    for m in _NUMBER.finditer(low):
        s, e, start = m.start(), m.end(), m.start("num")
        currency = _currency(m["cur"], m["cur2"])
        before = low[start - 1] if start else ""
        if not m["cur"] and ((before in "#_" and before) or (before.isascii() and before.isalpha())):
            continue
        if start > 1 and before in ".,:/" and low[start - 2].isdigit() and not (before == "," and _CODE_BEFORE.search(low, 0, start - 1)):
            continue
        if not m["pct"] and not m["cur2"] and not m["ord"] and _after(low, e, _NOT_AFTER_DIGITS) and not _range_end(low, m):
            continue
        if start and before == "第":
            continue
        value: Decimal | None = Decimal(m["num"].replace(",", ""))
        if m["cn"]:
            value = chinese_number(m["num"] + m["cn"])
        elif m["scale"]:
            for word in m["scale"].split():
                value = ((value or Decimal(0)) + (Decimal("0.5") if m["half"] else 0)) * _LETTERS[word]
        if value is None:
            continue
        negative = bool(m["neg2"] or m["neg"])
        s += len(m[0]) - len(m[0].lstrip())
        unit: Unit | None = "percent" if m["pct"] else "ordinal" if m["ord"] else None
        whole = not (negative or m["cn"] or m["scale"] or "." in m["num"])
        if low.endswith("百分之", 0, s):
            s, unit = s - 3, "percent"
        yield s, e, -value if negative else value, currency, unit, whole


def _range_end(low: str, m: re.Match[str]) -> bool:
    """50k-100k and 3-5 are two amounts; 2017-03-05 and 138-0013-8000 were masked before."""
    return (
        re.match(r"-[\d.,]+(?:k|m|bn?|%|万|亿)?(?![\w-])", low[m.end() :], re.ASCII) is not None
        and low[m.start("num") - 1 : m.start("num")] != "-"
    )


def _chinese(low: str) -> Iterator[_Candidate]:
    for m in _CHINESE.finditer(low):
        num, s, e = m["num"], m.start(), m.end()
        arabic = num[0] in "0123456789"
        if arabic and not (m["ord"] or m["pct"]):
            continue
        value = chinese_number(num)
        if value is None or (_after(low, e, _NOT_AFTER_CHINESE) and not (m["pct"] or m["cur"])):
            continue
        if m["ord"]:
            if not re.match(r"[季周月天年半]|个?(?:季度|星期|月)", low[e : e + 3]):
                yield s, m.end("num"), value, None, "ordinal", False
            continue
        before = low[max(0, s - 2) : s]
        if before[-1:] in ("周", "期", "拜", "统", "同", "单", "唯", "每", "万", "星") and not m["pct"]:
            continue
        counted = bool(m["cur"]) or _COUNTED.match(low, e) is not None or _COMPARED.search(before) is not None or e - s == len(low.strip())
        lone = len(num) == 1 or all(c in "十百千万亿" for c in num)
        if not m["pct"] and ((num == "一" and not m["cur"]) or (lone and not counted)):
            continue
        scaled = any(c in num for c in "万亿萬億点")
        yield s, e, -value if m["neg"] else value, _currency(m["cur"]), "percent" if m["pct"] else None, not (scaled or m["neg"])


def _worded(m: re.Match[str]) -> Iterator[_Candidate]:
    pieces = re.split(r"([\s-]+)", m["num"])
    for count in range(len(pieces), 0, -2):  # the longest beginning that is a number
        phrase = "".join(pieces[:count])
        value = english_number(phrase)
        if value is None:
            continue
        full = count == len(pieces)
        if phrase != "one" or (full and (m["cur"] or m["pct"])):
            end = m.end() if full else m.start("num") + len(phrase)
            scaled = any(w in phrase for w in _SCALES) or "half" in phrase or "point" in phrase
            value = -value if m["neg"] else value
            unit: Unit | None = "percent" if full and m["pct"] else None
            yield m.start(), end, value, _currency(m["cur"]) if full else None, unit, not (scaled or m["neg"])
        rest = "".join(pieces[count:]).lstrip(" -\t\n")
        if rest:
            offset = m.end("num") - len(rest)
            for n in _WORDS.finditer(m.string, offset, m.end()):
                yield from _worded(n)
        return
