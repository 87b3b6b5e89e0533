"""What commands share: settings, the store, JSON on standard output, everything else on standard error."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pydantic import ValidationError

from store.errors import InvalidInput
from store.rights import Principal
from store.settings import Settings
from store.unit import Store

DONE, FAILED, USAGE, NEEDS_ANSWER, REFUSED = 0, 1, 2, 3, 4


def settings() -> Settings:
    """From the environment and `.env`; a wrong one is named."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "RAPPORT_" + "_".join(str(part) for part in first["loc"]).upper()
        raise InvalidInput(f"{name}: {first['msg']}", hint="See `rapport doctor` and the README's settings.") from error


@contextmanager
def opened() -> Iterator[Store]:
    """The store, set up; refused with the next step when it is not."""
    store = Store(settings())
    try:
        store.database.require_ready()
        yield store
    finally:
        store.close()


def person(store: Store, email: str | None) -> Principal:
    """Who acts: the e-mail of --as."""
    if not email:
        raise InvalidInput("Who is asking?", hint="Add --as you@example.com.")
    return store.principal(email)


def print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


def say(text: str) -> None:
    sys.stdout.write(text + "\n")


def hint(text: str) -> None:
    """Progress and advice, for a person; never on standard output."""
    sys.stderr.write(text + "\n")


def progress(what: str, done: int, total: int) -> None:
    """A counter on one line, when somebody watches."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{what}: {done:,}/{total:,} ")
        if done >= total:
            sys.stderr.write("\n")
        sys.stderr.flush()


def complain(message: str, advice: str, code: int) -> int:
    sys.stderr.write(f"rapport: {message}\n")
    if advice:
        sys.stderr.write(f"  {advice}\n")
    return code


def listed(rows: list[dict[str, Any]], head: list[str], as_json: bool) -> int:
    """Rows as JSON, or as a table under these heads; words in a list stand with commas between."""
    if as_json:
        print_json(rows)
    else:
        table(head, [[", ".join(map(str, cell)) if isinstance(cell, list) else cell for cell in row.values()] for row in rows])
    return DONE


def table(head: list[str], rows: list[list[Any]]) -> None:
    """Plain columns."""
    cells = [[str(each if each is not None else "") for each in row] for row in [head, *rows]]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    for row in cells:
        say("  ".join(each.ljust(width) for each, width in zip(row, widths, strict=True)).rstrip())
