"""The microphone in a real Chromium, which hears a file in its place: recorded in the chat, sent, transcribed, and a card made of it.

What is said is scripted; that the sound came whole from the microphone through the browser's recorder is measured.
"""

from pathlib import Path
from time import sleep

import pytest
from browser import CHROMIUM, chromium
from scripted_ear import ScriptedEar, all_of_it
from served import served
from sounds import tone, wav
from ui_company import ANNA, PASSWORD

from agent.bootstrap import Rapport
from agent.voice.ear import Ear
from ui.server import create_app

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"no {CHROMIUM}")]

SPOKEN_S = 3.0
NOTES = {"en": "Called Halden Shipping. They want forty units.", "zh": "今天拜访了Halden Shipping，客户想要四十台。"}


def hearing(sound: Path) -> tuple[str, ...]:
    """What has Chromium hear a file instead of a microphone."""
    sound.write_bytes(wav(tone(20)))
    return "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", f"--use-file-for-fake-audio-capture={sound}"


@pytest.mark.parametrize(("width", "language"), [(1440, "en"), (390, "zh")])
def test_a_note_spoken_into_the_microphone_becomes_a_card(rapport: Rapport, tmp_path: Path, width: int, language: str) -> None:
    heard = ScriptedEar([NOTES[language]])
    rapport.ear = Ear(rapport.store, rapport.assistant, heard, find=all_of_it)
    with served(create_app(rapport)) as url, chromium(*hearing(tmp_path / "spoken.wav")) as browser:
        browser.size(width, 900, language=language)
        browser.sign_in(url, ANNA, PASSWORD)
        browser.click("#tools .voice")
        browser.until("document.querySelector('#drop-told .dot')")
        sleep(SPOKEN_S)
        browser.click("#drop-told button.main")
        browser.until(f"document.querySelector('#chat').innerText.includes({NOTES[language][:12]!r})", seconds=60)
        browser.until("document.querySelector('#sheet-place .sheet button.main')", seconds=60)
        assert browser.elsewhere(url) == []
        assert browser.complaints == []
    assert sum(heard.heard) >= SPOKEN_S - 0.5


@pytest.mark.parametrize(("width", "language"), [(1440, "zh"), (390, "en")])
def test_a_note_spoken_on_the_voice_page_is_heard(rapport: Rapport, tmp_path: Path, width: int, language: str) -> None:
    heard = ScriptedEar([NOTES[language]])
    rapport.ear = Ear(rapport.store, rapport.assistant, heard, find=all_of_it)
    with served(create_app(rapport)) as url, chromium(*hearing(tmp_path / "spoken.wav")) as browser:
        browser.size(width, 900, language=language)
        browser.sign_in(url, ANNA, PASSWORD)
        browser.open(f"{url}/voice")
        browser.click("[data-record]")
        browser.click(".recording .quiet")  # discarded: nothing is sent
        browser.click("[data-record]")
        browser.until("document.querySelector('.recording .dot')")
        sleep(SPOKEN_S)
        assert browser.run("document.documentElement.scrollWidth <= window.innerWidth")
        browser.click(".recording button.main")
        browser.click(".list a")
        browser.until("document.querySelector('.sheet')", seconds=60)
        assert browser.run("document.querySelector('.spoken').innerText").count("Halden Shipping") == 1
        assert browser.elsewhere(url) == []
        assert browser.complaints == []
    assert len(heard.heard) == 1
    assert sum(heard.heard) >= SPOKEN_S - 0.5
