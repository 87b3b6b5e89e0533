"""Dates that come again: days of the week, whichever week, and birthdays, whichever year."""

import re
from dataclasses import dataclass
from datetime import date

from agent.embedded.lexicon import recurs_yearly
from agent.embedded.passed import Passed
from agent.embedded.spans import Span
from store.filters import Filter
from store.schema import Field

_BARE_ZH = re.compile(r"(?:周|星期|礼拜)([一二三四五六日天])")
_DAYS_ZH = {day: str(number) for number, day in enumerate("一二三四五六日", start=1)} | {"天": "7"}
_OF_ONE_DAY = frozenset({"activity", "task"})  # what takes place on a day: 周五的会 is one Friday's
_YEAR = re.compile(r"\d{4}|年")
_MOST_OF_A_YEAR = 350


@dataclass
class Recurring(Passed):
    """Conditions on parts of a date."""

    def _weekdays(self) -> None:
        """ "created on a Friday", 每周五成交的, 周五创建的线索, 周末: days of the week, whichever week."""
        for number, span in enumerate(self.spans):
            days = [sense.value for sense in span.of("weekday")] or self._any_week(number, span)
            if span.used or not days:
                continue
            named = self._date_field(number)
            entity, name = (named.entity, named.name) if named else self._usual_date(number)
            value = [day for each in days for day in each.split()]
            span.used = self.add(f"weekday:{name}", self.routes.condition(self.target, entity, f"{name}#weekday", "in", value))

    def _any_week(self, number: int, span: Span) -> list[str]:
        """周五签的单子: a bare weekday before what was done to records that are kept for good is any such day."""
        said = _BARE_ZH.fullmatch(span.text)
        if said is None or self.target in _OF_ONE_DAY or self.host(number) in _OF_ONE_DAY or self._said("ahead"):
            return []
        after = self.spans[number + 1 : number + 3]
        done = any(
            each.func("win", "lose", "sold", "bought", "create") or any(self._is_date(f.entity, f.field) for f in each.fields)
            for each in after
        )
        return [_DAYS_ZH[said[1]]] if done and any(each.text.endswith("的") for each in after) else []

    def _is_date(self, entity: str, field: str) -> bool:
        return self.schema.field(entity, field).name in {"created_at", self.schema.entity(entity).date}

    def _yearly(self, span: Span, named: Field | None, first: date | None, last: date | None) -> bool:
        """ "birthdays this month": the days of the year, whichever year they are of."""
        if named is None or not recurs_yearly(named) or first is None or last is None:
            return False
        if _YEAR.search(span.text.replace("今年", "").replace("明年", "")) or (last - first).days > _MOST_OF_A_YEAR:
            return False
        low, high = f"{first:%m-%d}", f"{last:%m-%d}"
        ranges = [[low, high]] if low <= high else [[low, "12-31"], ["01-01", high]]
        parts = [self.routes.condition(self.target, named.entity, f"{named.name}#monthday", "between", each) for each in ranges]
        either = [each for each in parts if each is not None]
        span.used = self.add(f"time:{named.name}", either[0] if len(either) == 1 else Filter(any=either))
        return span.used

    def _date_field(self, number: int) -> Field | None:
        raise NotImplementedError

    def _usual_date(self, number: int) -> tuple[str, str]:
        raise NotImplementedError
