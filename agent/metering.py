"""The language model's use, counted for every call that was made, and its budget, asked before the first of a turn or note."""

import logging
from dataclasses import dataclass

from agent.answer import Usage
from store import model_budget
from store.errors import RapportError
from store.model_budget import Purpose
from store.rights import Principal
from store.unit import Store

log = logging.getLogger("rapport")


@dataclass(frozen=True, slots=True)
class Meter:
    """`model`: what it is called at its endpoint."""

    store: Store
    model: str

    def spent(self) -> bool:
        with self.store.database.reading() as session:
            return model_budget.spent(session, self.store.settings)

    def note(self, principal: Principal, purpose: Purpose, used: Usage) -> None:
        """Kept in a transaction of its own: a turn that is stopped or fails has cost what it cost. One that cannot be kept is logged."""
        if not used.model_calls:
            return
        try:
            with self.store.writing(principal) as unit:
                model_budget.note_use(
                    unit,
                    purpose,
                    model=self.model,
                    calls=used.model_calls,
                    input_tokens=used.input_tokens,
                    output_tokens=used.output_tokens,
                )
        except RapportError as error:
            log.error("use of the language model was not kept: %s", error)
