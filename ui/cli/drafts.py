"""`rapport drafts`: your own drafts of messages."""

import sys
from collections.abc import Callable
from typing import Annotated

import typer

from store.errors import InvalidInput
from store.mail import drafts, sending
from store.mail.drafts import DraftView
from store.unit import Unit
from ui.cli.asking import Json
from ui.cli.gate import show_proposal
from ui.cli.terminal import DONE, hint, opened, person, print_json, say, table

ACTIONS = ("list", "show", "eml", "send", "discard", "sent", "unsent")


def register(app: typer.Typer) -> None:
    app.command("drafts")(drafts_)


def drafts_(
    action: Annotated[str, typer.Argument(help="list, show, eml, send, discard; sent or unsent for one of which nobody knows.")] = "list",
    draft_id: Annotated[str | None, typer.Argument(metavar="ID")] = None,
    as_: Annotated[str | None, typer.Option("--as", help="Your e-mail address.")] = None,
    status: Annotated[str | None, typer.Option(help="Which to list: draft, queued, sending, sent, unsure or discarded.")] = None,
    as_json: Json = False,
) -> int:
    """Drafts of messages: yours alone, sent only by a proposal that a person approves."""
    if action not in ACTIONS:
        raise typer.BadParameter(f"{action!r} is not one of {', '.join(ACTIONS)}")
    with opened() as store:
        principal = person(store, as_)
        if action == "list":
            sending.look_after(store)
            with store.reading(principal) as unit:
                found = [each.to_json() for each in drafts.listed(unit, status=status)]
            if as_json:
                print_json(found)
            else:
                table(["id", "status", "to", "subject"], [[d["id"], d["status"], d["recipient"], d["subject"]] for d in found])
            return DONE
        if not draft_id:
            raise InvalidInput(f"Which draft should I {action}?", hint="Give its ID; `rapport drafts list` shows them.")
        if action == "eml":
            with store.reading(principal) as unit:
                sys.stdout.buffer.write(sending.eml(unit, draft_id)[1])
                sys.stdout.buffer.flush()
            return DONE
        if action == "send":
            proposal = store.run(principal, lambda unit: sending.propose_sending(unit, draft_id)).to_json()
            if as_json:
                print_json(proposal)
            else:
                show_proposal(proposal)
            hint("Approve with: rapport proposals approve ID --as you@example.com")
            return DONE
        work: dict[str, Callable[[Unit, str], DraftView]] = {
            "show": drafts.get, "discard": drafts.discard,
            "sent": lambda unit, one: sending.settle(unit, one, arrived=True),
            "unsent": lambda unit, one: sending.settle(unit, one, arrived=False),
        }  # fmt: skip
        shown = store.run(principal, lambda unit: work[action](unit, draft_id))
    if as_json:
        print_json(shown.to_json())
    else:
        say(f"{shown.status}: to {shown.recipient or '(nobody)'}\nSubject: {shown.subject}\n\n{shown.body}")
        if shown.note:
            hint(shown.note)
    return DONE
