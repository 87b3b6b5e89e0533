"""The sound of recordings: files in `recordings` of the data folder, read by nobody but the account the program runs under.

They are not in the database: a file that is deleted is gone, without a copy in a backup of the records.
"""

import os
import secrets
import time
from pathlib import Path

from store.errors import NotFound, Unavailable
from store.settings import Settings

FOLDER = "recordings"
STRAY_S = 24 * 3600


def folder(settings: Settings) -> Path:
    return settings.home / FOLDER


def keep(settings: Settings, content: bytes) -> str:
    """Write it; returns the name to find it by. Raises Unavailable when the disk is full."""
    place = folder(settings)
    name = secrets.token_hex(16)
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = place / f"{name}.part"
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as written:
            written.write(content)
            written.flush()
            os.fsync(written.fileno())
        part.rename(place / name)
    except OSError as error:
        raise Unavailable(f"The recording cannot be kept: {error.strerror}.", hint=f"Look at {place} and the space on its disk.") from error
    return name


def read(settings: Settings, name: str | None) -> bytes:
    """Raises NotFound for a sound that is not kept (any more)."""
    path = where(settings, name)
    return path.read_bytes()


def where(settings: Settings, name: str | None) -> Path:
    path = folder(settings) / (name or "-")
    if not name or not path.is_file():
        raise NotFound(
            "The sound of this recording is not kept any more.", hint="Its transcript is; RAPPORT_VOICE_KEEP_DAYS says how long."
        )
    return path


def forget(settings: Settings, name: str | None) -> None:
    if name:
        (folder(settings) / name).unlink(missing_ok=True)


def forget_strays(settings: Settings, kept: set[str]) -> None:
    """Files no recording knows: a process ended between writing one and saying so. Not those of today, which may be about to be known."""
    place = folder(settings)
    for path in place.iterdir() if place.is_dir() else ():
        if path.name not in kept and time.time() - path.stat().st_mtime > STRAY_S:
            path.unlink(missing_ok=True)
