"""The command line. Each file holds the commands of one purpose; `main` turns errors into messages and exit codes."""

import importlib
import sys
from typing import Any

import typer

from store.errors import Ambiguous, NotAllowed, RapportError
from ui.cli.terminal import DONE, FAILED, NEEDS_ANSWER, REFUSED, complain

# Only the file of the command asked for is imported: `rapport ask` need not wait for the importer, nor the other way round.
COMMANDS = {
    "care": ("init", "demo", "serve", "index", "doctor"),
    "keeping": ("backup", "restore", "move"),
    "asking": ("ask", "chat"),
    "mcp": ("mcp",),
    "voice": ("voice", "recordings", "models"),
    "data": ("import", "export"),
    "gate": ("proposals", "audit"),
    "drafts": ("drafts",),
    "duplicates": ("duplicates",),
    "moving": ("merge", "handover"),
    "policy": ("policy",),
    "people": ("user", "team"),
    "roles": ("role",),
    "words": ("field", "picklist", "vocabulary"),
    "pipelines": ("pipeline", "stage"),
    "rates": ("rate",),
    "measuring": ("bench", "eval"),
}
ClickException: Any = typer.BadParameter.__mro__[2]  # Typer carries its own copy of click and exports no more of its errors


def make_app(command: str | None = None) -> typer.Typer:
    """The application with the file that holds `command`; with all of them when it is none of ours (help, a slip)."""
    app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="An AI assistant on a CRM store.")
    app.callback()(lambda: None)
    wanted = [name for name, commands in COMMANDS.items() if command in commands] or list(COMMANDS)
    for name in wanted:
        importlib.import_module(f"ui.cli.{name}").register(app)
    return app


def main() -> None:
    """Exit status: 0 done, 1 failed, 2 wrong usage, 3 it needs an answer, 4 refused (rights or policy)."""
    try:
        code = make_app(sys.argv[1] if len(sys.argv) > 1 else None)(standalone_mode=False)
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
    except OSError as error:
        said = f"{error.filename or 'A file'}: {error.strerror or error}."
        code = complain(said, "Check the path, its permissions and the space left.", FAILED)
    sys.exit(code or DONE)
