"""`rapport policy`: what is approved the moment it is proposed."""

from typing import Annotated

import typer

from store.errors import InvalidInput
from store.policy import AUTOMATIC, Rule, rules, set_rule
from ui.cli.asking import Json
from ui.cli.people import acting, administrator
from ui.cli.terminal import DONE, hint, opened, print_json, say, table


def register(app: typer.Typer) -> None:
    app.command("policy")(policy)


def policy(
    action: Annotated[str, typer.Argument(help="list or set.")] = "list",
    role: Annotated[str | None, typer.Argument()] = None,
    entity: Annotated[str | None, typer.Argument(help="A kind of record, or any.")] = None,
    operation: Annotated[str | None, typer.Argument(help=", ".join(AUTOMATIC))] = None,
    auto: Annotated[bool, typer.Option("--auto/--ask", help="Approve at once, or ask a person.")] = True,
    as_: Annotated[str | None, typer.Option("--as", help="An administrator's e-mail address.")] = None,
    as_json: Json = False,
) -> int:
    """What needs no approval, per role: `rapport policy set rep task create --auto`, `… --ask`, list. Nothing, unless set."""
    if action not in {"list", "set"}:
        raise typer.BadParameter(f"{action!r} is not list or set")
    with opened() as store:
        if action == "set":
            if not (role and entity and operation):
                raise InvalidInput(
                    "Which rule?", hint="Say role, kind of record and operation: `rapport policy set rep task create --auto`."
                )
            rule = Rule(role, "*" if entity == "any" else entity, operation, auto)
            store.run(administrator(store, as_), lambda unit: set_rule(unit, rule))
            say(f"{rule.role}: {operation} {entity} {'is approved at once' if auto else 'waits for a person'}.")
            return DONE
        found = store.run(acting(store, as_), rules)
    if as_json:
        print_json([each.to_json() for each in found])
    else:
        table(
            ["role", "entity", "operation", "approved"],
            [
                [each.role, "any" if each.entity == "*" else each.entity, each.operation, "at once" if each.auto else "by a person"]
                for each in found
            ],
        )
        hint("Everything else waits for a person. Delete, merge, bulk, won and lost, and mail that goes out always do.")
    return DONE
