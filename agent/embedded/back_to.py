"""Back to an answer of some turns ago: "go back to the Basel ones", 回到刚才上海的客户, and what is asked of it in the same breath."""

from collections.abc import Callable, Sequence

from agent.embedded import turn_forms
from agent.embedded.frames import Frame
from agent.embedded.reading import Reader
from agent.embedded.tokens import is_chinese
from store.filters import Filter

_ANSWERS = frozenset({"find", "measure", "get"})


def returned(text: str, previous: Sequence[Frame], reader_of: Callable[[str], Reader]) -> tuple[str, Sequence[Frame]] | None:
    """What is asked of the answer that the turn goes back to, "" when it is only to be seen again, and the turns up to there."""
    language = "zh" if is_chinese(text) else "en"
    found = turn_forms.patterns(language, "returns").fullmatch(turn_forms.plain(text, language)) if previous else None
    if found is None:
        return None
    reader = reader_of(turn_forms.group(found, "what"))
    kinds = {span.entity.entity for span in reader.spans if span.entity}
    wanted = [
        {sense.value for sense in span.choices} | {name.id for name in span.names} for span in reader.spans if span.choices or span.names
    ]
    if any(span.unknown for span in reader.spans) or not (kinds or wanted):
        return None
    fitting = []
    for place, frame in enumerate(previous):
        held = {str(value) for each in frame.filters for value in _values(each)}
        told = all(values & held for values in wanted) and (not kinds or frame.entity in kinds)
        if frame.intent in _ANSWERS and told:
            fitting.append((len(frame.parts), place))  # the answer that says no more than the turn does
    return (turn_forms.group(found, "then").strip(turn_forms.MARKS), previous[min(fitting)[1] :]) if fitting else None


def _values(condition: Filter) -> list[object]:
    own = condition.value if isinstance(condition.value, list) else [condition.value]
    return [*own, *(value for each in (*condition.where, *condition.any) for value in _values(each))]
