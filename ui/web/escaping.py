"""Text from records and models is shown, never obeyed: no HTML, link or image of theirs reaches the page.

Markdown reads character references as text, so a character written as one is displayed and does nothing else.
"""

import re

_ACTIVE = re.compile(r"[\\`*_{}\[\]()<>#|!~&$^=]|@|://|(?<=www)\.|\n|\r|(?<![\w.])[-+](?=\s)|^\s*\d+[.)](?=\s)", re.IGNORECASE)
_MARKUP = re.compile(r"[\[\]<>]|&(?!#?\w{1,31};)|@|://|(?<=www)\.", re.IGNORECASE)


def plain(text: object) -> str:
    """One line of text that Markdown shows as it stands: for table cells, quotes and headings."""
    line = " ".join(str(text).split())
    return _ACTIVE.sub(_reference, line)


def calm(markdown: str) -> str:
    """Markdown whose bold, lists and tables work, and whose links, images, HTML and bare addresses do not.

    A character reference that is there already stays: it can only show a character.
    """
    return _MARKUP.sub(_reference, markdown)


def _reference(match: re.Match[str]) -> str:
    return "".join(f"&#{ord(each)};" for each in match.group())
