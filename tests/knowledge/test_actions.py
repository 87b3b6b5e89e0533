"""Suggestions: each rule where it applies and not beside it; evidence that resolves; consent; ranking; snoozing."""

from datetime import timedelta
from typing import Any

import pytest
from advice_firm import OTHER, REP, Advised
from brief_firm import TODAY, Past
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.actions.rules import book
from knowledge.actions.scope import Scope
from knowledge.actions.sources import Looking, candidates
from knowledge.actions.suggesting import Action, one
from knowledge.phrasing import filled
from store import gate
from store.query import get
from store.unit import Store


def day(offset: int) -> str:
    return (TODAY + timedelta(days=offset)).isoformat()


def moment(offset: int) -> str:
    return f"{day(offset)}T09:00"


@pytest.fixture(scope="module")
def firm(shared_past: Past) -> Advised:
    """One record for each rule, and beside it one that just misses it."""
    made = Advised(shared_past)
    acme = made.add("acme", "account", name="Acme", owner=REP, tier="A", lifecycle="active", last_contact_at=moment(-10))
    jane = made.add(
        "jane", "contact", name="Jane Doe", account=acme, owner=REP, email="jane@acme.example", phone="+31 10 555 0100", role="user"
    )
    made.add("consent", "consent", contact=jane, channel="email", status="given", given_at=day(-100))
    made.add("overdue_task", "task", title="Call back", due_at=moment(-3), assignee=REP)
    made.add("not yet", "task", title="Call later", due_at=moment(5), assignee=REP)
    made.add("done", "task", title="Called", due_at=moment(-3), assignee=REP, status="done")
    made.add("theirs", "task", title="Not mine", due_at=moment(-3), assignee=OTHER)
    made.add("task_today", "task", title="Send it", due_at=moment(0), assignee=REP)
    for name, close, more in (
        ("slipped_date", -5, {"next_step": "call"}), ("in time", 30, {"next_step": "call"}), ("no_next_step", 30, {}),
    ):  # fmt: skip
        made.add(name, "opportunity", name=f"Deal {name}", account=acme, owner=REP, close_date=day(close), amount=1000, **more)
    for name in ("slipped_date", "in time", "no_next_step"):
        made.add(f"talk {name}", "activity", kind="call", direction="outbound", account=acme, contact=jane, opportunity=made.ids[name],
                 occurred_at=moment(-2), body="spoke")  # fmt: skip
    made.add("silent_deal", "opportunity", name="Deal silent", account=acme, owner=REP, close_date=day(30), next_step="call", amount=1000)
    made.add("old talk", "activity", kind="call", direction="outbound", account=acme, contact=jane, opportunity=made.ids["silent_deal"],
             occurred_at=moment(-40), body="They want to think about it.")  # fmt: skip
    ann = made.add("ann", "contact", name="Ann Answered", account=acme, owner=REP)
    for name, people in (("single_threaded", [jane, jane, jane]), ("two of them", [jane, jane, ann]), ("hardly begun", [jane, jane])):
        made.add(name, "opportunity", name=f"Deal {name}", account=acme, owner=REP, close_date=day(30), next_step="call", amount=1000)
        for ago, person in enumerate(people):
            made.add(f"{name} {ago}", "activity", kind="call", direction="outbound", account=acme, contact=person,
                     opportunity=made.ids[name], occurred_at=moment(-3 - ago), body="spoke")  # fmt: skip
    made.add("silent_account", "account", name="Quiet plc", owner=REP, tier="B", lifecycle="active", last_contact_at=moment(-80))
    made.add("small", "account", name="Small and quiet", owner=REP, tier="C", lifecycle="active", last_contact_at=moment(-80))
    made.add("unanswered_mail", "activity", kind="email", direction="inbound", trust="external", account=acme, contact=jane, owner=REP,
             occurred_at=moment(-1), subject="Sensors", body="When will they come?")  # fmt: skip
    for kind, ago in (("inbound", -6), ("outbound", -4)):
        made.add(f"mail {kind}", "activity", kind="email", direction=kind, account=acme, contact=ann, occurred_at=moment(ago), body="Yes?")
    made.add("case_open", "case", subject="Drifts", account=acme, owner=OTHER, opened_at=moment(-20), priority="normal", type="problem")
    made.add("case new", "case", subject="Fresh", account=acme, owner=OTHER, opened_at=moment(-2), priority="normal")
    made.add("renewal_near", "contract", number="C-1", account=acme, owner=REP, status="active", starts_on=day(-300), ends_on=day(20))
    made.add("far", "contract", number="C-2", account=acme, owner=REP, status="active", starts_on=day(-300), ends_on=day(200))
    made.add("quote_expiring", "quote", number="Q-1", account=acme, contact=jane, owner=REP, status="sent", issued_on=day(-30),
             valid_until=day(5), amount=500)  # fmt: skip
    made.add(
        "accepted", "quote", number="Q-2", account=acme, contact=jane, owner=REP, status="accepted", issued_on=day(-30), valid_until=day(5)
    )
    made.add(
        "quote_open", "quote", number="Q-3", account=acme, contact=jane, owner=REP, status="sent", issued_on=day(-30), valid_until=day(60)
    )
    made.add("birthday", "contact", name="Bea Birth", account=acme, owner=REP, birthday="1980-11-23", wechat="bea")
    made.add("bea agrees", "consent", contact=made.ids["birthday"], channel="wechat", status="given", given_at=day(-100))
    made.add("no consent", "contact", name="Bo Birth", account=acme, owner=REP, birthday="1980-11-23", wechat="bo")
    made.add("lead", "lead", name="Lee Lead", company="Leads Ltd", owner=REP, status="new", score=70, source="web form")
    made.add("follow_up_due", "account", name="Promised plc", owner=REP, next_follow_up_at=moment(-1))
    return made


def found(firm: Advised, rule: str, who: str = REP) -> list[str]:
    """The records a rule finds for a person, whatever its weight."""
    principal = firm.past.store.principal(who)
    with firm.past.store.reading(principal) as unit:
        return [each.record.id for each in candidates(Looking(unit, Scope(people=(principal.user_id,))), book().rules[rule])]


@pytest.mark.parametrize(
    "rule",
    ["overdue_task", "task_today", "slipped_date", "no_next_step", "silent_deal", "silent_account", "unanswered_mail", "case_open",
     "renewal_near", "quote_expiring", "quote_open", "birthday", "follow_up_due", "single_threaded"],
)  # fmt: skip
def test_a_rule_finds_its_situation_and_not_what_just_misses_it(firm: Advised, rule: str) -> None:
    expected = [firm.ids[rule]] + ([firm.ids["no consent"]] if rule == "birthday" else [])
    assert sorted(found(firm, rule)) == sorted(expected)


def test_the_same_situations_are_nobody_elses(firm: Advised) -> None:
    for rule in book().rules:
        assert not set(found(firm, rule, OTHER)) & set(firm.ids.values()) - {
            firm.ids["theirs"],
            firm.ids["case_open"],
            firm.ids["case new"],
        }


def check(firm: Advised, action: Action, who: str = REP) -> None:
    """Evidence resolves and says what the record says; the change would be taken by the gate; every slot is filled."""
    store: Store = firm.past.store
    assert action.evidence
    with store.reading(store.principal(who)) as unit:
        for quote in action.evidence:
            record = get(unit, quote["type"], quote["id"])
            if quote["type"] == "activity" and ": " not in quote["quote"]:
                assert quote["quote"].rstrip("…") in " ".join(str(record.fields.get("body") or record.fields.get("subject")).split())
    for text in (action.title, action.reason, action.effect, *action.also):
        assert "{" not in text
        assert "[[" not in text
    assert action.due >= TODAY
    assert action.step.changes or action.step.draft or action.step.merge
    if action.step.changes:
        with store.writing(store.principal(who)) as unit:
            made = gate.propose(unit, action.step.changes, evidence=action.evidence)
            assert made.status == "pending"
            assert gate.reject(unit, made.id).status == "rejected"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_suggestion_can_be_shown_stands_on_records_and_can_be_proposed(firm: Advised, language: str) -> None:
    shown = firm.of(language=language).actions
    assert len(shown) >= 6
    for action in shown:
        check(firm, action)
    assert [each.score for each in shown] == sorted((each.score for each in shown), reverse=True)


def test_about_a_deal_an_account_a_contact(firm: Advised) -> None:
    assert set(firm.rules(opportunity=firm.ids["slipped_date"])) == {"slipped_date"}
    at = firm.of(account=firm.ids["acme"]).actions
    assert at
    assert {each.account_id for each in at} == {firm.ids["acme"]}
    assert "unanswered_mail" in firm.rules(contact=firm.ids["jane"])
    assert firm.of(opportunity=firm.ids["in time"]).actions == []


def test_a_snoozed_suggestion_comes_back_and_a_useless_one_does_not(firm: Advised) -> None:
    key = f"task_today:{firm.ids['task_today']}"
    keys = lambda: [each.key for each in firm.of().actions]  # noqa: E731
    assert key in keys()
    firm.say(key, "snoozed", TODAY + timedelta(days=1))
    assert key not in keys()
    assert firm.of().hidden == 1
    firm.say(key, "snoozed", TODAY)
    assert key in keys()
    firm.say(key, "not_useful")
    assert key not in keys()
    firm.say(key, "snoozed", TODAY)


def test_what_was_called_not_useful_moves_its_kind_down(firm: Advised) -> None:
    before = {each.key: each.score for each in firm.of().actions}
    key = next(each for each in before if each.startswith("overdue_task"))
    for number in range(4):
        firm.say(f"overdue_task:another{number}", "not_useful")
    after = {each.key: each.score for each in firm.of().actions}
    assert after[key] == pytest.approx(before[key] / 2)
    assert {k: v for k, v in after.items() if not k.startswith("overdue_task")} == pytest.approx(
        {k: v for k, v in before.items() if not k.startswith("overdue_task")}
    )
    for number in range(4):
        firm.say(f"overdue_task:another{number}", "snoozed", TODAY)


def test_more_at_stake_comes_first(firm: Advised) -> None:
    made = [
        firm.add(f"stake {amount}", "opportunity", name=f"Stake {amount}", account=firm.ids["acme"], owner=REP, close_date=day(-5),
                 amount=amount, next_step="call", probability=chance)
        for amount, chance in ((100, 50), (900_000, 50), (900_000, 5))
    ]  # fmt: skip
    principal = firm.past.store.principal(REP)
    with firm.past.store.reading(principal) as unit:
        actions = [one(unit, f"slipped_date:{record_id}") for record_id in made]
    assert [each and int(each.expected or 0) for each in actions] == [50, 450_000, 45_000]
    ranked = [each.key.partition(":")[2] for each in firm.of(limit=20).actions if each.rule == "slipped_date"]
    assert ranked.index(made[1]) < ranked.index(made[2]) < ranked.index(made[0])


def test_few_and_not_all_of_one_kind(firm: Advised) -> None:
    shown = firm.of(limit=4).actions
    assert len(shown) == 4
    assert max(sum(each.rule == rule for each in shown) for rule in {each.rule for each in shown}) <= 2
    assert firm.of(limit=4).more > 0


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_wording_is_whole(language: str) -> None:
    """A slot no rule could fill would show as a brace."""
    slots = "name account contact owner day days ahead subject company source stage status priority tier role amount said why other usual person"
    every = [*slots.split(), "channels"]
    for rule in book().rules.values():
        for words in (rule.title, rule.reason, rule.effect, *(step.title for step in rule.steps if step.title)):
            assert filled(words.said(language), dict.fromkeys(every, "x"))[1] == [], (rule.name, words)


CHANNELS = ("email", "phone", "wechat")
WORDS = st.lists(
    st.tuples(st.sampled_from((*CHANNELS, "sms")), st.sampled_from(("given", "withdrawn", "refused")), st.integers(1, 300)), max_size=5
)


@settings(max_examples=15)
@given(said=WORDS, barred=st.booleans(), held=st.sets(st.sampled_from(CHANNELS)))
def test_nobody_is_to_be_contacted_who_did_not_agree(shared_past: Past, said: list[Any], barred: bool, held: set[str]) -> None:
    """Whatever a contact said about channels, a suggestion names them on one only if their newest word on it is yes."""
    firm = Advised(shared_past)
    account = firm.add(
        "account", "account", name=f"Asked {len(shared_past.ids)}", owner=REP, tier="A", lifecycle="active", last_contact_at=moment(-80)
    )
    addresses = {"email": "x@y.example", "phone": "+31 10 555 0101", "wechat": "xx"}
    contact = firm.add("contact", "contact", name="Max Maybe", account=account, owner=REP, role="champion", do_not_contact=barred,
                       birthday="1970-11-22", **{each: addresses[each] for each in held})  # fmt: skip
    deal = firm.add("deal", "opportunity", name="Max's deal", account=account, owner=REP, close_date=day(-5), amount=10)
    for kind, ago in (("inbound", -90), ("inbound", -3)):
        firm.add(f"mail {ago}", "activity", kind="email", direction=kind, account=account, contact=contact, opportunity=deal,
                 occurred_at=moment(ago), subject="Hm", body="And?")  # fmt: skip
    for channel, status, ago in said:
        firm.add(f"consent {channel} {ago}", "consent", contact=contact, channel=channel, status=status, given_at=moment(-ago))
    newest: dict[str, tuple[int, bool]] = {}
    for channel, status, ago in said:  # of two of the same day the no
        now = newest.get(channel)
        if now is None or ago < now[0]:
            newest[channel] = (ago, status == "given")
        elif ago == now[0]:
            newest[channel] = (ago, now[1] and status == "given")
    allowed = {each for each in held if not barred and newest.get(each, (0, False))[1]}
    for action in firm.of(account=account).actions:
        if action.step.contact_id:
            assert action.step.contact_id == contact
            assert action.step.channel in allowed
        for change in action.step.changes:
            assert not change.values.get("contact") or action.step.channel in allowed
        if action.step.draft:
            assert action.step.channel in allowed & {"email", "wechat"}
        if not allowed:
            assert not any(text in action.title for text in ("call Max", "write to Max", "send Max"))
