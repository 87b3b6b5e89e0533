"""The ten commonest jobs of the people Rapport is for, each from start to end in a real browser on the demo company. What each leaves in the
store is asked of the store.

    rep      1 the right rows   2 a change said, edited, approved, undone   3 what a customer said   4 a note after a visit
    manager  5 a brief before a call   6 who was left alone   7 a figure by rep
    service  8 what is open     operator  9 a list of customers comes in   10 a field without a developer
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from browser import Browser
from scripted_ear import ScriptedEar, all_of_it
from sounds import tone, wav

from agent.bootstrap import Rapport
from agent.voice.ear import Ear
from store.conditions import Filter
from store.query import RecordQuery, RecordView, find

TODAY, PASSWORD = "2026-11-21", "demo-rapport"
REP, MANAGER, SERVICE, ADMIN = (f"{name}@demo.example" for name in ("anna.berg", "mia.wang", "sam.service", "admin"))
CHINESE_REP = "li.na@demo.example"
DEAL = "Rheintal: liquid cooling"


class Seat(NamedTuple):
    width: int
    height: int
    language: str
    dark: bool

    def said(self, english: str, chinese: str) -> str:
        return chinese if self.language == "zh" else english


@dataclass(slots=True)
class Sitting:
    """A browser before a house; `who` is signed in. One that is not `patient` asks on as soon as what a job looks for is there."""

    browser: Browser
    url: str
    seat: Seat
    firm: Rapport
    folder: Path
    who: str = ""
    patient: bool = True

    def chat(self, email: str) -> None:
        """The chat, as this person; signed in anew only for another one."""
        if self.who != email:
            self.browser.sign_in(self.url, email, PASSWORD)
            self.who = email
            return
        self.browser.open(self.url)
        self.browser.until("location.pathname === '/' && document.querySelector('#me')?.innerText.trim()")

    def ask(self, english: str, chinese: str) -> None:
        self.browser.ask(self.seat.said(english, chinese), patiently=self.patient)

    def follow(self, selector: str) -> None:
        """Go where a link leads."""
        self.browser.until(f"document.querySelector({selector!r})")
        self.browser.open(self.url + self.browser.run(f"document.querySelector({selector!r}).getAttribute('href')"))


def found(firm: Rapport, entity: str, field: str, value: str) -> list[RecordView]:
    with firm.store.reading(firm.store.principal(ADMIN)) as unit:
        return find(unit, RecordQuery(entity=entity, filters=[Filter(field=field, value=value)], limit=20)).records


def job_1_the_right_rows(at: Sitting) -> None:
    browser = at.browser
    at.chat(REP)
    at.ask("Which of my open deals over 50k close this quarter?", "我本季度预计成交、金额超过5万的进行中商机")
    browser.until("document.querySelector('#chat table')")
    at.follow('#chat .message a[href^="/record/opportunity/"]')
    browser.until("document.querySelector('h1')")


def job_2_a_change_said_edited_approved_and_undone_without_a_mouse(at: Sitting) -> None:
    browser, firm = at.browser, at.firm
    before = found(firm, "opportunity", "name", DEAL)[0].fields
    at.chat(REP)
    at.ask(f"move {DEAL} to Proposal with amount 44000", f"把{DEAL}推进到方案阶段，金额改为44000")
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


def job_3_what_was_said_and_where(at: Sitting) -> None:
    browser = at.browser
    at.chat(at.seat.said(REP, CHINESE_REP))
    at.ask("What was said about pricing?", "客户对报价说了什么？")
    browser.until("document.querySelector('#chat blockquote a[href*=\"said=\"]')")
    at.follow('#chat blockquote a[href*="said="]')
    browser.until("document.querySelector('mark#said')?.innerText.trim()")


def job_4_a_note_after_a_visit(at: Sitting) -> None:
    browser, firm = at.browser, at.firm
    note = at.seat.said(
        "I visited Weidemann Pharma today. Please send them the offer next Friday.", "今天拜访了Weidemann Pharma。下周五给他们发报价。"
    )
    firm.ear = Ear(firm.store, firm.assistant, ScriptedEar([note]), find=all_of_it)
    (at.folder / "note.wav").write_bytes(wav(tone(5)))
    at.chat(REP)
    browser.until("document.querySelector('#tools input')")
    browser.choose("#tools input", at.folder / "note.wav")
    browser.until("document.querySelectorAll('#sheet-place .part').length > 1")
    assert browser.run("document.querySelector('#sheet-place [data-play]')?.dataset.at >= 0")
    browser.run("document.querySelector('#sheet-place .part .tick input').click()")
    browser.click("#sheet-place button.main")
    browser.until("document.querySelector('#sheet-place .is-applied')")
    with firm.store.reading(firm.store.principal(REP)) as unit:
        made = find(unit, RecordQuery(entity="task", sort=["-created_at"], limit=1)).records[0]
    assert str(made.fields["due_at"]).startswith("2026-11-27")
    browser.open(f"{at.url}/voice")
    at.follow(".list a")
    browser.until("document.querySelector('.spoken a[href^=\"/record/account/\"]')")
    browser.until("document.querySelector('.sheet.is-applied')")


def job_5_a_brief_before_a_call(at: Sitting) -> None:
    browser = at.browser
    at.chat(MANAGER)
    at.ask("Summarise Weidemann Pharma before my call", "Weidemann Pharma的简报")
    browser.until("document.querySelector('#chat .message a[href*=\"/record/\"]')")
    assert "Weidemann" in browser.text()


def job_6_who_was_left_alone(at: Sitting) -> None:
    browser = at.browser
    at.chat(MANAGER)
    at.ask("Which A accounts have had no contact in 30 days?", "哪些A级客户30天没有联系了？")
    browser.until("document.querySelector('#chat table a[href^=\"/record/account/\"]')")
    at.follow('#chat table a[href^="/record/account/"]')
    browser.until("document.querySelector('h1')")


def job_7_a_figure_by_rep_as_a_picture_and_a_table(at: Sitting) -> None:
    browser = at.browser
    at.chat(MANAGER)
    at.ask("Win rate by rep this year", "今年各销售的赢单率")
    browser.until("document.querySelectorAll('#chat .js-plotly-plot .bars path').length > 2")
    browser.until("document.querySelector('#chat table') && document.querySelector('#chat').innerText.includes('%')")


def job_8_what_is_open(at: Sitting) -> None:
    browser = at.browser
    at.chat(SERVICE)
    at.ask("Which cases are open?", "还有哪些未关闭的工单？")
    at.follow('#chat table a[href^="/record/case/"]')
    browser.until("document.querySelector('h1')")


def job_9_a_list_of_customers_comes_in_and_is_taken_back(at: Sitting) -> None:
    browser, firm = at.browser, at.firm
    (at.folder / "fair.csv").write_text("Name,City\nNovalux Trading,Oslo\nBrightwell Mills,Leeds\n", "utf-8")
    at.chat(ADMIN)
    browser.until("document.querySelector('#tools input')")
    browser.choose("#tools input", at.folder / "fair.csv")
    at.follow('#chat a[href^="/import?held="]')
    browser.click("form.stack button.main")
    browser.click("#report button[name=write]")
    browser.until("document.querySelector('#report a[href=\"/approvals\"]')")
    assert len(found(firm, "account", "name", "Novalux Trading")) == 1
    browser.open(f"{at.url}/approvals")
    browser.run("document.querySelector('details.folded').open = true")
    browser.click("details.folded button.quiet")
    browser.until("document.querySelector('.told.done')")
    assert found(firm, "account", "name", "Novalux Trading") == []


def job_10_a_field_without_a_developer(at: Sitting) -> None:
    browser, firm = at.browser, at.firm
    at.chat(ADMIN)
    browser.open(f"{at.url}/setup")
    browser.until("document.querySelector('form [name=name]')")
    form = "[...document.forms].find(each => each.elements.kind && each.elements.name && each.elements.entity)"
    browser.run(f"(form => {{ form.elements.name.value = 'shoe_size'; form.requestSubmit(); }})({form})")
    browser.until("document.body.innerText.includes('shoe_size')")
    account = found(firm, "account", "name", "Weidemann Pharma AG")[0].id
    browser.open(f"{at.url}/record/account/{account}?edit=1")
    browser.until("document.querySelector('[name=\"field|shoe_size\"]')")


JOBS: tuple[Callable[[Sitting], None], ...] = (
    job_1_the_right_rows, job_2_a_change_said_edited_approved_and_undone_without_a_mouse, job_3_what_was_said_and_where, job_4_a_note_after_a_visit,
    job_5_a_brief_before_a_call, job_6_who_was_left_alone, job_7_a_figure_by_rep_as_a_picture_and_a_table, job_8_what_is_open,
    job_9_a_list_of_customers_comes_in_and_is_taken_back, job_10_a_field_without_a_developer,
)  # fmt: skip
