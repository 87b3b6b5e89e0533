"""Stages as files write them, and the pipeline a file brings along."""

from collections.abc import Iterable, Mapping
from typing import Any

from store.errors import InvalidInput
from store.importing.headers import normal
from store.schema import Schema, StageInfo
from store.setup import stage_like


def read_stage(schema: Schema, text: str, *, pipeline: str | None = None) -> StageInfo:
    """The stage meant: by name, or by being won, lost or (for a plain status) open. Raises InvalidInput."""
    found = schema.stages_named(text) or [
        s for s in schema.stages if text.strip() and normal(text) in {normal(s.name), normal(s.zh or s.name)}
    ]
    if not found:
        kind = outcome(schema, text)
        found = [stage for stage in schema.stages if stage.kind == kind][:1]
    if pipeline:
        found = [stage for stage in found if stage.pipeline == pipeline] or found
    if not found:
        raise InvalidInput(f"{text[:80]!r} is not a stage: there are {', '.join(stage.name for stage in schema.stages)}")
    return found[0]


def outcome(schema: Schema, text: str) -> str | None:
    """open, won or lost when the text says just that; None when it says something else."""
    wanted = text.strip().casefold()
    for choice in schema.choices.get("opportunity.status", ()):
        if wanted in {choice.value, choice.zh or "", *(word.casefold() for word in choice.words)}:
            return choice.value
    kind = str(stage_like(text)["kind"])
    return kind if kind != "open" else None


def _ended(schema: Schema, stages: list[dict[str, Any]], kind: str) -> dict[str, Any] | None:
    """The one stage of a list without a won (lost) one whose name says that a deal was (签约 beside 丢单): it ends there, whatever it is elsewhere."""
    said = next((choice for choice in schema.choices.get("opportunity.status", ()) if choice.value == kind), None)
    words = {word.casefold() for word in said.words} if said else set()
    found = [stage for stage in stages if stage["kind"] == "open" and str(stage["name"]).casefold() in words]
    return {**stage_like(kind), "name": found[0]["name"]} if len(found) == 1 else None


def is_stage(schema: Schema, text: str) -> bool:
    """Whether this very stage is here, by name (not only one that means the same)."""
    return bool(schema.stages_named(text)) or any(normal(text) == normal(stage.name) for stage in schema.stages)


def plain_status(schema: Schema, texts: Iterable[str]) -> bool:
    """Whether a column only says open, won and lost, and no stage of its own."""
    return all(text.strip().casefold() in _plain_words(schema) for text in texts)


def _plain_words(schema: Schema) -> set[str]:
    choices = schema.choices.get("opportunity.status", ())
    return {word.casefold() for choice in choices for word in (choice.value, choice.zh or choice.value, *choice.words)}


def pipeline_of(schema: Schema, names: Iterable[str], told: Mapping[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Stages as the file has them, with a won and a lost one in any case; known ones keep their Chinese name. `told`: what else is known of a
    stage, by name; `said` of one: that its probability is."""
    labels = {normal(stage.name): stage.zh for stage in schema.stages}
    stages = [
        stage_like(name) | told.get(name, {}) | {"said": "probability" in told.get(name, {})}
        for name in dict.fromkeys(name.strip() for name in names)
    ]
    for kind, name in (("won", "Won"), ("lost", "Lost")):
        if not any(stage["kind"] == kind for stage in stages):
            stages.append(_ended(schema, stages, kind) or stage_like(name))
    stages = list({stage["name"]: stage for stage in stages}.values())
    for stage in stages:
        stage["zh"] = labels.get(normal(stage["name"]))
    return stages
