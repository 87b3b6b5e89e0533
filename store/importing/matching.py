"""Which record a row is: by our id, by its key, by what names it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Any, NamedTuple

from sqlalchemy import literal, or_, select

from store.bulk import pieces
from store.duplicates.checking import possible_duplicates
from store.importing.entries import Entry
from store.importing.headers import normal
from store.models import RECORD_MODELS
from store.rights import visible
from store.schema import name_field
from store.unit import Unit

# Without a key, these fields together name a record. REPEATING kinds may say the same twice: the n-th row is the n-th record.
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
PEOPLE = {"contact": "account", "lead": "company", "user": ""}
REPEATING = frozenset({"opportunity", "activity", "task", "case"})


class Held(NamedTuple):
    """A record that is here, as far as it takes to recognise it."""

    id: str
    key: str | None
    email: str | None
    name: str


class Match(NamedTuple):
    """What is known of a row: the record it is, or why it cannot be taken."""

    held: Held | None = None
    problem: str = ""


class Matcher:
    """The records of one kind that are here, by everything that identifies them. Files of one import share it."""

    def __init__(self, unit: Unit, entity: str) -> None:
        self.entity = entity
        self.unit = unit
        self._name = name_field(entity)
        self._model = RECORD_MODELS[entity]
        self.by_id: dict[str, Held] = {}
        self.by_key: dict[str, Held] = {}
        self.by_email: dict[str, list[Held]] = defaultdict(list)
        self.gone_ids: set[str] = set()  # deleted records the person saw; a hidden one is as missing as a missing one
        self.gone_keys: dict[str, bool] = {}  # keys of records that are not theirs; True for the deleted ones they saw
        self.used: set[str] = set()
        self._seen: dict[Any, tuple[int, str]] = {}
        self._by_natural: dict[Any, list[Held]] | None = None
        self._load()
        self.emails_taken = self._emails_taken() if entity == "user" else frozenset()

    def _load(self) -> None:
        model, principal = self._model, self.unit.principal
        email = model.email if hasattr(model, "email") else literal(None)
        everything = select(model.id, model.key, email, getattr(model, self._name), model.deleted_at.is_not(None)).order_by(model.id)
        seen: Collection[str] | None = None
        if principal.scope(self.entity) != "all":
            here, gone = (visible(principal, self.entity, model, deleted=deleted) for deleted in (False, True))
            seen = set(self.unit.session.scalars(select(model.id).where(or_(here, gone))))
        for record_id, key, address, name, deleted in self.unit.session.execute(everything):
            hidden = seen is not None and record_id not in seen
            if deleted or hidden:
                if not hidden:
                    self.gone_ids.add(record_id)
                if key:
                    self.gone_keys[key] = not hidden
                continue
            held = self.by_id[record_id] = Held(record_id, key, address, name or "")
            if key:
                self.by_key[key] = held
            if address:
                self.by_email[address.casefold()].append(held)

    def _emails_taken(self) -> frozenset[str]:
        return frozenset(self.unit.session.scalars(select(self._model.email).where(self._model.deleted_at.is_not(None))))

    def stored(self) -> Iterator[tuple[Held, dict[str, Any]]]:
        """Every record the person sees with the fields that name it."""
        if not self.by_id:
            return
        names = natural_names(self.entity, self._name)
        columns = [getattr(self._model, f"{name}_id", None) or getattr(self._model, name, literal(None)) for name in names]
        wanted = select(self._model.id, *columns).order_by(self._model.id)
        for row in self.unit.session.execute(wanted):
            held = self.by_id.get(row[0])
            if held is not None:
                yield held, dict(zip(names, map(_stored, row[1:]), strict=True))

    @property
    def by_natural(self) -> dict[Any, list[Held]]:
        """Records by what names them; read when a row first needs it."""
        if self._by_natural is None:
            self._by_natural = defaultdict(list)
            for held, values in self.stored():
                natural = self.natural(values)
                if natural is not None:
                    self._by_natural[natural].append(held)
        return self._by_natural

    def natural(self, values: dict[str, Any]) -> Any:
        """What names a record without a key (besides an e-mail); None when too little is said."""
        if self.entity in PEOPLE:
            name, beside = values.get("name"), values.get(PEOPLE[self.entity])
            return (str(name).strip().casefold(), str(beside or "").casefold()) if name else None
        if not values.get(self._name) and self.entity != "activity":
            return None
        return tuple(str(values.get(name) or "").strip().casefold() for name in NATURAL[self.entity])

    def match(self, entry: Entry, values: dict[str, Any], file: str) -> Match | None:
        """The record of a row, None for one that is not here. `values`: the row's, with what a new record would get besides."""
        repeated = self._repeated(entry, values, file)
        if repeated:
            return Match(problem=repeated)
        found = self._find(entry, values)
        if found is None or found.held is None:
            return found
        if found.held.id in self.used:
            return Match(problem=f"an earlier row is this {self.entity} already")
        problem = self._taken(found.held, entry.values)
        if problem:
            return Match(problem=problem)
        self.used.add(found.held.id)
        return found

    def _taken(self, held: Held, values: dict[str, Any]) -> str:
        """Why a record cannot get the key or the address its row gives it: another record has it."""
        other = self.by_key.get(values.get("key") or "")
        if (other is not None and other.id != held.id) or values.get("key") in self.gone_keys:
            return f"key {values['key']!r} belongs to another {self.entity}"
        email = str(values.get("email") or "").casefold()
        if self.entity == "user" and any(row.id != held.id for row in self.by_email.get(email, ())):
            return f"e-mail {email!r} belongs to another user"
        return ""

    def _repeated(self, entry: Entry, values: dict[str, Any], file: str) -> str:
        """Why a row comes second: same id, key, e-mail or name as an earlier one."""
        place = (entry.line, file)
        for kind, mark, said in self._marks(entry, values):
            first = self._seen.setdefault((kind, mark), place)
            if first is not place:
                return f"the same {said}{f' {mark!r}' if kind in {'id', 'key', 'e-mail'} else ''} as row {first[0]} of {first[1]}"
        return ""

    def _marks(self, entry: Entry, values: dict[str, Any]) -> Iterable[tuple[str, Any, str]]:
        marks: list[tuple[str, Any, str]] = []
        key, email = values.get("key"), values.get("email")
        if entry.given_id:
            marks.append(("id", entry.given_id, "id"))
        if key:
            marks.append(("key", key, "key"))
        if email and (self.entity == "user" or (not marks and self.entity in PEOPLE)):
            marks.append(("e-mail", email, "e-mail"))
        if marks:
            return marks
        if self.entity in REPEATING:
            return [("whole", tuple(sorted((name, str(value)) for name, value in entry.values.items())), "content")]
        natural = self.natural(values)
        return [] if natural is None else [("natural", natural, f"name {values.get(self._name)!r}")]

    def _find(self, entry: Entry, values: dict[str, Any]) -> Match | None:
        if entry.given_id:
            if entry.given_id in self.by_id:
                return Match(self.by_id[entry.given_id])
            if entry.given_id in self.gone_ids:
                return Match(problem=_gone("id", entry.given_id, deleted=True))
        key = values.get("key")
        if key:
            if key in self.by_key:
                return Match(self.by_key[key])
            if key in self.gone_keys:
                return Match(problem=_gone("key", key, deleted=self.gone_keys[key]))
        email = str(values.get("email") or "").casefold()
        if self.entity == "user" and email in self.emails_taken:
            return Match(problem=f"the user {email!r} was deleted: restore or rename it first")
        return self._by_nature(values, email, keyed=bool(key or entry.given_id)) if self.by_id else None

    def _by_nature(self, values: dict[str, Any], email: str, *, keyed: bool) -> Match | None:
        same = self.by_email.get(email, []) if email and self.entity in PEOPLE else []
        if self.entity == "user":
            same = same or ([] if email else self.by_natural.get(self.natural(values), []))
            return Match(same[0]) if same else None
        if keyed and self.entity not in {"product", "team"}:
            return None
        if same and not keyed:
            return Match(same[0])
        named = [row for row in self.by_natural.get(self.natural(values), ()) if row.id not in self.used]
        if keyed:
            return Match(named[0]) if named and not named[0].key else None
        plain = [row for row in named if not (email and row.email)]
        return Match(plain[0]) if plain and (len(plain) == 1 or self.entity in REPEATING) else None

    def rows(self, ids: list[str], columns: Collection[str]) -> dict[str, Any]:
        """Rows by id, as mappings of these columns and of what every update needs."""
        table = self._model.__table__
        needed = [column for column in table.c if column.name in {*columns, "id", "key", "version", "team_id", "custom", self._name}]
        found: dict[str, Any] = {}
        for piece in pieces(ids):
            wanted = select(*needed).where(table.c.id.in_(piece))
            found.update((row["id"], row) for row in self.unit.session.execute(wanted).mappings())
        return found


def natural_names(entity: str, name: str) -> tuple[str, ...]:
    if entity in PEOPLE:
        return (name, PEOPLE[entity]) if PEOPLE[entity] else (name,)
    return NATURAL[entity]


def _stored(value: Any) -> Any:
    return str(value.isoformat()).replace("+00:00", "Z") if hasattr(value, "isoformat") else value


def _gone(what: str, value: str, *, deleted: bool) -> str:
    if deleted:
        return f"the record with {what} {value!r} was deleted: restore it first, or give the row another {what}"
    return f"{what} {value!r} belongs to a record you may not see"


class Doubles:
    """Rows that are no record that is here but look very much like one: the same e-mail, the same name but for its spelling, or
    what `store.duplicates` is sure of. Asked once for a file, with all its new rows."""

    KINDS = frozenset({"account", "contact", "lead"})

    def __init__(self, matcher: Matcher) -> None:
        self._matcher = matcher

    def of(self, rows: Iterable[tuple[Entry, dict[str, Any]]]) -> dict[int, Held]:
        """The record each row may double, by the row's place in its table."""
        matcher = self._matcher
        if matcher.entity not in self.KINDS or not matcher.by_id:
            return {}
        near: dict[Any, list[Held]] = defaultdict(list)
        for held, values in matcher.stored():
            mark = self._near(values)
            if mark is not None:
                near[mark].append(held)
        found: dict[int, Held] = {}
        others: list[tuple[Entry, dict[str, Any]]] = []
        for entry, values in rows:
            email = str(values.get("email") or "").casefold()
            same = matcher.by_email.get(email, ()) if email and matcher.entity in PEOPLE else ()
            named = matcher.by_natural.get(matcher.natural(values), ())
            double = next((row for row in (*same, *named, *near.get(self._near(values), ())) if row.id not in matcher.used), None)
            if double is not None:
                found[entry.index] = double
            else:
                others.append((entry, values))
        return found | self._compared(others)

    def _compared(self, rows: list[tuple[Entry, dict[str, Any]]]) -> dict[int, Held]:
        """Rows that are alike by several fields together: a slip in the name at the same account, another spelling of a company."""
        matcher = self._matcher
        likely = possible_duplicates(matcher.unit, matcher.entity, [values for _, values in rows])
        return {
            rows[place][0].index: matcher.by_id[match.id]
            for place, match in likely.items()
            if match.id in matcher.by_id and match.id not in matcher.used
        }

    def _near(self, values: dict[str, Any]) -> Any:
        """A name without case, spaces and punctuation, and what stands beside it."""
        name = normal(str(values.get("name") or ""))
        beside = values.get(PEOPLE.get(self._matcher.entity, ""))
        return (name, normal(str(beside or "")) if self._matcher.entity == "lead" else beside or "") if name else None
