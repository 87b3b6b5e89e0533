"""Files somebody dropped and has not decided about: kept for an hour, for them alone, outside anything that is served."""

import secrets
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from store.errors import NotFound
from store.settings import Settings

KEPT_S = 3600.0
FOLDER = "dropped"


@dataclass(frozen=True, slots=True)
class HeldFile:
    user_id: str
    name: str
    path: Path
    at: float


class HeldFiles:
    """By a name nobody can guess; whose it is is asked all the same."""

    def __init__(self) -> None:
        self._files: dict[str, HeldFile] = {}
        self._lock = Lock()

    def keep(self, settings: Settings, user_id: str, name: str, content: bytes) -> str:
        self.forget_old(settings)
        given = secrets.token_hex(16)
        place = settings.home / FOLDER / given
        place.mkdir(mode=0o700, parents=True)
        (place / "file").write_bytes(content)
        with self._lock:
            self._files[given] = HeldFile(user_id, name, place / "file", time.monotonic())
        return given

    def get(self, user_id: str, given: str) -> HeldFile:
        """Raises NotFound for one that is gone, and for somebody else's alike."""
        with self._lock:
            found = self._files.get(given)
        if found is None or found.user_id != user_id or time.monotonic() - found.at > KEPT_S:
            raise NotFound("This file is not kept any more.", hint="Choose it again.")
        return found

    def forget_old(self, settings: Settings) -> None:
        """What is too old, and what an earlier process left behind."""
        with self._lock:
            old = [given for given, each in self._files.items() if time.monotonic() - each.at > KEPT_S]
            for given in old:
                del self._files[given]
            known = set(self._files)
        place = settings.home / FOLDER
        for each in place.iterdir() if place.is_dir() else ():
            if each.name not in known and time.time() - each.stat().st_mtime > KEPT_S:
                shutil.rmtree(each, ignore_errors=True)
