"""Make the pictures of docs/images: the demo company in a folder of its own, a change approved in the chat, then the rooms, in real Chromium.

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

from browser import Browser, approve_a_change, chromium

HERE = Path(__file__).resolve().parent
IMAGES = HERE.parents[1] / "docs" / "images"
EMAIL, PASSWORD = "anna.berg@demo.example", "demo-rapport"
# Name, where, how wide, how high, language.
ROOMS = (
    ("today.png", "/today", 1440, 1000, "en"),
    ("record.png", "/records/account?q=Weidemann", 1440, 1000, "en"),
    ("pipeline.png", "/pipeline", 1440, 1000, "en"),
    ("today-phone.png", "/today", 390, 844, "zh"),
    ("record-phone.png", "/records/account?q=Weidemann", 390, 844, "zh"),
)
# The same, of the set-up, by an administrator.
SETUP = (
    ("setup-people.png", "/setup/people", 1440, 1000, "en"),
    ("setup-model.png", "/setup/model", 1440, 1100, "en"),
    ("setup-model-phone.png", "/setup/model", 390, 1400, "zh"),
)
ADMIN, BUDGET = "admin@demo.example", "2,000,000"
# Name, question, how wide, how high, language, dark: an answer with a picture.
CHARTS = (
    ("chat-chart.png", "my won revenue by month this year", 1440, 900, "en", False),
    ("chat-phone.png", "我今年各产品的赢单金额", 390, 844, "zh", True),
)
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
            take(address)
            return 0
        finally:
            server.terminate()
            server.wait(timeout=READY_S)


def take(address: str) -> None:
    """A question and a change in the chat, then a look at each room; a list of one record is followed to the record."""
    with chromium() as browser:
        browser.size(1440, 900)
        browser.sign_in(address, EMAIL, PASSWORD)
        browser.ask(QUESTION)
        approve_a_change(browser, address, change=CHANGE, folder=IMAGES)
        for name, question, width, height, language, dark in CHARTS:
            browser.size(width, height, dark=dark, language=language)
            browser.open(address)
            browser.until("document.querySelector('#me p') && document.querySelector('#tools')")
            browser.ask(question)
            browser.until("document.querySelector('#chat .js-plotly-plot')", seconds=READY_S)
            browser.picture(IMAGES / name)
        for name, path, width, height, language in ROOMS:
            browser.size(width, height, language=language)
            browser.open(address + path)
            if path.startswith("/records/"):
                browser.open(address + browser.run("document.querySelector('.rows tbody a').getAttribute('href')"))
            browser.until("!document.querySelector('[aria-busy=true]')", seconds=READY_S)
            browser.picture(IMAGES / name)
        set_up(browser, address)
        assert not browser.elsewhere(address), browser.elsewhere(address)
        print("\n".join(browser.complaints) or "no complaint from the browser")


def set_up(browser: Browser, address: str) -> None:
    """The pages of the set-up, with a budget for the model; a person's page as far as the handover."""
    browser.size(1440, 1000)
    browser.sign_in(address, ADMIN, PASSWORD)
    browser.open(f"{address}/setup/model")
    browser.write("[name=tokens]", BUDGET)
    browser.click("#main form button")
    browser.until("document.querySelector('.told.done')")
    for name, path, width, height, language in SETUP:
        browser.size(width, height, language=language)
        browser.open(address + path)
        browser.picture(IMAGES / name)
    browser.size(1440, 1000)
    browser.open(f"{address}/setup/people")
    browser.open(address + browser.run("document.querySelectorAll('.rows tbody a')[1].getAttribute('href')"))
    browser.picture(IMAGES / "setup-person.png")


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
