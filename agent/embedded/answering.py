"""The answer to "which of these?": by place, key or name, or by what holds of the one meant: "the German one", "Anna's", 苏州那家, "not the lost one"."""

import re
from collections.abc import Callable, Sequence

from agent.embedded.candidates import ALL, CHOSEN, WHICH, namesakes, question, under_way
from agent.embedded.frames import Frame
from agent.embedded.lexicon import change_words, fillers
from agent.embedded.tokens import is_chinese, tokenise
from store.query import RecordView, load
from store.schema import Schema
from store.unit import Unit

Among = Callable[[str, Frame], list[str] | None]  # of the candidates those a text speaks of, read like a question that goes on from them
LONGEST = 8  # words; more is a request of its own
_LONGEST_ZH = 20  # characters
_PLACES = {
    "first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "fifth": 5, "5th": 5, "sixth": 6, "seventh": 7,
    "eighth": 8, "last": 0, "former": 1, "latter": 0,
}  # fmt: skip
_PLACES_ZH = {each: place for place, each in enumerate("一二三四五六七八", 1)}
_PLACE = re.compile(
    rf"第?(?P<zh>[一二三四五六七八])(?:个|条|单|家|位|项)|第(?P<nth>\d)|(?P<end>最后|末)(?:一)?(?:个|条|单|家|位|项)|\b(?P<en>{'|'.join(_PLACES)})\b|"
    r"^(?:#|no\.? |number |option )?(?P<n>\d)(?:\.|\)|号)?$",
    re.IGNORECASE,
)
_TIES = re.compile(
    r"\b(?:the|one|ones|at|in|from|of|with|for|i|mean|meant|it's|please|that)\b|的?那(?:一)?(?:个|家|位|单|条|项)|我(?:是)?(?:说|指)的?是?|吧|的",
    re.IGNORECASE,
)
_OPENS = re.compile(
    r"^(?:(?:well|sorry|oh|um+|yes|the|that|this|those|these|it's|it is|i mean|i meant|that's|that would be|just|only|of course)\b[\s,]*)+|"
    r"^(?:我(?:是)?(?:说|指|要|找)的?(?:是)?|就是?|应该是|当然是?|是|哦|嗯|那个|就)+",
    re.IGNORECASE,
)
_ONE = re.compile(
    r"^ones?\s+(?=\w)|\s*\bones?\b(?=\s*(?:please|then)?$)|\s*\bplease$|的?(?:那|这)?(?:一)?(?:几)?(?:个|家|位|单|条|项|笔|张|些)?(?:吧|啊|呀|呢|那边)?$",
    re.IGNORECASE,
)
_POINTS = re.compile(r"\b(?:one|ones)\b|那(?:一|几)?(?:个|家|位|单|条|项|笔|张|些)", re.IGNORECASE)
_MANY = re.compile(r"\b(?:ones|all)\b|几|些|都", re.IGNORECASE)


def chosen(unit: Unit, text: str, asked: Frame, among: Among) -> Frame | None:
    """What an answer to that question names: a find of the records chosen (ALL: every one), the question again where the answer fits none
    or still several; None when it is no answer."""
    said = text.strip(" .。!！")
    if asked.reason not in WHICH or not asked.ids or not said or said.endswith(("?", "？")):
        return None
    if said.lower() in change_words("every_one"):
        return Frame("find", entity=asked.entity, reason=ALL, ids=asked.ids if asked.reason == "name" else [])
    records = load(unit, asked.entity, asked.ids)
    shown = dict(zip(asked.options, asked.ids, strict=False))
    exact = [
        record
        for record in records
        if shown.get(said) == record.id or said.casefold() in {record.name.casefold(), (record.key or "").casefold()}
    ]
    where = [place for place in places(said, len(asked.options)) if place is not None]
    found = exact or [records[place] for place in where if place < len(records)]
    short = len(tokenise(said)) <= (_LONGEST_ZH if is_chinese(said) else LONGEST)
    if not found and short:
        found = _described(unit.schema, said, records)
    if found:
        return _found(asked, [record.id for record in found])
    ids = among(_core(said), asked) if short else None
    if ids is None and not (short and _POINTS.search(said)):
        return None
    if ids and (len(ids) == 1 or _MANY.search(said)):
        return _found(asked, ids)
    return _once_more(unit, asked, ids or [], said)


def _found(asked: Frame, ids: Sequence[str]) -> Frame:
    return Frame("find", entity=asked.entity, ids=list(ids), reason=CHOSEN)


def _once_more(unit: Unit, asked: Frame, ids: Sequence[str], said: str) -> Frame:
    """The question again: of those the answer fits, or of all where it fits none."""
    clause = str(asked.values.get("clause", ""))
    left = ids or asked.ids
    again = (
        namesakes(unit, asked.entity, left, asked.text, clause)
        if asked.reason == "name"
        else question(unit, asked.entity, left, len(left), asked.text)
    )
    again.values = {**asked.values, **({} if ids else {"missed": said})}
    return again


def _core(said: str) -> str:
    """The answer without the words that only point: "the one in Cork", "it's the German one", 我指的是苏州那家."""
    core = _ONE.sub("", _OPENS.sub("", said).strip()).strip()
    return core or said


def places(said: str, size: int) -> list[int | None]:
    """The places (from 0) among so many that an answer names: "the second", 第二个, "3"; None for one that is not there."""
    if len(tokenise(said)) > 6 and not is_chinese(said):
        return []
    found: list[int | None] = []
    for match in _PLACE.finditer(said):
        number = (
            0
            if match["end"]
            else _PLACES_ZH[match["zh"]]
            if match["zh"]
            else int(match["nth"] or match["n"] or _PLACES[(match["en"] or "last").lower()])
        )
        found.append(number - 1 if 0 < number <= size else size - 1 if number == 0 else None)
    return found


def _described(schema: Schema, said: str, records: Sequence[RecordView]) -> list[RecordView]:
    """The one record whose name, key or fields hold every telling word of the answer; the beginning of a word of its name will do."""
    if is_chinese(said):
        core = _TIES.sub("", said)
        fits = [record for record in records if len(core) > 1 and core in _whole(record)] or [r for r in records if core and core in r.name]
    else:
        exact = [record for record in records if _core(said).casefold() in {str(each).casefold() for each in record.fields.values()}]
        if len(exact) == 1:
            return exact
        plain = {token.word for token in tokenise(_TIES.sub(" ", said))}
        words = plain - fillers() or plain  # "the group" may be all there is
        fits = [record for record in records if words and words <= {token.word for token in tokenise(_whole(record))}]
        called = [record for record in fits or records if words and _begun(words, record.name)]
        fits = called if len(called) == 1 or not fits else fits
    going = under_way(schema, fits)
    return fits if len(fits) == 1 else going if len(going) == 1 else []


def _begun(words: set[str], name: str) -> bool:
    """Whether every word begins one of the name's: "the vet one" is the Veterinary Centre."""
    held = [token.word for token in tokenise(name)]
    return all(any(each == word or (len(word) >= 3 and each.startswith(word)) for each in held) for word in words)


def _whole(record: RecordView) -> str:
    return " ".join([record.name, record.key or "", *(str(value) for value in record.fields.values() if isinstance(value, str))])
