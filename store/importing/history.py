"""When a deal entered its stages, as far as a row says."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from store.importing.entries import Entry
from store.importing.stages import read_stage
from store.unit import Unit


def stages_entered(unit: Unit, entries: Iterable[Entry]) -> dict[str, list[tuple[str, datetime]]]:
    """For new deals, by id: the history a row brings, else its present stage since its close or start."""
    closed = {stage.id for stage in unit.schema.stages if stage.kind in {"won", "lost"}}
    return {
        each.record_id: [(read_stage(unit.schema, str(step["stage"])).id, _moment(unit, step["entered_at"])) for step in each.history]
        if each.history
        else [(each.values["stage"], _entered(unit, each.values, closed=each.values["stage"] in closed))]
        for each in entries
    }


def _moment(unit: Unit, raw: Any) -> datetime:
    moment = raw if isinstance(raw, datetime) else datetime.fromisoformat(str(raw))
    return (moment if moment.tzinfo else moment.replace(tzinfo=unit.settings.zone)).astimezone(UTC)


def _entered(unit: Unit, values: dict[str, Any], *, closed: bool) -> datetime:
    """A closed deal entered its stage on its close date, an open one when it was engaged or created."""
    said = values.get("close_date") if closed else values.get("engaged_on") or values.get("created_at")
    if said is None:
        return unit.now()
    moment = datetime.fromisoformat(said)
    if moment.tzinfo is None:
        moment = moment.replace(hour=12, tzinfo=unit.settings.zone)
    return min(moment.astimezone(UTC), unit.now())
