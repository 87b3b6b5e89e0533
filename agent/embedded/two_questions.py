"""Two questions in one sentence: "how much is Priya's pipeline and which of her projects close this month", "cases for X and tasks for X".

As in `parting`, a joint is a place to try: the cut counts when both sides are questions read to the last word and the second has a head of its own.
"""

import re
from collections.abc import Callable, Sequence

from agent.embedded import acting
from agent.embedded.frames import Frame
from agent.embedded.spans import Span, Spanned

_ASKED = frozenset({"find", "get", "measure", "notes", "brief"})
_JOINT = re.compile(
    r"\s*[?？;；]\s+(?:and\s+)?|\s*[,，]?\s+(?:and also|and then|and|also|plus)\s+(?:(?:also|then|tell me|show me)\s+)?|"
    r"\s*[,，;；。？?]\s*(?:还有|另外|以及|再看看|再看|再查|顺便看看|顺便|同时|也看看|然后)?(?=[\u3400-\u9fff])",
    re.IGNORECASE,
)
_OPENS = re.compile(
    r"(?:which|what|what's|who|who's|whose|how (?:many|much|long)|when|where|any|are there|is there|do we|list|show)\b", re.IGNORECASE
)
_OPENS_ZH = re.compile(r"哪|多少|几|谁|有没有|有无|什么|怎么样")
_HAVING = re.compile(r"\b(?:has|have|had|having|with|without|got)\b(?! to\b)", re.IGNORECASE)
_ANOTHER = re.compile(r"(?:an?|no|any|some|at least|more than|fewer than|less than|\d+|two|three|several)\b(?! there\b)", re.IGNORECASE)
_MOST = 3  # joints tried
Read = Callable[[str, Sequence[Frame]], list[Frame]]


def read(text: str, whole: Sequence[Frame], spans_of: Callable[[str], Spanned], reading: Read) -> list[Frame] | None:
    """The frames of both questions; None when the sentence is one."""
    if any(frame.intent not in _ASKED | {"clarify", "refuse"} for frame in whole):
        return None
    for joint in list(_JOINT.finditer(text))[:_MOST]:
        left, right = text[: joint.start()].strip(), text[joint.end() :].strip()
        if len(left) < 3 or len(right) < 3 or not _opens(right, spans_of) or not _head(spans_of(left)) or _goes_on(left, right):
            continue
        one = reading(left, [])
        if not _answered(one) or not any(frame.parts or frame.period or frame.by or frame.metric for frame in one):
            continue
        two = reading(right, one)
        if _answered(two) and all(frame.intent in _ASKED for frame in two):
            return [*(_split_alike(frame, two) for frame in one), *(_in_period(frame, one[-1]) for frame in two)]
    return None


def _goes_on(left: str, right: str) -> bool:
    """ "clinics that have an open claim | an open project": what they have besides, no question of its own."""
    return bool(_HAVING.search(left) and _ANOTHER.match(right))


def _answered(frames: Sequence[Frame]) -> bool:
    return acting.settled(frames) and all(frame.intent in _ASKED for frame in frames)


def _opens(right: str, spans_of: Callable[[str], Spanned]) -> bool:
    """Whether what follows is a question of its own: it asks, or begins with what it is about, and names a kind of record or a figure."""
    text = spans_of(right)
    own = _head(text)
    if text.language == "zh":
        return own and bool(_OPENS_ZH.search(right))  # a noun that opens may label a name: 客户X,联系人Y的工单
    asks = bool(_OPENS.match(right))
    told = [span for span in text.spans if not span.filler]
    noun = next((number for number, span in enumerate(told) if span.entity), len(told))
    said = [span for span in told[:noun] if span.choices or span.func("overdue", "unowned")]
    begins = noun == len(said) and noun < len(told) and bool(said or any(span.names for span in told[noun + 1 :]))
    return own and (asks or begins)


def _head(text: Spanned) -> bool:
    return any(_heads(text.spans, number) for number in range(len(text.spans)))


def _heads(spans: Sequence[Span], number: int) -> bool:
    span = spans[number]
    held = number > 0 and spans[number - 1].func("with", "without", "group")
    return bool((span.entity or span.metric) and not span.names and not held)


def _split_alike(frame: Frame, after: Sequence[Frame]) -> Frame:
    """ "win rate and sold deals by owner this year": a figure that says nothing of its own is of what the last one is."""
    last = after[-1]
    bare = frame.intent == last.intent == "measure" and not (frame.by or frame.parts or frame.period or frame.top or frame.part)
    if bare and frame.entity == last.entity and last.by and not last.top:
        frame.by, frame.period, frame.parts = list(last.by), last.period, [*last.parts]
    return frame


def _in_period(frame: Frame, before: Frame) -> Frame:
    """ "what did each product bring this year, and which lost most": of the same time, where the second says none."""
    if frame.intent == before.intent == "measure" and frame.period is None:
        frame.period = before.period
    return frame
