"""Entries as validated changes: creates with their defaults, updates with what differs, in an order the tables accept."""

from collections import defaultdict, deque
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from store.drafting import Draft
from store.importing.entries import Entry
from store.importing.known import Known, name_of
from store.importing.writing import Link
from store.models import RECORD_MODELS
from store.schema import Entity, Field
from store.unit import Unit
from store.values import to_json

KEPT = frozenset({"created_at", "updated_at", "version"})  # of a record that is here already


class Defaults:
    """What a new record gets when its row does not say: nobody becomes owner, except where the importer sees only their own, and of
    a customer's documents."""

    def __init__(self, unit: Unit, known: Known, kind: str, told: Collection[str] = ()) -> None:
        """`told`: the fields the file has a column for."""
        self._zone, self._told = unit.settings.zone, told
        self._known = known
        self._kind = kind
        self._currency = unit.currency
        first = next((stage for stage in unit.schema.stages if stage.kind == "open"), None)
        self._stage = first.id if first else None
        mine = kind not in {"user", "team", "product"} and unit.principal.scope(kind) == "own"
        self._importer = unit.principal.user_id
        self._owner = self._importer if mine else None
        self._required = [field for field in unit.schema.entity(kind).fields.values() if field.required]

    def fill(self, values: dict[str, Any]) -> None:
        owner = (
            self._importer if self._kind == "document" and values.get("account") else self._owner
        )  # a customer's paper is not everybody's
        if owner:
            values.setdefault("owner", owner)
        for name, value in self._of(self._kind, values).items():
            if value is not None:
                values.setdefault(name, value)
        owner = values.get("owner")
        if owner and "team" not in values and self._kind not in {"user", "team"}:
            team = self._known.team_of(owner)
            if team:
                values["team"] = team

    def missing(self, values: dict[str, Any]) -> list[str]:
        """What a new record would lack."""
        lacking = [field.en for field in self._required if values.get(field.name) in (None, "")]
        if self._kind == "opportunity" and not values.get("name"):
            lacking.append("name")
        if self._kind == "activity" and not values.get("subject") and not values.get("body"):
            lacking.append("text")
        if self._kind == "activity" and not values.get("occurred_at"):
            lacking.append("date")
        return lacking

    def _of(self, kind: str, values: dict[str, Any]) -> dict[str, Any]:
        match kind:
            case "opportunity":
                begun = None if "engaged_on" in self._told else self._day_of(values.get("created_at"))
                return {"stage": self._stage, "currency": self._currency, "name": self._deal_name(values), "engaged_on": begun}
            case "order":
                return {"currency": self._currency, "number": values.get("key")}
            case "quote" | "contract":
                return {"number": values.get("key")}
            case "activity":
                found = {
                    "kind": "note",
                    "occurred_at": values.get("created_at"),
                    "trust": "external",
                    "subject": _begin(values.get("body")),
                }
                return found | self._each_other("author", values)
            case "task":
                return {"status": "open", "priority": "normal", "title": _begin(values.get("description"))} | self._each_other(
                    "assignee", values
                )
            case "case":
                opened = {"opened_at": values.get("created_at"), "subject": _begin(values.get("description"))}
                return {"status": "open", "priority": "normal"} | opened
            case "lead":
                return {"status": "new", "name": values.get("email") or values.get("company")}
            case "contact":
                return {"name": values.get("email")}
            case "user":
                return {"role": "rep", "name": str(values.get("email") or "").split("@")[0] or None}
        return {}

    def _each_other(self, person: str, values: dict[str, Any]) -> dict[str, Any]:
        """Who did it and who owns it are one where the file has a column for one of them only."""
        return {person: None if person in self._told else values.get("owner"), "owner": values.get(person)}

    def _day_of(self, moment: str | None) -> str | None:
        """A file that only says when a deal was made says by it when the deal began."""
        return datetime.fromisoformat(moment).astimezone(self._zone).date().isoformat() if moment else None

    def _deal_name(self, values: dict[str, Any]) -> str | None:
        parts = [name_of(self._known, kind, values.get(kind)) for kind in ("account", "product")]
        return " – ".join(part for part in parts if part) or values.get("key")


def _begin(text: Any) -> str | None:
    """The beginning of a text, for a record that has no other name."""
    return " ".join(str(text or "").split())[:80] or None


def create(spec: Entity, entry: Entry) -> Draft:
    after = {name: value for name, value in entry.values.items() if value is not None and name not in {"updated_at", "version"}}
    name = str(after.get(spec.name_field) or after.get("key") or spec.en)
    return Draft("create", spec.name, entry.record_id, name, 0, {}, after)


def update(known: Known, spec: Entity, entry: Entry) -> Draft | None:
    """What differs from the record as it is; an empty cell says nothing. None when nothing does."""
    row = entry.held
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    values = dict(entry.values)
    for name, value in values.items():
        if name in KEPT or value is None:
            continue
        old = to_json(_held(row, spec.fields[name]))
        if old != value:
            before[name], after[name] = old, value
    if "owner" in after and "team" not in values and spec.name not in {"user", "team"}:
        team, old_team = known.team_of(after["owner"]), row["team_id"]
        if team != old_team:
            before["team"], after["team"] = old_team, team
    if not after:
        return None
    name = str(row[spec.name_field] or row["key"] or row["id"])
    return Draft("update", spec.name, row["id"], name, row["version"], before, after)


def _held(row: Any, field: Field) -> Any:
    return (row["custom"] or {}).get(field.name) if field.custom else row[field.column]


def shown_values(unit: Unit, known: Known, kind: str, values: dict[str, Any]) -> dict[str, Any]:
    """Values as people read them: what a reference points to by its name."""
    fields = unit.schema.entity(kind).fields
    stages = {stage.id: stage.name for stage in unit.schema.stages}
    shown = {}
    for name, value in values.items():
        target = fields[name].refers_to
        if target in RECORD_MODELS and value is not None:
            named = known.kind(target).by_id.get(value)
            shown[name] = named.email or named.name if named else value
        else:
            shown[name] = stages.get(value, value) if target == "stage" else value
    return shown


def in_order(unit: Unit, known: Known, drafts: list[Draft]) -> tuple[list[Draft], list[Link]]:
    """Creates so that a record comes after those it points to, then updates; and the links that must wait.

    A link waits, and is taken out of its draft, when it points to a record another file makes or when records point to
    each other in a circle.
    """
    creates = {each.record_id: each for each in drafts if each.op == "create"}
    updates = [each for each in drafts if each.op != "create"]
    waiting: list[Link] = []
    needs: dict[str, dict[str, str]] = {}
    unwritten = known.planned.keys() - known.written
    pointing = {kind: [field.name for field in unit.schema.entity(kind).fields.values() if field.refers_to] for kind in RECORD_MODELS}
    for each in drafts if unwritten else ():
        after = each.after
        links = {name: after[name] for name in pointing[each.type] if name in after and after[name] in unwritten}
        for name, target in links.items():
            if target not in creates:
                _cut(each, name, target, waiting)
        if links and each.op == "create":
            needs[each.record_id] = {name: target for name, target in links.items() if target in creates}
    ordered = list(creates.values())
    if needs or len({each.type for each in ordered}) > 1:
        everything = {record_id: needs.get(record_id, {}) for record_id in creates}
        depth = _depths(everything, lambda record_id, name, target: _cut(creates[record_id], name, target, waiting))
        ordered.sort(key=lambda each: (depth[each.record_id], each.type))
    return [*ordered, *(each for each in updates if each.after)], waiting


def _depths(needs: dict[str, dict[str, str]], cut: Callable[[str, str, str], None]) -> dict[str, int]:
    """How many records must come before each; a circle is opened by cutting the links of its first record."""
    open_links = {record_id: len(links) for record_id, links in needs.items()}
    followers: dict[str, list[str]] = defaultdict(list)
    for record_id, links in needs.items():
        for target in links.values():
            followers[target].append(record_id)
    depth: dict[str, int] = {}
    ready = deque(record_id for record_id, count in open_links.items() if count == 0)
    stuck = iter(needs)
    while len(depth) < len(needs):
        if not ready:
            first = next(record_id for record_id in stuck if record_id not in depth)
            for name, target in needs[first].items():
                if target not in depth:
                    cut(first, name, target)
            ready.append(first)
        record_id = ready.popleft()
        if record_id in depth:
            continue
        depth[record_id] = 1 + max((depth[target] for target in needs[record_id].values() if target in depth), default=-1)
        for follower in followers[record_id]:
            open_links[follower] -= 1
            if open_links[follower] == 0 and follower not in depth:
                ready.append(follower)
    return depth


def _cut(draft: Draft, name: str, target: str, waiting: list[Link]) -> None:
    waiting.append((draft.type, draft.record_id, name, target))
    draft.after.pop(name, None)
    draft.before.pop(name, None)
