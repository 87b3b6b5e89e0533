"""Exchange rates: what other currencies are worth in the reporting one."""

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated

import typer

from store.errors import InvalidInput
from store.rates import ALWAYS, plain, rates, set_rate
from store.unit import reporting_currency
from ui.cli.asking import Json
from ui.cli.people import As, administrator
from ui.cli.terminal import DONE, opened, print_json, say, table


def register(app: typer.Typer) -> None:
    app.command("rate")(rate)


def rate(
    action: Annotated[str, typer.Argument(help="set or list.")] = "list",
    currency: Annotated[str | None, typer.Argument(help="Its three letters.")] = None,
    per_unit: Annotated[str | None, typer.Argument(help="What one unit is worth in the reporting currency.")] = None,
    since: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day it holds; always when absent.")] = None,
    as_: As = None,
    as_json: Json = False,
) -> int:
    """Exchange rates: `rapport rate set EUR 1.08 --from 2026-01-01`, list."""
    with opened() as store:
        if action == "set":
            administrator(store, as_)
            if not currency or not per_unit:
                raise InvalidInput("Which currency, and what is it worth?", hint="For example: rapport rate set EUR 1.08 --from 2026-01-01")
            with store.database.writing() as session:
                reporting = reporting_currency(session, store.settings)
                made = set_rate(session, currency, _number(per_unit), reporting=reporting, valid_from=since.date() if since else None)
            say(f"1 {made.currency} = {plain(made.per_unit)} {reporting}" + (f" from {since:%Y-%m-%d}." if since else "."))
            return DONE
        if action != "list":
            raise typer.BadParameter(f"{action!r} is not set or list")
        with store.database.reading() as session:
            reporting = reporting_currency(session, store.settings)
            rows = [
                {
                    "currency": each.currency,
                    "per_unit": plain(each.per_unit),
                    "in": reporting,
                    "valid_from": each.valid_from.isoformat() if each.valid_from != ALWAYS else None,
                }
                for each in rates(session)
            ]
    if as_json:
        print_json(rows)
    else:
        table(["currency", "one is worth", "in", "from"], [[*list(row.values())[:3], row["valid_from"] or "always"] for row in rows])
    return DONE


def _number(raw: str) -> Decimal:
    try:
        return Decimal(raw)
    except InvalidOperation as error:
        raise InvalidInput(f"{raw!r} is not a number.", hint="Write digits, such as 1.08.") from error
