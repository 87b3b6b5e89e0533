"""Questions put into the words the readers know: "who can I call there?" asks for contacts, a bare year at the end is a period."""

import re
from functools import cache

from agent.embedded import spoken_chinese
from agent.embedded.lexicon import beside_words
from agent.embedded.tokens import is_chinese

_TO_CALL = re.compile(
    r"\bwho(?:m)? (?:can|should|could|do|would|might) (?:i|we) "
    r"(?:call|phone|ring|contact|reach|speak (?:to|with)|talk (?:to|with)|ask|e-?mail|write to)\b|"
    r"\bwho (?:do|does|did) (?:we|i|anyone) (?:know|have|deal with|talk to)\b|\bwho(?: is|'s| are) (?:there|our contacts?)\b|"
    r"(?:我们|咱们?|我)?(?:都)?认识(?:谁|哪些人|什么人|哪几个人)|(?:可以|能|应该|该)?(?:联系谁|找谁谈|找谁联系|打给谁|给谁打电话|找谁)",
    re.IGNORECASE,
)


_TO_CALL_THERE = re.compile(
    r"\bwho(?:m)?\s+(?P<where>(?:else\s+)?(?:at|from|in|with)\s+[^?,;]+?)\s+(?:can|should|could|do|would|might)\s+(?:i|we)\s+"
    r"(?:call|phone|ring|contact|reach|speak (?:to|with)|talk (?:to|with)|ask|e-?mail|write to|meet|know)\b",
    re.IGNORECASE,
)
_TO_REACH = re.compile(
    r"^\s*(?:so |and )?how (?:do|can|could|should|would|might) (?:i|we) (?:best )?(?:reach|contact|get hold of|"
    r"get in touch with|ring|call|phone|e-?mail|write to)\s+(?P<whom>[^?]+?)\s*\??\s*$",
    re.IGNORECASE,
)
_TALKED_TO = re.compile(r"\bwhom? did(?= (?:we|i) (?:talk (?:to|with)|speak (?:to|with)|call|phone|e-?mail)\b)", re.IGNORECASE)
_AFTER_A_PLACE = re.compile(r"\b(?:looks?|is looking) after(?= the (?:first|second|third|fourth|fifth|last)\b(?! of))", re.IGNORECASE)
_BARE_YEAR = re.compile(
    r"(?<!\bin )(?<!\bof )(?<!\bto )(?<!\bthan )(?<!\bover )(?<!\bunder )(?<!\babove )(?<!\bbelow )(?<!\bleast )(?<!\bmost )(?<!\bis )(?<!\bfrom )"
    r"(?<!\buntil )(?<!\bsince )(?<!\bby )(?<!\band )(?<!\bfor )(?<!\bbefore )(?<!\bafter )(?<=[a-z] )(?P<year>(?:199|20[0-4])\d)(?=\s*[?.!]?\s*$)"
)


_YEAR = re.compile(r"(?<![\w.,/-])(?:199|20[0-4])\d(?![\w/-]|[.,]\d)")
_COMPARED = re.compile(r"\b(?:compare[ds]?|comparison|versus|vs|against|better|worse|stronger|weaker)\b", re.IGNORECASE)


def with_year(text: str) -> str:
    """ "monthly won amount 2017", "how did 2025 compare with 2026": years left bare at the end of what is asked, and beside each other."""
    years = list(_YEAR.finditer(text))
    if len(years) == 2 and _COMPARED.search(text):
        return _YEAR.sub(lambda found: found.group() if text[: found.start()].lower().endswith("in ") else f"in {found.group()}", text)
    return _BARE_YEAR.sub(lambda found: f"in {found['year']}", text)


def whom_to_call(text: str) -> str:
    """ "who can I call there?", "who at Acme can I call?" ask for people, not for calls."""
    text = _TO_REACH.sub(lambda found: f"phone and e-mail of {found['whom']}", text)
    text = _TO_CALL_THERE.sub(lambda found: f"contacts {found['where']}", text)
    text = _AFTER_A_PLACE.sub("owns", text)  # "after the second" is no day here
    text = _TALKED_TO.sub("which contacts did", text)
    return _TO_CALL.sub(lambda found: "contacts" if found.group()[0].isascii() else "有哪些联系人", text)


def plainly(text: str) -> str:
    """A question with all of these put right."""
    return before_long(with_year(whom_to_call(spoken_chinese.plainly(text))))


_A_TIME = re.compile(
    r"\d|[今明后本这下上]|[一两二三四五六七八九十]个?[天周月季年]|\b(?:day|week|month|quarter|year|today|tomorrow)s?\b", re.IGNORECASE
)
_TASKS = re.compile(r"任务|待办|\btasks?\b|\bto-?dos?\b", re.IGNORECASE)
_TASK_DAYS, _DAYS = 7, 30


def before_long(text: str) -> str:
    """快到期的合同, "contracts expiring soon": what is due before long is due in the next 30 days, a task in the next 7; the answer says so."""
    found = _soon().search(text)
    if found is None or _A_TIME.search(text[: found.start()] + text[found.end() :]):
        return text
    task = _TASKS.search(text) is not None
    days = _TASK_DAYS if task else _DAYS
    if is_chinese(found.group()):
        said = f"未来{days}天到期" + ("的未完成" if task else "")
    else:
        due = "due" if "due" in found.group().lower() else "ending" if "ending" in found.group().lower() else "expiring"
        said = f"{due} in the next {days} days"
    return text[: found.start()] + said + text[found.end() :]


@cache
def _soon() -> re.Pattern[str]:
    forms = sorted(beside_words("soon"), key=len, reverse=True)
    return re.compile("|".join(re.escape(form) if is_chinese(form) else rf"\b{re.escape(form)}\b" for form in forms), re.IGNORECASE)
