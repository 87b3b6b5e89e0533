"""Changes in plain words: which action, on which records, with which values. Proposes nothing itself."""

import re
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

from agent.embedded import changing, creating, deleting, doing, happened, sets, tagging, told, turning, updating, wide
from agent.embedded.frames import Frame
from agent.embedded.lexicon import Lexicon, change_words, function_words, other_words
from agent.embedded.names import NameIndex
from agent.embedded.repair import repair
from agent.embedded.routes import Routes
from agent.embedded.scene import Scene
from agent.embedded.spans import Span, Spanned, spanned
from agent.embedded.steps import stepped
from agent.embedded.tokens import phrase, stem
from store.unit import Unit

ORDER = ("remind", "log", "create", "delete", "assign", "update", "close", "undo", "approve")
_SOFT = {"new", "新增", "登记", "增加", "记录", "安排", "record", "note", "log", "insert", "open a new", "document", "schedule"}


@cache
def _verbs(name: str) -> frozenset[tuple[str, ...]]:
    return frozenset(phrase(str(word)) for word in function_words()[name])


def verb(span: Span, name: str) -> bool:
    """The action word itself, not a word of the same stem ("notes", "records")."""
    return span.func(name) and phrase(span.text) in _verbs(name)


def read(unit: Unit, text: Spanned, words: Lexicon, names: NameIndex, routes: Routes, previous: Sequence[Frame]) -> list[Frame] | None:
    """The frames of a wish for change; None when the sentence is a question."""
    worded = _with_verb(text) or _taken_off(text)
    if worded:
        again = spanned(worded, words, names, unit.today(), fiscal_start=unit.settings.fiscal_year_start, future=True)
        return read(unit, again, words, names, routes, previous)
    rule = wide.read(Scene(unit, text, words, names, routes, list(previous), -1))
    if rule is not None:
        return rule
    tags = tagging.read(Scene(unit, text, words, names, routes, list(previous), -1))
    if tags is not None:
        return tags
    found = _action(text)
    if found is None and told.lists(turning.tied(text)):
        return None
    if (
        found is None
        or found[0] in {"update", "assign", "close"}
        or (found[1] >= 0 and verb(text.spans[found[1]], "update"))
        or (found[1] >= 0 and text.spans[found[1]].text.lower() in {"make", *change_words("wishes")})
        or (found[1] >= 0 and _part_of_a_step(text, found[1]))
    ):
        scene = Scene(unit, text, words, names, routes, list(previous), -1)
        of_many = sets.read(scene) if _of_many(text) else None
        changed = of_many or changing.read(scene) or sets.read(scene)
        if changed is not None:
            return changed
    if found is None:
        return None
    action, place = found
    invalid = next((span.time for span in text.spans if span.time and span.time.kind == "invalid"), None)
    if invalid:
        return [Frame("clarify", text=text.text, reason="date", notes=[invalid.error or invalid.text])]
    ended = updating.finished(Scene(unit, text, words, names, routes, list(previous), place)) if action == "close" else None
    if ended is not None:
        return ended
    notes = repair(text, names) if action not in {"create", "log"} else []
    scene = Scene(unit, text, words, names, routes, list(previous), place)
    match action:
        case "remind":
            frames = doing.task(scene)
        case "log":
            frames = creating.record(scene) if creating.asked_of(scene) else happened.activity(scene)
        case "create":
            frames = creating.record(scene)
        case "delete":
            frames = deleting.read(scene) or sets.emptied(scene) or updating.delete(scene)
        case "undo" | "approve":
            frames = [Frame("help", reason="gate")]
        case _:
            frames = updating.update(scene, action)
    for frame in frames or []:
        frame.notes += [note for note in notes if note not in frame.notes]
    return frames


def _with_verb(text: Spanned) -> str:
    """ "unqualify all leads …", "please qualify Siobhan Byrne": a verb made of a value, put as "mark … as unqualified"; "" for none."""
    spans = [span for span in text.spans if not span.filler]
    first = spans[0] if spans else None
    if first is None or len(spans) < 2 or not first.choices or first.names or first.func("close", "delete", "create", "win", "lose"):
        return ""
    if first.func("update") and any(span.func("to") for span in spans[1:]):
        return ""  # "convert X to Won"
    own = first.choices[0]
    forms = {own.value.lower(), *(word.lower() for word in other_words(own.value))}
    rest = text.text[first.last :].strip(" .!")
    about = any(span.entity or span.names or span.func("all") for span in spans[1:])
    verbal = first.text.isascii() and first.text.lower() not in forms and stem(first.text.lower()) == stem(own.value.lower())
    verbal = verbal and not first.text.lower().endswith("s")  # "complaints by client" are several of them
    return f"mark {rest} as {own.value}" if verbal and about and not (told.asks(text) or told.reports(text.text)) else ""


_TAKEN_OUT = re.compile(
    r"^(?:please )?(?:take (?P<out>.+?) out(?: of (?:the |our )?(?:system|crm|list|database|records|books))?"
    r"|(?:i|we)(?:'d like| would like| want| need)(?: to have)? (?P<gone>.+?) (?:deleted|removed|erased))[.!]?$",
    re.IGNORECASE,
)
_TAKEN_OFF = re.compile(r"^(?:please )?take (?:the )?(?P<field>.+?) off (?:of )?(?:the )?(?P<record>.+?)[.!]?$", re.IGNORECASE)


def _taken_off(text: Spanned) -> str:
    """ "take the close date off Globex lab", "take Globex lab out of the system": a value, or a record, is to be no more; "" for neither."""
    out = _TAKEN_OUT.match(text.text.strip())
    if out:
        return f"delete {out['out'] or out['gone']}"
    found = _TAKEN_OFF.match(text.text.strip())
    if found is None or text.text != text.text.strip():
        return ""
    said = [span for span in text.spans if found.start("field") <= span.first < found.end("field") and not span.filler]
    return f"clear the {found['field']} of {found['record']}" if len(said) == 1 and said[0].fields and not said[0].names else ""


def _action(text: Spanned) -> tuple[str, int] | None:
    """The action and where its word stands. Questions about the past ("new deals this month") are none."""
    spans = text.spans
    asks = any(span.func("count", "who", "avg") or (span.metric and not span.choices) or span.func("compare") for span in spans)
    for number, span in enumerate(spans):
        names = [name for name in ORDER if verb(span, name)]
        if not names or span.names or (number == 0 and span.func("about")):
            continue  # 换成按产品, 换成Anna呢: another view of the answer before
        if not _commanding(text, number):
            continue
        action = names[0]
        following = [each for each in spans[number + 1 :] if not each.filler]
        if span.text.lower() == "make" and following and (following[0].names or following[0].func("all", "it")):
            return "update", number  # "make Globex an A account"
        if action in {"create", "log", "remind"} and span.text.lower() in _SOFT and not _new_thing(text, number, action):
            continue
        if asks and action in {"create", "update", "close", "log"} and text.language == "zh" and number > 0:
            continue
        return action, number
    return _task_headed(text) or _report(text) or _chinese_shift(text) or _close(text)


def _part_of_a_step(text: Spanned, number: int) -> bool:
    """ "add 10k to the amount": the verb says how much more, it makes nothing."""
    place = text.spans[number].first
    return any(span.step and span.first <= place < span.last for span in stepped(text).spans)


_PASSIVE = {
    "can be deleted", "can be removed", "can be dropped", "should be deleted", "should be removed", "to be deleted", "can go", "should go",
}  # fmt: skip


def _commanding(text: Spanned, number: int) -> bool:
    """English: the verb opens the sentence. Chinese: it may follow 把/给/a name/a time."""
    if text.spans[number].func("create", "log", "close") and told.from_then_on(text):
        return False
    before = text.spans[:number]
    if text.language == "zh" and re.match(r"[掉了完好过]?的", text.text[text.spans[number].last :]):
        return False  # 完成的任务, 取消的任务: a state, not a wish
    if all(span.filler or span.func("me", "my_team", "it", "help", "show", "about", "zh_to", "to", "all") for span in before):
        return not any(span.func("show") and span.text.lower() not in {"see"} for span in before) or text.language == "zh"
    word = text.spans[number].text
    if text.language == "zh":
        marked = any(span.text in {"把", "将", "给", "为", "请", "帮我", "在"} for span in before)
        if marked or word in {"提醒我", "提醒", "推进", "改", "设置", "标记", "更新", "修改", "推"}:
            return True
        around = text.text[: text.spans[number].first][-1:], text.text[text.spans[number].last :][:1]
        done = around[0] in {"已", "被", "未", "没"} or around[1] == "的"  # 已删除的: a state, not a wish
        if text.spans[number].func("close") and any(span.func("to", "update") and len(span.text) > 1 for span in before):
            return False  # 标记为完成: the value, not the verb
        asked = told.asks(text) or any(span.func("show") for span in before[:1])
        return text.spans[number].func("assign", "delete", "close") and not done and not asked
    if text.spans[number].func("delete") and told.opens(text, number) and not told.asks(text):
        return True  # "… was entered by mistake, take it out"
    passive = word.lower() in _PASSIVE or (text.spans[number].func("delete") and before[-1].text.lower() in {"please", "just"})
    return passive and not told.asks(text)


def _new_thing(text: Spanned, number: int, action: str) -> bool:
    """ "new contact Jane" makes one; "new leads this week" asks."""
    after = [span for span in text.spans[number + 1 :] if not span.filler]
    if not after:
        return False
    if action == "log" or action == "remind":
        return True
    head = after[0]
    if not head.entity:
        return False
    if text.language == "en" and head.entity.plural:
        return False
    said = any(span.unknown or span.literal or span.names or span.func("named") or span.amount for span in after[1:])
    earlier_time = any(span.time for span in text.spans[:number])
    return said and not earlier_time


def _chinese_shift(text: Spanned) -> tuple[str, int] | None:
    """ "Acme 的商机金额改成 7.5 万": the assignment word itself is the verb."""
    if text.language != "zh" or told.asks(text):
        return None
    for number, span in enumerate(text.spans):
        if not span.func("to") or len(span.text) < 2 or span.text[-1] not in "成为到至在":
            continue
        after = [each for each in text.spans[number + 1 :] if not each.filler or each.func("me")]
        texts = any(f.field and f.entity for each in text.spans[:number] for f in each.fields)
        if not after or after[0].func("group"):  # 换成按产品: a figure another way
            continue
        first = after[0]
        if first.choices or first.amount or first.time or first.names or first.literal or first.func("me") or first.fields or texts:
            return "update", number
    return None


def _close(text: Spanned) -> tuple[str, int] | None:
    """ "close the Globex case", 关闭工单."""
    spans = [span for span in text.spans if not span.filler]
    if spans and text.language == "zh" and text.text[spans[0].last :][:1] == "的":
        return None  # 取消的任务: those that were cancelled
    while spans and spans[0].func("my_team", "me") and not spans[0].content:
        spans = spans[1:]  # "we won …!"
    if len(spans) > 1 and updating.reopens(spans[0]) and not spans[0].names:
        return "close", text.spans.index(spans[0])
    if spans and spans[0].text.lower() in {"cancel", "取消"} and any(span.entity and span.entity.entity == "task" for span in spans):
        return "close", text.spans.index(spans[0])
    if (
        spans
        and spans[0].text.lower() in {"won", "lost"}
        and any(n.type == "opportunity" and n.score == 1.0 for s in spans[1:3] for n in s.names)
    ):
        return "close", text.spans.index(spans[0])
    if (
        spans
        and spans[0].text.lower() in {"close", "关闭", "finish", "complete"}
        and len(spans) > 1
        and not any(s.func("count", "who") for s in spans)
    ):
        return "close", text.spans.index(spans[0])
    return None


def _of_many(text: Spanned) -> bool:
    """ "for all deals we won last year, set the product to …": of many records, whichever one is named as a value."""
    said = [span for span in text.spans if not span.filler]
    return any(one.func("all") and other.entity and other.entity.plural and not other.names for one, other in pairwise(said))


def _task_headed(text: Spanned) -> tuple[str, int] | None:
    """ "task: call Ann Lee on Friday", 任务：…: the noun and a mark, then what is to be done."""
    first = text.spans[0] if text.spans else None
    headed = first is not None and first.entity is not None and first.entity.entity == "task" and not first.entity.plural
    marked = first is not None and text.text[first.last :].lstrip()[:1] in {":", "："}
    return ("remind", 0) if headed and marked else None


def _report(text: Spanned) -> tuple[str, int] | None:
    """ "I visited Nordlys yesterday, they will decide in January": told, not asked."""
    return ("log", -1) if told.reports(text.text) and any(span.names for span in text.spans) else None
