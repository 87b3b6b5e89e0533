"""Export over REST: what the caller may see, as a file that import reads, and who took it is kept."""

import io
import json
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import select
from ui_company import ADMIN, ANNA, SignedIn

from agent.bootstrap import Rapport
from store.importing import import_path
from store.models import AuditEvent


@pytest.mark.parametrize("who", [ANNA, ADMIN])
def test_the_file_holds_the_records_one_may_see(signed_in: SignedIn, who: str) -> None:
    door = signed_in(who)
    listed = {each["id"] for each in door.get("/api/account?limit=1000").json()["records"]}
    exported = door.get("/api/export/account?format=json")
    assert {each["id"] for each in exported.json()} == listed
    assert exported.headers["content-disposition"] == 'attachment; filename="account.json"'


def test_every_format_holds_the_same_rows(signed_in: SignedIn) -> None:
    door = signed_in(ADMIN)
    wanted = [each["id"] for each in door.get("/api/export/opportunity?format=json").json()]
    text = door.get("/api/export/opportunity").content.decode("utf-8-sig")
    assert [line.split(",")[0] for line in text.splitlines()[1:]] == wanted
    sheet = openpyxl.load_workbook(io.BytesIO(door.get("/api/export/opportunity?format=xlsx").content), read_only=True).active
    assert [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)] == wanted


def test_it_comes_back_unchanged_and_is_kept_in_the_log(signed_in: SignedIn, rapport: Rapport, tmp_path: Path) -> None:
    (tmp_path / "account.csv").write_bytes(signed_in(ADMIN).get("/api/export/account").content)
    with rapport.store.database.reading() as session:
        event = session.scalars(select(AuditEvent).order_by(AuditEvent.seq.desc()).limit(1)).one()
    assert (event.action, event.door) == ("exported", "rest")
    report = import_path(rapport.store, rapport.store.principal(ADMIN), tmp_path / "account.csv", held_back_dir=tmp_path)
    assert {name: n for name, n in report.files[0].counts.items() if n} == {"unchanged": report.files[0].rows}


@pytest.mark.parametrize(("path", "status"), [("/api/export/spaceship", 422), ("/api/export/account?format=pdf", 422)])
def test_what_is_no_kind_or_format_is_said(signed_in: SignedIn, path: str, status: int) -> None:
    answer = signed_in(ADMIN).get(path)
    assert answer.status_code == status
    assert json.loads(answer.content)["detail"]


def test_a_merge_repeated_with_its_key_is_one_merge(signed_in: SignedIn) -> None:
    door = signed_in(ADMIN)
    ids = [each["id"] for each in door.get("/api/account?limit=3").json()["records"]]
    twice = [door.post("/api/account/merge", json={"ids": ids[:2]}, headers={"idempotency-key": "m-1"}) for _ in range(2)]
    assert twice[0].json()["id"] == twice[1].json()["id"]
    assert door.post("/api/account/merge", json={"ids": ids[1:]}, headers={"idempotency-key": "m-1"}).status_code == 409
