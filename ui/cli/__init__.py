"""The command line. Each file holds the commands of one purpose; `main` turns errors into messages and exit codes."""

import sys
from typing import Any

import typer

from store.errors import Ambiguous, NotAllowed, RapportError
from ui.cli import asking, care, data, gate, measuring, setup
from ui.cli.terminal import DONE, FAILED, NEEDS_ANSWER, REFUSED, complain

ClickException: Any = typer.BadParameter.__mro__[2]  # Typer carries its own copy of click and exports no more of its errors

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="An AI assistant on a CRM store.")
care.register(app)
asking.register(app)
data.register(app)
gate.register(app)
setup.register(app)
measuring.register(app)


def main() -> None:
    """Exit status: 0 done, 1 failed, 2 wrong usage, 3 it needs an answer, 4 refused (rights or policy)."""
    try:
        code = app(standalone_mode=False)
    except typer.Abort:
        code = complain("Stopped.", "", FAILED)
    except ClickException as error:
        error.show()
        code = error.exit_code
    except typer.Exit as ended:
        code = ended.exit_code
    except Ambiguous as error:
        code = complain(error.message, " / ".join(error.options), NEEDS_ANSWER)
    except NotAllowed as error:
        code = complain(error.message, error.hint, REFUSED)
    except RapportError as error:
        code = complain(error.message, error.hint, FAILED)
    except BrokenPipeError:
        code = DONE
    sys.exit(code or DONE)
