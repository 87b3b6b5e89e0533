"""New records told of without a verb of making in front: "lead Clara Nygaard, Fjellheim Foods, web form", "…, add her to contacts", 新客户:….

Such a sentence is put into the form `creating` reads, "create lead: …"; a question is never one.
"""

import re

from rapidfuzz import process
from rapidfuzz.distance import OSA

from agent.embedded import told
from agent.embedded.lexicon import Lexicon, fillers
from agent.embedded.pieces import BREAK, breaks
from agent.embedded.scene import Scene
from agent.embedded.spans import Span, Spanned, spanned
from agent.embedded.tokens import tokenise

_MADE = {"en": "create {noun}: {what}", "zh": "新建{noun}:{what}"}
_KINDS = frozenset({"account", "contact", "lead", "opportunity", "case", "product", "order", "campaign", "quote", "contract"})
_NEW_ZH = re.compile(
    r"^(?:嗯|呃|那个|帮我|请|麻烦)*(?:我们|这边|我|又)?(?:有|来|多|上|开|建|加|录|添|出|补)?了?(?:一)?(?:个|条|家|款|位|份)?新(?:的)?(?:增|来)?"
)
_IS_NEW = re.compile(
    r"^(?P<who>.{2,60}?)\s*(?:\bis\b|'s\b)\s+(?:our|a|the|their|my)\s+new\s+(?P<noun>[a-z]+(?: person)?)\b(?P<rest>.*)$",
    re.IGNORECASE | re.DOTALL,
)
_HAVE_NEW = re.compile(
    r"^(?:hi,? |hey,? )?(?:we(?:'ve| have)?(?: just)?|i(?:'ve| have)?(?: just)?|there(?:'s| is)|here(?:'s| is)|just)\s*(?:got|have|received|met)?\s*"
    r"(?:a|an|another|one more)\s+(?:new\s+)?(?P<noun>[a-z]+)\b\s*[:,-]?\s*(?P<rest>.+)$",
    re.IGNORECASE | re.DOTALL,
)
_PUTS = {"put", "open", "enter", "set", "get", "book"}
_ASKING = {"please", "帮我", "麻烦", "请", "先", "再", "给我", "pls", "so", "and", "把他", "把她", "把它", "你", "我"}
_RECEIVER = {"her", "him", "it", "them", "this", "that", "she", "he", "他", "她", "它", "这个", "这位", "这家"}


def rewritten(text: Spanned, words: Lexicon) -> str | None:
    """The sentence as "create KIND: …"; None when it announces nothing new."""
    if not text.spans or told.QUESTION.search(text.text.strip()) or text.spans[0].func("show", "count", "who"):
        return None
    wished = _wish_last(text)
    if wished is not None:
        return wished
    slip = _front_respelt(text, words)
    if slip is not None:
        return slip
    plain = text.text.strip()
    stripped = _AFTERWARDS.sub("", plain)
    if stripped != plain:
        last = re.search(r"(?:^|[,，;；。\s—-])\s*新(?P<noun>[\u4e00-\u9fff]{2,4})$", stripped)
        if last and _kind(words, last["noun"]):
            return _form(text, last["noun"], stripped[: last.start()])
    return _command_last(text) or _is_new(text, words) or _noun_first(text, words)


_TASK_LAST = re.compile(
    r"[,.;，。；]?\s*(?:and |so )?(?:please |pls |could you |can you )?"
    r"(?:(?:create|add|make|set|put in|open|need) (?:me )?(?:a|an) (?:new )?(?:task|reminder|to-?do)"
    r"(?: for (?:me|him|her|that|it|this))?|remind me(?: (?:of|about) (?:it|that|this))?)\s*(?:please)?[.!]?$|"
    r"[,，。；;\s]+(?:请|麻烦|帮我|给我|给他|给她)*(?:记|建|加|设|派|安排|创建|新建|开|生成|提醒)(?:一下|一个|个|条|一条)?(?:新)?"
    r"(?:待办事项|待办|任务|提醒|我|task|todo|reminder)"
    r"(?:给(?:我|他|她))?(?:一下|吧)?[。!！]?$",
    re.IGNORECASE,
)
_LOG_LAST = re.compile(
    r"(?:[,.;—-]\s*(?:and |so )?(?:please |pls |could you |can you )?|\s(?:can|could) you (?:please )?)"
    r"(?:log|record|note|write|put) (?:it|that|this|the call|the visit|the meeting)"
    r"(?: down| in)?(?: please| for me| as an? (?:call|visit|meeting|note))*\s*[.!]?$|"
    r"[,，。；;\s]+(?:嗯|就这些|好|请|麻烦|帮我|先|你)*[,，\s]*(?:记|录|登记|写)(?:一下|上|下来|下|一笔|个|条|一条|录|进去|进系统)+(?P<kind>拜访|电话|会议|沟通|备注|记录)?(?:记录)?(?:吧)?[。!！]?$",
    re.IGNORECASE,
)
_NEEDS = re.compile(r"^(?P<who>[A-Z][\w'-]+(?: [A-Z][\w'-]+)?) (?:needs? to|has to|should|must|ought to|is to) (?P<what>.+)$", re.DOTALL)
_I_NEED = re.compile(r"\bI (?:need to|have to|should|must|want to|ought to|gotta|'ve got to) ", re.IGNORECASE)


def _wish_last(text: Spanned) -> str | None:
    """What is to be done or was done, then the wish: "…, create a task", "met Ann, budget approved. log it please", …,记个待办."""
    plain = text.text.strip()
    english = text.language == "en"
    for pattern in (_TASK_LAST, _LOG_LAST):
        found = pattern.search(plain)
        rest = plain[: found.start()].strip(" ,，.。;；") if found else ""
        if found is None or len(rest) < 6 or (not english and len(rest) < 4):
            continue
        if any(span.func("show", "create", "update", "assign", "delete", "remind") and span.first < 4 for span in text.spans[:2]):
            continue
        if pattern is _LOG_LAST and any(span.entity and span.entity.entity in _PAPERS for span in text.spans):
            continue  # "I've drafted quote Q-0242 …, please record it": a record of its own, no note
        if pattern is _LOG_LAST:
            kind = (found.groupdict().get("kind") or "").replace("记录", "").replace("沟通", "")
            return f"log: {rest}" if english else f"记录{kind}:{rest}"
        needs = _NEEDS.match(rest)
        if english and needs and any(name.type == "user" for span in text.spans[:2] for name in span.names):
            return f"remind {needs['who']} to {needs['what']}"
        return f"remind me to {_I_NEED.sub('', rest)}" if english else f"新建任务:{rest}"
    return None


_PAPERS = frozenset({"quote", "contract", "order", "consent", "campaign", "product"})
_FRONT = 5  # words in which the verb and the noun of a request stand
_MAKING = ("create", "add", "register", "enter", "record")


def _front_respelt(text: Spanned, words: Lexicon) -> str | None:
    """ "creat new acount …", "ad a contct …": the verb and the noun of the request put right, what is new left as it was written."""
    if text.language != "en":
        return None
    nouns = _nouns(words)
    fixed, slips, verb = text.text, 0, False
    for token in reversed(text.tokens[:_FRONT]):
        written = text.text[token.start : token.end]
        if written[:1].isupper() and token.start > 0:
            continue
        known = token.word in _MAKING or token.word in nouns
        wanted = (*_MAKING, *nouns) if not known else ()
        near = process.extractOne(token.word, wanted, scorer=OSA.distance, score_cutoff=1 if len(token.word) < 7 else 2)
        plain = token.word in fillers() or (bool(words.table.meaning(token.word)) and len(token.word) < 4)
        if near is not None and token.word[0] == near[0][0] and not plain:
            fixed, slips = fixed[: token.start] + near[0] + fixed[token.end :], slips + 1
        verb = verb or (near[0] if near and not plain else token.word) in _MAKING
    front = tokenise(fixed)[:_FRONT]
    makes = next((place for place, token in enumerate(front) if token.word in _MAKING), None)
    names = next((place for place, token in enumerate(front) if token.word in nouns), None)
    if not slips or not verb or makes is None or names is None or not makes < names or makes > 1:
        return None
    return _form(text, front[names].word, fixed[front[names].end :])


def _nouns(words: Lexicon) -> list[str]:
    """Words for one record of a kind that can be made."""
    found = words.table.naming("entity").items()
    return [word for word, senses in found if not any(s.plural for s in senses) and any(s.entity in _KINDS for s in senses)]


def as_request(scene: Scene) -> Scene | None:
    """A sentence that is known to want something new, whose noun or verb stands somewhere inside, as "create KIND: …"."""
    head = next((span for span in scene.spans if span.entity and span.entity.entity in _KINDS), None)
    if head is None or (scene.place >= 0 and scene.spans[scene.place].first < head.first):
        return None
    if scene.place >= 0 and any(span.unknown or span.literal for span in scene.spans[scene.place + 1 :][:2]):
        return None  # 产品目录里加一个 Corvo X9: what it is called follows the verb
    unit, plain = scene.unit, scene.text.text
    said = _form(scene.text, head.text, f"{plain[: head.first]}, {plain[head.last :]}")
    text = spanned(said, scene.words, scene.names, unit.today(), fiscal_start=unit.settings.fiscal_year_start, future=True)
    return Scene(unit, text, scene.words, scene.names, scene.routes, scene.previous, 0)


_AFTERWARDS = re.compile(
    r"[,.;!，。；—-]?\s*(?:and |so )?(?:please |pls |could you |can you )?(?:add|record|put|log|register|save|enter|create|note|file) "
    r"(?:her|him|it|them|that|this|these)(?: (?:in|down|up|please|now|to the (?:crm|system|list)))*\s*[.!]?$|"
    r"[,，。；—\s]+(?:请|麻烦|帮我|帮忙|你)*(?:先)?(?:录|建|加|登记|记|存|补|添)(?:一下|上|进去|进系统|入系统|下来|吧|起来)+[。!！]?$",
    re.IGNORECASE,
)


def _form(text: Spanned, noun: str, what: str) -> str:
    what = _AFTERWARDS.sub("", what)
    return _MADE[text.language].format(noun=noun, what=what.strip(" ,，:：;；-–。."))


def _kind(words: Lexicon, noun: str) -> str:
    return next((s.entity for s in words.table.meaning(noun) if s.kind == "entity" and s.entity in _KINDS), "")


def _noun_first(text: Spanned, words: Lexicon) -> str | None:
    """ "lead Clara Nygaard, Fjellheim Foods AS, web form", 新客户:珠海南澳仪器有限公司,制造业."""
    plain = text.text.strip()
    if text.language == "zh":
        new = _NEW_ZH.match(plain)
        start = new.end() if new else 0
        found = next((plain[start:end] for end in range(start + 4, start + 1, -1) if _kind(words, plain[start:end])), "")
        rest = plain[start + len(found) :] if found else ""
        mark = re.match(r"\s*[:：,，]", rest)
        if not found or not rest.strip() or not (mark or (new and new.group() and _says_more(text, start + len(found)))):
            return None
        return _form(text, found, rest) if (new and new.group()) or (mark and _says_more(text, start + len(found))) else None
    spans = [span for span in text.spans if not span.filler]
    if spans and spans[0].func("create") and spans[0].text.lower() == "new":
        return None  # creating reads it as it is
    had = _HAVE_NEW.match(plain)
    if had and _kind(words, had["noun"]) and re.search(r"[A-Z]", had["rest"]):
        return _form(text, had["noun"], had["rest"])
    head = spans[0] if spans else None
    if head is None or head.entity is None or head.entity.plural or head.entity.entity not in _KINDS or head.names:
        return None
    gap = plain[head.last :]
    named = re.match(r"\s*[:,-]", gap) or re.match(r"\s+(?:for\s+|from\s+|at\s+)?[A-Z0-9]", gap)
    return _form(text, head.text, gap) if named and _says_more(text, head.last) and not _states(text, head) else None


def _says_more(text: Spanned, start: int) -> bool:
    """Whether something new is named after a place, with a break or a value beside it."""
    after = [span for span in text.spans if span.first >= start and not span.filler]
    if not any(span.unknown or span.literal for span in after):
        return False
    return bool(BREAK.search(text.text[start:].strip(" :：,，"))) or any(span.literal or span.amount or span.choices for span in after)


def _states(text: Spanned, head: Span) -> bool:
    """ "task X is done", "deal X to Won": of a record there is."""
    after = [span for span in text.spans if span.first >= head.last and not span.filler]
    first = after[0] if after else None
    known = first is not None and any(
        name.type == (head.entity.entity if head.entity else "") and name.score >= 0.95 for name in first.names
    )
    kind = head.entity.entity if head.entity else ""
    stated = (
        re.search(r"\b(?:is|are|was|were|has been|have been|got)\s+(?:now |just |finally )?$", text.text[: after[-1].first], re.IGNORECASE)
        if after
        else None
    )
    if stated and any(choice.entity == kind for choice in after[-1].choices):
        return True  # "quote Q-0228 was accepted"
    return known or any(span.func("to") and span.text.lower() not in {"at", "is", "为", "是"} for span in after)


def _is_new(text: Spanned, words: Lexicon) -> str | None:
    """ "Renate Falk is our new contact at Rheintal, …"."""
    found = _IS_NEW.match(text.text.strip())
    if found is None or not _kind(words, found["noun"]) or text.language != "en":
        return None
    return _form(text, found["noun"], found["who"] + " " + found["rest"].strip(" :"))


def _command_last(text: Spanned) -> str | None:
    """ "Priya Nair, works at Thornmoor, add her to contacts", …,录成线索, …,开个紧急工单,类型故障."""
    spans = text.spans
    for place, span in enumerate(spans):
        if place == 0 or not (span.func("create", "log") or span.text.lower() in _PUTS) or span.names:
            continue
        opening = place
        while opening > 1 and spans[opening - 1].text.lower() in _ASKING:
            opening -= 1
        before = text.text[: spans[opening].first].rstrip()
        spaced = text.language == "zh" and breaks(text.text, spans[opening - 1], spans[opening])
        if not BREAK.search(before[-1:] + " ") and before[-1:] not in {"。", ".", "!", "！", "—", "-", "–"} and not spaced:
            continue
        stop = next((n for n in range(place + 1, len(spans)) if breaks(text.text, spans[n - 1], spans[n])), len(spans))
        breath = [each for each in spans[place + 1 : stop] if not each.filler]
        head = next((each for each in breath if each.entity and each.entity.entity in _KINDS), None)
        if head is None or any(each.names or each.unknown or each.literal or each.time or each.amount for each in breath):
            continue
        told_before = [each for each in spans[:opening] if each.unknown or each.literal]
        asked = any(
            each.func("show", "count", "update", "delete", "assign", "remind", "create", "log") and each.first == 0 for each in spans[:1]
        )
        if not told_before or asked:
            continue
        kept = [each.text for each in breath if each is not head and each.choices and each.text.lower() not in _RECEIVER]
        rest = text.text[spans[stop - 1].last :]
        return _form(
            text, head.text, ", ".join([before.strip(" ,，;；。"), *kept]) + (", " + rest.strip(" ,，。.") if rest.strip(" ,，。.") else "")
        )
    return None
