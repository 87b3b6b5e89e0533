"""Several new records asked for at once, put as one request each: "add two contacts at Dunmore: Aoife Brennan (QA manager) and Liam Burke",
"create account Frigotec in Milan, contact Marco Bellini, and a deal cold room sensors for 22k" (what follows an account belongs to it).
"""

import re
from itertools import pairwise

from agent.embedded import shapes, told
from agent.embedded.creating_words import words as held
from agent.embedded.lexicon import Lexicon
from agent.embedded.nouns import KINDS, kind_of
from agent.embedded.pieces import own_label
from agent.embedded.spans import Span, Spanned
from agent.embedded.tokens import is_chinese

_LEADS_IN = frozenset({"and", "a", "an", "the", "new", "plus", "with", "其", "并", "和", "以及", "再", "还有", "加", "一个", "一条"})
_THEIRS = re.compile(r"^[是叫为:：,，\s]+(?:(?:他们|她们|他家|那边)(?:的)?)?")
_IS = frozenset({"是", "叫", "为"})
_ITEM = re.compile(r"\s*(?:;|；|\n|、|,?\s+and\s+|,|，|以及|还有|和)\s*")
_MADE = {"en": "create {noun}: {item}{tail}", "zh": "新建{noun}:{item}{tail}"}


def parted(text: Spanned, words: Lexicon) -> list[str] | None:
    """The requests one by one; None when there is but one."""
    if told.asks(text):
        return None
    if _counted_first(text, words):
        return _of_one_kind(text, 0, words)
    verb = next((n for n, span in enumerate(text.spans[:6]) if _makes(span)), None)
    announced = next((n for n, span in enumerate(text.spans[:4]) if span.text.startswith("新") and kind_of(span, words) == "account"), None)
    if announced is not None and (verb is None or announced < verb):
        return _of_several(text, announced - 1, words)
    if verb is None:
        return None
    whom = next((n for n, span in enumerate(text.spans[:verb]) if span.text in {"给", "为", "替"}), verb)
    ahead = text.spans[whom + 1 : verb]  # 给福州榕创加三个联系人:…
    if any(span.content for span in text.spans[:whom]) or any(span.content and not span.names for span in ahead):
        return None
    said = text.text[text.spans[whom].first : text.spans[verb].first] if ahead else ""
    several = [said + one for one in _of_one_kind(text, verb, words) or []]
    return several or (_of_several(text, verb, words) if not ahead else None)


def _counted_first(text: Spanned, words: Lexicon) -> bool:
    """ "three new contacts at Orchid: …", 两个新客户:…: so many of a kind, told as new, and no verb."""
    said = text.spans[:4]
    if not said:
        return False
    head = next((n for n, span in enumerate(said) if kind_of(span, words, many=True)), 0)
    counted = bool(said) and said[0].amount is not None and not said[0].time and said[0].amount.value > 1
    new = any(span.text.lower() in held("new") or span.func("fresh") for span in said[1:head]) or said[head].text.startswith("新")
    return counted and head > 0 and new


def _makes(span: Span) -> bool:
    return (span.func("create") or span.text.lower() in held("puts")) and not span.names


def _of_one_kind(text: Spanned, verb: int, words: Lexicon) -> list[str] | None:
    """A plural noun, whose they are, a colon and the list."""
    head = next((span for span in text.spans[verb:] if kind_of(span, words, many=True)), None)
    if head is None or (not is_chinese(head.text) and not (head.entity and head.entity.plural)):
        return None
    counted = [
        span for span in text.spans if span.last <= head.first and ((span.amount and span.amount.value > 1) or span.text[:1] in "几多")
    ]
    if is_chinese(head.text) and not counted:
        return None  # Chinese says by a number that several are meant
    colon = re.search(r"[:：]|\s[-–—]\s", text.text[head.last :])
    if colon is None:
        return None
    tail, told_of = text.text[head.last : head.last + colon.start()].strip(), text.text[head.last + colon.end() :]
    told_of = told_of.strip(" .。")
    apart = _apart(told_of)
    so_many = next((int(span.amount.value) for span in counted if span.amount), 0)
    items, tail = _shared(apart if len(apart) == so_many else _items(told_of), tail)
    if len(items) < 2:
        return None
    spec = words.schema.entity(kind_of(head, words, many=True))
    if text.language == "zh":
        return [_MADE["zh"].format(noun=spec.zh, item=item, tail=f",{tail}" if tail else "") for item in items]
    return [_MADE["en"].format(noun=spec.en, item=item, tail=f", {tail}" if tail else "") for item in items]


_WHOSE = re.compile(r"(?P<whose>.{2,}的)(?P<who>[\u3400-\u9fff]{2,4})")
_OF_ALL = re.compile(
    r"[,，]\s*(?P<zh>(?:他们|她们|两个人?|两位|三位|几位|这几个)?(?:都|全)(?:是|在|做)?.+)$|[,，]?\s+(?P<en>both .+|all of them .+|all .+)$"
)


def _shared(items: list[str], tail: str) -> tuple[list[str], str]:
    """What is said once of all of a list: whose the first is (晋能的张伟和李强), what comes after the last (…,都是设备科长; "…, both buyers")."""
    if len(items) < 2:
        return items, tail
    whose = _WHOSE.fullmatch(items[0])
    if whose and all(re.fullmatch(r"[\u3400-\u9fff]{2,4}(?:[,，].*)?", item) for item in items[1:]):
        items = [items[0], *(f"{whose['whose']}{item}" for item in items[1:])]
    said = _OF_ALL.search(items[-1])
    if said:
        told_of = (
            re.sub(r"^(?:他们|她们|两个人?|两位|三位|几位|这几个)?(?:都|全)(?:是|在)?", "", said["zh"])
            if said["zh"]
            else re.sub(r"(?<=[^s])s$", "", said["en"].split(" ", 1)[1])
        )
        items = [*items[:-1], items[-1][: said.start()]]
        tail = ", ".join(filter(None, [tail, told_of.strip()])) if said["en"] else ",".join(filter(None, [tail, told_of.strip()]))
    return items, tail


def _apart(text: str) -> list[str]:
    """A list cut at every joint outside of brackets."""
    found = [""]
    place = 0
    for match in _ITEM.finditer(text):
        before = text[: match.start()]
        found[-1] += text[place : match.start()]
        place = match.end()
        if before.count("(") + before.count("（") > before.count(")") + before.count("）"):
            found[-1] += match.group()
        else:
            found.append("")
    found[-1] += text[place:]
    return [item for item in found if item]


def _items(text: str) -> list[str]:
    """A list cut where a new name begins; what stands in brackets stays together."""
    found = [""]
    place = 0
    for match in _ITEM.finditer(text):
        inside = text[: match.start()].count("(") + text[: match.start()].count("（") > text[: match.start()].count(")") + text[
            : match.start()
        ].count("）")
        found[-1] += text[place : match.start()]
        place = match.end()
        if not inside and _names(text[match.end() :]):
            found.append("")
        else:
            found[-1] += match.group()
    found[-1] += text[place:]
    return [item.strip(" ,，") for item in found if item.strip(" ,，")]


def _names(rest: str) -> bool:
    """Whether a new person or firm is named where a list goes on."""
    said = re.match(
        r"[A-Z][\w'’.-]+(?: (?:(?:de|van|von|der|la|le|di|da) )*[A-Z][\w'’.-]+){1,3}|[\u3400-\u9fff]{2,4}(?=[,，、;；(（和]|$|以及|是)",
        rest,
    )
    return said is not None and (shapes.person(said.group()) >= 0.9 or shapes.company(said.group()) > 0.6) and not shapes.job(said.group())


def _of_several(text: Spanned, verb: int, words: Lexicon) -> list[str] | None:
    """An account, then nouns of other kinds that open breaths of their own."""
    spans = text.spans
    first = next((n for n in range(verb + 1, min(verb + 4, len(spans))) if kind_of(spans[n], words)), None)
    first = first if first is not None else next((n for n in range(max(verb, 0)) if kind_of(spans[n], words)), None)  # 客户加一下,…
    if first is None or kind_of(spans[first], words) != "account":
        return None
    cuts: list[int] = []
    for number in range(first + 2, len(spans)):
        kind = kind_of(spans[number], words)
        lead = number
        while lead > first and (
            spans[lead - 1].text.lower() in _LEADS_IN or (is_chinese(spans[lead - 1].text) and _makes(spans[lead - 1]))
        ):
            lead -= 1
        opens = re.search(r"[,，;；]\s*$", text.text[: spans[lead].first]) or any(each.text.lower() == "and" for each in spans[lead:number])
        label = own_label(words.schema, "account", spans[number])
        told_of = number + 1 < len(spans) and (spans[number + 1].content or spans[number + 1].text in _IS)
        if kind in KINDS - {"account"} and opens and label is None and told_of:
            cuts.append(lead)
    if not cuts:
        return None
    places = [0, *(spans[cut].first for cut in cuts), len(text.text)]
    parts = [text.text[start:stop].strip(" ,，;；.。") for start, stop in pairwise(places)]
    if text.language == "zh":  # 再建个商机,…, 联系人是…: from the noun on
        nouns = [next(span for span in spans[cut:] if kind_of(span, words)) for cut in cuts]
        told = (_THEIRS.sub("", text.text[noun.last : stop]) for noun, stop in zip(nouns, places[2:], strict=True))
        opening = text.text[spans[first].last : places[1]].strip(" ,，;；.。") if verb < 0 or not _makes(spans[verb]) else ""
        parts[0] = f"新建{spans[first].text.removeprefix('新')}:{opening.lstrip('是叫为:：,， ')}" if opening else parts[0]
        parts = [parts[0], *(f"{noun.text}:{each}" for noun, each in zip(nouns, told, strict=True))]
    lead_in = re.compile(r"^(?:and|plus|with)+\s*|^(?:a|an|the|new)\s+", re.IGNORECASE)
    made = [lead_in.sub("", lead_in.sub("", lead_in.sub("", part))).strip(" ,，;；.。") for part in parts[1:]]
    tail = " for it" if text.language == "en" else ",归它"
    verb_said = "create " if text.language == "en" else "新建"
    return [parts[0], *(f"{verb_said}{part}{tail}" for part in made)]
