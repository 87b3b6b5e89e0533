"""New records told of without a verb of making in front: "lead Clara Nygaard, Fjellheim Foods, web form", "…, add her to contacts", 新客户:….

Such a sentence is put into the form `creating` reads, "create lead: …"; a question is never one.
"""

import re

from agent.embedded import told
from agent.embedded.lexicon import Lexicon
from agent.embedded.pieces import BREAK
from agent.embedded.spans import Span, Spanned

_MADE = {"en": "create {noun}: {what}", "zh": "新建{noun}:{what}"}
_KINDS = frozenset({"account", "contact", "lead", "opportunity", "case", "product", "order", "campaign", "quote", "contract"})
_NEW_ZH = re.compile(r"^(?:有个|有一个|来了个|来了一个|又有个|多了个|我们有个|这边有个|我有个)?新(?:的)?(?:增|来)?")
_IS_NEW = re.compile(
    r"^(?P<who>.{2,60}?)\s*(?:\bis\b|'s\b)\s+(?:our|a|the|their|my)\s+new\s+(?P<noun>[a-z]+(?: person)?)\b(?P<rest>.*)$",
    re.IGNORECASE | re.DOTALL,
)
_HAVE_NEW = re.compile(
    r"^(?:hi,? |hey,? )?(?:we(?:'ve| have)?(?: just)?|i(?:'ve| have)?(?: just)?|there(?:'s| is)|here(?:'s| is)|just)\s*(?:got|have|received|met)?\s*"
    r"(?:a|an|another|one more)\s+(?:new\s+)?(?P<noun>[a-z]+)\b\s*[:,-]?\s*(?P<rest>.+)$",
    re.IGNORECASE | re.DOTALL,
)
_RECEIVER = {"her", "him", "it", "them", "this", "that", "she", "he", "他", "她", "它", "这个", "这位", "这家"}


def rewritten(text: Spanned, words: Lexicon) -> str | None:
    """The sentence as "create KIND: …"; None when it announces nothing new."""
    if told.asks(text) or not text.spans:
        return None
    return _command_last(text) or _is_new(text, words) or _noun_first(text, words)


def _form(text: Spanned, noun: str, what: str) -> str:
    return _MADE[text.language].format(noun=noun, what=what.strip(" ,，:：;；-–。."))


def _kind(words: Lexicon, noun: str) -> str:
    return next((s.entity for s in words.table.meaning(noun) if s.kind == "entity" and s.entity in _KINDS), "")


def _noun_first(text: Spanned, words: Lexicon) -> str | None:
    """ "lead Clara Nygaard, Fjellheim Foods AS, web form", 新客户:珠海南澳仪器有限公司,制造业."""
    plain = text.text.strip()
    if text.language == "zh":
        new = _NEW_ZH.match(plain)
        start = new.end() if new else 0
        found = next((plain[start:end] for end in range(start + 4, start + 1, -1) if _kind(words, plain[start:end])), "")
        rest = plain[start + len(found) :] if found else ""
        mark = re.match(r"\s*[:：,，]", rest)
        if not found or not rest.strip() or not (mark or (new and new.group() and _says_more(text, start + len(found)))):
            return None
        return _form(text, found, rest) if (new and new.group()) or (mark and _says_more(text, start + len(found))) else None
    spans = [span for span in text.spans if not span.filler]
    if spans and spans[0].func("create") and spans[0].text.lower() == "new":
        return None  # creating reads it as it is
    had = _HAVE_NEW.match(plain)
    if had and _kind(words, had["noun"]) and re.search(r"[A-Z]", had["rest"]):
        return _form(text, had["noun"], had["rest"])
    head = spans[0] if spans else None
    if head is None or head.entity is None or head.entity.plural or head.entity.entity not in _KINDS or head.names:
        return None
    gap = plain[head.last :]
    named = re.match(r"\s*[:,-]", gap) or re.match(r"\s+(?:for\s+|from\s+|at\s+)?[A-Z0-9]", gap)
    return _form(text, head.text, gap) if named and _says_more(text, head.last) and not _states(text, head) else None


def _says_more(text: Spanned, start: int) -> bool:
    """Whether something new is named after a place, with a break or a value beside it."""
    after = [span for span in text.spans if span.first >= start and not span.filler]
    if not any(span.unknown or span.literal for span in after):
        return False
    return bool(BREAK.search(text.text[start:].strip(" :：,，"))) or any(span.literal or span.amount or span.choices for span in after)


def _states(text: Spanned, head: Span) -> bool:
    """ "task X is done", "deal X to Won": of a record there is."""
    after = [span for span in text.spans if span.first >= head.last and not span.filler]
    first = after[0] if after else None
    known = first is not None and any(
        name.type == (head.entity.entity if head.entity else "") and name.score >= 0.95 for name in first.names
    )
    kind = head.entity.entity if head.entity else ""
    stated = (
        re.search(r"\b(?:is|are|was|were|has been|have been|got)\s+(?:now |just |finally )?$", text.text[: after[-1].first], re.IGNORECASE)
        if after
        else None
    )
    if stated and any(choice.entity == kind for choice in after[-1].choices):
        return True  # "quote Q-0228 was accepted"
    return known or any(span.func("to") and span.text.lower() not in {"at", "is", "为", "是"} for span in after)


def _is_new(text: Spanned, words: Lexicon) -> str | None:
    """ "Renate Falk is our new contact at Rheintal, …"."""
    found = _IS_NEW.match(text.text.strip())
    if found is None or not _kind(words, found["noun"]) or text.language != "en":
        return None
    return _form(text, found["noun"], found["who"] + " " + found["rest"].strip(" :"))


def _command_last(text: Spanned) -> str | None:
    """ "Priya Nair, works at Thornmoor, add her to contacts", …,录成线索, …,开个紧急工单,类型故障."""
    spans = text.spans
    for place, span in enumerate(spans):
        if place == 0 or not span.func("create", "log") or span.names:
            continue
        before = text.text[: span.first].rstrip()
        if not BREAK.search(before[-1:] + " ") and before[-1:] not in {"。", ".", "!", "！"}:
            continue
        stop = next((n for n in range(place + 1, len(spans)) if BREAK.search(text.text[spans[n - 1].last : spans[n].first])), len(spans))
        breath = [each for each in spans[place + 1 : stop] if not each.filler]
        head = next((each for each in breath if each.entity and each.entity.entity in _KINDS), None)
        if head is None or any(each.names or each.unknown or each.literal or each.time or each.amount for each in breath):
            continue
        told_before = [each for each in spans[:place] if each.unknown or each.literal]
        asked = any(each.func("show", "count", "update", "delete", "assign", "remind", "create", "log") for each in spans[:place])
        if not told_before or asked:
            continue
        kept = [each.text for each in breath if each is not head and each.choices and each.text.lower() not in _RECEIVER]
        rest = text.text[spans[stop - 1].last :]
        return _form(
            text, head.text, ", ".join([before.strip(" ,，;；。"), *kept]) + (", " + rest.strip(" ,，。.") if rest.strip(" ,，。.") else "")
        )
    return None
