"""What a model's answer stands on, said by us: a right figure for the wrong months is seen for what it is."""

from collections.abc import Sequence

from store.unit import Unit
from tools.describe import period_words
from tools.results import Figures, Records, Result

_LINE = {"en": "_Computed: {parts}_", "zh": "_依据：{parts}_"}
_EVERYTHING = {"en": "no condition", "zh": "无条件"}


def basis(unit: Unit, results: Sequence[Result], language: str) -> str:
    """One line for each figure and list: metric, period, conditions, how many records. Empty when nothing was computed."""
    lines = []
    for found in results:
        if isinstance(found, Figures):
            outcome = found.result
            first, last = outcome.period or (None, None)
            parts = [outcome.metric.label(language), period_words(first, last, language), found.filter]
            lines.append(_line(unit, parts, outcome.metric.entity, outcome.row_count, language))
        elif isinstance(found, Records) and not found.whole:
            lines.append(_line(unit, [found.filter or _EVERYTHING[language]], found.page.entity, found.page.total, language))
    return "\n\n".join(dict.fromkeys(lines))


def _line(unit: Unit, parts: Sequence[str], entity: str, count: int, language: str) -> str:
    things = unit.schema.entity(entity).label(language, plural=count != 1)
    return _LINE[language].format(parts=" · ".join([*filter(None, parts), f"{count:,} {things}"]))
