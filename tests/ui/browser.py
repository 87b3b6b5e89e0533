"""A real Chromium, driven over the DevTools protocol: opens pages, types, clicks, looks, and notes every request.

python tests/ui/browser.py URL EMAIL PASSWORD PICTURE QUESTION CHANGE   signs in, asks, approves a change, saves the picture
"""

import base64
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

from websockets.sync.client import ClientConnection, connect

CHROMIUM = "/usr/bin/chromium"
_FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-default-apps", "--disable-extensions", "--mute-audio",
    "--remote-debugging-port=0", "--force-color-profile=srgb", "--hide-scrollbars",
)  # fmt: skip
LOCAL = ("data", "blob", "chrome", "about", "devtools")
WAIT_S = 30.0


class Browser:
    """One tab. `requests` are the addresses it asked for, `complaints` what its console and the CSP said."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._number = 0
        self.requests: list[str] = []
        self.complaints: list[str] = []
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": params}))
        while True:
            message = json.loads(self._socket.recv(timeout=WAIT_S))
            if message.get("id") == self._number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                result: dict[str, Any] = message["result"]
                return result
            self._note(message)

    def _note(self, message: dict[str, Any]) -> None:
        params = message.get("params", {})
        match message.get("method"):
            case "Network.requestWillBeSent":
                self.requests.append(params["request"]["url"])
            case "Log.entryAdded" if params["entry"]["level"] in {"error", "warning"}:
                self.complaints.append(f"{params['entry']['text']} {params['entry'].get('url', '')}")
            case "Runtime.exceptionThrown":
                details = params["exceptionDetails"]
                self.complaints.append(details.get("exception", {}).get("description", details["text"]))

    def size(self, width: int, height: int, *, dark: bool = False, language: str = "en") -> None:
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])
        agent = self.run("navigator.userAgent")
        self.call("Network.setUserAgentOverride", userAgent=agent, acceptLanguage={"en": "en-GB,en", "zh": "zh-CN,zh"}[language])

    def open(self, url: str) -> None:
        self.call("Page.navigate", url=url)
        self.until("document.readyState === 'complete'")

    def run(self, script: str) -> Any:
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"].get("exception", {}).get("description", script))
        return answer["result"].get("value")

    def until(self, script: str, *, seconds: float = WAIT_S) -> None:
        """Wait until the script is true in the page."""
        end = monotonic() + seconds
        while True:
            try:
                if self.run(f"Boolean({script})"):
                    return
            except RuntimeError:
                pass  # the page is on its way to another
            if monotonic() > end:
                raise TimeoutError(f"Not true after {seconds:.0f} s: {script}\n{self.text()[:2000]}")
            sleep(0.05)

    def text(self) -> str:
        return str(self.run("document.body.innerText"))

    def click(self, selector: str, *, text: str = "") -> None:
        """A real mouse click in the middle of the first visible element that fits (and holds the text)."""
        found = f"""[...document.querySelectorAll({json.dumps(selector)})]
            .find(e => e.offsetParent && e.innerText.includes({json.dumps(text)}))"""
        self.until(found)
        self.run(f"{found}.scrollIntoView({{block: 'center'}})")
        sleep(0.15)
        box = self.run(f"(r => [r.x + r.width / 2, r.y + r.height / 2])({found}.getBoundingClientRect())")
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1)

    def write(self, selector: str, text: str) -> None:
        self.until(f"document.querySelector({json.dumps(selector)})")
        self.run(f"document.querySelector({json.dumps(selector)}).focus()")
        self.call("Input.insertText", text=text)

    def choose(self, selector: str, path: Path) -> None:
        """A file, as if chosen in the dialog of the operating system."""
        node = self.call("Runtime.evaluate", expression=f"document.querySelector({json.dumps(selector)})")["result"]["objectId"]
        self.call("DOM.setFileInputFiles", files=[str(path)], objectId=node)

    def press(self, key: str, code: int) -> None:
        for kind in ("keyDown", "keyUp"):
            self.call(
                "Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, text="\r" if key == "Enter" else ""
            )

    def picture(self, path: Path) -> None:
        sleep(0.4)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))

    def elsewhere(self, url: str) -> list[str]:
        """Requests that left for another host than this one."""
        home = urlsplit(url).netloc
        parts = [(each, urlsplit(each)) for each in self.requests]
        return sorted({each for each, split in parts if split.scheme not in LOCAL and split.netloc != home})

    def sign_in(self, url: str, email: str, password: str, *, toured: bool = True) -> None:
        """Sign in and wait until the chat is there; `toured`: as somebody who has seen the tour."""
        self.call("Network.clearBrowserCookies")
        if toured:
            self.call("Page.addScriptToEvaluateOnNewDocument", source="localStorage.setItem('rapport.toured', '1')")
        self.open(f"{url}/login")
        self.write("#email", email)
        self.write("#password", password)
        self.click("form button")
        self.until("location.pathname === '/' && document.querySelector('#me')?.innerText.trim()")

    def ask(self, question: str, *, patiently: bool = True) -> None:
        """Ask and wait for the whole answer; not `patiently`: until it is done, and not until the page has stood still."""
        before = self.run("document.querySelectorAll('#chat .message').length")
        self.write("#ask textarea", question)
        self.press("Enter", 13)
        self.until(f"document.querySelectorAll('#chat .message').length > {before}")
        if patiently:
            self.settled()
        self.until("!document.querySelector('#busy strong')")
        if patiently:
            self.settled(quiet_s=0.3)

    def settled(self, *, quiet_s: float = 1.0) -> None:
        """Until the chat has stood still."""
        last, since = "", monotonic()
        while monotonic() - since < quiet_s:
            now = self.text()
            if now != last:
                last, since = now, monotonic()
            sleep(0.1)


@contextmanager
def chromium(*flags: str) -> Iterator[Browser]:
    """A fresh browser with an empty profile; `flags` of its command line besides."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [CHROMIUM, *_FLAGS, *flags, f"--user-data-dir={profile}", "about:blank"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            with connect(_tab(Path(profile)), max_size=None, proxy=None) as socket:
                yield Browser(socket)
        finally:
            process.terminate()
            process.wait(timeout=20)


def _tab(profile: Path) -> str:
    """The address of the first tab's debugger."""
    end = monotonic() + WAIT_S
    while monotonic() < end:
        try:
            port = (profile / "DevToolsActivePort").read_text().splitlines()[0]
            with urlopen(f"http://127.0.0.1:{port}/json/list") as answer:
                tabs = json.load(answer)
            return next(str(tab["webSocketDebuggerUrl"]) for tab in tabs if tab["type"] == "page")
        except (OSError, StopIteration, IndexError):
            sleep(0.1)
    raise TimeoutError("Chromium did not start.")


def approve_a_change(browser: Browser, url: str, *, change: str, folder: Path, name: str = "chat-approved.png") -> None:
    """Ask for a change, look at the card, approve it, and keep the picture."""
    browser.ask(change)
    browser.click("#sheet-place button.main")
    browser.until("document.querySelector('#sheet-place .is-applied')")
    browser.settled()
    browser.picture(folder / name)
    assert not browser.elsewhere(url), browser.elsewhere(url)


def main(url: str, email: str, password: str, picture: str, question: str, change: str) -> None:
    with chromium() as browser:
        browser.size(1440, 900)
        browser.sign_in(url, email, password)
        browser.ask(question)
        approve_a_change(browser, url, change=change, folder=Path(picture).parent, name=Path(picture).name)
        print("\n".join(browser.complaints) or "no complaint from the browser")


if __name__ == "__main__":
    main(*sys.argv[1:7])
