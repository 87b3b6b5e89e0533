"""`rapport voice`, `rapport recordings` and `rapport models`."""

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from agent.bootstrap import Rapport
from agent.voice.ear import Outcome, Progress, Sent
from agent.voice.folder import Folder
from knowledge.voice import models
from store import recordings
from store.errors import InvalidInput, RapportError
from store.rights import Principal
from tools import naming
from ui.cli.asking import As, Brain, Json, approve_all, built, code_of, show_answer
from ui.cli.terminal import DONE, hint, opened, person, print_json, progress, say, settings, table

WATCH_SECONDS = 2.0
ACTIONS = ("list", "show", "delete")


def register(app: typer.Typer) -> None:
    app.command("voice")(voice)
    app.command("recordings")(recordings_)
    app.command("models")(models_)


def voice(
    as_: As,
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="A recording: WAV, MP3, M4A, OGG, Opus, WebM or FLAC; or a typed note, .txt.")
    ] = None,
    account: Annotated[str | None, typer.Option(help="The account it is about; told from the words when absent.")] = None,
    approve: Annotated[bool, typer.Option("--approve", help="Also approve what is proposed, where you may.")] = False,
    consent: Annotated[str, typer.Option(help="own: nobody else is heard; given: others are, and agreed; unknown.")] = "own",
    watch: Annotated[Path | None, typer.Option(help="Hear every recording that comes into this folder, until stopped.")] = None,
    brain: Brain = None,
    as_json: Json = False,
) -> int:
    """Hear a recording: a note is prepared for approval, a short question is answered."""
    if (file is None) == (watch is None):
        raise typer.BadParameter("give a FILE, or --watch and a folder")
    rapport = built()
    try:
        principal = person(rapport.store, as_)
        sent = Sent(file.name if file else "", _account(rapport, principal, account), consent)
        if watch is not None:
            return _watch(rapport, principal, Folder(rapport.ear, watch, sent), approve=approve, as_json=as_json)
        outcome = _heard(rapport, principal, _content(rapport, file or Path()), sent, brain)
        return _shown(rapport, principal, outcome, approve=approve, as_json=as_json)
    finally:
        rapport.close()


def _account(rapport: Rapport, principal: Principal, name: str | None) -> str | None:
    if not name:
        return None
    with rapport.store.reading(principal) as unit:
        return naming.record_id(unit, "account", name)


def _content(rapport: Rapport, file: Path) -> bytes:
    if not file.is_file():
        raise InvalidInput(f"There is no file {str(file)!r}.", hint="Check the path.")
    rapport.ear.limits.check_size(file.stat().st_size)  # before it is read
    return file.read_bytes()


def _heard(rapport: Rapport, principal: Principal, content: bytes, sent: Sent, brain: str | None) -> Outcome:
    taken = rapport.ear.take_in(principal, content, sent)
    for step in rapport.ear.hear(principal, taken.id, brain=brain):
        if isinstance(step, Outcome):
            return step
        _tell(step)
    raise RuntimeError("hearing ended without an outcome")


def _tell(step: Progress) -> None:
    progress("heard, seconds", round(step.heard_s), round(step.total_s) or 1)


def _shown(rapport: Rapport, principal: Principal, outcome: Outcome, *, approve: bool, as_json: bool) -> int:
    code = DONE
    if approve and outcome.answer.proposals:
        code = approve_all(rapport.store, principal, outcome.answer.proposals)
        rapport.index.read_words()
    code = code or code_of(outcome.answer)
    if as_json:
        print_json(outcome.to_json())
    else:
        show_answer(outcome.answer)
    return code


def _watch(rapport: Rapport, principal: Principal, folder: Folder, *, approve: bool, as_json: bool) -> int:
    if not folder.place.is_dir():
        raise InvalidInput(f"There is no folder {str(folder.place)!r}.", hint="Make it first.")

    def told(path: Path, came: Outcome | RapportError) -> None:
        if isinstance(came, Outcome):
            hint(f"{path.name}:")
            _shown(rapport, principal, came, approve=approve, as_json=as_json)
        else:
            hint(f"rapport: {path.name}: {came}")

    hint(f"Hearing what comes into {folder.place}. Ctrl-C ends it.")
    try:
        while True:
            folder.look(principal, told, progress=_tell)
            time.sleep(WATCH_SECONDS)
    except KeyboardInterrupt:
        return DONE


def recordings_(
    action: Annotated[str, typer.Argument(help="list, show or delete.")] = "list",
    recording_id: Annotated[str | None, typer.Argument(metavar="ID")] = None,
    as_: Annotated[str | None, typer.Option("--as", help="Your e-mail address.")] = None,
    as_json: Json = False,
) -> int:
    """Your recordings and what was heard in them. Deleting one deletes its sound and its words for good."""
    if action not in ACTIONS:
        raise typer.BadParameter(f"{action!r} is not one of {', '.join(ACTIONS)}")
    with opened() as store:
        principal = person(store, as_)
        recordings.forget_old_sounds(store)
        if action == "list":
            with store.reading(principal) as unit:
                found = [each.to_json() for each in recordings.listed(unit)]
            if as_json:
                print_json(found)
            else:
                table(
                    ["id", "status", "name", "seconds", "kept"],
                    [[r["id"], r["status"], r["name"], _s(r["decoded_s"]), r["kept"]] for r in found],
                )
            return DONE
        if not recording_id:
            raise InvalidInput(f"Which recording should I {action}?", hint="Give its ID; `rapport recordings list` shows them.")
        if action == "delete":
            gone = recordings.delete(store, principal, recording_id)
            return _deleted(gone.to_json(), as_json)
        with store.reading(principal) as unit:
            shown = {**recordings.get(unit, recording_id).to_json(), "transcript": recordings.transcript(unit, recording_id)}
    if as_json:
        print_json(shown)
    else:
        say(f"{shown['name']}, {_s(shown['decoded_s'])} s\n\n{shown['transcript']['text']}")
    return DONE


def _deleted(gone: dict[str, Any], as_json: bool) -> int:
    if as_json:
        print_json(gone)
    else:
        say(f"Deleted for good: {gone['name']}. What was approved out of it stays.")
    return DONE


def _s(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:.0f}"


def models_(
    action: Annotated[str, typer.Argument(help="list or get.")] = "list",
    name: Annotated[str | None, typer.Argument(metavar="NAME")] = None,
    as_json: Json = False,
) -> int:
    """Speech models: which are here, and fetching one by name. Nothing is fetched unless you ask for it here."""
    if action not in {"list", "get"}:
        raise typer.BadParameter(f"{action!r} is not list or get")
    config = settings()
    if action == "get":
        if not name:
            raise InvalidInput("Which model should I get?", hint="`rapport models list` names them.")
        say(f"{name} is in {models.get(config, name)}.")
        return DONE
    states = models.states(config)
    if as_json:
        print_json([{part: getattr(each, part) for part in each.__slots__} for each in states])
    else:
        table(
            ["model", "ready", "licence", "about", "how to get it"],
            [[s.name, "yes" if s.ready else "no", s.licence, s.about, s.mend] for s in states],
        )
        say(f"\nIn use: {config.voice_model} (RAPPORT_VOICE_MODEL)")
    return DONE
