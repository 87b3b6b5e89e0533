"""Export over REST: the file `rapport export` writes, of what the caller may see."""

from collections.abc import Iterator
from contextlib import ExitStack
from tempfile import SpooledTemporaryFile
from typing import Annotated, Any, BinaryIO, cast

from fastapi import APIRouter, Path
from fastapi.responses import StreamingResponse

from store.exporting import Format, hand_out
from store.schema import EntityType
from ui.identity import CurrentStore, CurrentUser

router = APIRouter(prefix="/api/export", tags=["export"])
TYPES: dict[Format, str] = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}
_IN_MEMORY = 8 * 1024 * 1024  # bytes kept before the file goes to disk
_PIECE = 64 * 1024
_FILE: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
_LIST: dict[str, Any] = {"schema": {"type": "array", "items": {"type": "object"}}}
_TOLD: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file; JSON is a list of records.",
        "content": {kind: _LIST if format == "json" else _FILE for format, kind in TYPES.items()},
    }
}


@router.get("/{kind}", response_class=StreamingResponse, responses=_TOLD)
def export(
    kind: Annotated[EntityType, Path(description="The kind of record.")], user: CurrentUser, store: CurrentStore, format: Format = "csv"
) -> StreamingResponse:
    """Every record of a kind you may see, with every field, ids and import keys; it round-trips through import. The audit log says who took it."""
    with ExitStack() as closing:
        held = closing.enter_context(SpooledTemporaryFile(max_size=_IN_MEMORY))
        with store.writing(user, door="rest") as unit:
            hand_out(unit, kind, format, cast(BinaryIO, held))
        closing.pop_all()  # closed when it has been sent
    name = {"Content-Disposition": f'attachment; filename="{kind}.{format}"'}
    return StreamingResponse(_sent(held), media_type=TYPES[format], headers=name)


def _sent(held: "SpooledTemporaryFile[bytes]") -> Iterator[bytes]:
    with held:
        held.seek(0)
        while piece := held.read(_PIECE):
            yield piece
