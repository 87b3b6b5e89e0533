"""Roles: what each sees and changes of every kind of record, and which fields are hidden from it."""

from urllib.parse import quote

from fastapi.responses import Response

from store import role_setup
from store.errors import InvalidInput
from store.rights import SHARED
from store.role_setup import SCOPES, UNMASKABLE
from store.roles import ROLES, known_roles
from store.schema import ENTITY_TYPES, name_field
from store.unit import Unit
from ui.web.rooms.frame import Room, draw, rooms
from ui.web.rooms.setup.desk import Act, Form, InSetup, InSetupForm, carried_out
from ui.web.shown import capital

router = rooms()
PEOPLE = frozenset({"user", "team"})  # whom nobody but an administrator changes


@router.get("/setup/roles")
def listed(room: InSetup) -> Response:
    with room.inside.store.reading(room.user, door="web") as unit:
        roles = [role_setup.shown(unit.session, each) for each in known_roles(unit.session)]
        labels = role_labels(unit, room)
    return draw(room, "setup_roles.html", roles=roles, labels=labels, built_in=ROLES)


@router.get("/setup/roles/{role}")
def shown(room: InSetup, role: str) -> Response:
    """One role: a row for every kind of record, then its hidden fields."""
    language = room.said.language
    with room.inside.store.reading(room.user, door="web") as unit:
        schema = unit.schema
        found = role_setup.shown(unit.session, role)
        kinds = {name: capital(schema.entity(name).label(language, plural=True)) for name in ENTITY_TYPES}
        hidden = [(each["field"], _label(unit, each["field"], language), each["hidden"]) for each in found["masks"]]
        fields = [
            (
                kinds[name],
                [
                    (f"{name}.{each.name}", capital(each.label(language)))
                    for each in schema.entity(name).fields.values()
                    if _can_hide(name, each.name)
                ],
            )
            for name in ENTITY_TYPES
        ]
        labels = role_labels(unit, room)
    return draw(
        room, "setup_role.html", role=found, labels=labels, kinds=kinds, hidden=hidden, fields=fields, scopes=SCOPES, shared=SHARED, people=PEOPLE,
        fixed=role == "administrator", own=role not in ROLES,
    )  # fmt: skip


@router.post("/setup/roles")
def added(posted: InSetupForm) -> Response:
    """A role more; on to its page."""
    return carried_out(posted, {"add": _add}, then=f"/setup/roles/{quote(posted['name'], safe='')}")


@router.post("/setup/roles/{role}")
def changed(posted: InSetupForm, role: str) -> Response:
    settings, by = posted.room.inside.store.settings, posted.room.user

    def set_scopes(unit: Unit, form: Form) -> None:
        """What is different from what the role has now, kind by kind."""
        changes = 0
        for each in role_setup.shown(unit.session, role)["scopes"]:
            entity = each["entity"]
            said = {what: form.get(f"{what}|{entity}", each[what]) for what in ("read", "write")}
            new = {what: scope for what, scope in said.items() if scope != each[what]}
            if new:
                role_setup.set_scope(unit.session, settings, role, entity, read=new.get("read"), write=new.get("write"), by=by)
                changes += 1
        if not changes:
            raise InvalidInput(posted.room.said["record.unchanged"])

    acts: dict[str, Act] = {
        "scopes": set_scopes,
        "hide": lambda unit, form: role_setup.set_mask(
            unit.session, settings, role, form["field"], others=form.get("others") == "1", by=by
        ),
        "show": lambda unit, form: role_setup.unmask(unit.session, settings, role, form["field"], by=by),
        "remove": lambda unit, form: role_setup.remove_role(unit.session, settings, role, by=by),
    }
    gone = posted["action"] == "remove" and role not in ROLES
    return carried_out(posted, acts, then="/setup/roles" if gone else f"/setup/roles/{quote(role, safe='')}")


def _add(unit: Unit, form: Form) -> None:
    role_setup.add_role(unit.session, unit.settings, form["name"], form["based_on"], by=unit.principal)


def role_labels(unit: Unit, room: Room) -> dict[str, str]:
    """Roles as they are called in the reader's language."""
    called = {each.value: each.zh or each.value for each in unit.schema.choices.get("user.role", ())} if room.said.language == "zh" else {}
    return {name: called.get(name, name) for name in known_roles(unit.session)}


def _can_hide(entity: str, field: str) -> bool:
    return not (field in UNMASKABLE or field == name_field(entity) or (entity, field) == ("user", "email"))


def _label(unit: Unit, path: str, language: str) -> str:
    entity, _, name = path.partition(".")
    spec = unit.schema.entity(entity)
    return f"{capital(spec.label(language))}: {spec.fields[name].label(language)}"
