from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from data_folders import copied
from fastapi import FastAPI
from fastapi.testclient import TestClient
from jobs import TODAY
from ui_company import PASSWORD, SignedIn, furnish, settings_in

from agent.bootstrap import Rapport, build
from store.unit import Store
from ui.cli.care import demo
from ui.counters import Counters
from ui.rate import Rate
from ui.server import create_app
from ui.throttle import Throttle


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the small company in it, made once and copied."""
    folder = tmp_path_factory.mktemp("furnished")
    store = Store(settings_in(folder))
    furnish(store)
    store.close()
    return folder


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the demo company, made once and copied."""
    folder = tmp_path_factory.mktemp("demo-company")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAPPORT_HOME", str(folder))
        patch.setenv("RAPPORT_TODAY", TODAY)
        assert demo() == 0
    return folder


@pytest.fixture
def rapport(furnished: Path, tmp_path: Path) -> Iterator[Rapport]:
    made = build(settings_in(copied(furnished, tmp_path / "home")))
    yield made
    made.close()


@pytest.fixture(scope="session")
def pages() -> Callable[[Rapport], FastAPI]:
    """The application, put together once (Gradio takes a while); every test moves into an empty house."""
    made: list[FastAPI] = []

    def moved_in(rapport: Rapport) -> FastAPI:
        if not made:
            made.append(create_app(rapport))
        house = made[0].state.house
        for name, value in (
            ("rapport", rapport),
            ("counters", Counters()),
            ("throttle", Throttle()),
            ("rate", Rate(0)),
            ("provider", None),
        ):
            object.__setattr__(house, name, value)
        return made[0]

    return moved_in


@pytest.fixture
def stranger(rapport: Rapport, pages: Callable[[Rapport], FastAPI]) -> TestClient:
    return TestClient(pages(rapport), base_url="http://rapport.test", follow_redirects=False)


@pytest.fixture
def signed_in(stranger: TestClient) -> SignedIn:
    def sign(email: str) -> TestClient:
        client = TestClient(stranger.app, base_url="http://rapport.test", follow_redirects=False)
        answer = client.post("/api/session", json={"email": email, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        return client

    return sign
