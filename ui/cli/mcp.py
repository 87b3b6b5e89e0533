"""`rapport mcp`: the tools for an agent on this machine, over standard input and output."""

import importlib
from typing import Annotated, Any

import anyio
import typer

from store import people
from store.errors import InvalidInput, NotAllowed
from store.rights import Principal
from store.unit import Store
from ui.cli.terminal import DONE, hint, person, settings


def register(app: typer.Typer) -> None:
    app.command("mcp")(mcp)


def mcp(
    as_: Annotated[str | None, typer.Option("--as", help="Whose rights, when RAPPORT_TOKEN is not set.")] = None,
) -> int:
    """Serve the assistant's tools over MCP (stdio), with the rights of the user of RAPPORT_TOKEN or of --as."""
    config = settings()
    token = config.token.get_secret_value()
    rapport: Any = importlib.import_module("agent.bootstrap").build(config)
    try:
        user = _asking(rapport.store, token, as_)
        hint(f"rapport: MCP on standard input and output, as {user.email}. End of input ends it.")
        serving: Any = importlib.import_module("ui.mcp.stdio")  # the SDK takes a second to import: only here
        anyio.run(serving.serve, rapport, lambda: _asking(rapport.store, token, as_))
    finally:
        rapport.close()
    return DONE


def _asking(store: Store, token: str, email: str | None) -> Principal:
    """Looked up for every call: a token may be revoked, a role changed meanwhile."""
    if not token:
        if not email:
            raise InvalidInput("Who is asking?", hint="Set RAPPORT_TOKEN (`rapport user token EMAIL` makes one), or add --as EMAIL.")
        return person(store, email)
    with store.database.reading() as session:
        found = people.principal_by_token(session, store.settings, token, kind="bearer")
    if found is None:
        raise NotAllowed("RAPPORT_TOKEN does not hold (any more).", hint="Make a new one with `rapport user token EMAIL`.")
    people.note_use(store.database, store.settings, token)
    return found
