"""Everything that can go wrong in the store, as one tree.

RapportError                what went wrong, in a sentence, and what to do next
├── InvalidInput            a value, field or file that cannot be taken as it is
│   └── NoRate              amounts of several currencies that nothing converts; `currencies` names them
├── NotFound                no such record for this person (hidden and missing read alike)
├── Ambiguous               several records fit; `options` names them
├── NotAllowed              the person's rights or a policy forbid it
├── Conflict                the record moved since it was read
└── Unavailable             the database is locked, full or out of reach
"""

from collections.abc import Sequence


class RapportError(Exception):
    """A failure a person (or a model) can read: `message` says why, `hint` what to do next."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class InvalidInput(RapportError):
    pass


class NoRate(InvalidInput):
    def __init__(self, message: str, *, currencies: Sequence[str], hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.currencies = sorted(currencies)


class NotFound(RapportError):
    pass


class Ambiguous(RapportError):
    def __init__(self, message: str, *, options: Sequence[str], hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.options = list(options)


class NotAllowed(RapportError):
    pass


class Conflict(RapportError):
    pass


class Unavailable(RapportError):
    pass
