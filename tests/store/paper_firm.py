"""A firm of two teams with a customer, and documents and mails to bring in."""

from email.message import EmailMessage
from pathlib import Path
from typing import Any

from docx import Document as Docx
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from store import people, setup
from store.importing import import_path, import_tables
from store.importing.report import ImportReport
from store.query import RecordQuery, find
from store.settings import Settings
from store.unit import Store

BOSS, ANNA, BEN = "boss@paper.example", "anna@paper.example", "ben@paper.example"


def firm(home: Path) -> Store:
    made = Store(Settings(home=home, today="2026-11-21", _env_file=None))  # type: ignore[call-arg]
    made.database.migrate()
    with made.database.writing() as session:
        setup.prepare(session, currency="EUR")
        people.add_user(session, made.settings, people.NewUser(BOSS, "Bo Boss", "administrator", None, "a long password"))
    import_tables(made, made.principal(BOSS), {"team": [{"key": name, "name": name} for name in ("North", "South")]})
    with made.database.writing() as session:
        for email, team in ((ANNA, "North"), (BEN, "South")):
            people.add_user(session, made.settings, people.NewUser(email, email[:4], "rep", team, "a long password"))
    import_tables(
        made,
        made.principal(BOSS),
        {
            "account": [{"key": "A", "name": "Acme", "owner": ANNA}],
            "contact": [{"key": "J", "name": "Jane Doe", "account": "A", "email": "Jane@acme.example", "owner": ANNA}],
        },
    )
    return made


def take(store: Store, path: Path, who: str = BOSS, **options: Any) -> ImportReport:
    return import_path(store, store.principal(who), path, **options)


def held(store: Store, kind: str, who: str = BOSS) -> list[dict[str, Any]]:
    with store.reading(store.principal(who)) as unit:
        return [{"id": each.id, "name": each.name, **each.fields} for each in find(unit, RecordQuery(entity=kind, limit=100)).records]


def pdf(path: Path, *pages: str) -> Path:
    writer = PdfWriter()
    font = DictionaryObject(
        {NameObject(key): NameObject(value) for key, value in (("/Type", "/Font"), ("/Subtype", "/Type1"), ("/BaseFont", "/Helvetica"))}
    )
    for text in pages:
        page = writer.add_blank_page(300, 300)
        stream = DecodedStreamObject()
        stream.set_data(f"BT /F1 12 Tf 20 200 Td ({text}) Tj ET".encode())
        page[NameObject("/Contents")] = writer._add_object(stream)
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): DictionaryObject({NameObject("/F1"): font})})
    with path.open("wb") as target:
        writer.write(target)
    return path


def docx(path: Path) -> Path:
    made = Docx()
    made.add_paragraph("Price list 2027")
    table = made.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "Pump P5", "EUR 1,250"
    made.add_paragraph("Valid from January.")
    made.save(str(path))
    return path


def mail(sender: str, to: str, subject: str, body: str, number: int, **more: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"], message["Message-ID"] = sender, to, subject, f"<{number}@mail.example>"
    message["Date"] = more.get("date", "Thu, 19 Nov 2026 10:30:00 +0100")
    message.set_content(body)
    if "html" in more:
        message.add_alternative(more["html"], subtype="html")
    return message
