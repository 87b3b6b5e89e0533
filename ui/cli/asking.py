"""`rapport ask` and `rapport chat`."""

import importlib
from typing import Annotated, Any

import typer

from store import gate
from store.errors import NotAllowed, RapportError
from store.mail.sending import sent_if_approved
from store.rights import Principal
from store.unit import Store
from ui.cli.terminal import DONE, FAILED, NEEDS_ANSWER, REFUSED, complain, hint, person, print_json, say, settings

As = Annotated[str, typer.Option("--as", help="Your e-mail address.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
Brain = Annotated[str | None, typer.Option(help="auto, embedded, llm or hybrid.")]


def register(app: typer.Typer) -> None:
    app.command("ask")(ask)
    app.command("chat")(chat)


def built() -> Any:
    """Put everything together; imported here, because commands that only touch the store start faster without."""
    return importlib.import_module("agent.bootstrap").build(settings())


def ask(
    text: Annotated[str, typer.Argument(help="The question or request, in English or Chinese.")],
    as_: As,
    conversation: Annotated[str | None, typer.Option(help="Continue this conversation.")] = None,
    approve: Annotated[bool, typer.Option("--approve", help="Also approve every proposal of this turn that you may approve.")] = False,
    brain: Brain = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Records shown.")] = 20,
    as_json: Json = False,
) -> int:
    """Ask one question, or ask for a change."""
    rapport = built()
    try:
        principal = person(rapport.store, as_)
        answer = rapport.assistant.answer(principal, text, conversation_id=conversation, door="cli", brain=brain, limit=limit)
        outcome = DONE
        if approve and answer.proposals:
            outcome = approve_all(rapport.store, principal, answer.proposals)
            rapport.index.read_words()
        code = outcome or code_of(answer)
        if as_json:
            print_json(answer.to_json())
            if code != DONE and not outcome:
                complain(answer.text.splitlines()[0] if answer.text else answer.kind, "; ".join(answer.options), code)
        else:
            show_answer(answer)
        return code
    finally:
        rapport.close()


def approve_all(store: Store, principal: Principal, proposals: list[dict[str, Any]]) -> int:
    """Approve each in its own transaction; what cannot be approved stays pending and is said."""
    code = DONE
    for number, proposal in enumerate(proposals):
        if proposal["status"] == "applied":  # by a policy, when it was proposed
            continue
        try:
            with store.writing(principal, door="cli") as unit:
                decided = gate.approve(unit, proposal["id"])
            proposals[number] = sent_if_approved(store, decided, principal, door="cli").to_json()
        except NotAllowed as error:
            hint(f"rapport: not approved: {error}")
            code = REFUSED
        except RapportError as error:
            hint(f"rapport: not approved: {error}")
            code = FAILED
        if proposals[number]["status"] in {"conflict", "expired"}:
            hint(f"rapport: not applied: {proposals[number]['status']}: {proposals[number]['note']}")
            code = FAILED
    return code


def show_answer(answer: Any) -> None:
    say(answer.text)
    for option in answer.options:
        say(f"  - {option}")
    for proposal in answer.proposals:
        say(f"\n{proposal['status']}: {proposal['operation']} {proposal['type']} — proposal {proposal['id']}")
    if any(proposal["status"] == "pending" for proposal in answer.proposals):
        hint("Approve with: rapport proposals approve ID --as you@example.com")


def code_of(answer: Any) -> int:
    if answer.kind == "clarify":
        return NEEDS_ANSWER
    if answer.kind == "refuse":
        return REFUSED if answer.refused_by_rights else FAILED
    return DONE


def chat(as_: As, brain: Brain = None) -> int:
    """Ask one thing after another; an empty line or Ctrl-D ends it."""
    rapport = built()
    conversation: str | None = None
    try:
        person(rapport.store, as_)
        hint("Ask in English or Chinese. An empty line ends.")
        while True:
            try:
                text = input("> ").strip()
            except EOFError:
                return DONE
            if not text:
                return DONE
            try:
                principal = person(rapport.store, as_)  # for each question: a role, a team, an account may change meanwhile
                answer = rapport.assistant.answer(principal, text, conversation_id=conversation, door="cli", brain=brain)
                conversation = answer.conversation_id
                show_answer(answer)
            except RapportError as error:
                hint(f"rapport: {error}")
    finally:
        rapport.close()
