"""The checker of briefs finds what is wrong with one: a quote nobody said, a source that is not there, a number from nowhere."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from evals.briefs import check, problems, rows
from knowledge.briefs.compose import compose
from knowledge.briefs.evidence import Brief, Citation, Item
from store import people, setup
from store.gate import Change, approve, propose
from store.settings import Settings
from store.unit import Store

DAY = date(2026, 11, 21)
TEXT = "They will order 40 pumps in December."


@pytest.fixture
def noted(tmp_path: Path) -> Any:
    settings = Settings(home=tmp_path, today="2026-11-21", _env_file=None)
    store = Store(settings)
    store.database.migrate()
    with store.database.writing() as session:
        setup.prepare(session)
        people.add_user(session, settings, people.NewUser("boss@b.example", "Bo", "administrator", None, "a long password"))
    boss = store.principal("boss@b.example")
    with store.writing(boss) as unit:
        change = Change(op="create", type="activity", values={"kind": "call", "body": TEXT, "occurred_at": "2026-11-20T09:00"})
        made = str(approve(unit, propose(unit, [change]).id).changes[0]["id"])
    with store.reading(boss) as unit:
        yield unit, made
    store.close()


def test_a_true_line_passes_and_each_fault_is_found(noted: Any) -> None:
    unit, record = noted
    true = Item("said", "decision", {"day": date(2026, 11, 20)}, (Citation("activity", record, TEXT, None, "2026-11-20"),), (TEXT,))
    invented = replace(true, quotes=("They will order 90 pumps.",))
    nowhere = replace(true, citations=(Citation("activity", "01" + "Z" * 24, TEXT),))
    misquoted = replace(true, citations=(replace(true.citations[0], quote="They will order nothing."),))
    uncited = replace(true, citations=())
    items = {"true": true, "invented": invented, "nowhere": nowhere, "misquoted": misquoted, "uncited": uncited}
    found = {name: _checked(unit, item) for name, item in items.items()}
    assert found["true"] == ([], [], [], [])
    assert found["invented"][2]
    assert found["nowhere"][1]
    assert found["misquoted"][1]
    assert found["uncited"][0]


def test_a_number_that_no_statement_holds_is_loose(noted: Any) -> None:
    unit, record = noted
    true = Item("said", "decision", {"day": date(2026, 11, 20)}, (Citation("activity", record, TEXT, None, "2026-11-20"),), (TEXT,))
    brief = Brief("account", "x", "X", (DAY, DAY), [true])
    made = compose(unit, brief, "en")
    wrong = replace(made, lines=[replace(made.lines[0], text=made.lines[0].text + " That is 123 pumps.")])
    assert check(unit, brief, made).loose == []
    assert check(unit, brief, wrong).loose == ["123"]
    shown = [("demo", "en", [check(unit, brief, wrong, 5.0)])]
    assert rows(shown)[0][7] == "1"
    assert problems(shown) == ["loose: 123"]


def _checked(unit: Any, item: Item) -> tuple[list[str], ...]:
    brief = Brief("account", "x", "X", (DAY, DAY), [item])
    found = check(unit, brief, compose(unit, brief, "en"))
    return found.uncited, found.unresolved, found.unsupported, found.loose
