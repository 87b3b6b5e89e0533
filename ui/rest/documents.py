"""The file of a document over REST, for whoever may read the document. It is never shown in the page: a browser saves it."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path, Response

from store import document_files
from ui.identity import CurrentStore, CurrentUser

router = APIRouter(prefix="/api/document", tags=["records"])
_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            each: {"schema": {"type": "string", "format": "binary"}} for each in sorted({*document_files.HANDED_OUT, document_files.PLAIN})
        }
    }
}


@router.get("/{document_id}/file", response_class=Response, responses=_FILE)
def file_of(document_id: Annotated[str, Path(max_length=100)], user: CurrentUser, store: CurrentStore) -> Response:
    """The file a document came as, under the name it came with. Imported before files were kept, or deleted: 404."""
    with store.reading(user, door="rest") as unit:
        held = document_files.kept(unit, document_id)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(held.name, safe='')}", "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'", "Cache-Control": "private, no-store",
    }  # fmt: skip
    return Response(held.content, media_type=held.media_type, headers=headers)
