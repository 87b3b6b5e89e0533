"""`rapport import` and `rapport export`."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated, BinaryIO, cast

import typer

from knowledge.encoder import make_encoder
from knowledge.index import Indexer
from store.errors import InvalidInput
from store.exporting import hand_out
from store.importing import import_path
from store.importing.report import ImportReport
from ui.cli.asking import Json
from ui.cli.people import acting
from ui.cli.terminal import DONE, hint, opened, person, print_json, progress, say

HELD_BACK_SHOWN = 5
COUNTS = ("created", "updated", "unchanged", "held_back", "possible_duplicate")


def register(app: typer.Typer) -> None:
    app.command("import")(import_)
    app.command("export")(export_)


def import_(
    path: Annotated[
        Path, typer.Argument(help="A table (CSV, XLSX, JSON), a document (PDF, DOCX, MD, TXT), mails (.eml, .mbox), or a folder of them.")
    ],
    as_: Annotated[str, typer.Option("--as", help="Your e-mail address.")],
    kind: Annotated[str | None, typer.Option(help="What the rows are: account, contact, opportunity …")] = None,
    map_: Annotated[Path | None, typer.Option("--map", help="A mapping file (YAML).")] = None,
    create_fields: Annotated[
        bool, typer.Option("--create-fields", help="Make custom fields and picklist values that are missing.")
    ] = False,
    create_users: Annotated[bool, typer.Option("--create-users", help="Make people that are missing, as inactive users.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen; write nothing.")] = False,
    as_json: Json = False,
) -> int:
    """Import records. Every row ends as created, updated, unchanged, held back or possible duplicate."""
    with opened() as store:
        report = import_path(
            store, person(store, as_), path, kind=kind, mapping=map_, create_fields=create_fields, create_users=create_users,
            dry_run=dry_run, progress=progress,
        )  # fmt: skip
        if not dry_run:
            Indexer(store, make_encoder(store.settings.encoder)).read_words()
    if as_json:
        print_json(report.to_json())
    else:
        _show(report)
    return DONE


def _show(report: ImportReport) -> None:
    for line in report.lines():
        say(line)
    for file in report.files:
        for row in file.held_back_rows[:HELD_BACK_SHOWN]:
            say(f"  row {row['row']} held back: {row['reason']}")
    say(", ".join(f"{report.count(name):,} {name.replace('_', ' ')}" for name in COUNTS) + f" of {report.rows:,} rows")


@contextmanager
def _whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file that is there when all of it is written; until then, and when that fails, what stood there stays."""
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise InvalidInput(f"{path} cannot be written: there is no such folder.", hint="Give --out a file in a folder that is there.")
    with NamedTemporaryFile(dir=path.absolute().parent, prefix=f".{path.name}.", delete=False) as target:
        part = Path(target.name)
        try:
            yield cast(BinaryIO, target)
            target.flush()
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    path.chmod(0o666 & ~_umask())


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def export_(
    kind: Annotated[str, typer.Argument(help="account, contact, opportunity …")],
    as_: Annotated[str | None, typer.Option("--as", help="Whose view; the first administrator's when absent.")] = None,
    format_: Annotated[str, typer.Option("--format", help="csv, xlsx or json.")] = "csv",
    out: Annotated[Path | None, typer.Option(help="A file; standard output when absent.")] = None,
) -> int:
    """Export every record you may see, with every field. Round-trips through import."""
    with opened() as store:
        principal = acting(store, as_)
        with store.writing(principal, door="cli") as unit:
            if out is None:
                count = hand_out(unit, kind, format_, sys.stdout.buffer)
            else:
                with _whole_file(out) as target:
                    count = hand_out(unit, kind, format_, target)
    hint(f"exported {kind}{f' to {out}' if out else ''}{f': {count:,}' if isinstance(count, int) else ''}")
    return DONE
