"""The rooms in a real Chromium: the commonest jobs end to end, at a desk and on a phone, in both languages; nothing is asked of another
host, nothing is wider than the screen, and axe finds nothing serious (when npm can install it; it is run in the page, served to nobody)."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import CHROMIUM, Browser, chromium
from served import served
from test_rooms import record_id, value
from ui_company import ADMIN, ANNA, MANAGER, PASSWORD

from agent.bootstrap import Rapport
from ui.server import create_app

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"no {CHROMIUM}")]
ROOMS = (
    "/today",
    "/records/account",
    "/records/opportunity",
    "/pipeline",
    "/approvals",
    "/voice",
    "/import",
    "/duplicates",
    "/conversations",
    "/team",
)
SETUP = ("/setup", "/setup/people", "/setup/roles", "/setup/roles/service", "/setup/policy", "/setup/model", "/setup/audit?check=1")
ROWS = "Kundin,City,Employees,Berth\nFjord Pumps,Bergen,40,north\nOslo Works,Oslo,ten,south\n"
LOADED = "!document.querySelector('[aria-busy=true]')"
AXE = "axe.run(document, {resultTypes: ['violations']}).then(found => JSON.stringify(found.violations.map(v => [v.impact, v.id, v.nodes[0].html])))"


@pytest.fixture
def url(rapport: Rapport) -> Iterator[str]:
    with served(create_app(rapport)) as address:
        yield address


@pytest.fixture
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("axe")
    try:
        subprocess.run(["npm", "install", "--prefix", str(folder), "--no-save", "axe-core@4"], check=True, capture_output=True, timeout=120)
    except (OSError, subprocess.SubprocessError) as why:
        pytest.skip(f"npm cannot install axe-core: {why}")
    return (folder / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")


def enter(browser: Browser, url: str, email: str = ANNA) -> None:
    """Sign in without waiting for the chat to be drawn."""
    browser.open(f"{url}/login?next=/today")
    browser.write("#email", email)
    browser.write("#password", PASSWORD)
    browser.click("form button")
    browser.until("location.pathname === '/today'")


@pytest.mark.parametrize(("width", "language"), [(1440, "en"), (390, "zh")])
def test_a_record_is_edited_approved_and_put_back(browser: Browser, url: str, rapport: Rapport, width: int, language: str) -> None:
    browser.size(width, 900, dark=width < 600, language=language)
    enter(browser, url)
    account = record_id(rapport, ANNA, "Halden Shipping")
    browser.open(f"{url}/record/account/{account}?edit=1")
    browser.write("[name='field|city']", "Oslo")
    browser.click(".facts button.main")
    browser.until("document.querySelector('.sheet.is-pending')")
    browser.click(".sheet button.main")
    browser.until("document.querySelector('.sheet.is-applied') && document.querySelector('.told.done')")
    assert value(rapport, ANNA, "account", "Halden Shipping", "city") == "Oslo"
    browser.click(".sheet button.quiet")
    browser.until("document.querySelector('.sheet.is-undone')")
    assert value(rapport, ANNA, "account", "Halden Shipping", "city") is None
    browser.until(LOADED)
    assert browser.complaints == []
    assert browser.elsewhere(url) == []


def test_what_was_filled_in_comes_back_with_the_reason(browser: Browser, url: str) -> None:
    """A new record and a form of the set-up; a page that was left as it is keeps nothing."""
    browser.size(390, 844, language="zh")
    enter(browser, url, ADMIN)
    browser.open(f"{url}/new/account")
    browser.write("[name='field|name']", "Nordlys Havbruk")
    browser.write("[name='field|annual_revenue']", "lots")
    browser.click(".facts button.main")
    browser.until("document.querySelector('.told.wrong')?.innerText.includes('年收入')")
    assert browser.run("document.querySelector('[name=\"field|name\"]').value") == "Nordlys Havbruk"
    assert browser.run("document.querySelector('[name=\"field|annual_revenue\"]').value") == "lots"
    browser.open(f"{url}/new/account")
    assert browser.run("document.querySelector('[name=\"field|name\"]').value") == ""
    browser.open(f"{url}/setup")
    browser.write("form:has([value=add-field]) [name=name]", "a b!")
    browser.write("form:has([value=add-field]) [name=label_zh]", "泊位")
    browser.click("form:has([value=add-field]) button")
    browser.until("document.querySelector('.told.wrong')?.getBoundingClientRect().top > 0")
    assert browser.run("document.querySelector('form:has([value=add-field]) [name=label_zh]').value") == "泊位"
    assert browser.complaints == []


def test_a_deal_is_moved_on_the_board_by_keyboard(browser: Browser, url: str, rapport: Rapport) -> None:
    browser.size(1440, 900)
    enter(browser, url)
    browser.open(f"{url}/pipeline")
    browser.run("""{
        const card = [...document.querySelectorAll('.deal')].find(each => each.innerText.includes('Halden Shipping – pilot 3'));
        card.querySelector('select').value = 'Negotiation';
        card.querySelector('.move button').focus();
    }""")
    browser.press("Enter", 13)
    browser.until("document.querySelector('.sheet.is-pending')")
    browser.click(".sheet button.main")
    browser.until("document.querySelector('.sheet.is-applied')")
    assert value(rapport, ANNA, "opportunity", "Halden Shipping – pilot 3", "stage") == "Negotiation"


def test_an_answer_leads_to_its_record_and_a_reload_finds_it_again(browser: Browser, url: str) -> None:
    browser.size(1440, 900)
    browser.sign_in(url, ANNA, PASSWORD)
    browser.settled()
    browser.ask("my deals")
    browser.until("location.search.startsWith('?c=')")
    browser.open(browser.run("location.href"))
    browser.until("document.querySelector('#chat .message a[href^=\"/record/opportunity/\"]')")
    browser.open(url + browser.run("document.querySelector('#chat .message a').getAttribute('href')"))
    browser.until("document.querySelector('h1').innerText.includes('pilot')")
    browser.click("header nav a", text="Conversations")
    browser.until("document.querySelector('.talk a')?.innerText.includes('my deals')")
    assert browser.elsewhere(url) == []


@pytest.mark.parametrize(("width", "dark", "language", "rooms"), [(1440, False, "en", ROOMS), (390, True, "zh", ROOMS)])
def test_every_room_fits_asks_nobody_else_and_reads_well(
    browser: Browser, url: str, axe: str, rapport: Rapport, width: int, dark: bool, language: str, rooms: tuple[str, ...]
) -> None:
    browser.size(width, 900, dark=dark, language=language)
    enter(browser, url, MANAGER)
    account = record_id(rapport, MANAGER, "Halden Shipping")
    for path in (*rooms, f"/record/account/{account}", f"/record/account/{account}?edit=1", "/new/contact"):
        browser.open(f"{url}{path}")
        browser.until(LOADED)
        assert browser.run("document.documentElement.scrollWidth <= window.innerWidth"), path
        browser.run(f"{axe};0")
        found = [each for each in json.loads(browser.run(AXE)) if each[0] in {"serious", "critical"}]
        assert found == [], path
    assert browser.complaints == []
    assert browser.elsewhere(url) == []


@pytest.mark.parametrize(("width", "dark", "language"), [(1440, False, "en"), (390, True, "zh")])
def test_the_set_up_and_an_import_fit_and_read_well(
    browser: Browser, url: str, axe: str, rapport: Rapport, tmp_path: Path, width: int, dark: bool, language: str
) -> None:
    """The columns to choose, the first rows, the rows to mend: in the page, without leaving it."""
    browser.size(width, 900, dark=dark, language=language)
    enter(browser, url, ADMIN)

    def fits() -> None:
        browser.until(LOADED)
        assert browser.run("document.documentElement.scrollWidth <= window.innerWidth")
        browser.run(f"{axe};0")
        assert [each for each in json.loads(browser.run(AXE)) if each[0] in {"serious", "critical"}] == []

    for path in SETUP:
        browser.open(f"{url}{path}")
        fits()
    (tmp_path / "fair.csv").write_text(ROWS, "utf-8")
    browser.open(f"{url}/import")
    browser.choose("#file", tmp_path / "fair.csv")
    browser.run("document.querySelector('#kind').value = 'account'")
    browser.click("form.stack button.main")
    browser.until("document.querySelector('#report [name=\"target|0|0\"]')")
    browser.run(
        "document.querySelector('[name=\"target|0|0\"]').value = 'name'; document.querySelector('[name=\"target|0|3\"]').value = '+'"
    )
    browser.click("#report form button:not([name])")
    browser.until("document.querySelector('#report .rows:not(.mapping)')?.innerText.includes('Fjord Pumps')")
    fits()
    browser.click("#report button[name=write]")
    browser.until("document.querySelector('#report .mend [aria-invalid]')")
    fits()
    browser.run("document.querySelector('#report .mend [aria-invalid]').value = '10'")
    browser.click("#report button[name=write]")
    browser.until("document.querySelector('#report .is-created dd')?.innerText === '1' && !document.querySelector('#report .mend')")
    assert value(rapport, ADMIN, "account", "Oslo Works", "employees") == 10
    assert value(rapport, ADMIN, "account", "Oslo Works", "berth") == "south"
    assert browser.complaints == []
    assert browser.elsewhere(url) == []


@pytest.mark.parametrize(("width", "dark", "language"), [(1440, False, "en"), (390, True, "zh")])
def test_the_chat_reads_well(browser: Browser, url: str, axe: str, width: int, dark: bool, language: str) -> None:
    """The tour, the greeting, an answer with a picture and a table, a change that waits, a recording under way: axe finds nothing serious."""
    browser.size(width, 900, dark=dark, language=language)
    browser.sign_in(url, MANAGER, PASSWORD, toured=False)

    def serious() -> list[str]:
        browser.settled()
        browser.run(f"{axe};0")
        return [each for each in json.loads(browser.run(AXE)) if each[0] in {"serious", "critical"}]

    browser.until("document.querySelector('#tour')")
    assert serious() == []
    browser.press("Escape", 27)
    browser.until("!document.querySelector('#tour') && document.activeElement.matches('#ask textarea')")
    assert serious() == []
    browser.ask({"en": "amount of deals by stage", "zh": "各阶段的商机金额"}[language])
    browser.until("document.querySelector('#chat .js-plotly-plot')")
    browser.ask("Move Halden Shipping – pilot 3 to Negotiation with amount 75000")
    browser.until("document.querySelector('#sheet-place .is-pending')")
    assert serious() == []
    assert browser.complaints == []
    assert browser.elsewhere(url) == []
