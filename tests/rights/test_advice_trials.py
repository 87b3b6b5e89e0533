"""Suggestions and drafts in random firms: nothing they show or stand on is hidden from who asked, by plain rules worked out apart."""

import re
from pathlib import Path

import pytest
from rights_firm import World, open_world

from knowledge.actions.scope import Scope
from knowledge.actions.suggesting import Action, suggest
from knowledge.drafts.composing import compose
from knowledge.drafts.request import Request
from store.errors import RapportError

SEEDS = (1, pytest.param(2, marks=pytest.mark.slow), pytest.param(3, marks=pytest.mark.slow))


def shown_ids(world: World, action: Action) -> set[tuple[str, str]]:
    ids = {(quote["type"], quote["id"]) for quote in action.evidence} | {(action.record["type"], action.record["id"])}
    ids |= {("contact", action.step.contact_id)} if action.step.contact_id else set()
    ids |= {("account", action.account_id)} if action.account_id else set()
    for change in action.step.changes:
        ids |= {(kind, str(change.values[kind])) for kind in ("account", "contact", "opportunity", "lead") if change.values.get(kind)}
        ids |= {(change.type, change.id)} if change.id else set()
    return ids


@pytest.mark.parametrize("seed", SEEDS)
def test_suggestions_show_only_what_the_person_sees(tmp_path: Path, seed: int) -> None:
    made = 0
    with open_world(tmp_path / "home", seed) as world:
        for user in world.firm.rows["user"].values():
            principal = world.store.principal(user["email"])
            with world.store.reading(principal) as unit:
                for scope in (Scope(people=(user["id"],)), Scope()):
                    for action in suggest(unit, scope, limit=30).actions:
                        made += 1
                        for kind, record_id in shown_ids(world, action):
                            assert world.firm.one(user, kind, record_id) is not None, (user["role"], action)
                        masked = _masked(world, user, action)
                        for quote in action.evidence:
                            fields = unit.schema.entity(quote["type"]).fields
                            labels = [fields[name].en for name in masked.get(quote["id"], ()) if name in fields]
                            assert not any(f"{label}: " in quote["quote"] for label in labels), (labels, quote)
                        text = f"{action.title} {action.reason} {action.also}"
                        assert "None" not in text
                        assert not re.search(r"\{\w+\}", text), text  # every slot was filled
    assert made > 30


def _masked(world: World, user: dict[str, object], action: Action) -> dict[str, list[str]]:
    """Fields of each record shown that a mask hides from this person."""
    role = world.firm.roles[str(user["role"])]
    found: dict[str, list[str]] = {}
    for quote in action.evidence:
        row = world.firm.rows[quote["type"]][quote["id"]]
        found[quote["id"]] = [
            name for (kind, name), how in role.hidden.items()
            if kind == quote["type"] and (how == "all" or not world.firm.own(user, row)) and name not in {"name", "subject"}
        ]  # fmt: skip
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_drafts_stand_only_on_what_the_person_sees(tmp_path: Path, seed: int) -> None:
    made = refused = 0
    with open_world(tmp_path / "home", seed) as world:
        for user in world.firm.rows["user"].values():
            with world.store.reading(world.store.principal(user["email"])) as unit:
                for contact in list(world.firm.rows["contact"].values())[:8]:
                    for purpose in ("follow_up", "reply", "apology", "thanks"):
                        try:
                            draft = compose(unit, Request(purpose=purpose, contact=contact["id"]))  # type: ignore[arg-type]
                        except RapportError:
                            assert world.firm.one(user, "contact", contact["id"]) is None
                            refused += 1
                            continue
                        made += 1
                        assert world.firm.one(user, "contact", contact["id"]) is not None
                        for source in draft.citations:
                            row = world.firm.one(user, source["type"], source["id"])
                            assert row is not None
                            if source["type"] not in {"contact", "account"}:  # nothing of another customer
                                assert row["account"] in {None, contact["account"]} or row.get("contact") == contact["id"]
    assert made > 20
    assert refused > 5
