"""Going through everything the asker sees: pairs that may be the same become candidates."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, select, update

from store.bulk import pieces
from store.duplicates import keys
from store.duplicates.reading import Seen, content, read
from store.duplicates.scoring import matches, score
from store.duplicates.spec import Spec, specs
from store.errors import InvalidInput
from store.models import DuplicateCandidate, new_id
from store.unit import Unit

_COLUMNS = ("id", "a_type", "a_id", "b_type", "b_id", "content", "status", "score", "reasons")


@dataclass(frozen=True, slots=True)
class Found:
    """`compared`: records read. `new`: candidates there were not before, dismissed ones that changed included. `gone`: open ones
    that are no longer alike. `open`: those of the asker that stand now."""

    compared: int
    new: int
    gone: int
    open: int

    def to_json(self) -> dict[str, int]:
        return {"compared": self.compared, "new": self.new, "gone": self.gone, "open": self.open}


def find(unit: Unit, entity: str | None = None) -> Found:
    """Look for duplicates of a kind, or of all; keep the candidates. Seconds for 10,000 records, a minute for some 100,000.

    A pair that was dismissed stays so until what was compared changes in one of the two.
    """
    wanted = [spec for spec in specs().values() if entity is None or entity in spec.sources]
    if not wanted:
        raise InvalidInput(f"Nobody looks for duplicates of {entity!r}.", hint="They are looked for among accounts, contacts and leads.")
    if not keys.are_current(unit):
        keys.rebuild(unit)
    parts = [_find(unit, spec, entity) for spec in wanted]
    return Found(*(sum(numbers) for numbers in zip(*parts, strict=True)))


def _find(unit: Unit, spec: Spec, entity: str | None) -> tuple[int, int, int, int]:
    kinds = [kind for kind in sorted(spec.sources) if unit.principal.scope(kind) != "none"]
    records = [each for kind in kinds for each in read(unit, spec, kind)]
    here = {(each.type, each.id): place for place, each in enumerate(records)}
    kept = _kept(unit, kinds)
    fresh: list[dict[str, Any]] = []
    moved: list[dict[str, Any]] = []
    standing: set[tuple[str, str, str, str]] = set()
    for a, b, _ in matches(spec, [each.prepared for each in records]):
        if entity is not None and entity not in {records[a].type, records[b].type}:
            continue
        row = _row(unit, spec, records[a], records[b])
        pair = (row["a_type"], row["a_id"], row["b_type"], row["b_id"])
        old = kept.get(pair)
        if old is None:
            fresh.append({"id": new_id(), **row})
        elif old.status != "open" and old.content == row["content"]:
            continue
        elif (old.status, old.content, old.score) != ("open", row["content"], row["score"]):
            moved.append({"id": old.id, "reopened": old.status != "open", **row})
        standing.add(pair)
    gone = [
        old.id
        for pair, old in kept.items()
        if old.status == "open" and pair not in standing and pair[:2] in here and pair[2:] in here and (entity is None or entity in pair)
    ]
    _write(unit, fresh, moved, gone)
    return len(records), len(fresh) + sum(each["reopened"] for each in moved), len(gone), len(standing)


def _row(unit: Unit, spec: Spec, a: Seen, b: Seen) -> dict[str, Any]:
    found = score(spec, a.prepared, b.prepared)
    return {
        "a_type": a.type, "a_id": a.id, "b_type": b.type, "b_id": b.id, "score": round(found.chance * 100, 1),
        "reasons": [each.to_json() for each in found.reasons], "content": content(a, b), "status": "open", "found_at": unit.now(),
    }  # fmt: skip


def _kept(unit: Unit, kinds: Sequence[str]) -> dict[tuple[str, str, str, str], Any]:
    columns = [getattr(DuplicateCandidate, name) for name in _COLUMNS]
    wanted = select(*columns).where(DuplicateCandidate.a_type.in_(kinds), DuplicateCandidate.b_type.in_(kinds))
    return {(row.a_type, row.a_id, row.b_type, row.b_id): row for row in unit.session.execute(wanted)}


def _write(unit: Unit, fresh: list[dict[str, Any]], moved: list[dict[str, Any]], gone: list[str]) -> None:
    if fresh:
        unit.session.execute(insert(DuplicateCandidate), fresh)
    if moved:
        rows = [{name: value for name, value in each.items() if name != "reopened"} for each in moved]
        unit.session.execute(update(DuplicateCandidate), rows)
    for piece in pieces(gone):
        unit.session.execute(delete(DuplicateCandidate).where(DuplicateCandidate.id.in_(piece)))
