"""What Larkfield's rows are made of: its words, its day, and how moments and addresses are written."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from store.yaml_text import parse

TODAY = date(2025, 6, 18)  # a Wednesday

DOMAIN = "larkfield.example"

Row = dict[str, Any]


@cache
def company() -> Mapping[str, Any]:
    """What the YAML file says."""
    content: Mapping[str, Any] = parse(Path(__file__).with_name("larkfield.yaml").read_text(encoding="utf-8"))
    return content


def mail(person: str) -> str:
    return f"{person}@{DOMAIN}"


def chinese(account: Row) -> bool:
    return bool(account["country"] == "China")


def moment(day: date, rng: Random) -> datetime:
    return datetime.combine(day, time(rng.randint(7, 15), rng.choice((0, 10, 20, 30, 45))), tzinfo=UTC)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)
