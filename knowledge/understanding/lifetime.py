"""What a customer is still worth: expected purchases (BG/NBD) times the expected value of one (gamma-gamma), over a year."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from knowledge.understanding.btyd import BuyingHistory, fit_bg_nbd, fit_gamma_gamma
from knowledge.understanding.buying import Bought, purchases
from knowledge.understanding.reasons import Reason, Value
from store.unit import Unit

HORIZON = 52  # weeks ahead
FEWEST = 20  # customers with purchases, a third of whom bought again, before anything is fitted


@dataclass(frozen=True, slots=True)
class Lifetime:
    """`value` over the coming year in `currency`; `alive` is the probability (0-100) that they still buy, `purchases` how many to expect."""

    account_id: str
    value: Decimal
    currency: str
    alive: float
    purchases: float
    reasons: list[Reason]


def lifetimes(unit: Unit, account_ids: Collection[str], today: date) -> list[Lifetime]:
    """Those among these accounts that have bought, fitted on all the asker sees; empty when there are too few to fit."""
    found = purchases(unit, today)
    if found is None:
        return []
    histories = {key: history(each, today) for key, each in found.by_account.items()}
    if len(histories) < FEWEST or sum(one.repeats > 0 for one in histories.values()) * 3 < len(histories):
        return []
    model, spending = fit_bg_nbd(list(histories.values())), fit_gamma_gamma(list(histories.values()))
    if model is None or spending is None:
        return []
    made = []
    for account_id in account_ids:
        one = histories.get(account_id)
        if one is None:
            continue
        count, each, alive = model.expected(one, HORIZON), spending.mean(one), 100 * model.alive(one)
        values: dict[str, Value] = {
            "value": f"{found.currency} {count * each:,.0f}", "purchases": round(count, 1), "each": f"{found.currency} {each:,.0f}",
            "alive": round(alive), "customers": len(histories),
        }  # fmt: skip
        why = Reason("lifetime" if one.repeats else "lifetime_once", values, found.by_account[account_id].latest())
        made.append(Lifetime(account_id, Decimal(f"{count * each:.2f}"), found.currency, round(alive, 1), round(count, 2), [why]))
    return made


def history(bought: Bought, today: date) -> BuyingHistory:
    """In weeks; purchases of one day are one."""
    days = [day for day, _ in bought.days]
    again = [value for _, value in bought.days[1:]]
    mean = float(sum(again) / len(again)) if again else None
    return BuyingHistory(len(days) - 1, (days[-1] - days[0]).days / 7, (today - days[0]).days / 7, mean)
