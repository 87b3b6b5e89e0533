"""Requests as wordings put together showed them to be misread: a part of one is taken for something else. On the demo company."""

from typing import Any

import pytest

ROOT = "root@demo.example"


def proposed(answer: Any) -> list[dict[str, Any]]:
    return [change for proposal in answer.proposals for change in proposal["changes"]]


@pytest.mark.parametrize(
    ("text", "kind", "wanted"),
    [
        (
            "add a contact with the name Dominic Quist; owner: Ben Carter; phone: +44 20 7946 0999; role: gatekeeper",
            "contact",
            {"name": "Dominic Quist", "phone": "+44 20 7946 0999", "role": "gatekeeper"},
        ),
        (
            "put in a new customer The Copper Spoon located in Hull and with 300 employees",
            "account",
            {"name": "The Copper Spoon", "city": "Hull", "employees": 300},
        ),
        ("please create the account Ninth Street Diner, tier B", "account", {"name": "Ninth Street Diner", "tier": "B"}),
        (
            "create order PO-7781 for Brightwater Clinics Ltd\nordered on: 12 November\ntotal: 150k",
            "order",
            {"number": "PO-7781", "ordered_on": "2026-11-12"},
        ),
        (
            "new deal for Brightwater Clinics Ltd called Tarnbrook pilot, source partner and at the Discovery stage",
            "opportunity",
            {"source": "partner", "stage": "Discovery"},
        ),
        (
            "new agreement sc-0955 for Brightwater Clinics Ltd, running until 30 November 2027 and status draft",
            "contract",
            {"number": "SC-0955", "status": "draft", "ends_on": "2027-11-30"},
        ),
        ("新建报价单，编号Q-0917，客户Brightwater Clinics Ltd，金额1.2万；状态草稿", "quote", {"number": "Q-0917", "status": "draft"}),
        (
            "新建一个联系人柏文涛，1980年4月9日出生，在Universiteit Maasvallei工作",
            "contact",
            {"name": "柏文涛", "birthday": "1980-04-09", "account": "Universiteit Maasvallei"},
        ),
    ],
)
def test_a_new_record_holds_what_was_told_and_nothing_else(ask_demo: Any, text: str, kind: str, wanted: dict[str, Any]) -> None:
    (made,) = proposed(ask_demo(ROOT)(text))
    assert (made["operation"], made["type"]) == ("create", kind)
    assert {name: made["after"].get(name) for name in wanted} == wanted
    assert "description" not in made["after"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("make Porto the city of Alpenglas Labor AG", {"city": "Porto"}),
        (
            "change the website of Alpenglas Labor AG to www.tarn.example and the rep to Ben",
            {"website": "www.tarn.example", "owner": "ben.carter@demo.example"},
        ),
        ("set tier = C for the account Alpenglas Labor AG", {"tier": "C"}),
        ("please change number of employees to 120 for the account Alpenglas Labor AG", {"employees": 120}),
    ],
)
def test_a_change_may_tell_its_value_first_or_last(ask_demo: Any, text: str, wanted: dict[str, Any]) -> None:
    (change,) = proposed(ask_demo(ROOT)(text))
    assert (change["operation"], change["name"]) == ("update", "Alpenglas Labor AG")
    assert {name: change["after"].get(name) for name in wanted} == wanted


def test_what_is_told_of_many_changes_no_record_that_is_only_a_value(ask_demo: Any, tables: dict[str, list[dict[str, Any]]]) -> None:
    made = proposed(ask_demo(ROOT)("for all deals in Negotiation, set the product to Ostra T3 and the rep to Anna"))
    there = {row["name"] for row in tables["opportunity"] if row["stage"] == "Negotiation"}
    assert {change["type"] for change in made} == {"opportunity"}
    assert {change["name"] for change in made} <= there


def test_where_a_field_is_set_first_the_rest_says_which(ask_demo: Any, tables: dict[str, list[dict[str, Any]]]) -> None:
    made = proposed(ask_demo(ROOT)("put lead status qualified on all leads in status new"))
    assert {change["name"] for change in made} == {row["name"] for row in tables["lead"] if row["status"] == "new"}
    assert all(change["after"] == {"status": "qualified"} for change in made)


@pytest.mark.parametrize(
    ("text", "kind", "day"),
    [
        ("log a visit to Tan & Rowe Laboratories Pte. Ltd. yesterday: delivery was late", "visit", "2026-11-20"),
        ("had a meeting with Dermot Okafor on November 12: they need the papers", "meeting", "2026-11-12"),
        ("visited Alpenglas Labor AG on 12 November, she wants a new quote with a longer warranty", "visit", "2026-11-12"),
    ],
)
def test_what_took_place_is_kept_with_its_day(ask_demo: Any, text: str, kind: str, day: str) -> None:
    (made,) = proposed(ask_demo(ROOT)(text))
    assert (made["type"], made["after"]["kind"], made["after"]["occurred_at"][:10]) == ("activity", kind, day)


def test_what_is_deleted_gets_no_value(ask_demo: Any, tables: dict[str, list[dict[str, Any]]]) -> None:
    made = proposed(ask_demo(ROOT)("delete all the deals with an amount of at most 9k of type renewal"))
    there = {row["name"] for row in tables["opportunity"] if row["type"] == "renewal" and row["amount"] <= 9000}
    assert {change["operation"] for change in made} <= {"delete"}
    assert {change["name"] for change in made} <= there


@pytest.mark.parametrize("text", ["take the contact Sigrid Kjeldsen out of the system", "I want the contact Sigrid Kjeldsen deleted"])
def test_a_delete_may_end_with_its_verb(ask_demo: Any, text: str) -> None:
    (change,) = proposed(ask_demo(ROOT)(text))
    assert (change["operation"], change["name"]) == ("delete", "Sigrid Kjeldsen")


@pytest.mark.parametrize(
    ("text", "day"), [("task: call Ann on December 3", "2026-12-03"), ("don't let me forget to check the terms in a week", "2026-11-28")]
)
def test_a_task_keeps_its_day(ask_demo: Any, text: str, day: str) -> None:
    (made,) = proposed(ask_demo(ROOT)(text))
    assert (made["type"], made["after"]["due_at"][:10]) == ("task", day)
