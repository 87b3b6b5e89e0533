"""How much a suggestion matters: its rule's weight, what is at stake, how urgent it is, and what the person said to such before.

score = weight × (1 + expected / (expected + typical)) × (1 + urgency / 2) / (1 + dislikes / 4)

`expected` is the amount times the probability (of the deal, or of an account's open deals), `typical` the median of it over all that is
weighed: so that what is at stake doubles a weight at most, in any currency and firm. `urgency` grows from 0 to 1 within the days the
rule names. `dislikes` counts how often this person called a suggestion of the rule not useful.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from statistics import median

from knowledge.actions.situations import Candidate
from store.conditions import Filter
from store.query import RecordQuery, RecordView, find, load
from store.rates import rates
from store.suggestions import Said
from store.unit import Unit


class Stakes:
    """What is at stake, in the reporting currency, for many candidates at once."""

    def __init__(self, unit: Unit, candidates: Sequence[Candidate]) -> None:
        self._unit = unit
        self._rates = _newest_rates(unit)
        accounts = sorted({each.account_id for each in candidates if each.rule.worth == "account" and each.account_id})
        deals = sorted({each.opportunity_id for each in candidates if each.rule.worth == "opportunity" and each.opportunity_id})
        self._of_deal = {record.id: self.of_record(record) for record in load(unit, "opportunity", deals)}
        self._of_account: dict[str, Decimal] = {}
        if accounts and unit.principal.scope("opportunity") != "none":
            open_ = [Filter(field="account.id", op="in", value=accounts), Filter(field="status", value="open")]
            for record in find(unit, RecordQuery(entity="opportunity", filters=open_, limit=5_000)).records:
                at = str(record.fields.get("account_id"))
                self._of_account[at] = self._of_account.get(at, Decimal(0)) + (self.of_record(record) or Decimal(0))

    def of(self, candidate: Candidate) -> Decimal | None:
        match candidate.rule.worth:
            case "self":
                return self.of_record(candidate.record)
            case "opportunity":
                return self._of_deal.get(candidate.opportunity_id or "")
            case "account":
                return self._of_account.get(candidate.account_id or "")
        return None

    def of_record(self, record: RecordView) -> Decimal | None:
        """The expected amount; None without one, or without a rate for its currency."""
        amount = record.fields.get("amount")
        currency = str(record.fields.get("currency") or self._unit.currency)
        if amount is None or currency not in self._rates:
            return None
        chance = Decimal(1)
        if record.type == "opportunity":
            stage = next((s.probability for s in self._unit.schema.stages if s.name == record.fields.get("stage")), 100)
            own = record.fields.get("probability")
            chance = Decimal(str(own if own is not None else stage)) / 100
        return Decimal(str(amount)) * self._rates[currency] * chance


def _newest_rates(unit: Unit) -> dict[str, Decimal]:
    found = {each.currency: each.per_unit for each in rates(unit.session) if each.valid_from <= unit.today()}
    return {**found, unit.currency: Decimal(1)}


def scores(candidates: Sequence[Candidate], stakes: Stakes, said: Sequence[Said], today: date) -> list[float]:
    """A score for each, in their order."""
    worths = [stakes.of(each) for each in candidates]
    known = [each for each in worths if each]
    typical = median(known) if known else Decimal(1)
    dislikes = Counter(each.rule for each in said if each.verdict == "not_useful")
    return [
        each.rule.weight
        * (1 + float(worth / (worth + typical) if worth else 0))
        * (1 + _urgency(each, today) / 2)
        / (1 + dislikes[each.rule.name] / 4)
        for each, worth in zip(candidates, worths, strict=True)
    ]


def _urgency(candidate: Candidate, today: date) -> float:
    if candidate.day is None:
        return 0.0
    days = (today - candidate.day).days
    if candidate.rule.until:
        days = candidate.rule.rises + days  # days is negative: what is near is urgent
    return min(1.0, max(0.0, days / candidate.rule.rises))
