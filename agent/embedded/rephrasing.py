"""A turn that puts words of the one before right: the earlier sentence is read again with the new words in the place of the old ones.

"not the sharps bins, the suture kits", "sorry, meant Moorgate sharps bins", 不是锐器盒,是缝合包; and the word that was asked for when one could
not be placed. Tried where nothing that knows the frames could put them right.
"""

import re
from collections.abc import Callable, Iterator, Sequence

from agent.embedded import turns
from agent.embedded.frames import Frame
from agent.embedded.leaning import answered
from agent.embedded.spans import Span, Spanned
from store.gate import pending
from store.unit import Unit

SpansOf = Callable[[str], Spanned]
_LOOKED_AT = 30  # proposals back
_SHORT = 3  # words, or twice as many characters
Way = tuple[str, Sequence[Frame], list[str]]  # a sentence, the frames it goes on from, the proposals it replaces


def ways(unit: Unit, said: str, previous: Sequence[Frame], spans_of: SpansOf) -> Iterator[Way]:
    """The sentences a turn may mean, likeliest first."""
    if not previous:
        return
    asked = previous[0]
    if asked.intent == "clarify" and asked.reason == "words":
        sentence = _filled(said, asked, spans_of(said))
        if sentence:
            yield sentence, previous[1:], []
    first = answered(previous)
    if first is None or not first.said or _counted_on(unit, first):
        return
    earlier = previous[previous.index(first) + 1 :]
    for turn in turns.readings(said):
        if not turn.corrects or not turn.text:
            continue
        if turn.wrong:
            sentence = re.sub(re.escape(turn.wrong), lambda _, turn=turn: turn.text, first.said, count=1, flags=re.IGNORECASE)  # type: ignore[misc]
        else:
            sentence = _in_place(first.said, spans_of(first.said), spans_of(turn.text), turn.text)
        if sentence and sentence != first.said:
            yield sentence, earlier, list(first.proposed)


def _counted_on(unit: Unit, first: Frame) -> bool:
    """Whether a difference was written already: said again it would be taken of what came of it."""
    if not any(isinstance(value, dict) and "by" in value for value in first.values.values()):
        return False
    return any(each.id in first.proposed and each.status == "applied" for each in pending(unit, status=None, limit=_LOOKED_AT))


def _filled(said: str, asked: Frame, text: Spanned) -> str:
    """The sentence asked about with the answer in the place of the words that had none; the answer is a bare word."""
    clause = str(asked.values.get("clause", ""))
    bare = all(span.content or span.filler for span in text.spans) and not turns.readings(said)
    short = bare and len(said.split()) <= _SHORT and len(said) <= 8 * _SHORT and not said.rstrip().endswith(("?", "？"))
    for joint in (" ", ""):
        words = joint.join(asked.notes)
        if short and words and words in clause:
            return clause.replace(words, said.strip(" .。!！"), 1)
    return ""


def _in_place(sentence: str, before: Spanned, after: Spanned, text: str) -> str:
    """The sentence with these words where it has the one thing of their kind."""
    new = [span for span in after.spans if not span.filler and (span.content or span.unknown)]
    kinds = {kind for span in new for kind in _kinds(span)}
    old = [span for span in before.spans if _kinds(span) & kinds]
    if not kinds or len(old) != 1:
        return ""
    return sentence[: old[0].first] + text + sentence[old[0].last :]


def _kinds(span: Span) -> set[str]:
    """What a span stands for: a record of a kind, a time, an amount, a value of a field."""
    best = max((name.score for name in span.names), default=0.0)
    found = {name.type for name in span.names if name.score == best}
    if not found:
        found = {f"{choice.entity}.{choice.field}" for choice in span.choices}
    return found | ({"time"} if span.time else set()) | ({"amount"} if span.amount and not span.time else set())
