"""`kill -9` at any moment, a few times; `make trials` does it 200 times on each database."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import data_folders
import pytest

HARNESS = Path(__file__).with_name("kill_trials.py")
ROOT = HARNESS.parents[2]


def trials(count: int, folder: Path, *options: str) -> dict[str, Any]:
    """In a process of its own: it forks, which one with threads should not."""
    url = data_folders.server.empty(folder / "killed") if data_folders.server else ""
    command = [sys.executable, str(HARNESS), "--trials", str(count), "--url", url, *options]
    done = subprocess.run(command, cwd=ROOT, env={"PYTHONPATH": str(ROOT), "PATH": ""}, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_whatever_the_moment_it_is_all_or_nothing(tmp_path: Path) -> None:
    found = trials(6, tmp_path, "--longest", "1.0")
    assert (found["wrong"], found["trials"]) == ([], 6), f"seed {found['seed']}"


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_two_hundred_times(tmp_path: Path) -> None:
    found = trials(200, tmp_path)
    assert found["wrong"] == [], f"seed {found['seed']}"
