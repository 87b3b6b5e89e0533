"""Files in over REST: the five counts, what is held back, the gate, the limits."""

import csv
import io
from typing import Any

import openpyxl
import pytest
from fastapi.testclient import TestClient
from httpx import Response
from ui_company import ADMIN, ANNA, BEN, SignedIn

from agent.bootstrap import Rapport
from store import people
from store.importing.report import COUNTS
from ui.entrance import BODY_LIMIT, UPLOADS

ACCOUNTS = "name,city,annual_revenue,industry\nFjord Works,Oslo,1000.50,\nDrei Tannen 三棵松,Bern,,\nOdd One,Lima,lots,\n"


def send(client: TestClient, *files: tuple[str, str | bytes], query: str = "", **form: Any) -> Response:
    uploads = [("file", (name, content if isinstance(content, bytes) else content.encode())) for name, content in files]
    return client.post(f"/api/import{query}", files=uploads, data=form)


def accounts(client: TestClient) -> dict[str, Any]:
    return {each["name"]: each["fields"] for each in client.get("/api/account?limit=100").json()["records"]}


def test_every_row_is_accounted_for_and_the_rest_comes_back_to_be_mended(signed_in: SignedIn) -> None:
    anna = signed_in(ANNA)
    answer = send(anna, ("accounts.csv", ACCOUNTS), kind="account")
    report = answer.json()
    assert answer.status_code == 200
    assert (report["rows"], report["created"], report["held_back"], report["dry_run"]) == (3, 2, 1, False)
    assert sum(report[name] for name in COUNTS) == report["rows"]
    assert accounts(anna)["Drei Tannen 三棵松"]["city"] == "Bern"
    assert accounts(anna)["Fjord Works"]["annual_revenue"] == "1000.50"
    [file] = report["files"]
    assert (file["file"], file["kind"], file["held_back_rows"][0]["row"]) == ("accounts.csv", "account", 4)
    assert "/" not in file["held_back_file"]
    [held] = csv.DictReader(io.StringIO(file["held_back_csv"]))
    assert held["name"] == "Odd One"
    mended = send(anna, ("mended.csv", file["held_back_csv"].replace("lots", "7")), kind="account").json()
    assert (mended["rows"], mended["created"]) == (1, 1)
    again = send(anna, ("accounts.csv", ACCOUNTS.replace("lots", "7")), kind="account").json()
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 3)


@pytest.mark.parametrize(("query", "form"), [("", {"dry_run": "true"}), ("?dry_run=true", {}), ("?dry_run=false", {"dry_run": "1"})])
def test_a_dry_run_writes_nothing_however_it_is_asked_for(signed_in: SignedIn, query: str, form: dict[str, str]) -> None:
    anna = signed_in(ANNA)
    before = accounts(anna)
    report = send(anna, ("accounts.csv", ACCOUNTS), query=query, kind="account", **form).json()
    assert (report["dry_run"], report["created"], len(report["files"][0]["preview"])) == (True, 2, 2)
    assert accounts(anna) == before


def test_a_mapping_says_what_the_columns_are(signed_in: SignedIn) -> None:
    anna = signed_in(ANNA)
    mapping = "kind: account\ncolumns: {Firma: name, Ort: city}\nconstants: {country: Norway}\n"
    report = send(anna, ("firmen.csv", "Firma;Ort\nNordlicht;Tromsø\n"), mapping=mapping).json()
    assert report["created"] == 1
    assert (accounts(anna)["Nordlicht"]["city"], accounts(anna)["Nordlicht"]["country"]) == ("Tromsø", "Norway")
    refused = send(anna, ("firmen.csv", "Firma\nX\n"), mapping="columns: [")
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid-input")


def test_several_files_come_in_together_in_the_order_they_need(signed_in: SignedIn) -> None:
    anna = signed_in(ANNA)
    report = send(
        anna, ("contacts.csv", "name,account,email\nKim,New Firm,kim@new.example\n"), ("accounts.csv", "name,city\nNew Firm,Bonn\n")
    ).json()
    assert (report["rows"], report["created"]) == (2, 2)
    assert anna.get("/api/contact?account=New Firm").json()["total"] == 1


def test_fields_and_people_are_made_only_when_asked_and_only_by_an_administrator(signed_in: SignedIn) -> None:
    file = ("accounts.csv", "name,shoe_size,owner\nGrand Corp,44,pat@new.example\n")
    assert send(signed_in(ADMIN), file, kind="account").json()["held_back"] == 1
    refused = send(signed_in(ANNA), file, kind="account", create_fields="true", create_users="true")
    assert refused.status_code == 403
    made = send(signed_in(ADMIN), file, kind="account", create_fields="true", create_users="true").json()
    assert (made["created"], made["files"][0]["fields_created"][0]["name"]) == (1, "shoe_size")
    assert accounts(signed_in(ADMIN))["Grand Corp"]["shoe_size"] == "44" or accounts(signed_in(ADMIN))["Grand Corp"]["shoe_size"] == 44


def test_what_a_file_is_is_told_by_its_content(signed_in: SignedIn) -> None:
    book, target = openpyxl.Workbook(), io.BytesIO()
    for row in (["name", "city"], ["Sheet Corp", "Rome"]):
        book.active.append(row)
    book.save(target)
    assert send(signed_in(ANNA), ("looks-like.csv", target.getvalue()), kind="account").json()["created"] == 1
    for content in (b"\x7fELF\x02\x01\x01" + b"\0" * 200, b"%PDF-1.7\n%\xe2\xe3\n", b"", b"PK\x03\x04 no zip"):
        refused = send(signed_in(ANNA), ("accounts.csv", content), kind="account")
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid-input"), content


@pytest.mark.parametrize(
    "name", ["../../accounts.csv", "/etc/accounts.csv", "..\\..\\accounts.csv", "", "a" * 300 + ".csv", "x\x00y.csv", ".csv"]
)
def test_a_file_name_is_no_path(signed_in: SignedIn, name: str) -> None:
    answer = send(signed_in(ANNA), (name, "name,city\nPathless,Riga\n"), kind="account", dry_run="true")
    assert answer.status_code in (200, 422)
    if answer.status_code == 200:
        assert not {"/", "\\"} & set(answer.json()["files"][0]["file"])


def test_files_may_be_larger_than_other_bodies_up_to_the_setting(signed_in: SignedIn, rapport: Rapport) -> None:
    anna = signed_in(ANNA)
    large = "name,description\n" + "".join(f"Big {n},{'x' * 9_000}\n" for n in range(150))
    assert len(large) > BODY_LIMIT
    assert send(anna, ("large.csv", large), kind="account", dry_run="true").json()["created"] == 150
    object.__setattr__(rapport.settings, "upload_limit_mb", 1)
    refused = send(anna, ("large.csv", large), kind="account")
    assert (refused.status_code, "1 MiB" in refused.json()["detail"]) == (422, True)
    assert send(anna, ("large.csv", large + large), kind="account").status_code == 413
    assert anna.post("/api/chat", json={"text": "x" * BODY_LIMIT}).status_code == 413
    assert "/api/import" in UPLOADS


def test_an_import_stays_within_rights_and_can_be_undone(signed_in: SignedIn, rapport: Rapport) -> None:
    ben, anna = signed_in(BEN), signed_in(ANNA)
    report = send(ben, ("accounts.csv", "name,city,owner\nHalden Shipping,Paris,ben@firm.example\n"), kind="account").json()
    assert report["created"] == 1  # Anna's, of the same name, he does not see
    assert accounts(anna)["Halden Shipping"].get("city") != "Paris"
    [proposal] = report["files"][0]["proposal_ids"]
    undone = ben.post(f"/api/proposals/{proposal}/undo").json()
    assert undone["status"] == "applied"
    assert "Halden Shipping" not in accounts(ben)
    with rapport.store.database.writing() as session:
        user = rapport.store.principal(ANNA).user_id
        token = people.issue_token(session, rapport.settings, user, kind="bearer", read_only=True)
    reading = TestClient(anna.app, base_url="http://rapport.test", headers={"authorization": f"Bearer {token}"})
    assert send(reading, ("accounts.csv", "name\nNo\n"), kind="account").status_code == 403
