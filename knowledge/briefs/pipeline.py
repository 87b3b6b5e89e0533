"""The pipeline reviewed: open deals that slipped, stand still, hang on one person, or have no next step."""

from collections.abc import Iterator
from datetime import date

from knowledge.briefs.crew import Crew
from knowledge.briefs.evidence import Citing, Figure, Item, Label, Section, Shown, cited, figure, total
from knowledge.briefs.standing import day, money
from knowledge.understanding import flow
from knowledge.understanding.flow import bottleneck, expected_revenue
from store.conditions import Filter
from store.measures import Measure
from store.query import RecordQuery, RecordView, find
from store.unit import Unit

MANY = 2_000  # open deals that are looked at, the largest first
_FIGURES = ("open_count", "open_amount", "weighted_forecast", "slipped_count", "slipped_amount")


def review(unit: Unit, citing: Citing, who: Crew) -> Iterator[Item]:
    for place, metric in enumerate(_FIGURES):
        wanted = Measure(metric=metric, filters=who.of("opportunity"))
        found, whole = figure(unit, wanted), total(unit, wanted)
        if found is not None and whole is not None:
            yield Item("figures", f"figure:{metric}", {"value": whole[0]}, (cited(found),), weight=90 - place)
    deals = open_deals(unit, who)
    citing.known(deals)
    stuck = bottleneck(unit, who.of("opportunity"))
    if stuck is not None:
        conversion = figure(unit, Measure(metric="stage_conversion", by=["stage"], filters=who.of("opportunity")))
        basis = [cited(conversion)] if conversion else []
        yield Item("figures", f"reason:{stuck.reasons[0].code}", stuck.reasons[0].values, tuple(basis), weight=84)
    hoped = expected_revenue(unit, unit.today(), who.of("opportunity"))
    if hoped is not None and hoped.deals:
        found = figure(unit, Measure(metric="weighted_forecast", filters=who.of("opportunity")))
        basis = [*([cited(found)] if found else []), *citing.sources(hoped.reasons[0].sources)]
        yield Item("figures", f"reason:{hoped.reasons[0].code}", hoped.reasons[0].values, tuple(basis), weight=83)
    yield from slipped(unit, citing, who, "slipped", deals)
    yield from stalled(unit, citing, deals)
    yield from single_threaded(unit, citing, deals)
    for deal in deals:
        if not deal.fields.get("next_step") and unit.principal.sees("opportunity", "next_step"):
            values = _values(unit, deal)
            late = isinstance(values["closes"], date) and values["closes"] < unit.today()
            yield Item(
                "unplanned", "deal_past" if late else "deal_of", values, citing.record("opportunity", deal.id), weight=_weight(deal, 40)
            )


def open_deals(unit: Unit, who: Crew) -> list[RecordView]:
    if unit.principal.scope("opportunity") == "none" or not unit.principal.sees("opportunity", "stage"):
        return []
    order = ["-amount"] if unit.principal.sees("opportunity", "amount") else []
    filters = [*who.of("opportunity"), Filter(field="status", value="open")]
    return find(unit, RecordQuery(entity="opportunity", filters=filters, sort=order, limit=MANY)).records


def slipped(unit: Unit, citing: Citing, who: Crew, section: Section, deals: list[RecordView] | None = None) -> Iterator[Item]:
    for deal in open_deals(unit, who) if deals is None else deals:
        closes = day(deal.fields.get("close_date"))
        if closes is not None and closes < unit.today():
            values = {**_values(unit, deal), "closes": closes, "days": (unit.today() - closes).days}
            yield Item(section, "deal_late", values, citing.record("opportunity", deal.id), weight=_weight(deal, 60))


def stalled(unit: Unit, citing: Citing, deals: list[RecordView]) -> Iterator[Item]:
    """Longer in its stage than deals usually stay there."""
    stays, usual = flow.stalled(unit, [each.id for each in deals])
    for deal in deals:
        stay = stays.get(deal.id)
        if stay is not None and usual is not None:
            values = {**_values(unit, deal), "days": stay.days, "usual": Figure(str(stay.usual), "days")}
            yield Item("stalled", "deal_stalled", values, (*citing.record("opportunity", deal.id), cited(usual)), weight=_weight(deal, 52))


def single_threaded(unit: Unit, citing: Citing, deals: list[RecordView]) -> Iterator[Item]:
    """Deals about which only one person of the customer was spoken to lately, or nobody."""
    people = flow.spoken_to(unit, [each.id for each in deals])
    for deal in deals:
        known = people[deal.id]
        if len(known) > 1:
            continue
        person = citing.view("contact", next(iter(known))) if known else None
        values = {**_values(unit, deal), "person": person.name if person else None}
        citations = citing.record("opportunity", deal.id) + (citing.record("contact", person.id) if person else ())
        yield Item("single", "deal_single" if person else "deal_nobody", values, citations, weight=_weight(deal, 46))


def _values(unit: Unit, deal: RecordView) -> dict[str, Shown | None]:
    stage = deal.fields.get("stage")
    return {
        "name": deal.name,
        "stage": Label("opportunity", "stage", stage) if stage else None,
        "amount": money(deal, unit.currency),
        "closes": day(deal.fields.get("close_date")),
    }


def _weight(deal: RecordView, base: float) -> float:
    return base + min(9.0, float(deal.fields.get("amount") or 0) / 30_000)
