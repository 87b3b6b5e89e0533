"""Runs alone, in a process of its own: sound from standard input as 16 kHz samples on standard output.

Started by `decoding.py` as a script, with nothing of ours importable and these limits: memory, processor time, no file can be opened
or written once the decoder is loaded. What kind of file it is was decided before, so a playlist named .wav is never followed.

argv: container format, memory limit in bytes, processor seconds. Output: samples, signed 16 bit, one or two channels interleaved;
on standard error one line of JSON: {"channels", "stated_s", "skipped", "error"}. "error" is "no_sound" or "unreadable".
"""

import importlib
import io
import json
import os
import pkgutil
import resource
import sys
from typing import Any

import av
import numpy as np

RATE = 16_000
MOST_BROKEN = 1_000  # packets in a row nobody can read: the rest is not worth trying


def main() -> None:
    kind, memory, seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    content = io.BytesIO(sys.stdin.buffer.read())
    for module in pkgutil.walk_packages(av.__path__, "av."):  # some are loaded when first needed, and no file can be opened then
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    _confine(memory, seconds)
    told: dict[str, Any] = {"channels": 1, "stated_s": None, "skipped": 0, "error": ""}
    try:
        _decode(content, kind, told)
    except (av.error.FFmpegError, ValueError, IndexError, MemoryError) as error:
        told["error"] = told["error"] or "unreadable"
        told["detail"] = f"{type(error).__name__}: {error}"[:200]
    except BrokenPipeError:
        os._exit(0)  # they have heard enough
    sys.stderr.write(json.dumps(told) + "\n")


def _confine(memory: int, seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))  # standard input, output and error are open; no other file can be


def _decode(content: io.BytesIO, kind: str, told: dict[str, Any]) -> None:
    with av.open(content, mode="r", format=kind, metadata_errors="ignore") as container:
        if not container.streams.audio:
            told["error"] = "no_sound"
            return
        stream = container.streams.audio[0]
        told["channels"] = 1 if stream.channels == 1 else 2
        told["stated_s"] = container.duration / av.time_base if container.duration else None
        resampler = av.AudioResampler(format="s16", layout="mono" if told["channels"] == 1 else "stereo", rate=RATE)
        for frame in _frames(container, stream, told):
            frame.pts = None
            _write(resampler.resample(frame))
        _write(resampler.resample(None))


def _frames(container: Any, stream: Any, told: dict[str, Any]) -> Any:
    """Frame by frame, what cannot be read counted and left out."""
    broken = 0
    packets = container.demux(stream)
    while broken < MOST_BROKEN:
        try:
            packet = next(packets)
            yield from packet.decode()
            broken = 0
        except StopIteration:
            return
        except av.error.FFmpegError:
            told["skipped"] += 1
            broken += 1


def _write(frames: Any) -> None:
    for frame in frames:
        sys.stdout.buffer.write(np.ascontiguousarray(frame.to_ndarray()).tobytes())


if __name__ == "__main__":
    main()
