"""Speech is cut at pauses into pieces a recogniser can hear, and heard on from any moment; circles and words for silence are left out."""

from itertools import cycle, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted_ear import ScriptedEar, all_of_it
from sounds import tone, wav

from knowledge.voice.decoding import RATE, Limits, Samples, Sound, decoded
from knowledge.voice.listening import PIECE_S, listen, pieces
from knowledge.voice.media import Media
from knowledge.voice.phantoms import in_circles, is_phantom
from knowledge.voice.recogniser import Tongue
from knowledge.voice.transcript import assemble


def quiet(seconds: float) -> Sound:
    return Sound(Media("wav", "audio/wav"), seconds, seconds, (), np.zeros((round(seconds * RATE), 1), dtype=np.int16), 0)


@given(
    st.lists(st.tuples(st.floats(0.1, 20), st.floats(0.0, 8)), min_size=1, max_size=25),
    st.floats(0, 30),
    st.lists(st.sampled_from(["en", "zh", "other", "unsure"]), min_size=1, max_size=9),
)
def test_every_piece_is_short_in_order_and_no_speech_is_lost(
    spoken: list[tuple[float, float]], begin: float, tongues: list[Tongue]
) -> None:
    speeches, now = list[tuple[float, float]](), begin
    for length, pause in spoken:
        speeches.append((now, now + length))
        now += length + pause
    sound, asked, telling = quiet(now), list[float](), cycle(tongues)

    def find(samples: Samples) -> list[tuple[float, float]]:
        seconds = len(samples) / RATE
        at = asked[-1]
        return [(max(0.0, a - at), min(seconds, b - at)) for a, b in speeches if b > at + 0.001 and a < at + seconds - 0.001]

    read = sound.read

    class Followed:
        seconds = sound.seconds

        def read(self, start_s: float, end_s: float) -> Samples:
            asked.append(start_s)
            return read(start_s, end_s)

    found = list(pieces(Followed(), 0.0, find=find, tell=lambda _: next(telling)))  # type: ignore[arg-type]
    assert all(0 < end - start <= PIECE_S + 20 for start, end in found)
    assert all(one[1] <= other[0] + 0.01 for one, other in pairwise(found))
    for start, end in speeches:
        covered = sum(max(0.0, min(end, b) - max(start, a)) for a, b in found)
        assert covered == pytest.approx(end - start, abs=0.05)


@pytest.mark.parametrize(
    ("told", "cut"),
    [
        (["en", "en", "en"], [(0, 15)]), (["en", "zh", "en"], [(0, 5), (5, 10), (10, 15)]), (["unsure", "zh", "unsure"], [(0, 15)]),
        (["other", "unsure", "en"], [(0, 10), (10, 15)]),
    ],
)  # fmt: skip
def test_a_piece_is_of_one_language_where_that_is_clear(told: list[Tongue], cut: list[tuple[float, float]]) -> None:
    telling = iter(told)
    found = list(pieces(quiet(15), 0.0, find=lambda _: [(0.0, 4.9), (5.0, 9.9), (10.0, 15.0)], tell=lambda _: next(telling)))
    assert [(round(start), round(end)) for start, end in found] == cut


def test_pieces_heard_one_by_one_make_the_whole_and_can_be_gone_on_with() -> None:
    with decoded(wav(tone(70)), Limits()) as sound:
        heard = list(listen(sound, ScriptedEar(["We met.", "They want forty.", "", "Bye now."]), find=all_of_it))
        assert [each.until_s for each in heard] == [20.0, 40.0, 60.0, pytest.approx(70.0)]
        rest = list(listen(sound, ScriptedEar(["", "Bye now."]), from_s=heard[1].until_s, find=all_of_it))
        again = [*heard[:2], *rest]
    whole, resumed = (assemble([each.stretch for each in one], decoded_s=70) for one in (heard, again))
    assert whole == resumed
    assert whole.text == "We met. They want forty. Bye now."
    assert [segment.start for segment in whole.segments] == [0.0, 20.0, 60.0]


@pytest.mark.parametrize(
    ("text", "phantom"),
    [
        (" Thank you.", True), ("Thank you. Thank you. Thank you.", True), ("谢谢大家", True), ("请不吝点赞 订阅 转发 打赏支持明镜与点点栏目", True),
        ("Thank you for the quote.", False), ("谢谢客户的订单", False), ("", False),
    ],
)  # fmt: skip
def test_words_for_silence(text: str, phantom: bool) -> None:
    assert is_phantom(text) is phantom


def test_circles_are_kept_once_and_plain_repetition_is_left_alone() -> None:
    def timed(text: str) -> list[tuple[str, float, float, float]]:
        return [(word, float(n), n + 0.5, 0.9) for n, word in enumerate(text.split())]

    def said(text: str) -> str:
        return " ".join(word[0] for word in in_circles(timed(text)))

    assert said("we met " + "and then we left " * 9 + "home") == "we met and then we left home"
    assert said("no no no they said twenty twenty one") == "no no no they said twenty twenty one"
    assert said("very very very very very good") == "very good"
