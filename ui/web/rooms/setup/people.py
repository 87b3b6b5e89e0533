"""People and teams: who signs in, with which role, in which team. One person's page is `person.py`."""

from fastapi.responses import Response

from store import directory, people
from store.gate import Change
from store.unit import Unit
from ui.web.rooms.frame import draw, rooms
from ui.web.rooms.setup.desk import Act, Form, InSetup, InSetupForm, carried_out
from ui.web.rooms.setup.person import Once, drawn
from ui.web.rooms.setup.roles import role_labels

router = rooms()
TEAM = ("name", "manager", "parent", "region")


@router.get("/setup/people")
def shown(room: InSetup) -> Response:
    with room.inside.store.reading(room.user, door="web") as unit:
        everybody, teams = directory.people(unit.session), directory.teams(unit.session)
        labels = role_labels(unit, room)
    return draw(room, "setup_people.html", people=everybody, teams=teams, labels=labels)


@router.post("/setup/people")
def changed(posted: InSetupForm) -> Response:
    """A person more, whose password the page that follows shows; or a team."""
    return carried_out(posted, ACTIONS, told=lambda made: drawn(posted.room, made.user_id, once=made) if isinstance(made, Once) else None)


def _add_person(unit: Unit, form: Form) -> Once:
    wanted = people.NewUser(form["email"], form.get("name", ""), form["role"])
    made, password = people.add_user(unit.session, unit.settings, wanted, by=unit.principal)
    made.team_id, made.region = _team_id(unit, form.get("team", "")), form.get("region") or made.region
    return Once("password", password or "", made.id)


def _team_id(unit: Unit, chosen: str) -> str | None:
    return people.find_team(unit.session, chosen).id if chosen else None


ACTIONS: dict[str, Act] = {
    "add-person": _add_person,
    "add-team": lambda unit, form: directory.add_team(unit, {field: form.get(field, "") for field in TEAM}),
    "set-team": lambda unit, form: directory.carry_out(
        unit, Change(op="update", type="team", id=form["team"], values={field: form[field] for field in TEAM})
    ),
    "remove-team": lambda unit, form: directory.carry_out(unit, Change(op="delete", type="team", id=form["team"])),
}
