"""Recordings through every door: the command, REST, a folder. One hearing behind them all; nobody hears another's."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from scripted_ear import ScriptedEar, all_of_it
from sounds import encoded, tone, wav
from ui_company import ANNA, BEN, SignedIn

from agent.bootstrap import Rapport
from agent.voice.ear import Ear, Outcome
from agent.voice.folder import Everybody, Folder
from store import gate, recordings
from store.errors import RapportError
from ui.cli import main

NOTE = "Called Halden Shipping. They want forty units."


def scripted(rapport: Rapport, says: Sequence[str | Exception]) -> Rapport:
    rapport.ear = Ear(rapport.store, rapport.assistant, ScriptedEar(list(says)), find=all_of_it)
    return rapport


def sent(client: TestClient, content: bytes, *, name: str = "note.wav", **form: Any) -> Any:
    headers = form.pop("headers", {})
    return client.post("/api/voice", files={"file": (name, content)}, data=form, headers=headers)


def test_a_note_over_rest_is_prepared_shown_played_and_deleted(rapport: Rapport, signed_in: SignedIn) -> None:
    anna = signed_in(ANNA)
    scripted(rapport, [NOTE])
    content = encoded("webm", 5)
    answer = sent(anna, content, name="blob").json()
    assert [(each["status"], each["type"]) for each in answer["proposals"]] == [("pending", "activity")]
    assert answer["transcript"]["text"] == NOTE
    recording = answer["recording"]
    assert (recording["media_type"], recording["status"], recording["consent"]) == ("audio/webm", "done", "own")
    assert [each["id"] for each in anna.get("/api/voice").json()["recordings"]] == [recording["id"]]
    shown = anna.get(f"/api/voice/{recording['id']}").json()
    assert shown["transcript"]["words"][0]["text"] == "Called"
    part = anna.get(f"/api/voice/{recording['id']}/sound", headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content, part.headers["content-type"]) == (206, content[10:20], "audio/webm")
    for path in ("", "/sound"):
        assert signed_in(BEN).get(f"/api/voice/{recording['id']}{path}").status_code == 404
    assert signed_in(BEN).delete(f"/api/voice/{recording['id']}").status_code == 404
    assert anna.delete(f"/api/voice/{recording['id']}").status_code == 200
    assert anna.get(f"/api/voice/{recording['id']}").status_code == 404
    assert list((rapport.settings.home / "recordings").iterdir()) == []


def test_approving_by_the_way_and_the_customer_by_name(rapport: Rapport, signed_in: SignedIn) -> None:
    anna = signed_in(ANNA)
    scripted(rapport, ["They want forty units."])
    answer = sent(anna, wav(tone(4)), account="Halden Shipping", approve="true", consent="given").json()
    assert [(each["status"], each["changes"][0]["after"]["account"]) for each in answer["proposals"]] == [("applied", "Halden Shipping")]
    assert answer["recording"]["consent"] == "given"
    assert sent(anna, wav(tone(4)), account="Nobody Ltd").status_code == 404
    assert sent(anna, wav(tone(4)), account="Costa | Foods").status_code == 404  # Ben's


def test_events_tell_how_far_it_is(rapport: Rapport, signed_in: SignedIn) -> None:
    anna = signed_in(ANNA)
    scripted(rapport, ["They want", "forty units."])
    text = sent(anna, wav(tone(40)), headers={"Accept": "text/event-stream"}).text
    events = [(block.split("\n")[0][7:], json.loads(block.split("\n")[1][6:])) for block in text.strip().split("\n\n")]
    assert [name for name, _ in events] == ["progress", "progress", "progress", "done"]
    assert [data["heard_s"] for name, data in events if name == "progress"] == [0.0, 20.0, 40.0]
    assert events[-1][1]["transcript"]["text"] == "They want forty units."


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        (b"", 422, "empty"), (b"#EXTM3U\n/etc/passwd\n", 422, "list that points"), (b"\x89PNG\r\n\x1a\n" + bytes(40), 422, "picture"),
        (b"fLaC" + bytes(50), 422, "damaged"), (bytes(27 * 2**20), 413, "larger"),
    ],
)  # fmt: skip
def test_what_cannot_be_heard_is_a_problem_that_says_why(
    rapport: Rapport, signed_in: SignedIn, content: bytes, status: int, said: str
) -> None:
    scripted(rapport, [])
    answer = sent(signed_in(ANNA), content)
    assert answer.status_code == status
    assert said in answer.json()["detail"]
    assert answer.json()["hint"]


def test_strangers_send_nothing(stranger: TestClient) -> None:
    assert sent(stranger, wav(tone(1))).status_code == 401


def test_the_command(rapport: Rapport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("ui.cli.voice.built", lambda: scripted(rapport, [NOTE]))
    monkeypatch.setattr(rapport, "close", lambda: None)
    path = tmp_path / "a note.wav"
    path.write_bytes(wav(tone(4)))

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["rapport", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return int(str(ended.value.code)), out, err

    code, out, _ = run("voice", str(path), "--as", ANNA, "--approve", "--json")
    told = json.loads(out)
    assert (code, told["proposals"][0]["status"], told["recording"]["name"]) == (0, "applied", "a note.wav")
    code, out, _ = run("voice", str(path), "--as", ANNA)  # again: what came of it
    assert (code, NOTE in out, told["proposals"][0]["id"] in out) == (0, True, True)
    assert run("voice", str(tmp_path / "none.wav"), "--as", ANNA)[0] == 1
    assert run("voice", "--as", ANNA)[0] == 2
    (tmp_path / "text.wav").write_text("Dear Sir")
    code, _, err = run("voice", str(tmp_path / "text.wav"), "--as", ANNA)
    assert (code, "it is text" in err) == (1, True)


def test_a_folder_is_heard_once_when_its_files_are_whole(rapport: Rapport, tmp_path: Path) -> None:
    scripted(rapport, [NOTE, "A second note."])
    anna, seen = rapport.store.principal(ANNA), list[tuple[str, str]]()

    def told(path: Path, came: Outcome | RapportError) -> None:
        seen.append((path.name, came.transcript.text if isinstance(came, Outcome) else came.message))

    folder = Folder(rapport.ear, tmp_path)
    whole = wav(tone(4))
    (tmp_path / "one.wav").write_bytes(whole[:5_000])
    assert folder.look(anna, told) == 0
    (tmp_path / "one.wav").write_bytes(whole)  # still being copied at the first look
    (tmp_path / "list.wav").write_text("ffconcat version 1.0\nfile '/etc/passwd'\n")
    (tmp_path / ".hidden.wav").write_bytes(whole)
    (tmp_path / "link.wav").symlink_to(tmp_path / "one.wav")
    assert folder.look(anna, told) == 0
    assert folder.look(anna, told) == 1
    assert sorted(seen)[1] == ("one.wav", NOTE)
    assert "list that points" in sorted(seen)[0][1]
    assert "list that points" in (tmp_path / "list.wav.error.txt").read_text("utf-8")
    assert folder.look(anna, told) + folder.look(anna, told) == 0
    assert len(seen) == 2  # the reason beside the file is no note
    (tmp_path / "list.wav").write_bytes(wav(tone(6)))  # mended
    folder.look(anna, told)
    assert folder.look(anna, told) == 1
    assert not (tmp_path / "list.wav.error.txt").exists()
    restarted = Folder(rapport.ear, tmp_path)
    restarted.look(anna, told)
    assert restarted.look(anna, told) == 0
    assert {path.name for path in tmp_path.iterdir()} >= {"one.wav", "list.wav"}
    with rapport.store.reading(anna) as unit:
        assert len(gate.pending(unit)) == 2


def test_the_watched_folder_of_the_server_has_a_folder_for_each_person(rapport: Rapport, tmp_path: Path) -> None:
    scripted(rapport, [NOTE])
    for name in (ANNA, "nobody@firm.example"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "n.wav").write_bytes(wav(tone(3)))
    everybody = Everybody(rapport.store, rapport.ear, tmp_path)
    assert everybody.look() + everybody.look() + everybody.look() == 1
    with rapport.store.reading(rapport.store.principal(ANNA)) as unit:
        assert [each.name for each in recordings.listed(unit)] == ["n.wav"]
    assert os.listdir(tmp_path / ANNA) == ["n.wav"]
