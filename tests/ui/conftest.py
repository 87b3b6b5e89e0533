from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copytree

import pytest
from fastapi.testclient import TestClient
from ui_company import PASSWORD, furnish, settings_in

from agent.bootstrap import Rapport, build
from store.unit import Store
from ui.server import create_app

SignedIn = Callable[[str], TestClient]


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the small company in it, made once and copied."""
    folder = tmp_path_factory.mktemp("furnished")
    store = Store(settings_in(folder))
    furnish(store)
    store.close()
    return folder


@pytest.fixture
def rapport(furnished: Path, tmp_path: Path) -> Iterator[Rapport]:
    copytree(furnished, tmp_path / "home")
    made = build(settings_in(tmp_path / "home"))
    yield made
    made.close()


@pytest.fixture
def stranger(rapport: Rapport) -> TestClient:
    return TestClient(create_app(rapport), base_url="http://rapport.test", follow_redirects=False)


@pytest.fixture
def signed_in(stranger: TestClient) -> SignedIn:
    def sign(email: str) -> TestClient:
        client = TestClient(stranger.app, base_url="http://rapport.test", follow_redirects=False)
        answer = client.post("/api/session", json={"email": email, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        return client

    return sign
