"""The stores the cases are asked on: the demo company, two firms of other trades, and the real Maven data where it is at hand."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import select

from agent.bootstrap import build
from evals.companies import copperline, larkfield
from evals.gold import Row, World
from store import people, setup
from store.demo import demo_tables
from store.importing import import_path, import_tables
from store.models import User
from store.settings import Settings
from store.unit import Store

MAVEN_DATA = Path(__file__).parents[2] / "shared" / "data" / "maven-crm"
MAVEN_TODAY = date(2017, 12, 31)
MAVEN_ADMIN = "boss@maven.example"
DEMO_TODAY = date(2026, 11, 21)
DEMO_ADMIN = "admin@demo.example"
_INDUSTRIES = ("healthcare", "manufacturing", "retail", "software", "energy", "logistics", "education", "finance")
NAMES = ("demo", "larkfield", "copperline", "maven")


@dataclass(frozen=True)
class Place:
    """A filled data folder, to be copied for cases that write, and the tables its gold is computed from."""

    name: str
    home: Path
    today: date
    world: World | None

    def settings(self, home: Path | None = None) -> Settings:
        return Settings(home=home or self.home, today=self.today.isoformat(), brain="embedded", timezone="UTC")

    def copy_to(self, home: Path) -> Path:
        """A copy of the database alone, for one case."""
        home.mkdir(parents=True, exist_ok=True)
        for path in self.home.glob("rapport.db*"):
            shutil.copy(path, home / path.name)
        return home


def available(name: str) -> str:
    """Why the store cannot be made here; empty when it can."""
    return f"there is no data in {MAVEN_DATA}" if name == "maven" and not MAVEN_DATA.is_dir() else ""


def demo_world(today: date = DEMO_TODAY) -> World:
    return World(demo_tables(today=today), today, identity=lambda kind, row: str(row["key"]))


def fill(name: str, home: Path, *, today: date | None = None) -> Place:
    """Make the store in an empty folder."""
    if name == "maven":
        return _maven(home)
    if name == "larkfield":
        return _larkfield(home)
    if name == "copperline":
        return _copperline(home)
    return _demo(home, today or DEMO_TODAY)


def _demo(home: Path, today: date) -> Place:
    world = demo_world(today)
    place = Place("demo", home, today, world)
    store = opened(place, currency="EUR", admin=DEMO_ADMIN)
    with store.database.writing() as session:
        setup.add_choices(session, "account.industry", list(_INDUSTRIES))
    tables: Mapping[str, Sequence[Row]] = world.tables
    import_tables(store, store.principal(DEMO_ADMIN), {kind: [dict(row) for row in rows] for kind, rows in tables.items()})
    let_everybody_in(store)
    return place


def larkfield_world() -> World:
    return World(larkfield.tables(), larkfield.TODAY, closed=larkfield.closed_stages())


def _larkfield(home: Path) -> Place:
    world = larkfield_world()
    place = Place("larkfield", home, world.today, world)
    store = opened(place, currency=larkfield.company()["currency"], admin=larkfield.ADMIN, name=larkfield.ADMIN_NAME)
    with store.database.writing() as session:
        larkfield.set_up(session)
    rows = {kind: [dict(row) for row in held] for kind, held in world.tables.items()}
    import_tables(store, store.principal(larkfield.ADMIN), rows, create_fields=False)
    let_everybody_in(store)
    with_index = build(place.settings())
    with_index.index.read_words()  # found by their words; encoding their meaning would take minutes
    with_index.close()
    return place


def copperline_world() -> World:
    return World(copperline.tables(), copperline.TODAY, closed=copperline.closed_stages())


def _copperline(home: Path) -> Place:
    """Its old system's export, imported as any customer's is; then the administrator's words."""
    place = Place("copperline", home, copperline.TODAY, copperline_world())
    store = opened(place, currency=copperline.company()["currency"], admin=copperline.ADMIN, name=copperline.ADMIN_NAME)
    export = home / "export"
    export.mkdir()
    copperline.export(export)
    import_path(store, store.principal(copperline.ADMIN), export, create_fields=True, create_users=True)
    with store.database.writing() as session:
        for subject, said in copperline.words().items():
            setup.add_words(session, subject, said)
    let_everybody_in(store)
    return place


def _maven(home: Path) -> Place:
    place = Place("maven", home, MAVEN_TODAY, None)
    store = opened(place, currency=None, admin=MAVEN_ADMIN, name="Boss")
    import_path(store, store.principal(MAVEN_ADMIN), MAVEN_DATA, create_fields=True, create_users=True)
    let_everybody_in(store)
    return place


def opened(place: Place, *, currency: str | None, admin: str, name: str = "") -> Store:
    store = Store(place.settings())
    store.database.migrate()
    with store.database.writing() as session:
        setup.prepare(session, currency=currency)
        people.add_user(session, store.settings, people.NewUser(admin, name, "administrator", None, "eval-rapport"))
    return store


def let_everybody_in(store: Store) -> None:
    """Imported people are inactive; the cases ask as them."""
    with store.database.writing() as session:
        for user in session.scalars(select(User)):
            user.active = True
    store.close()
