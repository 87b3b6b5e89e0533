"""The application on a real socket of this machine, for clients that speak HTTP themselves."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from time import monotonic, sleep

import uvicorn
from starlette.types import ASGIApp

PATIENCE_S = 30.0


@contextmanager
def served(app: ASGIApp) -> Iterator[str]:
    """Its address while it runs."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", server_header=False, lifespan="on", timeout_graceful_shutdown=2))
        thread = Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        try:
            end = monotonic() + PATIENCE_S
            while not server.started:
                assert thread.is_alive(), "the server did not start"
                assert monotonic() < end, "the server takes too long"
                sleep(0.02)
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=PATIENCE_S)
