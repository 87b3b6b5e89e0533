"""Values of a picklist, and stages, one rung higher or lower: along the scales of `vocabulary.yaml`, a stage along its pipeline."""

from collections.abc import Sequence
from functools import cache

from store.schema import Schema, vocabulary


def beside(values: Sequence[str], held: str, rungs: int) -> str | None:
    """The value so many rungs above `held` (below, when negative) among those there are; None where no scale tells or none is left."""
    for scale in _scales():
        if held.casefold() in scale:
            ranked = sorted((each for each in values if each.casefold() in scale), key=lambda each: scale[each.casefold()])
            return _moved(ranked, held, rungs)
    return None


def stage_beside(schema: Schema, pipeline: str, held: str, rungs: int) -> str | None:
    """The open stage so many further in the pipeline; winning and losing are never a mere step further.
    Stages a file brought without a probability of their own have no order that could be relied on: None."""
    stages = [stage for stage in schema.stages if stage.kind == "open" and pipeline in {"", stage.pipeline, stage.pipeline_id}]
    found = _moved([stage.name for stage in sorted(stages, key=lambda stage: stage.position)], held, rungs)
    chances = [stage.probability for stage in stages]
    told = {stage.name: stage.probability for stage in stages}
    return found if found is not None and all(chances.count(told[name]) == 1 for name in (held, found)) else None


def _moved(ranked: Sequence[str], held: str, rungs: int) -> str | None:
    place = ranked.index(held) + rungs if held in ranked else -1
    return ranked[place] if 0 <= place < len(ranked) else None


@cache
def _scales() -> list[dict[str, int]]:
    scales = vocabulary()["scales"]
    return [
        {str(word).casefold(): n for n, rung in enumerate(scale) for word in (rung if isinstance(rung, list) else [rung])}
        for scale in scales
    ]
