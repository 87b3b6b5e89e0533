"""Make the README's picture: the demo company in a folder of its own, a question asked, a change approved, in real Chromium.

python tests/ui/screenshots.py        (or: make screenshots)
"""

import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from time import monotonic, sleep
from urllib.error import URLError
from urllib.request import urlopen

HERE = Path(__file__).resolve().parent
PICTURE = HERE.parents[1] / "docs" / "images" / "chat-approved.png"
RAPPORT = Path(sys.executable).with_name("rapport")
QUESTION = "open deals over 50k closing this quarter"
CHANGE = "move Rheintal: liquid cooling to Proposal with amount 44000"
READY_S = 120.0


def main() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="rapport-picture-") as home:
        environment = {**os.environ, "RAPPORT_HOME": home}
        subprocess.run([RAPPORT, "demo"], check=True, env=environment)
        server = subprocess.Popen([RAPPORT, "serve", "--port", str(port)], env=environment)
        try:
            address = f"http://127.0.0.1:{port}"
            wait_for(f"{address}/readyz")
            command = [sys.executable, HERE / "browser.py", address, "anna.berg@demo.example", "demo-rapport", PICTURE, QUESTION, CHANGE]
            return subprocess.run(command, check=False).returncode
        finally:
            server.terminate()
            server.wait(timeout=30)


def wait_for(url: str) -> None:
    deadline = monotonic() + READY_S
    while monotonic() < deadline:
        try:
            with urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except (URLError, OSError):
            sleep(0.5)
    raise TimeoutError(f"{url} did not answer in {READY_S:.0f} s")


if __name__ == "__main__":
    sys.exit(main())
