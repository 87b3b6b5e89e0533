"""Dates, amounts and names as people read them in either language."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")


def day_of(value: str | date | datetime | None, zone: ZoneInfo) -> date | None:
    """The day of a JSON value as records have it: an ISO date, or a moment, which falls on a day of the zone."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        if len(value) <= 10:
            return date.fromisoformat(value)
        value = datetime.fromisoformat(value)
    return value.astimezone(zone).date() if isinstance(value, datetime) else value


def day_words(day: date, language: str, *, today: date | None = None) -> str:
    """ "21 November 2026", 2026年11月21日; without the year when it is that of `today`."""
    same = today is not None and day.year == today.year
    if language == "zh":
        return f"{day.month}月{day.day}日" if same else f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {_MONTHS[day.month - 1]}" + ("" if same else f" {day.year}")


def money_words(amount: str | Decimal | None, currency: str) -> str:
    """ "EUR 54,600", "EUR 1,234.50"; empty without an amount."""
    if amount in (None, ""):
        return ""
    value = Decimal(str(amount))
    return f"{currency} {value:,.0f}".strip() if value == value.to_integral_value() else f"{currency} {value:,.2f}".strip()


def brief_text(text: str, limit: int = 160) -> str:
    """One line, cut at a word; Chinese anywhere."""
    flat = " ".join(text.split())
    if len(flat) <= limit:
        return flat
    cut = flat[: limit - 1]
    space = cut.rfind(" ")
    return f"{cut[:space] if space > limit * 2 // 3 else cut}…"


def day_count(days: int, language: str) -> str:
    """ "1 day", "5 days", 5天."""
    return f"{days}天" if language == "zh" else f"{days} day{'' if days == 1 else 's'}"


def ahead(days: int, language: str) -> str:
    """ "in 5 days", "tomorrow", 还有5天, 今天."""
    if days in {0, 1}:
        return (("today", "今天"), ("tomorrow", "明天"))[days][language == "zh"]
    return f"还有{days}天" if language == "zh" else f"in {day_count(days, language)}"
