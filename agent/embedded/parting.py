"""Sentences that hold two requests no word announces: "X goes to Ben, and how many deals has Anna?", 惠民推到投标 福源金额改成两万一.

`clauses` cuts where a verb says so. Here every joint is a place to try: the cut counts when both sides are read to the last word, the first
as something to be done.
"""

import re
from collections.abc import Callable, Iterator, Sequence

from agent.embedded import acting, compound, told
from agent.embedded.creating_words import words as creating_words
from agent.embedded.frames import Frame
from agent.embedded.lexicon import change_words, function_words
from agent.embedded.tokens import is_chinese

_MOST = 4  # joints tried
_DONE = frozenset({"update", "delete", "create", "log", "task", "merge", "handover"})
_FREE = frozenset({"create", "log", "task"})  # what has a text that may hold a joint of its own
_JOINT = re.compile(
    r"\s*(?P<mark>[;；。]|[,，]|\.(?=\s)|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fffA-Z]))\s*"
    r"(?P<word>(?:and then|and also|then also|and|then|also|plus|并且|同时|然后|另外|顺便|还有|再|并)(?![a-z]))?\s*|"
    r"\s+(?P<bare>and then|and also|and|then)\s+|(?P<zh>同时|另外|顺便|然后|并且)",
    re.IGNORECASE,
)
_LEADS = re.compile(r"^(?:please|also|just|then|再|也|请|帮我|给我|并|把|将|顺便|麻烦)+\s*", re.IGNORECASE)

_OF_THE_NEW = re.compile(r"(?:i |we )?(?:just )?(?:met|saw|know|knew) (?:him|her|them)\b", re.IGNORECASE)
_SHIFTS_ZH = re.compile(
    r"[^,，;；。说讲问想要]{2,24}?(?:改成|改为|改到|推到|推进到|推进|调到|调成|设为|标成|标记为|换成|转给)"
)  # 家居展金额改成35万
_FOR_WHOM = re.compile(r"^(?:给|为|替|帮|让|叫)[\u4e00-\u9fffA-Za-z ]{1,10}?(?=建|安排|设|派|加|开|记|发|约|创建|新建)")


def parted(text: str, whole: Sequence[Frame], read: Callable[[str, Sequence[Frame]], list[Frame]]) -> list[Frame] | None:
    """The frames of both sides of the first joint at which a sentence falls into two requests; None when it does not."""
    free = acting.settled(whole) and any(frame.intent in _FREE for frame in whole)
    if acting.settled(whole) and not free and all(frame.intent in _DONE for frame in whole):
        return None
    for left, right, announced in list(_joints(text))[:_MOST]:
        opens = _opens(right)
        ended = text[len(left) :].lstrip()[:1] in {";", "；", "。", "."}
        shifts = _SHIFTS_ZH.match(right) is not None
        if free and not ((announced or ended) and opens) and not shifts:
            continue
        one = read(left, [])
        if not _done(one):
            continue
        two = read(right, one)
        if any(frame.intent == "create" for frame in one) and any(frame.intent == "log" for frame in two) and _OF_THE_NEW.match(right):
            continue  # "lead: Amir Hassan …, met him at …": how somebody new was met is told of them
        if any(_again(frame, one) or _only_asks(frame, one) for frame in two):
            continue
        if any(frame.intent == "create" for frame in two) and not (opens or announced):
            continue  # what follows a new record's first breath tells of it and makes no second
        new = any(frame.intent == "create" for frame in one)
        if new and any(frame.intent == "task" for frame in two) and not (opens or announced or _to_do(right)):
            continue  # "new deal at …, clean rooms, to be signed in January": what it is about is nothing to do
        if free and shifts and not opens and not all(f.intent in {"update", "task"} for f in two):
            continue
        if _done(two) or (acting.settled(two) and (told.QUESTION.search(right) or opens) and any(f.intent != "refuse" for f in two)):
            return compound.joined([*one, *two])
    return None


def _to_do(text: str) -> bool:
    """Whether a text tells somebody what to do: "call him on Friday", 周五给他打电话."""
    plain = _LEADS.sub("", text).lower()
    return is_chinese(text) or any(plain == deed or plain.startswith(f"{deed} ") for deed in creating_words("deeds"))


def _again(frame: Frame, earlier: Sequence[Frame]) -> bool:
    """ "… until November and status draft": the record just made, with one thing more told of it, is no second one."""
    return frame.intent == "create" and any(
        each.intent == "create" and each.entity == frame.entity and each.values.items() & frame.values.items() for each in earlier
    )


def _only_asks(frame: Frame, earlier: Sequence[Frame]) -> bool:
    """ "I was at … on Thursday, he liked it. Log a visit": asks to keep what was told, and tells of nothing else."""
    about = {"account", "contact", "lead", "opportunity", "case"} & set(frame.values)
    return frame.intent == "log" and not about and len(frame.text.split()) < 3 and any(each.intent == "log" for each in earlier)


def _joints(text: str) -> Iterator[tuple[str, str, bool]]:
    for match in _JOINT.finditer(text):
        left, right = text[: match.start()].strip(), text[match.end() :].strip()
        if len(left) > 3 and len(right) > 3:
            yield left, right, bool(match["word"] or match["bare"] or match["zh"])


def _done(frames: Sequence[Frame]) -> bool:
    """Whether something is to be done, and it is known what; which of several records is a question of its own."""
    asked = [frame for frame in frames if frame.intent == "clarify" and frame.reason == "several"]
    rest = [frame for frame in frames if frame not in asked]
    return bool(frames) and all(frame.intent in _DONE or (frame.intent == "refuse" and frame.reason == "nothing") for frame in rest)


def _opens(text: str) -> bool:
    """Whether a text begins with a verb of doing."""
    plain = _FOR_WHOM.sub("", _LEADS.sub("", text)).lower()
    verbs = [word for name in ("create", "update", "assign", "delete", "log", "remind") for word in function_words()[name]]
    verbs += [word for word in creating_words("puts") if is_chinese(word)]
    verbs += [*change_words("wishes"), *change_words("asked"), *change_words("emptying")]
    return any(plain.startswith(str(word)) and (is_chinese(str(word)) or not plain[len(str(word)) :][:1].isalpha()) for word in verbs)
