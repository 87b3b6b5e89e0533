"""Rows held back, in a CSV file that can be mended and imported again."""

import csv
from pathlib import Path

from store.errors import InvalidInput
from store.importing.cells import as_text
from store.importing.decoding import defused
from store.importing.file import FileImport
from store.importing.reading import REASON_COLUMN


def write_held_back(done: FileImport, folder: Path) -> None:
    """`<name>.held-back.csv`: why, then the columns as they were. Nothing is written when nothing was held back."""
    rows = [entry for entry in done.entries if entry.outcome == "held_back"]
    if not rows:
        return
    path = folder / f"{Path(done.table.name).stem.removesuffix('.held-back')}.held-back.csv"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8-sig", newline="") as out:
            writer = csv.writer(out)
            writer.writerow([REASON_COLUMN, *done.table.columns])
            for entry in rows:
                cells = ["" if cell is None else as_text(cell) for cell in done.table.rows[entry.index]]
                writer.writerow([defused(cell) for cell in ("; ".join(entry.reasons), *cells)])
    except OSError as error:
        raise InvalidInput(
            f"The import is done, but {path} could not be written: {error.strerror}.", hint="Free some space there."
        ) from error
    done.report.held_back_file = str(path)
