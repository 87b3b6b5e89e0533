"""`rapport serve` ends when it is told to, although a page is open whose connection never ends by itself."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep

import httpx
from data_folders import copied
from ui_company import ANNA, PASSWORD

READY_S, END_S = 90.0, 25.0


def test_a_page_that_listens_does_not_hold_the_server(furnished: Path, tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "RAPPORT_HOME": str(copied(furnished, tmp_path / "home")), "RAPPORT_TODAY": "2026-11-21"}
    command = [str(Path(sys.executable).with_name("rapport")), "serve", "--port", str(port)]
    said = tmp_path / "said"
    with said.open("wb") as errors:
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=errors)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as page:
            _ready(page, process)
            assert page.post("/api/session", json={"email": ANNA, "password": PASSWORD}).status_code < 300
            with page.stream("GET", "/gradio_api/heartbeat/one-page") as listening:
                assert listening.status_code == 200
                process.send_signal(signal.SIGTERM)
                assert process.wait(timeout=END_S) in {0, -signal.SIGTERM}
        assert "Traceback" not in said.read_text()
    finally:
        process.kill()
        process.wait()


def _ready(page: httpx.Client, process: "subprocess.Popen[bytes]") -> None:
    end = monotonic() + READY_S
    while True:
        assert process.poll() is None, "the server did not start"
        assert monotonic() < end, "the server takes too long"
        try:
            if page.get("/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        sleep(0.1)
