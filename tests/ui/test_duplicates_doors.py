"""Duplicates over REST and on the command line."""

import json
import sys
from pathlib import Path

import pytest
from data_folders import copied
from ui_company import ADMIN, ANNA, BEN, SignedIn

from ui.cli import main


def test_over_rest(signed_in: SignedIn) -> None:
    anna, ben = signed_in(ANNA), signed_in(BEN)
    ids = {
        anna.post("/api/lead?approve=true", json={"name": name, "email": "lena@falk.example"}).json()["changes"][0]["id"]
        for name in ("Lena Falk", "Falk, Lena")
    }
    assert anna.post("/api/duplicates/find?entity=lead").json()["open"] == 1
    answer = anna.get("/api/duplicates?entity=lead").json()
    [pair] = answer["duplicates"]
    assert answer["total"] == 1
    assert {each["id"] for each in pair["records"]} == ids
    assert "same e-mail" in [each["text"] for each in pair["reasons"]]
    assert ben.get("/api/duplicates").json() == {"total": 0, "duplicates": []}
    assert ben.post(f"/api/duplicates/{pair['id']}/merge").status_code == 404
    assert anna.get("/api/duplicates?entity=task").status_code == 422
    proposed = anna.post(f"/api/duplicates/{pair['id']}/merge", json={"survivor": min(ids)})
    assert (proposed.status_code, proposed.json()["operation"], proposed.json()["status"]) == (202, "merge", "pending")
    assert anna.post(f"/api/duplicates/{pair['id']}/merge").status_code == 409
    anna.post(f"/api/proposals/{proposed.json()['id']}/reject")
    assert anna.post(f"/api/duplicates/{pair['id']}/dismiss").json()["status"] == "dismissed"
    assert anna.get("/api/duplicates").json()["total"] == 0


def test_on_the_command_line(furnished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("RAPPORT_HOME", str(copied(furnished, tmp_path / "home")))
    (tmp_path / "accounts.csv").write_text("key,name,website\na1,Zeta GmbH,zeta.example\na2,Beta GmbH,beta.example\n")
    (tmp_path / "more.json").write_text(json.dumps([{"key": "a2", "name": "Zeta", "website": "www.zeta.example"}]))

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["rapport", *words, "--as", ADMIN])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return int(str(ended.value.code)), said.out, said.err

    for file in ("accounts.csv", "more.json"):
        assert run("import", str(tmp_path / file), "--kind", "account")[0] == 0
    assert "1 open pairs, 1 of them new" in run("duplicates", "find")[1]
    listed = json.loads(run("duplicates", "list", "--json")[1])
    [pair] = listed["duplicates"]
    assert {each["key"] for each in pair["records"]} == {"a1", "a2"}
    assert "same website" in run("duplicates")[1]
    code, _, said = run("duplicates", "merge")
    assert (code, "Which pair" in said) == (1, True)
    assert run("duplicates", "melt")[0] == 2
    assert run("duplicates", "dismiss", "nothing")[0] == 1
    merged = json.loads(run("duplicates", "merge", pair["id"], "--approve", "--json")[1])
    assert merged["status"] == "applied"
    assert "0 open" in run("duplicates", "list")[1]
    assert run("duplicates", "rebuild")[0] == 0
