"""A small company to knock on the doors of: an administrator, a manager, a rep in each of two teams, a service agent."""

from collections.abc import Callable
from pathlib import Path

from fastapi.testclient import TestClient

from store import gate, people, setup
from store.gate import Change
from store.models import Team
from store.settings import Settings
from store.unit import Store

SignedIn = Callable[[str], TestClient]  # a client with the session of this e-mail
PASSWORD = "correct horse"
ADMIN, MANAGER, ANNA, BEN, SAM = (f"{name}@firm.example" for name in ("admin", "mia", "anna", "ben", "sam"))


def settings_in(folder: Path) -> Settings:
    return Settings(home=folder, database_url="", today="2026-11-21", _env_file=None)  # type: ignore[call-arg]


def furnish(store: Store) -> None:
    """Tables, words, people and a few records."""
    store.database.migrate()
    with store.database.writing() as session:
        setup.prepare(session, currency="EUR")
        now = store.settings.now()
        session.add_all(Team(name=name, created_at=now, updated_at=now, custom={}, version=1) for name in ("North", "South"))
        session.flush()
        for email, role, team in (
            (ADMIN, "administrator", None),
            (MANAGER, "manager", "North"),
            (ANNA, "rep", "North"),
            (BEN, "rep", "South"),
            (SAM, "service", None),
        ):
            people.add_user(session, store.settings, people.NewUser(email, email.split("@")[0].title(), role, team, PASSWORD))
    for email, accounts in ((ANNA, ("Halden Shipping", "Nordkap Energy <b>AS</b>")), (BEN, ("Costa | Foods", "Sol Retail"))):
        _records(store, email, accounts)


def _records(store: Store, email: str, accounts: tuple[str, ...]) -> None:
    stages = ("Won", "Qualification", "Proposal", "Lost")
    with store.writing(store.principal(email)) as unit:
        for place, name in enumerate(accounts):
            view = gate.propose(unit, [Change(op="create", type="account", values={"name": name, "tier": "AB"[place]})])
            gate.approve(unit, view.id)
            for number, stage in enumerate(stages):
                values = {
                    "account": name,
                    "stage": stage,
                    "amount": 12_000 * (number + 1),
                    "close_date": f"2026-1{number % 3}-15",
                    "name": f"{name} – pilot {number + 1}",
                }
                gate.approve(unit, gate.propose(unit, [Change(op="create", type="opportunity", values=values)]).id)
