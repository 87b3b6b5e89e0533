"""The chat in a real Chromium while an answer takes its time: reloaded, stopped, asked again meanwhile, cut off from its server."""

from collections.abc import Generator, Iterator
from pathlib import Path
from threading import Event as Flag
from typing import Any

import pytest
from browser import CHROMIUM, Browser, chromium
from served import served
from ui_company import ANNA, PASSWORD

from agent.answer import Event
from agent.bootstrap import Rapport
from ui.server import create_app
from ui.turns import LINE

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"no {CHROMIUM}")]


@pytest.fixture
def url(rapport: Rapport) -> Iterator[str]:
    with served(create_app(rapport)) as address:
        yield address


@pytest.fixture
def browser() -> Iterator[Browser]:
    with chromium() as started:
        started.size(1440, 900)
        yield started


@pytest.fixture
def slow(rapport: Rapport, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flag]:
    """Turns that begin at once and go on when the flag is up."""
    go, real = Flag(), rapport.assistant.stream

    def stream(*args: Any, **options: Any) -> Generator[Event, None, None]:
        assert go.wait(60)
        yield from real(*args, **options)

    monkeypatch.setattr(rapport.assistant, "stream", stream)
    yield go
    go.set()


def asked(browser: Browser, question: str) -> None:
    browser.write("#ask textarea", question)
    browser.press("Enter", 13)
    browser.until(f"document.querySelector('#chat').innerText.includes({question!r}) && !document.querySelector('#ask textarea').value")


def test_a_reload_while_it_is_answered_loses_nothing(browser: Browser, url: str, slow: Flag) -> None:
    browser.sign_in(url, ANNA, PASSWORD)
    asked(browser, "my deals")
    browser.until("location.search.startsWith('?c=')")
    asked(browser, "open deals")
    assert "Comes after the answer before it" in browser.text()
    browser.write("#ask textarea", "half a thou")
    browser.open(browser.run("location.href"))
    browser.until("document.querySelector('#chat .message')?.innerText.includes('my deals')")
    browser.until("document.querySelector('#ask textarea').value === 'half a thou'")
    browser.until("document.querySelector('#busy strong')")
    slow.set()
    browser.until("document.querySelectorAll('#chat table').length === 2")
    browser.until("!document.querySelector('#busy strong')")
    assert browser.complaints == []
    assert not [each for each in browser.requests if "/approvals/sheets" in each]  # nothing was proposed


def test_what_is_begun_while_the_page_or_an_answer_comes_stays(browser: Browser, url: str, slow: Flag) -> None:
    browser.sign_in(url, ANNA, PASSWORD)
    browser.open(url)
    browser.until("document.querySelector('#me')?.innerText.trim()")
    browser.write("#ask textarea", "my deals")
    browser.settled()
    assert browser.run("document.querySelector('#ask textarea').value") == "my deals"
    browser.press("Enter", 13)
    for letter in "open deals":
        browser.call("Input.insertText", text=letter)
    slow.set()
    browser.until("document.querySelector('#chat table')")
    browser.settled()
    assert browser.run("document.querySelector('#ask textarea').value") == "open deals"
    browser.press("Enter", 13)
    browser.press("Enter", 13)  # twice in a moment is once
    browser.until("document.querySelectorAll('#chat table').length === 2")
    browser.settled()
    assert browser.run("[...document.querySelectorAll('#chat [data-testid=user]')].map(each => each.innerText.trim())") == [
        "my deals", "open deals",
    ]  # fmt: skip


def test_a_question_that_is_refused_stays_in_its_box(browser: Browser, url: str, slow: Flag) -> None:
    browser.sign_in(url, ANNA, PASSWORD)
    for number in range(LINE + 1):
        asked(browser, f"deals over {number}000")
    browser.write("#ask textarea", "one too many")
    browser.press("Enter", 13)
    browser.until("document.body.innerText.includes('questions wait')")
    browser.settled()
    assert browser.run("document.querySelector('#ask textarea').value") == "one too many"


def test_a_reload_in_the_moment_of_asking_finds_the_conversation(browser: Browser, url: str, slow: Flag) -> None:
    browser.sign_in(url, ANNA, PASSWORD)
    asked(browser, "my deals")
    browser.open(url)
    browser.until("document.querySelector('#chat .message')?.innerText.includes('my deals')")
    slow.set()
    browser.until("document.querySelector('#chat table')")


def test_what_is_stopped_can_be_asked_again(browser: Browser, url: str, slow: Flag) -> None:
    browser.sign_in(url, ANNA, PASSWORD)
    asked(browser, "my deals")
    browser.click("#ask .stop-button")
    browser.until("document.querySelector('#chat').innerText.includes('Stopped.')")
    browser.until("!document.querySelector('#busy strong')")
    slow.set()
    browser.settled()
    browser.open(browser.run("location.href"))
    browser.until("document.querySelector('#chat').innerText.includes('This was not answered')")
    browser.click("#chat .option", text="Ask again")
    browser.until("document.querySelector('#chat table')")


def test_another_conversation_is_not_written_into(browser: Browser, url: str, slow: Flag) -> None:
    browser.sign_in(url, ANNA, PASSWORD)
    asked(browser, "my deals")
    browser.click("#new")
    browser.until("!document.querySelector('#chat .message')")
    slow.set()
    browser.settled()
    assert not browser.run("document.querySelectorAll('#chat .message').length")
    browser.click("#conversations label", text="my deals")
    browser.until("document.querySelector('#chat table')")


def test_a_lost_connection_is_said_and_resumes(browser: Browser, url: str, slow: Flag) -> None:
    browser.sign_in(url, ANNA, PASSWORD)
    asked(browser, "my deals")
    browser.until("location.search.startsWith('?c=')")
    cut = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    browser.call("Network.emulateNetworkConditions", offline=True, **cut)
    browser.until("document.querySelector('#lost')?.innerText.includes('connection is lost')")
    slow.set()
    browser.call("Network.emulateNetworkConditions", offline=False, **cut)
    browser.until("!document.querySelector('#lost') && document.querySelector('#chat table')")
