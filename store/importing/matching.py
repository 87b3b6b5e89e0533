"""Which record a row is: by our id, by its key, by what names it; and when it may be a duplicate instead."""

from collections import defaultdict
from typing import Any

from sqlalchemy import select

from store.importing.entries import Entry
from store.importing.headers import normal
from store.importing.known import Known, name_of
from store.models import RECORD_MODELS, new_id
from store.rights import visible
from store.schema import name_field
from store.unit import Unit

# Without a key, these fields together name a record. Kinds below the line may repeat: the n-th row is the n-th record.
NATURAL: dict[str, tuple[str, ...]] = {
    "account": ("name",),
    "product": ("name",),
    "team": ("name",),
    "order": ("number",),
    "opportunity": ("name", "account", "product", "engaged_on"),
    "activity": ("kind", "occurred_at", "subject", "body", "account", "contact", "lead", "opportunity"),
    "task": ("title", "due_at", "account", "contact", "opportunity"),
    "case": ("subject", "account", "contact", "opened_at"),
}
PEOPLE = {"contact": "account_id", "lead": "company", "user": "team_id"}
REPEATING = frozenset({"opportunity", "activity", "task", "case"})
SUSPECTED = frozenset({"account", "contact", "lead"})


class Match:
    """What is known of a row: the record it is, or the one it may double, or why it cannot be taken."""

    __slots__ = ("double", "held", "problem")

    def __init__(self, held: Any = None, double: Any = None, problem: str = "") -> None:
        self.held, self.double, self.problem = held, double, problem


class Matcher:
    """The records of one kind that are here, full rows, by everything that identifies them."""

    def __init__(self, unit: Unit, known: Known, entity: str) -> None:
        self.entity = entity
        self._known = known
        self._name = name_field(entity)
        model = RECORD_MODELS[entity]
        table = model.__table__
        self.by_id: dict[str, Any] = {}
        self.by_key: dict[str, Any] = {}
        self.by_email: dict[str, list[Any]] = defaultdict(list)
        self.by_natural: dict[Any, list[Any]] = defaultdict(list)
        self.by_near: dict[Any, list[Any]] = defaultdict(list)
        for row in unit.session.execute(select(*table.c).where(visible(unit.principal, entity, model)).order_by(table.c.id)).mappings():
            self._add(row)
        everything = unit.session.execute(select(model.id, model.key, model.deleted_at))
        self.gone_ids: dict[str, bool] = {}
        self.gone_keys: dict[str, bool] = {}
        for record_id, key, deleted in everything:
            if record_id not in self.by_id:
                self.gone_ids[record_id] = deleted is not None
                if key:
                    self.gone_keys[key] = deleted is not None
        self.emails_taken = self._emails_taken(unit) if entity == "user" else frozenset()
        self._used: set[str] = set()
        self._seen: dict[Any, str] = {}

    def _emails_taken(self, unit: Unit) -> frozenset[str]:
        model = RECORD_MODELS["user"]
        return frozenset(unit.session.scalars(select(model.email).where(model.deleted_at.is_not(None))))

    def _add(self, row: Any) -> None:
        self.by_id[row["id"]] = row
        if row["key"]:
            self.by_key[row["key"]] = row
        if row.get("email"):
            self.by_email[row["email"].casefold()].append(row)
        stored = {name: _stored(row, name) for name in self._natural_names()}
        natural = self.natural(stored)
        if natural is not None:
            self.by_natural[natural].append(row)
        near = self.near(stored)
        if near is not None:
            self.by_near[near].append(row)

    def _natural_names(self) -> tuple[str, ...]:
        return (self._name, "account", "company") if self.entity in PEOPLE else NATURAL[self.entity]

    def natural(self, values: dict[str, Any]) -> Any:
        """What names a record without a key (besides an e-mail); None when too little is said."""
        if self.entity in PEOPLE:
            name, beside = values.get("name"), self._beside(values)
            return (str(name).strip().casefold(), str(beside or "").casefold()) if name else None
        if not values.get(self._name) and self.entity != "activity":
            return None
        return tuple(str(values.get(name) or "").strip().casefold() for name in NATURAL[self.entity])

    def near(self, values: dict[str, Any]) -> Any:
        """The same, without case, spaces and punctuation, for kinds where that raises suspicion."""
        name = values.get("name")
        if self.entity not in SUSPECTED or not name or not normal(str(name)):
            return None
        return (normal(str(name)), normal(str(self._beside(values) or "")))

    def _beside(self, values: dict[str, Any]) -> Any:
        return values.get({"contact": "account", "lead": "company"}.get(self.entity, ""))

    def match(self, entry: Entry, values: dict[str, Any], file: str) -> Match:
        """Find the record of a row. `values` are the row's with what a new record would get besides."""
        repeated = self._repeated(entry, values, f"row {entry.line} of {file}")
        if repeated:
            return Match(problem=repeated)
        found = self._find(entry, values)
        if found.held is None:
            return found
        if found.held["id"] in self._used:
            return Match(problem=f"an earlier row is this {self.entity} already")
        problem = self._taken(found.held, entry.values)
        if not problem:
            self._used.add(found.held["id"])
        return Match(problem=problem) if problem else found

    def _taken(self, held: Any, values: dict[str, Any]) -> str:
        """Why a record cannot get the key or the address its row gives it: another record has it."""
        other = self.by_key.get(values.get("key") or "")
        if (other is not None and other["id"] != held["id"]) or values.get("key") in self.gone_keys:
            return f"key {values['key']!r} belongs to another {self.entity}"
        email = str(values.get("email") or "").casefold()
        if self.entity == "user" and any(row["id"] != held["id"] for row in self.by_email.get(email, [])):
            return f"e-mail {email!r} belongs to another user"
        return ""

    def _repeated(self, entry: Entry, values: dict[str, Any], label: str) -> str:
        """Why a row comes second: same id, key, e-mail or name as an earlier one."""
        marks: list[tuple[str, Any, str]] = []
        if entry.given_id:
            marks.append(("id", entry.given_id, f"id {entry.given_id!r}"))
        if values.get("key"):
            marks.append(("key", values["key"], f"key {values['key']!r}"))
        if self.entity == "user" and values.get("email"):
            marks.append(("email", values["email"], f"e-mail {values['email']!r}"))
        if not marks and values.get("email") and self.entity in PEOPLE:
            marks.append(("email", values["email"], f"e-mail {values['email']!r}"))
        natural = self.natural(values)
        if not marks and natural is not None and self.entity not in REPEATING:
            marks.append(("natural", natural, f"name {values.get(self._name)!r}"))
        if not marks and self.entity in REPEATING:
            whole = tuple(sorted((name, str(value)) for name, value in entry.values.items()))
            marks.append(("whole", whole, "content"))
        for kind, mark, said in marks:
            first = self._seen.setdefault((kind, mark), label)
            if first != label:
                return f"the same {said} as {first}"
        return ""

    def _find(self, entry: Entry, values: dict[str, Any]) -> Match:
        if entry.given_id:
            if entry.given_id in self.by_id:
                return Match(self.by_id[entry.given_id])
            if entry.given_id in self.gone_ids:
                return Match(problem=_gone("id", entry.given_id, deleted=self.gone_ids[entry.given_id]))
        key = values.get("key")
        if key:
            if key in self.by_key:
                return Match(self.by_key[key])
            if key in self.gone_keys:
                return Match(problem=_gone("key", key, deleted=self.gone_keys[key]))
        email = str(values.get("email") or "").casefold()
        if self.entity == "user" and email in self.emails_taken:
            return Match(problem=f"the user {email!r} was deleted: restore or rename it first")
        return self._by_nature(values, email, keyed=bool(key or entry.given_id))

    def _by_nature(self, values: dict[str, Any], email: str, *, keyed: bool) -> Match:
        same = list(self.by_email.get(email, [])) if email and self.entity in PEOPLE else []
        if self.entity == "user":
            same = same or ([] if email else self.by_natural.get(self.natural(values), []))
            return Match(same[0]) if same else Match()
        named = [row for row in self.by_natural.get(self.natural(values), []) if row["id"] not in self._used]
        if not keyed:
            if same:
                return Match(same[0])
            plain = [row for row in named if not (email and row.get("email"))]
            if plain and (len(plain) == 1 or self.entity in REPEATING):
                return Match(plain[0])
        elif self.entity in {"product", "team"} and named and not named[0]["key"]:
            return Match(named[0])
        if self.entity in SUSPECTED:
            double = [*same, *named, *self.by_near.get(self.near(values), [])]
            double = [row for row in double if row["id"] not in self._used]
            if double:
                return Match(double=double[0])
        return Match()

    def give_id(self, entry: Entry, found: Match) -> None:
        """The record's id: the held one's, the one the file gives, or a new one."""
        entry.held = found.held
        entry.record_id = found.held["id"] if found.held is not None else entry.given_id or new_id()


def _stored(row: Any, name: str) -> Any:
    value = row.get(f"{name}_id", row.get(name))
    return value if not hasattr(value, "isoformat") else _moment(value)


def _moment(value: Any) -> str:
    return str(value.isoformat()).replace("+00:00", "Z")


def _gone(what: str, value: str, *, deleted: bool) -> str:
    if deleted:
        return f"the record with {what} {value!r} was deleted: restore it first, or give the row another {what}"
    return f"{what} {value!r} belongs to a record you may not see"


def double_of(known: Known, entity: str, row: Any) -> str:
    return str(row.get("name") or name_of(known, entity, row["id"]))
