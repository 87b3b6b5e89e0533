"""On a page, what to do next names pages; every text that is replaced is one that is raised, and none with a command is forgotten."""

import ast
import re
from pathlib import Path

import pytest
import yaml

from store.errors_said import texts
from ui.said import on_a_page

ROOT = Path(__file__).parents[2]
PAIRS = yaml.safe_load((ROOT / "ui" / "pages_said.yaml").read_text("utf-8"))
COMMAND = re.compile(r"`?rapport [a-z]|(?<!\w)--[a-z]")
# Raised where no page is: by commands, when the server starts, or to whoever runs the machine.
ELSEWHERE = (
    "store/keeping/", "store/database.py", "store/principals.py", "knowledge/", "agent/turn.py", "store/duplicates/keys.py",
    "store/setup/pipelines.py", "ui/cli/", "ui/mcp/", "ui/rest/", "evals/", "store/demo/",
)  # fmt: skip


def hints() -> list[tuple[str, str]]:
    """(file, text) of every hint and message that is raised; {} where something is filled in."""
    found = []
    for folder in ("store", "tools", "agent", "knowledge", "ui"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.keyword) and node.arg == "hint":
                    found.append((str(path.relative_to(ROOT)), shape(node.value)))
    return found


def shape(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return ""


HINTS = hints()
CHINESE = [re.sub(r"\{\w+\}", "{}", zh) for _, zh in texts()]


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair["said"][:40])
def test_a_text_that_is_replaced_is_one_that_is_raised(pair: dict[str, str]) -> None:
    wanted = re.compile(".+?".join(re.escape(piece) for piece in re.split(r"\{\w+\}", pair["said"])), re.DOTALL)
    assert any(wanted.search(text) for _, text in HINTS) or any(wanted.search(text) for text in CHINESE)
    assert not COMMAND.search(pair["page"])


@pytest.mark.parametrize(("file", "text"), [each for each in HINTS if COMMAND.search(each[1]) and not each[0].startswith(ELSEWHERE)])
def test_no_hint_that_a_page_may_show_names_a_command(file: str, text: str) -> None:
    assert not COMMAND.search(on_a_page(text.replace("{}", "X"))), file


def test_what_was_filled_in_stays() -> None:
    assert on_a_page("Change it with `rapport role set 'sales aide' …`.") == "Change it there: Set-up, Roles, 'sales aide'."
    assert on_a_page("Values: a, b. An administrator can add one: `rapport picklist set account.tier VALUE`.") == (
        "Values: a, b. An administrator can add one: Set-up, Fields and words."
    )
    assert "没有" in on_a_page("没有这个人。")
