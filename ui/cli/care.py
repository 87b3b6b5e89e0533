"""Setting up and looking after a store: init, demo, serve, index, doctor."""

import getpass
import importlib
import ipaddress
import shutil
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import SecretStr
from sqlalchemy import func, select

from knowledge.encoder import make_encoder
from knowledge.index import Indexer
from knowledge.voice import models
from store import audit, people, setup
from store.demo import demo_tables
from store.errors import InvalidInput, RapportError
from store.importing import import_tables
from store.models import Account, Meta, User
from store.settings import Settings, without_password
from store.unit import Store
from ui.cli.asking import Json
from ui.cli.terminal import DONE, FAILED, hint, opened, print_json, progress, say, settings, table

DEMO = "demo"
DEMO_PASSWORD = "demo-rapport"
DEMO_CURRENCY = "EUR"
DEMO_PEOPLE = (
    "anna.berg@demo.example",
    "ben.carter@demo.example",
    "li.na@demo.example",
    "mia.wang@demo.example",
    "sam.service@demo.example",
)
DEMO_ADMIN = "admin@demo.example"


def register(app: typer.Typer) -> None:
    app.command("init")(init)
    app.command("demo")(demo)
    app.command("serve")(serve)
    app.command("index")(index)
    app.command("doctor")(doctor)


def init(
    admin: Annotated[str | None, typer.Option(help="E-mail of the first administrator.")] = None,
) -> int:
    """Make or migrate the database; make the first administrator."""
    store = Store(settings())
    try:
        store.database.migrate()
        with store.database.writing() as session:
            setup.prepare(session, currency=store.settings.currency or None)
            if admin:
                _first_administrator(store.settings, session, admin)
        say(f"Ready: {without_password(store.settings.url)}")
        if not admin:
            hint("Make an administrator with: rapport init --admin you@example.com")
    finally:
        store.close()
    return DONE


def _first_administrator(config: Settings, session: Any, email: str) -> None:
    held = session.scalar(select(User).where(User.email == email.strip().lower()))
    if held is not None and held.active:
        hint(f"{email} is here already.")
        return
    password = getpass.getpass(f"Password for {email} (empty makes one up): ") if sys.stdin.isatty() and sys.stderr.isatty() else ""
    _, made_up = people.add_user(session, config, people.NewUser(email, "", "administrator", None, password or None))
    say(f"Administrator {email}." + (f" Password, shown once: {made_up}" if made_up else ""))


def demo() -> int:
    """Fill an empty database with the demo company."""
    store = Store(settings())
    try:
        store.database.migrate()
        with store.database.writing() as session:
            if session.get(Meta, DEMO) is not None:
                _sign_ins()
                return DONE
            if session.scalar(select(func.count()).select_from(Account)):
                raise InvalidInput("This database has records already.", hint="Set RAPPORT_HOME to an empty folder for the demo company.")
            setup.prepare(session, currency=DEMO_CURRENCY)
            setup.add_choices(
                session,
                "account.industry",
                ["healthcare", "manufacturing", "retail", "software", "energy", "logistics", "education", "finance"],
            )
            people.add_user(session, store.settings, people.NewUser(DEMO_ADMIN, "", "administrator", None, DEMO_PASSWORD))
        principal = store.principal(DEMO_ADMIN)
        import_tables(store, principal, demo_tables(today=store.settings.current_date()), progress=progress)
        with store.database.writing() as session:
            _let_in(session, store.settings)
            session.add(Meta(name=DEMO, value="1"))
        Indexer(store, make_encoder(store.settings.encoder)).read_words()
    finally:
        store.close()
    _sign_ins()
    return DONE


def _let_in(session: Any, config: Settings) -> None:
    """The demo's people sign in with the demo's password."""
    for email in DEMO_PEOPLE:
        user = session.scalar(select(User).where(User.email == email))
        if user is not None:
            user.active = True
            people.set_password(user, DEMO_PASSWORD)
    audit.append(session, at=config.now(), user_id=None, door="setup", action="demo", summary="demo company made, its people let in")


def _sign_ins() -> None:
    say("The demo company is ready. Sign in with one of these (password: " + DEMO_PASSWORD + "):")
    table(
        ["e-mail", "role"],
        [
            [DEMO_PEOPLE[0], "rep"],
            [DEMO_PEOPLE[1], "rep"],
            [DEMO_PEOPLE[2], "rep 销售"],
            [DEMO_PEOPLE[3], "manager 主管"],
            [DEMO_PEOPLE[4], "service 客服"],
            [DEMO_ADMIN, "administrator"],
        ],
    )


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
) -> int:
    """Serve the web app and REST."""
    config = settings()
    address = host or config.host
    with opened() as store, store.database.reading() as session:
        is_demo = session.get(Meta, DEMO) is not None
    if is_demo and not _loopback(address):
        raise InvalidInput(
            f"The demo's passwords are known to everybody: it is not served on {address}.",
            hint="Serve it on 127.0.0.1, or set up a store of your own.",
        )
    server = importlib.import_module("ui.server")  # Gradio takes seconds to import: only here
    rapport = importlib.import_module("agent.bootstrap").build(config)
    say(f"Rapport on http://{address}:{port or config.port}  (Ctrl-C ends it)")
    sys.stdout.flush()
    server.run(rapport, host=address, port=port or config.port)
    return DONE


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def index(
    action: Annotated[str, typer.Argument(help="status, drain or rebuild.")] = "status",
    as_json: Json = False,
) -> int:
    """The search index: what it holds, catch up with the store, make it anew."""
    if action not in {"status", "drain", "rebuild"}:
        raise typer.BadParameter(f"{action!r} is not status, drain or rebuild")
    with opened() as store:
        indexer = Indexer(store, make_encoder(store.settings.encoder))
        try:
            if action == "drain":
                indexer.drain(progress=lambda done, total: progress("index", done, total))
            elif action == "rebuild":
                indexer.rebuild(progress=lambda done, total: progress("index", done, total))
            status = indexer.status()
        finally:
            indexer.close()
    shown = {name: getattr(status, name) for name in status.__dataclass_fields__}
    if as_json:
        print_json(shown)
    else:
        table(["index", ""], [[name, value] for name, value in shown.items()])
    return DONE


def doctor() -> int:
    """Every setting with where it comes from, and what does not work and how to mend it."""
    config = settings()
    rows = []
    for name, info in Settings.model_fields.items():
        value = getattr(config, name)
        shown = ("set" if value.get_secret_value() else "") if isinstance(value, SecretStr) else without_password(str(value))
        source = "environment or .env" if name in config.model_fields_set else "default"
        label = {"openai_api_key": "OPENAI_API_KEY", "openai_base_url": "OPENAI_BASE_URL"}.get(name, f"RAPPORT_{name.upper()}")
        rows.append([label, shown, source, info.description])
    table(["setting", "value", "from", "what it is"], rows)
    say("")
    problems = _problems(config)
    for problem in problems:
        say(f"✗ {problem}")
    if not problems:
        say("✓ everything works")
    return FAILED if problems else DONE


def _problems(config: Settings) -> list[str]:
    found = []
    store = Store(config)
    try:
        store.database.require_ready()
        with store.database.reading() as session:
            verdict = audit.verify(session)
            if verdict.problem:
                found.append(f"audit log: {verdict.problem}. Restore a backup and find out who changed the database.")
            if not session.scalar(select(func.count()).select_from(User).where(User.active)):
                found.append("nobody can sign in. Run `rapport init --admin you@example.com`.")
            found += store.database.shortcomings(session)
    except RapportError as error:
        found.append(f"database: {error}")
    finally:
        store.close()
    home = Path(config.home)
    free = shutil.disk_usage(home if home.exists() else Path.cwd()).free
    if free < 200 * 2**20:
        found.append(f"disk: only {free // 2**20} MiB left in {home}. Free some space.")
    try:
        make_encoder(config.encoder)
    except RapportError as error:
        found.append(f"encoder: {error}")
    return found + models.problems(config)
