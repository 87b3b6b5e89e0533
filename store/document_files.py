"""The files documents came as: kept beside the record, handed out to whoever may read all of it, gone for good with it (decision 0066)."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from sqlalchemy import delete, select

from store.bulk import pieces
from store.database import overwriting
from store.errors import NotAllowed, NotFound
from store.models import DocumentFile
from store.query import get
from store.unit import Unit

PLAIN = "application/octet-stream"
HANDED_OUT = frozenset({  # what the importer tells by content; anything else is bytes without a kind
    "application/pdf", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "text/plain", "text/markdown",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kept:
    """`name`: a file name, without folders. `media_type`: one a browser does not run."""

    name: str
    media_type: str
    content: bytes


def keep(unit: Unit, document_id: str, content: bytes) -> None:
    """Keep the file of a document the caller has just written or found unchanged; one that is kept already stays."""
    digest = hashlib.sha256(content).hexdigest()
    held = unit.session.execute(select(DocumentFile.sha256).where(DocumentFile.document_id == document_id)).scalar_one_or_none()
    if held != digest:
        unit.session.merge(DocumentFile(document_id=document_id, sha256=digest, content=content, kept_at=unit.now()))


def kept(unit: Unit, document_id: str) -> Kept:
    """Raises NotFound for a document that is not there or not seen and for one whose file is not kept, NotAllowed where part of it is masked."""
    record = get(unit, "document", document_id)
    if not all(unit.principal.sees("document", name) for name in ("file", "text")):
        raise NotAllowed("You may not see what is in documents.", hint="Ask an administrator.")
    row = unit.session.get(DocumentFile, record.id)
    if row is None:
        raise NotFound("The file of this document is not kept; its text is.", hint="Import the file again to keep it.")
    media = str(record.fields.get("media_type") or "")
    name = PurePosixPath(str(record.fields.get("file") or record.name).replace("\\", "/")).name or "document"
    return Kept(name, media if media in HANDED_OUT else PLAIN, row.content)


def is_kept(unit: Unit, document_id: str) -> bool:
    """Whether there is one. For a document the caller has read."""
    wanted = select(DocumentFile.document_id).where(DocumentFile.document_id == document_id)
    return unit.session.scalar(wanted) is not None


def forget(unit: Unit, document_ids: Sequence[str]) -> None:
    """Delete the files of these documents for good: the pages they stood on are overwritten when the transaction ends."""
    overwriting(unit.session, DocumentFile.__tablename__)
    for some in pieces(list(document_ids)):
        unit.session.execute(delete(DocumentFile).where(DocumentFile.document_id.in_(some)))
