"""The Import room as a person uses it: columns chosen from drop-downs, rows mended in the page, how far it has come."""

import csv
import io
import json
import re
from html import unescape
from html.parser import HTMLParser
from threading import Event
from typing import Any, cast

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from room_forms import HTML, page, token
from test_rooms import value
from ui_company import ADMIN, ANNA, BEN, SignedIn

from agent.bootstrap import Rapport
from store.errors import InvalidInput
from store.importing.decoding import defused
from store.schema import Schema
from ui.imports import Imports
from ui.web.rooms.mending import held_rows, mended

CSV = "Kundin,Ort,Berth\nFjord Pumps,Bergen,north quay\nOslo Works,Oslo,south quay\n"


class Forms(HTMLParser):
    """Forms of a page as a browser would send them, in the order in which they stand there."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[dict[str, str]] = []
        self._select = self._text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.found.append({})
        elif tag in {"input", "textarea"} and "name" in given and self.found and given.get("type") not in {"checkbox", "file"}:
            self.found[-1][given["name"]] = given.get("value", "")
        elif tag == "select":
            self._select = given["name"]
        elif tag == "option" and self._select and ("selected" in given or self._select not in self.found[-1]):
            self.found[-1][self._select] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        self._select = "" if tag == "select" else self._select

    def holding(self, name: str) -> dict[str, str]:
        return next(each for each in self.found if name in each)


def sent(client: TestClient, language: str = "en", status: int = 200, file: str = "", **fields: Any) -> str:
    files = {"file": ("fair.csv", file, "text/csv")} if file else None
    headers = {**HTML, "accept-language": language}
    answer = client.post("/import", data={"token": token(client), **fields}, files=files, headers=headers)
    assert answer.status_code == status, answer.text[:1500]
    return answer.text


def counts(html: str) -> dict[str, str]:
    return dict(re.findall(r'<div class="is-(\w+)"><dt>[^<]*</dt><dd>(\d+)</dd>', html))


def test_columns_are_chosen_in_the_page_and_one_becomes_a_field(signed_in: SignedIn, rapport: Rapport) -> None:
    """Nothing but what was chosen is made: the other unknown column is left out."""
    admin = signed_in(ADMIN)
    tried = sent(admin, file=CSV, kind="account")
    form = Forms(tried).holding("file|0")
    assert json.loads(form["columns|0"]) == ["Kundin", "Ort", "Berth"]
    assert form["target|0|0"] == ""  # nobody knows it: to be chosen
    assert "Fjord Pumps · Oslo Works" in tried
    chosen = {**form, "target|0|0": "name", "target|0|1": "city", "target|0|2": "+"}
    again = sent(admin, **chosen)
    assert counts(again)["created"] == "2"
    assert re.search(r'data-label="City">\s*Bergen', again)
    assert value(rapport, ADMIN, "account", "Fjord Pumps", "city") is None
    shown = Forms(again).holding("file|0")
    assert [shown[f"target|0|{at}"] for at in range(3)] == ["name", "city", "+"]
    sent(admin, **shown, write="1")
    assert value(rapport, ADMIN, "account", "Fjord Pumps", "city") == "Bergen"
    assert value(rapport, ADMIN, "account", "Fjord Pumps", "berth") == "north quay"


def test_only_an_administrator_is_offered_a_field_and_two_columns_are_not_one(signed_in: SignedIn) -> None:
    anna = signed_in(ANNA)
    tried = sent(anna, file=CSV, kind="account")
    assert 'value="+"' not in tried
    form = Forms(tried).holding("file|0") | {"target|0|0": "name"}
    assert "administrator" in sent(anna, status=403, **{**form, "target|0|2": "+"})
    assert "not valid YAML" in sent(anna, status=422, **{**form, "mapping": "columns: ["})
    told = sent(anna, status=422, **{**form, "target|0|1": "name"})
    assert "both mapped to name" in unescape(told)


def test_rows_held_back_are_mended_in_the_page(signed_in: SignedIn, rapport: Rapport) -> None:
    anna = signed_in(ANNA)
    rows = 'Name,City,annual_revenue,description\nGood One,Oslo,5,fine\n"=Odd One",Lima,lots,"two\nlines"\nOther <b>,Rome,many,\n'
    done = sent(anna, file=rows, kind="account", write="1")
    assert (counts(done)["created"], counts(done)["held_back"]) == ("1", "2")
    form = Forms(done).holding("mend")
    assert form["cell|0|0"] == "=Odd One"
    assert 'aria-invalid="true"' in done
    assert "Other <b>" not in done
    again = sent(anna, **{**form, "cell|0|2": "7", "cell|0|3": "two\r\nlines"}, write="1")
    assert (counts(again)["created"], counts(again)["held_back"]) == ("1", "1")
    assert value(rapport, ANNA, "account", "=Odd One", "annual_revenue") == "7.00"
    assert value(rapport, ANNA, "account", "=Odd One", "description") == "two\nlines"
    left = Forms(again).holding("mend")
    assert left["cell|0|0"] == "Other <b>"
    last = sent(anna, **{**left, "cell|0|2": ""}, write="1")
    assert (counts(last)["created"], counts(last)["held_back"]) == ("1", "0")


def test_a_row_with_too_few_or_too_many_cells_is_mended(signed_in: SignedIn, rapport: Rapport) -> None:
    anna = signed_in(ANNA)
    done = sent(
        anna, file="Name,City,country\nGood Works,Oslo,Norway\nLong, Works,Bergen,Norway\nShort Works,Vaasa\n", kind="account", write="1"
    )
    assert counts(done)["held_back"] == "2"
    form = Forms(done).holding("mend")
    assert (form["cell|0|3"], form["cell|1|2"]) == ("Norway", "")
    names = {"cell|0|0": "Long, Works", "cell|0|1": "Bergen", "cell|0|2": "Norway", "cell|0|3": "", "cell|1|2": "Finland"}
    again = sent(anna, **{**form, **names}, write="1")
    assert (counts(again)["created"], counts(again)["held_back"]) == ("2", "0")
    assert value(rapport, ANNA, "account", "Short Works", "country") == "Finland"


def test_a_field_made_on_the_way_is_not_made_again_by_mended_rows(signed_in: SignedIn) -> None:
    admin = signed_in(ADMIN)
    tried = sent(admin, file="Name,annual_revenue,Berth\nOne Works,5,a\nTwo Works,lots,b\n", kind="account")
    form = Forms(tried).holding("file|0")
    done = sent(admin, **{**form, "target|0|2": "+"}, write="1")
    mend = Forms(done).holding("mend")
    again = sent(admin, **{**mend, "cell|0|1": "6"}, write="1")
    assert (counts(again)["created"], counts(again)["held_back"]) == ("1", "0")
    assert [each["name"] for each in admin.get("/api/setup").json()["fields"]] == ["berth"]


def test_what_was_assumed_and_what_would_be_added_is_told(signed_in: SignedIn) -> None:
    admin = signed_in(ADMIN)
    rows = "Deal Name,Account,Amount,Close date,Berth\nOne,HaldenShipping,5,03/04/2026,north\nTwo,Halden Shipping,6,05/06/2026,south\n"
    tried = sent(admin, file=rows, kind="opportunity", create_fields="1", language="zh")
    assert "HaldenShipping → Halden Shipping" in tried
    assert re.search(r"<dt>字段</dt><dd>Berth</dd>", tried)
    assert "没有值能确定顺序" in tried
    assert re.search(r'data-label="Berth">\s*north', tried)
    form = Forms(tried).holding("dates|0")
    assert form["target|0|4"] == "+"
    assert form["dates|0"] == "mdy"
    again = sent(admin, **{**form, "dates|0": "dmy"})
    assert re.search(r'data-label="Close date">\s*2026-04-03', again)
    assert "no value decides it" not in again
    assert Forms(again).holding("dates|0")["dates|0"] == "dmy"


def test_several_files_are_each_given_their_columns(signed_in: SignedIn, rapport: Rapport) -> None:
    admin = signed_in(ADMIN)
    files = [
        ("file", ("firms.csv", 'Kundin,"Berth ""A"""\nFjord Pumps,north\n', "text/csv")),
        ("file", ("people.csv", "Wer,Kundin,E-mail\nIda Holm,Fjord Pumps,ida@fjord.example\n", "text/csv")),
    ]
    asked = {"token": token(admin), "mapping": "files: {firms.csv: {kind: account}, people.csv: {kind: contact}}"}
    tried = admin.post("/import", data=asked, files=files, headers=HTML).text
    form: dict[str, Any] = Forms(tried).holding("file|0") | {"held": list(dict.fromkeys(re.findall(r'name="held" value="(\w+)"', tried)))}
    assert (form["file|0"], form["file|1"]) == ("firms.csv", "people.csv")
    assert json.loads(form["columns|0"])[1] == 'Berth "A"'
    chosen = {**form, "target|0|0": "name", "target|0|1": "+", "target|1|0": "name", "target|1|1": "account"}
    again = sent(admin, **chosen)
    assert counts(again)["created"] == "2"
    assert re.search(r'data-label="Account">\s*Fjord Pumps', again)
    shown = Forms(again).holding("file|0") | {"held": form["held"]}
    assert [shown[each] for each in ("target|0|0", "target|0|1", "target|1|0", "target|1|1")] == ["name", "+", "name", "account"]
    done = sent(admin, **shown, write="1")
    assert (counts(done)["created"], counts(done)["held_back"]) == ("2", "0")
    assert value(rapport, ADMIN, "contact", "Ida Holm", "email") == "ida@fjord.example"
    assert value(rapport, ADMIN, "account", "Fjord Pumps", "berth_a") == "north"


def test_many_rows_held_back_are_mended_page_by_page(signed_in: SignedIn, rapport: Rapport) -> None:
    anna = signed_in(ANNA)
    rows = "".join(f"Works {at},lots {at}\n" for at in range(120))
    done = sent(anna, file=f"Name,annual_revenue\n{rows}", kind="account", write="1")
    assert counts(done)["held_back"] == "120"
    first = Forms(done).holding("mend")
    assert "Rows 1 to 50 of 120" in done
    assert [each for each in ("cell|49|0", "cell|50|0") if each in first] == ["cell|49|0"]
    shown = sent(anna, **{**first, "cell|3|1": "33"}, rows="50")
    assert "Rows 51 to 100 of 120" in shown
    second = Forms(shown).holding("mend")
    assert second["cell|50|0"] == "Works 50"
    assert "lots 50" in shown
    assert "第 101–120 行，共 120 行" in sent(anna, **second, rows="100", language="zh")
    back = Forms(sent(anna, **{**second, "cell|70|1": "77"}, rows="0")).holding("mend")
    assert (back["cell|3|1"], back["cell|4|1"]) == ("33", "lots 4")
    again = sent(anna, **back, write="1")
    assert (counts(again)["created"], counts(again)["held_back"]) == ("2", "118")
    assert value(rapport, ANNA, "account", "Works 70", "annual_revenue") == "77.00"
    assert value(rapport, ANNA, "account", "Works 3", "annual_revenue") == "33.00"
    sent(signed_in(BEN), status=404, rows="0", **{name: text for name, text in back.items() if name != "token"})


def test_a_large_import_shows_how_far_it_is(signed_in: SignedIn, rapport: Rapport, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bar first, then the report in the same place; nobody else sees either."""
    going, seen = Event(), Event()

    def slowly(*_: Any, progress: Any, **__: Any) -> dict[str, Any]:
        progress("fair.csv", 30, 100)
        seen.set()
        going.wait(10)
        raise InvalidInput("The file is <odd>.", hint="Mend it.")

    monkeypatch.setattr("ui.web.rooms.importing.imported", slowly)
    anna = signed_in(ANNA)
    files = {"file": ("fair.csv", CSV, "text/csv")}
    first = anna.post("/import", data={"token": token(anna)}, files=files, headers={**HTML, "x-piece": "1"}).text
    path = re.search(r'data-load="(/import/run/\w+)"', first)
    assert path
    assert seen.wait(10)
    assert 'value="30"' in page(anna, path[1])
    assert page(signed_in(BEN), path[1], status=404)
    going.set()
    for _ in range(200):
        told = page(anna, path[1])
        if "<progress" not in told:
            break
    assert "The file is &lt;odd&gt;." in told
    assert "Mend it." in told


def test_three_imports_of_one_person_at_once_are_enough() -> None:
    going, imports = Event(), Imports()
    runs = [imports.begin("anna", lambda _: {"done": going.wait(10)}) for _ in range(3)]
    with pytest.raises(InvalidInput, match="still running"):
        imports.begin("anna", lambda _: {})
    imports.begin("ben", lambda _: {})
    going.set()
    imports.close(patience_s=10)
    assert all(each.report == {"done": True} for each in runs)


_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)


@given(st.lists(st.tuples(_TEXT, _TEXT), min_size=1, max_size=5))
def test_what_nobody_touches_stays_as_it_was(cells: list[tuple[str, str]]) -> None:
    """A form gives every cell back, with other ends of line: none of them is a change."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([["why", "one", "two"], *[["odd", defused(one), defused(two)] for one, two in cells]])
    shown = held_rows(out.getvalue(), [{"row": at, "reasons": []} for at in range(len(cells))], cast(Schema, None), "en")
    form = {name: text.replace("\r\n", "\n").replace("\n", "\r\n") for row in shown.rows for name, text, _ in row.cells}
    assert mended(out.getvalue(), form) == out.getvalue()


def test_the_page_opens_without_anything_chosen(signed_in: SignedIn) -> None:
    for language in ("en", "zh"):
        assert 'type="file"' in page(signed_in(ANNA), "/import", language=language)
