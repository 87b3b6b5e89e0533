"""The ten commonest jobs (`jobs.py`) at a desk in English and on a phone in Chinese, each in a browser and a house of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browser import CHROMIUM, Browser, chromium
from data_folders import copied
from jobs import JOBS, TODAY, Seat, Sitting
from served import served

from agent.bootstrap import Rapport, build
from store.settings import Settings
from ui.server import create_app

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"no {CHROMIUM}")]
SEATS = [Seat(1440, 900, "en", False), Seat(390, 844, "zh", True)]


@pytest.fixture
def firm(demo_folder: Path, tmp_path: Path) -> Iterator[Rapport]:
    made = build(Settings(home=copied(demo_folder, tmp_path / "home"), database_url="", today=TODAY, _env_file=None))  # type: ignore[call-arg]
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


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.__name__)
def test_a_job(job: Callable[[Sitting], None], browser: Browser, url: str, seat: Seat, firm: Rapport, tmp_path: Path) -> None:
    job(Sitting(browser, url, seat, firm, tmp_path))
