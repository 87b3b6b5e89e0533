"""The names a speaker may say: of the records they see, their own first, each in the forms people say it in."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from knowledge.sentences import HAN
from knowledge.voice.names.ordinary import is_ordinary
from store.duplicates.names import company
from store.rows import rows
from store.unit import Unit

FIRMS, PEOPLE = ("account", "product"), ("contact", "lead")
MOST = 20_000  # names of each kind that are compared; a larger store is heard through the speaker's own book first
TITLES = ("总", "经理", "工", "女士", "先生", "老师", "主任")
_SHORT_WORD = 5  # letters of a firm's first word that stands for it


@dataclass(frozen=True, slots=True)
class Called:
    """One form of a record's name. `whole`: it tells the record by itself; else it is a part of the name others may have too."""

    type: str
    id: str
    name: str
    form: str
    whole: bool
    account_id: str | None = None


@dataclass(frozen=True, slots=True)
class Book:
    """`own`: records the speaker owns, and the people of their customers. `others`: what else they see."""

    own: tuple[Called, ...]
    others: tuple[Called, ...] = ()


def book_of(unit: Unit, *, account_id: str | None = None) -> Book:
    """What this person sees, rights in the queries. `account_id`: a customer they said the note is about is their own for it."""
    me = unit.principal.user_id
    own, others = list[Called](), list[Called]()
    accounts = [row for row in rows(unit, "account", ["name", "owner"]) if row["name"]]
    mine = {row["id"] for row in accounts if row["owner"] == me} | ({account_id} if account_id else set())
    for row in accounts[:MOST]:
        (own if row["id"] in mine else others).extend(_forms("account", row["id"], row["name"]))
    for kind in PEOPLE:
        fields = ["name", "owner", "account"] if kind == "contact" else ["name", "owner"]
        for row in rows(unit, kind, fields)[:MOST]:
            theirs = row.get("account")
            is_mine = row["owner"] == me or theirs in mine
            (own if is_mine else others).extend(_forms(kind, row["id"], row["name"] or "", theirs))
    for row in rows(unit, "product", ["name"])[:MOST]:
        own.extend(_forms("product", row["id"], row["name"] or ""))
    return Book(tuple(own), tuple(others))


def _forms(kind: str, record_id: str, name: str, account_id: str | None = None) -> Iterator[Called]:
    forms = firm_forms(name) if kind in FIRMS else person_forms(name)
    for form, whole in forms:
        yield Called(kind, record_id, name, form, whole, account_id)


@cache
def firm_forms(name: str) -> tuple[tuple[str, bool], ...]:
    """Larkfield Optics GmbH: itself, Larkfield Optics, Larkfield. 深圳澄海电子有限公司: itself, 澄海电子, 澄海."""
    found = {name.strip(): True}
    core = company(name)
    if core is None:
        return ()
    if HAN.search(name):
        if len(core.chinese) >= 2:
            found.update(dict.fromkeys((core.chinese + "".join(core.common), core.chinese), True))
            found.update({core.place + core.chinese + "".join(core.common): True} if core.place else {})
        return tuple(found.items())
    words = name.split()
    for size in range(len(words) - 1, 0, -1):
        shorter = " ".join(words[:size]).rstrip(",")
        bare = company(shorter)
        if bare is None or bare.core != core.core:
            break
        found[shorter] = True
    first = words[0].rstrip(",")
    if len(words) > 1 and len(first) >= _SHORT_WORD and first not in found and not is_ordinary(first):
        found[first] = False
    return tuple(found.items())


@cache
def person_forms(name: str) -> tuple[tuple[str, bool], ...]:
    """Priya Raman: itself, Priya, Raman. 张伟通: itself, 伟通, 张总, 张经理. Of "Mia Wang 王敏" both names."""
    found = dict[str, bool]()
    latin = [word for word in name.split() if not HAN.search(word)]
    if latin:
        found[" ".join(latin)] = len(latin) > 1
        found.update({word: False for word in (latin[0], latin[-1]) if len(word) > 2 and len(latin) > 1})
    for word in (word for word in name.split() if HAN.search(word)):
        found[word] = len(word) > 1
        found.update({word[1:]: False} if len(word) > 2 else {})
        found.update({word[0] + title: False for title in TITLES} if 1 < len(word) <= 4 else {})
    return tuple(found.items())


def near(called: Sequence[Called], record_ids: set[str]) -> set[str]:
    """The accounts of these records, and themselves: what a name with two owners is settled by."""
    return record_ids | {each.account_id for each in called if each.id in record_ids and each.account_id}
