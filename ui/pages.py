"""The few pages of our own beside Gradio: one frame, one style sheet, no script."""

from functools import cache
from html import escape
from pathlib import Path


@cache
def _style() -> str:
    return (Path(__file__).parent / "pages.css").read_text("utf-8")


def page(title: str, body: str, *, language: str = "en", wide: bool = False) -> str:
    """A whole HTML document; `body` is HTML already, `title` is text."""
    return f"""<!doctype html>
<html lang="{"zh-CN" if language == "zh" else "en"}"><head><meta charset="utf-8"><title>{escape(title)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">
<link rel="icon" href="/favicon.ico" type="image/svg+xml"><style>{_style()}</style></head>
<body class="{"wide" if wide else "narrow"}"><main>{body}</main></body></html>"""
