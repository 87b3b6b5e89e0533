"""Pipelines and their stages."""

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from store import schema
from store.errors import InvalidInput, NotFound
from store.models import Opportunity, Pipeline, Stage, StageHistory
from store.schema import vocabulary

KINDS = ("open", "won", "lost")


def set_pipeline(session: Session, name: str, stages: Sequence[dict[str, Any]]) -> None:
    """Make this the only pipeline. Refused while deals use another."""
    if session.scalar(select(func.count()).select_from(Opportunity)):
        raise InvalidInput("Deals are using the pipeline.", hint="Add stages to it instead of replacing it.")
    session.execute(delete(StageHistory))
    session.execute(delete(Stage))
    session.execute(delete(Pipeline))
    _fill(session, Pipeline(name=name, position=0), stages)


def add_pipeline(session: Session, name: str, stages: Sequence[dict[str, Any]]) -> Pipeline:
    """One pipeline more. It needs a stage that is open and one that is won, so that deals can go through it."""
    name = name.strip()
    if not name:
        raise InvalidInput("A pipeline needs a name.")
    if session.scalar(select(Pipeline.id).where(func.lower(Pipeline.name) == name.lower())):
        raise InvalidInput(f"There is a pipeline {name!r} already.", hint="Add stages to it with `rapport stage add`.")
    names = [str(each["name"]).casefold() for each in stages]
    if len(set(names)) < len(names):
        raise InvalidInput("Two stages have the same name.", hint="Within a pipeline a stage's name says which it is.")
    kinds = {each.get("kind", "open") for each in stages}
    if not {"open", "won"} <= kinds:
        raise InvalidInput(
            "A pipeline needs an open stage and a won one.", hint='For example: rapport pipeline add Renewals "Due" "Offered" "Won" "Lost"'
        )
    count = session.scalar(select(func.count()).select_from(Pipeline)) or 0
    return _fill(session, Pipeline(name=name, position=count), stages)


def _fill(session: Session, pipeline: Pipeline, stages: Sequence[dict[str, Any]]) -> Pipeline:
    session.add(pipeline)
    session.flush()
    session.add_all(_stage(pipeline.id, position, spec) for position, spec in enumerate(stages))
    schema.bump(session)
    return pipeline


def _stage(pipeline_id: str, position: int, spec: dict[str, Any]) -> Stage:
    kind, probability = spec.get("kind", "open"), float(spec.get("probability", 0))
    if kind not in KINDS:
        raise InvalidInput(f"{kind!r} is not a kind of stage.", hint=f"Kinds: {', '.join(KINDS)}.")
    if not 0 <= probability <= 100:
        raise InvalidInput(f"A probability goes from 0 to 100, not {probability:g}.")
    return Stage(pipeline_id=pipeline_id, name=spec["name"], label_zh=spec.get("zh"), kind=kind, position=position, probability=probability)


def find_pipeline(session: Session, name: str | None) -> Pipeline:
    """By name, or the first one. Raises NotFound."""
    ordered = list(session.scalars(select(Pipeline).order_by(Pipeline.position)))
    if not ordered:
        raise NotFound("There is no pipeline yet.", hint="Run `rapport init`.")
    if name is None:
        return ordered[0]
    found = next((each for each in ordered if each.name.casefold() == name.strip().casefold()), None)
    if found is None:
        raise NotFound(f"There is no pipeline {name!r}.", hint=f"Pipelines: {', '.join(each.name for each in ordered)}.")
    return found


def find_stage(session: Session, name: str, pipeline: str | None = None) -> Stage:
    """A stage of a pipeline (of the first one, when not said). Raises NotFound."""
    where = find_pipeline(session, pipeline)
    held = stages_of(session, where)
    found = next((each for each in held if name.strip().casefold() in {each.name.casefold(), (each.label_zh or "").casefold()}), None)
    if found is None:
        raise NotFound(f"{where.name} has no stage {name!r}.", hint=f"Its stages: {', '.join(each.name for each in held)}.")
    return found


def stages_of(session: Session, pipeline: Pipeline) -> list[Stage]:
    """Those in use, in order."""
    return list(session.scalars(select(Stage).where(Stage.pipeline_id == pipeline.id, ~Stage.archived).order_by(Stage.position)))


def add_stage(session: Session, name: str, pipeline: str | None = None, **said: Any) -> Stage:
    """A stage more, of what is said of it (kind, probability, zh), the rest from what stages of such a name usually are.

    One of this name that is there is returned as it is; one that was taken away comes back.
    """
    where = find_pipeline(session, pipeline)
    held = stages_of(session, where)
    same = next((each for each in held if each.name.casefold() == name.strip().casefold()), None)
    if same:
        return same
    statement = select(Stage).where(Stage.pipeline_id == where.id, func.lower(Stage.name) == name.strip().lower())
    added = session.scalar(statement)
    if added is None:
        if not name.strip() or len(name) > 200:
            raise InvalidInput("A stage needs a name of at most 200 characters.")
        added = _stage(where.id, 0, stage_like(name) | {key: value for key, value in said.items() if value is not None})
        session.add(added)
    added.archived = False
    session.flush()
    known = {each.id: index for index, each in enumerate(held)}
    order = {"won": 95, "lost": 99}
    everything = [*held, added]
    everything.sort(key=lambda each: (order.get(each.kind, stage_like(each.name)["order"]), known.get(each.id, 999)))
    place(session, everything)
    return added


def place(session: Session, stages: Sequence[Stage]) -> None:
    """Number the stages in this order."""
    for position, each in enumerate(stages):
        each.position = position
    schema.bump(session)


def _marked(text: str) -> str:
    """Won or lost, where a part of the name says so; lost first: 未成交 has 成交 in it."""
    marks = vocabulary()["stage_marks"]
    for kind in ("lost", "won"):
        for mark in marks[kind]:
            found = re.search(rf"\b{re.escape(mark)}\b" if mark.isascii() else rf"{re.escape(mark)}(?![\u4e00-\u9fff])", text)
            if found and not any(text[: found.start()].rstrip().endswith(word) for word in marks["not"]):
                return str(kind)
    return ""


def stage_like(name: str) -> dict[str, Any]:
    """What a stage of this name usually is: kind (open, won, lost), order 0-100, probability in %."""
    text = name.strip().casefold()
    words = vocabulary()
    kind = next((kind for kind, names in words["stage_kinds"].items() if text in names), "") or _marked(text) or "open"
    order = next((order for order, marks in words["stage_order"] if any(mark in text for mark in marks)), 60)
    probability = {"won": 100, "lost": 0}.get(kind, order)
    return {"name": name.strip(), "kind": kind, "order": {"won": 95, "lost": 99}.get(kind, order), "probability": probability}
