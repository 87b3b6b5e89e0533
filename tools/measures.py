"""READ: figures, computed by the store."""

from datetime import date
from typing import Any, Literal

from langchain.tools import ToolRuntime, tool

from store.filters import Filter
from store.measures import Measure, catalogue, measure
from tools.context import Context
from tools.describe import describe
from tools.results import Figures


@tool("measure", parse_docstring=True, response_format="content_and_artifact")
def measure_figures(
    metric: str,
    runtime: ToolRuntime[Context],
    by: list[str] | None = None,
    filters: list[Filter] | None = None,
    first_day: date | None = None,
    last_day: date | None = None,
    date_field: str | None = None,
    compare: Literal["previous", "year_before"] | None = None,
    top: int | None = None,
    ascending: bool = False,
) -> tuple[str, Any]:
    """Compute a figure. Never work out a number yourself: ask for it here.

    Args:
        metric: won_amount (revenue), won_count, lost_count, lost_amount, open_count, open_amount (pipeline), win_rate,
            average_won_amount, sales_cycle, weighted_forecast, deal_count, activity_count, open_case_count, handling_time,
            average_satisfaction, order_amount, lead_conversion, <entity>_count, or sum_/avg_/min_/max_<entity>_<field>.
        by: Up to two groupings: owner (rep), owner.team, owner.team.region, stage, product, account, account.industry, source,
            any field, or day, week, month, quarter, year.
        filters: Conditions, as in find_records.
        first_day: First day of the period, 2017-07-01.
        last_day: Last day of the period, included.
        date_field: The date the period applies to, when not the metric's own.
        compare: Also the period before, or the same days a year before.
        top: Only the best so many groups.
        ascending: Worst first.
    """
    context = runtime.context
    wanted = Measure(
        metric=metric, by=by or [], filters=filters or [], period=(first_day, last_day) if first_day or last_day else None,
        date_field=date_field, compare=compare, top=top, ascending=ascending,
    )  # fmt: skip
    with context.reading() as unit:
        result = measure(unit, wanted)
        found = Figures(wanted, result, describe(unit, catalogue(unit.schema)[metric].entity, wanted.filters, context.language))
    return found.content(), found
