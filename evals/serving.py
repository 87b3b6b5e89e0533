"""A program of ours in a process of its own, on a free port of this machine: started, waited for, ended."""

import os
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PATIENCE_S = 120.0


class NotReady(Exception):
    """It ended, or took too long; the message is what it said last."""


@dataclass(frozen=True, slots=True)
class Server:
    """`ready_s`: from the start until it answered."""

    address: str
    pid: int
    ready_s: float

    def busy(self) -> float:
        """Seconds its process has worked, where /proc tells."""
        try:
            parts = Path(f"/proc/{self.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        except OSError:
            return 0.0
        return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def serving(command: Sequence[str], environment: Mapping[str, str], *, ready: str = "/readyz", cwd: Path | None = None) -> Iterator[Server]:
    """`command` with the port put where it says PORT. Its own environment only: nothing of ours leaks into it."""
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    started = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        words = [str(port) if word == "PORT" else word for word in command]
        process = subprocess.Popen(words, env=dict(environment), cwd=cwd, stdout=subprocess.DEVNULL, stderr=said)
        try:
            while not _answers(address + ready):
                if process.poll() is not None or time.perf_counter() - started > PATIENCE_S:
                    said.seek(0)
                    raise NotReady(said.read().decode("utf-8", "replace").strip()[-200:] or f"not ready in {PATIENCE_S:.0f} s")
                time.sleep(0.05)
            yield Server(address, process.pid, time.perf_counter() - started)
        finally:
            _end(process)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
