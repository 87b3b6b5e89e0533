"""What is approved by itself, role by role; everything else waits for a person."""

from fastapi.responses import Response

from store.policy import ANY, AUTOMATIC, NEVER_ENTITIES, Rule, rules, set_rule
from store.schema import ENTITY_TYPES
from store.unit import Unit
from ui.web.rooms.frame import draw, rooms
from ui.web.rooms.setup.desk import Form, InSetup, InSetupForm, carried_out
from ui.web.rooms.setup.roles import role_labels
from ui.web.shown import capital

router = rooms()


@router.get("/setup/policy")
def shown(room: InSetup) -> Response:
    with room.inside.store.reading(room.user, door="web") as unit:
        kinds = {ANY: room.said["policy.any"]} | {
            name: capital(unit.schema.entity(name).label(room.said.language, plural=True))
            for name in ENTITY_TYPES
            if name not in NEVER_ENTITIES
        }
        found = [each for each in rules(unit) if each.operation in AUTOMATIC and each.entity in kinds]
        labels = role_labels(unit, room)
    return draw(room, "setup_policy.html", rules=found, kinds=kinds, labels=labels, operations=AUTOMATIC)


@router.post("/setup/policy")
def changed(posted: InSetupForm) -> Response:
    return carried_out(posted, {"set": _set})


def _set(unit: Unit, form: Form) -> None:
    set_rule(unit, Rule(form["role"], form["entity"], form["operation"], form["auto"] == "1"))
