"""Rows held back, in a CSV file that can be mended and imported again."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from store.errors import InvalidInput
from store.importing.cells import as_text
from store.importing.decoding import defused
from store.importing.file import FileImport
from store.importing.reading import REASON_COLUMN

ENDING = ".held-back.csv"


def write_held_back(done: FileImport, folder: Path) -> None:
    """`<name>.held-back.csv`: why, then the columns as they were. Nothing is written when nothing was held back.

    A file that is there with other rows may be one somebody is mending: it is left alone, and the name gets a number.
    """
    rows = [entry for entry in done.entries if entry.outcome == "held_back"]
    if not rows:
        return
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    kept = [at for at, name in enumerate(done.table.columns) if name != REASON_COLUMN]  # of rows held back before
    writer.writerow([REASON_COLUMN, *(done.table.columns[at] for at in kept)])
    for entry in rows:
        row = done.table.rows[entry.index]
        kept_cells = [*(row[at] for at in kept if at < len(row)), *row[len(done.table.columns) :]]  # more or fewer than the header has
        cells = ["" if cell is None else as_text(cell) for cell in kept_cells]
        writer.writerow([defused(cell) for cell in ("; ".join(entry.reasons), *cells)])
    data = out.getvalue().encode("utf-8-sig", errors="replace")
    for path in _names(folder, done.table.name):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                file.write(data)
        except FileExistsError:
            if not path.is_file() or path.read_bytes() != data:
                continue
        except OSError as error:
            raise InvalidInput(
                f"The import is done, but {path} could not be written: {error.strerror}.", hint="Free some space there."
            ) from error
        done.report.held_back_file = str(path)
        return


def _names(folder: Path, table: str) -> Iterator[Path]:
    stem = Path(table).name
    while stem.endswith((ENDING, ".csv", ".tsv", ".txt", ".xlsx", ".json")):
        stem = stem.removesuffix(ENDING) if stem.endswith(ENDING) else stem.rpartition(".")[0]
    stem = stem.partition(ENDING)[0] or "rows"
    yield folder / f"{stem}{ENDING}"
    number = 2
    while True:
        yield folder / f"{stem}-{number}{ENDING}"
        number += 1
