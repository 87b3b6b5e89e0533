"""MCP over standard input and output, for one person on this machine."""

from collections.abc import Callable

from mcp.server.stdio import stdio_server

from agent.bootstrap import Rapport
from store.rights import Principal
from ui.mcp.server import make_server


async def serve(rapport: Rapport, who: Callable[[], Principal]) -> None:
    """Until the input ends. Whatever else is printed meanwhile goes to standard error: the output is the protocol's."""
    server = make_server(lambda: rapport, lambda _request: who())
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())
