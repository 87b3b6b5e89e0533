"""One file of an import: read, match, turn into one proposal, apply it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from store.drafting import Draft
from store.errors import InvalidInput, NotAllowed
from store.importing import drafts as drafting
from store.importing.cells import as_text
from store.importing.entries import Entry, RowReader
from store.importing.growth import grow
from store.importing.history import stages_entered
from store.importing.known import Known, Named
from store.importing.mapping import Plan
from store.importing.matching import Doubles, Held, Matcher
from store.importing.people import People
from store.importing.reading import Table
from store.importing.report import FileReport
from store.importing.writing import Link, apply_drafts, writable_ids
from store.models import new_ids
from store.schema import name_field
from store.unit import Unit

Progress = Callable[[str, int, int], None]
ADMINISTRATOR = "administrator"
PREVIEWED = 10  # creates, and as many updates, that a dry run shows of each file
SAMPLES, SAMPLE_LENGTH = 3, 60  # values of each column a dry run shows, and how much of each
_READ, _DRAFTED, _KEPT = 0.2, 0.3, 0.45  # how much of the work is done then, of the time 20,000 contacts take
_STEP = 1_000  # rows between two calls of the progress function


@dataclass(frozen=True, slots=True)
class Options:
    create_fields: bool = False
    create_users: bool = False
    preview: bool = False


class FileImport:
    """`read` says what each row is; `write` makes and applies the proposal. Files of one import share `known` and `matchers`."""

    def __init__(self, table: Table, plan: Plan, options: Options, known: Known, matchers: dict[str, Matcher]) -> None:
        self.table = table
        self.plan = plan
        self.options = options
        self.known = known
        self._matchers = matchers
        self.report = FileReport(table.name, plan.kind, rows=len(table.rows), warnings=list(table.notes))
        self.entries: list[Entry] = []
        self._shown: Counter[str] = Counter()
        self._people: People | None = None
        self._reader: RowReader | None = None

    def read(self, unit: Unit, progress: Progress | None = None) -> Unit:
        """Grow the vocabulary, read the rows and give each its record. Returns the unit with the new vocabulary."""
        self._tell(progress, 0)
        kind = self.plan.kind
        if unit.principal.scope(kind, writing=True) == "none":
            raise NotAllowed(
                f"As {unit.principal.role} you may not import {unit.schema.entity(kind).plural}.", hint="Ask an administrator."
            )
        unit = grow(unit, self.known, self.table, self.plan, self.report, allowed=self.options.create_fields)
        masked = [each.source for each in self.plan.columns if unit.principal.mask(kind, each.field)]
        if masked:
            raise NotAllowed(f"You may not change {', '.join(masked)}.", hint="Leave these columns out.")
        self._people = People(unit, self.known, self.report, self.options.create_users)
        self._people.make_named(self.plan, self.table)
        late = frozenset({"user", "team"} if kind in {"user", "team"} else {kind})
        self._reader = RowReader(unit, self.known, self.plan, self.table, late)
        self.entries = self._reader.entries()
        self._identify(unit)
        self.report.columns = self.plan.described(self.table)
        self.report.ignored_columns = self.plan.ignored
        if self.options.preview:
            self.report.samples = {name: _first(self.table.cells(at)) for at, name in enumerate(self.table.columns)}
        self._tell(progress, _READ)
        return unit

    def _tell(self, progress: Progress | None, share: float) -> None:
        if progress:
            progress(self.table.name, int(len(self.table.rows) * share), len(self.table.rows))

    def _identify(self, unit: Unit) -> None:
        """Give every row the record it is, or make it a new one, a possible duplicate or a row held back."""
        kind = self.plan.kind
        matcher = self._matchers.get(kind) or self._matchers.setdefault(kind, Matcher(unit, kind))
        defaults = drafting.Defaults(unit, self.known, kind, {each.field for each in self.plan.columns})
        matched: list[tuple[Entry, Held]] = []
        fresh: list[tuple[Entry, dict[str, Any]]] = []
        for entry in self.entries:
            if entry.reasons:
                continue
            probe = entry.values
            if not entry.given_id and "key" not in probe:
                probe = dict(probe)
                defaults.fill(probe)
            found = matcher.match(entry, probe, self.table.name)
            if found is None:
                fresh.append((entry, probe))
            elif found.held is None:
                entry.hold(found.problem)
            else:
                matched.append((entry, found.held))
        fields = unit.schema.entity(kind).fields
        rows = matcher.rows([held.id for _, held in matched], {field.column for field in fields.values()} & self._columns())
        for entry, held in matched:
            entry.record_id, entry.held = held.id, rows[held.id]
            if kind == "user":
                self._leave_administrator(entry)
            self.known.rename(kind, held.id, str(entry.values.get(name_field(kind)) or ""))
        doubles = Doubles(matcher).of(fresh)
        ids = iter(new_ids(len(fresh)))
        keeping = unit.principal.scope(kind) == "all"  # others would learn from a clash that a hidden record has this id
        for entry, probe in fresh:
            if entry.index in doubles:
                self._suspect(unit, entry, doubles[entry.index])
            else:
                self._begin(unit, entry, probe, (entry.given_id if keeping else None) or next(ids), defaults)

    def _leave_administrator(self, entry: Entry) -> None:
        """A list of people says who leads whom, not who looks after this system: nobody loses the administrator's rights by it."""
        if entry.held["role"] == ADMINISTRATOR and entry.values.get("role", ADMINISTRATOR) != ADMINISTRATOR:
            del entry.values["role"]
            self.report.warnings.append(f"{entry.held['name']!r} stays an administrator: roles are taken away in the set-up, not by a list")

    def _columns(self) -> set[str]:
        """Columns of the table the file may say something about."""
        fields = self.plan.columns
        named = {each.field for each in fields} | set(self.plan.constants) | {"name"}
        return named | {f"{name}_id" for name in named} | {"role", "team_id"}

    def _suspect(self, unit: Unit, entry: Entry, double: Held) -> None:
        name = entry.values.get(unit.schema.entity(self.plan.kind).name_field)
        entry.outcome = "possible_duplicate"
        self.report.possible_duplicates.append({
            "row": entry.line, "name": str(name or ""), "key": entry.values.get("key"),
            "existing_id": double.id, "existing_key": double.key, "existing_name": double.name,
        })  # fmt: skip

    def _begin(self, unit: Unit, entry: Entry, probe: dict[str, Any], record_id: str, defaults: drafting.Defaults) -> None:
        """A new record."""
        assert self._people is not None
        kind = self.plan.kind
        entry.record_id = record_id
        if kind == "user":
            if not self.options.create_users:
                entry.hold("nobody here has this name or e-mail: import with --create-users to add them")
                return
            self._people.check()
            self._user_values(entry)
            probe = entry.values
        if probe is entry.values:
            defaults.fill(probe)
        values = entry.values = probe
        lacking = defaults.missing(values)
        if lacking:
            entry.hold(f"no {', '.join(lacking)}")
            return
        name = str(values.get(name_field(kind)) or "")
        named = Named(record_id, name, values.get("key"), values.get("email"), values.get("team"), values.get("account"))
        self.known.plan(kind, named)

    def _user_values(self, entry: Entry) -> None:
        assert self._people is not None
        if entry.values.get("name") and not entry.values.get("email"):
            entry.values["email"] = self._people.address(entry.values["name"])
        if entry.values.get("email"):
            name = entry.values.get("name") or entry.values["email"]
            self.report.users_created.append({"name": name, "email": entry.values["email"], "role": entry.values.get("role", "rep")})

    def write(self, unit: Unit, progress: Progress | None) -> list[Link]:
        """Keep and apply the proposal. Returns the links that must wait for other files."""
        assert self._people is not None
        assert self._reader is not None
        self._resolve_waiting()
        self._people.unit = unit
        self._people.place(self.entries)
        changes = [*self._people.drafts, *self._changes(unit, progress)]
        waiting: list[Link] = []
        if changes:
            ordered, waiting = drafting.in_order(unit, self.known, changes)
            if ordered:
                new = [entry for entry in self.entries if entry.outcome == "created"] if self.plan.kind == "opportunity" else []
                entered = stages_entered(unit, new)
                kept = partial(self._tell, progress, _KEPT)
                self.report.proposal_ids.append(apply_drafts(unit, ordered, f"import of {self.table.name}", entered, kept=kept))
            self.known.written.update(each.record_id for each in ordered if each.op == "create")
        self._reader.finish(self.report)
        self._count()
        self._tell(progress, 1)
        return waiting

    def _resolve_waiting(self) -> None:
        """References to records of this very import; a row that points to a row held back is held back too."""
        assert self._people is not None
        for entry in self.entries:
            for reader, raw in entry.waiting if not entry.reasons and not entry.outcome else ():
                try:
                    entry.values[reader.field.name] = self._people.reference(reader, raw)
                except InvalidInput as error:
                    entry.hold(f"{reader.column.source}: {error.message}")
        fallen = {entry.record_id for entry in self.entries if entry.reasons and entry.record_id in self.known.planned}
        while fallen:
            self.known.drop(self.plan.kind, fallen)
            hit = [
                entry
                for entry in self.entries
                if not entry.reasons and any(entry.values.get(r.field.name) in fallen for r, _ in entry.waiting)
            ]
            for entry in hit:
                entry.hold("it points to a row that is held back")
            fallen = {entry.record_id for entry in hit if entry.record_id in self.known.planned}

    def _changes(self, unit: Unit, progress: Progress | None) -> list[Draft]:
        spec = unit.schema.entity(self.plan.kind)
        writable = writable_ids(unit, self.plan.kind)
        made: list[Draft] = []
        for number, entry in enumerate(self.entries):
            if number % _STEP == 0:
                self._tell(progress, _READ + (_DRAFTED - _READ) * number / len(self.entries))
            if entry.reasons or entry.outcome:
                continue
            if entry.held is None:
                made.append(drafting.create(spec, entry))
                entry.outcome = "created"
                self._show(unit, entry, made[-1])
                continue
            change = drafting.update(self.known, spec, entry)
            if change is None:
                entry.outcome = "unchanged"
            elif writable is not None and entry.record_id not in writable:
                entry.hold(f"you may see this {spec.en} but not change it")
            else:
                made.append(change)
                entry.outcome = "updated"
                self._show(unit, entry, change)
        return made

    def _show(self, unit: Unit, entry: Entry, change: Draft) -> None:
        """The first changes of each sort, for the preview of a dry run."""
        if not self.options.preview or self._shown[change.op] >= PREVIEWED:
            return
        self._shown[change.op] += 1
        self.report.preview.append({
            "row": entry.line, "operation": change.op, "name": change.name,
            "before": drafting.shown_values(unit, self.known, change.type, change.before),
            "after": drafting.shown_values(unit, self.known, change.type, change.after),
        })  # fmt: skip

    def _count(self) -> None:
        for entry in self.entries:
            if entry.reasons:
                entry.outcome = "held_back"
                self.report.held_back_rows.append({"row": entry.line, "reason": "; ".join(entry.reasons), "reasons": list(entry.reasons)})
            self.report.counts[entry.outcome] += 1


def _first(cells: list[Any]) -> list[str]:
    """The first values of a column that differ, cut short."""
    found: dict[str, None] = {}
    for cell in cells:
        if cell is not None:
            found.setdefault(" ".join(as_text(cell).split())[:SAMPLE_LENGTH])
        if len(found) == SAMPLES:
            break
    return list(found)
