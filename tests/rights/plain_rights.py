"""The rules of who sees what, once more: slowly, obviously, over plain dicts, and without a look at the product's code.

A person sees a record when the role's scope for its kind is all; or own and the person is its owner, assignee or author; or
team and besides that the record is of one of the person's teams, or of nobody, or (contacts, activities, cases, orders)
about an account the person sees. Deleted records nobody sees. Users, teams and products everybody sees.
A field can be hidden from a role: everywhere (asking for it is refused), or on records of others (there it is empty).
What a field points to shows only when that record is seen.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]
ABOUT_ACCOUNT = ("contact", "activity", "case", "order")
FOR_ALL = ("user", "team", "product")
REFERS: dict[str, dict[str, str]] = {
    "account": {"parent": "account"},
    "contact": {"account": "account"},
    "lead": {},
    "opportunity": {"account": "account", "product": "product"},
    "activity": {"account": "account", "contact": "contact", "opportunity": "opportunity", "author": "user"},
    "task": {"account": "account", "contact": "contact", "opportunity": "opportunity", "assignee": "user"},
    "case": {"account": "account", "contact": "contact"},
    "order": {"account": "account", "product": "product"},
    "product": {},
    "user": {},
    "team": {"parent": "team", "manager": "user"},
}
for _kind, _fields in REFERS.items():
    _fields["owner"] = "user"
    if _kind != "team":
        _fields["team"] = "team"
NAMED = {"activity": "subject", "case": "subject", "task": "title", "order": "number"}
NUMBERS = {
    "account": ("employees", "annual_revenue", "commission"), "contact": (), "lead": ("score",), "opportunity": ("amount", "probability"),
    "activity": (), "task": (), "case": ("satisfaction",), "order": ("amount",), "product": ("price",), "user": (), "team": (),
}  # fmt: skip
TEXTS = {
    "account": ("name", "industry", "country", "description"), "contact": ("name", "title", "description"),
    "lead": ("name", "company", "description"), "opportunity": ("name", "description", "lost_reason"), "activity": ("subject", "body"),
    "task": ("title", "description"), "case": ("subject", "description"), "order": ("number",), "product": ("name", "sku"),
    "user": ("name", "region"), "team": ("name", "region"),
}  # fmt: skip
SAID = {"activity": ("subject", "body"), "case": ("subject", "description"), "task": ("title", "description"), "account": ("description",),
        "opportunity": ("description",), "lead": ("description",), "contact": ("description",)}  # fmt: skip


class Refused(Exception):
    """The field is hidden from the role."""


@dataclass
class PlainRole:
    read: dict[str, str]
    write: dict[str, str]
    hidden: dict[tuple[str, str], str] = field(default_factory=dict)


@dataclass
class PlainFirm:
    rows: dict[str, dict[str, Row]] = field(default_factory=dict)
    roles: dict[str, PlainRole] = field(default_factory=dict)

    def teams_of(self, user: Row) -> set[str]:
        teams = self.rows["team"].values()
        found = {each["id"] for each in teams if each["manager"] == user["id"]} | ({user["team"]} - {None})
        while True:
            below = {each["id"] for each in teams if each["parent"] in found} - found
            if not below:
                return found
            found |= below

    def own(self, user: Row, row: Row) -> bool:
        return user["id"] in (row["id"], row["owner"], row.get("assignee"), row.get("author"))

    def sees(self, user: Row, kind: str, row: Row, *, writing: bool = False) -> bool:
        role = self.roles[user["role"]]
        scope = "all" if kind in FOR_ALL else role.read.get(kind, "none")
        if row["deleted"] or scope == "none":
            return False
        if writing:
            if not self.sees(user, kind, row):
                return False
            scope = role.write.get(kind, "none")
        if scope in ("all", "none"):
            return scope == "all"
        if self.own(user, row):
            return True
        if scope == "own":
            return False
        if row["team"] in self.teams_of(user) or (row["owner"] is None and row["team"] is None):
            return True
        return kind in ABOUT_ACCOUNT and not writing and self.one(user, "account", row["account"]) is not None

    def one(self, user: Row, kind: str, record_id: str | None) -> Row | None:
        row = self.rows[kind].get(record_id or "")
        return row if row is not None and self.sees(user, kind, row) else None

    def seen(self, user: Row, kind: str) -> Iterator[Row]:
        return (row for row in self.rows[kind].values() if self.sees(user, kind, row))

    def value(self, user: Row, kind: str, row: Row, name: str) -> Any:
        """What the field shows: for a reference the id of the record it leads to, if that is seen."""
        hidden = self.roles[user["role"]].hidden.get((kind, name))
        if hidden == "all":
            raise Refused(f"{kind}.{name}")
        if hidden == "others" and not self.own(user, row):
            return None
        value = row.get(name)
        target = REFERS[kind].get(name)
        return value if target is None or self.one(user, target, value) else None

    def ask(self, user: Row, kind: str, path: str) -> None:
        """Raises Refused when a step of the path is hidden from the role, records or none."""
        for name in path.split("."):
            if self.roles[user["role"]].hidden.get((kind, name)) == "all":
                raise Refused(f"{kind}.{name}")
            kind = REFERS[kind].get(name, "")

    def at(self, user: Row, kind: str, row: Row, path: str) -> Any:
        """The value at the end of a path; nothing beyond what is not seen."""
        *steps, last = path.split(".")
        held: Row | None = row
        for step in steps:
            reached = self.value(user, kind, held, step) if held is not None else None
            kind = REFERS[kind][step]
            held = self.rows[kind].get(reached or "")
        return self.value(user, kind, held, last) if held is not None else None

    def name(self, kind: str, record_id: str | None) -> str | None:
        row = self.rows[kind].get(record_id or "")
        return row[NAMED.get(kind, "name")] if row else None

    def shown(self, user: Row, kind: str, row: Row) -> Row:
        """Every field of a record, as lists and exports have it: people by e-mail, records by name with the id beside."""
        found: Row = {}
        for name in (*TEXTS[kind], *NUMBERS[kind], *REFERS[kind]):
            try:
                value = self.value(user, kind, row, name)
            except Refused:
                continue
            target = REFERS[kind].get(name)
            if value is None:
                continue
            found[name] = value if target is None else self.rows["user"][value]["email"] if target == "user" else self.name(target, value)
            if target and target not in ("user", "team"):
                found[f"{name}_id"] = value
        return found

    def said(self, user: Row, word: str) -> set[str]:
        """Records whose text, or the names of whose account and contact, hold the word: as far as the person sees all that."""
        found = set()
        for kind, texts in SAID.items():
            for row in self.seen(user, kind):
                try:
                    read = [self.value(user, kind, row, name) for name in texts]
                except Refused:
                    continue
                hidden = self.roles[user["role"]].hidden
                if any((kind, name) in hidden for name in texts) and not self.own(user, row):
                    continue  # a part is hidden on records of others: those are not searched at all
                if not any(read):
                    continue  # without a text there is nothing to quote
                names = []
                for step, target in (("account", "account"), ("contact", "contact")):
                    if kind == target:
                        names.append(row["name"])
                    elif step in REFERS[kind]:
                        try:
                            names.append(self.name(target, self.value(user, kind, row, step)))
                        except Refused:
                            continue
                if any(word in str(text).split() for text in (*read, *names) if text):
                    found.add(row["id"])
        return found
