"""Which classes of change are applied the moment they are proposed, per role. Nothing, unless an administrator says so.

Some are never, whatever the policy: delete, merge and bulk; a deal into or out of a won or lost stage; mail that goes out;
people and teams, because they decide rights; anything out of a turn that read outside text; and what another firm's agent asks for
over MCP, of which nobody here knows what it has read.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from store import audit
from store.drafting import Draft
from store.errors import InvalidInput, NotAllowed
from store.models import PolicyRule
from store.roles import known_roles
from store.unit import Unit

AUTOMATIC = ("create", "update", "restore")
NEVER_OPERATIONS = ("delete", "merge", "bulk", "import", "send")
NEVER_ENTITIES = ("user", "team")
NEVER_DOORS = ("mcp",)
ANY = "*"


@dataclass(frozen=True, slots=True)
class Rule:
    """`entity` may be "*", any."""

    role: str
    entity: str
    operation: str
    auto: bool

    def __str__(self) -> str:
        return f"{self.role} may {self.operation} {'anything' if self.entity == ANY else self.entity}"

    def to_json(self) -> dict[str, str | bool]:
        return {"role": self.role, "entity": self.entity, "operation": self.operation, "auto": self.auto}


def rules(unit: Unit) -> list[Rule]:
    """Every rule that was set, by role, entity and operation."""
    rows = unit.session.scalars(select(PolicyRule).order_by(PolicyRule.role, PolicyRule.entity, PolicyRule.operation))
    return [Rule(row.role, row.entity, row.operation, row.auto) for row in rows]


def set_rule(unit: Unit, rule: Rule) -> None:
    """Set by an administrator, and logged. A rule for one entity goes before one for any.

    Raises NotAllowed for others, and for what is never automatic; InvalidInput for an unknown role, entity or operation.
    """
    if not unit.principal.administers:
        raise NotAllowed("Only an administrator may change the policy.", hint="Ask one.")
    _check(unit, rule)
    kept = unit.session.get(PolicyRule, (rule.role, rule.entity, rule.operation))
    if kept is None:
        unit.session.add(PolicyRule(role=rule.role, entity=rule.entity, operation=rule.operation, auto=rule.auto))
    else:
        kept.auto = rule.auto
    summary = f"{rule.role} {rule.operation} {rule.entity}: {'automatic' if rule.auto else 'by approval'}"
    audit.record(unit, "policy set", summary)


def _check(unit: Unit, rule: Rule) -> None:
    roles = known_roles(unit.session)
    if rule.role not in roles:
        raise InvalidInput(f"{rule.role[:80]!r} is not a role.", hint=f"Roles: {', '.join(roles)}.")
    if rule.entity != ANY:
        unit.schema.entity(rule.entity)
    if rule.operation not in (*AUTOMATIC, *NEVER_OPERATIONS):
        raise InvalidInput(f"{rule.operation[:80]!r} is not an operation.", hint=f"Operations: {', '.join(AUTOMATIC)}.")
    if rule.auto and (rule.operation in NEVER_OPERATIONS or rule.entity in NEVER_ENTITIES):
        what = rule.operation if rule.operation in NEVER_OPERATIONS else f"change of a {rule.entity}"
        raise NotAllowed(f"A {what} is never approved by policy: a person decides.", hint=f"Automatic can be: {', '.join(AUTOMATIC)}.")


def automatic(unit: Unit, operation: str, drafts: Sequence[Draft], *, external: bool) -> Rule | None:
    """The rule under which this proposal is approved, if there is one and nothing in it is for a person to decide."""
    if external or unit.door in NEVER_DOORS or operation not in AUTOMATIC or len(drafts) != 1 or _weighty(unit, drafts[0]):
        return None
    for entity in (drafts[0].type, ANY):
        found = unit.session.get(PolicyRule, (unit.principal.role, entity, operation))
        if found is not None:
            return Rule(found.role, found.entity, found.operation, found.auto) if found.auto else None
    return None


def _weighty(unit: Unit, draft: Draft) -> bool:
    """Won, lost, out by mail, or about who may do what."""
    if draft.type in NEVER_ENTITIES:
        return True
    values = {**_snapshot(unit, draft), **draft.before, **draft.after}
    if draft.type == "activity" and values.get("kind") == "email" and values.get("direction") == "outbound":
        return True
    closed = {stage.id for stage in unit.schema.stages if stage.kind in {"won", "lost"}}
    stages = {draft.before.get("stage"), draft.after.get("stage")}
    return bool(closed & stages)


def _snapshot(unit: Unit, draft: Draft) -> dict[str, object]:
    """What an activity is that is changed in another field: its kind and direction."""
    if draft.type != "activity" or draft.op != "update":
        return {}
    row = unit.session.get(unit.schema.entity("activity").model, draft.record_id)
    return {"kind": row.kind, "direction": row.direction} if row else {}
