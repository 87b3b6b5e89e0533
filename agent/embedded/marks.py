"""Values as safe markdown: no mark-up of their own, no link, no image."""

CELL = 60


def cell(value: object) -> str:
    """A value for a markdown table: one line, no mark-up of its own, not too long."""
    text = " ".join(str(value).split())
    text = text if len(text) <= CELL else f"{text[: CELL - 1]}…"
    for mark in ("\\", "|", "<", ">", "`", "*", "_", "[", "]"):
        text = text.replace(mark, f"\\{mark}" if mark not in "<>" else {"<": "&lt;", ">": "&gt;"}[mark])
    return text


def cell_long(text: str) -> str:
    """The same for a text of any length."""
    flat = " ".join(text.split())
    for mark in ("\\", "`", "*", "_", "[", "]"):
        flat = flat.replace(mark, f"\\{mark}")
    return flat.replace("<", "&lt;").replace(">", "&gt;")


def block(text: str) -> str:
    """A text whose lines and brackets are to be seen as they are, as a quotation."""
    lines = []
    for line in text.split("\n"):
        for mark in ("\\", "`", "*", "_", "#"):
            line = line.replace(mark, f"\\{mark}")
        lines.append("> " + line.replace("![", "\\![").replace("](", "]\\(").replace("<", "&lt;").replace(">", "&gt;") + "  ")
    return "\n".join(each.rstrip() if each.strip() == ">" else each for each in lines)
