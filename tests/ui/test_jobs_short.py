"""The ten commonest jobs (`jobs.py`), one after the other in one browser on a phone in Chinese: the short version that every run has.
At both sizes and in both languages: test_jobs_browser.py."""

from pathlib import Path

import pytest
from browser import CHROMIUM, chromium
from data_folders import copied
from jobs import ADMIN, JOBS, TODAY, Seat, Sitting
from served import served

from agent.bootstrap import build
from store.settings import Settings
from ui.server import create_app

pytestmark = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"no {CHROMIUM}")
PHONE = Seat(390, 844, "zh", True)
THE_REP_FIRST = (0, 1, 3, 2, 4, 5, 6, 7, 8, 9)  # each person signs in once


def test_the_ten_jobs_on_a_phone_in_chinese(demo_folder: Path, tmp_path: Path) -> None:
    firm = build(Settings(home=copied(demo_folder, tmp_path / "home"), database_url="", today=TODAY, _env_file=None))  # type: ignore[call-arg]
    firm.index.read_words()
    try:
        with served(create_app(firm)) as url, chromium() as browser:
            browser.size(PHONE.width, PHONE.height, dark=PHONE.dark, language=PHONE.language)
            at = Sitting(browser, url, PHONE, firm, tmp_path, patient=False)
            for place in THE_REP_FIRST:
                JOBS[place](at)
                assert browser.run("document.documentElement.scrollWidth <= window.innerWidth"), JOBS[place].__name__
            assert at.who == ADMIN
            assert browser.complaints == []
            assert browser.elsewhere(url) == []
    finally:
        firm.close()
