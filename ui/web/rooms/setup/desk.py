"""What the pages of the set-up share: who comes in, and a form's work in one transaction."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import Depends
from fastapi.responses import Response

from store.errors import InvalidInput
from store.unit import Unit
from ui.identity import current_administrator
from ui.web.rooms.forms import InForm, Posted, go, tried
from ui.web.rooms.frame import InRoom, Room

Form = Mapping[str, str]
Act = Callable[[Unit, Form], Any]


def _room(room: InRoom) -> Room:
    current_administrator(room.user)
    return room


def _form(posted: InForm) -> Posted:
    current_administrator(posted.room.user)
    return posted


InSetup = Annotated[Room, Depends(_room)]
InSetupForm = Annotated[Posted, Depends(_form)]


def carried_out(posted: Posted, acts: Mapping[str, Act], *, then: str = "") -> Response:
    """The form's action; back to its page, or `then`, with a word about it."""

    def work(unit: Unit) -> Any:
        act = acts.get(posted["action"])
        if act is None:
            raise InvalidInput("This form is not one of the page's.", hint="Reload the page.")
        try:
            return act(unit, {name: value.strip() for name, value in posted.fields.items()})
        except KeyError as missing:
            raise InvalidInput(f"The form lacks {missing}.", hint="Fill in every field.") from missing

    room = posted.room
    return tried(
        posted, lambda: room.inside.store.run(room.user, work, door="web"), lambda _: go(then or posted.back, done=room.said["setup.done"])
    )
