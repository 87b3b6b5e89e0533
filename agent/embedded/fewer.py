"""Fewer records than a change just proposed holds: "actually only the first", "not the Harbour one", 白云那个不用, 只改前两个.

The proposal is made again for those that stay and takes the place of the first. What is said to leave none, or fits none, is no such turn.
"""

import re
from collections.abc import Sequence
from functools import cache

from agent.embedded import told
from agent.embedded.answering import places
from agent.embedded.frames import Frame
from agent.embedded.leaning import few_said
from agent.embedded.lexicon import change_words
from agent.embedded.scene import Scene
from agent.embedded.tokens import is_chinese, phrase
from store.gate import pending as proposals
from store.query import RecordView, load

_LOOKED_AT = 30  # proposals back
_LIGHT = re.compile(
    r"\b(?:the|ones?|please|deals?|change|of|them|those|at|from|for|that|it|and|also|actually|sorry|no|oh|wait|all|but)\b|"
    r"(?:那|这)?(?:个|单|条|家|位|笔|份|张|的)|吧|了|啊|哦|其实|还是|就|先|都|把",
    re.IGNORECASE,
)


def read(scene: Scene, said: str) -> list[Frame] | None:
    """The change for those that stay; None when the turn says nothing of the kind."""
    first = scene.previous[0] if scene.previous else None
    if first is None or first.intent not in {"update", "delete"} or not first.proposed or told.asks(scene.text):
        return None
    made = [each for each in proposals(scene.unit, limit=_LOOKED_AT) if each.id in first.proposed]
    ids = list(dict.fromkeys(str(change["id"]) for each in made for change in each.changes))
    if len(ids) < 2:
        return None
    plain = said.strip(" .。!！")
    for name, stays in (("leaves_out", False), ("keeps_only", True)):
        rest = _without(plain, name)
        if rest is None:
            continue
        meant = _meant(rest, load(scene.unit, first.entity, ids))
        kept = [each for each in ids if (each in meant) == stays]
        if meant and kept and len(kept) < len(ids):
            return [_again(first, kept)]
    return None


_LEFT_ZH = re.compile(
    r"[,，]\s*(?P<what>[^,，。;；]{2,20}?)(?:那个|这个|那单|那条|那家|那位|的)?(?:就|先|暂时|还是|继续)*"
    r"(?P<word>[\u3400-\u9fff]{1,4})[吧了啊]*[。.!！]?$"
)
_LEFT_EN = re.compile(
    r"[,;]\s*(?:but |and |please )*(?:leave|keep|skip)\s+(?P<what>.+?)"
    r"(?:\s+(?:out|alone|as (?:it )?is|for now|where it is|untouched|out of it))*[.!]?$",
    re.IGNORECASE,
)


def rewritten(text: str) -> str | None:
    """…,云杉那个先留着, "…, leave the Tanjong one as is": what a sentence about a set leaves alone, put as its exception."""
    chinese = is_chinese(text)
    found = (_LEFT_ZH if chinese else _LEFT_EN).search(text.strip())
    if found is None or (chinese and found["word"] not in change_words("leaves_out")):
        return None
    head = text.strip()[: found.start()]
    if not any(word in head.lower() for word in change_words("every_one") | _SETS):
        return None
    return f"{head},{found['what']}除外" if chinese else f"{head}, except {found['what']}"


_SETS = frozenset({"all ", "every ", "each ", "都", "全", "所有", "一律", "统一"})


def _again(first: Frame, ids: list[str]) -> Frame:
    frame = Frame.from_json(first.to_json())
    frame.ids, frame.parts, frame.period, frame.date_field = ids, [], None, None
    frame.results, frame.notes, frame.proposed, frame.replaces = [], [], [], list(first.proposed)
    return frame


@cache
def _words(name: str) -> re.Pattern[str]:
    held = sorted(change_words(name), key=len, reverse=True)
    latin = "|".join(re.escape(word) for word in held if not is_chinese(word))
    han = "|".join(re.escape(word) for word in held if is_chinese(word))
    lead = r"(?:(?:actually|sorry|no|oh|wait|but|and|well|hmm)[\s,]+|其实|不对|等等|哦|还是|[,，\s])*"
    return re.compile(rf"^{lead}(?P<first>(?:{latin})\b|(?:{han}))|(?P<last>(?:{han}))[吧了啊哦]*$|(?P<end>\b(?:{latin}))$", re.IGNORECASE)


def _without(said: str, name: str) -> str | None:
    """What is left of a turn without the words that say so; None where they are not said."""
    found = _words(name).search(said)
    if found is None:
        return None
    return (said[: found.start()] + " " + said[found.end() :]).strip(" ,，")


def _meant(said: str, records: Sequence[RecordView]) -> set[str]:
    """Those of the records that are spoken of: by their places, by a word that one of them alone holds."""
    few = few_said(said, len(records))
    if few is not None:
        return {record.id for record in records[few]}
    by_place = [place for place in places(said, len(records)) if place is not None]
    if by_place:
        return {records[place].id for place in by_place}
    core = _LIGHT.sub(" ", said).strip(" ,，").casefold()
    words = set(phrase(core)) if not is_chinese(core) else set(core.split())
    if not words:
        return set()
    fits = [record for record in records if _holds(record, words, core)]
    return {record.id for record in fits} if len(fits) == 1 else set()


def _holds(record: RecordView, words: set[str], core: str) -> bool:
    held = " ".join([record.name, *(str(value) for value in record.fields.values() if isinstance(value, str))]).casefold()
    return all(word in held for word in words) if is_chinese(core) else words <= set(phrase(held))
