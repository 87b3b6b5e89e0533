"""`rapport proposals` and `rapport audit`."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

import typer
from sqlalchemy import select

from store import audit, gate
from store.errors import InvalidInput, NotAllowed
from store.mail.sending import sent_if_approved
from store.models import AuditEvent, User
from store.unit import Unit
from ui.cli.asking import Json
from ui.cli.people import acting
from ui.cli.terminal import DONE, FAILED, opened, person, print_json, say, table

ACTIONS = ("list", "show", "approve", "reject", "undo")


def register(app: typer.Typer) -> None:
    app.command("proposals")(proposals)
    app.command("audit")(audit_)


def proposals(
    action: Annotated[str, typer.Argument(help="list, show, approve, reject or undo.")] = "list",
    proposal_id: Annotated[str | None, typer.Argument(metavar="ID")] = None,
    as_: Annotated[str | None, typer.Option("--as", help="Your e-mail address.")] = None,
    without: Annotated[
        list[str] | None, typer.Option(metavar="RECORD", help="approve: leave out the change of this record (its id).")
    ] = None,
    status: Annotated[str, typer.Option(help="Which to list: pending, applied, … or all.")] = "pending",
    as_json: Json = False,
) -> int:
    """The write gate: what waits for approval, and what was done."""
    if action not in ACTIONS:
        raise typer.BadParameter(f"{action!r} is not one of {', '.join(ACTIONS)}")
    with opened() as store:
        principal = person(store, as_)
        if action == "list":
            with store.reading(principal) as unit:
                found = [each.to_json() for each in gate.pending(unit, status=None if status == "all" else status)]
            if as_json:
                print_json(found)
            else:
                table(
                    ["id", "status", "what", "records"],
                    [[p["id"], p["status"], f"{p['operation']} {p['type']}", len(p["changes"])] for p in found],
                )
            return DONE
        if not proposal_id:
            raise InvalidInput(f"Which proposal should I {action}?", hint="Give its ID; `rapport proposals list` shows them.")
        work: dict[str, Callable[[Unit, str], gate.ProposalView]] = {
            "show": gate.show, "approve": partial(gate.approve, without=without or ()), "reject": gate.reject, "undo": gate.undo,
        }  # fmt: skip
        decided = store.run(principal, lambda unit: work[action](unit, proposal_id))
        shown = (sent_if_approved(store, decided, principal, door="cli") if action == "approve" else decided).to_json()
    if as_json:
        print_json(shown)
    else:
        show_proposal(shown)
    return FAILED if shown["status"] in {"conflict", "expired"} else DONE


def show_proposal(proposal: dict[str, Any]) -> None:
    say(f"{proposal['status']}: {proposal['operation']} {proposal['type']} — {proposal['id']} {proposal['note']}".rstrip())
    rows = [
        [change["name"], name, change["before"].get(name), change["after"].get(name)]
        for change in proposal["changes"][:50]
        for name in dict.fromkeys([*change["before"], *change["after"]])
    ]
    table(["record", "field", "before", "after"], rows)


def audit_(
    action: Annotated[str, typer.Argument(help="list or verify.")] = "list",
    as_: Annotated[
        str | None, typer.Option("--as", help="An administrator's e-mail address, to list; the first one's when absent.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1)] = 50,
    as_json: Json = False,
) -> int:
    """The audit log: what was done by whom, and whether the chain is whole."""
    if action not in {"list", "verify"}:
        raise typer.BadParameter(f"{action!r} is not list or verify")
    with opened() as store:
        if action == "verify":
            with store.database.reading() as session:
                verdict = audit.verify(session)
            if as_json:
                print_json({"ok": not verdict.problem, "events": verdict.events, "problem": verdict.problem})
            else:
                say(f"broken: {verdict.problem}" if verdict.problem else f"whole: {verdict.events:,} events")
            return FAILED if verdict.problem else DONE
        principal = acting(store, as_)
        if not principal.administers:
            raise NotAllowed("Only an administrator may read the audit log.", hint="Use an administrator's address with --as.")
        with store.reading(principal) as unit:
            rows = unit.session.execute(
                select(AuditEvent, User.email).outerjoin(User, User.id == AuditEvent.user_id).order_by(AuditEvent.seq.desc()).limit(limit)
            )
            events = [
                {
                    "seq": e.seq,
                    "at": e.at.isoformat(),
                    "by": email,
                    "door": e.door,
                    "action": e.action,
                    "proposal": e.proposal_id,
                    "summary": e.summary,
                }
                for e, email in rows
            ]
    if as_json:
        print_json(events)
    else:
        table(["seq", "at", "by", "action", "summary"], [[e["seq"], str(e["at"])[:19], e["by"], e["action"], e["summary"]] for e in events])
    return DONE
