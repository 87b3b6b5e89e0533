"""What a person can mend is told in Chinese too, and every English text in the list is one that is raised."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from store.errors_said import in_language, texts
from store.principals import Principal
from store.unit import Store

ROOT = Path(__file__).parents[2]
KINDS = {
    "InvalidInput",
    "NoRate",
    "NotFound",
    "Ambiguous",
    "NotAllowed",
    "Conflict",
    "Unavailable",
    "SeveralFit",
    "TooMany",
    "Unauthenticated",
}
WHOLE = (
    "store/gate/proposing.py",
    "store/drafting.py",
    "store/checking.py",
    "tools/changes.py",
    "tools/work.py",
    "ui/imports.py",
    "ui/held.py",
    "ui/web/rooms/forms.py",
    "ui/web/rooms/setup/desk.py",
    "ui/web/rooms/setup/person.py",
    "store/directory.py",
    "store/people.py",
    "store/model_budget.py",
)  # what the assistant's changes meet
# where reasons are worded that rows or columns are not taken as they are
HELD_BACK = ("cells", "entries", "file", "growth", "matching", "reading")
GAP = re.compile(r"\{[^{}]*\}")


def shape(node: ast.expr | None) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)  # type: ignore[misc]
    return ""


def raised(path: Path) -> Iterator[str]:
    """The texts of the errors a file raises, messages and hints."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KINDS:
            yield shape(node.args[0] if node.args else None)
            yield from (shape(keyword.value) for keyword in node.keywords if keyword.arg == "hint")


def test_every_text_of_the_list_is_raised_somewhere() -> None:
    files = [path for room in ("store", "tools", "knowledge", "agent", "ui") for path in (ROOT / room).rglob("*.py")]
    told = {text for path in files for text in raised(path)}
    reasons = [ast.parse((ROOT / "store/importing" / f"{name}.py").read_text("utf-8")) for name in HELD_BACK]
    told |= {shape(node) for tree in reasons for node in ast.walk(tree) if isinstance(node, (ast.Constant, ast.JoinedStr))}
    assert [en for en, _ in texts() if GAP.sub("{}", en) not in told] == []


@pytest.mark.parametrize("name", WHOLE)
def test_what_changes_meet_has_its_chinese(name: str) -> None:
    held = {GAP.sub("{}", en) for en, _ in texts()}
    assert [text for text in raised(ROOT / name) if text and text not in held] == []


def test_both_languages_have_the_same_gaps() -> None:
    assert [en for en, zh in texts() if sorted(GAP.findall(en)) != sorted(GAP.findall(zh))] == []


def test_labels_are_those_of_the_vocabulary(store: Store, boss: Principal) -> None:
    with store.reading(boss) as unit:
        said = in_language(unit.schema, "There is no deal 'Atlas'. Search for it by name.", "zh")
        assert said == "没有名为“Atlas”的商机。请按名称查找。"
        assert in_language(unit.schema, "A new account needs a name. Say the name.", "zh") == "新建客户需要名称。请说出名称。"
        assert in_language(unit.schema, "Something else. Search for it by name.", "zh") == "Something else. Search for it by name."
        assert in_language(unit.schema, "no name, annual revenue", "zh") == "缺少名称、年收入"
        assert in_language(unit.schema, "'big one' is not a number for annual revenue", "zh") == "“big one”不是年收入可用的数字"
        assert in_language(unit.schema, "Say what should be different.", "en") == "Say what should be different."
