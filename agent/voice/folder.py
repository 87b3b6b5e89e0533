"""Recordings out of a folder: each file once, as soon as it is whole. Files are left where they are; beside one that failed stands why."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from agent.voice.ear import Ear, Outcome, Progress, Sent
from store.errors import RapportError
from store.rights import Principal
from store.unit import Store

log = logging.getLogger("rapport")
WHY = ".error.txt"  # behind the name of a file that failed
_State = tuple[int, int]  # size, time of the last change in nanoseconds
Told = Callable[[Path, Outcome | RapportError], None]


@dataclass
class Folder:
    """One person's folder. A file is taken when two looks in a row find it the same; one that failed is tried again when it changes."""

    ear: Ear
    place: Path
    sent: Sent = field(default_factory=Sent)
    _seen: dict[Path, _State] = field(default_factory=dict)
    _done: dict[Path, _State] = field(default_factory=dict)

    def look(self, principal: Principal, told: Told, *, progress: Callable[[Progress], None] | None = None) -> int:
        """Hear what is new; `told` is called for each file with what came of it. Returns how many were heard."""
        heard = 0
        for path, state in self._files():
            if self._done.get(path) == state:
                continue
            if self._seen.get(path) != state:
                self._seen[path] = state
                continue
            self._done[path] = state
            try:
                outcome = self._heard(principal, path, progress)
            except RapportError as error:
                _say_why(path, error)
                told(path, error)
                continue
            _say_why(path, None)
            if outcome is not None:
                told(path, outcome)
                heard += 1
        return heard

    def _files(self) -> list[tuple[Path, _State]]:
        found = list[tuple[Path, _State]]()
        if not self.place.is_dir():
            return found
        for path in sorted(self.place.iterdir()):
            passed = path.name.startswith((".", "~")) or path.name.endswith((".part", WHY))
            if path.is_file() and not path.is_symlink() and not passed:
                about = path.stat()
                found.append((path, (about.st_size, about.st_mtime_ns)))
        return found

    def _heard(self, principal: Principal, path: Path, progress: Callable[[Progress], None] | None) -> Outcome | None:
        """None for a file that was heard before, by this process or another."""
        self.ear.limits.check_size(path.stat().st_size)
        taken = self.ear.take_in(
            principal, path.read_bytes(), Sent(path.name, self.sent.account_id, self.sent.consent), door="folder", again=False
        )
        if taken.status == "done" and (taken.proposals or taken.conversation_id):
            return None
        outcome = None
        for step in self.ear.hear(principal, taken.id, door="folder"):
            if isinstance(step, Outcome):
                outcome = step
            elif progress:
                progress(step)
        return outcome


def _say_why(path: Path, error: RapportError | None) -> None:
    """Write what went wrong and what to do; nothing is left of it when all went well. A folder nobody may write to is heard all the same."""
    beside = path.with_name(path.name + WHY)
    try:
        if error is not None:
            beside.write_text("\n".join(filter(None, [error.message, error.hint])) + "\n", encoding="utf-8")
        else:
            beside.unlink(missing_ok=True)
    except OSError as failed:
        log.warning("%s: %s", beside, failed)


@dataclass
class Everybody:
    """A folder with a folder in it for each person, named by e-mail address: what the server watches."""

    store: Store
    ear: Ear
    place: Path
    _folders: dict[str, Folder] = field(default_factory=dict)

    def look(self) -> int:
        heard = 0
        for place in sorted(each for each in self.place.iterdir() if each.is_dir()) if self.place.is_dir() else ():
            try:
                principal = self.store.principal(place.name)  # each time: a role, a team, an account may change meanwhile
            except RapportError as error:
                if place.name not in self._folders:
                    log.warning("%s: %s", place, error)
                self._folders.setdefault(place.name, Folder(self.ear, place))
                continue
            folder = self._folders.setdefault(place.name, Folder(self.ear, place))
            heard += folder.look(principal, _log)
        return heard


def _log(path: Path, came: Outcome | RapportError) -> None:
    if isinstance(came, Outcome):
        log.info("%s: %d proposal(s)", path, len(came.answer.proposals))
    else:
        log.warning("%s: %s", path, came)
