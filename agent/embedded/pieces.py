"""What is said of a new record, cut into pieces: each one value, with the word that ties it to the rest or the field it names.

"Ruth Adeyemi at Kingsway, finance manager, ruth@kingsway.example" is four pieces; "6 treatment rooms" is one that its field's name ends.
"""

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from rapidfuzz import process
from rapidfuzz.distance import OSA

from agent.embedded.creating_words import any_of, tie_pattern, ties, words
from agent.embedded.phrase_table import Sense
from agent.embedded.scene import Scene
from agent.embedded.shapes import person, town
from agent.embedded.spans import Span, Spanned
from agent.embedded.tokens import is_chinese
from store.name_words import pinyin
from store.schema import NUMERIC, TEMPORAL, Entity, Field, Schema

PHRASED = frozenset({"case", "opportunity", "task", "campaign", "quote", "contract"})  # what names them is a phrase, not a proper name
TEXTS = frozenset({"text", "longtext", "url", "tags"})
BREAK = re.compile(r"[,，;；、。\n!！？]|\?\s|\s[-–—/|]+\s|——|\.\s|\.$|[(（)）]|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")
_URL = re.compile(r"(?:https?://)?(?:[a-z0-9-]+\.)+[a-z]{2,}(?:/\S*)?", re.IGNORECASE)
Tie = Literal["", "at", "from", "in", "for", "as", "is", "about", "with", "by", "worth", "on", "named", "who", "and", "to"]
MEASURES = frozenset("间个位台张家套条箱盒件支只根辆块片吨卷桶瓶批组部层座栋艘架幢")
_GIVES = {"先", "写", "写上", "填", "填上", "算", "定", "用", "先写", "先填", "就", "暂定", "暂时", "大概", "=", "->", "：", "to"}
_LONG_TIES = {"来自", "位于", "属于", "担任", "关于", "反映", "反馈", "就职于", "任职于"}  # Chinese ties that cannot be part of a name


@dataclass(slots=True)
class Piece:
    """A stretch without a break. `tie`: what leads it in; `label`: the field it names; `opens`: nothing of its breath stands before it;
    `late`: it stands before the request; `sentence`: kept as it was said."""

    spans: list[Span] = field(default_factory=list)
    tie: Tie = ""
    label: Field | None = None
    opens: bool = False
    late: bool = False
    sentence: bool = False

    def text(self, whole: Spanned) -> str:
        return whole.text[self.spans[0].first : self.spans[-1].last] if self.spans else ""


def own_label(schema: Schema, kind: str, span: Span) -> Field | None:
    """The writable field of `kind` a span names."""
    sense = next((s for s in span.fields if s.entity == kind), None)
    spec = schema.entities.get(kind)
    numbered = sense is not None and sense.field == "key" and spec is not None and spec.name_field == "number"
    found = schema.field(kind, "number" if numbered else sense.field) if sense else None  # a quote's 编号 is what it is called
    return None if found is None or found.readonly else found


def typed(spec: Entity, span: Span) -> bool:
    """Whether a span is a value by its kind: a choice, a date, an amount, a literal, or a record this kind can point to."""
    if span.time or span.literal or (span.amount and not span.unknown):
        return True
    if address(spec, span):
        return True
    if any(choice.entity == spec.name for choice in span.choices) or (spec.name == "opportunity" and _stage(span)):
        return True
    targets = {f.refers_to for f in spec.fields.values() if f.refers_to}
    return any(name.type in targets or (spec.name == "lead" and name.type == "account") for name in span.names)


def address(spec: Entity, span: Span) -> str:
    """The field of a web address, when a span is written as one and this kind of record has such a field."""
    found = next((f.name for f in spec.fields.values() if f.kind == "url" and not f.readonly), "")
    return found if found and _URL.fullmatch(span.text) else ""


def _stage(span: Span) -> bool:
    return any(choice.entity == "opportunity" for choice in span.choices)


def cut(schema: Schema, kind: str, whole: Spanned, spans: list[Span]) -> list[Piece]:
    """The pieces of `spans` (a run without the verb and the noun that was asked for), in order."""
    spec = schema.entity(kind)
    spans = _whole_ties(whole, spans)
    pieces = [Piece(opens=True)]
    last: Span | None = None
    for place, span in enumerate(spans):
        gap = whole.text[last.last : span.first] if last else ""
        if breaks(whole.text, last, span):
            pieces.append(Piece(opens=True))
        elif ":" in gap and pieces[-1].label is None and pieces[-1].spans:
            pieces.append(Piece())
        now = pieces[-1]
        if _own_noun(schema, kind, whole, spans, place):
            last = span
            continue  # "account owner", "deal value": whose field it is
        label = _label_here(schema, kind, whole, spans, place, now)
        tie = _tie(spec, whole, spans, place, now)
        if label is not None and (ahead := _before_number(label, now, whole, span)):
            pieces[-1] = Piece(now.spans[:ahead], now.tie, opens=now.opens)
            pieces += [Piece(now.spans[ahead:], label=label), Piece()]
        elif label is not None and _ends_value(label, now, span, spans[place + 1 :], whole):
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


def _own_noun(schema: Schema, kind: str, whole: Spanned, spans: list[Span], place: int) -> bool:
    """Whether a span is the noun of the new record right before the name of one of its fields."""
    span, after = spans[place], spans[place + 1] if place + 1 < len(spans) else None
    if after is None or span.entity is None or span.entity.entity != kind or span.names or is_chinese(span.text):
        return False
    return whole.text[span.last : after.first] == " " and own_label(schema, kind, after) is not None and not after.entity


def glued(whole: Spanned, spans: list[Span]) -> list[Span]:
    """Chinese letters that belong to the unknown word beside them put back: 油品|分|析, 输|液器."""
    found: list[Span] = []
    for span in spans:
        last = found[-1] if found else None
        beside = last is not None and last.last == span.first and is_chinese(last.text) and is_chinese(span.text)
        if last is not None and beside and (_surname(whole.text, last, span) or _town(last, span)):
            found[-1] = Span(last.start, span.end, last.text + span.text, last.first, span.last, unknown=True)
            continue
        if (
            last is not None
            and beside
            and (last.unknown or _letter(last))
            and (span.unknown or _letter(span))
            and (last.unknown or span.unknown)
        ):
            found[-1] = Span(last.start, span.end, last.text + span.text, last.first, span.last, unknown=True)
        else:
            found.append(span)
    return found


_COUNTED = re.compile(r"[多余来几]?([\u3400-\u9fff]{1,4}?)(?=$|[,，;；、。\n!！）)]|和|的)")
_NO_THING = frozenset("年月天日号时点分秒周元块万千百人名位岁")  # behind a number: a length of time, a sum, people


def measured(schema: Schema, kind: str, whole: Spanned, spans: list[Span]) -> list[Span]:
    """What a number counts, put as the one field of numbers whose label holds it: 8层 of 楼层数, 40台 of 维保台数."""
    numbers = [f for f in schema.entity(kind).fields.values() if f.kind in NUMERIC and f.custom and not f.readonly]
    found: list[Span] = []
    for place, span in enumerate(spans):
        if found and span.last <= found[-1].last:
            continue  # a part of what is counted
        before = spans[place - 1] if place else None
        counted = before is not None and before.last == span.first and before.amount and not (before.time or before.amount.currency)
        match = _COUNTED.match(whole.text, span.first) if counted and not (span.names or own_label(schema, kind, span)) else None
        if match is None or match[1][0] in _NO_THING:
            found.append(span)
            continue
        said = dict.fromkeys((match[1], match[1][1:], match[1][0]))
        fits = ([f for f in numbers if part and part in f"{f.zh or ''} {f.en}"] for part in said)
        only = next((each for each in fits if each), [])
        if len(only) != 1:
            found.append(span)
            continue
        sense = Sense("field", kind, only[0].name)
        found.append(Span(span.start, span.end, whole.text[span.first : match.end(1)], span.first, match.end(1), senses=[sense]))
    return found


def _surname(text: str, last: Span, span: Span) -> bool:
    """钱|立群: a family name that is a word elsewhere, at the start of a breath, and the given name that ends it."""
    alone = not text[: last.first] or BREAK.fullmatch(text[last.first - 1]) is not None or text[last.first - 1] in ":："
    ends = not text[span.last :] or BREAK.match(text[span.last :]) is not None
    given = len(span.text) < 3 and (span.unknown or (span.time is not None and ends_so(text[: last.first])))
    return bool(
        (alone or (given and ends_so(text[: last.first])))
        and ends
        and len(last.text) == 1
        and given
        and person(last.text + span.text) >= 0.9
    )


def ends_so(text: str) -> bool:
    """Whether a name follows: 叫|赖|国庆."""
    return any(text.endswith(word) for word, tie in ties().items() if tie == "named" and is_chinese(word))


def _town(last: Span, span: Span) -> bool:
    """上|饶锐达: a letter that is a light word elsewhere and the unknown word after it begin with a town."""
    return len(last.text) == 1 and span.unknown and not last.names and town(last.text + span.text) > 0 == town(span.text)


def _letter(span: Span) -> bool:
    """A single Chinese letter that ties nothing and is no value here."""
    tying = span.text in ties() or span.text in words("light_zh") or span.text in words("joints_zh")
    return (
        len(span.text) == 1
        and is_chinese(span.text)
        and not tying
        and not (span.names or span.time or span.amount or span.fields or span.filler)
    )


def sentences(schema: Schema, kind: str, whole: Spanned, spans: list[Span]) -> list[Piece]:
    """The pieces of what is told of a record that is called by what happened: a breath that says something is one piece, as it was said."""
    found: list[Piece] = []
    starts = [
        n
        for n, span in enumerate(spans)
        if n == 0
        or breaks(whole.text, spans[n - 1], span)
        or (":" in whole.text[spans[n - 1].last : span.first] and own_label(schema, kind, spans[n - 1]) is None)
    ]
    for start, stop in zip(starts, [*starts[1:], len(spans)], strict=False):
        breath = _whole_ties(whole, spans[start:stop])
        about = next((n for n, span in enumerate(breath) if ties().get(span.text.lower()) == "about"), -1)
        told = breath[about + 1 :]
        urgent = [span.text.lower() for span in told if not span.filler]
        if (len(urgent) == 1 and urgent[0] in words("urgent_alone")) or not _tells_what(schema.entity(kind), schema, told):
            found += cut(schema, kind, whole, breath)
            continue
        ahead = breath[: max(about, 0)]
        known = [each for each in ahead if each.names] if about >= 0 else []
        found += [*([Piece(known, "from")] if known else []), Piece(told, "about", opens=True, sentence=True)]
    return found


_JOBS = "|".join(sorted(words("jobs_zh"), key=len, reverse=True))
_SOMEBODY = re.compile(
    rf"(?:联系人|对接人)[\u3400-\u9fff]|(?:他们|她们|他|那边|公司)?(?:的)?[\u3400-\u9fff]{{0,4}}(?:{_JOBS})(?:姓|叫|是|名叫|名字叫)"
)


def wished(schema: Schema, kind: str, whole: Spanned, spans: list[Span]) -> list[Piece]:
    """The pieces of what is told of somebody; what they want or may spend is kept as it was said: it is nothing they have."""
    spec = schema.entity(kind)
    found: list[Piece] = []
    starts = [n for n, span in enumerate(spans) if n == 0 or breaks(whole.text, spans[n - 1], span)]
    for start, stop in zip(starts, [*starts[1:], len(spans)], strict=False):
        breath = spans[start:stop]
        text = whole.text[breath[0].first : breath[-1].last]
        own = any(own_label(schema, kind, span) for span in breath)
        known = any(name.type == "account" for span in breath for name in span.names) and spec.name != "account"
        colleague = any(name.type == "user" for span in breath for name in span.names)
        if spec.name == "account" and not colleague and _SOMEBODY.match(text):
            found.append(Piece(breath, "about", opens=True, sentence=True))  # 老板姓钱: who is there is not what it is called
        elif (
            any_of("wishes").search(text) and not own and not known and any(span.content or span.unknown or span.amount for span in breath)
        ):
            found.append(Piece(breath, "about", opens=True, sentence=True))
        else:
            found += cut(schema, kind, whole, breath)
    return found


def _tells_what(spec: Entity, schema: Schema, spans: list[Span]) -> bool:
    """Whether a breath says what happened, beside the values it may hold."""
    content = [span for span in spans if not span.filler]
    if content and ties().get(content[0].text.lower()) in {"for", "at", "from", "with"} and all(_proper(span) for span in content[1:]):
        return False  # "for Bellerive": whose it is
    if not content or own_label(schema, spec.name, content[0]):
        return False
    said = [
        span
        for span in content
        if not any(name.type != spec.name for name in span.names)  # what another of its kind was called is no name here
        and not span.literal
        and not typed(spec, span)
        and not span.func("it", "on", "to", "for")
    ]
    return any(span.unknown or span.names for span in said) or len(said) > 2


def _proper(span: Span) -> bool:
    """A name by how it is written, or one that is known."""
    return bool(span.names) or (span.unknown and all(word[:1].isupper() for word in span.text.split()))


def _whole_ties(whole: Spanned, spans: list[Span]) -> list[Span]:
    """Spans with ties of several words put together: "complained that", "is their"."""
    found: list[Span] = []
    stop = -1
    for place, span in enumerate(spans):
        if span.first < stop:
            continue
        match = tie_pattern().match(whole.text, span.first) if not (span.names or span.literal or span.time) else None
        end = next((n for n in range(place + 1, len(spans)) if match and spans[n].last == match.end()), None)
        if match and end is not None and not any(each.names or each.literal or each.time for each in spans[place : end + 1]):
            stop = match.end()
            found.append(Span(span.start, spans[end].end, match.group(), span.first, stop, filler=True))
        else:
            found.append(span)
    return found


def breaks(text: str, last: Span | None, span: Span) -> bool:
    """Whether a breath ends between two spans; Chinese dictated without commas breaks at its spaces."""
    if last is None:
        return False
    gap = text[last.last : span.first]
    return bool(BREAK.search(gap)) or (gap.isspace() and is_chinese(text[last.last - 1]) and is_chinese(text[span.first]))


def labels_heard(scene: Scene, kind: str, spans: list[Span]) -> list[Span]:
    """Spans with misspelt field names put right: "intrest dressings", "coutnry Denmark", 火号SF-10; only where a breath begins with one."""
    labels = {word: senses for word, senses in scene.words.table.naming("field", kind).items() if len(word) > 4}
    found: list[Span] = []
    last: Span | None = None
    for span in spans:
        starts = last is None or breaks(scene.text.text, last, span)
        last = span
        heard = (_misspelt(span, labels) or _misheard(scene, kind, span)) if starts and span.unknown else None
        if heard is None:
            found.append(span)
            continue
        found.append(heard)
        rest = scene.text.text[heard.last : span.last].strip()
        if rest:
            found.append(Span(span.start + 1, span.end, rest, span.last - len(rest), span.last, unknown=True))
    return found


def _misspelt(span: Span, labels: dict[str, list[Sense]]) -> Span | None:
    word = span.text.split()[0]
    if len(word) < 5 or not word.isascii() or not word.islower() or word in labels:
        return None
    near = process.extractOne(word, list(labels), scorer=OSA.distance, score_cutoff=1 if len(word) < 7 else 2)
    return Span(span.start, span.start + 1, word, span.first, span.first + len(word), senses=labels[near[0]]) if near else None


def _misheard(scene: Scene, kind: str, span: Span) -> Span | None:
    if not re.fullmatch(r"[\u3400-\u9fff]{2,4}", span.text):
        return None
    words = scene.words.table.by_sound(tuple(pinyin()(span.text)))
    senses = [s for word in words for s in scene.words.table.meaning(word) if s.kind == "field" and s.entity == kind]
    return Span(span.start, span.end, span.text, span.first, span.last, senses=senses) if senses else None


def _label_here(schema: Schema, kind: str, whole: Spanned, spans: list[Span], place: int, now: Piece) -> Field | None:
    """The field a span names, when it does name one here and is not a value itself ("Won", "call") or part of a name."""
    span = spans[place]
    found = own_label(schema, kind, span) or _label_by_kind(schema, kind, spans, place)
    if found is None or any(name.score == 1.0 for name in span.names):
        return None
    if found.refers_to == "user" and span.text.lower() in words("jobs") and now.spans and not now.spans[-1].filler:
        return None  # "practice owner"
    if span.guessed and not _has_value(found, spans, place):
        return None  # 做灌装设备的: a part of 在用设备, of which nothing is said
    value = any(choice.entity == kind for choice in span.choices)
    after = next((each for each in spans[place + 1 :] if not (_GIVES | {"是"}) & {each.text}), None)
    joined = after is not None and not breaks(whole.text, span, after)
    if value and _day_before(found, now):
        return found  # 2028年12月31日到期, where 到期 is also how things stand
    if value and not (joined and after is not None and (typed(schema.entity(kind), after) or _written(found, after))):
        return None
    if now.spans and span.text == "公司" and whole.text[now.spans[-1].last : span.first] == "":
        return None  # …有限公司: the end of a name
    if now.spans and now.spans[-1].text[:1].isupper() and span.text[:1].isupper() and not is_chinese(span.text):
        return None  # "Harbour Contact Centre": inside a name
    return found


def _label_by_kind(schema: Schema, kind: str, spans: list[Span], place: int) -> Field | None:
    """ "machine Hydra Glasswasher": a word for a kind of record right before one of them, where one field of the new record holds such."""
    target = spans[place].entity
    after = spans[place + 1] if place + 1 < len(spans) else None
    if target is None or after is None or spans[place].names:
        return None
    known = any(name.type == target.entity and name.score >= 0.9 for name in after.names)
    own = schema.entity(kind).fields.get(target.entity)
    return own if known and own is not None and own.refers_to == target.entity and not own.readonly else None


def _day_before(label: Field, now: Piece) -> bool:
    """Whether a field of days is named right behind a day."""
    return label.kind in TEMPORAL and now.label is None and bool(now.spans) and now.spans[-1].time is not None


def _has_value(label: Field, spans: list[Span], place: int) -> bool:
    """Whether a field named by a part of its label has a value beside it; a text may have any, a yes/no field needs none."""
    if label.kind in TEXTS or label.kind == "bool":
        return True
    near = [*spans[max(place - 2, 0) : place], *spans[place + 1 : place + 4]]
    return any(typed_for(label, each) or (label.kind in NUMERIC and each.amount) or (label.kind in TEMPORAL and each.time) for each in near)


def _written(label: Field, span: Span) -> bool:
    """微信 lq8899: what stands after a field's name can only be written in it, though the name is a value elsewhere."""
    return label.kind == "text" and span.unknown and re.fullmatch(r"(?=\S*[\d_])[\x21-\x7e]+", span.text) is not None


def _ends_value(label: Field, now: Piece, span: Span, after: list[Span], whole: Spanned) -> bool:
    """ "6 treatment rooms", "Corvo series": the value stands before its field's name and nothing of the breath follows it."""
    if not now.spans or now.label is not None or now.tie == "is":
        return False
    if any((c.entity, c.field) == (label.entity, label.name) for c in now.spans[-1].choices) and not (after and typed_for(label, after[0])):
        return True  # "in the retail sector"
    after = [each for number, each in enumerate(after) if not (each.filler and each.text in words("asking") and number == 0)]
    closes = not after or breaks(whole.text, span, after[0]) or after[0].text.lower() in ties()
    if closes and label.kind == "longtext" and is_chinese(span.text) and any(each.unknown for each in now.spans):
        return True  # 付款有点慢备注一下
    if label.kind in NUMERIC:
        light = MEASURES | words("light_zh")
        content = [each for each in now.spans if not each.filler and not each.func("with") and each.text not in light]
        return len(content) == 1 and content[0].amount is not None
    if closes and is_chinese(span.text) and _day_before(label, now):
        return True
    return (closes and label.kind in TEXTS and not now.opens and len(now.spans) == 1) or (closes and _twice(now, span))


def _before_number(label: Field, now: Piece, whole: Spanned, span: Span) -> int:
    """阳光花园|有|9部|电梯: how many spans stand before a number that runs into its field's name; 0 when none does."""
    number = next((n for n in range(len(now.spans) - 1, -1, -1) if now.spans[n].amount), 0)
    if label.kind not in NUMERIC or now.label is not None or not number or not is_chinese(span.text):
        return 0
    run = [*now.spans[number:], span]
    joined = all(one.last == other.first for one, other in pairwise(run)) and len(run) < 4
    return number if joined and not any(each.amount for each in now.spans[:number]) else 0


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
    tie: Tie = "named" if span.func("named") and not span.names else ties().get(word, "")  # type: ignore[assignment]
    if spec.name == "lead" and span.entity and span.entity.entity == "contact" and not now.spans and is_chinese(word):
        return "named"  # a lead's 联系人吴先生
    if tie == "named":
        return tie
    if not tie or span.names or span.time or span.literal:
        return ""
    earlier = spans[place - 1] if place else None
    if span.text.isupper() and len(span.text) > 1 and earlier is not None and earlier.text[:1].isupper():
        return ""  # "Fjellheim Foods AS"
    if tie == "who" and earlier is not None and ties().get(earlier.text.lower(), "and") != "and" and not breaks(whole.text, earlier, span):
        return ""  # "head of it"
    after = spans[place + 1] if place + 1 < len(spans) else None
    if after is None:
        return tie
    free = now.label is not None and now.label.kind in TEXTS and bool(now.spans) and not typed_for(now.label, now.spans[-1])
    if not now.spans:
        return tie
    if tie == "who" and is_chinese(word) and free:
        return tie  # 微信号chengli_88 他是决策者
    if is_chinese(word):
        return tie if word in _LONG_TIES or typed(spec, after) else ""
    if free or now.tie == "about":
        soon = [s for each in spans[place + 1 : place + 4] for s in each.fields]  # "… Hull and with 300 | employees"
        return tie if tie in {"and", "with"} and any(s.entity == spec.name for s in soon) else ""
    named = (
        after.text[:1].isupper()
        and now.spans[-1].text[:1].isupper()
        and ((word in {"of", "and", "for"} and spec.name in {"account", "product"}) or (word == "and" and spec.name == "lead"))
    )
    if named and not typed(spec, after):
        return ""
    if tie in {"who", "is", "as", "named", "about", "worth"}:
        return tie
    if spec.name in PHRASED and now.opens and not now.label and any(each.unknown for each in now.spans):
        customer = any(name.type in {"account", "contact", "user"} for name in after.names)
        return tie if customer or after.time or after.amount or after.literal or tie == "by" else ""
    if tie == "at" or (tie == "from" and whole.text.islower()):
        return tie  # dictated, so that no capital says where a name begins
    labelled = any(s.entity == spec.name for s in after.fields)
    labelled = labelled or (tie == "and" and after.text.lower() in ties())  # "… partner and | at the Discovery stage"
    return tie if typed(spec, after) or labelled or after.text[:1].isupper() or after.filler or tie == "by" else ""
