"""What is said of a new record, cut into pieces: each one value, with the word that ties it to the rest or the field it names.

"Ruth Adeyemi at Kingsway, finance manager, ruth@kingsway.example" is four pieces; "6 treatment rooms" is one that its field's name ends.
"""

import re
from dataclasses import dataclass, field
from typing import Literal

from rapidfuzz import process
from rapidfuzz.distance import OSA

from agent.embedded.scene import Scene
from agent.embedded.spans import Span, Spanned
from agent.embedded.tokens import is_chinese
from store.schema import NUMERIC, Entity, Field, Schema

PHRASED = frozenset({"case", "opportunity", "task", "campaign", "quote", "contract"})  # what names them is a phrase, not a proper name
TEXTS = frozenset({"text", "longtext", "url", "tags"})
BREAK = re.compile(r"[,，;；、。\n!！]|\s[-–—/|]+\s|——|\.\s|\.$|[(（)）]|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")
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
_MEASURES = {"间", "个", "位", "台", "张", "家", "套", "条", "箱", "盒"}
_GIVES = {"先", "写", "写上", "填", "填上", "算", "定", "用", "先写", "先填", "就", "暂定", "暂时", "大概", "=", "->", "：", "to"}
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
        if breaks(whole.text, last, span):
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
        elif now.label is not None and not now.spans and (tie or span.text in _GIVES):
            pass  # "title is …", 价格写…: what joins a field's name to its value
        elif tie:
            if now.spans:
                pieces.append(Piece(tie=tie))
            elif now.tie in {"", "who", "and", "is"}:
                now.tie = tie
        else:
            now.spans.append(span)
        last = span
    return [piece for piece in pieces if piece.spans or piece.label]


def breaks(text: str, last: Span | None, span: Span) -> bool:
    """Whether a breath ends between two spans; Chinese dictated without commas breaks at its spaces."""
    if last is None:
        return False
    gap = text[last.last : span.first]
    return bool(BREAK.search(gap)) or (gap.isspace() and is_chinese(text[last.last - 1]) and is_chinese(text[span.first]))


def labels_heard(scene: Scene, kind: str, spans: list[Span]) -> list[Span]:
    """Spans with misspelt field names put right: "intrest dressings", "coutnry Denmark"; only where a breath begins with a small letter."""
    labels = {word: senses for word, senses in scene.words.table.naming("field", kind).items() if len(word) > 4}
    found: list[Span] = []
    last: Span | None = None
    for span in spans:
        word = span.text.split()[0] if span.unknown else ""
        starts = last is None or breaks(scene.text.text, last, span)
        last = span
        if not starts or len(word) < 5 or not word.isascii() or not word.islower() or word in labels:
            found.append(span)
            continue
        near = process.extractOne(word, list(labels), scorer=OSA.distance, score_cutoff=1 if len(word) < 7 else 2)
        if near is None:
            found.append(span)
            continue
        end = span.first + len(word)
        found.append(Span(span.start, span.start + 1, word, span.first, end, senses=labels[near[0]]))
        rest = scene.text.text[end : span.last].strip()
        if rest:
            found.append(Span(span.start + 1, span.end, rest, span.last - len(rest), span.last, unknown=True))
    return found


def _label_here(schema: Schema, kind: str, whole: Spanned, spans: list[Span], place: int, now: Piece) -> Field | None:
    """The field a span names, when it does name one here and is not a value itself ("Won", "call") or part of a name."""
    span = spans[place]
    found = own_label(schema, kind, span)
    if found is None or any(name.score == 1.0 for name in span.names):
        return None
    value = any(choice.entity == kind for choice in span.choices)
    after = spans[place + 1] if place + 1 < len(spans) else None
    joined = after is not None and not breaks(whole.text, span, after)
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
    if any((c.entity, c.field) == (label.entity, label.name) for c in now.spans[-1].choices) and not (after and typed_for(label, after[0])):
        return True  # "in the retail sector"
    closes = not after or breaks(whole.text, span, after[0]) or after[0].text.lower() in _TIES
    if label.kind in NUMERIC:
        content = [each for each in now.spans if not each.filler and each.text not in _MEASURES]
        return len(content) == 1 and content[0].amount is not None
    return (closes and label.kind in TEXTS and not now.opens and len(now.spans) == 1) or (closes and _twice(now, span))


def typed_for(label: Field, span: Span) -> bool:
    """Whether a span is a value of this very field."""
    return any((c.entity, c.field) == (label.entity, label.name) for c in span.choices)


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
    earlier = spans[place - 1] if place else None
    if span.text.isupper() and len(span.text) > 1 and earlier is not None and earlier.text[:1].isupper():
        return ""  # "Fjellheim Foods AS"
    if tie == "who" and earlier is not None and earlier.text.lower() in _TIES and not breaks(whole.text, earlier, span):
        return ""  # "head of it"
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
    if tie in {"who", "is", "as", "named", "about", "worth"}:
        return tie
    if spec.name in PHRASED and now.opens and not now.label and any(each.unknown for each in now.spans):
        customer = any(name.type in {"account", "contact", "user"} for name in after.names)
        return tie if customer or after.time or after.amount or after.literal or tie == "by" else ""
    if tie == "at":
        return tie
    labelled = any(s.entity == spec.name for s in after.fields)
    return tie if typed(spec, after) or labelled or after.text[:1].isupper() or after.filler or tie == "by" else ""
