"""Sentences put into the form their readers know: what is to be done or was done with the wish for it at the end ("…, create a task",
…,记一下), and a request for a new record whose verb or noun is misspelt ("creat new acount …"). A question is never one."""

import re

from rapidfuzz import process
from rapidfuzz.distance import OSA

from agent.embedded import told
from agent.embedded.creating_words import words as creating_words
from agent.embedded.lexicon import Lexicon, fillers
from agent.embedded.nouns import KINDS
from agent.embedded.spans import Spanned
from agent.embedded.tokens import tokenise

_MADE = {"en": "create {noun}: {what}", "zh": "新建{noun}:{what}"}


def rewritten(text: Spanned, words: Lexicon) -> str | None:
    """The sentence as "create KIND: …"; None when it announces nothing new."""
    if not text.spans or told.QUESTION.search(text.text.strip()) or text.spans[0].func("show", "count", "who"):
        return None
    wished = _wish_last(text)
    if wished is not None:
        return wished
    return _duty(text) or _told_to(text) or _front_respelt(text, words)


_DUTY = re.compile(
    r"^(?:so |ok |and )?(?:i|we)(?:'ve| have)? (?:really |still |also )?(?:need to|have to|got to|gotta|must|should|ought to) (?P<what>.+)$|"
    r"^(?:别忘了|不要忘了|记得|我(?:还)?(?:得|必须|应该|该))(?P<zh>.+)$",
    re.IGNORECASE,
)


def _duty(text: Spanned) -> str | None:
    """ "I need to chase Ravensgate before month end": what somebody has to do by a day is a task of theirs."""
    found = _DUTY.match(text.text.strip())
    if found is None or not any(span.time and span.time.kind == "period" for span in text.spans):
        return None
    what = (found["what"] or found["zh"]).strip(" .!。！")
    first = next((span for span in text.spans if span.first >= found.start("what" if found["what"] else "zh") and not span.filler), None)
    if first is None or first.func("show", "count", "who", "create", "update", "assign", "delete", "log", "remind", "help"):
        return None
    return f"remind me to {what}" if found["what"] else f"提醒我{what}"


def _told_to(text: Spanned) -> str | None:
    """ "Tell Hugo to call Ann": what a colleague is to do is a task of theirs, and has not taken place."""
    said = [span for span in text.spans if not span.filler]
    if len(said) < 4 or said[0].text.lower() not in creating_words("asks_of") or not any(name.type == "user" for name in said[1].names):
        return None
    if said[2].text.lower() not in {"to", "and"} or text.language != "en":
        return None
    return f"remind {said[1].text} to {text.text[said[2].last :].strip()}"


_TASK_LAST = re.compile(
    r"[,.;，。；]?\s*(?:and |so )?(?:please |pls |could you |can you )?"
    r"(?:(?:create|add|make|set|put in|open|need|give|log) (?:me |her |him |them |it |that |this )?(?:as )?(?:a|an) (?:new )?(?:task|reminder|to-?do)"
    r"(?: for (?:me|him|her|them|that|it|this))?|task for (?:me|him|her|them)|put (?:it|that|this) on (?:my|his|her|their) (?:list|to-?dos?)|"
    r"(?:add|put) (?:it|that|this) (?:to|on|in) (?:my|his|her|their) (?:tasks|list|to-?dos?|to-?do list|task list)|"
    r"remind me(?: (?:of|about) (?:it|that|this))?)"
    r"(?:, (?P<priority>(?:high|low|top) priority|urgent))?\s*(?:please)?[.!]?$|"
    r"[,，。；;\s]+(?:请|麻烦|帮我|给我|给他|给她|到时候|到时|记得|别忘了|别忘|要)*(?:记|建|加|设|派|安排|创建|新建|开|生成|提醒)(?:一下|一个|个|条|一条)?(?:新)?"
    r"(?:待办事项|待办|任务|提醒|我|task|todo|reminder)"
    r"(?:给(?:我|他|她))?(?:一下|吧)?[。!！]?$",
    re.IGNORECASE,
)
_LOG_LAST = re.compile(
    r"(?:[,.;—-]\s*|\s)(?:and |so )?(?:please |pls |could you (?:please )?|can you (?:please )?)*"
    r"(?:log|record|note|write|put|jot) (?:it|that|this|the call|the visit|the meeting)"
    r"(?: down| in)?(?: please| for me| as an? (?P<as>call|visit|meeting|note|mail|e-mail))*\s*[.!]?$|"
    r"[,，。；;\s]+(?:嗯|就这些|好|请|麻烦|帮我|先|你)*[,，\s]*(?:记|录|登记|写)(?:一下|上|下来|下|一笔|个|条|一条|录|进去|进系统|到系统里|到系统|进系统里|到跟进里|到跟进记录里|到跟进|进跟进里|成跟进|成跟进记录)+(?P<kind>拜访|电话|会议|沟通|备注|记录)?(?:记录)?(?:吧)?[。!！]?$",
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
        if pattern is _LOG_LAST and any(_called_new(text, n) for n in range(len(text.spans) - 1)):
            continue  # …新签了一个客户叫Bergman,录进去: somebody new, no note
        if pattern is _LOG_LAST and not told.reports(rest) and any(span.entity and span.entity.entity in _PAPERS for span in text.spans):
            continue  # "I've drafted quote Q-0242 …, please record it": a record of its own, no note
        if pattern is _LOG_LAST:
            kind = (found.groupdict().get("kind") or "").replace("记录", "").replace("沟通", "")
            sort = f" a {found['as']}" if found["as"] else ""
            return f"log{sort}: {rest}" if english else f"记录{kind}:{rest}"
        rest += f", {found['priority']}" if found["priority"] else ""
        needs = _NEEDS.match(rest)
        if english and needs and any(name.type == "user" for span in text.spans[:2] for name in span.names):
            return f"remind {needs['who']} to {needs['what']}"
        return f"remind me to {_I_NEED.sub('', rest)}" if english else f"新建任务:{rest}"
    return None


def _called_new(text: Spanned, number: int) -> bool:
    """Whether a kind of record is followed by what a new one is called."""
    span, after = text.spans[number], text.spans[number + 1]
    return span.entity is not None and span.entity.entity in KINDS and not span.names and after.func("named")


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
        known = token.word in _MAKING or token.word in nouns or any(sense.kind == "entity" for sense in words.table.meaning(token.word))
        wanted = (*_MAKING, *nouns) if not known else ()
        near = process.extractOne(token.word, wanted, scorer=OSA.distance, score_cutoff=1 if len(token.word) < 7 else 2)
        plain = token.word in fillers() or (bool(words.table.meaning(token.word)) and len(token.word) < 4)
        plain = plain and not (token is text.tokens[0] and len(text.tokens) > 1 and text.tokens[1].word in {"a", "an", "new"})
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
    return [word for word, senses in found if not any(s.plural for s in senses) and any(s.entity in KINDS for s in senses)]


_AFTERWARDS = re.compile(
    r"[,.;!，。；—-]?\s*(?:and |so )?(?:please |pls |could you |can you )?(?:add|record|put|log|register|save|enter|create|note|file) "
    r"(?:her|him|it|them|that|this|these)(?: (?:in|down|up|please|now|to the (?:crm|system|list)))*\s*[.!]?$|"
    r"[,，。；—\s]+(?:请|麻烦|帮我|帮忙|你)*(?:先)?(?:录|建|加|登记|记|存|补|添)(?:一下|上|进去|进系统|入系统|下来|吧|起来)+[。!！]?$",
    re.IGNORECASE,
)


def _form(text: Spanned, noun: str, what: str) -> str:
    what = _AFTERWARDS.sub("", what)
    return _MADE[text.language].format(noun=noun, what=what.strip(" ,，:：;；-–。."))
