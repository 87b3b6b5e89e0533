"""What happened: a visit, a call, a meeting; and when."""

import re
from datetime import date

from knowledge.followups.due import day_of
from knowledge.followups.followup import Said
from knowledge.followups.note import Clause, Note
from knowledge.followups.sections import Section
from knowledge.followups.words import words
from knowledge.followups.world import World

NOTE = "note"
_KINDS = {
    "en": {
        "visit": r"\b(visited|visit (?:at|to|yesterday|today|this morning)|^visit\b|dropped (?:by|in)|stopped by|went to see|came out of|just left|just been (?:to|at)|(?:i|we) was at|was (?:just )?at|been to|on[- ]site (?:at|with)|swung by|drove (?:out )?to)\b",
        "call": r"\b(called (?:me|us|back|him|her)?|phoned|rang|phone call|(?:the |a )?call with|on the phone|spoke (?:to|with)|talked to|just (?:off|got off) the phone|hung up|telephoned)\b",
        "meeting": r"\b(met(?: with)?|had (?:a )?(?:lunch|coffee|dinner|breakfast|meeting)|(?:tender )?meeting (?:with|this morning|today|yesterday)|in the meeting|sat down with|lunch with|coffee with)\b",
        "email": r"\b(emailed|e-mailed|wrote (?:to )?(?:me|us)|mailed (?:me|us)|got an e-?mail)\b",
        "chat": r"\b(texted|whatsapp|wechat(?:ted)?|messaged)\b",
    },
    "zh": {
        "visit": r"拜访了?|去了|刚从.{1,14}出来|上门拜访|跑了一趟|到了.{1,10}现场",
        "call": r"打了个?电话|打来电话|来电|电话里|通了?个?电话|电话聊|打电话来",
        "meeting": r"见了|见到|开了个?会|吃了个?饭|见面|碰了个?头|面谈|喝了个?咖啡",
        "email": r"发来邮件|来邮件|发邮件(?:来|说)|邮件里说",
        "chat": r"微信(?:上)?(?:聊|说|沟通|问)|微信聊",
    },
}  # fmt: skip


def kind_of(section: Section, note: Note, world: World) -> Said[str] | None:
    """The first thing told of this customer that has happened; plans do not count. A kind the store does not have is none."""
    kept = {choice.value for choice in world.schema.choices_of(world.schema.field("activity", "kind"))}
    for clause in section.clauses:
        if _ahead(clause, note, world):
            continue
        places = [
            (found.start(), -len(found[0]), kind, found.end())
            for kind, pattern in _KINDS[clause.language].items()
            if kind in kept and (found := re.search(pattern, clause.text.strip() and clause.text, re.IGNORECASE))
        ]
        if places:
            at, _, kind, until = min(places)
            return Said(kind, clause.at + at, clause.at + until)
    return None


def _ahead(clause: Clause, note: Note, world: World) -> bool:
    """A clause with a day still to come, or with a plan."""
    if any((day := day_of(each)) is not None and day > world.today for each in note.times_in(clause.at, clause.until)):
        return True
    if clause.language == "zh":
        return bool(re.search(r"提醒|记得|让我|要去|准备|下次", clause.text))
    return bool(re.search(r"\b(?:will|need to|should|want(?:s)? to|going to|would like|must|remind)\b|'ll\b|'d like", clause.text, re.IGNORECASE))


def day_in(section: Section, note: Note, world: World) -> Said[date] | None:
    """A day that has passed, in the first sentences: "visited yesterday"."""
    firsts = sorted({clause.sentence for clause in section.clauses})[:2]
    for clause in section.clauses:
        if clause.sentence not in firsts:
            continue
        for each in note.times_in(clause.at, clause.until):
            day = each.span.first
            if each.span.kind == "period" and day is not None and day == each.span.last and 0 < (world.today - day).days <= 31 and _is_past(clause):
                return Said(day, each.at, each.until)
    return None


def _is_past(clause: Clause) -> bool:
    happened = any(re.search(pattern, clause.text, re.IGNORECASE) for pattern in _KINDS[clause.language].values())
    return happened or len(clause.text.split()) <= 6 or bool(words(clause.language).won.search(clause.text))
