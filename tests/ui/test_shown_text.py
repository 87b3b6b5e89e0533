"""What data may do on the page: be read."""

from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ui_company import ANNA

from agent.bootstrap import Rapport
from agent.embedded.frames import Frame
from agent.embedded.wording import result
from tools.cited import source_of
from tools.results import Notes
from ui.web.escaping import calm, plain
from ui.web.messages import quoted
from ui.web.shown import measure_table, money_text, quotes, sources, table
from ui.web.words import language_of, words

EVIL = [
    "<img src=x onerror=alert(1)>",
    "![x](https://evil.example/x.png)",
    "[link](javascript:alert(1))",
    "<https://evil.example>",
    "www.evil.example",
]


@pytest.mark.parametrize(
    "evil", [*EVIL, "https://evil.example", "a@evil.example", "|x|", "# h", "`c`", "&lt;b&gt;", "$x$", "1. one", "- a"]
)
def test_plain_text_shows_as_it_stands_and_does_nothing(evil: str) -> None:
    made = plain(evil)
    assert unescape(made) == evil
    assert not set("<>[]()|`*_!") & set(made)
    assert "://" not in made
    assert "www." not in made


@given(st.text(max_size=80))
def test_plain_loses_nothing_but_white_space(text: str) -> None:
    clean = "".join(each for each in text if each.isprintable())
    assert unescape(plain(clean)) == " ".join(clean.split())


@pytest.mark.parametrize("evil", EVIL)
def test_markdown_of_an_answer_keeps_its_bold_but_no_link_image_or_html(evil: str) -> None:
    made = calm(f"**{evil}** and | a table |")
    assert made.startswith("**")
    assert made.endswith("| a table |")
    assert not set("<>[]") & set(made)
    assert "://" not in made
    assert "www." not in made


def test_what_is_escaped_already_is_not_escaped_twice() -> None:
    assert calm("&lt;b&gt; & <b> AT&T") == "&lt;b&gt; &#38; &#60;b&#62; AT&#38;T"


def test_a_table_cell_cannot_leave_its_cell() -> None:
    made = table(["A", "B"], [["x | y\n| z", ""]], numbers=[1])
    assert made.splitlines()[1] == "| --- | ---: |"
    assert len(made.splitlines()) == 3
    assert made.splitlines()[2].count("|") == 3


def test_sources_of_a_brief_are_numbered_as_the_text_refers_to_them(rapport: Rapport) -> None:
    said = [{"quote": "8%\noff", "account": "Acme", "date": "2026-11-02"}, {"quote": "<b>gone</b>"}]
    with rapport.store.reading(rapport.store.principal(ANNA)) as unit:
        made = sources(unit.schema, said, "en").splitlines()
    assert [line.split(". ")[0] for line in made] == ["1", "2"]
    assert made[0].endswith("(2026-11-02 · Acme)")
    assert "off" in made[0]
    assert "<b>" not in made[1]


def test_quotes_say_when_who_where_and_how_in_the_askers_language_and_no_markup(rapport: Rapport) -> None:
    """Whole: the address of who said it is not cut off."""
    who = f"{'long.' * 14}name@customer.example"
    said = {
        "type": "activity",
        "id": "A1",
        "quote": "<b>8%</b> off",
        "account": "Acme",
        "date": "2026-11-02",
        "kind": "call",
        "author": who,
    }
    with rapport.store.reading(rapport.store.principal(ANNA)) as unit:
        en, zh = (unescape(quotes(unit.schema, [said], language)) for language in ("en", "zh"))
        assert source_of(unit.schema, {**said, "type": "case", "kind": "complaint", "author": None}, "zh") == ["2026-11-02", "Acme", "投诉"]
        assert source_of(unit.schema, {"type": "measure", "kind": "odd"}, "zh") == ["odd"]
    assert "<b>" not in quotes(unit.schema, [said], "en")
    for made, kind in ((en, "call"), (zh, "电话")):
        assert f"[2026-11-02 · {who} · Acme · {kind}](/record/activity/A1?said=" in made.replace("\\", "")
        assert made.rstrip("*").endswith("#said)")


@pytest.mark.parametrize(("language", "kind"), [("en", "call"), ("zh", "电话")])
def test_the_line_under_a_quote_of_the_built_in_brain_is_whole_and_leads_to_its_sentence(
    rapport: Rapport, language: str, kind: str
) -> None:
    who = f"{'long.' * 14}name@customer.example"
    said = {
        "type": "activity",
        "id": "A1",
        "quote": "Too dear",
        "account": "Acme",
        "date": "2026-11-02T09:00",
        "kind": "call",
        "author": who,
    }
    with rapport.store.reading(rapport.store.principal(ANNA)) as unit:
        text = result(unit, Frame("notes"), Notes("price", [said], ""), language)
    line = quoted(calm(text), [said]).splitlines()[-1]
    assert unescape(line) == f"> [— 2026-11-02 · {who} · Acme · {kind}](/record/activity/A1?said=Too+dear#said)"


@pytest.mark.parametrize(("raw", "text"), [("75000.00", "75,000"), ("0.1234", "0.12"), ("1234.50", "1,234.50"), ("Won", "Won")])
def test_money_is_easy_to_read(raw: str, text: str) -> None:
    assert money_text(raw) == text


def test_a_single_figure_and_no_data(rapport: Rapport) -> None:
    with rapport.store.reading(rapport.store.principal(ANNA)) as unit:
        base = {
            "metric": "win_rate",
            "unit": "%",
            "period": ["2026-07-01", "2026-09-30"],
            "filter": "",
            "row_count": 0,
            "columns": ["win_rate"],
        }
        assert "50%" in measure_table(unit, base | {"rows": [["50.00"]]}, words("en"))
        assert "no data" in measure_table(unit, base | {"rows": [[None]]}, words("en"))
        assert "2026年7月1日" in measure_table(unit, base | {"rows": [[None]]}, words("zh"))


def test_every_word_is_there_in_both_languages() -> None:
    table_en, table_zh = words("en"), words("zh")
    for key in table_en.table:
        assert table_en[key].strip()
        assert table_zh[key].strip()
        assert table_en[key].count("{") == table_zh[key].count("{"), key


@pytest.mark.parametrize(
    ("headers", "language"),
    [
        ({}, "en"),
        ({"accept-language": "zh-CN,zh;q=0.9,en;q=0.8"}, "zh"),
        ({"accept-language": "de, en;q=0.3, zh;q=0.6"}, "zh"),
        ({"accept-language": ";;q=x"}, "en"),
        ({"accept-language": "zh", "cookie": "rapport_language=en"}, "en"),
        ({"cookie": "rapport_language=xx"}, "en"),
    ],
)
def test_the_reader_s_language(headers: dict[str, str], language: str) -> None:
    assert language_of(headers) == language
