"""Documents and mails come in like any other file: their words are found, with rights, and the same file again changes nothing."""

import io
import mailbox
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from paper_firm import ANNA, BEN, BOSS, docx, firm, held, mail, pdf, take
from pypdf import PdfWriter

from store import gate
from store.errors import InvalidInput
from store.unit import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = firm(tmp_path / "home")
    yield made
    made.close()


def test_each_format_s_words_come_in_in_order(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    pdf(folder / "contract.pdf", "Term of three years.", "Notice by March.")
    docx(folder / "prices.docx")
    (folder / "playbook.md").write_text("# Objections\n\nAsk first, then answer.", "utf-8")
    (folder / "手册.md").write_bytes("价格异议：先问原因。".encode("gb18030"))
    report = take(store, folder)
    assert (report.count("created"), report.count("held_back"), report.skipped) == (4, 0, [])
    texts = {each["name"]: each["text"] for each in held(store, "document")}
    assert texts["contract"].split() == ["Term", "of", "three", "years.", "Notice", "by", "March."]
    assert texts["prices"] == "Price list 2027\nPump P5 | EUR 1,250\nValid from January."
    assert texts["playbook"].startswith("# Objections")
    assert texts["手册"] == "价格异议：先问原因。"
    assert {each.get("owner") for each in held(store, "document")} == {None}
    again = take(store, folder)
    assert (again.count("unchanged"), again.count("created"), again.count("updated")) == (4, 0, 0)


def test_text_is_a_document_only_when_that_is_said(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "accounts.txt"
    path.write_text("name,city\nGlobex,Oslo\n", "utf-8")
    assert take(store, path).files[0].kind == "account"
    assert take(store, path, kind="document").files[0].kind == "document"


def test_a_mapping_says_whose_it_is_and_others_do_not_see_it(store: Store, tmp_path: Path) -> None:
    mapping = tmp_path / "map.yaml"
    mapping.write_text("kind: document\nconstants: {account: Acme, kind: agreement}\n", "utf-8")
    take(store, pdf(tmp_path / "frame.pdf", "Acme frame agreement."), mapping=mapping)
    take(store, pdf(tmp_path / "public.pdf", "Price list for all."))
    assert {each["name"] for each in held(store, "document", ANNA)} == {"frame", "public"}
    assert {each["name"] for each in held(store, "document", BEN)} == {"public"}


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("torn.pdf", b"%PDF-1.7\nnothing of a document", "read"),
        ("bomb.docx", b"PK\x03\x04" + b"word/" * 20, "read"),
        ("blank.md", b"  \n\n ---", "no text"),
        ("empty.pdf", b"", "empty"),
    ],
)
def test_a_file_that_cannot_be_read_says_what_to_do(store: Store, tmp_path: Path, name: str, content: bytes, word: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match=word) as refused:
        take(store, path)
    assert refused.value.hint
    assert held(store, "document") == []


def test_a_scan_and_a_locked_file_are_refused_for_what_they_are(store: Store, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no text"):
        take(store, pdf(tmp_path / "scan.pdf", ""))
    writer = PdfWriter(clone_from=io.BytesIO(pdf(tmp_path / "open.pdf", "Secret terms.").read_bytes()))
    writer.encrypt("key", algorithm="RC4-128")
    writer.write(tmp_path / "locked.pdf")
    with pytest.raises(InvalidInput, match="password"):
        take(store, tmp_path / "locked.pdf")


def test_a_mailbox_becomes_activities_of_the_right_people(store: Store, tmp_path: Path) -> None:
    box = mailbox.mbox(tmp_path / "box.mbox")
    box.add(mail("Jane Doe <jane@ACME.example>", ANNA, "Your offer", "The price is too high.", 1))
    box.add(mail(ANNA, "jane@acme.example", "Re: Your offer", "We can talk about it.", 2))
    box.add(mail("stranger@else.example", ANNA, "报价", "请发一份报价单。", 3))
    box.add(mail(ANNA, BEN, "lunch", "Noon?", 4))
    box.flush()
    box.close()
    report = take(store, tmp_path / "box.mbox")
    assert (report.count("created"), report.count("held_back")) == (4, 0)
    found = {each["name"]: each for each in held(store, "activity")}
    said = {name: (each["direction"], each["trust"], each.get("contact"), each.get("account")) for name, each in found.items()}
    assert said == {
        "Your offer": ("inbound", "external", "Jane Doe", "Acme"),
        "Re: Your offer": ("outbound", "internal", "Jane Doe", "Acme"),
        "报价": ("inbound", "external", None, None),
        "lunch": ("internal", "internal", None, None),
    }
    assert found["Your offer"]["occurred_at"].startswith("2026-11-19T09:30")
    assert found["报价"]["body"] == "From: stranger@else.example\n\n请发一份报价单。"
    again = take(store, tmp_path / "box.mbox")
    assert (again.count("unchanged"), again.count("created")) == (4, 0)


def test_odd_mails_are_read_as_far_as_they_go(store: Store, tmp_path: Path) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "jane@acme.example", ANNA, "Plan"
    message["Date"], message["Message-ID"] = "Thu, 19 Nov 2026 10:30:00", "<5@mail.example>"
    message.set_content("<html><style>p{}</style><p>Two <b>lines</b></p><p>here</p><script>evil()</script></html>", subtype="html")
    message.add_attachment(b"x", maintype="application", subtype="pdf", filename="plan.pdf")
    (tmp_path / "one.eml").write_bytes(message.as_bytes())
    take(store, tmp_path / "one.eml")
    (only,) = held(store, "activity")
    assert only["body"].split() == ["Two", "lines", "here", "[plan.pdf]"]
    (tmp_path / "none.eml").write_bytes(b"this is no mail\n")
    with pytest.raises(InvalidInput, match="no e-mail"):
        take(store, tmp_path / "none.eml")


def test_a_paper_given_to_a_customer_later_is_no_longer_everybodys(store: Store, tmp_path: Path) -> None:
    take(store, pdf(tmp_path / "frame.pdf", "Acme frame agreement."))
    assert {each["name"] for each in held(store, "document", BEN)} == {"frame"}
    paper = held(store, "document")[0]["id"]
    with store.writing(store.principal(BOSS)) as unit:
        made = gate.propose(unit, [gate.Change(op="update", type="document", id=paper, values={"account": "Acme"})])
        gate.approve(unit, made.id)
    given = held(store, "document")[0]
    assert (given["account"], given["owner"]) == ("Acme", BOSS)
    assert {each["name"] for each in held(store, "document", ANNA)} == {"frame"}
    assert not held(store, "document", BEN)
    with store.writing(store.principal(BOSS)) as unit:
        gate.undo(unit, made.id)
    assert held(store, "document")[0].get("owner") is None
