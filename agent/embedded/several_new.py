"""Several new records asked for at once, put as one request each: "add two contacts at Dunmore: Aoife Brennan (QA manager) and Liam Burke",
"create account Frigotec in Milan, contact Marco Bellini, and a deal cold room sensors for 22k" (what follows an account belongs to it).
"""

import re
from itertools import pairwise

from agent.embedded import shapes, told
from agent.embedded.creating_words import words as held
from agent.embedded.lexicon import Lexicon
from agent.embedded.nouns import KINDS, kind_of
from agent.embedded.pieces import own_label
from agent.embedded.spans import Span, Spanned
from agent.embedded.tokens import is_chinese

_ITEM = re.compile(r"\s*(?:;|；|\n|、|,?\s+and\s+|,|，|以及|还有|和)\s*")
_MADE = {"en": "create {noun}: {item}{tail}", "zh": "新建{noun}:{item}{tail}"}


def parted(text: Spanned, words: Lexicon) -> list[str] | None:
    """The requests one by one; None when there is but one."""
    if told.asks(text):
        return None
    verb = next((n for n, span in enumerate(text.spans[:6]) if _makes(span)), None)
    if verb is None or any(span.content for span in text.spans[:verb]):
        return None
    return _of_one_kind(text, verb, words) or _of_several(text, verb, words)


def _makes(span: Span) -> bool:
    return (span.func("create") or span.text.lower() in held("puts")) and not span.names


def _of_one_kind(text: Spanned, verb: int, words: Lexicon) -> list[str] | None:
    """A plural noun, whose they are, a colon and the list."""
    head = next((span for span in text.spans[verb:] if kind_of(span, words, many=True)), None)
    if head is None or (not is_chinese(head.text) and not (head.entity and head.entity.plural)):
        return None
    counted = [
        span for span in text.spans if span.last <= head.first and ((span.amount and span.amount.value > 1) or span.text[:1] in "几多")
    ]
    if is_chinese(head.text) and not counted:
        return None  # Chinese says by a number that several are meant
    colon = re.search(r"[:：]|\s[-–—]\s", text.text[head.last :])
    if colon is None:
        return None
    tail, told_of = text.text[head.last : head.last + colon.start()].strip(), text.text[head.last + colon.end() :]
    items = _items(told_of.strip(" .。"))
    if len(items) < 2:
        return None
    spec = words.schema.entity(kind_of(head, words, many=True))
    if text.language == "zh":
        return [_MADE["zh"].format(noun=spec.zh, item=item, tail=f",{tail}" if tail else "") for item in items]
    return [_MADE["en"].format(noun=spec.en, item=item, tail=f", {tail}" if tail else "") for item in items]


def _items(text: str) -> list[str]:
    """A list cut where a new name begins; what stands in brackets stays together."""
    found = [""]
    place = 0
    for match in _ITEM.finditer(text):
        inside = text[: match.start()].count("(") + text[: match.start()].count("（") > text[: match.start()].count(")") + text[
            : match.start()
        ].count("）")
        found[-1] += text[place : match.start()]
        place = match.end()
        if not inside and _names(text[match.end() :]):
            found.append("")
        else:
            found[-1] += match.group()
    found[-1] += text[place:]
    return [item.strip(" ,，") for item in found if item.strip(" ,，")]


def _names(rest: str) -> bool:
    """Whether a new person or firm is named where a list goes on."""
    said = re.match(
        r"[A-Z][\w'’.-]+(?: (?:(?:de|van|von|der|la|le|di|da) )*[A-Z][\w'’.-]+){1,3}|[\u3400-\u9fff]{2,4}(?=[,，、;；(（和]|$|以及|是)",
        rest,
    )
    return said is not None and (shapes.person(said.group()) >= 0.9 or shapes.company(said.group()) > 0.6) and not shapes.job(said.group())


def _of_several(text: Spanned, verb: int, words: Lexicon) -> list[str] | None:
    """An account, then nouns of other kinds that open breaths of their own."""
    spans = text.spans
    first = next((n for n in range(verb + 1, min(verb + 4, len(spans))) if kind_of(spans[n], words)), None)
    if first is None or kind_of(spans[first], words) != "account":
        return None
    cuts: list[int] = []
    for number in range(first + 2, len(spans)):
        kind = kind_of(spans[number], words)
        lead = number
        while lead > first and spans[lead - 1].text.lower() in {
            "and",
            "a",
            "an",
            "the",
            "new",
            "plus",
            "with",
            "其",
            "并",
            "和",
            "以及",
            "再",
            "还有",
            "加",
            "一个",
            "一条",
        }:
            lead -= 1
        opens = re.search(r"[,，;；]\s*$", text.text[: spans[lead].first]) or any(each.text.lower() == "and" for each in spans[lead:number])
        label = own_label(words.schema, "account", spans[number])
        if kind in KINDS - {"account"} and opens and label is None and number + 1 < len(spans) and spans[number + 1].content:
            cuts.append(lead)
    if not cuts:
        return None
    places = [0, *(spans[cut].first for cut in cuts), len(text.text)]
    parts = [text.text[start:stop].strip(" ,，;；.。") for start, stop in pairwise(places)]
    lead_in = re.compile(r"^(?:and|plus|with|并|和|以及|再|还有|加)+\s*|^(?:a|an|the|new)\s+|^(?:一个|一条)", re.IGNORECASE)
    made = [lead_in.sub("", lead_in.sub("", lead_in.sub("", part))) for part in parts[1:]]
    tail = " for it" if text.language == "en" else ",归它"
    verb_said = "create " if text.language == "en" else "新建"
    return [parts[0], *(f"{verb_said}{part}{tail}" for part in made)]
