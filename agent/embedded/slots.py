"""The fields of a new record from the pieces it was described in: by the field named, else by what a value can be, else by what is still missing."""

import re
from dataclasses import dataclass, field, replace
from typing import Any

from babel import Locale

from agent.embedded.pieces import PHRASED, TEXTS, Piece, typed
from agent.embedded.scene import Scene
from agent.embedded.spans import Span
from agent.embedded.tokens import is_chinese
from agent.embedded.values import clean, implied, value_of
from knowledge.spoken.times import TimeSpan, find_times
from store.schema import TEMPORAL, Entity, Field

_LIGHT = (
    r"wants?|needs?|likes?|works?|working|met (?:him|her|them)?|meet|please|number|details?|add|put|him|her|them|us|into?|new|also|someone|"
    r"currently|there|there's|based|located|located in|approximately|around|about|roughly|expected|expect|thanks?|just|called in|came|coming|"
    r"the|a|an|our|is|are|was"
)
_LIGHT_ZH = (
    r"认识|见到|碰到|遇到|想要|想买|需要|来的|来了|来|过来|这边|那边|录入|录|一下|请|谢谢|大概|大约|左右|我们|新来|新|了|的|留言|一位|一家|一个|一名|位|要|有|"
    r"又|再|先|里|上|能签|能成|有效|对应|用于|管|跟|算"
)
_EDGE = re.compile(rf"^(?:(?:{_LIGHT})\b|{_LIGHT_ZH}|[\s.,:;-])+|(?:\b(?:{_LIGHT})|{_LIGHT_ZH}|[\s.,:;-])+$", re.IGNORECASE)
COMPANY = re.compile(
    r"\b(?:inc|corp|co|ltd|limited|llc|llp|plc|gmbh|ag|bv|nv|sa|sas|srl|spa|oy|ab|as|kg|group|clinic|hospital|school|university|foods|labs?|bank)\.?$|"
    r"(?:公司|集团|厂|医院|诊所|大学|学校|中心|研究院|研究所|事务所|工作室|商行|超市|酒店|银行|酒业|科技|实业|贸易)$",
    re.IGNORECASE,
)
_COMPANY_ZH = re.compile(r"^.*?(?:股份有限公司|有限责任公司|有限公司|集团公司|集团|公司)")
_TITLE_ZH = re.compile(
    r"(?:经理|总监|主任|主管|总裁|董事长|院长|科长|处长|部长|店长|厂长|所长|校长|园长|行长|组长|工程师|会计|助理|专员|老师|医生|大夫|护士|护士长|"
    r"采购|秘书|负责人|总经理|老板|总|经办|设计师|研究员|教授|博士|技术员|出纳|店员|前台)$"
)
_PEOPLE = re.compile(r"\s*(?:人|名员工|个人|people\b|staff\b|heads\b|strong\b)", re.IGNORECASE)
_GONE_BY = frozenset({"ordered_on", "issued_on", "opened_at", "given_at"})
_PERSONS = frozenset({"contact", "lead"})


@dataclass
class Slots:
    """Values as they are found. `lost`: what has no place; `loose`: texts without a field, with their tie, in order."""

    scene: Scene
    kind: str
    values: dict[str, Any] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    loose: list[tuple[str, str]] = field(default_factory=list)

    @property
    def spec(self) -> Entity:
        return self.scene.unit.schema.entity(self.kind)

    def fill(self, pieces: list[Piece]) -> None:
        """Read all pieces; those that name their field first, because a bare value takes what they leave."""
        rest = [each for piece in pieces for each in (self._labelled(piece) if piece.label else [piece])]
        for piece in rest:
            if piece.spans:
                self._bare(piece)

    def _labelled(self, piece: Piece) -> list[Piece]:
        """Give a named field its value; what is left of the piece."""
        label = piece.label
        assert label is not None
        if label.name in self.values:
            return [Piece(piece.spans, piece.tie)]
        for place, span in enumerate(piece.spans):
            value = value_of(self.scene, label, span)
            if value is not None and label.kind not in TEXTS:
                self.values[label.name] = value
                before = [each for each in piece.spans[:place] if not (each.filler or each.func("to", "on"))]
                return [Piece(before, piece.tie), Piece(piece.spans[place + 1 :])]
        own = next((c.value for span in piece.spans for c in span.choices if (c.entity, c.field) == (self.kind, label.name)), None)
        if own is not None and len([span for span in piece.spans if not span.filler]) == 1:
            self.values[label.name] = own
            return []
        text = clean(piece.text(self.scene.text))
        if label.kind == "bool":
            self.values[label.name] = piece.tie != "by" and not re.search(
                r"\b(?:no|not|without|don't)\b|不|没|无", _before(self.scene, piece, label)
            )
            return [Piece(piece.spans)]
        if label.kind in TEXTS and text:
            self.values[label.name] = [text] if label.kind == "tags" else text
            return []
        if label.kind in {"email", "phone"} and text:
            self.values[label.name] = text
            return []
        if text:
            self.lost.append(text)
        return []

    def _bare(self, piece: Piece) -> None:
        """Values that say by their kind which field they fill; the rest of the piece is free text."""
        text: list[Span] = []
        for span in piece.spans:
            found = self._value(piece, span) if typed(self.spec, span) or span.func("me") else None
            if found is not None and found[0] not in self.values:
                self.values[found[0]] = found[1]
                self._free(piece, text)
                text = []
            else:
                text.append(span)
        self._free(piece, text)

    def _value(self, piece: Piece, span: Span) -> tuple[str, Any] | None:
        if span.func("me") and not span.names:
            return implied(self.scene, self.kind, span) if piece.tie in {"for", "by", "to"} else None
        if span.literal_kind == "quoted":
            return None
        if span.literal_kind in {"phone", "email"} and not span.time and span.literal_kind in self.spec.fields:
            return span.literal_kind, span.literal
        if span.literal_kind == "code":
            name = next((each for each in ("number", "sku") if each in self.spec.fields), "")
            return (name, span.literal) if name else None
        reference = self._reference(span)
        if reference is not None:
            return reference
        if span.time and not span.choices:
            return self._date(span)
        if span.amount and not span.choices and not span.literal:
            return self._amount(span)
        return implied(self.scene, self.kind, span)

    def _reference(self, span: Span) -> tuple[str, Any] | None:
        """A record this kind points to; of a person's employer a lead keeps the name."""
        best = max((name.score for name in span.names), default=0.0)
        names = [name for name in span.names if name.score == best]
        for target in ("account", "contact", "product", "opportunity", "campaign", "order", "lead", "case"):
            own = {name.id: name for name in names if name.type == target}
            fields = [f for f in self.spec.fields.values() if f.refers_to == target and target != self.kind and not f.readonly]
            if own and fields and len(own) == 1:
                return next((f.name for f in fields if f.name == target), fields[0].name), next(iter(own))
            if own and self.kind == "lead" and target == "account":
                return "company", next(iter(own.values())).name
        return None

    def _date(self, span: Span) -> tuple[str, Any] | None:
        term = self._term(span.time) if span.time is not None else None
        if term is not None:
            return term
        found = implied(self.scene, self.kind, span)
        if found is not None:
            return found[0], self._already(found[0], span) or found[1]
        dates = [f for f in self.spec.fields.values() if f.kind in TEMPORAL and not f.readonly and not f.hidden]
        for one in [f for f in dates if f.custom] or dates:
            value = value_of(self.scene, one, span)
            if value is not None and (len(dates) == 1 or one.custom):
                return one.name, value
        return None

    def _term(self, said: TimeSpan) -> tuple[str, Any] | None:
        """ "from 1 May to 30 June", "valid until Friday": the first and last day of what runs for a time."""
        last = next((name for name in ("ends_on", "valid_until") if name in self.spec.fields), "")
        if not last or said.kind != "period":
            return None
        if said.first is None or ("starts_on" not in self.spec.fields and last == "valid_until"):
            day = said.last or said.first
            return (last, day.isoformat()) if day and last not in self.values else None
        if "starts_on" in self.values:
            return last, (said.last or said.first).isoformat()
        if said.last is not None and said.first != said.last:
            self.values.setdefault(last, said.last.isoformat())
        return "starts_on", said.first.isoformat()

    def _already(self, name: str, span: Span) -> Any:
        """The same date read as one gone by, for what has happened already ("ordered 20 November")."""
        if name not in _GONE_BY or self.spec.name not in {"order", "quote", "case", "consent"}:
            return None
        again = find_times(span.text, today=self.scene.unit.today(), prefer="past")
        return value_of(self.scene, self.spec.fields[name], replace(span, time=again[0])) if again else None

    def _amount(self, span: Span) -> tuple[str, Any] | None:
        assert span.amount is not None
        money = [f for f in self.spec.fields.values() if f.kind == "money" and not f.readonly]
        if span.amount.currency and len(money) == 1:
            return money[0].name, str(span.amount.value)
        if "employees" in self.spec.fields and _PEOPLE.match(self.scene.text.text[span.last :]):
            return "employees", str(span.amount.value)
        found = implied(self.scene, self.kind, span)
        if found is None and len(money) == 1:
            return money[0].name, str(span.amount.value)
        plain = found is not None and self.kind == "lead"  # a bare number is no score
        return None if plain else found

    def _free(self, piece: Piece, spans: list[Span]) -> None:
        while spans and (spans[0].filler or spans[0].func("on", "to", "with", "named")) and not spans[0].content:
            spans = spans[1:]
        while spans and spans[-1].filler:
            spans = spans[:-1]
        if not spans:
            return
        text = clean(self.scene.text.text[spans[0].first : spans[-1].last])
        said = _EDGE.sub("", text)
        if (
            not said
            or not re.search(r"\w", said)
            or not any(
                span.unknown or span.content or (span.text[:1].isupper() and not span.filler and not span.func("me", "my_team", "it"))
                for span in spans
            )
        ):
            return
        self.loose.append((piece.tie, said))

    def place_texts(self) -> None:
        """Texts without a field go where this kind of record lacks one; what fits nowhere is lost, or its description."""
        for tie, text in self.loose:
            name = self._home(tie, text)
            if name:
                self.values[name] = text
            elif "description" in self.spec.fields and " " in text.strip() and tie in {"", "about", "who", "and", "with"}:
                held = self.values.get("description")
                self.values["description"] = f"{held}; {text}" if held else text
            else:
                self.lost.append(text)
        self.loose = []

    def _home(self, tie: str, text: str) -> str:
        fields = self.spec.fields

        def lacking(name: str) -> bool:
            return name in fields and name not in self.values and fields[name].kind in TEXTS

        if self.kind == "account":
            if lacking("country") and _is_country(text):
                return "country"
            if (
                lacking("city")
                and is_chinese(text)
                and len(text) <= 4
                and str(self.values.get("name", "")).startswith(text.removesuffix("市"))
            ):
                return "city"  # 温岭永兴泵业有限公司,温岭
            return "city" if lacking("city") and (tie in {"in", "at", "from"} or (len(text.split()) == 1 and text[:1].isupper())) else ""
        if self.kind in _PERSONS:
            if tie in {"from", "at", "with", "for"} or COMPANY.search(text):
                return "company" if lacking("company") else ""
            if tie in {"as", "is"} and lacking("title"):
                return "title"
            if self.kind == "lead" and is_chinese(text) and len(text) >= 4 and not _TITLE_ZH.search(text) and lacking("company"):
                return "company"
            named = all(word[:1].isupper() for word in text.split()) and len(text.split()) > 1 and not is_chinese(text)
            if self.kind == "lead" and named and lacking("company") and not _TITLE_ZH.search(text):
                return "company"
            short = len(text.split()) <= 5 and len(text) <= 40
            return "title" if lacking("title") and short and tie in {"", "in", "and", "who"} else ""
        if self.kind in PHRASED and self.spec.name_field != "number" and lacking(self.spec.name_field):
            return self.spec.name_field
        return ""


def _is_country(text: str) -> bool:
    return any(text.casefold() == name.casefold() for language in ("en", "zh") for name in Locale(language).territories.values())


def _before(scene: Scene, piece: Piece, label: Field) -> str:
    """The words around a yes/no field, where a denial may stand."""
    first = piece.spans[0].first if piece.spans else 0
    sense = next((s for s in scene.spans if any(f.field == label.name for f in s.fields)), None)
    start = sense.first if sense else first
    return scene.text.text[max(0, start - 12) : start]


def says_nothing(text: str) -> bool:
    """Whether a stretch is light words alone."""
    return not _EDGE.sub("", text)


def company_and_rest(text: str) -> tuple[str, str]:
    """A Chinese company's name in full form at the start of a text, and what follows it."""
    found = _COMPANY_ZH.match(text)
    return (found.group(), text[found.end() :]) if found else (text, "")


def person_and_title(text: str) -> tuple[str, str]:
    """ "赵一鸣采购经理": a Chinese person's name with the job run on to it."""
    if not is_chinese(text) or len(text) < 4 or not _TITLE_ZH.search(text):
        return text, ""
    size = 3 if len(text) > 4 else 2
    return text[:size], text[size:]
