"""The documents against the code: every setting, command and metric is there, and the README's commands run."""

import os
import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from evals import metrics_page
from store.schema import vocabulary
from store.settings import Settings
from ui.cli import COMMANDS, main

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")
FENCES = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SERVES = {"serve"}  # runs until stopped: tests/ui starts it
METRICS = ROOT / "docs" / "metrics.md"


def blocks() -> list[list[str]]:
    return [[line for line in text.splitlines() if line.strip()] for text in FENCES.findall(README)]


def variable(name: str) -> str:
    return name.upper() if name.startswith("openai_") else f"RAPPORT_{name.upper()}"


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_in_the_readme(name: str) -> None:
    assert re.search(rf"^\| `{variable(name)}` \|", README, re.MULTILINE), f"add {variable(name)} to the README's table of settings"


def test_the_readme_has_no_setting_that_is_none() -> None:
    shown = set(re.findall(r"^\| `((?:RAPPORT|OPENAI)_\w+)` \|", README, re.MULTILINE))
    assert shown == {variable(name) for name in Settings.model_fields}


@pytest.mark.parametrize("command", [each for commands in COMMANDS.values() for each in commands])
def test_every_command_is_in_the_readme(command: str) -> None:
    assert f"rapport {command}" in README


def test_the_list_of_metrics_is_current() -> None:
    assert METRICS.read_text("utf-8") == metrics_page.page(), "run: python -m evals.metrics_page > docs/metrics.md"


@pytest.mark.parametrize("name", vocabulary()["metrics"])
def test_every_metric_is_in_the_list(name: str) -> None:
    assert f"| `{name}` |" in METRICS.read_text("utf-8")


@pytest.mark.parametrize("document", ["README.md", "AGENTS.md", "CHANGELOG.md", *(f"docs/{p.name}" for p in (ROOT / "docs").glob("*.md"))])
def test_links_lead_somewhere_and_no_path_is_of_one_machine(document: str) -> None:
    text = (ROOT / document).read_text("utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        assert target.startswith("http") or ((ROOT / document).parent / target).exists(), target
    assert not re.search(r"/(work|home|tmp|root)/", text)


class CommandLine:
    """Runs lines of a fence one after another in an empty folder, as a shell would."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> None:
        self._capture, self._patch = capture, patch
        self._proposal = ""
        patch.chdir(folder)
        patch.setenv("RAPPORT_HOME", "data")

    def run(self, lines: list[str]) -> None:
        for line in lines:
            words = shlex.split(line, comments=True)
            if words[0] == "export":
                name, _, value = words[1].partition("=")
                self._patch.setenv(name, value)
            elif words[1] not in SERVES:
                self._rapport([self._proposal if word == "ID" else word for word in words], line)

    def _rapport(self, words: list[str], line: str) -> None:
        assert words[0] == "rapport", line
        self._patch.setattr(sys, "argv", words)
        with pytest.raises(SystemExit) as ended:
            main()
        said = self._capture.readouterr()
        assert ended.value.code == 0, f"{line}\n{said.out}\n{said.err}"
        found = re.search(r"proposal (\w{26})|^(\w{26})  pending", said.out, re.MULTILINE)
        self._proposal = (found[1] or found[2]) if found else self._proposal


@pytest.fixture
def command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[CommandLine]:
    monkeypatch.setattr(sys, "stdin", open(os.devnull, encoding="utf-8"))  # noqa: SIM115 - closed below
    yield CommandLine(tmp_path, capsys, monkeypatch)
    sys.stdin.close()


def test_the_commands_on_the_demo_company_run(command_line: CommandLine) -> None:
    [demo] = [lines for lines in blocks() if "rapport demo" in lines]
    command_line.run(demo)


def test_the_commands_on_the_maven_data_run(command_line: CommandLine, maven_folder: Path) -> None:
    shutil.copytree(maven_folder, "maven-crm")
    command_line.run([line for lines in blocks() if "rapport demo" not in lines for line in lines])


def test_every_fenced_command_belongs_to_one_of_the_two() -> None:
    lines = [line for block in blocks() for line in block]
    assert len(lines) > 25
    assert all(line.startswith(("rapport ", "export ")) for line in lines)
