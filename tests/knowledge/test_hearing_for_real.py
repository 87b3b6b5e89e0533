"""The recogniser that comes with the install, on voices of Debian's synthesisers: slow, and skipped where these are not installed."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sounds import wav

from knowledge.voice.decoding import Limits, decoded
from knowledge.voice.listening import listen
from knowledge.voice.models import problems
from knowledge.voice.transcript import Transcript, assemble
from knowledge.voice.whisper import Whisper
from store.settings import Settings

pytestmark = pytest.mark.slow
SAID = "Met with the customer this morning. They want forty units for eighty two thousand euros. Call them on Tuesday."


@pytest.fixture(scope="module")
def recogniser() -> Whisper:
    settings = Settings(_env_file=None)  # type: ignore[call-arg]
    missing = problems(settings)
    if missing:
        pytest.skip(missing[0])
    return Whisper(settings)


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("flite") is None or shutil.which("sox") is None:
        pytest.skip("flite and sox are not installed (apt-get install flite sox)")
    path = tmp_path_factory.mktemp("spoken") / "note.wav"
    subprocess.run(["flite", "-voice", "slt", "-t", SAID, "-o", str(path)], check=True)
    return path


def heard(recogniser: Whisper, content: bytes) -> Transcript:
    with decoded(content, Limits()) as sound:
        found = list(listen(sound, recogniser))
        warnings = [warning for each in found for warning in each.warnings]
        return assemble([each.stretch for each in found], decoded_s=sound.seconds, warnings=warnings)


def test_a_note_is_heard_with_its_amounts_and_the_seconds_of_its_words(recogniser: Whisper, spoken: Path) -> None:
    transcript = heard(recogniser, spoken.read_bytes())
    assert "82,000" in transcript.text
    assert "Tuesday" in transcript.text
    assert transcript.language == "en"
    amount = transcript.find("82,000")
    day = transcript.find("Tuesday")
    assert amount is not None
    assert day is not None
    assert 0 < amount.start_s < amount.end_s < day.start_s < day.end_s <= transcript.decoded_s + 0.5
    assert all(0 <= word.confidence <= 1 for word in transcript.words)


@pytest.mark.parametrize("effect", [["-r", "8000"], ["-c", "2"], ["vol", "0.05"]])
def test_also_by_telephone_in_stereo_and_softly(recogniser: Whisper, spoken: Path, tmp_path: Path, effect: list[str]) -> None:
    changed = tmp_path / "changed.wav"
    options, after = (effect, []) if effect[0].startswith("-") else ([], effect)
    subprocess.run(["sox", str(spoken), *options, str(changed), *after], check=True)
    assert "82,000" in heard(recogniser, changed.read_bytes()).text


def test_silence_noise_and_music_say_nothing(recogniser: Whisper) -> None:
    random = np.random.default_rng(7)
    moments = np.arange(8 * 16_000) / 16_000
    chord = sum(np.sin(2 * np.pi * pitch * moments) for pitch in (220.0, 277.2, 329.6)) * 6_000
    for sound in (np.zeros(8 * 16_000), random.normal(0, 400, 8 * 16_000), chord):
        assert heard(recogniser, wav(np.asarray(sound, dtype=np.int16))).text == ""


def test_a_long_pause_between_two_sentences_costs_nothing(recogniser: Whisper, spoken: Path) -> None:
    speech = samples(spoken)
    content = wav(np.concatenate([speech, np.zeros(4 * 60 * 16_000, dtype=np.int16), speech]))
    transcript = heard(recogniser, content)
    assert transcript.text.count("82,000") == 2
    assert transcript.segments[-1].start > 4 * 60


@pytest.mark.parametrize(
    ("voice", "said"),
    [
        ("de", "Guten Morgen, ich war heute beim Kunden in Hamburg. Frau Schneider möchte vierzig Geräte. Bitte am Dienstag anrufen."),
        ("fi", "Hyvää huomenta, kävin tänään asiakkaan luona Tampereella. He haluavat neljäkymmentä laitetta. Soita heille tiistaina."),
        ("pl", "Dzień dobry, byłem dzisiaj u klienta w Krakowie. Chcą czterdzieści sztuk. Proszę zadzwonić we wtorek."),
    ],
)
def test_what_is_neither_english_nor_chinese_is_not_made_into_words(
    recogniser: Whisper, spoken: Path, tmp_path: Path, voice: str, said: str
) -> None:
    if shutil.which("espeak-ng") is None:
        pytest.skip("espeak-ng is not installed (apt-get install espeak-ng)")
    foreign = tmp_path / "foreign.wav"
    subprocess.run(["espeak-ng", "-v", voice, "-w", str(foreign), said], check=True)
    alone = heard(recogniser, foreign.read_bytes())
    assert (alone.text, alone.warnings) == ("", ("other_language",))
    both = wav(np.concatenate([samples(spoken), np.zeros(8_000, dtype=np.int16), samples(foreign)]))
    mixed = heard(recogniser, both)
    assert "82,000" in mixed.text
    assert mixed.text == heard(recogniser, spoken.read_bytes()).text
    assert "other_language" in mixed.warnings


def samples(file: Path) -> Any:
    with decoded(file.read_bytes(), Limits()) as sound:
        return (sound.read(0, sound.seconds) * 32_767).astype(np.int16)
