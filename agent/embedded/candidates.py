"""Several records fit where one was meant: which they are, and which of them the answer to that question names."""

import re
from collections.abc import Sequence
from typing import Any

from agent.embedded.frames import Frame
from agent.embedded.lexicon import change_words, fillers
from agent.embedded.tokens import is_chinese, tokenise
from store.query import RecordView, load
from store.unit import Unit

SHOWN = 8
KEPT = 100  # candidates an answer can name, shown or not
ALL = "all"
_TOLD = ("account", "company", "stage", "amount", "email", "due_at", "status")
_UNDER_WAY = {"open", "pending"}
_PLACES = {
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "fifth": 5,
    "sixth": 6,
    "seventh": 7,
    "eighth": 8,
    "last": 0,
    "former": 1,
    "latter": 0,
}
_PLACES_ZH = {each: place for place, each in enumerate("一二三四五六七八", 1)}
_PLACE = re.compile(
    rf"第?(?P<zh>[一二三四五六七八])(?:个|条|单|家|位|项)|第(?P<nth>\d)|\b(?P<en>{'|'.join(_PLACES)})\b|^#?(?P<n>\d)(?:\.|\))?$",
    re.IGNORECASE,
)
_TIES = re.compile(
    r"\b(?:the|one|ones|at|in|from|of|with|for|i|mean|meant|it's|please|that)\b|的?那(?:一)?(?:个|家|位|单|条|项)|我(?:是)?(?:说|指)的?是?|吧|的",
    re.IGNORECASE,
)


def under_way(records: Sequence[RecordView]) -> list[RecordView]:
    """The ones that are not finished, where that can be told."""
    return [record for record in records if record.fields.get("status") in _UNDER_WAY]


def has(record: RecordView, values: dict[str, Any] | None) -> bool:
    """Whether a record holds all of these values already."""
    held = ((record.fields.get(f"{name}_id"), record.fields.get(name), value) for name, value in (values or {}).items())
    return bool(values) and all(str(value) in {str(each) for each in (one, other)} for one, other, value in held)


def question(unit: Unit, entity: str, ids: Sequence[str], total: int, text: str) -> Frame:
    """ "Which of these?", the unfinished first, each told apart by what it holds."""
    records = load(unit, entity, list(ids[:KEPT]))
    going = under_way(records)
    order = [*going, *(record for record in records if record not in going)]
    return Frame(
        "clarify", entity=entity, text=text, reason="several", ids=[record.id for record in order],
        options=[told(record) for record in order[:SHOWN]], notes=[str(total)],
    )  # fmt: skip


def told(record: RecordView) -> str:
    """ "Kestrel: server rooms (OPP-0123, Kestrel Analytics Ltd, Lost, 23750.00)"."""
    marks = [str(record.fields[name]) for name in _TOLD if record.fields.get(name)]
    return f"{record.name} ({', '.join([record.key or record.id, *(mark[:10] if _is_moment(mark) else mark for mark in marks)])})"


def _is_moment(mark: str) -> bool:
    return bool(re.match(r"\d{4}-\d\d-\d\dT", mark))


def chosen(unit: Unit, text: str, asked: Frame) -> Frame | None:
    """What an answer to that question names: a find of the records chosen, empty for all of them; None when it is no answer."""
    said = text.strip(" .。!！")
    if asked.reason != "several" or not asked.ids or not said or said.endswith(("?", "？")):
        return None
    if said.lower() in change_words("every_one"):
        return Frame("find", entity=asked.entity, reason=ALL)
    records = load(unit, asked.entity, asked.ids)
    exact = [record for record in records if said in {told(record), record.name, record.key}]
    where = [place for place in places(said, len(asked.options)) if place is not None]
    found = exact or [records[place] for place in where if place < len(records)] or _described(said, records)
    return Frame("find", entity=asked.entity, ids=[record.id for record in found], reason="chosen") if found else None


def places(said: str, size: int) -> list[int | None]:
    """The places (from 0) among so many that an answer names: "the second", 第二个, "3"; None for one that is not there."""
    if len(tokenise(said)) > 6 and not is_chinese(said):
        return []
    found: list[int | None] = []
    for match in _PLACE.finditer(said):
        number = _PLACES_ZH[match["zh"]] if match["zh"] else int(match["nth"] or match["n"] or _PLACES[(match["en"] or "last").lower()])
        found.append(number - 1 if 0 < number <= size else size - 1 if number == 0 else None)
    return found


def _described(said: str, records: Sequence[RecordView]) -> list[RecordView]:
    """The one record whose name, key or fields hold every telling word of the answer."""
    if is_chinese(said):
        core = _TIES.sub("", said)
        fits = [record for record in records if len(core) > 1 and core in _whole(record)]
    else:
        words = {token.word for token in tokenise(_TIES.sub(" ", said))} - fillers()
        fits = [record for record in records if words and words <= {token.word for token in tokenise(_whole(record))}]
    going = under_way(fits)
    return fits if len(fits) == 1 else going if len(going) == 1 else []


def _whole(record: RecordView) -> str:
    return " ".join([record.name, record.key or "", *(str(value) for value in record.fields.values() if isinstance(value, str))])
