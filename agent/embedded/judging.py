"""The last look at a turn's reading: how likely it is what was meant, what it left out, and whether to ask before answering."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agent.embedded import accounting, acts, amending, belief, told, turns
from agent.embedded.accounting import Objection, SpansOf
from agent.embedded.claims import CHANGES
from agent.embedded.frames import ADVISED, FORM, Frame
from agent.embedded.lexicon import change_words
from agent.embedded.oddities import oddities
from agent.embedded.spans import Spanned
from store.metrics import Metric
from store.unit import Unit

# Of these nothing is weighed: nothing was read, or what was read is free text about somebody.
_OPEN = frozenset({"help", "clarify", "refuse", "suggest", "draft", "send", "brief", "merge", "handover"})
_TOLD = frozenset({"unknown", "value", "entity", "name", "amount", "time", "literal", "lacks", "question"})  # what is worth saying


@dataclass(frozen=True, slots=True)
class Judged:
    """A reading, weighed: `chance` that it is what was meant, and what the frames leave out."""

    chance: float
    found: list[Objection]
    features: Mapping[str, float]


def judge(
    unit: Unit, said: str, frames: Sequence[Frame], previous: Sequence[Frame], spans_of: SpansOf, metrics: Mapping[str, Metric]
) -> Judged | None:
    """None for a turn of which nothing is to be weighed."""
    if not frames or any(frame.intent in _OPEN or frame.reason in {"brief", ADVISED, FORM} for frame in frames):
        return None
    said, found = _least_objected(unit, said, frames, previous, spans_of, metrics)
    ahead = any(frame.intent in CHANGES for frame in frames)
    text = spans_of(accounting.respelt(said, frames), ahead)
    signs = oddities(text, frames, previous, unit.schema)
    asked = not any(frame.intent in CHANGES for frame in frames) or _commanded(text)
    whole = not found and not signs and asked
    act = 1.0 if whole else _chance_of_act(text, frames, previous)  # whose every word has its place may open as it likes
    counted = belief.features(text, frames, found, signs, act, later=bool(previous))
    return Judged(belief.probability(counted), found, counted)


def _commanded(text: Spanned) -> bool:
    """Whether a sentence says with a verb that something is to be done or has changed, and asks nothing."""
    verbs = ("update", "assign", "delete", "create", "remind", "log", "close", "zh_to")
    said = any((span.func(*verbs) and not span.names) or span.step or span.text.lower() in change_words("finite") for span in text.spans)
    return said and not told.asks(text)


def _chance_of_act(text: Spanned, frames: Sequence[Frame], previous: Sequence[Frame]) -> float:
    told_acts = {act for frame in frames if (act := acts.of_frames([frame])) is not None}
    if not told_acts or any(frame.replaces for frame in frames):
        return 1.0  # "actually Wednesday": the act is that of the proposal it puts right
    if any(isinstance(value, dict) for frame in frames for value in frame.values.values()):
        return 1.0  # "cut … by half", "the tag vip": a difference from what there is can be nothing but a change
    if "log" in told_acts and told.reports(text.text):
        return 1.0  # "phoned Oakhollow, nobody picked up"
    chances = acts.likely(text, later=bool(previous))
    return min(1.0, sum(chances[act] for act in told_acts))  # of several requests in one sentence, any


def _least_objected(
    unit: Unit, said: str, frames: Sequence[Frame], previous: Sequence[Frame], spans_of: SpansOf, metrics: Mapping[str, Metric]
) -> tuple[str, list[Objection]]:
    """The turn as it was said, or as it goes on from the one before ("not Ben, Anna"; "the disinfectant one"): the fewest objections."""
    found = accounting.objections(said, spans_of, frames, unit.schema, metrics)
    if not found or not previous:
        return said, found
    others = [amending.named_out(unit, said, previous), *(turn.plain for turn in turns.readings(said))]
    tried = [
        (other, accounting.objections(other, spans_of, frames, unit.schema, metrics)) for other in dict.fromkeys(others) if other != said
    ]
    return min([(said, found), *tried], key=lambda pair: len(pair[1]))


def settle(frames: list[Frame], judged: Judged | None, said: str, least: float) -> list[Frame]:
    """The frames with their chance and what was left out of them; a question instead when the chance is below `least`."""
    if judged is None:
        return frames
    left = list(dict.fromkeys(each.text for each in judged.found if each.heavy and each.kind in _TOLD))
    for frame in frames:
        frame.score = round(judged.chance, 3)
    if judged.chance < least:
        return [
            Frame(
                "clarify", entity=frames[0].entity, text=said, reason="unsure", notes=left, values={"meant": [f.to_json() for f in frames]}
            )
        ]
    if not any(frame.intent in CHANGES for frame in frames):
        frames[-1].left = left
    return frames
