"""Changes told rather than asked for: "the Globex deal is signed", "Acme: competitor is Henke", 拿下了. A question is never one."""

import re
from collections.abc import Sequence
from functools import cache

from agent.embedded.lexicon import change_words
from agent.embedded.spans import Span, Spanned
from agent.embedded.tokens import is_chinese
from store.schema import Schema

RECORDS = frozenset({"opportunity", "product", "lead", "contact", "account", "case", "task", "order"})
_ASKING = ("who", "count", "when", "where", "why", "compare", "sum", "avg", "duration")
QUESTION = re.compile(
    r"[?？]\s*$|[吗呢么]\s*[。.]?$|^(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|which|what|who|whose|how|when|where|why)\b|"
    r"哪|谁|什么|是否|有没有|是不是|怎么|如何|多少|几个|多久|多长|(?:[要用花得]|平均|需要|大概)[要用花]?几(?:天|周|个?月|小时)",
    re.IGNORECASE,
)
_WON = re.compile(
    r"赢了|拿下了|赢下了|签下了|签了|成交了|谈成了|搞定了|\b(?:we|i)(?:'ve| have)? (?:just )?(?:won|got|signed|closed)\b|\bis (?:now )?won\b",
    re.IGNORECASE,
)
_LOST = re.compile(r"丢了|输了|黄了|没谈成|\b(?:we|i)(?:'ve| have)? (?:just )?lost\b|\bis (?:now )?lost\b", re.IGNORECASE)
_STATED = re.compile(
    r"(?:'s|(?:\s+(?:both|all|each|now|also|just|really|already|finally|officially|apparently))*\s+"
    r"(?:is|are|go|belong|need|come|cost|was|were|has|have|had|got|gets|now|just|does|did|no longer|isn't|aren't|wasn't|hasn't|"
    r"[a-z]+(?:ed|s)|will|'ll|should|must|shall|went|fell|rose|won|lost|became|left|took|agreed|signed|told))\b",
    re.IGNORECASE,
)
_FIRST_PERSON = re.compile(r"\b(?:we|i|they)(?:'ve|'ll|'re| have| will| are| now)?\s+(?:just |now |finally |both )?[a-z]+", re.IGNORECASE)


_POLITE = re.compile(
    r"(?:(?:please\s+)?(?:can|could|would|will)\s+(?:you|u|we)\s+(?:please\s+|kindly\s+|just\s+)*(?P<verb>[a-z-]+)\b|"
    r"(?P<zh>(?:请|麻烦)?(?:你)?(?:能不能|可不可以|能否|可否|可以|能)(?:请)?(?:帮我|帮忙|替我)?)(?=把|将))",
    re.IGNORECASE,
)


_WHEN = r"(?:(?:today|yesterday|just now|just|earlier|this (?:morning|afternoon|week)|last (?:week|night)|on \w+day)[, ]+)?"
_REPORTED = re.compile(
    rf"^{_WHEN}(?:(?:so|ok|hey|hi),? )?(?:(?:i|we)(?: have|'ve)? )?(?:just |only )?"
    r"(?:visited|met|called|phoned|rang|emailed|e-mailed|texted|messaged|wrote to|ran into|bumped into|dropped (?:by|in on)|stopped by|"
    r"popped (?:by|in|over)|went to see|swung by|caught up with|tried (?:to (?:reach|call|ring|phone)|calling|reaching)|"
    r"(?:spoke|talked|chatted|spoken) ?(?:to|with|w/)|hung up with|got off (?:the phone|a call) with|left (?:a )?(?:voicemail|message) (?:for|with)|"
    r"had (?:(?:a|an) )?(?:\w+ )?(?:call|meeting|visit|chat|lunch|coffee|dinner|catch-up)|(?:lunch|dinner|coffee|breakfast|drinks|catch-up) with)(?![a-z])|"
    r"^(?:我|我们)?(?:今天|昨天|大前天|前天|前两天|前几天|刚才|刚刚|刚|上午|下午|早上|晚上|今早|昨晚|中午|上上?(?:个?(?:周|星期|礼拜))[一二三四五六日天]?|周[一二三四五]"
    r"|\d{1,2}月\d{1,2}[号日]|\d{1,2}号)*(?:我|我们)?(?:刚|又|去)*"
    r"(?:拜访了|走访了|见了|会见了|约见了|去了|跑了一?趟|(?:给|跟|和|与).{1,20}(?:打了电话|打了个电话|开了会|通了电话|通了个电话|通完电话|开了个会|见了面|聊了|吃了饭|吃了个饭|碰了面|碰了个面|开会(?:讨论|确认|过)了?|讨论了|沟通了|谈了|谈好了|对接了|碰了一下|视频了|确认了))",
    re.IGNORECASE,
)


_ASKED_ZH = re.compile(r"什么|哪[些个家位几]|谁|啥|多少|怎么|几[个次家位单条]|有没有")


_FROM_THEN = re.compile(
    r"(?:从|自)?(?:创建|新建|录入|登记|立项|建档|开单|建立|下单)(?:日期|时间|那天|之日)?(?:到|至|后|之后|以后|以来|起)(?!\w{0,3}[里中])"
)


def from_then_on(text: Spanned) -> bool:
    """从创建到关闭, 立项后三个月内, 解决一个工单要几天: how long something takes or took is spoken of; no request."""
    if text.language != "zh":
        return False
    found = _FROM_THEN.search(text.text)
    return bool(_HOW_LONG.search(text.text)) or (found is not None and bool(_LENGTH.search(text.text, found.end())))


_LENGTH = re.compile(r"[一两二三四五六七八九十百半\d几多][个]?(?:天|日|周|星期|礼拜|个?月|年|季度|小时)|多久|多长|平均")
_HOW_LONG = re.compile(
    r"(?:平均|一般|通常|大概).{0,4}?(?:多久|多长|[多几](?:少)?(?:天|周|个?月|小时))|[要用花]几(?:天|周|个?月|小时)|[要用花]多久"
)


def reports(text: str) -> bool:
    """ "I visited Nordlys yesterday, …", 上午跟…通了电话: told of as having taken place, and not asked."""
    plain = text.strip()
    first = re.split(r"[,，。;；:：]", plain, maxsplit=1)[0]
    return not plain.endswith(("?", "？", "吗", "呢")) and not _ASKED_ZH.search(first) and bool(_REPORTED.search(plain))


def asks(text: Spanned) -> bool:
    """Whether the sentence is a question, by its mark, its first word or a question word."""
    plain = text.text.strip()
    polite = _POLITE.match(plain)
    if polite and (polite["zh"] or polite["verb"].lower() in change_words("wishes") | change_words("asked")):
        plain = plain[polite.start("verb") if polite["verb"] else polite.end("zh") :].rstrip("?？吗 吧")
    if text.spans and text.spans[0].names and not text.spans[0].senses:
        plain = plain[text.spans[0].last :]  # "Will's customers go to Tom": a name, no question
    bound = ("over", "under", "at_least", "at_most")  # "leads that score higher than 70"
    asking = [n for n, span in enumerate(text.spans) if span.func(*_ASKING) and not span.func(*bound) and span.text not in {"总", "共"}]
    return bool(QUESTION.search(plain)) or any(not _of_a_label(text.spans, n) for n in asking)


def _of_a_label(spans: Sequence[Span], number: int) -> bool:
    """ "change the number of | seats to 120": no question, where a change is what the sentence begins with."""
    verb = next((span for span in spans if not span.filler), None)
    after = spans[number + 1] if number + 1 < len(spans) else None
    changes = verb is not None and verb.func("update") and not verb.names
    return bool(changes and spans[number].func("count") and after is not None and after.fields and not after.entity)


def lists(text: Spanned) -> bool:
    """Whether a sentence names what it asks for and what holds of it, which tells of no change: "contacts, account Globex, owner is
    Anna" opens with many records or a figure; 负责人为李娜，线索林振华的活动 ends with them."""
    content = [span for span in text.spans if not span.filler and not span.amount]
    if text.language == "zh":
        heads = (span for span in reversed(content) if span.entity or span.metric)
        head = next((span for span in heads if _OF.search(text.text[: span.first])), None)
        return head is not None and not any(span.func("to") and span.first > head.first for span in text.spans)
    first = content[0] if content else None
    if first is None or not (first.metric or (first.entity and first.entity.plural)):
        return False
    following = text.text[first.last :]
    return "," in following and not re.search(r"\bnow\b", following)


_OF = re.compile(r"的\s*(?:\d+\s*[个名条家位笔单张项件])?\s*$")


def record(text: Spanned) -> tuple[int, Span] | None:
    """The record the sentence opens with, by its name in full, and where it stands."""
    for number, span in enumerate(text.spans):
        if any(name.type in RECORDS and name.score >= 0.9 for name in span.names):
            return number, span
        if not (span.filler or span.func("zh_to", "me", "my_team", "help")) and not (span.entity and number < 2):
            return None
    return None


@cache
def any_of(name: str) -> re.Pattern[str]:
    """One of the words of change of a list of words.yaml, anywhere."""
    latin = [re.escape(word) for word in change_words(name) if not is_chinese(word)]
    han = [re.escape(word) for word in change_words(name) if is_chinese(word)]
    marks = [rf"(?<![\w]){word}(?![\w])" if word[0].isalnum() else rf"{word}(?!\w)" for word in latin]
    return re.compile("|".join([*marks, *han]), re.IGNORECASE)


def conditional(text: str) -> bool:
    """ "if they sign": words that no change is read without."""
    return bool(any_of("conditions").search(text))


def corrects(text: str) -> bool:
    """ "to C, no, B": words that take back what was said just before."""
    return bool(any_of("corrections").search(text))


def excepts(text: str) -> bool:
    """ "except Globex": words that leave records out of a set."""
    return text.lower() in change_words("exceptions")


@cache
def _edge(name: str, start: bool) -> re.Pattern[str]:
    words = "|".join(sorted(map(re.escape, change_words(name)), key=len, reverse=True))
    return re.compile(rf"(?:{words})(?![a-z])" if start else rf"(?:(?<![a-z])(?=[a-z])|(?![a-z]))(?:{words})$", re.IGNORECASE)


def gives(text: str, name: str, *, start: bool = False) -> bool:
    """Whether a text ends (or starts) in one of the words of a list."""
    found = _edge(name, start)
    return bool(found.match(text) if start else found.search(text))


def opening(text: str, name: str) -> str:
    """The word of a list that a text begins with; empty for none."""
    found = _edge(name, True).match(text)
    return found.group() if found else ""


def former(text: str) -> bool:
    """Whether the words before a value make it the one there was: "not", "rather than", "from", 不是."""
    return gives(text, "former")


def ended(span: Span) -> str:
    """won or lost, when a span says that a deal ended so."""
    status = next((c.value for c in span.choices if (c.entity, c.field) == ("opportunity", "status") and c.value in {"won", "lost"}), "")
    return status or ("won" if span.func("win", "sold") and not span.fields else "lost" if span.func("lose") else "")


def stage_of(schema: Schema, value: str) -> str:
    """The stage a status stands for: won -> the won stage."""
    return next((s.name for s in schema.stages if s.name == value or s.kind == value.lower()), value)


def signs(text: Spanned, subject: Sequence[Span]) -> bool:
    """Whether words about a record say that it is changed or has changed: a verb of change, a mark between record and value, a
    finished statement. A name beside a value alone ("Globex open deals") is no such sign."""
    for number, span in enumerate(text.spans):
        if span in subject:
            continue
        if span.step:
            return True
        if span.func("update", "assign", "zh_to", "close") and not span.entity and not span.fields:
            return True
        if span.func("to") and (len(span.text) > 1 or is_chinese(span.text)) and span.text.lower() not in {"to", "at", "be", "在"}:
            return True
        if span.text.lower() in change_words("wishes") and not span.names and not span.entity and opens(text, number):
            return True
    last = max((span.last for span in subject), default=0)
    rest = text.text[last:]
    if re.match(r"\s*(?:[:：=]|[-=]+>|→)", rest) or _STATED.match(rest) or _FIRST_PERSON.search(text.text):
        return True
    return bool(text.language == "zh" and re.search(r"了[!！。.~,，;；\s]|了[吧啊哈呀嘛]?$", rest))


def opens(text: Spanned, number: int) -> bool:
    """Whether only light words, or a break, stand before a verb."""
    if all(each.filler or each.func("me", "my_team", "help", "it") for each in text.spans[:number]):
        return True
    before = text.text[: text.spans[number].first].rstrip()
    return before[-1:] in {",", ";", ".", ":", "，", "；", "。"} or bool(
        re.search(r"\b(?:and|so|then|please|now|to|just|simply)$", before, re.IGNORECASE)
    )


def outcome(text: Spanned) -> str:
    """won or lost, when the sentence tells that a deal ended so; else ""."""
    found = record(text)
    if found is None or asks(text) or not any(name.type == "opportunity" for name in found[1].names):
        return ""
    return "won" if _WON.search(text.text) else "lost" if _LOST.search(text.text) else ""
