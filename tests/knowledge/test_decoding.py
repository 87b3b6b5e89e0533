"""Recordings of every format taken, and files that are none: told by their first bytes, decoded apart, never followed to other files."""

import resource
import struct
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as tries
from hypothesis import strategies as st
from sounds import FORMATS, encoded, silent_film, tone, wav

from knowledge.voice.decoding import RATE, Limits, Sound, decoded
from knowledge.voice.media import media_of
from store.errors import InvalidInput

LIMITS = Limits(minutes=2, megabytes=5)


def pitch(sound: Sound) -> float:
    """The loudest frequency."""
    samples = sound.read(0, min(sound.seconds, 4))
    return float(np.fft.rfftfreq(len(samples), 1 / RATE)[np.abs(np.fft.rfft(samples)).argmax()])


def loudness(sound: Sound) -> float:
    return float(np.sqrt((sound.read(0, sound.seconds) ** 2).mean()))


@pytest.mark.parametrize("ending", FORMATS)
def test_every_format_is_heard_as_it_sounds(ending: str) -> None:
    with decoded(encoded(ending, 3.0, pitch=440), LIMITS) as sound:
        assert sound.seconds == pytest.approx(3.0, abs=0.15)
        assert pitch(sound) == pytest.approx(440, abs=3)
        assert sound.warnings == ()


@pytest.mark.parametrize("rate", [8_000, 44_100, 48_000])
def test_wav_of_any_rate_mono_and_stereo(rate: int) -> None:
    one, other = tone(2, rate=rate), tone(2, rate=rate, loudness=0.1)
    for content in (wav(one, rate=rate), wav(one, other, rate=rate), wav(one, np.zeros_like(one), rate=rate)):
        with decoded(content, LIMITS) as sound:
            assert sound.seconds == pytest.approx(2.0, abs=0.05)
            assert (pitch(sound), sound.stated_s) == (pytest.approx(220, abs=3), pytest.approx(2.0))
            assert loudness(sound) > 0.1


def test_channels_that_cancel_each_other_out_are_heard_through_one() -> None:
    one = tone(2)
    with decoded(wav(one, -one), LIMITS) as sound:
        assert "one_channel" in sound.warnings
        assert loudness(sound) > 0.3
    with decoded(wav(one, one), LIMITS) as same:
        assert same.warnings == ()


def test_a_part_of_a_recording_is_read_by_its_seconds() -> None:
    with decoded(wav(np.concatenate([tone(1), tone(1, pitch=880)])), LIMITS) as sound:
        later = sound.read(1.2, 1.8)
        assert len(later) == pytest.approx(0.6 * RATE, abs=1)
        assert np.fft.rfftfreq(len(later), 1 / RATE)[np.abs(np.fft.rfft(later)).argmax()] == pytest.approx(880, abs=5)


@pytest.mark.parametrize("ending", ["wav", "webm", "flac"])
def test_a_file_that_breaks_off_says_so(ending: str) -> None:
    whole = wav(tone(30)) if ending == "wav" else encoded(ending, 30)
    with decoded(whole, LIMITS) as sound:
        stated, warned = sound.stated_s, sound.warnings
    assert warned == ()
    with decoded(whole[: len(whole) // 2], LIMITS) as half:
        assert half.seconds < 20
        assert half.stated_s is None or stated is None or half.stated_s == pytest.approx(stated, abs=0.1)
        assert set(half.warnings) & {"shorter_than_stated", "damaged"}


def test_bytes_gone_wrong_in_the_middle_are_said() -> None:
    content = bytearray(encoded("flac", 20))
    content[len(content) // 2 : len(content) // 2 + 4_000] = b"\x55" * 4_000
    with decoded(bytes(content), LIMITS) as sound:
        assert sound.seconds > 5
        assert set(sound.warnings) & {"damaged", "shorter_than_stated"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"ffconcat version 1.0\nfile '/etc/hostname'\n", "list that points to other files"),
        (b"#EXTM3U\n#EXTINF:1,\n/etc/hostname\n", "list that points to other files"),
        (b"\xef\xbb\xbf#EXTM3U\nhttp://127.0.0.1/x.ts\n", "list that points to other files"),
        (b"Dear Sir, please find attached", "text"),
        ("客户说价格太高".encode(), "text"),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "picture"),
        (b"\xff\xd8\xff\xe0" + bytes(40), "picture"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(40), "picture"),
        (b"%PDF-1.7 ....", "PDF"),
        (b"PK\x03\x04" + bytes(40), "ZIP"),
        (bytes(100), "no format known"),
        (b"RIFF\x10\x00\x00\x00WAVE", "damaged"),
        (b"\x1aE\xdf\xa3" + bytes(60), "damaged"),
        (b"OggS" + bytes(60), "damaged"),
        (b"ID3" + bytes(60), "damaged"),
    ],
)
def test_what_is_no_recording_is_named(content: bytes, said: str) -> None:
    with pytest.raises(InvalidInput) as refused, decoded(content, LIMITS):
        pass
    assert said in str(refused.value)
    assert refused.value.hint


def heard_or_refused(content: bytes) -> float:
    """How many seconds were heard; none when it was refused with what to do."""
    try:
        with decoded(content, LIMITS) as sound:
            return sound.seconds
    except InvalidInput as refused:
        return 0.0 if refused.hint else float("inf")


def test_a_list_inside_a_sound_format_reaches_no_other_file(tmp_path: Path) -> None:
    """A movie whose sound lies in another file by reference: the decoder can open nothing."""
    other = tmp_path / "other.wav"
    other.write_bytes(wav(tone(30)))
    movie = encoded("m4a", 1.0)
    pointing = movie.replace(b"url \x00\x00\x00\x01", b"url \x00\x00\x00\x00" + str(other).encode() + b"\x00", 1)
    assert pointing != movie
    assert heard_or_refused(pointing) <= 1.2


def test_a_film_without_sound() -> None:
    with pytest.raises(InvalidInput, match="no sound"), decoded(silent_film(), LIMITS):
        pass


def test_too_large_and_too_long_are_refused_with_the_limit() -> None:
    with pytest.raises(InvalidInput, match="limit is 1"), decoded(wav(tone(60)), Limits(minutes=2, megabytes=1)):
        pass
    with pytest.raises(InvalidInput, match=r"longer than 0\.5 minutes"), decoded(wav(tone(70)), Limits(minutes=0.5, megabytes=5)):
        pass


def test_much_silence_in_little_room_is_stopped_in_bounded_memory() -> None:
    bomb = encoded("opus", 900, silent=True)
    assert len(bomb) < 2**18
    before, earlier = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    started = time.monotonic()
    with pytest.raises(InvalidInput, match="longer than 2 minutes"), decoded(bomb, LIMITS):
        pass
    assert time.monotonic() - started < 20
    grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown_kib < 60 * 1024
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # The most of any child, earlier ones too; one begins with what its parent has.
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss <= max(400 * 1024, earlier, after)


def test_a_header_that_promises_everything_costs_nothing() -> None:
    content = bytearray(wav(tone(1)))
    content[40:44] = struct.pack("<I", 0x7FFFFFF0)
    with decoded(bytes(content), LIMITS) as sound:
        assert sound.seconds == pytest.approx(1.0, abs=0.1)
        assert "shorter_than_stated" in sound.warnings


@given(
    st.binary(max_size=80), st.sampled_from([b"RIFF....WAVE", b"fLaC", b"OggS", b"ID3", b"\xff\xfb\x90\x00", b"\x00\x00\x00\x20ftypM4A "])
)
@tries(max_examples=8)
def test_garbage_after_a_good_beginning_is_refused_or_read_never_more(garbage: bytes, beginning: bytes) -> None:
    content = beginning + garbage + bytes(4)
    assert media_of(content)
    assert heard_or_refused(content) < 1


def test_the_file_of_the_samples_has_no_name() -> None:
    with decoded(wav(tone(1)), LIMITS) as sound:
        assert sound.seconds
    assert not list(Path("/tmp").glob("rapport-sound-*"))
