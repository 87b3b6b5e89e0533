"""Which brain answers and with which model, what limits it, and what it has used. The limits of a turn are read from the settings and changed
where the server is started; a month's budget is kept in the store and changed here."""

from decimal import Decimal, InvalidOperation
from urllib.parse import urlsplit

from fastapi.responses import Response

from agent.build import MODEL_CALLS, TOOL_CALLS
from agent.llm import configured
from store.errors import InvalidInput
from store.model_budget import Budget, Used, budget, set_budget, used
from store.unit import Unit
from ui.web.rooms.frame import draw, rooms
from ui.web.rooms.setup.desk import Form, InSetup, InSetupForm, carried_out

router = rooms()
OPENAI = "https://api.openai.com/v1"  # what an empty address stands for
PAGE = "/setup/model"


@router.get(PAGE)
def shown(room: InSetup) -> Response:
    """No key, and no part of one, is on this page."""
    settings = room.inside.store.settings
    with room.inside.store.reading(room.user, door="web") as unit:
        held = budget(unit.session, settings)
        month, ever = used(unit, since=unit.today().replace(day=1)), used(unit)
    limits = [
        ("timeout", f"{settings.model_timeout:g}"), ("calls", f"{MODEL_CALLS}"), ("tools", f"{TOOL_CALLS}"),
        ("question", f"{settings.question_limit:,}"), ("rate", f"{settings.rate_limit:,}" if settings.rate_limit else room.said["model.limit.none"]),
    ]  # fmt: skip
    return draw(
        room, "setup_model.html", modelled=configured(settings) and settings.brain != "embedded", settings=settings,
        address=without_credentials(settings.openai_base_url or OPENAI), has_key=bool(settings.openai_api_key.get_secret_value()),
        limits=limits, used=[(name, each, _money(held, each)) for name, each in (("month", month), ("ever", ever))], budget=held,
        spent=held.spent(month), left=left(held, month), plainly=_plainly,
    )  # fmt: skip


@router.post(PAGE)
def changed(posted: InSetupForm) -> Response:
    return carried_out(posted, {"budget": _budget})


def _budget(unit: Unit, form: Form) -> None:
    tokens = _number(form["tokens"])
    if tokens is not None and tokens != tokens.to_integral_value():
        raise InvalidInput(f"{form['tokens']} is not a number of tokens.", hint="Write a whole number, such as 2000000, or leave it empty.")
    amount, read, written = (_number(form[name]) for name in ("amount", "input_price", "output_price"))
    set_budget(unit, Budget(None if tokens is None else int(tokens), amount, unit.currency, read, written))


def _number(text: str) -> Decimal | None:
    """As people write it; empty is none."""
    plain = "".join(text.split()).replace(",", "").replace("，", "")
    if not plain:
        return None
    try:
        found = Decimal(plain)
    except InvalidOperation:
        raise InvalidInput(f"{text[:40]!r} is not a number.", hint="Write digits, such as 60.") from None
    if not found.is_finite():
        raise InvalidInput(f"{text[:40]!r} is not a number.", hint="Write digits, such as 60.")
    return found


def left(held: Budget, month: Used) -> int | None:
    """Whole percent of the nearer limit that is still there; None without a limit."""
    shares = []
    if held.tokens is not None:
        shares.append(Decimal(month.input_tokens + month.output_tokens) / held.tokens if held.tokens else Decimal(1))
    cost = held.cost(month)
    if held.amount is not None and cost is not None:
        shares.append(cost / held.amount if held.amount else Decimal(1))
    return max(0, int(100 - 100 * max(shares))) if shares else None


def _money(held: Budget, each: Used) -> str:
    cost = held.cost(each)
    return "" if cost is None else f"{held.currency} {cost:,.2f}"


def _plainly(value: Decimal | int | None) -> str:
    """As it is written into the form again: 2.50, not 2.5000000000."""
    if value is None:
        return ""
    whole, _, part = f"{value:f}".partition(".")
    part = part.rstrip("0")
    return f"{whole}.{part.ljust(2, '0')}" if part else whole


def without_credentials(address: str) -> str:
    """An address as it may be shown: a name and password in it, or what follows a question mark, may be a key."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}" if host else ""
