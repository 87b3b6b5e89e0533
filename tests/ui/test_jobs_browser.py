"""The ten commonest jobs of the people Rapport is for, from start to end in a real Chromium, on the demo company: at a desk in English and
on a phone in Chinese. What each leaves in the store is asked of the store.

    rep      1 the right rows   2 a change said, edited, approved, undone   3 what a customer said   4 a note after a visit
    manager  5 a brief before a call   6 who was left alone   7 a figure by rep
    service  8 what is open     operator  9 a list of customers comes in   10 a field without a developer
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from browser import CHROMIUM, Browser, chromium
from data_folders import copied
from scripted_ear import ScriptedEar, all_of_it
from served import served
from sounds import tone, wav

from agent.bootstrap import Rapport, build
from agent.voice.ear import Ear
from store.conditions import Filter
from store.query import RecordQuery, RecordView, find
from store.settings import Settings
from ui.cli.care import demo
from ui.server import create_app

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"no {CHROMIUM}")]
TODAY, PASSWORD = "2026-11-21", "demo-rapport"
REP, MANAGER, SERVICE, ADMIN = (f"{name}@demo.example" for name in ("anna.berg", "mia.wang", "sam.service", "admin"))
CHINESE_REP = "li.na@demo.example"
DEAL = "Rheintal: liquid cooling"
LOADED = "!document.querySelector('[aria-busy=true]')"


class Seat(NamedTuple):
    width: int
    height: int
    language: str
    dark: bool

    def said(self, english: str, chinese: str) -> str:
        return chinese if self.language == "zh" else english


SEATS = [Seat(1440, 900, "en", False), Seat(390, 844, "zh", True)]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the demo company."""
    folder = tmp_path_factory.mktemp("demo-company")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAPPORT_HOME", str(folder))
        patch.setenv("RAPPORT_TODAY", TODAY)
        assert demo() == 0
    return folder


@pytest.fixture
def firm(filled: Path, tmp_path: Path) -> Iterator[Rapport]:
    made = build(Settings(home=copied(filled, tmp_path / "home"), database_url="", today=TODAY, _env_file=None))  # type: ignore[call-arg]
    made.index.read_words()
    yield made
    made.close()


@pytest.fixture
def url(firm: Rapport) -> Iterator[str]:
    with served(create_app(firm)) as address:
        yield address


@pytest.fixture(params=SEATS, ids=["desk-en", "phone-zh"])
def seat(request: pytest.FixtureRequest) -> Seat:
    found: Seat = request.param
    return found


@pytest.fixture
def browser(seat: Seat, url: str) -> Iterator[Browser]:
    with chromium() as started:
        started.size(seat.width, seat.height, dark=seat.dark, language=seat.language)
        yield started
        assert started.complaints == []
        assert started.elsewhere(url) == []
        assert started.run("document.documentElement.scrollWidth <= window.innerWidth")


def found(firm: Rapport, entity: str, field: str, value: str) -> list[RecordView]:
    with firm.store.reading(firm.store.principal(ADMIN)) as unit:
        return find(unit, RecordQuery(entity=entity, filters=[Filter(field=field, value=value)], limit=20)).records


def follow(browser: Browser, url: str, selector: str) -> None:
    """Go where a link leads."""
    browser.until(f"document.querySelector({selector!r})")
    browser.open(url + browser.run(f"document.querySelector({selector!r}).getAttribute('href')"))


def test_1_the_right_rows(browser: Browser, url: str, seat: Seat) -> None:
    browser.sign_in(url, REP, PASSWORD)
    browser.ask(seat.said("Which of my open deals over 50k close this quarter?", "我本季度预计成交、金额超过5万的进行中商机"))
    browser.until("document.querySelector('#chat table')")
    follow(browser, url, '#chat .message a[href^="/record/opportunity/"]')
    browser.until("document.querySelector('h1')")


def test_2_a_change_said_edited_approved_and_undone_without_a_mouse(browser: Browser, url: str, seat: Seat, firm: Rapport) -> None:
    before = found(firm, "opportunity", "name", DEAL)[0].fields
    browser.sign_in(url, REP, PASSWORD)
    browser.ask(seat.said(f"move {DEAL} to Proposal with amount 44000", f"把{DEAL}推进到方案阶段，金额改为44000"))
    browser.until("document.querySelector('#sheet-place .is-pending')")
    browser.run("(box => { box.focus(); box.select(); })(document.querySelector('#sheet-place [name$=\"|amount\"]'))")
    browser.call("Input.insertText", text="45000")
    for _ in range(9):
        browser.press("Tab", 9)
        if browser.run("document.activeElement.matches('#sheet-place button.main')"):
            break
    browser.press("Enter", 13)
    browser.until("document.querySelector('#sheet-place .is-applied')")
    now = found(firm, "opportunity", "name", DEAL)[0].fields
    assert (str(now["amount"]), now["stage"]) == ("45000.00", "Proposal")
    browser.until("document.activeElement.closest('#sheet-place .is-applied') && document.activeElement.matches('button')")
    browser.press("Enter", 13)
    browser.until("document.querySelector('#sheet-place .is-undone')")
    assert found(firm, "opportunity", "name", DEAL)[0].fields["amount"] == before["amount"]


def test_3_what_was_said_and_where(browser: Browser, url: str, seat: Seat, firm: Rapport) -> None:
    browser.sign_in(url, seat.said(REP, CHINESE_REP), PASSWORD)
    browser.ask(seat.said("What was said about pricing?", "客户对报价说了什么？"))
    browser.until("document.querySelector('#chat blockquote a[href*=\"said=\"]')")
    follow(browser, url, '#chat blockquote a[href*="said="]')
    browser.until("document.querySelector('mark#said')?.innerText.trim()")


def test_4_a_note_after_a_visit(browser: Browser, url: str, seat: Seat, firm: Rapport, tmp_path: Path) -> None:
    note = seat.said(
        "I visited Weidemann Pharma today. Please send them the offer next Friday.", "今天拜访了Weidemann Pharma。下周五给他们发报价。"
    )
    firm.ear = Ear(firm.store, firm.assistant, ScriptedEar([note]), find=all_of_it)
    (tmp_path / "note.wav").write_bytes(wav(tone(5)))
    browser.sign_in(url, REP, PASSWORD)
    browser.until("document.querySelector('#tools input')")
    browser.choose("#tools input", tmp_path / "note.wav")
    browser.until("document.querySelectorAll('#sheet-place .part').length > 1")
    assert browser.run("document.querySelector('#sheet-place [data-play]')?.dataset.at >= 0")
    browser.run("document.querySelector('#sheet-place .part .tick input').click()")
    browser.click("#sheet-place button.main")
    browser.until("document.querySelector('#sheet-place .is-applied')")
    with firm.store.reading(firm.store.principal(REP)) as unit:
        made = find(unit, RecordQuery(entity="task", sort=["-created_at"], limit=1)).records[0]
    assert str(made.fields["due_at"]).startswith("2026-11-27")
    browser.open(f"{url}/voice")
    follow(browser, url, ".list a")
    browser.until("document.querySelector('.spoken a[href^=\"/record/account/\"]')")
    browser.until("document.querySelector('.sheet.is-applied')")


def test_5_a_brief_before_a_call(browser: Browser, url: str, seat: Seat) -> None:
    browser.sign_in(url, MANAGER, PASSWORD)
    browser.ask(seat.said("Summarise Weidemann Pharma before my call", "Weidemann Pharma的简报"))
    browser.until("document.querySelector('#chat .message a[href*=\"/record/\"]')")
    assert "Weidemann" in browser.text()


def test_6_who_was_left_alone(browser: Browser, url: str, seat: Seat) -> None:
    browser.sign_in(url, MANAGER, PASSWORD)
    browser.ask(seat.said("Which A accounts have had no contact in 30 days?", "哪些A级客户30天没有联系了？"))
    browser.until("document.querySelector('#chat table a[href^=\"/record/account/\"]')")
    follow(browser, url, '#chat table a[href^="/record/account/"]')
    browser.until("document.querySelector('h1')")


def test_7_a_figure_by_rep_as_a_picture_and_a_table(browser: Browser, url: str, seat: Seat) -> None:
    browser.sign_in(url, MANAGER, PASSWORD)
    browser.ask(seat.said("Win rate by rep this year", "今年各销售的赢单率"))
    browser.until("document.querySelectorAll('#chat .js-plotly-plot .bars path').length > 2")
    browser.until("document.querySelector('#chat table') && document.querySelector('#chat').innerText.includes('%')")


def test_8_what_is_open(browser: Browser, url: str, seat: Seat) -> None:
    browser.sign_in(url, SERVICE, PASSWORD)
    browser.ask(seat.said("Which cases are open?", "还有哪些未关闭的工单？"))
    follow(browser, url, '#chat table a[href^="/record/case/"]')
    browser.until("document.querySelector('h1')")


def test_9_a_list_of_customers_comes_in_and_is_taken_back(browser: Browser, url: str, seat: Seat, firm: Rapport, tmp_path: Path) -> None:
    (tmp_path / "fair.csv").write_text("Name,City\nNovalux Trading,Oslo\nBrightwell Mills,Leeds\n", "utf-8")
    browser.sign_in(url, ADMIN, PASSWORD)
    browser.until("document.querySelector('#tools input')")
    browser.choose("#tools input", tmp_path / "fair.csv")
    follow(browser, url, '#chat a[href^="/import?held="]')
    browser.click("form.stack button.main")
    browser.click("#report button[name=write]")
    browser.until("document.querySelector('#report a[href=\"/approvals\"]')")
    assert len(found(firm, "account", "name", "Novalux Trading")) == 1
    browser.open(f"{url}/approvals")
    browser.run("document.querySelector('details.folded').open = true")
    browser.click("details.folded button.quiet")
    browser.until("document.querySelector('.told.done')")
    assert found(firm, "account", "name", "Novalux Trading") == []


def test_10_a_field_without_a_developer(browser: Browser, url: str, seat: Seat, firm: Rapport) -> None:
    browser.sign_in(url, ADMIN, PASSWORD)
    browser.open(f"{url}/setup")
    browser.until("document.querySelector('form [name=name]')")
    form = "[...document.forms].find(each => each.elements.kind && each.elements.name && each.elements.entity)"
    browser.run(f"(form => {{ form.elements.name.value = 'shoe_size'; form.requestSubmit(); }})({form})")
    browser.until("document.body.innerText.includes('shoe_size')")
    account = found(firm, "account", "name", "Weidemann Pharma AG")[0].id
    browser.open(f"{url}/record/account/{account}?edit=1")
    browser.until("document.querySelector('[name=\"field|shoe_size\"]')")
