"""No-code set-up: a new store's first contents, then fields, picklists, stages and words added later."""

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from store import schema
from store.duplicates import keys as duplicate_keys
from store.errors import InvalidInput
from store.models import CustomField, Meta, Opportunity, PicklistValue, Pipeline, Stage, StageHistory, Synonym
from store.schema import CUSTOM_KINDS, ENTITY_TYPES, vocabulary
from store.unit import CURRENCY

_NAME = re.compile(r"[^\W\d]\w*")


def prepare(session: Session, *, currency: str | None = None) -> None:
    """The default picklists and pipeline, once; safe to run again."""
    if session.get(Meta, schema.SCHEMA_REVISION) is None:
        for field, values in vocabulary()["picklists"].items():
            if field == "opportunity.status":
                continue
            for position, (value, spec) in enumerate(values.items()):
                session.add(
                    PicklistValue(
                        field=field, value=str(value), label_zh=(spec or {}).get("zh"), words=(spec or {}).get("words"), position=position
                    )
                )
        default = vocabulary()["pipeline"]
        set_pipeline(session, default["name"], [{"name": name, **spec} for name, spec in default["stages"].items()])
        schema.bump(session)
        duplicate_keys.mark_current(session)  # no records yet
    if currency and session.get(Meta, CURRENCY) is None:
        session.add(Meta(name=CURRENCY, value=currency))
    session.flush()


def set_pipeline(session: Session, name: str, stages: Sequence[dict[str, Any]]) -> None:
    """Make this the only pipeline. Refused while deals use another."""
    if session.scalar(select(func.count()).select_from(Opportunity)):
        raise InvalidInput("Deals are using the pipeline.", hint="Add stages to it instead of replacing it.")
    session.execute(delete(StageHistory))
    session.execute(delete(Stage))
    session.execute(delete(Pipeline))
    pipeline = Pipeline(name=name, position=0)
    session.add(pipeline)
    session.flush()
    for position, spec in enumerate(stages):
        session.add(_stage(pipeline.id, position, spec))
    schema.bump(session)


def _stage(pipeline_id: str, position: int, spec: dict[str, Any]) -> Stage:
    return Stage(
        pipeline_id=pipeline_id, name=spec["name"], label_zh=spec.get("zh"), kind=spec.get("kind", "open"), position=position,
        probability=float(spec.get("probability", 0)),
    )  # fmt: skip


def add_stage(session: Session, name: str) -> None:
    """A stage more, placed by what stages of such a name usually are."""
    pipeline = session.scalar(select(Pipeline).order_by(Pipeline.position))
    if pipeline is None:
        raise InvalidInput("There is no pipeline yet.", hint="Run `rapport init`.")
    held = list(session.scalars(select(Stage).where(Stage.pipeline_id == pipeline.id).order_by(Stage.position)))
    if any(each.name.casefold() == name.casefold() for each in held):
        return
    session.add(_stage(pipeline.id, 0, stage_like(name)))
    session.flush()
    everything = list(session.scalars(select(Stage).where(Stage.pipeline_id == pipeline.id)))
    known = {each.id: index for index, each in enumerate(held)}
    everything.sort(key=lambda each: (stage_like(each.name)["order"], known.get(each.id, 999)))
    for position, each in enumerate(everything):
        each.position = position
    schema.bump(session)


def stage_like(name: str) -> dict[str, Any]:
    """What a stage of this name usually is: kind (open, won, lost), order 0-100, probability in %."""
    text = name.strip().casefold()
    words = vocabulary()
    kind = next((kind for kind, names in words["stage_kinds"].items() if text in names), "open")
    order = next((order for order, marks in words["stage_order"] if any(mark in text for mark in marks)), 60)
    probability = {"won": 100, "lost": 0}.get(kind, order)
    return {"name": name.strip(), "kind": kind, "order": {"won": 95, "lost": 99}.get(kind, order), "probability": probability}


def add_field(
    session: Session,
    entity: str,
    name: str,
    kind: str,
    *,
    label: str | None = None,
    label_zh: str | None = None,
    words: Sequence[str] = (),
    target: str | None = None,
) -> CustomField:
    """A custom field, usable at once everywhere."""
    if entity not in ENTITY_TYPES:
        raise InvalidInput(f"There is no entity {entity!r}.", hint=f"Entities: {', '.join(ENTITY_TYPES)}.")
    if kind not in CUSTOM_KINDS:
        raise InvalidInput(f"{kind!r} is not a kind of field.", hint=f"Kinds: {', '.join(CUSTOM_KINDS)}.")
    if not _NAME.fullmatch(name) or len(name) > 80:
        raise InvalidInput(f"{name!r} cannot be a field name.", hint="Use letters, digits and underscores, such as contract_end.")
    held = schema.static_fields()[entity]
    if name in held or any(field.column == name for field in held.values()) or name in {"id", "custom", "deleted_at"}:
        raise InvalidInput(f"{entity} has a field {name!r} already.")
    if session.scalar(select(CustomField).where(CustomField.entity == entity, CustomField.name == name)):
        raise InvalidInput(f"{entity} has a field {name!r} already.")
    if kind == "record" and target not in ENTITY_TYPES:
        raise InvalidInput("A record link needs the entity it points to.", hint="Add --target account, for example.")
    field = CustomField(entity=entity, name=name, kind=kind, label_en=label, label_zh=label_zh, words=list(words), target=target)
    session.add(field)
    schema.bump(session)
    return field


def add_choices(session: Session, field: str, values: Sequence[str]) -> list[str]:
    """Picklist values that were not there yet; returns those."""
    held = list(session.scalars(select(PicklistValue).where(PicklistValue.field == field)))
    known = {each.value.casefold() for each in held}
    added = []
    for value in values:
        if value.strip() and value.strip().casefold() not in known:
            known.add(value.strip().casefold())
            added.append(value.strip())
            session.add(PicklistValue(field=field, value=value.strip(), position=len(held) + len(added)))
    if added:
        schema.bump(session)
    return added


def add_words(session: Session, subject: str, words: Sequence[str]) -> list[str]:
    """Words that from now on mean an entity (`lead`) or a field (`account.industry`)."""
    entity, _, name = subject.partition(".")
    if entity not in ENTITY_TYPES:
        raise InvalidInput(f"There is no entity {entity!r}.", hint=f"Entities: {', '.join(ENTITY_TYPES)}.")
    if name and name not in schema.load(session).entity(entity).fields:
        raise InvalidInput(f"{entity} has no field {name!r}.")
    known = set(session.scalars(select(Synonym.word).where(Synonym.subject == subject)))
    added = [word.strip() for word in dict.fromkeys(words) if word.strip() and word.strip() not in known]
    session.add_all(Synonym(subject=subject, word=word) for word in added)
    if added:
        schema.bump(session)
    return added
