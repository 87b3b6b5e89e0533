"""A recording as samples, decoded by a confined child process (`decoder_child.py`) from memory."""

import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from knowledge.voice.media import Media, media_of, stated_seconds
from knowledge.voice.transcript import Warning
from store.errors import InvalidInput, Unavailable

RATE = 16_000
_CHILD = Path(__file__).with_name("decoder_child.py")
_MEMORY = 700 * 2**20  # the decoder's own 300 to 400 MB of address space, and room for a file
_PIECE = 1 << 20
_CANCELLED = 0.1  # share of the channels' energy that is left in their sum: less, and they cancel each other out
_MISSING_S, _MISSING_SHARE = 0.25, 0.005  # a file is shorter than it says when this much of it is missing

Samples = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Limits:
    """What is taken. Beyond these a recording is refused, not cut."""

    minutes: float = 10.0
    megabytes: float = 25.0

    def check_size(self, size: int) -> None:
        if size > self.megabytes * 2**20:
            raise InvalidInput(
                f"The recording has {size / 2**20:.0f} MiB; the limit is {self.megabytes:g}.",
                hint="Send it in parts or compressed (MP3, Opus), or let an administrator raise RAPPORT_VOICE_LIMIT_MB.",
            )


@dataclass(frozen=True, slots=True)
class Sound:
    """Decoded sound: 16 kHz, mono once read. `stated_s`: the length the file claims."""

    media: Media
    seconds: float
    stated_s: float | None
    warnings: tuple[Warning, ...]
    _samples: npt.NDArray[np.int16]
    _channel: int | None  # one channel of two, None for their mean

    def read(self, start_s: float, end_s: float) -> Samples:
        """The samples between two moments, from -1 to 1."""
        piece = self._samples[round(start_s * RATE) : round(end_s * RATE)].astype(np.float32) / 32_768
        return np.ascontiguousarray(piece.mean(axis=1) if self._channel is None else piece[:, self._channel])


@contextmanager
def decoded(content: bytes, limits: Limits) -> Iterator[Sound]:
    """The sound of a recording, kept in a file without a name until the block ends.

    Raises InvalidInput for what is no recording, has no sound, or is larger or longer than the limits; Unavailable when the decoder
    cannot be run.
    """
    limits.check_size(len(content))
    media = media_of(content)
    with tempfile.TemporaryFile(prefix="rapport-sound-") as kept:
        told = _run(content, media, limits, kept)
        channels = int(told["channels"])
        size = kept.tell() // (2 * channels) * (2 * channels)
        if size == 0:
            raise _unreadable(told)
        samples: Any = np.memmap(kept, dtype=np.int16, mode="r", shape=(size // (2 * channels), channels))
        seconds = len(samples) / RATE
        stated = stated_seconds(content, media) or told["stated_s"]
        channel, warnings = _channel_of(samples), list[Warning]()
        if channel is not None and channels == 2:
            warnings.append("one_channel")
        if stated and stated - seconds > max(_MISSING_S, stated * _MISSING_SHARE):
            warnings.append("shorter_than_stated")
        if told["skipped"] or told["error"]:
            warnings.append("damaged")
        yield Sound(media, seconds, stated, tuple(warnings), samples, channel)
        del samples


def _run(content: bytes, media: Media, limits: Limits, kept: IO[bytes]) -> dict[str, Any]:
    """What the child told; its samples are in `kept`. Raises InvalidInput as soon as there are more than the limit."""
    seconds = limits.minutes * 60
    allowed = round(2 * 2 * RATE * seconds)  # two channels
    command = [sys.executable, "-I", str(_CHILD), media.container, str(_MEMORY + 2 * len(content)), str(30 + round(seconds / 10))]
    child = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd="/",
        env={"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PATH": ""},
    )  # fmt: skip
    if child.stdin is None or child.stdout is None or child.stderr is None:
        raise AssertionError("all three are pipes")
    feeding = threading.Thread(target=_feed, args=(child.stdin, content), daemon=True)
    listening = _Listener(child.stderr)
    feeding.start()
    listening.start()
    try:
        while piece := child.stdout.read(_PIECE):
            kept.write(piece)
            if kept.tell() > allowed:
                raise InvalidInput(
                    f"The recording is longer than {limits.minutes:g} minutes.",
                    hint="Send it in parts, or let an administrator raise RAPPORT_VOICE_MINUTES.",
                )
        child.wait()
    finally:
        child.kill()
        child.wait()
        feeding.join()
        listening.join()
        child.stdout.close()
        child.stderr.close()
    kept.flush()
    return _told(listening.said, child.returncode, kept.tell(), limits)


class _Listener(threading.Thread):
    """Reads standard error beside, so that neither side waits for the other; only its end is kept."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__(daemon=True)
        self._stream = stream
        self.said = b""

    def run(self) -> None:
        while piece := self._stream.read(_PIECE):
            self.said = (self.said + piece)[-65_536:]


def _feed(stream: IO[bytes], content: bytes) -> None:
    try:
        stream.write(content)
        stream.close()
    except BrokenPipeError:
        pass  # the child has gone; its standard error says why


def _told(said: bytes, status: int, size: int, limits: Limits) -> dict[str, Any]:
    lines = [line for line in said.splitlines() if line.startswith(b'{"channels"')]
    if lines:
        told: dict[str, Any] = json.loads(lines[-1])
        if told["channels"] == 1 and size > 2 * RATE * limits.minutes * 60:
            raise InvalidInput(
                f"The recording is longer than {limits.minutes:g} minutes.",
                hint="Send it in parts, or let an administrator raise RAPPORT_VOICE_MINUTES.",
            )
        return told
    if b"No module named" in said:
        raise Unavailable("The decoder is not installed.", hint="Run: pip install -e '.[voice]'.")
    raise InvalidInput(
        f"The recording cannot be decoded within its limits of memory and time (the decoder ended with {status}).",
        hint="Convert it to MP3 or WAV and send it again.",
    )


def _unreadable(told: dict[str, Any]) -> InvalidInput:
    if told["error"] == "no_sound":
        return InvalidInput("There is no sound in this file.", hint="It may be a video without a sound track; record the voice.")
    return InvalidInput(
        "The recording is damaged: nothing in it can be read.", hint="It may have been cut off while it was sent; send it again."
    )


def _channel_of(samples: npt.NDArray[np.int16]) -> int | None:
    """The channel to hear: the only one; None for the mean of two; the louder one where the two cancel each other out."""
    if samples.shape[1] == 1:
        return 0
    each, summed = np.zeros(2), 0.0
    for at in range(0, len(samples), 60 * RATE):
        piece = samples[at : at + 60 * RATE].astype(np.float64)
        each += (piece**2).sum(axis=0)
        summed += float((piece.mean(axis=1) ** 2).sum())
    cancelled = each.max() > 0 and summed < _CANCELLED * each.mean()
    return int(each.argmax()) if cancelled else None
