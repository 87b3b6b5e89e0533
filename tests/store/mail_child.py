"""A process that approves a mail, sends it, and is killed at a point: HOME URL SMTP PROPOSAL POINT."""

import os
import signal
import sys
from typing import Any

from store import gate
from store.mail import sending, smtp
from store.settings import Settings
from store.unit import Store


def die(*_: Any, **__: Any) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


def main(home: str, url: str, server: str, proposal: str, point: str) -> None:
    settings = Settings(home=home, database_url=url, today="2026-11-21", smtp_url=server, _env_file=None)  # type: ignore[call-arg, arg-type]
    store = Store(settings)
    really = smtp.send

    def then_die(*given: Any) -> None:
        really(*given)
        die()

    store.run(store.principal("anna@firm.example"), lambda unit: gate.approve(unit, proposal))
    if point == "approved":
        die()
    if point == "claimed":
        smtp.send = die
    if point == "taken":
        smtp.send = then_die
    sending.deliver(store, proposal)
    die()


if __name__ == "__main__":
    main(*sys.argv[1:])
