"""What a form of a room sent, and what follows: the work in one transaction, then back to a page with a word about it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response

from store.errors import NotAllowed, RapportError
from ui.said import sentence
from ui.signin import local_path
from ui.web.rooms import notice
from ui.web.rooms.frame import InRoom, Room
from ui.web.rooms.token import FIELD, fits

LIMIT = 20_000  # characters of one field
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Posted:
    """The fields of a form, its token checked. `back` is the page it came from, or the one it names."""

    room: Room
    fields: dict[str, str]

    def __getitem__(self, name: str) -> str:
        return self.fields.get(name, "").strip()

    @property
    def back(self) -> str:
        return local_path(self["back"] or "/today")


async def _posted(request: Request, room: InRoom) -> Posted:
    form = await request.form()
    fields = {name: value[:LIMIT] for name, value in form.items() if isinstance(value, str)}
    if not fits(request.headers, fields.get(FIELD, "")):
        raise NotAllowed("This form is not one of this sign-in's pages.", hint="Reload the page and try again.")
    return Posted(room, fields)


InForm = Annotated[Posted, Depends(_posted)]


def go(path: str, *, done: str = "", wrong: str = "") -> Response:
    """On to a page of ours, with a word about what happened."""
    answer = RedirectResponse(local_path(path), status_code=303)
    if done or wrong:
        notice.leave(answer, "wrong" if wrong else "done", wrong or done)
    return answer


def tried(posted: Posted, work: Callable[[], T], then: Callable[[T], Response]) -> Response:
    """`then` of what `work` gave; back to the page of the form, and to its top where the reason stands, when it could not be done."""
    try:
        result: Any = work()
    except RapportError as error:
        return go(posted.back.partition("#")[0], wrong=sentence(posted.room.inside.store, posted.room.said.language, error))
    return then(result)


def with_query(path: str, name: str, value: str) -> str:
    """A path with one more query parameter, in place of an earlier one of that name."""
    base, _, query = path.partition("?")
    kept = [each for each in query.split("&") if each and not each.startswith(f"{name}=")]
    return f"{base}?{'&'.join([*kept, f'{name}={value}'])}"
