"""`rapport merge`, `handover` and `policy`, and merging over REST."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from data_folders import copied
from ui_company import ADMIN, ANNA, BEN, SAM, SignedIn

from ui.cli import main
from ui.cli.terminal import DONE, FAILED, REFUSED

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def command(furnished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """`rapport("merge", …)` in this process: exit status, standard output, standard error."""
    monkeypatch.setenv("RAPPORT_HOME", str(copied(furnished, tmp_path / "command-home")))
    monkeypatch.setenv("RAPPORT_TODAY", "2026-11-21")

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["rapport", *words])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return int(str(ended.value.code)), said.out, said.err

    return run


def names(client: Any, entity: str = "account") -> dict[str, str]:
    return {each["name"]: each["id"] for each in client.get(f"/api/{entity}?limit=100").json()["records"]}


def test_policy_by_command(command: Run) -> None:
    assert command("policy", "set", "rep", "task", "create", "--auto", "--as", ADMIN)[0] == DONE
    assert "at once" in command("policy", "list", "--as", ADMIN)[1]
    refused = command("policy", "set", "rep", "account", "delete", "--auto", "--as", ADMIN)
    assert (refused[0], "never approved by policy" in refused[2]) == (REFUSED, True)
    assert command("policy", "set", "rep", "task", "create", "--as", ANNA)[0] == REFUSED
    asked = command("ask", "remind me to call Halden tomorrow", "--as", ANNA, "--approve")
    assert asked[0] == DONE, asked
    assert command("audit", "verify")[0] == DONE


def test_handover_by_command(command: Run) -> None:
    first = command("handover", ANNA, BEN, "--as", ADMIN, "--entities", "lead", "--approve")
    assert first[0] == DONE, first
    assert command("handover", ANNA, BEN, "--as", ADMIN, "--approve")[0] == DONE
    empty = command("handover", ANNA, BEN, "--as", ADMIN)
    assert (empty[0], "Nothing was proposed" in empty[1]) == (DONE, True)
    assert command("handover", BEN, ANNA, "--as", SAM)[0] == REFUSED
    assert command("handover", BEN, "nobody@firm.example", "--as", ADMIN)[0] == FAILED


def test_merge_over_rest_and_by_command(signed_in: SignedIn, command: Run) -> None:
    boss = signed_in(ADMIN)
    ids = list(names(boss).values())[:3]
    proposal = boss.post("/api/account/merge", json={"ids": ids[:2], "survivor": ids[0]})
    assert (proposal.status_code, proposal.json()["operation"], proposal.json()["status"]) == (202, "merge", "pending")
    done = boss.post("/api/account/merge?approve=true", json={"ids": ids[:2], "survivor": ids[0], "values": {"city": "Oslo"}})
    assert (done.status_code, done.json()["status"]) == (200, "applied")
    assert boss.get(f"/api/account/{ids[0]}").json()["fields"]["city"] == "Oslo"
    assert boss.get(f"/api/account/{ids[1]}").status_code == 404
    late = boss.post(f"/api/proposals/{proposal.json()['id']}/approve")
    assert late.json()["status"] == "conflict"
    assert "merged by" in late.json()["note"]
    assert boss.post(f"/api/proposals/{done.json()['id']}/undo").status_code == 200
    assert boss.get(f"/api/account/{ids[1]}").status_code == 200
    assert boss.post("/api/account/merge", json={"ids": ids[:1]}).status_code == 422
    assert boss.post("/api/account/merge", json={"ids": [ids[0], "none"]}).status_code == 404
    first, second = list(names(boss))[:2]
    code, out, err = command("merge", "account", first, second, "--survivor", first, "--as", ADMIN, "--approve", "--json")
    assert (code, '"status": "applied"' in out) == (DONE, True), err
    assert command("merge", "account", first, "No such firm", "--as", ADMIN)[0] == FAILED
