"""The stages deals entered, as something to query: `Compiler` over deals, where each deal stands once for every stage it entered."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import aliased

from store.filters import Column, Compiler
from store.models import Opportunity, Stage, StageHistory
from store.schema import Field
from store.unit import Unit

ENTERED_AT = Field("opportunity", "entered_at", "datetime", "entered", "进入时间")


@dataclass(slots=True)
class StagesEntered(Compiler):
    """`stage` is the stage entered and `entered_at` when; every other field is the deal's as it is now."""

    visit: Any = None

    @classmethod
    def visits(cls, unit: Unit, *, first_only: bool) -> "StagesEntered":
        """Each entering with the moment it was left; or, with `first_only`, each stage of a deal once, when it was first entered."""
        held = StageHistory
        if first_only:
            rows = select(held.opportunity_id, held.stage_id, func.min(held.entered_at).label("entered_at")).group_by(
                held.opportunity_id, held.stage_id
            )
        else:
            following = func.lead(held.entered_at).over(partition_by=held.opportunity_id, order_by=(held.entered_at, held.id))
            rows = select(held.opportunity_id, held.stage_id, held.entered_at, following.label("left_at"))
        return cls(unit, "opportunity", aliased(Opportunity), visit=rows.subquery())

    def column(self, path: str) -> Column:
        if path == ENTERED_AT.name:
            return Column(self.visit.c.entered_at, ENTERED_AT)
        return Compiler.column(self, path)

    def joined(self, statement: Select[Any]) -> Select[Any]:
        return Compiler.joined(self, statement.join(self.visit, self.visit.c.opportunity_id == self.table.id))

    def _reference(self, field: Field, table: Any) -> Any:
        return self.visit.c.stage_id if self._is_visit(field, table) else Compiler._reference(self, field, table)

    def _expression(self, field: Field, table: Any, path: str) -> Any:
        return self.visit.c.stage_id if self._is_visit(field, table) else Compiler._expression(self, field, table, path)

    def _is_visit(self, field: Field, table: Any) -> bool:
        return field.name == "stage" and table is self.table

    def in_open_stage(self) -> Any:
        """Only stages there is something to go on from."""
        return self.visit.c.stage_id.in_([each.id for each in self.schema.stages if each.kind == "open"])

    def went_on(self) -> Any:
        """Whether the deal was ever in a later stage of the same pipeline that is not a lost one."""
        here, there, held = aliased(Stage), aliased(Stage), aliased(StageHistory)
        return exists(
            select(held.id)
            .join(there, there.id == held.stage_id)
            .join(here, here.pipeline_id == there.pipeline_id)
            .where(
                held.opportunity_id == self.visit.c.opportunity_id,
                here.id == self.visit.c.stage_id,
                there.position > here.position,
                there.kind != "lost",
            )
        )
