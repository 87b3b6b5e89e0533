"""`rapport merge` and `rapport handover`: many records at once, as one proposal."""

from typing import Annotated

import typer

from store import gate
from store.errors import NotFound
from store.gate import ProposalView
from store.handover import propose_handover
from store.merging import propose_merge
from store.unit import Unit
from store.values import find_named, one_named
from ui.cli.asking import Json
from ui.cli.gate import show_proposal
from ui.cli.terminal import DONE, FAILED, hint, opened, person, print_json, say

As = Annotated[str | None, typer.Option("--as", help="Your e-mail address.")]
Approve = Annotated[bool, typer.Option("--approve", help="Approve it at once, by your own right.")]


def register(app: typer.Typer) -> None:
    app.command("merge")(merge)
    app.command("handover")(handover)


def merge(
    entity: Annotated[str, typer.Argument(help="The kind of record: account, contact, lead, …")],
    records: Annotated[list[str], typer.Argument(metavar="ID ID...", help="Ids, keys, e-mails or exact names.")],
    as_: As = None,
    survivor: Annotated[str | None, typer.Option(help="The one that stays; the fullest when absent.")] = None,
    approve: Approve = False,
    as_json: Json = False,
) -> int:
    """Merge records that mean the same into one: `rapport merge account ID ID --as EMAIL`. It can be undone."""
    with opened() as store:

        def work(unit: Unit) -> ProposalView:
            unit.schema.entity(entity)
            ids = [_one(unit, entity, each) for each in records]
            stays = _one(unit, entity, survivor) if survivor else None
            made = propose_merge(unit, entity, [*ids, stays] if stays else ids, survivor=stays)
            return gate.approve(unit, made.id) if approve else made

        made = store.run(person(store, as_), work)
    return _said(made, as_json=as_json)


def handover(
    giver: Annotated[str, typer.Argument(metavar="FROM", help="E-mail of who hands over.")],
    taker: Annotated[str, typer.Argument(metavar="TO", help="E-mail of who takes over.")],
    as_: As = None,
    entities: Annotated[str, typer.Option(help="Only these kinds, such as account,lead; everything when absent.")] = "",
    approve: Approve = False,
    as_json: Json = False,
) -> int:
    """Everything of one person goes to another: `rapport handover anna@x.example ben@x.example --as EMAIL`. It can be undone."""
    kinds = [each.strip() for each in entities.split(",") if each.strip()]
    with opened() as store:

        def work(unit: Unit) -> tuple[ProposalView | None, int]:
            found = propose_handover(unit, giver, taker, entities=kinds)
            if found.proposal is None or not approve:
                return found.proposal, found.left_out
            return gate.approve(unit, found.proposal.id), found.left_out

        made, left_out = store.run(person(store, as_), work)
    if left_out:
        hint(f"{left_out:,} record(s) of {giver} are outside your rights and stay: an administrator can hand them over.")
    if made is None:
        if as_json:
            print_json({"status": "nothing", "changes": []})
        else:
            say(f"Nothing to hand over: {giver} owns no such record. Nothing was proposed.")
        return DONE
    return _said(made, as_json=as_json)


def _one(unit: Unit, entity: str, named: str) -> str:
    lacking = NotFound(f"There is no {unit.schema.entity(entity).en} {named[:80]!r}.", hint="Search for it by name.")
    return one_named(entity, named, find_named(unit, entity, named), lacking)


def _said(made: ProposalView, *, as_json: bool) -> int:
    if as_json:
        print_json(made.to_json())
    else:
        show_proposal(made.to_json())
        if made.status == "pending":
            hint(f"Approve with: rapport proposals approve {made.id} --as you@example.com")
    return FAILED if made.status in {"conflict", "expired"} else DONE
