"""What is new told without a verb of making: "lead - Sven Aalbers, …", "Ann is our new contact at …", 新客户:…, 新来了个采购经理叫方晓明."""

import re
from functools import cache

from agent.embedded import shapes
from agent.embedded.creating_words import words as held
from agent.embedded.nouns import Request, kind_of, light, noun, request
from agent.embedded.pieces import BREAK
from agent.embedded.scene import Scene
from agent.embedded.spans import Span, Spanned
from agent.embedded.tokens import is_chinese


def announced(scene: Scene, breaths: list[tuple[int, int]]) -> Request | None:
    """What is new told without a verb of making: "lead - Sven Aalbers, …", "Ann is our new contact at …", 新客户:…, "we have a new clinic, …"."""
    spans = scene.spans
    for start, stop in breaths:
        for place in range(start, stop):
            kind = noun(scene, place)
            if not kind:
                continue
            new = next((n for n in range(place, start - 1, -1) if _says_new(spans[n], n == place)), None)
            opening = new if new is not None else place
            leads = all(_leads_up(each) or _with_whom(spans, n, start) for n, each in enumerate(spans[start:opening], start))
            says = _is_said(spans, start, new) if new is not None else None
            if says is not None:
                return request(kind, spans[says : place + 1], spans[place], [])
            if start > 0 and not (new is not None and place == stop - 1):
                continue
            while place + 1 < stop and spans[place + 1].first == spans[place].last and kind_of(spans[place + 1], scene.words) == kind:
                place += 1  # 诊所客户
            if leads and _goes_on(scene, start, place, new is not None):
                between = [each for each in spans[opening + 1 : place] if each.choices]
                told_of = [each for each in spans[start:opening] if each.names]
                return request(kind, [each for each in spans[start : place + 1] if each not in [*between, *told_of]], spans[place], between)
        person = _somebody(spans, start, stop)
        if person is not None:
            return person
    return None


def _with_whom(spans: list[Span], place: int, start: int) -> bool:
    """跟|长沙中泰重装|谈了个新项目: with whom it was spoken of; the customer stays part of what is told."""
    customer = any(name.type in {"account", "contact"} for name in spans[place].names)
    return customer and (place == start or spans[place - 1].text in held("together"))


def _somebody(spans: list[Span], start: int, stop: int) -> Request | None:
    """海川精密新来了个采购经理叫方晓明, 新的质量经理是邓宇: somebody new by a job and a name nobody knows yet."""
    for place in range(start, stop - 2):
        if not (is_chinese(spans[place].text) and _says_new(spans[place], False)):
            continue
        rest = [span for span in spans[place + 1 : stop] if not (span.filler or span.text == "的")]
        tie = next((n for n, span in enumerate(rest[:4]) if n and (span.func("named") or span.text == "是")), 0)
        if not tie or tie + 1 >= len(rest):
            continue
        job = shapes.job("".join(span.text for span in rest[:tie])) > 0
        job |= any((c.entity, c.field) == ("contact", "title") for c in rest[tie - 1].choices)
        if job and rest[tie + 1].unknown and shapes.person(rest[tie + 1].text) >= 0.9:
            ahead = [span for span in spans[place + 1 : stop] if span.filler and span.first < rest[0].first]
            return request("contact", [spans[place], *ahead], None, [])
    return None


def _says_new(span: Span, noun: bool) -> bool:
    return span.text.startswith("新") and len(span.text) > 1 if noun else span.text.lower() in held("new")


def announces(spans: list[Span]) -> bool:
    """ "we have a new sensor": words that lead up to what is new, and at most one word for what it is."""
    said = [span for span in spans if not _leads_up(span) and span.text.lower() not in held("new")]
    new = any(span.text.lower() in held("new") and not is_chinese(span.text) for span in spans)
    return new and len(said) <= 1 and all(span.text.islower() and len(span.text.split()) == 1 for span in said)


def _leads_up(span: Span) -> bool:
    said = span.text.lower()
    return said in held("leads_up") or _run_of_leads().fullmatch(said) is not None or (light(span) and not span.func("show"))


@cache
def _run_of_leads() -> re.Pattern[str]:
    """刚认识: words that lead up to what is new, run together."""
    return re.compile(f"(?:{'|'.join(sorted((re.escape(w) for w in held('leads_up') if is_chinese(w)), key=len, reverse=True))}){{1,4}}")


def _is_said(spans: list[Span], start: int, new: int) -> int | None:
    """Where "is our" begins in "Ann Lee is our new contact": somebody nobody knows yet stands before it."""
    place = new - 1
    while place > start and spans[place].text.lower() in {"our", "a", "an", "the", "my", "their", "your"}:
        place -= 1
    says = place > start and spans[place].text.lower() in {"is", "'s", "was", "became", "as"}
    return place if says and any(each.unknown for each in spans[start:place]) else None


def _goes_on(scene: Scene, start: int, place: int, new: bool) -> bool:
    """Whether a noun that opens a sentence is followed by what describes one new record, and not by what holds of one there is."""
    text, head = scene.text, scene.spans[place]
    after = [span for span in scene.spans[place + 1 :] if not span.filler]
    gap = text.text[head.last :]
    told = any(span.unknown or span.literal or (new and span.amount) for span in [*after, *scene.spans[:start]])
    if not told or _states(text, head, after):
        return bool(start) and new
    breath = re.split(r"[,，;；。\n]", gap, maxsplit=1)[0]
    called = len(after) > 1 and after[0].func("named") and after[1].unknown and is_chinese(after[1].text)
    named = (
        ":" in breath
        or called
        or re.match(r"\s*[:,，：\-–]", gap)
        or re.match(r"\s+(?:for\s+|from\s+|at\s+)?[A-Z0-9]", gap)
        or after[0].literal_kind == "code"
    )
    says_more = BREAK.search(gap.strip(" :：,，")) or any(span.literal or span.amount or span.choices for span in after)
    return bool((named or new) and says_more)


def _states(text: Spanned, head: Span, after: list[Span]) -> bool:
    """ "task X is done", "deal X to Won": of a record there is."""
    kind = head.entity.entity if head.entity else ""
    known = any(name.type == kind and name.score >= 0.95 for name in after[0].names)
    said = re.search(
        r"\b(?:is|are|was|were|has been|have been|got)\s+(?:now |just |finally )?$", text.text[: after[-1].first], re.IGNORECASE
    )
    if said and any(choice.entity == kind for choice in after[-1].choices):
        return True  # "quote Q-0228 was accepted"
    return known or any(
        span.func("to") and span.text.lower() not in {"at", "is", "as", "to", "为", "是", "到", "至", "在", "给"} for span in after
    )
