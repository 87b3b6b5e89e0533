"""Copperline Kitchens: a lessor of kitchen equipment, as its old system exports it, in its own columns and words.

`tables()` is what gold is computed from; `export()` writes the same rows as files. Nothing but the import and `WORDS` brings them into a store.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import openpyxl

from evals.companies.copperline_rows import (
    TODAY,
    Row,
    accounts_of_firm,
    activities_of,
    callouts_of,
    company,
    contacts_of,
    deals_of,
    leads,
    orders_of,
    tasks_of,
    touched,
)

__all__ = ["ADMIN", "ADMIN_NAME", "COLUMNS", "TODAY", "closed_stages", "company", "export", "tables", "words"]

ADMIN = "ines@copperline.example"
ADMIN_NAME = "Ines Tan"
# kind: the export's file and its columns, heading -> field; a reference is written by name
COLUMNS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "team": ("sales teams.csv", {"ID": "key", "Team Name": "name", "Parent Team": "parent", "Manager": "manager"}),
    "user": ("staff.csv", {"ID": "key", "Full Name": "name", "E-mail": "email", "Role": "role", "Team": "team"}),
    "product": ("equipment list.csv", {"ID": "key", "Product Name": "name", "SKU": "sku", "Series": "series", "Price": "price", "Power": "power"}),
    "account": (
        "customers.xlsx",
        {
            "ID": "key", "Customer": "name", "Account Manager": "owner", "Grade": "tier", "Customer Status": "lifecycle", "Channel": "source",
            "Town": "city", "Country": "country", "Telephone": "phone", "Staff": "employees", "Year Founded": "founded_year",
            "Date Added": "created_at", "Last Contacted": "last_contact_at", "Venue Type": "venue_type", "Seats": "seats",
            "Insured": "insured", "Lease Ends": "lease_ends", "Deposit": "deposit", "Cuisine": "cuisine",
        },
    ),
    "contact": (
        "people.csv",
        {
            "ID": "key", "Contact Name": "name", "Customer": "account", "Position": "title", "Buying Role": "role", "E-mail": "email",
            "Mobile": "phone", "Birthday": "birthday", "Opted Out": "do_not_contact", "Account Manager": "owner", "Date Added": "created_at",
            "Preferred Channel": "preferred_channel",
        },
    ),
    "lead": (
        "enquiries.csv",
        {
            "ID": "key", "Lead Name": "name", "Company": "company", "Status": "status", "Lead Source": "source", "Score": "score",
            "E-mail": "email", "Sales Rep": "owner", "Date Added": "created_at", "Venue Type": "venue_type", "Monthly Budget": "monthly_budget",
        },
    ),
    "opportunity": (
        "lease pipeline.xlsx",
        {
            "ID": "key", "Deal Name": "name", "Customer": "account", "Stage": "stage", "Contract Value": "amount", "Currency": "currency",
            "Win %": "probability",
            "Engaged": "engaged_on", "Expected to Close": "close_date", "Deal Type": "type", "Product": "product", "Lost Reason": "lost_reason",
            "Sales Rep": "owner", "Date Added": "created_at", "Term Months": "term_months", "Monthly Fee": "monthly_fee",
            "Refurbished": "refurbished", "Competing Lessor": "competing_lessor", "Install By": "install_by",
        },
    ),
    "activity": (
        "contact log.csv",
        {
            "ID": "key", "Activity Type": "kind", "Direction": "direction", "Subject": "subject", "Notes": "body", "Activity Date": "occurred_at",
            "Customer": "account", "Contact": "contact", "Deal": "opportunity", "Author": "author", "Owner": "owner",
        },
    ),
    "task": (
        "todo.csv",
        {
            "ID": "key", "Task": "title", "Due": "due_at", "Priority": "priority", "Status": "status", "Assignee": "assignee",
            "Customer": "account", "Date Added": "created_at",
        },
    ),
    "case": (
        "callouts.csv",
        {
            "ID": "key", "Ticket": "subject", "Type": "type", "Status": "status", "Priority": "priority", "Customer": "account",
            "Contact": "contact", "Opened": "opened_at", "Closed": "closed_at", "Satisfaction": "satisfaction", "Handled By": "owner",
            "Engineer": "engineer", "Downtime Hours": "downtime_hours",
        },
    ),
    "order": (
        "rental orders.csv",
        {
            "ID": "key", "Order Number": "number", "Customer": "account", "Ordered On": "ordered_on", "Order Total": "amount", "Currency": "currency",
            "Product": "product", "Sales Rep": "owner", "Delivered": "delivered",
        },
    ),
}  # fmt: skip
_NAMED = {
    "account": "account", "contact": "contact", "opportunity": "opportunity", "product": "product", "team": "team", "parent": "team",
}  # fmt: skip
_PEOPLE = frozenset({"owner", "author", "assignee", "manager"})


def closed_stages() -> dict[str, str]:
    """Stage name -> won or lost, for the closed ones."""
    return {name: kind for name, (kind, _) in company()["stages"].items() if kind != "open"}


def words() -> Mapping[str, Sequence[str]]:
    """What the administrator adds after the import: subject -> words."""
    said: Mapping[str, Sequence[str]] = company()["words"]
    return said


def tables() -> dict[str, list[Row]]:
    """All rows by kind, in dependency order; references are keys, people of ours are e-mails."""
    products = [{**row, "price": Decimal(row["price"])} for row in company()["products"]]
    accounts = list(accounts_of_firm(Random("copperline:accounts")))
    contacts = list(contacts_of(accounts, Random("copperline:contacts")))
    deals = list(deals_of(accounts, products, Random("copperline:deals")))
    activities = sorted(
        activities_of(accounts, contacts, deals, products, Random("copperline:talk")), key=lambda row: (row["occurred_at"], row["account"])
    )
    touched(accounts, activities)
    return {
        "team": [dict(row) for row in company()["teams"]],
        "user": [dict(row) for row in company()["users"]],
        "product": [{name: value for name, value in row.items() if name not in {"zh", "en"}} for row in products],
        "account": accounts,
        "contact": contacts,
        "lead": list(leads(Random("copperline:leads"))),
        "opportunity": [{"currency": company()["currency"], **row} for row in deals],
        "activity": [{"key": f"AC{number:04d}", **row} for number, row in enumerate(activities, start=1)],
        "task": list(tasks_of(accounts, contacts, products, Random("copperline:tasks"))),
        "case": list(callouts_of(accounts, contacts, products, Random("copperline:callouts"))),
        "order": [{"currency": company()["currency"], **row} for row in orders_of(deals, Random("copperline:orders"))],
    }


def export(folder: Path) -> None:
    """The tables as the old system writes them: one file a kind, its own headings, names in place of keys."""
    held = tables()
    names = {kind: {row["key"]: row.get("name", "") for row in rows} for kind, rows in held.items()}
    people = {row["email"]: row["name"] for row in held["user"]}
    for kind, (file, columns) in COLUMNS.items():
        rows = [[_cell(field, row.get(field), names, people) for field in columns.values()] for row in held[kind]]
        _write(folder / file, list(columns), rows)


def _cell(field: str, value: Any, names: Mapping[str, Mapping[str, str]], people: Mapping[str, str]) -> Any:
    if value is None:
        return ""
    if field in _PEOPLE:
        return people[value]
    if field in _NAMED:
        return names[_NAMED[field]][value]
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, datetime):
        return f"{value:%d/%m/%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    return "; ".join(value) if isinstance(value, list) else value


def _write(path: Path, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    if path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        for row in (headings, *rows):
            sheet.append(list(row))
        book.save(path)
        return
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=";").writerows([headings, *rows])
