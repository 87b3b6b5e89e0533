"""`rapport backup`, `rapport restore` and `rapport move`."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from knowledge.encoder import make_encoder
from knowledge.index import Indexer
from store import keeping
from store.keeping.contents import records
from store.keeping.move import without_password
from store.unit import Store
from ui.cli.asking import Json
from ui.cli.terminal import DONE, hint, opened, print_json, progress, say, settings


def register(app: typer.Typer) -> None:
    app.command("backup")(backup)
    app.command("restore")(restore)
    app.command("move")(move)


def backup(
    path: Annotated[Path, typer.Argument(help="The file to write, or a folder: then it is named by its time.")],
    as_json: Json = False,
) -> int:
    """Back the store up into one file, while it is in use."""
    with opened() as store:
        target, manifest = keeping.back_up(store, path)
    if as_json:
        print_json({"path": str(target), **asdict(manifest)})
    else:
        say(f"{target}: {records(manifest.rows):,} records, {manifest.bytes:,} bytes unpacked, sha256 {manifest.sha256}")
    return DONE


def restore(
    path: Annotated[Path, typer.Argument(help="A file `rapport backup` wrote.")],
    force: Annotated[bool, typer.Option("--force", help="Also in the place of a store that holds records; it is kept beside.")] = False,
    as_json: Json = False,
) -> int:
    """Put a backup in the place of the store, after checking it."""
    store = Store(settings())
    try:
        done = keeping.restore(store, path, force=force)
        _forget_vectors(store)
    finally:
        store.close()
    if as_json:
        print_json({
            "path": str(path), "replaced": str(done.replaced) if done.replaced else None, "migrated_from": done.migrated_from,
            **asdict(done.manifest),
        })  # fmt: skip
        return DONE
    say(f"Restored {records(done.manifest.rows):,} records of {done.manifest.made_at[:16].replace('T', ' ')} UTC.")
    if done.migrated_from:
        say(f"Migrated from revision {done.migrated_from}.")
    if done.replaced:
        say(f"What was here is kept as {done.replaced}; delete it when you no longer need it.")
    return DONE


def _forget_vectors(store: Store) -> None:
    """The index holds the vectors of the database that was replaced; it is filled from the restored ones when next used."""
    indexer = Indexer(store, make_encoder(store.settings.encoder))
    try:
        indexer.forget_vectors()
    finally:
        indexer.close()


def move(
    to: Annotated[str, typer.Option("--to", help="Address of an empty database: postgresql://user:password@host/name.")],
    as_json: Json = False,
) -> int:
    """Copy the store to another database and compare what arrived. The store here stays as it is."""
    with opened() as store:
        moved = keeping.move(store, to, progress=progress)
    if as_json:
        tables = {name: {"rows": rows, "checksum": checksum} for name, (rows, checksum) in moved.tables.items()}
        print_json({"to": without_password(to), "rows": moved.rows, "tables": tables})
        return DONE
    filled = {name: each for name, each in moved.tables.items() if each[0]}
    for name, (rows, checksum) in filled.items():
        say(f"{name}: {rows:,} rows, checksum {checksum[:16]}, the same on both sides")
    say(f"Moved {moved.rows:,} rows. Now set RAPPORT_DATABASE_URL={without_password(to)} (with its password) and start Rapport again.")
    hint("Nothing was deleted here: keep the old database until the new one has proved itself.")
    return DONE
