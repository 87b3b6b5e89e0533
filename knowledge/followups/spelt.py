"""E-mail addresses spelt aloud and telephone numbers said digit by digit."""

import re
from collections.abc import Iterator

from knowledge.followups.followup import Said

_DIGITS = {
    "zero": "0", "oh": "0", "o": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "零": "0", "〇": "0", "一": "1", "幺": "1", "二": "2", "两": "2", "三": "3", "四": "4", "五": "5", "六": "6", "七": "7",
    "八": "8", "九": "9",
}  # fmt: skip
_REPEATS = {"double": 2, "triple": 3, "treble": 3}
_HUNDRED = "hundred"  # "nine hundred" is 900
_LATIN = "|".join([*(word for word in _DIGITS if word.isascii()), *_REPEATS, _HUNDRED])
_LEAST, _MOST = 7, 15  # digits of a telephone number
_SPOKEN = re.compile(rf"(?:\bplus[\s,]+)?\b(?:(?:{_LATIN}|\d+)\b[\s,.-]*){{5,}}", re.IGNORECASE)
_WRITTEN = re.compile(r"(?<![\w/.])\+?\d[\d ()/-]{5,18}\d(?![\w%])")
_CHINESE = re.compile(r"(?:加)?[零〇一幺二两三四五六七八九\d][零〇一幺二两三四五六七八九\d ,，-]{5,}[零〇一幺二两三四五六七八九\d]")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_ALOUD = re.compile(
    r"(?<!['’])\b([a-z0-9-]+(?:\s+(?:dot|point|underscore|dash|hyphen)\s+[a-z0-9-]+)*)\s+at\s+"
    r"([a-z0-9-]+(?:\s+(?:dash|hyphen)\s+[a-z0-9-]+)*(?:\s+(?:dot|point)\s+[a-z0-9-]+)+)\b"
    r"(?!\s+at\s+[a-z0-9-]+\s+(?:dot|point)\b)",  # "he's at tobin dot grey at firm dot example"
    re.IGNORECASE,
)
_ALOUD_ZH = re.compile(r"([a-z0-9_-]+(?:\s*点\s*[a-z0-9_-]+)*)\s*(?:艾特|at|@|圈a)\s*([a-z0-9-]+(?:\s*点\s*[a-z0-9-]+)+)", re.IGNORECASE)
_SPOKEN_MARKS = (
    (re.compile(r"\s+(?:dot|point)\s+|\s*点\s*"), "."), (re.compile(r"\s+(?:dash|hyphen)\s+"), "-"), (re.compile(r"\s+underscore\s+"), "_"),
)  # fmt: skip


def addresses(text: str) -> Iterator[Said[str]]:
    """Written ones, and "sabine dot reuter at firm dot example"."""
    for found in _ADDRESS.finditer(text):
        address = found[0].rstrip(".")
        yield Said(address.lower(), found.start(), found.start() + len(address))
    for pattern in (_ALOUD, _ALOUD_ZH):
        for found in pattern.finditer(text):
            if "@" not in found[0]:
                yield Said(f"{_joined(found[1])}@{_joined(found[2])}", found.start(), found.end())


def _joined(part: str) -> str:
    part = part.lower()
    for pattern, mark in _SPOKEN_MARKS:
        part = pattern.sub(mark, part)
    return part.replace(" ", "")


def telephones(text: str) -> Iterator[Said[str]]:
    """Digits in a row, as they are dialled: "oh six, one two …", 一三八…, "+49 30 23125 165"."""
    taken = list[tuple[int, int]]()
    for pattern in (_WRITTEN, _SPOKEN, _CHINESE):
        for found in pattern.finditer(text):
            said = found[0].rstrip(" ,，.-")
            number = _dialled(said)
            until = found.start() + len(said)
            if _LEAST <= len(number.lstrip("+")) <= _MOST and not any(found.start() < b and until > a for a, b in taken):
                taken.append((found.start(), until))
                yield Said(number, found.start(), until)


def _dialled(said: str) -> str:
    number, times = "", 1
    for piece in re.findall(r"[a-z]+|\d|[\u3400-\u9fff]", said.lower()):
        if piece in _REPEATS:
            times = _REPEATS[piece]
            continue
        if piece == _HUNDRED:
            number += "00"
            continue
        number += _DIGITS.get(piece, piece if piece.isdigit() else "") * times
        times = 1
    plus = said.lower().startswith(("+", "plus", "加"))
    return f"+{number}" if plus else number
