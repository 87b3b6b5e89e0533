"""Which column goes where, by the mapping or by its name; and which kind of records a table holds."""

import re
from dataclasses import dataclass, field
from typing import Any

from store.errors import InvalidInput
from store.importing.headers import Headers, Part, entity_words, headers_of, normal
from store.importing.mapping_file import LEFT_OUT, NEW, Mapping, meant
from store.importing.reading import REASON_COLUMN, Table
from store.schema import ENTITY_TYPES, Schema

ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")
_ENOUGH = 0.45  # score from which a kind is believed
_SHARE = 0.3  # share of the columns that is enough when records get a name
GIVEN = frozenset({"created_at", "status"})  # read-only elsewhere, taken from files
_PARTS: tuple[Part, ...] = ("value", "id")
_WORKED_OUT = frozenset({"updated_at", "version"})


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table and the field (and part of it) it fills."""

    index: int
    source: str
    field: str
    part: Part = "value"


class Words:
    """The column words of every kind, each worked out once per import."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self._headers: dict[str, Headers] = {}

    def of(self, kind: str) -> Headers:
        if kind not in self._headers:
            self._headers[kind] = headers_of(self.schema, kind)
        return self._headers[kind]


@dataclass(slots=True)
class Plan:
    """How one table is read."""

    kind: str
    columns: list[Column] = field(default_factory=list)
    key: int | None = None
    key_required: bool = False
    unknown: list[tuple[int, str]] = field(default_factory=list)
    new: list[tuple[int, str]] = field(default_factory=list)  # of these a person said that they become fields
    said: set[int] = field(default_factory=set)  # columns a person said the field of
    ignored: dict[str, str] = field(default_factory=dict)
    constants: dict[str, Any] = field(default_factory=dict)
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    dates: str | None = None
    own_export: bool = False
    score: float = 0.0

    def find(self, name: str, part: Part = "value") -> Column | None:
        return next((each for each in self.columns if each.field == name and each.part == part), None)

    def described(self, table: Table) -> dict[str, str]:
        """Source column -> field, for the report."""
        shown = {each.source: each.field if each.part == "value" else f"{each.field} ({each.part})" for each in self.columns}
        if self.key is not None:
            shown.setdefault(table.columns[self.key], "key")
        return {name: shown[name] for name in table.columns if name in shown}


def plan_table(words: Words, table: Table, *, kind: str | None = None, mapping: Mapping | None = None, trying: bool = False) -> Plan:
    """The best reading of a table. Raises InvalidInput when no kind fits, the mapping names what is not there, or no column is known and
    nobody is only `trying` (who will say what the columns are)."""
    mapping = mapping or Mapping()
    schema = words.schema
    wanted = kind or mapping.kind
    if wanted is not None:
        found = _plan(words, table, _kind_named(schema, wanted), mapping)
    else:
        plans = [_plan(words, table, each, mapping) for each in ENTITY_TYPES]
        found = max(plans, key=lambda each: each.score)
        if found.score < _ENOUGH:
            raise InvalidInput(
                f"{table.name} does not look like a table of records: its columns are {', '.join(table.columns[:12])}.",
                hint=f"Say what it holds with --kind ({', '.join(ENTITY_TYPES)}), or write a mapping.",
            )
    _check_names(schema, found, mapping, table)
    if not trying and found.kind != "opportunity" and mapping.key is None and found.key is None and not (found.columns or found.new):
        raise InvalidInput(f"{table.name} has no column that {found.kind} records have.", hint="Write a mapping.")
    return found


def _kind_named(schema: Schema, wanted: str) -> str:
    text = normal(wanted)
    for name, entity in schema.entities.items():
        if text in {normal(word) for word in entity_words(schema, entity)}:
            return name
    raise InvalidInput(f"{wanted!r} is not a kind of record.", hint=f"Kinds: {', '.join(ENTITY_TYPES)}.")


def _plan(words: Words, table: Table, kind: str, mapping: Mapping) -> Plan:
    plan = Plan(kind, constants=dict(mapping.constants), values=dict(mapping.values), dates=mapping.dates)
    weights = _assign(words, table, plan, mapping)
    _settle_ids(table, plan)
    if mapping.key is not None:
        plan.key, plan.key_required = _position(table, mapping.key, "key"), True
        plan.unknown = [each for each in plan.unknown if each[0] != plan.key]
        for other in [each for each in plan.columns if each.field == "key"]:
            plan.columns.remove(other)
            if other.index != plan.key:
                plan.unknown.append((other.index, other.source))
    elif (column := plan.find("key")) is not None:
        plan.key = column.index
        plan.columns.remove(column)
    _settle_stage(plan)
    plan.own_export = {"id", "key", "version", "created_at"} <= set(table.columns)
    plan.score = _score(words.schema, table, plan, weights)
    return plan


def _assign(words: Words, table: Table, plan: Plan, mapping: Mapping) -> dict[int, float]:
    """Give every column its field, the surest first; each field is filled once. Returns how sure each column is."""
    taken: set[tuple[str, str]] = {(name, "value") for name in plan.constants}
    weights: dict[int, float] = {}
    for source, target in mapping.columns.items():
        index = _position(table, source, "columns")
        weights[index] = 5.0
        if target is None or target == LEFT_OUT:
            plan.ignored[source] = "the mapping says so"
            continue
        if target == NEW:
            plan.new.append((index, table.columns[index]))
            continue
        column = Column(index, table.columns[index], *_target(plan.kind, target))
        twin = plan.find(column.field, column.part)
        if twin is not None:
            raise InvalidInput(
                f"{twin.source!r} and {column.source!r} are both mapped to {column.field}.", hint="Map one of them to something else."
            )
        taken.add((column.field, column.part))
        plan.columns.append(column)
        plan.said.add(index)
    headers = words.of(plan.kind)
    offers = [
        (each.weight, index, each)
        for index, source in enumerate(table.columns)
        if index not in weights and source != REASON_COLUMN
        for each in headers.meanings(source)
    ]
    for weight, index, each in sorted(offers, key=lambda offer: (-offer[0], offer[1])):
        if index in weights:
            continue
        if each.part == "ignore":
            plan.ignored[table.columns[index]] = "of no use here"
        elif (each.field, each.part) in taken:
            continue
        else:
            taken.add((each.field, each.part))
            plan.columns.append(Column(index, table.columns[index], each.field, each.part))
        weights[index] = weight
    for index, source in enumerate(table.columns):
        if source == REASON_COLUMN:
            plan.ignored[source] = "says why the row was held back"
        elif index not in weights:
            plan.unknown.append((index, source))
    for column in [each for each in plan.columns if each.field in _WORKED_OUT]:
        plan.columns.remove(column)
        plan.ignored[column.source] = "worked out by the system"
    return weights


def _target(kind: str, target: str) -> tuple[str, Part]:
    """What a mapping writes behind a column: a field, or first_name, last_name, `<field>_id`."""
    if kind in {"contact", "lead", "user"} and target in {"first_name", "last_name"}:
        return "name", "first" if target == "first_name" else "last"
    if kind == "user" and target == "manager":
        return "manager", "manager"
    if target.endswith("_id") and target != "tax_id":
        return target.removesuffix("_id"), "id"
    return target, "value"


def _settle_ids(table: Table, plan: Plan) -> None:
    """`id` is our own id when it looks like one; another system's id is the import key."""
    column = plan.find("id", "record_id")
    if column is not None and not all(ULID.fullmatch(str(cell)) for cell in table.column(column.index)):
        plan.columns.remove(column)
        if plan.find("key") is None:
            plan.columns.append(Column(column.index, column.source, "key"))
        else:
            plan.unknown.append((column.index, column.source))
    told = plan.find("stage_history", "history")
    if told is not None and not all(isinstance(cell, list) for cell in table.column(told.index)):
        plan.columns.remove(told)
        plan.unknown.append((told.index, told.source))
    whole, first, last = plan.find("name"), plan.find("name", "first"), plan.find("name", "last")
    if whole is not None:
        for part in (first, last):
            if part is not None:
                plan.columns.remove(part)
                plan.ignored[part.source] = f"the name is taken from {whole.source!r}"


def _settle_stage(plan: Plan) -> None:
    """A deal file with a status and no stage says the stage by its status."""
    status = plan.find("status")
    if plan.kind == "opportunity" and status is not None and plan.find("stage") is None and "stage" not in plan.constants:
        plan.columns.remove(status)
        plan.columns.append(Column(status.index, status.source, "stage"))


def _score(schema: Schema, table: Table, plan: Plan, weights: dict[int, float]) -> float:
    """How well a kind explains a table: share of columns it knows, the file's name, whether records get a name."""
    used = [each for each in weights if table.columns[each] not in plan.ignored]
    share = sum(weights[each] for each in used) / 5.0 / max(1, len(table.columns) - len(plan.ignored))
    entity = schema.entity(plan.kind)
    stem = normal(re.sub(r"\.\w+$", "", table.name))
    words = {normal(word) for word in entity_words(schema, entity)} | _FILE_WORDS.get(plan.kind, set())
    named = any(word in stem for word in words if len(word) >= 2)
    score = share + (0.25 if named else 0.0)
    enough = named or share >= _SHARE
    name = entity.name_field
    has_name = any(each.field == name for each in plan.columns) or name in plan.constants
    if plan.kind == "opportunity":
        has_name = has_name or plan.key is not None or plan.find("stage") is not None
        score += 0.1 if plan.find("stage") else -0.1
    if plan.kind == "activity":
        has_name = any(plan.find(each) for each in ("subject", "body")) and plan.find("occurred_at") is not None
    if plan.kind in {"order", "quote", "contract"}:
        has_name = has_name or plan.key is not None
    if plan.kind in {"case", "task"}:
        has_name = has_name or plan.find("description") is not None
    if plan.kind in {"contact", "lead"}:
        has_name = has_name or plan.find("email") is not None
        reached = plan.find("email") or plan.find("phone")
        told = plan.kind == "lead" and (named or (plan.find("company") and (plan.find("status") or plan.find("score"))))
        score += 0.05 if reached else 0.0 if told else -0.2
    ours = plan.find("team") is not None and not any(plan.find(each, part) for each in ("account", "company") for part in _PARTS)
    if plan.kind in {"contact", "lead", "user"} and ours:
        score += 0.15 if plan.kind == "user" else -0.15  # people of a team and of no customer are our own
    if plan.kind == "lead" and not any(plan.find(each) for each in ("status", "score", "source")):
        score -= 0.12  # people of companies are contacts unless something says lead
    return max(score, _ENOUGH) if has_name and enough else score - (0 if has_name else 0.5)


_FILE_WORDS = {
    "account": {"companies", "organisations", "organizations", "customers", "clients"},
    "contact": {"contacts", "persons", "people"},
    "opportunity": {"pipeline", "deals", "opportunities"},
    "lead": {"enquiries", "inquiries", "prospects"},
    "user": {"salesteam", "salesteams", "team", "staff", "agents", "employees", "员工", "人员", "花名册"},
    "activity": {"activities", "notes", "calls", "meetings"},
    "case": {"tickets", "cases", "support"},
}


def _position(table: Table, source: str, where: str) -> int:
    for index, name in enumerate(table.columns):
        if name == source:
            return index
    for index, name in enumerate(table.columns):
        if normal(name) == normal(source):
            return index
    raise InvalidInput(
        f"{table.name} has no column {source!r}, which the mapping's `{where}` names.",
        hint=f"{meant([source], table.columns)}Its columns: {', '.join(table.columns)}.",
    )


def _check_names(schema: Schema, plan: Plan, mapping: Mapping, table: Table) -> None:
    fields = schema.entity(plan.kind).fields
    for where, names in (("constants", mapping.constants), ("values", mapping.values)):
        wrong = [name for name in names if name not in fields]
        if wrong:
            raise InvalidInput(
                f"The mapping's `{where}` names fields {plan.kind} does not have: {', '.join(wrong)}.",
                hint=f"{meant(wrong, fields)}Fields: {', '.join(fields)}.",
            )
    readonly = [name for name in mapping.constants if fields[name].readonly and name not in GIVEN]
    readonly += [str(name) for name in mapping.columns.values() if name in fields and fields[name].readonly and name not in GIVEN]
    if readonly:
        raise InvalidInput(f"{plan.kind} {', '.join(readonly)} is worked out by the system.", hint="Map the fields it follows from.")
