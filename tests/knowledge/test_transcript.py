"""Transcripts: places and seconds agree, names put right keep what was heard, and nothing is lost on the way to JSON."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.voice.transcript import Candidate, Mention, Stretch, Transcript, assemble, from_text, put_right

LARKFIELD = Candidate("account", "01", "Larkfield Optics", 92.0)
CHENGHAI = Candidate("account", "02", "澄海电子", 96.0)
NOTES = st.text(alphabet="ab Met.，。客户 说7k", max_size=60)


def linked(transcript: Transcript, heard: str, to: Candidate | None) -> Mention:
    at = transcript.text.index(heard)
    return Mention(at, at + len(heard), heard, (to,) if to else (), to)


@given(NOTES)
def test_plain_text_is_kept_and_every_word_stands_where_it_says(text: str) -> None:
    made = from_text(text)
    assert made.text == text.strip()
    assert [made.text[word.at : word.until] for word in made.words] == [word.text for word in made.words]
    assert "".join(word.text for word in made.words) == "".join(text.split())
    assert all(word.start < word.end for word in made.words)
    assert list(made.words) == sorted(made.words, key=lambda word: word.start)
    assert "".join(made.text[each.at : each.until] for each in made.segments).replace(" ", "") == "".join(text.split())


@given(NOTES, st.data())
def test_putting_names_right_moves_places_and_keeps_what_was_heard(text: str, data: st.DataObject) -> None:
    made = from_text(text)
    if len(made.text) < 4:
        return
    cuts = sorted(data.draw(st.lists(st.integers(0, len(made.text)), min_size=4, max_size=4, unique=True)))
    spans = [(cuts[0], cuts[1]), (cuts[2], cuts[3])]
    if any(made.text[at:until] != made.text[at:until].strip() for at, until in spans):
        return  # a name begins and ends with a letter
    targets = data.draw(st.lists(st.sampled_from([LARKFIELD, CHENGHAI, None]), min_size=2, max_size=2))
    mentions = [Mention(at, until, made.text[at:until], (), to) for (at, until), to in zip(spans, targets, strict=True)]
    put = put_right(made, mentions)
    assert [put.text[word.at : word.until] for word in put.words] == [word.text for word in put.words]
    assert [put.text[each.at : each.until] for each in put.mentions] == [
        to.name if to else made.text[at:until] for (at, until), to in zip(spans, targets, strict=True)
    ]
    assert (put.words[0].start, put.words[-1].end) == (made.words[0].start, made.words[-1].end)
    if all(any(word.at < until and word.until > at for word in made.words) for at, until in spans):
        assert put.heard == made.text
    assert Transcript.from_json(json.loads(json.dumps(put.to_json()))) == put


def test_a_quote_has_the_words_their_seconds_and_what_was_heard() -> None:
    made = from_text("Met Lark Field Optics, they want 40 units.")
    put = put_right(made, [linked(made, "Lark Field Optics", LARKFIELD)])
    assert put.text == "Met Larkfield Optics, they want 40 units."
    quote = put.find("Larkfield Optics, they")
    assert quote is not None
    assert quote.evidence("recording:7") == {
        "source": "recording:7", "quote": "Larkfield Optics, they", "start_s": 0.4, "end_s": 2.0, "heard": "Lark Field Optics, they",
    }  # fmt: skip
    units = put.find("40 units")
    assert units is not None
    assert units.evidence("r") == {"source": "r", "quote": "40 units.", "start_s": 2.4, "end_s": 3.2}


def test_names_in_chinese_and_a_new_one() -> None:
    made = from_text("今天拜访了成海电子的周敏，下周二再谈。")
    put = put_right(made, [linked(made, "成海电子", CHENGHAI), linked(made, "周敏", None)])
    assert put.text == "今天拜访了澄海电子的周敏，下周二再谈。"
    assert (put.heard, put.language) == (made.text, "zh")
    assert [(each.heard, each.linked is not None) for each in put.mentions] == [("成海电子", True), ("周敏", False)]


def test_stretches_become_one_text_with_pauses_and_the_language_most_spoken() -> None:
    english = Stretch("en", ((" Met", 0.0, 0.4, 0.9), (" Globex.", 0.4, 1.0, 0.8)))
    chinese = Stretch("zh", (("他们", 2.0, 2.4, 0.9), ("要", 2.4, 2.6, 0.5), ("40", 2.6, 3.4, 0.7)))
    more = Stretch("zh", (("月底", 4.0, 4.6, 0.9), ("付款", 4.6, 5.0, 0.9)))
    made = assemble([english, Stretch("en", ()), chinese, more], decoded_s=5.5, stated_s=9.0, warnings=["shorter_than_stated"] * 2)
    assert made.text == "Met Globex. 他们要40 月底付款"
    assert (made.language, made.warnings, made.decoded_s) == ("zh", ("shorter_than_stated",), 5.5)
    assert [(each.start, each.end, each.language) for each in made.segments] == [(0.0, 1.0, "en"), (2.0, 3.4, "zh"), (4.0, 5.0, "zh")]
    assert assemble([more, more], decoded_s=1).text == "月底付款，月底付款"


def test_mentions_that_overlap_are_refused() -> None:
    made = from_text("Lark Field Optics")
    with pytest.raises(ValueError, match="overlap"):
        put_right(made, [linked(made, "Lark Field", LARKFIELD), linked(made, "Field Optics", LARKFIELD)])
