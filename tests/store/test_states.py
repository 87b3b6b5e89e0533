"""States of a firm's own: what they count as, and what "open", "closed" and "overdue" then find."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from store.errors import InvalidInput
from store.filters import Filter
from store.importing import ImportReport, import_path
from store.measures import Measure, measure
from store.query import RecordQuery, find
from store.rights import Principal
from store.setup import SetupDesk
from store.states import counted_as
from store.unit import Store

Load = Callable[..., ImportReport]

CASES = """Ticket,Status,Reported,Resolved on
a,New,2026-01-02,
b,In Progress,2026-01-03,
c,On hold,2026-01-04,
d,Resolved,2026-01-04,2026-01-08
e,Not resolved,2026-01-05,
"""


@pytest.fixture
def load(store: Store, boss: Principal, tmp_path: Path) -> Load:
    def run(text: str, name: str) -> ImportReport:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return import_path(store, boss, path, create_fields=True, create_users=True, held_back_dir=tmp_path / "held")

    return run


def names(store: Store, by: Principal, kind: str, **filters: Any) -> set[str]:
    with store.reading(by) as unit:
        conditions = [Filter(field=name, value=value) if not isinstance(value, Filter) else value for name, value in filters.items()]
        return {record.name for record in find(unit, RecordQuery(entity=kind, filters=conditions)).records}


@pytest.mark.parametrize(
    ("path", "state", "names_"),
    [
        ("case.status", "open", "New|In Progress|Reopened|Not resolved|Ready to be closed|新建|处理中|已派单|待关闭|未完成|已完成待验收"),
        ("case.status", "pending", "Waiting on customer|On hold|Parked|待回复|已挂起|等待配件"),
        ("case.status", "closed", "Closed - duplicate|Resolved|Won't fix|Cancelled|已解决|已办结|已作废|已关闭"),
        ("task.status", "open", "Not started|In Progress|Waiting|Half done|未开始|进行中|部分完成"),
        ("task.status", "done", "Completed|Done|已完成|办理完毕"),
        ("task.status", "cancelled", "Canceled|Skipped|No longer needed|已取消|已撤销"),
    ],
)
def test_a_state_counts_as_what_its_name_says(path: str, state: str, names_: str) -> None:
    assert {name: counted_as(path, name) for name in names_.split("|")} == dict.fromkeys(names_.split("|"), state)


def test_open_finds_every_state_that_has_not_ended(load: Load, store: Store, boss: Principal) -> None:
    report = load(CASES, "tickets.csv").files[0]
    assert report.states_counted == {"case.status": {"New": "open", "In Progress": "open", "Not resolved": "open"}}
    assert "  states count as: case.status: New = open, In Progress = open, Not resolved = open" in report.lines()
    assert names(store, boss, "case", status="open") == {"a", "b", "c", "e"}
    assert names(store, boss, "case", status=Filter(field="status", op="ne", value="closed")) == {"a", "b", "c", "e"}
    assert names(store, boss, "case", status=Filter(field="status", op="not_in", value=["open"])) == {"d"}
    assert names(store, boss, "case", status="pending") == {"c"}
    assert names(store, boss, "case", status="New") == {"a"}, "a state of the firm's own is that state"
    with store.reading(boss) as unit:
        assert measure(unit, Measure(metric="open_case_count")).total == "4"
        assert measure(unit, Measure(metric="closed_case_count")).total == "1"


def test_a_store_with_the_standard_states_only_is_asked_as_it_always_was(load: Load, store: Store, boss: Principal) -> None:
    report = load("Ticket,Status\na,open\nb,pending\nc,closed\n", "tickets.csv").files[0]
    assert report.states_counted == {}
    assert names(store, boss, "case", status="open") == {"a"}
    assert names(store, boss, "case", status=Filter(field="status", op="ne", value="closed")) == {"a", "b"}


def test_overdue_tasks_are_those_that_have_not_ended(load: Load, store: Store, boss: Principal) -> None:
    load("任务,截止日期,状态\n勘测,2020-01-02,未开始\n资料,2020-01-02,进行中\n投标,2020-01-02,已完成\n回访,2020-01-02,已作废\n", "任务.csv")
    assert names(store, boss, "task", status="open") == {"勘测", "资料"}
    assert names(store, boss, "task", status="done") == {"投标"}
    assert names(store, boss, "task", status="cancelled") == {"回访"}
    with store.reading(boss) as unit:
        assert measure(unit, Measure(metric="overdue_task_count")).total == "2"


def test_rows_with_a_day_on_which_they_ended_tell_what_a_name_does_not(load: Load, store: Store, boss: Principal) -> None:
    rows = [f"t{n},{state},{day}" for n, (state, day) in enumerate([("Alpha", ""), ("Omega", "2026-02-03")] * 4)]
    report = load("Task,Status,Date completed\n" + "\n".join(rows) + "\n", "tasks.csv").files[0]
    assert report.states_counted == {"task.status": {"Alpha": "open", "Omega": "done"}}
    assert names(store, boss, "task", status="open") == {"t0", "t2", "t4", "t6"}


def test_a_day_that_every_state_has_tells_nothing(load: Load) -> None:
    rows = [f"t{n},{state},2026-02-03" for n, state in enumerate(["Alpha", "Omega"] * 4)]
    report = load("Task,Status,Date completed\n" + "\n".join(rows) + "\n", "tasks.csv").files[0]
    assert report.states_counted == {"task.status": {"Alpha": "open", "Omega": "open"}}


def test_the_set_up_says_what_a_state_counts_as(load: Load, store: Store, boss: Principal) -> None:
    load(CASES, "tickets.csv")
    with store.writing(boss) as unit:
        SetupDesk(unit).label_choice("case.status", "New", counts_as="closed")
    assert names(store, boss, "case", status="open") == {"b", "c", "e"}
    assert names(store, boss, "case", status="closed") == {"a", "d"}
    for value, state in (("open", "closed"), ("New", "nearly")):
        with store.writing(boss) as unit, pytest.raises(InvalidInput):
            SetupDesk(unit).label_choice("case.status", value, counts_as=state)
    with store.writing(boss) as unit, pytest.raises(InvalidInput):
        SetupDesk(unit).label_choice("case.priority", "low", counts_as="open")


def test_taking_a_standard_state_away_moves_only_what_holds_it(load: Load, store: Store, boss: Principal) -> None:
    load(CASES + "f,Open,2026-01-05,\n", "tickets.csv")
    with store.writing(boss) as unit:
        assert SetupDesk(unit).remove_choice("case.status", "pending", replace_with="In Progress") == 1
    assert names(store, boss, "case", status="In Progress") == {"b", "c"}
    assert names(store, boss, "case", status="New") == {"a"}
