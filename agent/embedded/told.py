"""Changes told rather than asked for: "the Globex deal is signed", "Acme: competitor is Henke", 拿下了. A question is never one."""

import re

from agent.embedded.spans import Span, Spanned

RECORDS = frozenset({"opportunity", "product", "lead", "contact", "account", "case", "task", "order"})
_ASKING = ("who", "count", "when", "where", "why", "compare", "sum", "avg", "duration")
QUESTION = re.compile(
    r"[?？]\s*$|[吗呢么]\s*[。.]?$|^(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|which|what|who|whose|how|when|where|why)\b|"
    r"哪|什么|是否|有没有|是不是|怎么|如何|多少|几个",
    re.IGNORECASE,
)
_DONE = re.compile(r"了[!！。.~]*$|了[,，]|^[^,，]*(?:赢|拿|签|丢|输)[^,，]*了")
_WON = re.compile(
    r"赢了|拿下了|赢下了|签下了|签了|成交了|谈成了|搞定了|\b(?:we|i)(?:'ve| have)? (?:just )?(?:won|got|signed|closed)\b|\bis (?:now )?won\b",
    re.IGNORECASE,
)
_LOST = re.compile(r"丢了|输了|黄了|没谈成|\b(?:we|i)(?:'ve| have)? (?:just )?lost\b|\bis (?:now )?lost\b", re.IGNORECASE)
_NOW = re.compile(r"\b(?:now|no longer|does have|do have|doesn't have any|from now on)\b|现在|已经|不再", re.IGNORECASE)


def asks(text: Spanned) -> bool:
    """Whether the sentence is a question, by its mark, its first word or a question word."""
    return bool(QUESTION.search(text.text.strip())) or any(span.func(*_ASKING) for span in text.spans)


def record(text: Spanned) -> tuple[int, Span] | None:
    """The record the sentence opens with, by its name in full, and where it stands."""
    for number, span in enumerate(text.spans):
        if any(name.type in RECORDS and name.score >= 0.9 for name in span.names):
            return number, span
        if not (span.filler or span.func("zh_to", "me", "my_team", "help")) and not (span.entity and number < 2):
            return None
    return None


def outcome(text: Spanned) -> str:
    """won or lost, when the sentence tells that a deal ended so; else ""."""
    found = record(text)
    if found is None or asks(text) or not any(name.type == "opportunity" for name in found[1].names):
        return ""
    return "won" if _WON.search(text.text) else "lost" if _LOST.search(text.text) else ""


def action(text: Spanned) -> tuple[str, int] | None:
    """("update", -1) for a record and its new value, said as a fact."""
    if asks(text):
        return None
    found = record(text)
    if found is None:
        return _all_are_now(text)
    number, span = found
    kinds = {name.type for name in span.names}
    after = [each for each in text.spans[number + 1 :] if not each.filler]
    if not after:
        return None
    gap = text.text[span.last : after[0].first]
    if re.match(r"\s*[:：]", gap) and any(s.entity in kinds for s in after[0].fields) and len(after) > 1:
        return "update", -1  # "Parkside IV sets: competitor is Henke, monthly volume 90"
    says_is = re.match(r"\s+(?:is|are)\b", text.text[span.last :])
    own = [each for each in after if any(c.entity in kinds for c in each.choices)]
    if says_is and own and own[0] is after[0]:
        return "update", -1  # "Northcote sterile gloves is signed"
    yes_no = [each for each in after if any(s.entity in kinds for s in each.fields)]
    if yes_no and _NOW.search(text.text):
        return "update", -1  # "Ashgrove does have cold storage now"
    return None


def _all_are_now(text: Spanned) -> tuple[str, int] | None:
    """ "all of Will's new leads are contacted now"."""
    found = re.search(r"\b(?:are|is) (?:now )?(?P<value>\w[\w -]*?)(?: now)?[.!]?$", text.text, re.IGNORECASE)
    if not (found and re.match(r"(?:all|every|each|both)\b", text.text.strip(), re.IGNORECASE) and re.search(r"\bnow\b", text.text)):
        return None
    kinds = {span.entity.entity for span in text.spans if span.entity}
    last = next((span for span in reversed(text.spans) if span.content), None)
    fits = last is not None and last.first >= found.start("value") and any(c.entity in kinds for c in last.choices)
    return ("update", -1) if fits else None
