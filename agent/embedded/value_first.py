"""A change whose value is told before its field: "make Ann Lee the owner of …", "set tier = B for …". Put as "set the owner of … to Ann Lee",
which the readers of changes know; no new record is meant, though "make" asks for one elsewhere."""

import re

from agent.embedded.spans import Spanned

_MADE = re.compile(r"^(?:please )?make (?P<value>.+?) the (?P<field>.+?) (?:of|for|on) (?P<record>.+?)[.!]?$", re.IGNORECASE)
_EQUALS = re.compile(r"^(?:please )?(?P<verb>set|change|put|update) (?P<field>[^=:]+?) ?= ?(?P<value>[^=]+)$", re.IGNORECASE)


def rewritten(text: Spanned) -> str | None:
    """The text the usual way round; None where no one field is named between the value and the records."""
    plain = text.text.strip()
    made, equal = _MADE.match(plain), _EQUALS.match(plain)
    found = made or equal
    if found is None or text.text != plain:
        return None
    said = [span for span in text.spans if found.start("field") <= span.first < found.end("field") and not span.filler]
    if len(said) != 1 or not said[0].fields or said[0].names:
        return None
    if made:
        return f"set the {made['field']} of {made['record']} to {made['value']}"
    return f"{found['verb']} {found['field']} to {found['value']}"
