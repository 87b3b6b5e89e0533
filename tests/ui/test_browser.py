"""In a real Chromium, against a server of its own: sign in, ask, edit, approve, undo; and no request goes anywhere else."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from time import sleep

import pytest
import uvicorn
from browser import CHROMIUM, Browser, approve_a_change, chromium
from ui_company import ANNA, PASSWORD

from agent.bootstrap import Rapport
from ui.server import create_app

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"no {CHROMIUM}")]
MOVE = "Move Halden Shipping – pilot 3 to Negotiation with amount 75000"


@pytest.fixture
def url(rapport: Rapport) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(create_app(rapport), host="127.0.0.1", port=port, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    server.force_exit = True
    thread.join(timeout=20)


@pytest.fixture
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.mark.parametrize(("width", "height", "dark"), [(1440, 900, False), (390, 844, True)])
def test_a_change_is_asked_for_approved_and_undone(browser: Browser, url: str, tmp_path: Path, width: int, height: int, dark: bool) -> None:
    browser.size(width, height, dark=dark)
    browser.sign_in(url, ANNA, PASSWORD)
    browser.settled()
    browser.ask("my deals")
    assert "Nordkap Energy <b>AS</b> – pilot 1" in browser.text()
    approve_a_change(browser, url, change=MOVE, folder=tmp_path)
    browser.click("#sheet-place .is-applied button")
    browser.until("document.querySelector('#sheet-place .is-undone')")
    assert browser.complaints == []
    assert browser.elsewhere(url) == []
    assert browser.run("document.documentElement.scrollWidth <= window.innerWidth")
    assert browser.run("document.querySelectorAll('#chat .message img, #chat .message script').length") == 0
    links = browser.run("[...document.querySelectorAll('#chat .message a')].map(link => link.getAttribute('href'))")
    assert links
    assert [link for link in links if not link.startswith("/record/")] == []  # ours; no link of a record's own


def test_the_page_speaks_chinese_and_keeps_conversations(browser: Browser, url: str) -> None:
    browser.size(1440, 900, language="zh")
    browser.sign_in(url, ANNA, PASSWORD)
    browser.until("document.querySelector('#new').innerText.includes('新对话')")
    browser.ask("我的商机")
    browser.until("document.querySelector('#chat').innerText.includes('Halden Shipping')")
    browser.open(url)
    browser.until("document.querySelector('#rooms a')")
    browser.settled()
    browser.click("#conversations label", text="我的商机")
    browser.until("document.querySelector('#chat')?.innerText.includes('Halden Shipping')")
    browser.click("#sign-out")
    browser.until("location.pathname === '/logout'")
    browser.click("form button")
    browser.until("location.pathname === '/login'")
    assert browser.elsewhere(url) == []
