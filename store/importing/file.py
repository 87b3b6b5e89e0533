"""One file of an import: read, match, turn into one proposal, apply it."""

from collections.abc import Callable
from dataclasses import dataclass

from store.drafting import Draft
from store.errors import InvalidInput, NotAllowed
from store.importing import drafts as drafting
from store.importing.entries import Entry, RowReader
from store.importing.growth import grow
from store.importing.history import stages_entered
from store.importing.known import Known, Named
from store.importing.mapping import Plan
from store.importing.matching import Matcher, double_of
from store.importing.people import People
from store.importing.reading import Table
from store.importing.report import FileReport
from store.importing.writing import Link, apply_drafts, writable_ids
from store.unit import Unit

Progress = Callable[[str, int, int], None]
_STEP = 1_000  # rows between two calls of the progress function


@dataclass(frozen=True, slots=True)
class Options:
    create_fields: bool = False
    create_users: bool = False


class FileImport:
    """`read` says what each row is; `write` makes and applies the proposal. Files of one import share `known` and `matchers`."""

    def __init__(self, table: Table, plan: Plan, options: Options, known: Known, matchers: dict[str, Matcher]) -> None:
        self.table = table
        self.plan = plan
        self.options = options
        self.known = known
        self._matchers = matchers
        self.report = FileReport(table.name, plan.kind, rows=len(table.rows))
        self.entries: list[Entry] = []
        self._people: People | None = None
        self._reader: RowReader | None = None
        self._matcher: Matcher | None = None

    def read(self, unit: Unit) -> Unit:
        """Grow the vocabulary, read the rows and give each its record. Returns the unit with the new vocabulary."""
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
        self._matcher = self._matchers.get(kind) or self._matchers.setdefault(kind, Matcher(unit, self.known, kind))
        defaults = drafting.Defaults(unit, self.known)
        for entry in self.entries:
            if not entry.reasons:
                self._identify(unit, entry, defaults)
        self.report.columns = self.plan.described(self.table)
        self.report.ignored_columns = self.plan.ignored
        return unit

    def _identify(self, unit: Unit, entry: Entry, defaults: drafting.Defaults) -> None:
        matcher = self._matcher
        assert matcher is not None
        assert self._people is not None
        kind, spec = self.plan.kind, unit.schema.entity(self.plan.kind)
        probe = entry.values
        if not entry.given_id and not probe.get("key"):
            probe = dict(probe)
            defaults.fill(kind, probe)
        found = matcher.match(entry, probe, self.table.name)
        if found.problem:
            entry.reasons.append(found.problem)
            return
        if found.double is not None:
            entry.outcome = "possible_duplicate"
            self.report.possible_duplicates.append({
                "row": entry.line, "name": str(entry.values.get(spec.name_field) or ""), "key": entry.values.get("key"),
                "existing_id": found.double["id"], "existing_key": found.double["key"],
                "existing_name": double_of(self.known, kind, found.double),
            })  # fmt: skip
            return
        matcher.give_id(entry, found)
        if found.held is not None:
            return
        if kind == "user":
            if not self.options.create_users:
                entry.reasons.append("nobody here has this name or e-mail: import with --create-users to add them")
                return
            self._people.check()
            self._user_values(entry)
        defaults.fill(kind, entry.values)
        lacking = drafting.missing(spec, entry.values)
        if lacking:
            entry.reasons.append(f"no {', '.join(lacking)}")
            return
        values = entry.values
        self.known.plan(
            kind, Named(entry.record_id, str(values.get(spec.name_field) or ""), values.get("key"), values.get("email"), values.get("team"))
        )

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
                self.report.proposal_ids.append(apply_drafts(unit, ordered, f"import of {self.table.name}", entered))
            self.known.written.update(each.record_id for each in ordered if each.op == "create")
        self._reader.finish(self.report)
        self._count()
        if progress:
            progress(self.table.name, len(self.entries), len(self.entries))
        return waiting

    def _resolve_waiting(self) -> None:
        """References to records of this very import; a row that points to a row held back is held back too."""
        assert self._people is not None
        for entry in self.entries:
            for reader, raw in entry.waiting if not entry.reasons and not entry.outcome else ():
                try:
                    entry.values[reader.field.name] = self._people.reference(reader, raw)
                except InvalidInput as error:
                    entry.reasons.append(f"{reader.column.source}: {error.message}")
        fallen = {entry.record_id for entry in self.entries if entry.reasons and entry.record_id in self.known.planned}
        while fallen:
            self.known.drop(self.plan.kind, fallen)
            hit = [
                entry
                for entry in self.entries
                if not entry.reasons and any(entry.values.get(r.field.name) in fallen for r, _ in entry.waiting)
            ]
            for entry in hit:
                entry.reasons.append("it points to a row that is held back")
            fallen = {entry.record_id for entry in hit if entry.record_id in self.known.planned}

    def _changes(self, unit: Unit, progress: Progress | None) -> list[Draft]:
        spec = unit.schema.entity(self.plan.kind)
        writable = writable_ids(unit, self.plan.kind)
        made: list[Draft] = []
        for number, entry in enumerate(self.entries):
            if progress and number % _STEP == 0:
                progress(self.table.name, number, len(self.entries))
            if entry.reasons or entry.outcome:
                continue
            if entry.held is None:
                made.append(drafting.create(spec, entry))
                entry.outcome = "created"
                continue
            change = drafting.update(self.known, spec, entry)
            if change is None:
                entry.outcome = "unchanged"
            elif writable is not None and entry.record_id not in writable:
                entry.reasons.append(f"you may see this {spec.en} but not change it")
            else:
                made.append(change)
                entry.outcome = "updated"
        return made

    def _count(self) -> None:
        for entry in self.entries:
            if entry.reasons:
                entry.outcome = "held_back"
                self.report.held_back_rows.append({"row": entry.line, "reason": "; ".join(entry.reasons)})
            self.report.counts[entry.outcome] += 1
