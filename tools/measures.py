"""READ: figures, computed by the store."""

from typing import Annotated, Any, Literal

from langchain.tools import ToolRuntime, tool
from pydantic import WithJsonSchema

from store.errors import InvalidInput, NoRate
from store.measures import Measure, catalogue, measure
from store.unit import Unit
from tools import naming
from tools.context import Context
from tools.describe import describe
from tools.lenient import Count, Day, Filters, Names, Text
from tools.results import Figures

Compare = Annotated[Literal["previous", "year_before"] | None, WithJsonSchema({"enum": ["previous", "year_before"]})]


@tool("measure", parse_docstring=True, response_format="content_and_artifact")
def measure_figures(
    metric: str,
    runtime: ToolRuntime[Context],
    by: Names = None,
    filters: Filters = None,
    first_day: Day = None,
    last_day: Day = None,
    date_field: Text = None,
    compare: Compare = None,
    top: Count = None,
    ascending: bool = False,
    share: bool = False,
    part: Filters = None,
    mean_over: Text = None,
    top_each: bool = False,
    having: Text = None,
) -> tuple[str, Any]:
    """Compute a figure. Never work out a number yourself: ask for it here.

    Args:
        metric: won_amount (revenue), won_count, lost_count, lost_amount, open_count, open_amount (pipeline), win_rate,
            average_won_amount, sales_cycle, weighted_forecast, deal_count, activity_count, open_case_count, handling_time,
            average_satisfaction, order_amount, lead_conversion, <entity>_count, or sum_/avg_/min_/max_<entity>_<field>.
        by: Only when asked per group: ["owner"] (rep), owner.team, owner.team.region, stage, product, account, account.industry,
            source, any field, or day, week, month, quarter, year. Two at most.
        filters: Only when records are restricted: conditions, as in find_records.
        first_day: Only when a period is asked: its first day, 2017-07-01.
        last_day: Its last day, 2017-09-30.
        date_field: Another date than the metric's own.
        compare: Only when asked to compare: with the period before, or the same days a year before.
        top: Only for a ranking: how many groups.
        ascending: Worst first.
        share: Each group's part too.
        part: Only for a percentage of a count or sum: further conditions its part meets.
        mean_over: Only for an average of a count or sum: month, owner.
        top_each: Top in each group of the first grouping.
        having: Only groups with a figure of, say, ">100000".
    """
    context = runtime.context
    with context.reading() as unit:
        metric = naming.metric_name(unit, metric)
        known = catalogue(unit.schema).get(metric)
        entity = known.entity if known else "opportunity"
        wanted = Measure(
            metric=metric,
            by=[naming.grouping(unit, entity, each) for each in by or []],
            filters=naming.filters(unit, entity, filters),
            period=(first_day, last_day) if first_day or last_day else None,
            date_field=date_field and naming.field_path(unit.schema, entity, date_field)[0],
            compare=compare,
            top=top,
            ascending=ascending,
            share=share,
            part=naming.filters(unit, entity, part),
            mean_over=mean_over and naming.grouping(unit, entity, mean_over),
            top_each=top_each,
            having=naming.threshold(having),
        )
        if (
            known
            and known.agg == "ratio"
            and any(each.field in known.part and each.value == known.part[each.field] for each in wanted.filters)
        ):
            raise InvalidInput(
                f"{metric} already counts these: with a condition on {', '.join(known.part)} it is 100 %.", hint="Leave that condition out."
            )
        apart: list[str] = []
        try:
            result = measure(unit, wanted)
        except NoRate as lacking:
            wanted, apart = _by_currency(unit, wanted, entity, lacking), lacking.currencies
            result = measure(unit, wanted)
        found = Figures(wanted, result, describe(unit, entity, wanted.filters, context.language), apart)
    return found.content(), found


def _by_currency(unit: Unit, wanted: Measure, entity: str, lacking: NoRate) -> Measure:
    """The same figures for each currency by itself; a ranking within each. Raises `lacking` where that is not the same question."""
    if len(wanted.by) > 1 or "currency" not in unit.schema.entity(entity).fields or wanted.compare or wanted.mean_over or wanted.having:
        raise lacking
    if wanted.top is None:
        return wanted.model_copy(update={"by": [*wanted.by, "currency"]})
    return wanted.model_copy(update={"by": ["currency", *wanted.by], "top_each": True})
