"""A reason told before a request that speaks of somebody by a pronoun: "Ben is leaving, give his customers to Grace", 马小军离职了,把他的手机号清空.

The reason is left out and the pronoun becomes the name. Only a reason that names one and tells nothing the store could keep is one: a value,
a day gone by with a verb of what took place, or a change of its own is read for itself.
"""

import re

from agent.embedded import told
from agent.embedded.lexicon import change_words
from agent.embedded.pieces import BREAK
from agent.embedded.spans import Span, Spanned
from agent.embedded.tokens import is_chinese

_POSSESSIVE = re.compile(
    r"\b(?:his|her|their|its)\b(?!\s*(?:[,.;]|$))|(?:他|她|他们|它)(?:名下|手上|手里)?的|其(?=[\u4e00-\u9fff])|(?:他|她)(?=名下|手上|手里)",
    re.IGNORECASE,
)
_OBJECT = re.compile(r"\b(?:him|her|them|it)\b|(?:他|她|它)(?!们|的|名下|手)", re.IGNORECASE)
_LEAST = 3  # letters of a reason


def rewritten(text: Spanned) -> str | None:
    """The request with the name in the place of the pronoun; None where no such reason stands before one."""
    if told.asks(text) or told.conditional(text.text) or told.reports(text.text):
        return None
    cut = next((n for n in range(1, len(text.spans)) if BREAK.search(text.text[text.spans[n - 1].last : text.spans[n].first])), 0)
    reason, request = text.spans[:cut], text.spans[cut:]
    who = _named(reason)
    if who is None or not _only_a_reason(reason, who) or not _requests(request):
        return None
    rest = text.text[request[0].first :]
    found = _POSSESSIVE.search(rest)
    whose = found is not None
    found = found or _OBJECT.search(rest)
    if found is None or any(any(n.type == who.names[0].type for n in span.names) and not _taker(span) for span in request):
        return None
    name = text.text[who.first : who.last]
    if not whose:
        said = name
    elif is_chinese(found.group()):
        said = f"{name}的" if not found.group().endswith(("他", "她")) else name
    else:
        said = name if re.search(r"\bof\s+$", rest[: found.start()]) else f"{name}'s"
    return re.sub(r"^(?:so|and|please|then)\s+", "", rest[: found.start()] + said + rest[found.end() :], flags=re.IGNORECASE)


def _named(reason: list[Span]) -> Span | None:
    """The one person or record the reason opens with."""
    named = [span for span in reason if any(name.score >= 0.7 for name in span.names)]
    opens = bool(named) and all(each.filler for each in reason[: reason.index(named[0])])
    return named[0] if len(named) == 1 and opens else None


def _only_a_reason(reason: list[Span], who: Span) -> bool:
    rest = [span for span in reason if span is not who]
    said = [span for span in rest if not span.filler and not span.time]
    kept = any(span.choices or span.amount or span.literal or (span.fields and not span.guessed) or span.metric for span in rest)
    acts = any(span.func("update", "create", "delete", "assign", "log", "remind", "show", "count") for span in rest)
    return bool(said) and not kept and not acts and sum(len(span.text) for span in said) >= (2 if is_chinese(said[0].text) else _LEAST)


def _requests(request: list[Span]) -> bool:
    """Whether a verb of change opens what follows, or stands in it where Chinese says it."""
    verbs = change_words("wishes") | change_words("asked") | change_words("emptying")
    said = [span for span in request if not span.filler]
    if not said:
        return False
    if is_chinese(said[0].text):
        return any(span.func("assign", "delete", "to", "zh_to", "update") or span.text in verbs for span in said)
    if any(span.text.lower() in change_words("finite") for span in said[1:]) and not said[0].func("it"):
        return True  # "everything of his goes to Helen"
    return said[0].func("update", "assign", "delete") or said[0].text.lower() in verbs


def _taker(span: Span) -> bool:
    return any(name.type == "user" for name in span.names)
