"""docs/metrics.md, written from the vocabulary: python -m evals.metrics_page > docs/metrics.md"""

import sys
from typing import Any

from store.schema import vocabulary

_HEAD = """# What can be measured

Generated from `store/vocabulary.yaml`; a test keeps it current. A figure is asked for in words ("win rate by region last quarter",
各地区的赢单率), over REST (`POST /api/measure`), or by a model's tool call; every way ends in the same query, with the asker's rights in it.

| metric | English | 中文 | of | definition | period by |
| --- | --- | --- | --- | --- | --- |
"""
_TAIL = """
Beside these, every kind of record has `<entity>_count`, and every number, sum of money or percentage, custom ones too, has `sum_`,
`avg_`, `min_` and `max_` (`avg_account_employees`).

Group by up to two of: any field of the record, a field of what it points to (`owner.team.region`, `account.industry`), or day, week,
month, quarter, year. Division by nothing and the average of nothing are "no data", not zero. Rates are in per cent.
"""


def page() -> str:
    """The whole document."""
    return _HEAD + "".join(_row(name, each) for name, each in vocabulary()["metrics"].items()) + _TAIL


def _row(name: str, metric: dict[str, Any]) -> str:
    cells = (f"`{name}`", metric["en"], metric["zh"], metric["entity"], metric["source"], metric["date"])
    return f"| {' | '.join(cells)} |\n"


if __name__ == "__main__":
    sys.stdout.write(page())
