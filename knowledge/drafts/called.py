"""People by their form of address: 张总, 王经理, Ms Thoma."""

import re
from functools import cache

from knowledge.drafts.addressing import address, surname_forms
from store.conditions import Filter
from store.query import RecordQuery, RecordView, find
from store.unit import Unit

MOST = 200


@cache
def _pattern() -> re.Pattern[str]:
    chinese, english = surname_forms()
    return re.compile(
        rf"(?P<surname>[\u4e00-\u9fff]{{1,2}}?)(?P<rank>{chinese})(?!监|裁|经理|部|公司|体|结|共|是|数|额|计|理|助)|"
        rf"\b(?P<honorific>{english})\.?\s+(?P<name>[A-Z][\w'’-]+(?:\s[A-Z][\w'’-]+)?)"
    )


def called(unit: Unit, text: str) -> tuple[str, list[RecordView]] | None:
    """(the form as said, the contacts it fits) for the first form of address in a text; None when there is none.

    A Chinese form fits by surname and the title it follows from; an English one by surname, whatever the honorific.
    """
    for match in _pattern().finditer(text):
        if match["surname"]:
            for cut in (match["surname"], match["surname"][-1:]):  # 给张总: the word before is not part of the name
                found = _contacts(unit, Filter(field="name", op="starts_with", value=cut))
                fits = [each for each in found if _addressed(each) == cut + match["rank"]]
                if fits:
                    return cut + match["rank"], fits
            return match["surname"][-1:] + match["rank"], []
        surname = match["name"]
        fits = [each for each in _contacts(unit, Filter(field="name", op="contains", value=surname)) if each.name.endswith(surname)]
        return match.group(), fits
    return None


def _addressed(contact: RecordView) -> str:
    return address(contact.name, "zh", title=str(contact.fields.get("title") or "")).honorific


def _contacts(unit: Unit, condition: Filter) -> list[RecordView]:
    return find(unit, RecordQuery(entity="contact", filters=[condition], limit=MOST)).records
