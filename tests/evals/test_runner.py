"""The runner asks a conversation, approves what is proposed and grades what the tables hold afterwards."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from agent.answer import Answer
from agent.bootstrap import Rapport
from evals import report
from evals.cases import Case, Turn
from evals.runner import Result, Summary, run, run_case
from evals.stores import Place
from store import gate, people, setup
from store.gate import Change
from store.importing import import_tables
from store.models import Opportunity, Stage
from store.unit import Store

WHO = "boss@x.example"
TODAY = date(2026, 11, 21)
Reply = Callable[[Store, Any], Answer]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Two deals in a store, made once; every test works on a copy."""
    place = Place("demo", tmp_path_factory.mktemp("filled"), TODAY, None)
    store = Store(place.settings())
    store.database.migrate()
    with store.database.writing() as session:
        setup.prepare(session, currency="EUR")
        people.add_user(session, store.settings, people.NewUser(WHO, "Boss", "administrator", None, "secret-secret"))
    deals = [{"key": f"OPP-{n}", "name": f"Deal {n}", "stage": "Proposal", "amount": 100 * n, "owner": WHO} for n in (1, 2)]
    import_tables(store, store.principal(WHO), {"account": [{"key": "ACC-1", "name": "Globex", "owner": WHO}], "opportunity": deals})
    store.close()
    return place


@pytest.fixture
def store(filled: Place, tmp_path: Path) -> Iterator[Store]:
    made = Store(filled.settings(filled.copy_to(tmp_path / "copy")))
    yield made
    made.close()


def stages(store: Store) -> dict[str, str]:
    """Stage by deal, as the tables have it."""
    with store.database.reading() as session:
        rows = session.query(Opportunity.key, Stage.name).join(Stage, Stage.id == Opportunity.stage_id)
        return {str(key): name for key, name in rows}


def asked(store: Store, replies: dict[str, Reply], *turns: Turn) -> Result:
    """A case of these turns, put to an assistant that has one reply for each text."""

    def answer(principal: Any, text: str, **_: Any) -> Answer:
        return replies[text](store, principal)

    rapport = cast(Rapport, SimpleNamespace(store=store, assistant=SimpleNamespace(answer=answer)))
    case = Case("a-case", "demo", "en", "update", WHO, "dev", turns)
    return run_case(rapport, case, "embedded", Place("demo", Path("."), TODAY, None))


def proposing(*changes: dict[str, Any]) -> Reply:
    """An assistant that proposes these values for deals, by key."""

    def reply(store: Store, principal: Any) -> Answer:
        with store.writing(principal, door="eval") as unit:
            ids = {row.key: row.id for row in unit.session.query(Opportunity)}
            wanted = [Change(op="update", type="opportunity", id=ids[each["key"]], values=each["values"]) for each in changes]
            made = gate.propose(unit, wanted)
        return replace(saying("proposal"), proposals=[made.to_json()])

    return reply


def saying(kind: Any, text: str = "") -> Answer:
    return Answer("c", "m", "en", "embedded", kind, text)


def move(key: str, stage: str = "Negotiation") -> dict[str, Any]:
    return {"key": key, "values": {"stage": stage}}


WANTED = ({"changes": [{"op": "update", "type": "opportunity", "keys": ["OPP-1"], "set": {"stage": "Negotiation"}}]},)


def test_the_change_asked_for_is_right_and_stands_in_the_store(store: Store) -> None:
    result = asked(store, {"move it": proposing(move("OPP-1"))}, Turn("move it", WANTED))
    assert result.right
    assert stages(store) == {"OPP-1": "Negotiation", "OPP-2": "Proposal"}


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param([move("OPP-2")], id="another record"),
        pytest.param([move("OPP-1"), move("OPP-2")], id="one more record"),
        pytest.param([move("OPP-1", "Won")], id="another value"),
        pytest.param([{"key": "OPP-1", "values": {"stage": "Negotiation", "next_step": "call"}}], id="one more field"),
    ],
)
def test_a_change_nobody_asked_for_is_wrong_and_confident(store: Store, changes: list[dict[str, Any]]) -> None:
    result = asked(store, {"move it": proposing(*changes)}, Turn("move it", WANTED))
    assert not result.right
    assert result.confident


def test_a_read_that_proposes_something_is_wrong_and_nothing_is_approved(store: Store) -> None:
    result = asked(store, {"show it": proposing(move("OPP-1"))}, Turn("show it", ({"kind": "proposal"},)))
    assert result.turns[-1].problems == ("proposes a change nobody asked for",)
    assert set(stages(store).values()) == {"Proposal"}


def test_asking_back_is_wrong_but_not_confident(store: Store) -> None:
    result = asked(store, {"move it": lambda *_: saying("clarify", "Which?")}, Turn("move it", WANTED))
    assert not result.right
    assert not result.confident


def test_a_conversation_ends_at_its_first_wrong_turn(store: Store) -> None:
    replies = {"one": lambda *_: saying("chat"), "two": lambda *_: saying("chat")}
    result = asked(store, replies, Turn("one", ({"kind": "records"},)), Turn("two", ({"kind": "chat"},)))
    assert [turn.say for turn in result.turns] == ["one"]


def test_a_crash_is_a_result(store: Store) -> None:
    def crash(*_: Any) -> Answer:
        raise RuntimeError("out of words")

    result = asked(store, {"one": crash}, Turn("one", ({"kind": "chat"},)))
    assert "out of words" in result.turns[0].problems[0]
    assert result.confident


def test_the_report_counts_and_keeps_the_test_half_to_itself(store: Store, tmp_path: Path) -> None:
    right = asked(store, {"hi": lambda *_: saying("chat", "hello")}, Turn("hi", ({"kind": "chat"},)))
    wrong = asked(store, {"hi": lambda *_: saying("records", "secret words")}, Turn("hi", ({"kind": "chat"},)))
    hidden = Result(replace(wrong.case, id="hidden", split="test"), wrong.turns)
    summary = Summary("embedded", (right, wrong, hidden), {"maven": "there is no data"})
    assert report.rows(summary)[-1][:7] == ("all", "", "3", "1", "33.3", "2", "0")
    assert "maven: skipped" in report.table(summary)
    as_json, as_html = report.write(summary, tmp_path / "out")
    assert as_json.read_text(encoding="utf-8").count("secret words") == 1
    assert '"hidden"' in as_json.read_text(encoding="utf-8")
    assert as_html.read_text(encoding="utf-8").count("secret words") == 1


def test_a_run_from_end_to_end(tmp_path: Path) -> None:
    summary = run("embedded", only=["de-count-01", "dw-task-01"], out=tmp_path)
    assert {result.case.id for result in summary.results} == {"de-count-01", "dw-task-01"}
    assert all(result.turns[0].kind in {"measure", "records", "proposal", "clarify", "refuse"} for result in summary.results)
    assert [path.name for path in summary.files] == ["eval.json", "eval.html"]
