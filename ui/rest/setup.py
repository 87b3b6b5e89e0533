"""Set-up without code, over REST: fields, picklists, pipelines, stages, words. For administrators; see `store.setup.SetupDesk`."""

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from store.schema import Kind, Schema
from store.setup import SetupDesk
from ui.identity import Administrator, CurrentStore
from ui.rest import shapes
from ui.rest.told import told

router = APIRouter(prefix="/api/setup", tags=["set-up"])
Name = Annotated[str, Path(max_length=200)]
Text = Annotated[str, Field(min_length=1, max_length=200)]
Label = Annotated[str | None, Field(max_length=200)]
WordList = Annotated[list[Text], Field(max_length=200)]
Entity = Annotated[str, Path(max_length=40)]


class _Wanted(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewField(_Wanted):
    entity: Text = Field(examples=["account"])
    name: Text = Field(examples=["contract_end"])
    kind: Kind = Field(examples=["date"])
    label: Label = None
    label_zh: Label = None
    words: WordList = []
    values: WordList = []
    target: Label = None


class FieldChange(_Wanted):
    label: Label = Field(None, max_length=200, examples=["Contract ends"])
    label_zh: Label = None
    words: WordList | None = None


class Values(_Wanted):
    values: WordList = Field(examples=[["mining", "textiles"]])


class ChoiceChange(_Wanted):
    zh: Label = Field(None, max_length=200, examples=["采矿"])
    words: WordList | None = None
    counts_as: Label = None


class NewPipeline(_Wanted):
    name: Text = Field(examples=["Renewals"])
    stages: WordList = Field(examples=[["Due", "Offered", "Won", "Lost"]])


class Renamed(_Wanted):
    name: Text = Field(examples=["Renewal deals"])


class NewStage(_Wanted):
    name: Text = Field(examples=["Pilot"])
    kind: str | None = Field(None, examples=["open"])
    probability: float | None = Field(None, ge=0, le=100)
    zh: Label = None


class StageChange(_Wanted):
    name: Label = None
    zh: Label = None
    probability: float | None = Field(None, ge=0, le=100, examples=[70])
    position: int | None = Field(None, ge=1, le=1000)


class Words(_Wanted):
    subject: Text = Field(examples=["account"])
    words: WordList = Field(examples=[["clinic", "诊所"]])


def _desk(user: Administrator, store: CurrentStore) -> Iterator[SetupDesk]:
    """A desk in a transaction of its own, committed when the route is done."""
    with store.writing(user, door="rest") as unit:
        yield SetupDesk(unit)


Desk = Annotated[SetupDesk, Depends(_desk, scope="function")]


def overview(schema: Schema) -> dict[str, Any]:
    """Everything that was set up: custom fields, picklists, pipelines with their stages, words."""
    fields = [
        {"entity": f.entity, "name": f.name, "kind": f.kind, "label": f.en, "label_zh": f.zh, "words": list(f.words), "target": f.target}
        for f in schema.all_fields()
        if f.custom
    ]
    picklists = {
        name: [{"value": c.value, "zh": c.zh, "words": list(c.words), "counts_as": c.counts_as} for c in found]
        for name, found in sorted(schema.choices.items())
    }
    pipelines: dict[str, list[dict[str, Any]]] = {}
    for stage in schema.stages:
        shown = {"name": stage.name, "zh": stage.zh, "kind": stage.kind, "probability": stage.probability}
        pipelines.setdefault(stage.pipeline, []).append(shown)
    words = {subject: list(found) for subject, found in sorted(schema.synonyms.items())}
    return {"fields": fields, "picklists": picklists, "pipelines": pipelines, "words": words}


@router.get("", responses=told(shapes.SetUp))
def shown(user: Administrator, store: CurrentStore) -> dict[str, Any]:
    """Custom fields, picklists, pipelines and words as they are."""
    with store.reading(user, door="rest") as unit:
        return overview(unit.schema)


@router.post("/fields", status_code=201)
def add_field(wanted: NewField, desk: Desk) -> dict[str, str]:
    """A custom field, usable at once."""
    more = wanted.model_dump(include={"label", "label_zh", "words", "target"})
    desk.add_field(wanted.entity, wanted.name, wanted.kind, values=wanted.values, **more)
    return {"added": f"{wanted.entity}.{wanted.name}"}


@router.patch("/fields/{entity}/{name}")
def change_field(entity: Entity, name: Name, wanted: FieldChange, desk: Desk) -> dict[str, str]:
    """What a custom field is called."""
    desk.change_field(entity, name, **wanted.model_dump())
    return {"changed": f"{entity}.{name}"}


@router.delete("/fields/{entity}/{name}")
def remove_field(entity: Entity, name: Name, desk: Desk) -> dict[str, str]:
    """Take a custom field away; made again, it shows what records hold."""
    desk.remove_field(entity, name)
    return {"removed": f"{entity}.{name}"}


@router.post("/picklists/{entity}/{field}", status_code=201)
def add_choices(entity: Entity, field: Name, wanted: Values, desk: Desk) -> dict[str, list[str]]:
    """Values more; those that were there are left out of the answer."""
    return {"added": desk.add_choices(f"{entity}.{field}", wanted.values)}


@router.patch("/picklists/{entity}/{field}/{value}")
def label_choice(entity: Entity, field: Name, value: Name, wanted: ChoiceChange, desk: Desk) -> dict[str, str]:
    """What a value is called in Chinese, and what else people call it; of a status of cases or tasks, the standard one it counts as."""
    desk.label_choice(f"{entity}.{field}", value, **wanted.model_dump())
    return {"changed": value}


@router.delete("/picklists/{entity}/{field}/{value}", responses=told(shapes.ValueRemoved))
def remove_choice(
    entity: Entity, field: Name, value: Name, desk: Desk, replace_with: Annotated[str | None, Query(max_length=200)] = None
) -> dict[str, Any]:
    """Take a value away; records that hold it get `replace_with`."""
    return {"removed": value, "records_changed": desk.remove_choice(f"{entity}.{field}", value, replace_with=replace_with)}


@router.post("/pipelines", status_code=201)
def add_pipeline(wanted: NewPipeline, desk: Desk) -> dict[str, str]:
    """A pipeline with its stages in order."""
    desk.add_pipeline(wanted.name, wanted.stages)
    return {"added": wanted.name}


@router.patch("/pipelines/{pipeline}")
def rename_pipeline(pipeline: Name, wanted: Renamed, desk: Desk) -> dict[str, str]:
    desk.rename_pipeline(pipeline, wanted.name)
    return {"changed": wanted.name}


@router.delete("/pipelines/{pipeline}")
def remove_pipeline(pipeline: Name, desk: Desk) -> dict[str, str]:
    """Take a pipeline away that no deal is or was in."""
    desk.remove_pipeline(pipeline)
    return {"removed": pipeline}


@router.post("/pipelines/{pipeline}/stages", status_code=201)
def add_stage(pipeline: Name, wanted: NewStage, desk: Desk) -> dict[str, str]:
    """A stage more; what is not said is what stages of such a name usually are."""
    desk.add_stage(wanted.name, pipeline=pipeline, **wanted.model_dump(include={"kind", "probability", "zh"}))
    return {"added": wanted.name}


@router.patch("/pipelines/{pipeline}/stages/{stage}")
def change_stage(pipeline: Name, stage: Name, wanted: StageChange, desk: Desk) -> dict[str, str]:
    """Its name, Chinese label, probability, place."""
    desk.change_stage(
        stage, pipeline=pipeline, new_name=wanted.name, zh=wanted.zh, probability=wanted.probability, position=wanted.position
    )
    return {"changed": wanted.name or stage}


@router.delete("/pipelines/{pipeline}/stages/{stage}", responses=told(shapes.StageRemoved))
def remove_stage(pipeline: Name, stage: Name, desk: Desk, move_to: Annotated[str | None, Query(max_length=200)] = None) -> dict[str, Any]:
    """Take a stage away; its deals go to `move_to`."""
    return {"removed": stage, "deals_moved": desk.remove_stage(stage, pipeline=pipeline, move_to=move_to)}


@router.post("/words", status_code=201)
def add_words(wanted: Words, desk: Desk) -> dict[str, list[str]]:
    """Words that from now on mean an entity (`lead`) or a field (`account.industry`)."""
    return {"added": desk.add_words(wanted.subject, wanted.words)}


@router.delete("/words/{subject}/{word}")
def remove_word(subject: Name, word: Name, desk: Desk) -> dict[str, list[str]]:
    return {"removed": desk.remove_words(subject, [word])}
