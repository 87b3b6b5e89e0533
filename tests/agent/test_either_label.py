"""A word that is part of two labels: both are offered, and the answer is put in its place."""

from agent.embedded.linking import Label, Labels, label_of
from agent.embedded.name_forms import forms
from agent.embedded.phrase_table import Sense


def labels(*texts: str) -> Labels:
    return Labels(label_of(Sense("field", "account", f"f{number}"), text) for number, text in enumerate(texts))


def test_both_are_offered() -> None:
    held = labels("Boiler Capacity (kW)", "Cooling Capacity (kW)", "Roof Area")
    assert held.link("capacity") == ()
    assert held.either("capacity") == ["Boiler Capacity (kW)", "Cooling Capacity (kW)"]
    assert held.either("boiler capacity") == []
    assert held.either("roof") == []


def test_of_the_records_spoken_of_alone() -> None:
    other = Label(Sense("field", "lead", "x"), "Lead Capacity", frozenset({"lead", "capac"}))
    held = Labels([other, label_of(Sense("field", "account", "a"), "Boiler Capacity")])
    assert held.either("capacity", {"account"}) == []
    assert held.either("capacity") == ["Lead Capacity", "Boiler Capacity"]


def test_light_words_alone_are_no_question() -> None:
    assert labels("Start Date", "End Date").either("date") == []


def test_a_ticket_with_a_short_subject_is_found_by_its_number() -> None:
    """Two words are no name ("Wrong invoice"), the number of a ticket is."""
    assert [form.kind for form in forms("case", "Wrong invoice", ["TK003"])] == ["key"]
    assert [form.kind for form in forms("case", "Trainer was late", ["TK002"])] == ["name", "key"]
