import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copytree
from types import ModuleType

import pytest
import ui_fakes as fakes
from ui_company import PASSWORD, furnish, settings_in

try:
    import agent.bootstrap  # noqa: F401
except ImportError:  # until the real composition root is in the tree
    stand_in = ModuleType("agent.bootstrap")
    stand_in.Rapport = fakes.FakeRapport  # type: ignore[attr-defined]
    stand_in.build = fakes.build  # type: ignore[attr-defined]
    sys.modules["agent.bootstrap"] = stand_in

from fastapi.testclient import TestClient

from ui.server import create_app

SignedIn = Callable[[str], TestClient]


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("furnished")
    store = fakes.build(settings_in(folder)).store
    furnish(store)
    store.close()
    return folder


@pytest.fixture
def rapport(furnished: Path, tmp_path: Path) -> Iterator[fakes.FakeRapport]:
    copytree(furnished, tmp_path / "home")
    made = fakes.build(settings_in(tmp_path / "home"))
    yield made
    made.close()


@pytest.fixture
def stranger(rapport: fakes.FakeRapport) -> TestClient:
    return TestClient(create_app(rapport), base_url="http://rapport.test", follow_redirects=False)  # type: ignore[arg-type,unused-ignore]


@pytest.fixture
def signed_in(stranger: TestClient) -> SignedIn:
    def sign(email: str) -> TestClient:
        client = TestClient(stranger.app, base_url="http://rapport.test", follow_redirects=False)
        answer = client.post("/api/session", json={"email": email, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        return client

    return sign
