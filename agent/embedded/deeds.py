"""What is to be done, told after another request without a word that asks for a task: "move X to Won and thank them by mail next week",
"add a lead …, and a task for Ben to phone her tomorrow", 赢了,下周二给他们打电话. Put as "remind me to …", which the readers of tasks know."""

import re
from collections.abc import Callable
from functools import cache

from agent.embedded import told
from agent.embedded.clauses import free_text_start
from agent.embedded.creating_words import words
from agent.embedded.spans import Span, Spanned
from agent.embedded.tokens import is_chinese

SpansOf = Callable[[str], Spanned]
_DONE = ("create", "update", "assign", "delete", "log", "close")


@cache
def _joint() -> re.Pattern[str]:
    deeds = sorted((re.escape(word) for word in words("deeds") if not is_chinese(word)), key=len, reverse=True)
    tasks = "|".join(sorted((re.escape(word) for word in words("tasks") if not is_chinese(word)), key=len, reverse=True))
    return re.compile(
        rf"(?:(?P<end>[.;!])|,)?\s+(?P<and>and then|and also|and|then|also|plus)?\s*(?:please |also )?"
        rf"(?:(?P<task>(?:(?:give|set|make|create|add|put) (?:me |in )?)?(?:a |an |one |another )?(?:new )?(?:{tasks}) "
        rf"(?:(?:for )?(?P<whom>[A-Z][\w'-]+(?: [A-Z][\w'-]+)?) to|for me to|to)) |(?P<deed>{'|'.join(deeds)})\b)",
        re.IGNORECASE,
    )


_JOINT_ZH = re.compile(r"[,，;；。]\s*(?:然后|并且|并|再|顺便|同时|另外|还有)?(?=[\u4e00-\u9fffA-Za-z])")


def rewritten(text: Spanned, spans_of: SpansOf) -> str | None:
    """The text with "remind me to" before what is to be done; None where nothing of the kind follows a request."""
    if "\n" in text.text or told.asks(text) or any(span.func("remind", "draft") for span in text.spans[:2]):
        return None
    requested = _requests(text)
    reported = told.reports(text.text)
    if not (requested or reported):
        return None
    return (_chinese if text.language == "zh" else _english)(text, spans_of, reported)


def _requests(text: Spanned) -> bool:
    """Whether it begins with a request or tells of a change before anything else is to be done."""
    return any((span.func(*_DONE, "to") or told.ended(span)) and not span.names for span in text.spans)


def _english(text: Spanned, spans_of: SpansOf, reported: bool) -> str | None:
    stop = free_text_start(text)
    for found in _joint().finditer(text.text):
        if found.start() >= stop or found.start() < 4 or not (found["and"] or found["end"] or found.group().lstrip().startswith(",")):
            continue
        if reported and not (found["end"] or found["task"]):
            continue  # "she wants a menu and …": what was said
        left, place = text.text[: found.start()], found.start("task") if found["task"] else found.start("deed")
        rest = text.text[found.end("task") if found["task"] else place :].strip()
        before = [span for span in text.spans if span.last <= found.start()]
        if not any(span.content for span in before) or not (reported or any(span.func(*_DONE) for span in before)):
            continue
        if rest[len(found["deed"] or "") :].lstrip()[:1] in {":", "="}:
            continue  # "…; phone: +44 …": the name of a field
        if not found["task"] and not _to_be_done(spans_of(rest), found["deed"]):
            continue
        whom = found["whom"] if found["task"] else None
        return f"{left}, and remind {whom or 'me'} to {rest}"
    return None


def _to_be_done(rest: Spanned, deed: str) -> bool:
    """Whether a day to come is said, or who it is done to right after the verb."""
    if re.match(r"\s*(?:it|this|that)\b", rest.text[len(deed) :], re.IGNORECASE):
        return False  # "call it Phase two": its name
    if any(_ahead(span) for span in rest.spans):
        return True
    after = next((span for span in rest.spans if span.first >= len(deed) and not span.filler), None)
    somebody = after is not None and (after.func("it") or any(name.type in {"contact", "lead"} for name in after.names))
    return somebody and deed.lower() in _IN_PERSON


_IN_PERSON = frozenset({"call", "call back", "phone", "ring", "visit", "meet", "chase"})


def _ahead(span: Span) -> bool:
    return span.time is not None and span.time.kind == "period" and not span.names and not span.choices


def _chinese(text: Spanned, spans_of: SpansOf, reported: bool) -> str | None:
    stop = free_text_start(text)
    for found in _JOINT_ZH.finditer(text.text):
        left, rest = text.text[: found.start()], text.text[found.end() :]
        if found.start() >= stop or found.start() < 3 or re.search(r"[,，;；。].", rest):
            continue
        read = spans_of(rest)
        verb = any(deed in rest for deed in words("deeds") if is_chinese(deed))
        own = any(
            span.func("remind", "update", "assign", "delete", "create", "log") or (span.func("to") and len(span.text) > 1)
            for span in read.spans
        )
        before = [span for span in text.spans if span.last <= found.start()]
        done = any(span.func(*_DONE) or (span.func("to") and len(span.text) > 1) or told.ended(span) for span in before)
        opens = bool(read.spans) and (_ahead(read.spans[0]) or "然后" in found.group() or "顺便" in found.group())
        if verb and not own and done and not reported and opens and any(_ahead(span) for span in read.spans):
            return f"{left},提醒我{rest}"
    return None
