"""Larkfield Medical Supply: rows by kind, the same at every call, and what its administrator set up. The words are in `larkfield.yaml`."""

from collections.abc import Iterable
from decimal import Decimal
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from evals.companies.larkfield_days import TODAY, Row, company
from evals.companies.larkfield_sales import accounts_of_firm, contacts_of, deals_of
from evals.companies.larkfield_service import activities_of, cases_of, leads, orders_of, tasks_of, touched
from store import setup
from store.models import PicklistValue

__all__ = ["ADMIN", "ADMIN_NAME", "TODAY", "closed_stages", "company", "set_up", "tables"]

ADMIN = "nora@larkfield.example"
ADMIN_NAME = "Nora Feld"


def closed_stages() -> dict[str, str]:
    """Stage name -> won or lost, for the closed ones."""
    return {stage["name"]: stage["kind"] for stage in company()["pipeline"]["stages"] if stage["kind"] != "open"}


def set_up(session: Session) -> None:
    """Stages, custom fields, choices with their Chinese labels, and words, as an administrator makes them."""
    words = company()
    setup.set_pipeline(session, words["pipeline"]["name"], words["pipeline"]["stages"])
    for spec in words["fields"]:
        setup.add_field(session, **spec)
    session.flush()
    for name, labels in words["choices"].items():
        setup.add_choices(session, name, list(labels))
        session.flush()
        for value in session.scalars(select(PicklistValue).where(PicklistValue.field == name)):
            value.label_zh = labels[value.value]
    for subject, said in words["words"].items():
        setup.add_words(session, subject, said)


def tables() -> dict[str, list[Row]]:
    """All rows by kind, in dependency order; references are keys, people of ours are e-mails."""
    words = company()
    products = [{**row, "price": Decimal(str(row["price"]))} for row in words["products"]]
    accounts = list(accounts_of_firm(Random("larkfield:accounts")))
    contacts = list(contacts_of(accounts, Random("larkfield:contacts")))
    deals = list(deals_of(accounts, products, Random("larkfield:deals")))
    activities = _numbered(activities_of(accounts, contacts, deals, products, Random("larkfield:talk")), "V", "occurred_at")
    touched(accounts, activities)
    return {
        "team": [dict(row) for row in words["teams"]],
        "user": [dict(row) for row in words["users"]],
        "product": [{name: value for name, value in row.items() if name not in {"zh", "en"}} for row in products],
        "account": [{name: value for name, value in row.items() if name != "short"} for row in accounts],
        "contact": contacts,
        "lead": list(leads(Random("larkfield:leads"))),
        "opportunity": deals,
        "activity": activities,
        "task": list(tasks_of(accounts, contacts, products, Random("larkfield:tasks"))),
        "case": list(cases_of(accounts, contacts, products, Random("larkfield:cases"))),
        "order": list(orders_of(accounts, deals, Random("larkfield:orders"))),
    }


def _numbered(rows: Iterable[Row], prefix: str, by: str) -> list[Row]:
    ordered = sorted(rows, key=lambda row: str(row[by]))
    return [{"key": f"{prefix}-{number:04d}", **row} for number, row in enumerate(ordered, start=1)]
