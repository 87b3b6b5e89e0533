"""A model's prose about a brief, held against the evidence it was given: what the sources named do not bear out is left out, and said so."""

import re
from collections.abc import Sequence
from typing import Literal

from agent.figures_said import numbers_said, stands_in
from knowledge.sentences import language_of, split_sentences
from knowledge.words import question_words
from tools.results import Briefed

_MARKS = re.compile(r"\[(\d{1,3})\]")
_HEADING = re.compile(r"^\s*(?:#+\s.*|\*\*[^*]+\*\*:?|[^.!?。！？]*[:：])\s*$")
_BULLET = re.compile(r"^(\s*(?:[-*•]|\d{1,2}[.)、])\s+)?(.*)$", re.DOTALL)
ALONE = 0.6  # the same for a sentence that names no source, of the one line it must stand in
SHARED = 0.4  # of a sentence's words of content that its sources must hold, when both are in one language
LEFT_OUT = {
    "en": "⚠️ {n} statement(s) of the model were left out: the sources named do not bear them out.",
    "zh": "⚠️ 已略去模型的{n}处表述：所引来源不支持。",
}


def borne_out(text: str, briefs: Sequence[Briefed], language: Literal["en", "zh"]) -> str:
    """The text without the sentences its citations do not support: a citation that is not there, a number that is not in it, or words it
    does not hold. A sentence that cites nothing must stand in one line of the evidence, and gets its marks: of several lines together
    things are said that none of them says. Unchanged when there is no brief."""
    if not briefs:
        return text
    evidence = _Evidence(briefs)
    kept, dropped = [], 0
    for line in text.splitlines():
        bullet, rest = _BULLET.match(line).groups()  # type: ignore[union-attr]
        if not rest.strip() or _HEADING.match(line):
            kept.append(line)
            continue
        good = [told for sentence in _sentences(rest) if (told := evidence.borne_out(sentence))]
        dropped += len(_sentences(rest)) - len(good)
        if good:
            kept.append((bullet or "") + " ".join(good))
    shown = re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()
    return "\n\n".join(filter(None, [shown, LEFT_OUT[language].format(n=dropped) if dropped else ""]))


def _sentences(text: str) -> list[str]:
    """Sentences, each with the marks that follow its full stop."""
    found: list[str] = []
    for piece in split_sentences(text):
        lead = re.match(r"(?:\s*\[\d{1,3}\])+", piece)
        if lead and found:
            found[-1] += f" {lead.group().strip()}"
            piece = piece[lead.end() :].strip()
        if piece:
            found.append(piece)
    return found


class _Evidence:
    """The lines of the briefs, and what stands behind each number."""

    def __init__(self, briefs: Sequence[Briefed]) -> None:
        self.by_mark: dict[int, list[str]] = {}
        self.lines: list[tuple[list[str], str]] = []  # the texts of a line and of its sources, and its marks
        for brief in briefs:
            for number, citation in enumerate(brief.citations, start=1):
                held = " ".join(str(citation[name]) for name in ("quote", "account", "date", "author") if citation[name])
                self.by_mark.setdefault(number, []).append(held)
            for line in brief.composed.lines:
                for number in line.cites:
                    self.by_mark.setdefault(number, []).append(line.text)
                quotes = [str(brief.citations[number - 1]["quote"]) for number in line.cites]
                self.lines.append(([line.text, brief.brief.name, *quotes], "".join(f"[{number}]" for number in line.cites)))

    def borne_out(self, sentence: str) -> str:
        """The sentence with its marks; empty when nothing bears it out."""
        marks = [int(each) for each in _MARKS.findall(sentence)]
        plain = _MARKS.sub("", sentence)
        if any(mark not in self.by_mark for mark in marks):
            return ""
        if marks:
            return sentence if self._stands(plain, [text for mark in marks for text in self.by_mark[mark]], SHARED) else ""
        found = next((told for texts, told in self.lines if self._stands(plain, texts, ALONE)), "")
        return f"{sentence} {found}" if found else ""

    def _stands(self, plain: str, sources: Sequence[str], least: float) -> bool:
        return all(stands_in(number, sources) for number in numbers_said(plain)) and self._shares(plain, sources, least)

    def _shares(self, plain: str, sources: Sequence[str], least: float) -> bool:
        """Whether enough of its words stand in the sources of its own language; sources in the other one are judged by their numbers."""
        words = set(question_words(plain).all)
        if not words:
            return True
        same = [text for text in sources if language_of(text) == language_of(plain)]
        if not same:
            return least < ALONE
        held = {word for text in same for word in question_words(text).all}
        return len(words & held) >= least * len(words)
