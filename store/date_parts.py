"""The day, week, month, quarter or year a column falls in, as SQL."""

from typing import Any, Literal, get_args

from sqlalchemy import Date, Float, Integer, String, case, cast, func, literal_column

from store.errors import InvalidInput
from store.schema import TEMPORAL
from store.schema import Field as SchemaField
from store.unit import Unit

Grain = Literal["day", "week", "month", "quarter", "year", "fiscal_quarter", "fiscal_year", "weekday", "monthday"]
PARTS: tuple[Grain, ...] = get_args(Grain)
GRAINS = tuple(each for each in PARTS if each != "monthday")  # what figures are grouped by
_POSTGRESQL = {
    "day": "YYYY-MM-DD",
    "week": 'IYYY-"W"IW',
    "month": "YYYY-MM",
    "quarter": 'YYYY-"Q"Q',
    "year": "YYYY",
    "weekday": "ID",
    "monthday": "MM-DD",
}


def date_part(unit: Unit, expression: Any, field: SchemaField, grain: str) -> Any:
    """The label: 2017-03, 2017-Q3, 2017-W09, 2017; FY2017, FY2017-Q3 for the fiscal year, named after the year it ends in; weekdays are
    1 (Monday) to 7; days of the year, whichever year, 03-17."""
    if field.kind not in TEMPORAL:
        raise InvalidInput(f"{field.en} is not a date.")
    if grain not in PARTS:
        raise InvalidInput(f"{grain!r} is not a part of a date.", hint=f"Use {', '.join(PARTS)}.")
    sqlite = unit.session.get_bind().dialect.name == "sqlite"
    day = _local_day(unit, expression, field, sqlite=sqlite)
    if grain.startswith("fiscal"):
        return _fiscal(day, grain, unit.settings.fiscal_year_start, sqlite=sqlite)
    if not sqlite:
        return func.to_char(day, literal_column(f"'{_POSTGRESQL[grain]}'"))
    if grain == "week":
        return func.iso_week(day)
    if grain == "weekday":
        return cast((cast(func.strftime("%w", day), Integer) + 6) % 7 + 1, String)
    if grain == "monthday":
        return func.substr(day, 6, 5)
    if grain == "quarter":
        month = cast(func.strftime("%m", day), Integer)
        return func.strftime("%Y-Q", day).concat(cast((month + 2) // 3, String))
    return func.substr(day, 1, {"day": 10, "month": 7, "year": 4}[grain])  # SQLite keeps dates as ISO text


SINCE = "since:"  # "closed_at#since:opened_at": the days from one date of a record to another


def days_between(unit: Unit, first: Any, first_field: SchemaField, last: Any, last_field: SchemaField) -> Any:
    """Days from one date to another: whole ones where either is kept without a time, else with their fraction."""
    for field in (first_field, last_field):
        if field.kind not in TEMPORAL:
            raise InvalidInput(f"{field.en} is not a date.")
    sqlite = unit.session.get_bind().dialect.name == "sqlite"
    moments = {first_field.kind, last_field.kind} == {"datetime"} and not (first_field.custom or last_field.custom)
    if moments:
        return (
            cast(func.julianday(last) - func.julianday(first), Float)
            if sqlite
            else cast(func.extract("epoch", last - first) / 86_400, Float)
        )
    ends = [_local_day(unit, each, field, sqlite=sqlite) for each, field in ((first, first_field), (last, last_field))]
    if sqlite:
        begin, end = (func.julianday(func.substr(each, 1, 10)) for each in ends)
        return cast(end - begin, Float)
    return cast(cast(ends[1], Date) - cast(ends[0], Date), Float)


def _local_day(unit: Unit, expression: Any, field: SchemaField, *, sqlite: bool) -> Any:
    """The column as a day in the user's zone."""
    if field.custom:
        return func.substr(expression, 1, 10) if sqlite else cast(expression, Date)
    if field.kind != "datetime":
        return expression
    if not sqlite:
        return func.timezone(unit.settings.timezone, expression)
    return expression if unit.settings.timezone == "UTC" else func.local_day(expression, unit.settings.timezone)


def _fiscal(day: Any, grain: str, start: int, *, sqlite: bool) -> Any:
    """From month and year alone: the number of months since the fiscal year began."""
    year = cast(func.strftime("%Y", day) if sqlite else func.extract("year", day), Integer)
    month = cast(func.strftime("%m", day) if sqlite else func.extract("month", day), Integer)
    ends_in = year if start == 1 else year + case((month >= start, 1), else_=0)
    label = literal_column("'FY'", String).concat(cast(ends_in, String))
    if grain == "fiscal_year":
        return label
    return label.concat(literal_column("'-Q'", String)).concat(cast((month - start + 12) % 12 // 3 + 1, String))
