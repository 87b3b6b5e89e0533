"""Import over REST: files in, the report out. What is uploaded lies in a temporary folder for as long as it is read."""

import hashlib
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO, Annotated, Any

from fastapi import APIRouter, Depends, File, Form, Query, UploadFile

from store.errors import InvalidInput
from store.importing import import_path
from store.importing.report import ImportReport
from store.importing.run import Progress
from store.kept_answers import content_hash, once
from store.rights import Principal
from store.unit import Store
from ui.identity import CurrentUser, InHouse
from ui.rest import shapes
from ui.rest.keys import IdempotencyKey
from ui.rest.told import told

router = APIRouter(prefix="/api", tags=["import"])
NAME_LIMIT = 120
Kind = Annotated[
    str | None, Form(max_length=40, description="What the rows are: account, contact, opportunity …; told from the columns when absent.")
]
MappingText = Annotated[str | None, Form(max_length=100_000, description="A mapping (YAML), as text.")]
Flag = Annotated[bool | None, Form()]
AsQuery = Annotated[bool, Query(description="The same as in the form, which goes before.")]


@dataclass(frozen=True, slots=True)
class Switches:
    """The switches as query parameters: whoever writes `?dry_run=true` means it."""

    create_fields: AsQuery = False
    create_users: AsQuery = False
    dry_run: AsQuery = False


@router.post("/import", responses=told(shapes.Imported))
def import_files(
    user: CurrentUser,
    inside: InHouse,
    asked: Annotated[Switches, Depends()],
    file: Annotated[
        list[UploadFile], File(description="CSV, XLSX or JSON; given more than once, they are imported together like a folder.")
    ],
    kind: Kind = None,
    mapping: MappingText = None,
    create_fields: Flag = None,
    create_users: Flag = None,
    dry_run: Flag = None,
    idempotency_key: IdempotencyKey = None,
) -> dict[str, Any]:
    """Import records. Every row ends as created, updated, unchanged, held back or possible duplicate: the counts add up to `rows`.

    Rows held back are in each file's `held_back_csv`, with the reason in front, to be mended and uploaded again. Sent again with the same
    `Idempotency-Key` within a day, the same files and choices get the same answer, and nothing is imported twice; others are refused (409).
    """
    fields = asked.create_fields if create_fields is None else create_fields
    users = asked.create_users if create_users is None else create_users
    dry = asked.dry_run if dry_run is None else dry_run

    def content() -> str:
        named = [part for each in file for part in (each.filename or "", _digest(each.file))]
        return content_hash("import", kind or "", mapping or "", repr((fields, users, dry)), *named)

    def work() -> dict[str, Any]:
        files = [(each.filename or "", each.file) for each in file]
        return imported(user, inside.store, files, kind=kind, mapping=mapping, create_fields=fields, create_users=users, dry_run=dry)

    return once(inside.store, user, idempotency_key, content, work, door="rest")


def _digest(content: IO[bytes]) -> bytes:
    found = hashlib.file_digest(content, "sha256").digest()  # type: ignore[arg-type]  # a spooled file reads like any
    content.seek(0)
    return found


def imported(
    user: Principal,
    store: Store,
    files: Sequence[tuple[str, IO[bytes]]],
    *,
    kind: str | None = None,
    mapping: str | None = None,
    create_fields: bool = False,
    create_users: bool = False,
    dry_run: bool = False,
    progress: Progress | None = None,
    door: str = "rest",
    every_reason: bool = False,
) -> dict[str, Any]:
    """Files, by name, imported together; the report as it is told, with `every_reason` of every row held back, not the first ones."""
    with TemporaryDirectory(prefix="rapport-import-") as folder:
        home = Path(folder)
        report = import_path(
            store, user, _kept(files, home / "files"), kind=kind or None, mapping=_mapping(mapping, home), create_fields=create_fields,
            create_users=create_users, dry_run=dry_run, progress=progress, held_back_dir=home / "held-back", door=door,
        )  # fmt: skip
        told = _told(report)
        if every_reason:
            for each, shown in zip(report.files, told["files"], strict=True):
                shown["held_back_rows"] = each.held_back_rows
        return told


def _kept(files: Sequence[tuple[str, IO[bytes]]], folder: Path) -> Path:
    """The uploads under their own names, without what a path could hide in them: one file, or their folder."""
    folder.mkdir()
    for given, content in files:
        name = _name(given)
        if (folder / name).exists():
            raise InvalidInput(f"Two of the files are called {name!r}.", hint="Rename one, or upload them one after the other.")
        with (folder / name).open("wb") as target:
            shutil.copyfileobj(content, target)
    return folder if len(files) > 1 else next(folder.iterdir())


def _name(given: str) -> str:
    last = PurePosixPath(given.replace("\\", "/")).name
    kept = re.sub(r"[\x00-\x1f\x7f<>:\"|?*]", "_", last).lstrip(".~$ ")
    stem, dot, ending = kept.rpartition(".")
    return f"{stem[:NAME_LIMIT]}.{ending[:10]}" if dot and stem else kept[:NAME_LIMIT] or "upload.csv"


def _mapping(text: str | None, folder: Path) -> Path | None:
    if not (text or "").strip():
        return None
    path = folder / "mapping.yaml"
    path.write_text(text or "", "utf-8")
    return path


def _told(report: ImportReport) -> dict[str, Any]:
    """The report, with the rows held back themselves instead of where a file of them lies."""
    told = report.to_json()
    for each, shown in zip(report.files, told["files"], strict=True):
        held = Path(each.held_back_file) if each.held_back_file else None
        shown["held_back_file"] = held.name if held else None
        shown["held_back_csv"] = held.read_text("utf-8-sig") if held else None
    return told
