"""Two requests in one sentence: "show my open deals and remind me to call Globex on Friday"."""

import re

from agent.embedded.creating_words import words
from agent.embedded.pieces import BREAK, breaks
from agent.embedded.spans import Span, Spanned
from agent.embedded.tokens import is_chinese

_JOINT = re.compile(r"(?:[,;，；。.!！?？]\s*|\s)(?:and then|then|and also|also|and|并且|并|然后|同时|再|另外|顺便)?\s*$", re.IGNORECASE)
_FOR_EACH = re.compile(r"(?:please )?for (?:each|every|all)\b|(?:请|帮我)*(?:给|为|对|替)?每", re.IGNORECASE)
ACTIONS = ("create", "update", "assign", "delete", "log", "remind")
_STRONG = {"and", "then", "also", "and then", "and also", "并", "并且", "然后", "同时", "再", "另外", "顺便"}


def split(text: Spanned) -> list[str]:
    """The clauses of a turn, in order; one when nothing speaks for more.

    A new clause starts at an action verb, or at a question word after a joint, when what stands before it is a whole
    request of its own. Text after a colon or in quotes is never cut: it is what is to be logged.
    """
    if _FOR_EACH.match(text.text.strip()):
        return [text.text]
    cuts: list[int] = []
    quoted_from = free_text_start(text)
    for number, span in enumerate(text.spans):
        if number == 0 or span.first >= quoted_from:
            continue
        opening = _opening(text, number)
        if _another_change(text, number) or _another_figure(text, number):
            cuts.append(span.first)
        elif (
            _starts_request(text, number)
            and not _alone(text, number)
            and not _same_update(text, number)
            and opening
            and _joint_before(text, opening, number)
        ):
            cuts.append(text.spans[opening].first)
    pieces = []
    start = 0
    for cut in cuts:
        pieces.append(text.text[start:cut])
        start = cut
    pieces.append(text.text[start:])
    joined = [
        *(_JOINT.sub("", _POLITE.sub("", piece)) for piece in pieces[:-1]),
        pieces[-1],
    ]  # the last keeps its mark: it may be a question's
    cleaned = [piece.strip(" ,，;；") for piece in joined]
    return [piece for piece in cleaned if piece] or [text.text]


def _alone(text: Spanned, number: int) -> bool:
    """ "…没用了,删掉", "…, update it", "…, add him please", …,建个工单: a verb of deleting or making with nothing of its own, about what was told before it."""
    spans = text.spans
    if spans[number].func("delete", "update"):
        return not any(span.content for span in spans[number + 1 :])
    if not spans[number].func("create", "log") or any(_done(text, n) for n in range(number)):
        return False
    stop = next((n for n in range(number + 1, len(spans)) if breaks(text.text, spans[n - 1], spans[n])), len(spans))
    whose = {
        n
        for n in range(number + 1, stop)
        if spans[n - 1].text in _RECEIVERS | {"归", "让"} and any(name.type == "user" for name in spans[n].names)
    }
    own = any(
        span.unknown or span.literal or (span.names and n not in whose) or span.time or span.amount
        for n, span in enumerate(spans[number + 1 : stop], number + 1)
    )
    later = any(_verb(span) and not span.func("assign") for span in spans[number + 1 :])
    return not own and not later and any(span.content and not span.entity for span in spans[:number])


_MEANT = frozenset({"想", "要", "想要", "说要", "准备", "打算", "计划", "考虑", "wants to", "want to", "plans to", "plan to"})


def _done(text: Spanned, number: int) -> bool:
    """A verb of what is to be done here, not of what somebody wants to do: 想|升级三坐标."""
    return _verb(text.spans[number]) and not (number and text.spans[number - 1].text.lower() in _MEANT)


def _verb(span: Span) -> bool:
    if span.text.lower() in words("new") or len(span.text) == 1:
        return False
    return span.func("create", "update", "assign", "delete", "remind", "show", "zh_to") and not (span.entity or span.names or span.filler)


def _another_change(text: Spanned, number: int) -> bool:
    """ "A to Discovery, and B to Negotiation", 交给陈浩,金额调到1.4万: a second record or field with a value of its own."""
    gap = text.text[: text.spans[number].first].rstrip()
    if number and text.spans[number - 1].text.lower() in {"and", "并", "并且", "再"}:
        gap = text.text[: text.spans[number - 1].first].rstrip()
    if gap[-1:] not in {",", ";", "，", "；"}:
        return False
    span, segment = text.spans[number], text.spans[number:]
    end = next(
        (n for n, each in enumerate(segment) if n and text.text[each.first - 1 : each.first] in {",", "，", ";", "；"}), len(segment)
    )
    own = [name for name in span.names if name.type in {"opportunity", "account", "contact", "lead", "order", "case", "task", "product"}]
    before = [each for each in text.spans[:number] if (each.func("to") and len(each.text) > 1) or each.func("assign")]
    later = any(each.func("to") and len(each.text) > 1 for each in segment[1:end])
    opens = bool(own) or (text.language == "zh" and bool(span.fields))
    return bool(opens and before and later and any(each.names for each in text.spans[:number]))


def _another_figure(text: Spanned, number: int) -> bool:
    """上个月新增了多少线索，转化了几个: after a comma, how many of those meet a value, in a clause that names nothing of its own."""
    gap = text.text[text.spans[number - 1].last : text.spans[number].first]
    if not set(gap) & set("，,；;") or not any(span.func("count") for span in text.spans[:number]):
        return False
    end = next(
        (n for n in range(number + 1, len(text.spans)) if set(text.text[text.spans[n - 1].last : text.spans[n].first]) & set("，,；;")),
        len(text.spans),
    )
    clause = text.spans[number:end]
    if text.language == "zh" and text.text.rstrip(" ?？。").endswith("呢") and end == len(text.spans):
        return any(span.content for span in clause)  # 平均金额是多少,A级客户的呢
    told = any(span.choices or span.lacks or span.func("win", "lose") for span in clause)
    alone = not any(span.entity or span.metric or span.names or span.fields or span.time or span.func("group") for span in clause)
    return told and alone and any(span.func("count") for span in clause)


_RECEIVERS = {"给", "为", "帮", "请", "替", "我"}


def _opening(text: Spanned, number: int) -> int:
    """Where the request of a verb begins: Chinese says for whom before it (再给它建一个…)."""
    while text.language == "zh" and number > 1 and (text.spans[number - 1].text in _RECEIVERS or text.spans[number - 1].func("it")):
        number -= 1
    timed = text.language == "zh" and number > 1 and text.spans[number].func("remind") and text.spans[number - 1].time
    if timed and BREAK.search(text.text[text.spans[number - 2].last : text.spans[number - 1].first]):
        number -= 1  # …,下周三|提醒我送方案
    for_whom = text.language == "zh" and number > 1 and any(name.type == "user" for name in text.spans[number - 1].names)
    if for_whom and text.spans[number - 2].text in _RECEIVERS | {"让", "叫"}:
        number -= 2  # 然后给陈静|建个任务
    return number


def _same_update(text: Spanned, number: int) -> bool:
    """ "move X to Won and set the amount to 1200": the second verb names no record of its own."""
    if text.spans[number].func("delete") and any(span.func("delete") for span in text.spans[:number]):
        return True  # "we no longer need X, get rid of it"
    if not text.spans[number].func("update") or not any(span.func("update", "assign") for span in text.spans[:number]):
        return False
    rest = text.spans[number + 1 :]
    return not any(span.entity or any(name.type not in {"user"} for name in span.names) or span.func("it") for span in rest)


def free_text_start(text: Spanned) -> int:
    found = re.search(r"[:：]|\bthat\b", text.text)
    logs = any(span.func("log") for span in text.spans[:3])
    return found.end() if found and logs else len(text.text)


def _starts_request(text: Spanned, number: int) -> bool:
    span = text.spans[number]
    if text.text[span.last :].lstrip()[:1] in {":", "：", "="} and not span.func("remind", "log"):
        return False  # "…; phone: +44 …": the name of a field
    if span.func(*ACTIONS) and not span.names and not span.time and _is_imperative(text.spans, number):
        return True
    if span.func("zh_to") and number and text.language == "zh":
        return True
    after = text.spans[number + 1 : number + 3]
    if span.text.lower() in words("asks_of") | {"task"} and len(after) == 2 and after[1].text.lower() in {"to", "and"}:
        return any(name.type == "user" for name in after[0].names)  # "…, and task Sam to plan it"
    return (span.func("show") and span.text.lower() in {"show", "list", "show me", "tell me", "显示", "列出", "告诉我"}) or (
        span.func("count") and span.text.lower() == "how many"
    )


def _is_imperative(spans: list[Span], number: int) -> bool:
    """An action word that is a verb here: "set", not the "set" of "data set"; "update", not "last update"."""
    previous = spans[number - 1]
    word = spans[number].text.lower()
    if len(word) == 1 and is_chinese(word) and previous.unknown and previous.last == spans[number].first:
        return False  # 登录: one letter of another word
    if word in {"note", "record", "notes", "new", "change", "reminder", "安排", "记录"}:
        return word in {"note", "record", "安排", "记录"} and number + 1 < len(spans) and not previous.entity
    return not (previous.func("not", "group", "with", "without") or previous.text.lower() in _NO_VERB)


_POLITE = re.compile(
    r"(?<=[,;.!?]) *(?:(?:so|and|please|pls|kindly|could you|can you|would you) *)+$", re.IGNORECASE
)  # "… is tight. Please | remind me"
_NO_VERB = frozenset(
    {"the", "a", "an", "to", "last", "的", "might", "may", "could", "would", "will", "can", "should", "must", "they'll", "not"}
)


def _joint_before(text: Spanned, number: int, verb: int) -> bool:
    """Whether what precedes is a request and ends in a joint."""
    before = text.spans[:number]
    before_verb = text.text[: text.spans[number].first]
    joint = (before_verb if "\n" in text.text else _POLITE.sub("", before_verb)).rstrip()  # a letter's "Please …" asks its reader
    if before and before[-1].names and before[-1].last == len(joint):
        joint = joint.removesuffix(".")  # 给 … B.V.建个任务: the mark is the name's
    ends = joint[-1:] in {",", ";", "，", "；", "。", ".", "!", "！", "?", "？"} or (before and before[-1].text.lower() in _STRONG)
    if not ends:
        return False
    asks = text.spans[verb].text.lower() in words("asks_of") | {"task"}
    if (asks or text.spans[verb].func("remind", "create", "log", "zh_to")) and any(span.content for span in before):
        return True
    said = [
        span
        for place, span in enumerate(before)
        if (span.func("show", "count", "who", "close", *ACTIONS) and (not place or _is_imperative(before, place)))
        or (not place and any(sense.field == "tags" for sense in span.fields))  # "tag them as vip and give them to Ann"
        or span.metric
        or (span.func("to") and span.text[:1] in "改设变推移标调更修转定")
    ]
    return bool(said)
