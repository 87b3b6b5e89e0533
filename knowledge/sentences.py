"""Cutting text into sentences and telling English from Chinese."""

import re
from typing import Literal

Language = Literal["en", "zh"]

HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_LETTER = re.compile(r"[^\W\d_]")
_ZH_SHARE = 0.2  # notes in Chinese are full of Latin product names
# A full stop after one of these, or after a single capital (initials), does not end a sentence.
_SHORT = """mr mrs ms dr prof st sr jr vs etc inc ltd co corp dept approx no nos fig incl excl eg ie e.g i.e a.m p.m u.s u.k
jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun tel ext est min max avg qty pcs art"""
_ABBREVIATIONS = frozenset(_SHORT.split())
_END = re.compile(r"[.!?]+[\"'”’)\]]*(?=\s|$)|[!?]+(?=[\u3400-\u9fff])|[。！？…]+[”’」』）】]*|[；;](?=\s|[\u3400-\u9fff])|\n+")
_LAST_WORD = re.compile(r"([^\s(\[\"'“]+)$")


def language_of(text: str) -> Language:
    """zh when at least a fifth of the letters are Han characters."""
    letters = len(_LETTER.findall(text))
    return "zh" if letters and len(HAN.findall(text)) >= _ZH_SHARE * letters else "en"


def split_sentences(text: str) -> list[str]:
    """Sentences in order, trimmed, none empty. Abbreviations, initials, decimals, addresses and numbered lists stay whole."""
    found: list[str] = []
    start = 0
    for mark in _END.finditer(text):
        if mark.group().startswith(".") and _goes_on(text, start, mark):
            continue
        _keep(found, text[start : mark.end()])
        start = mark.end()
    _keep(found, text[start:])
    return found


def _keep(found: list[str], piece: str) -> None:
    piece = " ".join(piece.split())
    if not piece:
        return
    if found and not _LETTER.search(piece) and not re.search(r"\d", piece):
        found[-1] += piece  # punctuation on its own
    else:
        found.append(piece)


def _goes_on(text: str, start: int, mark: re.Match[str]) -> bool:
    """Whether the full stop belongs to the word before it."""
    if mark.group() != ".":
        return False
    before = _LAST_WORD.search(text[start : mark.start()])
    word = before.group(1) if before else ""
    after = text[mark.end() :].lstrip()
    if word.lower() in _ABBREVIATIONS:
        return bool(after)
    if len(word) == 1 and word.isupper():
        return bool(after)
    if word.isdigit() and len(word) <= 2 and not text[start : mark.start() - len(word)].strip():
        return True  # "1. First point"
    return bool(after) and after[0].islower()


def sentence_bounds(text: str) -> list[tuple[int, int]]:
    """Where each sentence begins and ends; `split_sentences` closes gaps, so letters are counted and not looked for."""
    places = [at for at, letter in enumerate(text) if not letter.isspace()]
    bounds: list[tuple[int, int]] = []
    done = 0
    for sentence in split_sentences(text):
        count = len("".join(sentence.split()))
        bounds.append((places[done], places[done + count - 1] + 1))
        done += count
    return bounds
