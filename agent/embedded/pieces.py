"""What is said of a new record, cut into pieces: each one value, with the word that ties it to the rest or the field it names.

"Ruth Adeyemi at Kingsway, finance manager, ruth@kingsway.example" is four pieces; "6 treatment rooms" is one that its field's name ends.
"""

import re
from dataclasses import dataclass, field
from typing import Literal

from agent.embedded.spans import Span, Spanned
from agent.embedded.tokens import is_chinese
from store.schema import NUMERIC, Entity, Field, Schema

TEXTS = frozenset({"text", "longtext", "url", "tags"})
BREAK = re.compile(r"[,，;；、。\n!！]|\s[-–—]+\s|\.\s|\.$|[(（)）]")
Tie = Literal["", "at", "from", "in", "for", "as", "is", "about", "with", "by", "worth", "on", "named", "who", "and", "to"]
_TIES: dict[str, Tie] = {
    "at": "at", "from": "from", "of": "from", "in": "in", "for": "for", "as": "as", "is": "is", "are": "is", "about": "about",
    "regarding": "about", "concerning": "about", "re": "about", "because": "about", "saying": "about", "that": "about", "with": "with",
    "by": "by", "worth": "worth", "on": "on", "and": "and", "to": "to", "who": "who", "whose": "who", "she": "who", "he": "who",
    "they": "who", "her": "who", "his": "who", "their": "who", "its": "who", "it": "who",
    "来自": "from", "在": "in", "位于": "in", "属于": "at", "是": "is", "担任": "as", "任": "as", "关于": "about", "反映": "about",
    "说": "about", "反馈": "about", "给": "for", "为": "for", "由": "by", "她": "who", "他": "who", "并": "and", "和": "and", "并且": "and",
    "职位": "as", "归": "by",
}  # fmt: skip
_NAMED = {"named", "called", "call it", "叫", "名叫", "名为", "叫做", "名字叫", "名称为", "称为"}
_LONG_TIES = {"来自", "位于", "属于", "担任", "关于", "反映", "反馈"}  # Chinese ties that cannot be part of a name


@dataclass(slots=True)
class Piece:
    """A stretch without a break. `tie`: what leads it in; `label`: the field it names; `opens`: nothing of its breath stands before it."""

    spans: list[Span] = field(default_factory=list)
    tie: Tie = ""
    label: Field | None = None
    opens: bool = False

    def text(self, whole: Spanned) -> str:
        return whole.text[self.spans[0].first : self.spans[-1].last] if self.spans else ""


def own_label(schema: Schema, kind: str, span: Span) -> Field | None:
    """The writable field of `kind` a span names."""
    sense = next((s for s in span.fields if s.entity == kind), None)
    found = schema.field(kind, sense.field) if sense else None
    return None if found is None or found.readonly else found


def typed(spec: Entity, span: Span) -> bool:
    """Whether a span is a value by its kind: a choice, a date, an amount, a literal, or a record this kind can point to."""
    if span.time or span.literal or (span.amount and not span.unknown):
        return True
    if any(choice.entity == spec.name for choice in span.choices) or (spec.name == "opportunity" and _stage(span)):
        return True
    targets = {f.refers_to for f in spec.fields.values() if f.refers_to}
    return any(name.type in targets or (spec.name == "lead" and name.type == "account") for name in span.names)


def _stage(span: Span) -> bool:
    return any(choice.entity == "opportunity" for choice in span.choices)


def cut(schema: Schema, kind: str, whole: Spanned, spans: list[Span]) -> list[Piece]:
    """The pieces of `spans` (a run without the verb and the noun that was asked for), in order."""
    spec = schema.entity(kind)
    pieces = [Piece(opens=True)]
    last: Span | None = None
    for place, span in enumerate(spans):
        gap = whole.text[last.last : span.first] if last else ""
        if BREAK.search(gap):
            pieces.append(Piece(opens=True))
        elif ":" in gap and pieces[-1].label is None and pieces[-1].spans:
            pieces.append(Piece())
        now = pieces[-1]
        label = _label_here(schema, kind, whole, spans, place, now)
        tie = _tie(spec, whole, spans, place, now)
        if label is not None and _ends_value(label, now, span, spans[place + 1 :], whole):
            now.label = label
            pieces.append(Piece())
        elif label is not None:
            pieces.append(Piece(label=label, opens=now.opens and not now.spans, tie=now.tie if not now.spans else ""))
        elif tie:
            if now.spans or now.label:
                pieces.append(Piece(tie=tie))
            elif now.tie in {"", "who", "and", "is"}:
                now.tie = tie
        else:
            now.spans.append(span)
        last = span
    return [piece for piece in pieces if piece.spans or piece.label]


def _label_here(schema: Schema, kind: str, whole: Spanned, spans: list[Span], place: int, now: Piece) -> Field | None:
    """The field a span names, when it does name one here and is not a value itself ("Won", "call") or part of a name."""
    span = spans[place]
    found = own_label(schema, kind, span)
    if found is None or any(name.score == 1.0 for name in span.names):
        return None
    value = any(choice.entity == kind for choice in span.choices)
    after = spans[place + 1] if place + 1 < len(spans) else None
    joined = after is not None and not BREAK.search(whole.text[span.last : after.first])
    if value and not (joined and after is not None and typed(schema.entity(kind), after)):
        return None
    if now.spans and span.text == "公司" and whole.text[now.spans[-1].last : span.first] == "":
        return None  # …有限公司: the end of a name
    if now.spans and now.spans[-1].text[:1].isupper() and span.text[:1].isupper() and not is_chinese(span.text):
        return None  # "Harbour Contact Centre": inside a name
    return found


def _ends_value(label: Field, now: Piece, span: Span, after: list[Span], whole: Spanned) -> bool:
    """ "6 treatment rooms", "Corvo series": the value stands before its field's name and nothing of the breath follows it."""
    if not now.spans or now.label is not None or now.tie == "is":
        return False
    closes = not after or bool(BREAK.search(whole.text[span.last : after[0].first])) or after[0].text.lower() in _TIES
    if label.kind in NUMERIC:
        return len(now.spans) == 1 and now.spans[0].amount is not None
    return (closes and label.kind in TEXTS and not now.opens and len(now.spans) == 1) or (closes and _twice(now, span))


def _twice(now: Piece, span: Span) -> bool:
    """A value that runs into its field's name in a breath of its own: "Corvo series", Corvo系列."""
    return len(now.spans) == 1 and bool(now.spans[0].unknown) and now.tie == ""


def _tie(spec: Entity, whole: Spanned, spans: list[Span], place: int, now: Piece) -> Tie:
    """What a span ties, when it is only a tie here."""
    span = spans[place]
    word = span.text.lower()
    if word in _NAMED or (span.func("named") and not span.names):
        return "named"
    tie = _TIES.get(word, "")
    if not tie or span.names or span.time or span.literal:
        return ""
    after = spans[place + 1] if place + 1 < len(spans) else None
    if after is None:
        return tie
    free = now.label is not None and now.label.kind in TEXTS and bool(now.spans)
    if not now.spans:
        return tie
    if is_chinese(word):
        return tie if word in _LONG_TIES or typed(spec, after) else ""
    if free or now.tie == "about":
        return tie if tie in {"and", "with"} and any(s.entity == spec.name for s in after.fields) else ""
    named = (
        after.text[:1].isupper()
        and now.spans[-1].text[:1].isupper()
        and word in {"of", "and", "for"}
        and spec.name in {"account", "product"}
    )
    if named and not typed(spec, after):
        return ""
    if tie in {"who", "is", "at", "as", "named", "about", "worth"}:
        return tie
    labelled = any(s.entity == spec.name for s in after.fields)
    return tie if typed(spec, after) or labelled or after.text[:1].isupper() or after.filler or tie == "by" else ""
