"""The set-up desk: what an administrator may change without code, checked and logged, the same for every door."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from store import audit, gate, schema
from store.errors import InvalidInput, NotAllowed
from store.filters import Filter
from store.models import CustomField, Opportunity, StageHistory
from store.query import RecordQuery, find_ids
from store.schema import Kind
from store.setup import choices, fields, pipelines, words
from store.states import standard_states
from store.unit import Unit


class SetupDesk:
    """Set-up by the person of `unit`, inside its transaction.

    Raises NotAllowed unless the person administers. A value or stage in use is refused, unless its successor is named: then the
    records move in one approved bulk proposal first, which can be undone like any other.
    """

    def __init__(self, unit: Unit) -> None:
        if not unit.principal.administers:
            raise NotAllowed("Only an administrator may change the set-up.", hint="Ask one, or sign in as one.")
        if unit.principal.read_only:
            raise NotAllowed("This token may only read.", hint="Make one that may write: `rapport user token EMAIL`.")
        self.unit = unit
        self.session = unit.session

    def add_field(self, entity: str, name: str, kind: Kind, *, values: Sequence[str] = (), **more: Any) -> CustomField:
        """A custom field. `more`: label, label_zh, words, target (for a record link). `values`: the choices it starts with."""
        if values and kind not in {"choice", "multichoice"}:
            raise InvalidInput(f"A field of kind {kind} takes no list of values.", hint="Kinds with values: choice, multichoice.")
        made = fields.add_field(self.session, entity, name, kind, **more)
        if values:
            choices.add_choices(self.session, f"{entity}.{name}", values)
        self._log(f"field {entity}.{name} added ({kind})")
        return made

    def change_field(
        self,
        entity: str,
        name: str,
        *,
        label: str | None = None,
        label_zh: str | None = None,
        words: Sequence[str] | None = None,
    ) -> CustomField:
        """What a custom field is called; its kind stays."""
        found = fields.find_field(self.session, entity, name)
        found.label_en = label if label is not None else found.label_en
        found.label_zh = label_zh if label_zh is not None else found.label_zh
        found.words = list(words) if words is not None else found.words
        schema.bump(self.session)
        self._log(f"field {entity}.{name} changed")
        return found

    def remove_field(self, entity: str, name: str) -> None:
        """See `store.setup.fields.remove_field`."""
        fields.remove_field(self.session, entity, name)
        self._log(f"field {entity}.{name} removed")

    def add_choices(self, field: str, values: Sequence[str]) -> list[str]:
        """Values more for a picklist, `field` as entity.field; returns those that were not there."""
        self._picklist(field)
        added = choices.add_choices(self.session, field, values)
        if added:
            self._log(f"picklist {field}: {', '.join(added)} added")
        return added

    def label_choice(
        self, field: str, value: str, *, zh: str | None = None, words: Sequence[str] | None = None, counts_as: str | None = None
    ) -> None:
        """What a value is called in Chinese, and what else people call it; of a state, the standard one it counts as (In Progress: open)."""
        self._picklist(field)
        found = choices.find_choice(self.session, field, value)
        found.label_zh = zh if zh is not None else found.label_zh
        found.words = list(words) if words is not None else found.words
        if counts_as is not None:
            choices.count_as(found, counts_as)
        schema.bump(self.session)
        self._log(f"picklist {field}: {found.value} {'labelled' if counts_as is None else f'counts as {found.counts_as}'}")

    def remove_choice(self, field: str, value: str, *, replace_with: str | None = None) -> int:
        """Take a value away; returns how many records were moved to the other."""
        known = self._picklist(field)
        found = choices.find_choice(self.session, field, value)
        other = choices.find_choice(self.session, field, replace_with).value if replace_with else None
        if other == found.value:
            raise InvalidInput("A value cannot be replaced with itself.")
        holding = self._holding(known, found.value)
        if holding and other is None:
            raise InvalidInput(
                f"{len(holding):,} record(s) hold {found.value!r}.", hint=f"Say what they get instead: --replace-with VALUE ({field})."
            )
        for_each = [self._with_choice(known, record_id, found.value, other) for record_id in holding]
        self._move(for_each, f"{field}: {found.value} becomes {other}")
        self.session.delete(found)
        schema.bump(self.session)
        self._log(f"picklist {field}: {found.value} removed")
        return len(holding)

    def _holding(self, known: schema.Field, value: str) -> list[str]:
        """Records that hold this very value: a condition for "open" would find every state that counts as open."""
        if standard_states(f"{known.entity}.{known.name}"):
            model = self.unit.schema.entity(known.entity).model
            held = select(model.id).where(getattr(model, known.column) == value, model.deleted_at.is_(None))
            return list(self.session.scalars(held.order_by(model.id)))
        return find_ids(self.unit, RecordQuery(entity=known.entity, filters=[Filter(field=known.name, value=value)]))

    def _with_choice(self, known: schema.Field, record_id: str, old: str, new: str | None) -> gate.Change:
        value: Any = new
        if known.kind == "multichoice":
            model = self.unit.schema.entity(known.entity).model
            held = (self.session.scalar(select(model.custom).where(model.id == record_id)) or {}).get(known.name) or []
            value = list(dict.fromkeys(new if each == old else each for each in held))
        return gate.Change(op="update", type=known.entity, id=record_id, values={known.name: value})

    def add_words(self, subject: str, new: Sequence[str]) -> list[str]:
        """Words that mean an entity (`lead`) or a field (`account.industry`)."""
        added = words.add_words(self.session, subject, new)
        if added:
            self._log(f"words for {subject}: {', '.join(added)}")
        return added

    def remove_words(self, subject: str, old: Sequence[str]) -> list[str]:
        removed = words.remove_words(self.session, subject, old)
        if removed:
            self._log(f"words for {subject} removed: {', '.join(removed)}")
        return removed

    def add_pipeline(self, name: str, stages: Sequence[str | dict[str, Any]]) -> None:
        """A pipeline with its stages in order: names (kind and probability as such names usually have) or dicts
        (name, kind, probability, zh)."""
        wanted = [
            pipelines.stage_like(each) if isinstance(each, str) else pipelines.stage_like(str(each["name"])) | each for each in stages
        ]
        pipelines.add_pipeline(self.session, name, wanted)
        self._log(f"pipeline {name} added: {', '.join(str(each['name']) for each in wanted)}")

    def rename_pipeline(self, name: str, new: str) -> None:
        found = pipelines.find_pipeline(self.session, name)
        if not new.strip():
            raise InvalidInput("A pipeline needs a name.")
        found.name = new.strip()
        schema.bump(self.session)
        self._log(f"pipeline {name} is now {found.name}")

    def remove_pipeline(self, name: str) -> None:
        """Take a pipeline away. Refused while a deal is in it, or was, and for the last one."""
        found = pipelines.find_pipeline(self.session, name)
        held = pipelines.stages_of(self.session, found)
        if self._deals_in([each.id for each in held]):
            raise InvalidInput(f"Deals are or were in {found.name}.", hint="Their history needs it. Rename it instead.")
        if pipelines.find_pipeline(self.session, None).id == found.id:
            raise InvalidInput(f"{found.name} is the first pipeline: new deals go there.", hint="Rename it instead.")
        for each in held:
            self.session.delete(each)
        self.session.flush()
        self.session.delete(found)
        schema.bump(self.session)
        self._log(f"pipeline {found.name} removed")

    def add_stage(self, name: str, *, pipeline: str | None = None, **said: Any) -> None:
        """`said`: kind (open, won, lost), probability (0-100), zh."""
        pipelines.add_stage(self.session, name, pipeline, **said)
        self._log(f"stage {name} added")

    def change_stage(
        self,
        name: str,
        *,
        pipeline: str | None = None,
        new_name: str | None = None,
        zh: str | None = None,
        probability: float | None = None,
        position: int | None = None,
    ) -> None:
        """Name, Chinese label, probability (0-100), place in the pipeline (from 1). What it means (open, won, lost) stays."""
        found = pipelines.find_stage(self.session, name, pipeline)
        held = pipelines.stages_of(self.session, pipelines.find_pipeline(self.session, pipeline))
        if probability is not None and not 0 <= probability <= 100:
            raise InvalidInput(f"A probability goes from 0 to 100, not {probability:g}.")
        if new_name and any(each is not found and each.name.casefold() == new_name.strip().casefold() for each in held):
            raise InvalidInput(f"There is a stage {new_name!r} already.")
        found.name = (new_name or found.name).strip()
        found.label_zh = zh if zh is not None else found.label_zh
        found.probability = found.probability if probability is None else probability
        if position is not None:
            held.remove(found)
            held.insert(max(0, position - 1), found)
        pipelines.place(self.session, held)
        self._log(f"stage {name} changed")

    def remove_stage(self, name: str, *, pipeline: str | None = None, move_to: str | None = None) -> int:
        """Take a stage away; returns how many deals were moved. Where history points to it, it stays for history only."""
        found = pipelines.find_stage(self.session, name, pipeline)
        held = pipelines.stages_of(self.session, pipelines.find_pipeline(self.session, pipeline))
        if sum(each.kind == found.kind for each in held) == 1 and found.kind != "lost":
            raise InvalidInput(f"{found.name} is the only {found.kind} stage.", hint="Add another first.")
        statement = select(Opportunity.id).where(Opportunity.stage_id == found.id, Opportunity.deleted_at.is_(None))
        holding = list(self.session.scalars(statement.order_by(Opportunity.id)))
        if holding and move_to is None:
            raise InvalidInput(f"{len(holding):,} deal(s) are in {found.name}.", hint="Say where they go: --move-to STAGE.")
        if holding and move_to:
            target = pipelines.find_stage(self.session, move_to, pipeline)
            if target is found:
                raise InvalidInput("Its deals cannot move to the stage that goes away.")
            moves = [gate.Change(op="update", type="opportunity", id=each, values={"stage": target.id}) for each in holding]
            self._move(moves, f"stage {found.name} goes away: its deals move to {target.name}")
        if self._deals_in([found.id]):
            found.archived = True
        else:
            self.session.delete(found)
        schema.bump(self.session)
        self._log(f"stage {found.name} removed")
        return len(holding)

    def _deals_in(self, stages: list[str]) -> bool:
        """Whether a deal, deleted ones included, is or was in one of these stages."""
        now = select(func.count()).select_from(Opportunity).where(Opportunity.stage_id.in_(stages))
        before = select(func.count()).select_from(StageHistory).where(StageHistory.stage_id.in_(stages))
        return bool(self.session.scalar(now) or self.session.scalar(before))

    def _move(self, changes: Sequence[gate.Change], reason: str) -> None:
        if changes:
            done = gate.approve(self.unit, gate.propose(self.unit, changes, reason=reason).id)
            if done.status != "applied":
                raise InvalidInput(f"The records could not be moved: {done.note}", hint="Try again.")

    def _picklist(self, field: str) -> schema.Field:
        entity, _, name = field.partition(".")
        known = schema.load(self.session).field(entity, name)
        choices.require_picklist(known)
        return known

    def _log(self, summary: str) -> None:
        audit.record(self.unit, "set-up", summary)
