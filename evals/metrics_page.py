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

**Groups.** By up to two of: any field of the record that holds one value, custom ones too, a field of what it points to
(`owner.team.region`, `account.industry`), or day, week, month, quarter, year, fiscal_quarter, fiscal_year (labelled FY2017-Q3; the
fiscal year is named after the year it ends in). `GET /api/metrics` lists the dimensions of each metric; what a metric cannot be
grouped by is refused with that list.

**Periods.** First and last day, or a name: `this_quarter`, `last_month`, `previous_year`, `this_fiscal_year`, `last_30_days`,
`last_12_months`, `year_to_date`, `today-30d`. Compared with the period before (`previous`) or the same days a year earlier
(`year_before`); the change is in per cent.

**No data.** Division by nothing, the average of nothing and a change from nothing are "no data", not zero. Rates are in per cent.

**Rankings and shares.** `top` shows so many groups and says what all others come to; `share` adds each group's part of the total.

**Currencies.** Amounts in one currency are shown in it. Over several they are converted to the reporting currency at the rate that
holds on the metric's date (the latest for a record without one), and the answer says the rates it used. Rates are set with
`rapport rate set EUR 1.08 --from 2026-01-01`; without `--from` a rate holds wherever no dated one does. A missing rate is an error,
not a guess; grouped by currency nothing is converted. A condition on an amount ("over 50k") compares in each record's own currency;
one that names a currency (`"50000 EUR"`) compares what the amounts are worth in it, at the same rates.
"""


def page() -> str:
    """The whole document."""
    return _HEAD + "".join(_row(name, each) for name, each in vocabulary()["metrics"].items()) + _TAIL


def _row(name: str, metric: dict[str, Any]) -> str:
    cells = (f"`{name}`", metric["en"], metric["zh"], metric["entity"], metric["source"], metric["date"])
    return f"| {' | '.join(cells)} |\n"


if __name__ == "__main__":
    sys.stdout.write(page())
