"""Who is who in a text: the people of a customer and our own, as sentences name them."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field

from knowledge.sentences import HAN
from store.rows import rows
from store.unit import Unit


@dataclass(frozen=True, slots=True)
class Names:
    """`ours` are colleagues as texts call them; `of` gives the people of an account, whom the asker may see."""

    ours: tuple[str, ...]
    theirs: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def of(self, account_id: str | None) -> tuple[str, ...]:
        return self.theirs.get(account_id or "", ())


def names_of(unit: Unit, account_ids: Collection[str]) -> Names:
    theirs: dict[str, list[str]] = defaultdict(list)
    for row in rows(unit, "contact", ["name", "account"], among=("account", account_ids)):
        theirs[row["account"]] += called(row["name"] or "")
    ours = [each for row in rows(unit, "user", ["name"]) for each in called(row["name"] or "")]
    return Names(tuple(dict.fromkeys(ours)), {key: tuple(dict.fromkeys(names)) for key, names in theirs.items()})


def called(name: str) -> list[str]:
    """ "Jane van Doe" → itself, Jane and Doe; 王小明 → itself and what follows the surname; both of "Mia Wang 王敏"."""
    words = name.split()
    han = [word for word in words if HAN.search(word)]
    latin = [word for word in words if not HAN.search(word)]
    found = [" ".join(latin)] if latin else []
    if len(latin) > 1:
        found += [word for word in (latin[0], latin[-1]) if len(word) > 2]
    for word in han:
        found += [word, word[1:]] if len(word) > 2 else [word]
    return [each for each in found if each]
