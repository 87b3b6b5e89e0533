"""Small invented books of many trades for dictated notes (`data/followups/books/`): stages, users, products, accounts, people and deals of one rep."""

from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from evals.stores import Place, let_everybody_in, opened
from store import setup
from store.importing import import_tables
from store.yaml_text import parse

BOOKS = Path(__file__).parent / "data" / "followups" / "books"


@cache
def book(name: str) -> dict[str, Any]:
    read: dict[str, Any] = parse((BOOKS / f"{name}.yaml").read_text(encoding="utf-8"))
    return read


def kept(name: str) -> bool:
    return (BOOKS / f"{name}.yaml").is_file()


def speakers(name: str) -> dict[str, str]:
    """The first part of an address -> the address."""
    return {user["email"].partition("@")[0]: user["email"] for user in book(name)["users"]}


def fill_book(name: str, home: Path) -> Place:
    """Make the store of this book in an empty folder. The first user is whose records they are."""
    words = book(name)
    place = Place(name, home, words["today"], None)
    admin = f"admin@{name}.example"
    store = opened(place, currency=words["currency"], admin=admin, name="Administrator")
    with store.database.writing() as session:
        setup.set_pipeline(session, name.title(), words["pipeline"])
    import_tables(store, store.principal(admin), _tables(words), create_fields=False)
    let_everybody_in(store)
    return place


def _tables(words: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    owner = words["users"][0]["email"]
    tables: dict[str, list[dict[str, Any]]] = {
        "user": [{"key": f"U-{n}", **user} for n, user in enumerate(words["users"])],
        "product": [
            {"key": f"P-{n}", **row, "sku": f"S-{n}", "price": Decimal(str(row["price"]))} for n, row in enumerate(words["products"])
        ],
        "account": [],
        "contact": [],
        "opportunity": [],
    }
    for number, (name, held) in enumerate(words["accounts"].items()):
        key = f"A-{number}"
        tables["account"].append({"key": key, "name": name, "owner": owner})
        tables["contact"] += [
            {"key": f"{key}-C{n}", "name": person, "account": key, "title": title, "owner": owner}
            for n, (person, title) in enumerate(held["people"].items())
        ]
        tables["opportunity"] += _deals(words, key, held["deals"], owner)
    return tables


def _deals(words: dict[str, Any], account: str, deals: dict[str, list[Any]], owner: str) -> Iterator[dict[str, Any]]:
    for number, (name, (stage, amount)) in enumerate(deals.items()):
        yield {
            "key": f"{account}-D{number}", "name": name, "account": account, "stage": stage, "amount": Decimal(amount), "currency": words["currency"],
            "engaged_on": words["today"].replace(month=1), "owner": owner,
        }  # fmt: skip
