"""Asking cases that write on one store, each taken back before the next: a copy of the store for each would take most of the time."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from sqlalchemy import select

from agent.bootstrap import Rapport, build
from evals import runner, stores
from evals.cases import Case
from store import gate
from store.models import Proposal
from store.rights import Principal


def asked(cases: Sequence[Case], folder: Path, *, brain: str = "embedded") -> Iterator[runner.Result]:
    """Every case on one store each, and what it changed taken back: copies of the store would take most of the time."""
    for name in dict.fromkeys(case.store for case in cases):
        place = stores.fill(name, folder / name)
        rapport = build(place.settings())
        for case in (each for each in cases if each.store == name):
            principal = rapport.store.principal(case.who)
            before = _applied(rapport, principal)
            yield runner.run_case(rapport, case, brain, place)
            for proposal in [each for each in _applied(rapport, principal) if each not in before]:
                with rapport.store.writing(principal, door="eval") as unit:
                    gate.undo(unit, proposal)
        rapport.close()


def _applied(rapport: Rapport, principal: Principal) -> list[str]:
    """The proposals that were carried out, the latest first."""
    with rapport.store.reading(principal) as unit:
        latest = select(Proposal.id).where(Proposal.status == "applied").order_by(Proposal.created_at.desc(), Proposal.id.desc())
        return list(unit.session.scalars(latest))
