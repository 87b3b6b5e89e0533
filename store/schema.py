"""What kinds of records there are, which fields they have and what people call them.

Static part: `vocabulary.yaml` + `models.py`. Dynamic part, read from the database: custom fields, picklist values,
pipelines, synonyms. `Schema` is immutable; a changed database gives a new one (see `load`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal, cast, get_args

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.errors import InvalidInput
from store.models import RECORD_MODELS, CustomField, Meta, PicklistValue, Pipeline, Stage, Synonym
from store.states import counted_as, meant_by, standard_states
from store.vocabulary import vocabulary as vocabulary

EntityType = Literal[
    "account", "contact", "lead", "opportunity", "activity", "task", "case", "product", "order", "quote", "contract", "campaign", "consent",
    "document", "user", "team",
]  # fmt: skip
ENTITY_TYPES: tuple[EntityType, ...] = get_args(EntityType)
Kind = Literal[
    "text", "longtext", "email", "phone", "url", "number", "integer", "money", "percent", "date", "datetime",
    "bool", "choice", "multichoice", "tags", "user", "team", "record", "stage", "pipeline",
]  # fmt: skip
CUSTOM_KINDS: tuple[Kind, ...] = ("text", "longtext", "number", "money", "date", "choice", "multichoice", "user", "record", "bool")
NUMERIC: frozenset[Kind] = frozenset({"number", "integer", "money", "percent"})
TEMPORAL: frozenset[Kind] = frozenset({"date", "datetime"})
REFERENCE: frozenset[Kind] = frozenset({"user", "team", "record", "stage", "pipeline"})
SCHEMA_REVISION = "schema_revision"


def name_field(entity: str) -> str:
    """The field that names a record of this kind."""
    return {
        "activity": "subject",
        "case": "subject",
        "task": "title",
        "order": "number",
        "quote": "number",
        "contract": "number",
        "consent": "channel",
    }.get(entity, "name")


@dataclass(frozen=True, slots=True)
class Choice:
    """A picklist value and what people call it. `counts_as`: of a state of cases or tasks, the standard one it counts as, its own name where it
    is one; empty elsewhere."""

    value: str
    zh: str | None = None
    words: tuple[str, ...] = ()
    counts_as: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    entity: str
    name: str
    kind: Kind
    en: str
    zh: str
    words: tuple[str, ...] = ()
    target: str | None = None
    required: bool = False
    readonly: bool = False
    hidden: bool = False
    facet: bool = False
    custom: bool = False
    computed: str | None = None

    @property
    def column(self) -> str:
        """Name of the model attribute that holds the value (the id, for a reference)."""
        return f"{self.name}_id" if self.kind in REFERENCE else self.name

    @property
    def refers_to(self) -> str | None:
        """The table a reference points to."""
        return self.target if self.kind == "record" else self.kind if self.kind in REFERENCE else None

    def label(self, language: str) -> str:
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Relation:
    """The other side of a reference: `account.contacts` is the contacts whose `account` is this one."""

    name: str
    entity: str
    target: str
    via: str


@dataclass(frozen=True, slots=True)
class Entity:
    name: EntityType
    en: str
    zh: str
    plural: str
    words: tuple[str, ...]
    date: str
    list_fields: tuple[str, ...]
    fields: dict[str, Field]
    relations: dict[str, Relation]

    @property
    def model(self) -> Any:
        return RECORD_MODELS[self.name]

    @property
    def name_field(self) -> str:
        return name_field(self.name)

    def label(self, language: str, *, plural: bool = False) -> str:
        return self.zh if language == "zh" else self.plural if plural else self.en


@dataclass(frozen=True, slots=True)
class StageInfo:
    id: str
    pipeline: str
    pipeline_id: str
    name: str
    zh: str | None
    kind: str
    position: int
    probability: float


@dataclass(frozen=True, slots=True)
class Schema:
    """The whole vocabulary of one store at one moment."""

    revision: str
    entities: dict[str, Entity]
    choices: dict[str, tuple[Choice, ...]]
    stages: tuple[StageInfo, ...]
    stage_kinds: dict[str, str]  # open, won or lost by stage id, archived stages included
    synonyms: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def entity(self, name: str) -> Entity:
        found = self.entities.get(name)
        if found is None:
            raise InvalidInput(f"There is no entity {name!r}.", hint=f"Entities: {', '.join(self.entities)}.")
        return found

    def field(self, entity: str, name: str) -> Field:
        found = self.entity(entity).fields.get(name)
        if found is None:
            raise InvalidInput(f"{entity} has no field {name!r}.", hint=f"Fields: {', '.join(self.entity(entity).fields)}.")
        return found

    def choices_of(self, field: Field) -> tuple[Choice, ...]:
        return self.choices.get(f"{field.entity}.{field.name}", ())

    def meant_by(self, field: Field, value: str) -> list[str]:
        """The picklist values that a condition for `value` finds: "open" finds every state of the firm's own that has not ended."""
        path = f"{field.entity}.{field.name}"
        if field.custom or not standard_states(path):
            return [value]
        return meant_by(path, value, ((choice.value, choice.counts_as) for choice in self.choices_of(field)))

    def state(self, entity: str, value: Any) -> Any:
        """The standard state that a case's or task's status counts as; any other kind's as it is."""
        held = self.choices.get(f"{entity}.status", ())
        return next((choice.counts_as for choice in held if choice.counts_as and choice.value == value), value)

    def stages_named(self, name: str) -> list[StageInfo]:
        wanted = name.strip().casefold()
        return [s for s in self.stages if wanted in {s.name.casefold(), (s.zh or s.name).casefold(), s.id.casefold()}]

    def all_fields(self) -> Iterator[Field]:
        for entity in self.entities.values():
            yield from entity.fields.values()


def _static_field(entity: str, name: str, raw: dict[str, Any]) -> Field:
    return Field(
        entity=entity,
        name=name,
        kind=raw["kind"],
        en=raw["en"],
        zh=raw["zh"],
        words=tuple(raw.get("words", ())),
        target=raw.get("target"),
        required=raw.get("required", False),
        readonly=raw.get("readonly", False),
        hidden=raw.get("hidden", False),
        facet=raw.get("facet", False),
        computed=raw.get("computed"),
    )


@cache
def static_fields() -> dict[str, dict[str, Field]]:
    """Standard fields by entity, in the order pages and exports use."""
    words = vocabulary()
    result: dict[str, dict[str, Field]] = {}
    for entity, raw in words["entities"].items():
        own = {name: _static_field(entity, name, spec) for name, spec in raw["fields"].items()}
        shared = {name: _static_field(entity, name, spec) for name, spec in words["common"].items() if name not in own}
        if entity == "team":
            shared.pop("team")
        result[entity] = {**own, **shared}
    return result


def _custom_field(row: CustomField) -> Field:
    label = row.label_en or row.name.replace("_", " ")
    return Field(
        entity=row.entity,
        name=row.name,
        kind=cast(Kind, row.kind),
        en=label,
        zh=row.label_zh or label,
        words=tuple(str(w) for w in row.words or ()),
        target=row.target,
        custom=True,
        facet=row.kind == "text",
    )


def _relations(fields: dict[str, dict[str, Field]]) -> dict[str, dict[str, Relation]]:
    """Reverse sides of every reference between records; the first reference to a target takes the plain plural."""
    plurals = {name: raw["plural"] for name, raw in vocabulary()["entities"].items()} | {"opportunity": "opportunities"}
    result: dict[str, dict[str, Relation]] = {name: {} for name in fields}
    for entity, own in fields.items():
        for item in own.values():
            target = item.refers_to
            if item.custom or target not in result:
                continue
            name = plurals[entity] if target != entity else "children"
            if item.kind == "user" and item.name != "owner":
                name = f"{item.name}_{name}"
            if name not in result[target]:
                result[target][name] = Relation(name, target, entity, item.name)
    return result


def load(session: Session) -> Schema:
    """Read the dynamic part and put the whole together (some milliseconds; callers keep it by revision)."""
    words = vocabulary()
    fields = {entity: dict(own) for entity, own in static_fields().items()}
    for row in session.scalars(select(CustomField).order_by(CustomField.id)):
        if row.entity in fields:
            fields[row.entity][row.name] = _custom_field(row)
    synonyms: dict[str, list[str]] = {}
    for synonym in session.scalars(select(Synonym).order_by(Synonym.id)):
        synonyms.setdefault(synonym.subject, []).append(synonym.word)
    relations = _relations(fields)
    entities = {
        name: Entity(
            name=name,
            en=raw["en"],
            zh=raw["zh"],
            plural=raw["plural"],
            words=tuple(raw["words"]),
            date=raw["date"],
            list_fields=tuple(raw["list"]),
            fields=fields[name],
            relations=relations[name],
        )
        for name, raw in words["entities"].items()
    }
    return Schema(
        revision=revision(session),
        entities=entities,
        choices=_choices(session),
        stages=_stages(session),
        stage_kinds={row.id: row.kind for row in session.execute(select(Stage.id, Stage.kind))},
        synonyms={subject: tuple(found) for subject, found in synonyms.items()},
    )


def _choices(session: Session) -> dict[str, tuple[Choice, ...]]:
    found: dict[str, list[Choice]] = {}
    for row in session.scalars(select(PicklistValue).order_by(PicklistValue.field, PicklistValue.position, PicklistValue.id)):
        standard = standard_states(row.field)
        state = row.value if row.value in standard else row.counts_as or counted_as(row.field, row.value) if standard else ""
        found.setdefault(row.field, []).append(Choice(row.value, row.label_zh, tuple(row.words or ()), state))
    found["opportunity.status"] = [
        Choice(value, spec.get("zh"), tuple(spec.get("words", ())))
        for value, spec in vocabulary()["picklists"]["opportunity.status"].items()
    ]
    return {name: tuple(values) for name, values in found.items()}


def _stages(session: Session) -> tuple[StageInfo, ...]:
    rows = session.execute(
        select(Stage, Pipeline.name)
        .join(Pipeline, Pipeline.id == Stage.pipeline_id)
        .where(~Stage.archived)
        .order_by(Pipeline.position, Stage.position)
    )
    return tuple(StageInfo(s.id, pipeline, s.pipeline_id, s.name, s.label_zh, s.kind, s.position, s.probability) for s, pipeline in rows)


_REVISION = select(Meta.value).where(Meta.name == SCHEMA_REVISION)


def revision(session: Session) -> str:
    """Asked whenever a unit is opened, hence by the shortest way to the database."""
    return session.connection().scalar(_REVISION) or "0"


def bump(session: Session) -> None:
    """Say that fields, picklists, stages or words changed: readers load the schema anew."""
    found = session.get(Meta, SCHEMA_REVISION)
    if found is None:
        session.add(Meta(name=SCHEMA_REVISION, value="1"))
    else:
        found.value = str(int(found.value) + 1)
    session.flush()


def field_name(header: str) -> str:
    """A column header as a field name: "Office Location" -> office_location; Chinese stays as it is."""
    return re.sub(r"[^\w]+", "_", header.strip().lower()).strip("_")[:80] or "field"
