"""People of the firm that files name: owners, managers and their teams, made as inactive users when asked for."""

import re
from dataclasses import dataclass, field
from typing import Any

from store.drafting import Draft
from store.errors import InvalidInput, NotAllowed
from store.importing.cells import ColumnReader, as_text, says_nothing, translated
from store.importing.entries import Entry
from store.importing.known import Known, Named
from store.importing.mapping import Plan
from store.importing.reading import Table
from store.importing.report import FileReport
from store.models import new_id
from store.name_words import pinyin
from store.unit import Unit

DOMAIN = "import.invalid"  # RFC 2606: can never be a real mail domain
_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\"]+")


@dataclass(slots=True)
class People:
    """Makes users and teams for names nobody has yet; `drafts` are the changes that do."""

    unit: Unit
    known: Known
    report: FileReport
    allowed: bool
    drafts: list[Draft] = field(default_factory=list)

    def check(self) -> None:
        if not self.unit.principal.administers:
            raise NotAllowed("Only an administrator may create users.", hint="Ask one to run the import, or leave --create-users out.")

    def address(self, name: str) -> str:
        """A made-up address for somebody without one: anna.snelling@import.invalid."""
        words = re.findall(r"[a-z0-9]+", (name if name.isascii() else " ".join(pinyin()(name))).lower())
        stem = ".".join(words) or "user"
        taken = self.known.kind("user").by_email
        free, number = f"{stem}@{DOMAIN}", 2
        while free in taken:
            free, number = f"{stem}.{number}@{DOMAIN}", number + 1
        return free

    def make_user(self, text: str, *, role: str = "rep", region: str | None = None) -> str:
        """A new inactive user for a name or an e-mail; returns the id."""
        self.check()
        mailed = re.fullmatch(r"(.*?)\s*<([^<>]+)>", text)
        name, email = (mailed[1], mailed[2]) if mailed else (text, text if _EMAIL.fullmatch(text) else "")
        if email and name == email:
            name = email.split("@")[0]
        email = (email or self.address(name)).lower()
        after = {"name": name[:200], "email": email, "role": role} | ({"region": region} if region else {})
        record_id = new_id()
        self.known.plan("user", Named(record_id, name, None, email))
        self.drafts.append(Draft("create", "user", record_id, name, 0, {}, after))
        self.report.users_created.append({"name": name, "email": email, "role": role})
        return record_id

    def make_team(self, name: str, *, manager: str | None = None, region: str | None = None) -> str:
        self.check()
        after = {"name": name[:200]} | ({"manager": manager} if manager else {}) | ({"region": region} if region else {})
        record_id = new_id()
        self.known.plan("team", Named(record_id, name, None))
        self.drafts.append(Draft("create", "team", record_id, name, 0, {}, after))
        self.report.teams_created.append(name)
        return record_id

    def make_named(self, plan: Plan, table: Table) -> None:
        """Users for every owner, assignee or author of a table whom nobody knows yet."""
        if not self.allowed or plan.kind == "user":
            return
        fields = self.unit.schema.entity(plan.kind).fields
        for column in plan.columns:
            if column.part != "value" or column.field not in fields or fields[column.field].kind != "user":
                continue
            for text in translated(plan, column.field, table.column(column.index)):
                if not says_nothing(fields[column.field], text) and not self.known.has("user", text):
                    self.make_user(text, role="manager" if plan.kind == "team" else "rep")

    def reference(self, reader: ColumnReader, raw: Any) -> Any:
        """What a cell of a user or team table points to; a team nobody has yet is made for the users in it."""
        wanted = reader.field
        if self.allowed and wanted.kind == "team" and wanted.entity == "user" and reader.column.part == "value":
            text = as_text(raw).strip()
            if not self.known.has("team", text):
                return self.make_team(text)
        return reader.read(raw)

    def place(self, entries: list[Entry]) -> None:
        """Managers named beside people become users with the role manager, each with a team of their own."""
        led = [entry for entry in entries if entry.manager and not entry.reasons]
        if not self.allowed:
            return
        for manager in dict.fromkeys(entry.manager for entry in led if entry.manager):
            mine = [entry for entry in led if entry.manager == manager]
            regions = {entry.values.get("region") for entry in mine}
            region = regions.pop() if len(regions) == 1 else None
            manager_id = self._manager(manager, entries, region)
            teams = {entry.values["team"] for entry in mine if entry.values.get("team")}
            if not teams:
                teams = {self._team_of(manager, manager_id, region)}
            for entry in mine:
                entry.values.setdefault("team", next(iter(teams)))
                self.known.kind("user").by_id[entry.record_id].team = entry.values["team"]

    def _manager(self, name: str, entries: list[Entry], region: Any) -> str:
        try:
            found, _ = self.known.resolve("user", name)
        except InvalidInput:
            return self.make_user(name, role="manager", region=region)
        for entry in entries:
            if entry.record_id == found and entry.held is None:
                entry.values.setdefault("role", "manager")
        return found

    def _team_of(self, manager: str, manager_id: str, region: Any) -> str:
        chinese = any("\u4e00" <= letter <= "\u9fff" for letter in manager)
        shown = self.known.kind("user").by_id[manager_id].name
        name = f"{shown}的团队" if chinese else f"{shown}'s team"
        try:
            return self.known.resolve("team", name)[0]
        except InvalidInput:
            return self.make_team(name, manager=manager_id, region=region)
