"""Two years of deals: how many, when, how big, how they went."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from store.demo.data import load
from store.demo.days import month_span, workday, workday_after
from store.demo.people import Account, Person

STAGES = ("Qualification", "Discovery", "Proposal", "Negotiation")
_TOTAL = {"en": {"A": 8, "B": 5, "C": 2}, "zh": {"A": 9, "B": 6, "C": 4}}
_OPEN = {"A": (2, 3), "B": (1, 2), "C": (0, 1)}
_WIN_RATE = {"anna": 0.47, "ben": 0.34, "li": 0.42}
_PRODUCT_LUCK = dict(zip((f"PRD-0{n}" for n in range(1, 9)), (1.2, 1.4, 1.1, 1.15, 1.0, 0.9, 0.65, 1.05), strict=True))
_LOST_REASONS = ("price", "competitor", "budget", "timing", "no decision", "missing feature")
_AGE = {"Qualification": (4, 26), "Discovery": (18, 55), "Proposal": (32, 85), "Negotiation": (50, 115)}


@dataclass
class Deal:
    account: Account
    product: dict[str, Any]
    use: dict[str, list[str]]
    quantity: int
    asked: int
    given: int
    rival: str
    start: date
    stage: str = ""
    close: date = date.min
    contact: Person | None = None
    boss: Person | None = None
    reached: str = ""
    type: str = "new business"
    name: str = ""
    key: str = ""
    lost_reason: str = ""
    next_step: str = ""
    next_on: date | None = None
    entered: list[tuple[str, date]] = field(default_factory=list)
    planted: dict[str, Any] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        return self.stage in STAGES

    @property
    def quote(self) -> Decimal:
        return Decimal(self.quantity) * Decimal(self.product["price"])

    @property
    def amount(self) -> Decimal:
        """What the customer pays: the quote, less the discount once it is won."""
        share = Decimal(100 - self.given) / 100 if self.stage == "Won" else Decimal(1)
        return (self.quote * share).quantize(Decimal("0.01"))


def build_deals(accounts: list[Account], *, today: date, seed: int) -> list[Deal]:
    """Every deal, oldest first, with keys; planted ones among them."""
    rng = Random(f"{seed}:deals")
    deals: list[Deal] = []
    for account in accounts:
        deals += _planted(account, today, rng)
        opened, closed = _counts(account, rng)
        deals += [_closed(account, today, rng) for _ in range(closed)]
        deals += [_blank(account, today, rng) for _ in range(opened)]
    for rep in _WIN_RATE:
        mine = [deal for deal in deals if deal.account.rep == rep]
        _decide([deal for deal in mine if deal.stage == "closed"], _wins_due(mine, rep), rng)
        _open([deal for deal in mine if not deal.stage], today, rng)
    deals.sort(key=lambda deal: (deal.start, deal.account.key))
    _name(deals)
    for number, deal in enumerate(deals, start=1):
        deal.key = f"OPP-{number:04d}"
    return deals


def _counts(account: Account, rng: Random) -> tuple[int, int]:
    """How many open and how many closed deals to invent."""
    total = _TOTAL[account.language][account.tier]
    if account.story.get("deals") and not account.people:
        return 0, 0
    if account.lifecycle == "prospect":
        return 1, rng.choice((0, 1, 1))
    if account.lifecycle in ("dormant", "lost"):
        return 0, total
    opened = max(0, rng.choice(_OPEN[account.tier]) - len(account.story.get("deals", [])))
    return opened, total - opened


def _blank(account: Account, start: date, rng: Random) -> Deal:
    """A deal with its product, size and people; its dates and outcome come later."""
    use = rng.choice(load("uses")[account.industry])
    wanted = rng.choice(use["products"])
    product = next(p for p in load("company")["products"] if p["key"] == wanted)
    price = product["price"]
    scale = {"A": 1.9, "B": 1.0, "C": 0.5}[account.tier]
    target = min(380_000.0, max(3_300.0, rng.lognormvariate(10.2, 0.85) * scale))
    quantity = max(1, round(target / price))
    quantity += -(-3_600 // price) if quantity * price < 3_600 else 0
    asked = rng.choice((5, 6, 8, 8, 10, 12))
    deal = Deal(
        account=account,
        product=product,
        use=use,
        quantity=quantity,
        asked=asked,
        given=rng.randint(2, max(3, asked - 2)),
        rival=rng.choice(account.rivals),
        start=start,
    )
    if account.people:
        deal.boss = account.people[0]
        deal.contact = rng.choice(account.people[1:4] or account.people)
    return deal


def _closed(account: Account, today: date, rng: Random) -> Deal:
    """A finished deal, its outcome still open; never closed inside the account's days of silence."""
    deal = _blank(account, today, rng)
    cycle = rng.randint(32, 116)
    newest = max(3, account.quiet + 2)
    ago = newest + int((690 - newest) * rng.random() ** 1.25)
    deal.close = workday(today - timedelta(days=ago))
    deal.start = workday(deal.close - timedelta(days=cycle))
    deal.stage = "closed"
    return deal


def _wins_due(deals: list[Deal], rep: str) -> int:
    closed = sum(deal.stage in ("closed", "Won", "Lost") for deal in deals)
    return round(closed * _WIN_RATE[rep]) - sum(deal.stage == "Won" for deal in deals)


def _decide(deals: list[Deal], wins: int, rng: Random) -> None:
    """Share out the wins: one for each customer, the rest by luck and product; then the way each deal went."""
    deals.sort(key=lambda deal: (deal.close, deal.start, deal.account.key))
    latest = {deal.account.key: deal for deal in deals}
    first: dict[str, Deal] = {}
    for deal in deals:
        if deal.account.lifecycle != "prospect":
            first.setdefault(deal.account.key, deal)
    for deal in first.values():
        deal.stage = "Won"
    barred = {id(deal) for key, deal in latest.items() if deal.account.lifecycle == "lost" and first.get(key) is not deal}
    luck = [(rng.random() * _PRODUCT_LUCK[deal.product["key"]], n) for n, deal in enumerate(deals)]
    for _, n in sorted(luck, reverse=True):
        deal = deals[n]
        may_win = deal.stage == "closed" and deal.account.lifecycle != "prospect" and id(deal) not in barred
        if may_win and sum(d.stage == "Won" for d in deals) < wins:
            deal.stage = "Won"
    for deal in deals:
        if deal.stage == "closed":
            deal.stage = "Lost"
            churn = id(deal) in barred
            deal.lost_reason = "competitor" if churn else rng.choices(_LOST_REASONS, (26, 24, 16, 12, 14, 8))[0]
        _pass_stages(deal, deal.close, rng)


def _pass_stages(deal: Deal, end: date, rng: Random) -> None:
    """Spread the stages the deal passed between its start and `end`."""
    deal.reached = deal.stage if deal.is_open else "Negotiation"
    if deal.stage == "Lost":
        early = deal.lost_reason in ("budget", "no decision", "missing feature")
        deal.reached = rng.choices(STAGES, (20, 35, 30, 15) if early else (0, 10, 50, 40))[0]
    passed = STAGES[: STAGES.index(deal.reached) + 1]
    span = (end - deal.start).days
    shares = sorted(rng.uniform(0.12, 0.92) for _ in passed[1:])
    days = [deal.start, *(workday(deal.start + timedelta(days=round(span * share))) for share in shares)]
    for n in range(1, len(days)):
        days[n] = min(max(days[n], workday_after(days[n - 1] + timedelta(days=2))), end)
    deal.entered = list(zip(passed, days, strict=True))
    if not deal.is_open:
        deal.entered.append((deal.stage, deal.close))


def _open(deals: list[Deal], today: date, rng: Random) -> None:
    """Give open deals a stage, an age and an expected close: some due this month, some next, some overdue."""
    rng.shuffle(deals)
    this_month, next_month = (month_span(today, ahead=n) for n in (0, 1))
    for n, deal in enumerate(deals):
        slot = n % 6
        deal.stage = ("Negotiation", "Proposal", "Discovery", "Proposal", "Qualification", "Discovery")[slot]
        if n % 12 == 10:
            deal.stage = "Qualification"
        low, high = _AGE[deal.stage]
        quiet = deal.account.quiet
        deal.start = workday(today - timedelta(days=(quiet + rng.randint(14, 60)) if quiet else rng.randint(low, high)))
        if slot in (0, 3) and n % 4 != 3:
            deal.close = today + timedelta(days=rng.randint(0, (this_month[1] - today).days))
        elif slot in (1, 5) and n % 4 != 3:
            deal.close = next_month[0] + timedelta(days=rng.randint(2, 26))
        elif n % 4 == 3 and deal.stage != "Qualification":
            deal.close = max(today - timedelta(days=rng.randint(2, 24)), deal.start + timedelta(days=12))
            deal.close = min(deal.close, today - timedelta(days=1))
        else:
            deal.close = today + timedelta(days=rng.randint(30, 110))
        last = workday(today - timedelta(days=quiet + 1 if quiet else rng.randint(2, 9)))
        deal.start = min(deal.start, last)
        _pass_stages(deal, last, rng)


def _planted(account: Account, today: date, rng: Random) -> list[Deal]:
    """The deals the account's story tells in so many words."""
    deals = []
    for told in account.story.get("deals", []):
        deal = _blank(account, today, rng)
        deal.product = next(p for p in load("company")["products"] if p["key"] == told["product"])
        deal.use = next((u for u in load("uses")[account.industry] if told["product"] in u["products"]), deal.use)
        deal.quantity, deal.name, deal.type, deal.stage = told["qty"], told["name"], told["type"], told["stage"]
        deal.given, deal.lost_reason = told.get("given", 5), told.get("lost_reason", "")
        deal.next_step, deal.planted = told.get("next_step", ""), told
        deal.start = workday(today + timedelta(days=told["start"]))
        deal.close = today + timedelta(days=told["close"])
        deal.entered = [("Qualification", deal.start)]
        deal.entered += [(stage, workday(today + timedelta(days=n))) for stage, n in told.get("history", {}).items()]
        deal.reached = deal.entered[-1][0]
        if not deal.is_open:
            deal.close = workday(deal.close)
            deal.entered.append((deal.stage, deal.close))
        deals.append(deal)
    return deals


def _name(deals: list[Deal]) -> None:
    """Names, and the type by what the account had bought before; deals come oldest first."""
    seen: dict[str, int] = {}
    for deal in deals:
        if deal.name:
            continue
        bought = [d.product["key"] for d in deals if d.stage == "Won" and d.account is deal.account and d.close <= deal.start]
        if bought:
            deal.type = "renewal" if deal.product["key"] == "PRD-03" and "PRD-03" in bought else "expansion"
        project, zh = deal.use[deal.account.language][0], deal.account.language == "zh"
        name = f"{deal.account.short}{project}项目" if zh else f"{deal.account.short}: {project}"
        seen[name] = seen.get(name, 0) + 1
        phase = "" if seen[name] == 1 else f"{'一二三四五六七八九'[min(seen[name], 9) - 1]}期" if zh else f", phase {seen[name]}"
        deal.name = name + phase
