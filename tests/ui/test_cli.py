"""The command line: exit codes, one JSON document, and bad input of every sort ends in words with nothing half-written."""

import csv
import io
import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from data_folders import copied, server
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from ui_company import ADMIN, ANNA, BEN, SAM, settings_in

from store import audit, database
from store.models import RECORD_MODELS, AuditEvent, Proposal
from store.unit import Store
from ui.cli import main
from ui.cli.terminal import DONE, FAILED, NEEDS_ANSWER, REFUSED, USAGE


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Standard output as the one JSON document it should be."""
        return json.loads(self.out)


Run = Callable[..., Done]


@pytest.fixture
def home(furnished: Path, tmp_path: Path) -> Path:
    return copied(furnished, tmp_path / "home")


@pytest.fixture
def rapport(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """`rapport("ask", "…")`, in this process."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RAPPORT_HOME", str(home))
    monkeypatch.setenv("RAPPORT_TODAY", "2026-11-21")

    def run(*words: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["rapport", *words])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        assert "Traceback" not in said.err + said.out
        return Done(int(ended.value.code or 0), said.out, said.err)

    return run


@pytest.fixture
def opened(home: Path) -> Iterator[Store]:
    store = Store(settings_in(home))
    yield store
    store.close()


def contents(store: Store) -> dict[str, int]:
    """What a write of any sort would change."""
    with store.database.reading() as session:
        found = {kind: session.execute(select(func.count(), func.sum(model.version))).one() for kind, model in RECORD_MODELS.items()}
        found |= {"proposals": session.scalar(select(func.count()).select_from(Proposal)), "chain": audit.verify(session)}
        return {name: tuple(value) if isinstance(value, tuple) else value for name, value in found.items()}


def test_a_question_is_answered(rapport: Run) -> None:
    done = rapport("ask", "How many deals do I have?", "--as", ANNA)
    assert (done.code, done.err) == (DONE, "")
    assert done.out.strip()


@pytest.mark.parametrize(
    "words",
    [
        ("ask", "How many deals do I have?", "--as", ANNA),
        ("ask", "show my accounts", "--as", ANNA),
        ("ask", "我有多少客户?", "--as", ANNA),
        ("proposals", "list", "--as", ANNA),
        ("audit", "list", "--as", ADMIN),
        ("audit", "verify"),
        ("user", "list"),
        ("team", "list"),
        ("field", "list"),
        ("picklist", "list"),
        ("vocabulary", "list"),
        ("index", "status"),
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_json_is_one_document_and_nothing_else(rapport: Run, words: tuple[str, ...]) -> None:
    done = rapport(*words, "--json")
    assert done.code == DONE
    assert isinstance(done.document, (dict, list))
    assert done.out.endswith("\n")


def test_an_answer_has_the_names_of_the_contract(rapport: Run) -> None:
    found = rapport("ask", "show my accounts", "--as", ANNA, "--json").document
    assert {"conversation_id", "message_id", "language", "brain", "elapsed_ms", "kind", "text", "total", "records", "usage"} <= set(found)
    assert (found["language"], found["brain"], found["total"]) == ("en", "embedded", 2)
    assert {"type", "id", "name", "key", "fields"} <= set(found["records"][0])


def test_a_change_is_proposed_approved_and_undone(rapport: Run, opened: Store) -> None:
    before = contents(opened)["opportunity"]
    asked = rapport("ask", "Move Halden Shipping – pilot 3 to Negotiation with amount 75000", "--as", ANNA, "--json")
    proposal = asked.document["proposals"][0]
    assert (asked.code, proposal["status"], proposal["changes"][0]["after"]["amount"]) == (DONE, "pending", "75000.00")
    assert contents(opened)["opportunity"] == before
    applied = rapport("proposals", "approve", proposal["id"], "--as", ANNA, "--json")
    assert (applied.code, applied.document["status"]) == (DONE, "applied")
    again = rapport("proposals", "approve", proposal["id"], "--as", ANNA)
    assert (again.code, again.out) == (FAILED, "")
    assert "not pending" in again.err
    assert rapport("proposals", "undo", proposal["id"], "--as", ANNA, "--json").document["status"] == "applied"
    shown = rapport("proposals", "show", proposal["id"], "--as", ANNA, "--json").document
    assert shown["status"] == "undone"


def test_ask_can_approve_at_once(rapport: Run) -> None:
    done = rapport("ask", "Move Halden Shipping – pilot 3 to Negotiation with amount 75000", "--as", ANNA, "--approve", "--json")
    assert [each["status"] for each in done.document["proposals"]] == ["applied"]


def test_a_stale_proposal_is_a_failure(rapport: Run) -> None:
    first = rapport("ask", "Move Halden Shipping – pilot 3 to Negotiation", "--as", ANNA, "--json").document["proposals"][0]
    rapport("ask", "Set the amount of Halden Shipping – pilot 3 to 500", "--as", ANNA, "--approve")
    late = rapport("proposals", "approve", first["id"], "--as", ANNA, "--json")
    assert (late.code, late.document["status"]) == (FAILED, "conflict")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("ask", "hello", "--as", "nobody@firm.example"), FAILED, "nobody@firm.example"),
        (("ask", "", "--as", ANNA), FAILED, "question"),
        (("ask", "   \n ", "--as", ANNA), FAILED, "question"),
        (("ask", "why " * 25_000, "--as", ANNA), FAILED, "20,000"),
        (("ask", "hello", "--as", ANNA, "--brain", "clever"), FAILED, "clever"),
        (("ask", "hello", "--as", ANNA, "--conversation", "nothing"), FAILED, "nothing"),
        (("ask", "hello"), USAGE, "--as"),
        (("ask",), USAGE, "text"),
        (("dance",), USAGE, "dance"),
        (("ask", "hello", "--as", ANNA, "--limit", "0"), USAGE, "limit"),
        (("proposals", "dance", "--as", ANNA), USAGE, "dance"),
        (("proposals", "approve", "--as", ANNA), FAILED, "Which proposal"),
        (("proposals", "approve", "nothing", "--as", ANNA), FAILED, "nothing"),
        (("proposals", "list"), FAILED, "--as"),
        (("audit", "list", "--as", ANNA), REFUSED, "administrator"),
        (("user", "add", "new@firm.example", "--as", ANNA), REFUSED, "administrator"),
        (("user", "add", "no-address", "--as", ADMIN), FAILED, "no-address"),
        (("user", "add", "a@firm.example", "--role", "king", "--as", ADMIN), FAILED, "king"),
        (("user", "add", ANNA, "--as", ADMIN), FAILED, "already"),
        (("user", "disable", ADMIN, "--as", ADMIN), REFUSED, "yourself"),
        (("field", "add", "spaceship", "speed", "--as", ADMIN), FAILED, "spaceship"),
        (("field", "add", "account", "name", "--as", ADMIN), FAILED, "already"),
        (("picklist", "set", "account.name", "x", "--as", ADMIN), FAILED, "not a picklist"),
        (("vocabulary", "add", "spaceship", "x", "--as", ADMIN), FAILED, "spaceship"),
        (("import", "missing.csv", "--as", ANNA), FAILED, "missing.csv"),
        (("export", "spaceship", "--as", ANNA), FAILED, "spaceship"),
        (("export", "account", "--format", "pdf", "--as", ANNA), FAILED, "pdf"),
        (("export", "opportunity", "--as", SAM), REFUSED, "service"),
        (("export", "account", "--out", "no/such/folder/x.csv", "--as", ANNA), FAILED, "no/such/folder"),
        (("index", "dance"), USAGE, "dance"),
    ],
    ids=lambda each: " ".join(each)[:40] if isinstance(each, tuple) else "",
)
def test_bad_input_ends_in_words_and_its_exit_code(rapport: Run, opened: Store, words: tuple[str, ...], code: int, said: str) -> None:
    before = contents(opened)
    done = rapport(*words)
    assert (done.code, done.out) == (code, "")
    assert said in done.err
    assert len(done.err) < 2_000
    assert contents(opened) == before


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("remind me to call Halden Shipping on 31 February", NEEDS_ANSWER, "31"),
        ("提醒我2月31日给 Halden Shipping 打电话", NEEDS_ANSWER, "31"),
        ("set the amount of Halden Shipping – pilot 3 to -500", FAILED, ""),
        ("set the tier of Halden Shipping to Platinum", FAILED, "latinum"),
        ("delete Costa | Foods", FAILED, ""),
    ],
)
def test_impossible_wishes_change_nothing(rapport: Run, opened: Store, text: str, code: int, said: str) -> None:
    before = contents(opened)
    done = rapport("ask", text, "--as", ANNA, "--json")
    assert done.code in {code, NEEDS_ANSWER, FAILED}
    assert said in done.out + done.err
    assert contents(opened) == before


def test_an_ambiguous_name_asks_back(rapport: Run) -> None:
    done = rapport("ask", "move the Halden Shipping deal to Won", "--as", ANNA, "--json")
    assert (done.code, done.document["kind"]) == (NEEDS_ANSWER, "clarify")
    assert len(done.document["options"]) > 1
    assert done.err.startswith("rapport: ")


def test_no_store_yet_says_what_to_run(rapport: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RAPPORT_HOME", str(tmp_path / "new"))
    monkeypatch.setenv("RAPPORT_DATABASE_URL", f"sqlite:///{tmp_path / 'new' / 'rapport.db'}")
    done = rapport("ask", "hello", "--as", ANNA)
    assert (done.code, "rapport init" in done.err) == (FAILED, True)
    made = rapport("init", "--admin", "boss@new.example")
    assert (made.code, "boss@new.example" in made.out) == (DONE, True)
    assert rapport("init", "--admin", "boss@new.example").code == DONE
    assert rapport("user", "list", "--json").document[0]["email"] == "boss@new.example"


@pytest.mark.parametrize(
    ("name", "value"), [("RAPPORT_TODAY", "soon"), ("RAPPORT_TIMEZONE", "Mars"), ("RAPPORT_BRAIN", "big"), ("RAPPORT_PORT", "x")]
)
def test_a_wrong_setting_is_named(rapport: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    done = rapport("ask", "hello", "--as", ANNA)
    assert (done.code, name in done.err) == (FAILED, True)


def workbook() -> bytes:
    out = io.BytesIO()
    openpyxl.Workbook().save(out)
    return out.getvalue()


REFUSED_FILES: dict[str, tuple[bytes, str]] = {
    "encoding.csv": (b"name,city\nAcme,\x81\x8d\x8f\x90\n", "encoding"),
    "empty.csv": (b"", "empty"),
    "rows.csv": (b"name,city\n", "0 rows"),
    "picture.csv": (b"\x89PNG\r\n\x1a\n" + bytes(200), "picture"),
    "program.csv": (b"\x7fELF" + bytes(500), "program"),
    "quote.csv": (b'name,city\n"Acme,Oslo\n', "quotation mark"),
    "twice.csv": (b"name,name\nAcme,Oslo\n", "more than once"),
    "empty.xlsx": (workbook(), "empty"),
    "torn.xlsx": (b"PK\x03\x04" + bytes(100), "workbook"),
    "prose.txt": (b"Dear Sir,\n\nthis is a letter.\n", ""),
    "torn.json": (b'[{"name": "Acme"', "JSON"),
    "utf16.csv": ("name,city\nAcme,Oslo\n".encode("utf-16")[:-1], "UTF-16"),
}


@pytest.mark.parametrize("name", REFUSED_FILES)
def test_a_file_that_cannot_be_taken(rapport: Run, opened: Store, tmp_path: Path, name: str) -> None:
    data, said = REFUSED_FILES[name]
    (tmp_path / name).write_bytes(data)
    before = contents(opened)
    done = rapport("import", name, "--as", ADMIN, "--kind", "account")
    assert (done.code, done.out) == (FAILED, "")
    assert said in done.err
    assert done.err.count("\n") == 2  # what is wrong, and what to do
    assert contents(opened) == before


def test_rows_that_cannot_be_taken_are_held_back_and_can_be_mended(rapport: Run, opened: Store, tmp_path: Path) -> None:
    lines = ["key,name,tier,employees", "K1,One,A,5", "K2,Two", "K1,Again,A,5", "K3,Three,Z,5", "K4,,A,5", "K5,Five,A,many", "K6,Six,B,6"]
    (tmp_path / "ragged.csv").write_text("\n".join(lines), encoding="utf-8")
    report = rapport("import", "ragged.csv", "--as", ADMIN, "--kind", "account", "--json").document
    assert (report["rows"], report["created"], report["held_back"]) == (7, 2, 5)
    held = Path(report["files"][0]["held_back_file"])
    with held.open(encoding="utf-8-sig", newline="") as file:
        reasons = [row["held_back_reason"] for row in csv.DictReader(file)]
    for word in ("2 cells", "the same key", "'Z'", "name", "'many'"):
        assert any(word in each for each in reasons), word
    mended = held.read_text("utf-8-sig").replace(",Z,", ",C,").replace("many", "50")
    (tmp_path / "mended.csv").write_text(mended, encoding="utf-8")
    again = rapport("import", "mended.csv", "--as", ADMIN, "--kind", "account", "--json").document
    assert again["created"] == 2
    assert contents(opened)["chain"].problem == ""


def test_a_mapping_whose_key_column_is_missing(rapport: Run, opened: Store, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("title,town\nAcme,Oslo\n")
    (tmp_path / "a.yaml").write_text("kind: account\nkey: number\ncolumns: {title: name, town: city}\n")
    before = contents(opened)
    done = rapport("import", "a.csv", "--as", ADMIN, "--map", "a.yaml")
    assert (done.code, "number" in done.err) == (FAILED, True)
    assert contents(opened) == before


def test_a_dry_run_writes_nothing(rapport: Run, opened: Store, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("name,mood\nAcme,glad\n")
    before = contents(opened)
    report = rapport("import", "a.csv", "--as", ADMIN, "--kind", "account", "--create-fields", "--dry-run", "--json").document
    assert (report["dry_run"], report["created"]) == (True, 1)
    assert contents(opened) == before
    assert rapport("field", "list", "--json").document == []


def test_an_export_is_written_and_comes_back_unchanged(rapport: Run, tmp_path: Path) -> None:
    assert rapport("export", "account", "--as", ANNA, "--out", "mine.csv").code == DONE
    report = rapport("import", "mine.csv", "--as", ADMIN, "--json").document
    assert report["unchanged"] == report["rows"] == 2


def test_an_export_that_fails_leaves_the_old_file(rapport: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("kept")
    assert rapport("export", "opportunity", "--as", SAM, "--out", "mine.csv").code == REFUSED
    assert (tmp_path / "mine.csv").read_text() == "kept"
    assert [each.name for each in tmp_path.glob("*mine*")] == ["mine.csv"]


def test_an_export_is_in_the_audit_log(rapport: Run, opened: Store) -> None:
    rapport("export", "account", "--as", BEN, "--out", "x.csv")
    with opened.database.reading() as session:
        assert session.scalars(select(AuditEvent.action).order_by(AuditEvent.seq.desc())).first() == "exported"


only_sqlite = pytest.mark.skipif("config.getoption('--database') != 'sqlite'", reason="about the SQLite file")
WRITES = (
    ("ask", "Move Halden Shipping – pilot 3 to Negotiation", "--as", ANNA, "--approve"),
    ("user", "add", "new@firm.example", "--as", ADMIN),
    ("import", "a.csv", "--as", ADMIN, "--kind", "account"),
    ("export", "account", "--as", ANNA, "--out", "out.csv"),
)


@only_sqlite
@pytest.mark.parametrize("words", WRITES, ids=lambda words: words[0])
def test_a_locked_database_says_so(
    rapport: Run, opened: Store, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setattr(database, "BUSY_TIMEOUT_MS", 50)
    (tmp_path / "a.csv").write_text("name\nAcme\n")
    before = contents(opened)
    other = sqlite3.connect(home / "rapport.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        done = rapport(*words)
    finally:
        other.execute("ROLLBACK")
        other.close()
    assert (done.code, "locked by another process" in done.err) == (FAILED, True)
    assert contents(opened) == before
    assert rapport(*words).code == DONE


@only_sqlite
@pytest.mark.parametrize("words", WRITES, ids=lambda words: words[0])
@pytest.mark.parametrize(
    ("fault", "said"), [("database or disk is full", "disk is full"), ("attempt to write a readonly database", "cannot be opened")]
)
def test_a_full_or_read_only_disk_says_so(
    rapport: Run, opened: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], fault: str, said: str
) -> None:
    """The commit fails, as it does when the last page does not fit."""
    (tmp_path / "a.csv").write_text("name\nAcme\n")
    before = contents(opened)

    def fails(*_: Any) -> None:
        raise OperationalError("COMMIT", {}, sqlite3.OperationalError(fault))

    with monkeypatch.context() as patched:
        patched.setattr("sqlalchemy.engine.default.DefaultDialect.do_commit", fails)
        done = rapport(*words)
    assert (done.code, said in done.err) == (FAILED, True)
    assert contents(opened) == before


@only_sqlite
def test_a_really_full_disk(rapport: Run, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system of a few pages, where this user may mount one."""
    small = tmp_path / "small"
    small.mkdir()
    if (
        shutil.which("mount") is None
        or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", small], check=False, capture_output=True).returncode
    ):
        pytest.skip("mounting a tmpfs is not allowed here")
    try:
        for each in home.glob("rapport.db*"):
            shutil.copy(each, small / each.name)
        monkeypatch.setenv("RAPPORT_HOME", str(small))
        (tmp_path / "many.csv").write_text("name,description\n" + "".join(f"Acme {n},{'x' * 900}\n" for n in range(4000)))
        done = rapport("import", "many.csv", "--as", ADMIN, "--kind", "account")
        assert (done.code, "full" in done.err) == (FAILED, True)
        (small / "filler").unlink(missing_ok=True)
        store = Store(settings_in(small))
        with store.database.reading() as session:
            assert audit.verify(session).problem == ""
            assert session.scalar(select(func.count()).select_from(RECORD_MODELS["account"])) < 100
        store.close()
    finally:
        subprocess.run(["umount", small], check=False, capture_output=True)


def test_the_installed_command_runs_as_a_process_of_its_own(home: Path, tmp_path: Path) -> None:
    if server is not None:
        pytest.skip("another process does not see the databases of this suite")
    environment = {"RAPPORT_HOME": str(home), "RAPPORT_TODAY": "2026-11-21", "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    done = subprocess.run(
        [str(Path(sys.executable).with_name("rapport")), "ask", "show my accounts", "--as", ANNA, "--json"],
        env=environment, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (DONE, "")
    assert json.loads(done.stdout)["total"] == 2


@pytest.mark.skipif("config.getoption('--database') != 'sqlite'", reason="PostgreSQL is backed up by its own tool")
def test_backup_restore_and_move(rapport: Run, opened: Store, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = contents(opened)
    opened.close()
    made = rapport("backup", "all.zip", "--json")
    assert (made.code, made.document["path"], made.document["format"]) == (DONE, "all.zip", 1)
    assert rapport("backup", "all.zip").code == FAILED
    refused = rapport("restore", "all.zip")
    assert (refused.code, "--force" in refused.err) == (FAILED, True)
    done = rapport("restore", "all.zip", "--force", "--json")
    assert (done.code, Path(done.document["replaced"]).parent) == (DONE, home)
    moved = rapport("move", "--to", f"sqlite:///{tmp_path / 'moved.db'}", "--json")
    assert (moved.code, moved.document["tables"]["account"]["rows"]) == (DONE, made.document["rows"]["account"])
    assert rapport("move", "--to", f"sqlite:///{tmp_path / 'moved.db'}").code == FAILED
    monkeypatch.setenv("RAPPORT_DATABASE_URL", f"sqlite:///{tmp_path / 'moved.db'}")
    assert rapport("audit", "verify").code == DONE
    assert contents(opened) == before


def test_a_dry_run_shows_the_difference(rapport: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("key,name\nDRY1,Dry Dock\n")
    done = rapport("import", "a.csv", "--as", ADMIN, "--kind", "account", "--dry-run")
    assert "row 2 would be created: Dry Dock" in done.out
