"""What Copperline's export brings into a store is what its gold is computed from."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from evals import stores
from evals.companies import copperline
from store.exporting import export_rows
from store.unit import Store

LEAST = {
    "account": 60,
    "contact": 120,
    "lead": 80,
    "opportunity": 150,
    "activity": 400,
    "task": 120,
    "case": 40,
    "product": 15,
    "order": 80,
}
_AMOUNT = re.compile(r"\d+(\.\d+)?")
_NAMED = {"account", "contact", "opportunity", "product", "team", "parent"}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = Store(stores.fill("copperline", tmp_path_factory.mktemp("copperline")).settings())
    yield opened
    opened.close()


def test_it_is_the_same_firm_at_every_call() -> None:
    assert copperline.tables() == copperline.tables()
    assert {kind: len(rows) for kind, rows in copperline.tables().items() if kind in LEAST} == LEAST


@pytest.mark.parametrize("kind", list(copperline.COLUMNS))
def test_every_row_arrives_as_the_tables_have_it(store: Store, kind: str) -> None:
    tables = copperline.tables()
    names = {row["key"]: row["name"] for rows in tables.values() for row in rows if "name" in row}
    with store.reading(store.principal(copperline.ADMIN)) as unit:
        held = {row["key"]: row for row in export_rows(unit, kind) if row["key"]}  # the administrator has none
    assert held.keys() == {row["key"] for row in tables[kind]}
    for row in tables[kind]:
        for field in copperline.COLUMNS[kind][1].values():
            wanted = names[row[field]] if field in _NAMED and row.get(field) else row.get(field)
            assert _plain(held[row["key"]][field]) == _plain(wanted), (row["key"], field)


def test_the_administrators_words_are_there(store: Store) -> None:
    with store.reading(store.principal(copperline.ADMIN)) as unit:
        assert set(copperline.words()["opportunity"]) <= set(unit.schema.synonyms["opportunity"])
        assert set(copperline.words()["account.seats"]) <= set(unit.schema.synonyms["account.seats"])


def test_the_export_is_written_in_its_own_words(tmp_path: Path) -> None:
    copperline.export(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {file for file, _ in copperline.COLUMNS.values()}
    first = (tmp_path / "people.csv").read_text(encoding="utf-8-sig").splitlines()[0]
    assert first.startswith("ID;Contact Name;Customer;Position")


def _plain(value: Any) -> Any:
    """Moments and days as ISO texts, numbers as floats, choices in order, nothing as nothing."""
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float | Decimal):
        return float(value)
    if isinstance(value, str) and _AMOUNT.fullmatch(value):
        return float(value)
    if isinstance(value, list):
        return sorted(value)
    return value or None
