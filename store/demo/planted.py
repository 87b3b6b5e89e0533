"""The stories of `planted.yaml` as activities, tasks and cases."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from store.demo.data import Language, Row
from store.demo.days import workday, written
from store.demo.deals import Deal
from store.demo.people import SERVICE, Account, Person
from store.demo.talk import Talk


def tell_story(account: Account, deals: list[Deal], talk: Talk, *, first_case: int) -> list[Row]:
    """Write the account's planted activities and tasks to `talk`; return its cases, keyed from `first_case`."""
    rng = Random(f"{talk.seed}:planted:{account.key}")
    story = account.story
    cases = [_case(f"CAS-{n:04d}", told, account, talk.today) for n, told in enumerate(story.get("cases", []), start=first_case)]
    for hour, told in enumerate(story.get("activities", [])):
        moment = _moment(talk.today, told["at"], hour % 3 + 6)
        more: Row = {"author": told["author"]} if "author" in told else {}
        if "case" in told:
            more["case"] = cases[told["case"]]["key"]
        direction = told.get("direction", "")
        voice = {"inbound": "in", "outbound": "out"}.get(direction, "note")
        body = _dated(told["body"], talk.today, account.language)
        deal, who = _deal(told, deals), _person(told, account)
        talk.add(account, who, moment, kind=told["kind"], voice=voice, subject=told["subject"], body=body, deal=deal, rng=rng, more=more)
    for told in story.get("tasks", []):
        due, assignee = talk.today + timedelta(days=told["due"]), told.get("assignee", account.owner)
        more = {"priority": told["priority"], "assignee": assignee, "owner": assignee}
        created = _moment(talk.today, min(told["due"], -1) - 7, 9)
        deal, who = _deal(told, deals), _person(told, account)
        talk.add_task(account, who, told["title"], due, "open", created=created, deal=deal, rng=rng, more=more)
    return cases


def _case(key: str, told: dict[str, Any], account: Account, today: date) -> Row:
    opened = _moment(today, told["opened"], 6)
    row: Row = {name: told[name] for name in ("subject", "status", "type", "priority", "description")}
    row |= {"key": key, "account": account.key, "contact": account.people[told["who"]].key, "owner": SERVICE}
    row |= {"opened_at": opened, "created_at": opened}
    if "closed" in told:
        row |= {"closed_at": _moment(today, told["closed"], 12), "satisfaction": told["satisfaction"]}
    return row


def _moment(today: date, offset: int, hour: int) -> datetime:
    return datetime.combine(workday(today + timedelta(days=offset)), time(hour, 30), tzinfo=UTC)


def _dated(text: str, today: date, language: Language) -> str:
    """The text with every `{-20}` replaced by that day, weekends moved as the activities are."""
    return re.sub(r"\{([+-]\d+)\}", lambda match: written(workday(today + timedelta(days=int(match[1]))), language), text)


def _deal(told: dict[str, Any], deals: list[Deal]) -> Deal | None:
    return deals[told["deal"]] if "deal" in told else None


def _person(told: dict[str, Any], account: Account) -> Person | None:
    return account.people[told["who"]] if "who" in told else None
