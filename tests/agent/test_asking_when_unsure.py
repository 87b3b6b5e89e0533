"""A doubtful reading is asked about before it is answered; yes runs it, no does not; hybrid lets the model look at it instead."""

import pytest
from llm_firm import Firm

from agent.bootstrap import Rapport
from agent.embedded import belief
from agent.embedded.frames import Frame
from agent.embedded.judging import Judged, settle

MIA = "mia.wang@demo.example"


def _sure(chance: float) -> Judged:
    return Judged(chance, [], {})


def test_a_reading_below_the_chance_becomes_a_question_that_holds_it() -> None:
    asked = settle([Frame("find", "opportunity")], _sure(0.4), "deals", 0.7)
    assert [(each.intent, each.reason) for each in asked] == [("clarify", "unsure")]
    assert [Frame.from_json(each).entity for each in asked[0].values["meant"]] == ["opportunity"]


def test_a_reading_above_it_carries_its_chance() -> None:
    [frame] = settle([Frame("find", "opportunity")], _sure(0.93), "deals", 0.7)
    assert (frame.intent, frame.score) == ("find", 0.93)
    assert Frame.from_json(frame.to_json()).score == 0.93


def test_chances_are_honest_on_new_cases() -> None:
    """What was said and what was seen differ little, over all bins of the plot."""
    points = belief.model()["reliability"]
    assert sum(count for _, _, count in points) >= 300
    assert sum(abs(said - share) * count for said, share, count in points) / sum(count for _, _, count in points) < 0.06


@pytest.mark.parametrize(
    "said",
    ["should I move Globex renewal to Lost or not?", "Globex renewal要不要改成输单", "set the close date of Globex renewal to 03/04"],
)
def test_no_change_is_proposed_where_advice_is_asked_or_a_day_can_be_two(here: Firm, said: str) -> None:
    assert here.ask(said, brain="embedded").kind in {"clarify", "refuse", "actions", "records"}


@pytest.mark.parametrize(("yes", "no", "said"), [("yes", "no", "open deals over 50k"), ("是的", "不是", "进行中的商机")])
def test_yes_runs_what_was_meant_and_no_does_not(demo: Rapport, monkeypatch: pytest.MonkeyPatch, yes: str, no: str, said: str) -> None:
    monkeypatch.setattr(belief, "probability", lambda found: 0.2)
    person = demo.store.principal(MIA)
    asked = demo.assistant.answer(person, said)
    assert (asked.kind, len(asked.options)) == ("clarify", 2)
    assert asked.total is None
    monkeypatch.undo()
    plain = demo.assistant.answer(person, said)
    meant = demo.assistant.answer(person, yes, conversation_id=asked.conversation_id)
    assert (meant.kind, meant.total) == ("records", plain.total)

    monkeypatch.setattr(belief, "probability", lambda found: 0.2)
    asked = demo.assistant.answer(person, said)
    monkeypatch.undo()
    refused = demo.assistant.answer(person, no, conversation_id=asked.conversation_id)
    assert (refused.kind, refused.total) == ("clarify", None)


def test_hybrid_answers_what_is_sure_and_hands_on_what_is_not(here: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    assert here.ask("open deals", brain="hybrid").brain == "embedded"

    monkeypatch.setattr(belief, "probability", lambda found: belief.sure() - 0.01)
    here.script.call("find_records", entity="opportunity").say("Whales.")
    answer = here.ask("open deals", brain="hybrid")
    assert answer.brain == "llm"
    assert here.ask("open deals", brain="embedded").brain == "embedded", "alone it answers: the chance is above the one to ask below"


def test_what_only_adds_to_a_question_that_was_not_answered_is_not_answered(demo: Rapport) -> None:
    person = demo.store.principal(MIA)
    first = demo.assistant.answer(person, "what is the meaning of life")
    then = demo.assistant.answer(person, "only the tier A ones", conversation_id=first.conversation_id)
    assert then.kind in {"clarify", "refuse"}


@pytest.mark.parametrize(
    ("said", "kind"), [("the vet one", "veterinary"), ("the dental one", "dental"), ("the second", "veterinary"), ("2", "veterinary")]
)
def test_one_of_a_name_two_have_is_chosen_by_a_word_or_its_place(larkfield_rapport: Rapport, said: str, kind: str) -> None:
    person = larkfield_rapport.store.principal("nora@larkfield.example")
    asked = larkfield_rapport.assistant.answer(person, "Ashgrove's credit limit")
    assert (asked.kind, len(asked.options)) == ("clarify", 2)
    chosen = larkfield_rapport.assistant.answer(person, said, conversation_id=asked.conversation_id)
    assert [each["fields"]["practice_type"] for each in chosen.records] == [kind]
