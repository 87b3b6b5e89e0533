"""`rapport duplicates`: records that are there twice."""

from typing import Annotated, Literal, get_args

import typer

from store import gate
from store.duplicates import candidates, finding, keys
from store.errors import InvalidInput
from store.gate import ProposalView
from store.rights import Principal
from store.unit import Store, Unit
from ui.cli.asking import Json
from ui.cli.terminal import DONE, FAILED, opened, person, print_json, say, table

Action = Literal["list", "find", "dismiss", "merge", "rebuild"]


def register(app: typer.Typer) -> None:
    app.command("duplicates")(duplicates)


def duplicates(
    action: Annotated[str, typer.Argument(help="list, find, dismiss, merge or rebuild.")] = "list",
    candidate: Annotated[str | None, typer.Argument(metavar="ID")] = None,
    as_: Annotated[str | None, typer.Option("--as", help="Your e-mail address.")] = None,
    entity: Annotated[str | None, typer.Option(help="Only this kind: account, contact or lead.")] = None,
    status: Annotated[str, typer.Option(help="Which to list: open, dismissed or merged.")] = "open",
    limit: Annotated[int, typer.Option(min=1, help="How many to list.")] = 50,
    survivor: Annotated[str | None, typer.Option(help="ID of the record that stays; else the fuller one.")] = None,
    approve: Annotated[bool, typer.Option("--approve", help="Approve the merge too.")] = False,
    as_json: Json = False,
) -> int:
    """Pairs of records that may be the same: find them, see why, merge them or say that they are different."""
    if action not in get_args(Action):
        raise typer.BadParameter(f"{action!r} is not one of {', '.join(get_args(Action))}")
    if status not in get_args(candidates.Status):
        raise typer.BadParameter(f"{status!r} is not one of {', '.join(get_args(candidates.Status))}")
    with opened() as store:
        principal = person(store, as_)
        match action:
            case "list":
                return _list(store, principal, entity, status, limit, as_json)  # type: ignore[arg-type]
            case "find":
                return _find(store, principal, entity, as_json)
            case "rebuild":
                return _rebuild(store, principal, as_json)
        if not candidate:
            raise InvalidInput(f"Which pair should I {action}?", hint="Give its ID; `rapport duplicates list` shows them.")
        if action == "dismiss":
            return _dismiss(store, principal, candidate, as_json)
        return _merge(store, principal, candidate, survivor, approve, as_json)


def _list(store: Store, principal: Principal, entity: str | None, status: candidates.Status, limit: int, as_json: bool) -> int:
    with store.reading(principal) as unit:
        total, found = candidates.listed(unit, entity=entity, status=status, limit=limit)
    if as_json:
        print_json({"total": total, "duplicates": [each.to_json() for each in found]})
        return DONE
    rows = []
    for each in found:
        names = [f"{record['type']} {record['name']}" for record in each.records]
        rows.append([each.id, f"{each.score:.0f}", " / ".join(names), "; ".join(reason["text"] for reason in each.reasons)])
    table(["id", "score", "records", "why"], rows)
    say(f"{total:,} {status}")
    return DONE


def _find(store: Store, principal: Principal, entity: str | None, as_json: bool) -> int:
    found = store.run(principal, lambda unit: finding.find(unit, entity))
    if as_json:
        print_json(found.to_json())
    else:
        say(f"{found.compared:,} records compared: {found.open:,} open pairs, {found.new:,} of them new; {found.gone:,} no longer alike")
    return DONE


def _rebuild(store: Store, principal: Principal, as_json: bool) -> int:
    made = store.run(principal, keys.rebuild)
    if as_json:
        print_json({"keys": made})
    else:
        say(f"{made:,} keys")
    return DONE


def _dismiss(store: Store, principal: Principal, candidate: str, as_json: bool) -> int:
    shown = store.run(principal, lambda unit: candidates.dismiss(unit, candidate))
    if as_json:
        print_json(shown.to_json())
    else:
        say(f"{shown.status}: {' / '.join(record['name'] for record in shown.records)}")
    return DONE


def _merge(store: Store, principal: Principal, candidate: str, survivor: str | None, approve: bool, as_json: bool) -> int:
    def work(unit: Unit) -> ProposalView:
        view = candidates.merge(unit, candidate, survivor=survivor)
        return gate.approve(unit, view.id) if approve else view

    shown = store.run(principal, work)
    if as_json:
        print_json(shown.to_json())
    else:
        say(f"{shown.status}: merge {shown.type} — {shown.id}")
    return FAILED if shown.status in {"conflict", "expired"} else DONE
