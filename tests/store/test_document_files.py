"""The file a document came as: kept with it, handed to whoever may read it, gone for good with it; files in mails are documents too."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from paper_firm import ANNA, BEN, BOSS, firm, held, mail, pdf, take
from sqlalchemy import delete, func, select, update

from store import document_files, gate, role_setup
from store.errors import NotAllowed, NotFound
from store.gate import Change
from store.keeping.backup import back_up
from store.keeping.restore import restore
from store.models import DocumentFile, User
from store.unit import Store

MARK = b"%rapport-marker-8c1f"  # in the file and not in its text


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = firm(tmp_path / "home")
    yield made
    made.close()


@pytest.fixture
def terms(tmp_path: Path) -> Path:
    path = pdf(tmp_path / "terms.pdf", "Term of three years.")
    path.write_bytes(path.read_bytes() + MARK + b"\n")
    return path


def of(store: Store, who: str, name: str = "terms") -> document_files.Kept:
    ids = {each["name"]: each["id"] for each in held(store, "document", BOSS)}
    with store.reading(store.principal(who)) as unit:
        return document_files.kept(unit, ids[name])


def files(store: Store) -> int:
    with store.database.reading() as session:
        return session.scalar(select(func.count()).select_from(DocumentFile)) or 0


def change(store: Store, what: Change) -> str:
    with store.writing(store.principal(BOSS)) as unit:
        return gate.approve(unit, gate.propose(unit, [what]).id).id


def test_it_comes_back_byte_by_byte_under_its_name(store: Store, terms: Path) -> None:
    take(store, terms, dry_run=True)
    assert files(store) == 0
    take(store, terms)
    take(store, terms)
    kept = of(store, ANNA)
    assert (kept.name, kept.media_type, kept.content, files(store)) == ("terms.pdf", "application/pdf", terms.read_bytes(), 1)


def test_a_document_from_before_files_were_kept_gets_its_file_when_it_comes_again(store: Store, terms: Path) -> None:
    take(store, terms)
    with store.database.writing() as session:
        session.execute(delete(DocumentFile))
    with pytest.raises(NotFound, match="not kept"):
        of(store, ANNA)
    take(store, terms)
    assert of(store, ANNA).content == terms.read_bytes()


def test_only_for_whoever_sees_the_document_and_all_of_it(store: Store, terms: Path, tmp_path: Path) -> None:
    mapping = tmp_path / "map.yaml"
    mapping.write_text("kind: document\nconstants: {account: Acme}\n", "utf-8")
    take(store, terms, mapping=mapping)  # a customer of Anna's, whom Ben does not see
    assert of(store, ANNA).content == terms.read_bytes()
    with pytest.raises(NotFound):
        of(store, BEN)
    with store.database.writing() as session:
        role_setup.add_role(session, store.settings, "assistant", "rep", by=store.principal(BOSS))
        role_setup.set_mask(session, store.settings, "assistant", "document.text", by=store.principal(BOSS))
        user = store.principal(ANNA).user_id
        session.execute(update(User).where(User.id == user).values(role="assistant"))
    with pytest.raises(NotAllowed):
        of(store, ANNA)


def test_a_kind_a_browser_would_run_is_handed_out_as_bytes(store: Store, terms: Path) -> None:
    take(store, terms)
    change(
        store,
        Change(op="update", type="document", id=held(store, "document")[0]["id"], values={"media_type": "text/html", "file": "../x.html"}),
    )
    assert (of(store, ANNA).media_type, of(store, ANNA).name) == (document_files.PLAIN, "x.html")


@pytest.mark.parametrize("how", ["deleted", "import undone"])
def test_it_goes_for_good(store: Store, terms: Path, how: str) -> None:
    report = take(store, terms)
    done = report.files[0].proposal_ids[0]
    if how == "deleted":
        done = change(store, Change(op="delete", type="document", id=held(store, "document")[0]["id"]))
    else:
        with store.writing(store.principal(BOSS)) as unit:
            gate.undo(unit, done)
    assert (files(store), held(store, "document")) == (0, [])
    if store.database.dialect == "sqlite":
        on_disk = b"".join(path.read_bytes() for path in store.settings.home.glob("rapport.db*"))
        assert MARK not in on_disk
        assert b"Term of three years" in on_disk  # the text can be brought back, the file cannot
    if how == "deleted":
        with store.writing(store.principal(BOSS)) as unit:
            gate.undo(unit, done)
        assert [each["text"].strip() for each in held(store, "document")] == ["Term of three years."]
        with pytest.raises(NotFound, match="not kept"):
            of(store, BOSS)


def test_a_backup_has_it(store: Store, terms: Path, tmp_path: Path) -> None:
    if store.database.dialect != "sqlite":
        pytest.skip("PostgreSQL's own tools back it up")
    take(store, terms)
    made, _ = back_up(store, tmp_path / "backup.zip")
    change(store, Change(op="delete", type="document", id=held(store, "document")[0]["id"]))
    restore(store, made, force=True)
    assert of(store, ANNA).content == terms.read_bytes()


def test_files_in_a_mail_become_documents_of_its_customer(store: Store, terms: Path, tmp_path: Path) -> None:
    for number, sender in enumerate(("jane@acme.example", "stranger@else.example")):
        message = mail(sender, ANNA, "Terms", "See the files.", number)
        message.add_attachment(terms.read_bytes(), maintype="application", subtype="octet-stream", filename="../our terms.pdf")
        message.add_attachment("备注：交期六周。".encode("gb18030"), maintype="text", subtype="plain", filename="备注.txt")
        message.add_attachment(b"%PDF-1.7 torn", maintype="application", subtype="pdf", filename="torn.pdf")
        message.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="logo.png")
        (tmp_path / f"mail{number}.eml").write_bytes(message.as_bytes())
        report = take(store, tmp_path / f"mail{number}.eml")
        assert [each["file"] for each in report.skipped] == ([] if number else ["torn.pdf"])
    found = {each["name"]: each for each in held(store, "document")}
    assert {name: (each["account"], each["owner"]) for name, each in found.items()} == {"our terms": ("Acme", ANNA), "备注": ("Acme", ANNA)}
    assert found["备注"]["text"] == "备注：交期六周。"
    assert held(store, "document", BEN) == []
    assert of(store, ANNA, "our terms").content == terms.read_bytes()
    again = take(store, tmp_path / "mail0.eml")
    assert (again.count("unchanged"), again.count("created")) == (3, 0)
