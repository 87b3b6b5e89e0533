"""Whose names stand in a note as they are written: whole, short (Nordlys, 明远苏州), a first name, 周总; told apart by what stands around.

A transcript brings the names that were linked by sound; what is written out needs no ear, only a reader that knows how firms and people
are called for short. A name two records share is settled by the customer spoken of, then by whose customer it is; else nobody is meant.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from knowledge.followups.world import Record, World
from knowledge.sentences import HAN
from knowledge.voice.names.book import TITLES, person_forms
from knowledge.voice.names.ordinary import is_never_a_name, is_ordinary
from store.duplicates.names import company

_WORD = re.compile(r"[\w&'’.-]*[\w&]")
_LEGAL = re.compile(r"(股份)?有限(责任)?公司|集团|分公司")
_TITLE = re.compile("|".join(sorted({*TITLES, "总监", "院长", "主管", "老师"}, key=len, reverse=True)))
_POSTS = (
    "院长",
    "总监",
    "主管",
    "厂长",
    "校长",
    "所长",
    "部长",
    "处长",
    "科长",
    "店长",
    "护士长",
    "医生",
    "大夫",
    "教授",
    "老板",
    "董事长",
    "主席",
    *(
        "理事长",
        "队长",
        "园长",
        "组长",
        "班长",
        "行长",
        "局长",
        "社长",
        "馆长",
        "站长",
        "秘书长",
        "会长",
        "律师",
        "会计",
        "师傅",
        "秘书",
        "车间主任",
    ),
    *("副总", "副总监", "副院长", "副厂长", "副校长", "副主任", "副经理", "副部长", "副处长", "副科长", "副局长"),
)
_SHORT = 4  # letters of a word that may stand for a firm by itself
_TOWN, _OWN = (2, 3), 4  # characters of a town at the head of a name, of what is its own
_MARKS = str.maketrans({"(": "", ")": "", "（": "", "）": "", "·": ""})


@dataclass(frozen=True, slots=True)
class Named:
    """`record` None: several could be meant and nothing tells which, or nobody the store knows is called so."""

    at: int
    until: int
    record: Record | None
    candidates: tuple[Record, ...] = ()
    strength: float = 0.0

    @property
    def kind(self) -> str:
        return self.record.type if self.record else self.candidates[0].type if self.candidates else ""


def names_in(text: str, world: World, *, linked: Sequence[tuple[int, int, str]] = (), about: str | None = None) -> list[Named]:
    """The names in a text, in order, none over another. `linked`: places and the ids already known. `about`: the customer it is about."""
    known = {**world.accounts, **world.people, **world.products}
    fixed = [Named(at, until, known[each], strength=99.0) for at, until, each in linked if each in known]
    found = [*fixed, *_firms(text, world), *_persons(text, world), *_whole(text, world.products.values()), *_colleagues(text, world)]
    return _settled(_apart(found), world, about)


def _apart(found: Iterable[Named]) -> list[Named]:
    """The stronger and longer first; of those over the same words the candidates are put together."""
    kept = list[Named]()
    for each in sorted(found, key=lambda one: (-one.strength, -(one.until - one.at), one.at)):
        same = next((number for number, held in enumerate(kept) if held.at == each.at and held.until == each.until), None)
        if same is not None and kept[same].strength == each.strength and kept[same].record is None:
            more = tuple(dict.fromkeys([*kept[same].candidates, *each.candidates]))
            kept[same] = Named(each.at, each.until, None, more, each.strength)
        elif not any(each.at < held.until and each.until > held.at for held in kept):
            kept.append(each)
    return sorted(kept, key=lambda one: one.at)


def _settled(found: list[Named], world: World, about: str | None) -> list[Named]:
    """Firms by the people named near them, people by the firm spoken of."""
    firms = [_firm(each, found, world, about) if each.kind == "account" else each for each in found]
    done = list[Named]()
    for each in firms:
        if each.record is not None or each.kind == "account":
            done.append(each)
            continue
        near = _accounts_near(each, firms, about)
        done.append(_person(each, near))
    return done


def _firm(each: Named, found: Sequence[Named], world: World, about: str | None) -> Named:
    if each.record is not None:
        return each
    options = list(each.candidates)
    if about in {one.id for one in options}:
        options = [one for one in options if one.id == about]
    if len(options) > 1:
        votes = {one.id: 0 for one in options}
        for other in found:
            people = [other.record] if other.record else list(other.candidates)
            for account in {one.account_id or "" for one in people if one.type == "contact"} & set(votes):
                votes[account] += 1
        best = [one for one in options if votes[one.id] == max(votes.values())] if any(votes.values()) else options
        options = best if len(best) == 1 else [one for one in best if one.own] or best
    return Named(each.at, each.until, options[0] if len(options) == 1 else None, each.candidates, each.strength)


def _accounts_near(each: Named, found: Sequence[Named], about: str | None) -> list[str]:
    """The accounts spoken of, the nearest before the name first, then those after it."""
    firms = [one for one in found if one.record is not None and one.record.type == "account"]
    before = [one for one in reversed(firms) if one.at <= each.at]
    after = [one for one in firms if one.at > each.at]
    ids = [one.record.id for one in [*before, *after] if one.record is not None]
    return [*ids, about] if about else ids


def _person(each: Named, near: Sequence[str]) -> Named:
    for account in near:
        here = [one for one in each.candidates if one.account_id == account]
        if len(here) == 1:
            return Named(each.at, each.until, here[0], each.candidates, each.strength)
        if here:
            return Named(each.at, each.until, None, tuple(here), each.strength)
    whole = [one for one in each.candidates if each.strength >= 3]
    if len(whole) == 1:
        return Named(each.at, each.until, whole[0], each.candidates, each.strength)
    users = [one for one in each.candidates if one.type == "user"]
    if len(users) == 1 and len(each.candidates) == 1:
        return Named(each.at, each.until, users[0], each.candidates, each.strength)
    return each


def _firms(text: str, world: World) -> Iterator[Named]:
    words = [(found.start(), found.end(), found[0].lower()) for found in _WORD.finditer(text)]
    crowd = _crowd(world.accounts.values())
    for record in world.accounts.values():
        if HAN.search(record.name):
            yield from _chinese_firm(text, record)
        else:
            yield from _latin_firm(text, words, record, crowd)


def _crowd(records: Iterable[Record]) -> dict[str, int]:
    """In how many firms' names a word is."""
    counts: dict[str, int] = {}
    for record in records:
        for word in {each.lower() for each in _WORD.findall(record.name)}:
            counts[word] = counts.get(word, 0) + 1
    return counts


def _latin_firm(text: str, words: Sequence[tuple[int, int, str]], record: Record, crowd: dict[str, int]) -> Iterator[Named]:
    """Words of the name in its order, some left out, one of them its own."""
    name = [each.lower() for each in _WORD.findall(record.name)]
    place = {word: number for number, word in reversed(list(enumerate(name)))}
    core = set(bare.core) if (bare := company(record.name)) else set(name)
    taken = -1
    for number, (at, _, word) in enumerate(words):
        word = _bare(word)
        if number <= taken or word not in place or (word in {"and", "the"} and number == 0):
            continue
        last, position = number, place[word]
        while last + 1 < len(words) and text[words[last][1] : words[last + 1][0]].strip(" .&") == "":
            following = _bare(words[last + 1][2])
            after = next((at for at in range(position + 1, len(name)) if name[at] == following), None)
            after = position if following == "and" and "&" in name else after
            if after is None:
                break
            last, position = last + 1, after
        said = [_bare(each[2]) for each in words[number : last + 1]]
        own = [each for each in said if len(each) >= _SHORT and not is_ordinary(each) and _plain(each) in {_plain(one) for one in core}]
        whole = said == name
        if (
            whole
            or (own and text[at].isupper())
            or (len(said) > 1 and text[at].isupper() and said[0] == name[0] and len(set(said) & core) > 1)
        ):
            taken = last
            exact = record.name.rstrip(".") in text[at : words[last][1] + 1]
            yield Named(at, words[last][1], None, (record,), 2.0 + len(said) + (1 if exact else 0))


def _bare(word: str) -> str:
    return re.sub(r"['’]s?$", "", word)


def _plain(word: str) -> str:
    return word.translate(str.maketrans("äöüåéèêøñç", "aouaeeeonc"))


def _chinese_firm(text: str, record: Record) -> Iterator[Named]:
    """Its own two characters, with as much around them as follows the name's order: 上海明远, 明远苏州, 东陵测试中心."""
    name = _LEGAL.sub("", record.name.translate(_MARKS))
    bare = company(record.name)
    place = bare.place if bare else ""
    core = (bare.chinese if bare and bare.chinese else name)[:2]
    start = name.find(core)
    if core not in text:
        yield from _without_town(text, name, record)
    for found in re.finditer(re.escape(core), text):
        at, until, position = found.start(), found.end(), start + len(core)
        while until < len(text) and (after := name.find(text[until], position)) >= 0:
            until, position = until + 1, after + 1
        if place and name.startswith(place) and text.endswith(place, 0, at):
            at -= len(place)
        trimmed = _trim(text, at, until, name)
        whole = text.startswith(record.name, at)
        yield Named(at, at + len(record.name) if whole else trimmed, None, (record,), 3.0 + (trimmed - at) / 2 + (5 if whole else 0))


def _without_town(text: str, name: str, record: Record) -> Iterator[Named]:
    """铁西幼儿园 of 沈阳铁西幼儿园: what comes after two or three characters, at least four in a row."""
    for skip in _TOWN:
        own = name[skip:]
        for size in range(len(own), _OWN - 1, -1):
            at = text.find(own[:size])
            if at >= 0:
                yield Named(at, at + size, None, (record,), 3.0 + size / 2)
                return
        at, until, position = text.find(own[:2]), 0, 0
        while at >= 0 and at + until < len(text) and (after := own.find(text[at + until], position)) >= 0:
            until, position = until + 1, after + 1
        if until >= _OWN:  # 绿源养殖场 of 湖州绿源生猪养殖场
            yield Named(at, at + until, None, (record,), 3.0 + until / 2)
            return


def _trim(text: str, at: int, until: int, name: str) -> int:
    """Without a last character that only happens to be in the name as well."""
    while until - at > 2 and text[until - 2 : until] not in name and not name.endswith(text[at:until][-2:]):
        until -= 1
    return until


def _persons(text: str, world: World) -> Iterator[Named]:
    for record in world.people.values():
        for form, whole in person_forms(record.name):
            if not whole and not HAN.search(form) and is_ordinary(form):
                yield from _given(text, form, record)
            else:
                yield from _form(text, form, record, 4.5 if whole else 1.5)
        if HAN.match(record.name) and len(record.name) <= 4:
            own = {record.title[-size:] for size in (2, 3) if len(record.title) >= size and HAN.search(record.title[-size:])}
            for post in {*_POSTS, *own}:  # 钱场长, whatever the trade calls its posts
                yield from _form(text, record.name[0] + post, record, 1.5)


def _given(text: str, form: str, record: Record) -> Iterator[Named]:
    """A first name that is a word as well (Fiona, Rose) where no sentence begins with it."""
    for each in _form(text, form, record, 1.0) if len(form) > _SHORT - 1 and not is_never_a_name(form) else ():
        if each.at and not re.search(r"[.!?。！？]\s*$", text[: each.at]):
            yield each


def _colleagues(text: str, world: World) -> Iterator[Named]:
    """Colleagues are called by their names, not 李总: that is somebody of the customer."""
    for record in world.colleagues.values():
        for form, whole in person_forms(record.name):
            if not HAN.search(form) or (len(form) > 1 and not form.endswith(TITLES)):
                yield from _form(text, form, record, 4.0 if whole else 1.0)


def _whole(text: str, records: Iterable[Record]) -> Iterator[Named]:
    for record in records:
        yield from _form(text, record.name, record, 5.0)
        first = record.name.split()[0]
        if len(first) > _SHORT + 2 and not is_ordinary(first) and not HAN.search(first):
            yield from _form(text, first, record, 1.2)


def _form(text: str, form: str, record: Record, strength: float) -> Iterator[Named]:
    """Every place with this form; a Chinese one takes the title that follows it along."""
    if HAN.search(form):
        pattern = re.escape(form)
        if len(form) == 2 and form[1] in {title[0] for title in TITLES}:
            strength = 1.5
    else:
        pattern = rf"(?<![^\W\u3400-\u9fff])(?<!-){re.escape(form)}(?![^\W\u3400-\u9fff]|-|\.\w)"
    for found in re.finditer(pattern, text, 0 if HAN.search(form) else re.IGNORECASE):
        if not HAN.search(form) and not found[0][0].isupper():
            continue
        title = _TITLE.match(text, found.end() - (1 if len(form) == 2 and form[1] in "总工" else 0)) if HAN.search(form) else None
        yield Named(found.start(), max(found.end(), title.end() if title else 0), None, (record,), strength)
