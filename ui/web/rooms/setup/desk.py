"""What the pages of the set-up share: who comes in, and a form's work in one transaction."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import Depends
from fastapi.responses import Response

from store.errors import InvalidInput, NotAllowed
from store.unit import Unit
from ui.identity import current_administrator
from ui.web.rooms.forms import InForm, Posted, go, tried
from ui.web.rooms.frame import InRoom, Room

Form = Mapping[str, str]
Act = Callable[[Unit, Form], Any]
Told = Callable[[Any], Response | None]


def _room(room: InRoom) -> Room:
    current_administrator(room.user)
    return room


def _form(posted: InForm) -> Posted:
    """An administrator's, and not by a token that may only read: it could make itself one that may write."""
    if current_administrator(posted.room.user).read_only:
        raise NotAllowed("This token may only read.", hint="Make one that may write: `rapport user token EMAIL`.")
    return posted


InSetup = Annotated[Room, Depends(_room)]
InSetupForm = Annotated[Posted, Depends(_form)]


def carried_out(posted: Posted, acts: Mapping[str, Act], *, then: str = "", told: Told | None = None) -> Response:
    """The form's action; back to its page, or `then`, with a word about it; or what `told` makes of its result, when it makes something."""

    def work(unit: Unit) -> Any:
        act = acts.get(posted["action"])
        if act is None:
            raise InvalidInput("This form is not one of the page's.", hint="Reload the page.")
        try:
            return act(unit, {name: value.strip() for name, value in posted.fields.items()})
        except KeyError as missing:
            raise InvalidInput(f"The form lacks {missing}.", hint="Fill in every field.") from missing

    def follows(result: Any) -> Response:
        special = told(result) if told else None
        return special or go(then or posted.back, done=room.said["setup.done"])

    room = posted.room
    return tried(posted, lambda: room.inside.store.run(room.user, work, door="web"), follows)
