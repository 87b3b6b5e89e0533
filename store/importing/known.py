"""Records that are here already, or will be when this import is done, found by key, e-mail or name."""

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from sqlalchemy import literal, select

from store.errors import InvalidInput
from store.importing.headers import normal
from store.models import RECORD_MODELS
from store.name_words import pinyin
from store.rights import visible
from store.schema import name_field
from store.unit import Unit


class SeveralFit(InvalidInput):
    """A name that more than one record could be meant by."""


@dataclass(slots=True)
class Named:
    """What is needed to point at a record."""

    id: str
    name: str
    key: str | None
    email: str | None = None
    team: str | None = None
    customer: str | None = None  # the account it belongs to


@dataclass(slots=True)
class Kind:
    """The records of one kind the person sees, by everything that can name them."""

    by_id: dict[str, Named] = field(default_factory=dict)
    by_key: dict[str, str] = field(default_factory=dict)
    by_email: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    by_name: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    by_normal: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    by_sound: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))  # of people: Chinese names in Latin letters

    def add(self, each: Named) -> None:
        self.by_id[each.id] = each
        if each.key:
            self.by_key[each.key] = each.id
        if each.email:
            self.by_email[each.email.casefold()].append(each.id)
        if each.name:
            self.by_name[each.name.strip().casefold()].append(each.id)
            self.by_normal[normal(each.name)].append(each.id)
            if each.email:
                for sound in sounds(each.name):
                    self.by_sound[sound].append(each.id)


class Known:
    """Every kind, read when first asked for. `planned` are ids this import makes; `written` those already in the tables."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._kinds: dict[str, Kind] = {}
        self._later: dict[str, list[Named]] = defaultdict(list)  # planned records of kinds nobody has pointed to so far
        self.coming: frozenset[str] = frozenset()  # kinds that a file of this import holds
        self.planned: dict[str, str] = {}
        self.written: set[str] = set()

    def kind(self, entity: str) -> Kind:
        found = self._kinds.get(entity)
        if found is None:
            found = self._kinds[entity] = self._load(entity)
            for each in self._later.pop(entity, ()):
                if each.id in self.planned and each.id not in found.by_id:
                    found.add(each)
        return found

    def _load(self, entity: str) -> Kind:
        model = RECORD_MODELS[entity]
        name = getattr(model, name_field(entity))
        columns = [model.id, name, model.key, getattr(model, "email", model.id), model.team_id, getattr(model, "account_id", literal(None))]
        found = Kind()
        for row in self._unit.session.execute(select(*columns).where(visible(self._unit.principal, entity, model))):
            found.add(Named(row[0], row[1] or "", row[2], row[3] if hasattr(model, "email") else None, row[4], row[5]))
        return found

    def plan(self, entity: str, each: Named) -> None:
        """Remember a record this import is going to make."""
        self.planned[each.id] = entity
        if entity in self._kinds:
            self._kinds[entity].add(each)
        else:
            self._later[entity].append(each)

    def rename(self, entity: str, record_id: str, name: str) -> None:
        """A record that is here is called this from now on; what it was called still finds it."""
        found = self.kind(entity).by_id.get(record_id)
        if found is not None and name and found.name != name:
            self.kind(entity).add(replace(found, name=name))

    def drop(self, entity: str, ids: set[str]) -> None:
        """Forget planned records whose rows were held back after all."""
        kind = self.kind(entity)
        for each in ids:
            self.planned.pop(each, None)
            gone = kind.by_id.pop(each)
            if gone.key:
                kind.by_key.pop(gone.key, None)
            for index, name in (
                (kind.by_name, gone.name.strip().casefold()),
                (kind.by_normal, normal(gone.name)),
                (kind.by_email, gone.email or ""),
                *((kind.by_sound, sound) for sound in sounds(gone.name)),
            ):
                if each in index.get(name, []):
                    index[name].remove(each)
                    if not index[name]:
                        del index[name]

    def resolve(self, entity: str, text: str) -> tuple[str, str | None]:
        """The id of the record named, and its real name when the text is only nearly that.

        Raises InvalidInput when none or several fit.
        """
        kind = self.kind(entity)
        if text in kind.by_id:
            return text, None
        if text in kind.by_key:
            return kind.by_key[text], None
        low = text.strip().casefold()
        for index in (kind.by_email, kind.by_name):
            if low in index:
                return self._only(entity, text, index[low]), None
        marked = text[text.rfind("<") + 1 : -1].strip().casefold() if text.endswith(">") else ""
        if marked in kind.by_email:
            return self._only(entity, text, kind.by_email[marked]), None
        near = kind.by_normal.get(normal(text), []) if normal(text) else []
        if len(near) == 1:
            return near[0], kind.by_id[near[0]].name
        if near:
            return self._only(entity, text, near), None
        if entity == "user":
            heard = self._by_sound(kind, text)
            if len(heard) == 1:
                return heard[0], kind.by_id[heard[0]].name
            if heard:
                people = ", ".join(f"{kind.by_id[each].name} <{kind.by_id[each].email}>" for each in heard[:5])
                raise SeveralFit(f"{text[:80]!r} may be {people}: use the e-mail address")
        raise InvalidInput(f"there is no {entity} {text[:80]!r}")

    def of_customer(self, entity: str, text: str, customer: str) -> str | None:
        """The one record of this name that belongs to a customer; none when several or none do."""
        kind = self.kind(entity)
        found = [each for each in kind.by_name.get(text.strip().casefold(), ()) if kind.by_id[each].customer == customer]
        return found[0] if len(found) == 1 else None

    def _by_sound(self, kind: Kind, text: str) -> list[str]:
        """People whose name, one of the two in Chinese and the other in Latin letters, sounds like this."""
        if _CHINESE.search(text):
            found = [each for sound in sounds(text) for each in kind.by_normal.get(sound, ())]
        else:
            found = [each for each in kind.by_sound.get(normal(text), ()) if _CHINESE.search(kind.by_id[each].name)]
        return list(dict.fromkeys(found))

    def _only(self, entity: str, text: str, ids: list[str]) -> str:
        if len(ids) > 1:
            raise SeveralFit(f"{len(ids)} {entity} records are called {text[:80]!r}: use the key")
        return ids[0]

    def has(self, entity: str, text: str) -> bool:
        """Whether somebody or something is called this, or several are."""
        try:
            self.resolve(entity, text)
        except SeveralFit:
            return True
        except InvalidInput:
            return False
        return True

    def team_of(self, user_id: str) -> str | None:
        found = self.kind("user").by_id.get(user_id)
        return found.team if found else None


@lru_cache(maxsize=10_000)
def sounds(name: str) -> tuple[str, ...]:
    """A Chinese name in Latin letters, family name first and last: 李娜 is lina and nali; none for any other name."""
    if not _CHINESE.search(name) or len(name) > 10:
        return ()
    parts = pinyin()(name.strip())
    first = 2 if len(parts) > 3 else 1  # 欧阳娜娜: family names of two characters are rare among shorter names
    return tuple(dict.fromkeys(normal("".join(each)) for each in (parts, parts[first:] + parts[:first], parts[1:] + parts[:1])))


_CHINESE = re.compile(r"[\u3400-\u9fff]")


def name_of(known: Known, entity: str, record_id: Any) -> str:
    found = known.kind(entity).by_id.get(record_id)
    return found.name if found else ""
