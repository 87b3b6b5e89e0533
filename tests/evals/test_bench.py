"""The arithmetic of the benches. What they measure is not tested: it depends on the machine."""

import os

import pytest

from evals.figures import Figure, percentile, rows
from evals.footprint import installed, resident


def test_percentiles_are_values_that_were_measured() -> None:
    assert percentile([5, 1, 4, 2, 3], 0.5) == 3
    assert percentile([1.0], 0.95) == 1.0
    assert percentile(range(100), 0.95) == 95


def test_a_figure_knows_whether_it_meets_its_target() -> None:
    assert Figure("import", 4000, "rows/s", 3000, "more").met is True
    assert Figure("ask", 4, "s", 3).met is False
    assert Figure("ask", None, "s", 3).met is None
    assert rows([Figure("ask", None, "s", 3)])[0][1] == "–"


def test_the_size_of_the_core_install_leaves_extras_out() -> None:
    total, weights = installed()
    if total.value is None:
        pytest.skip(total.note)
    assert weights.value is not None
    assert 0 < weights.value < total.value


def test_the_memory_of_this_process_is_more_than_nothing() -> None:
    held = resident(os.getpid())
    if held is None:
        pytest.skip("no /proc here")
    assert held > 1


def test_a_process_that_is_gone_has_no_memory() -> None:
    assert resident(2**22 + 1) is None
