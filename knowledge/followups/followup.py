"""What a note leads to, as data: every value with the place of the words it stands on."""

from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from typing import Generic, Literal, TypeVar

T_co = TypeVar("T_co", covariant=True)
Side = Literal["us", "them"]


@dataclass(frozen=True, slots=True)
class Said(Generic[T_co]):
    """A value and where it was said, in characters of the transcript."""

    value: T_co
    at: int
    until: int


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the customer. `id` is None for one the store does not know."""

    id: str | None
    name: str


@dataclass(slots=True)
class PersonNews:
    """What was said of a person: `values` are fields of a contact. `refuses`: a channel, or "any"."""

    person: Said[Person]
    values: dict[str, Said[str]] = field(default_factory=dict)
    left: Said[str] | None = None
    refuses: Said[str] | None = None

    @property
    def tells(self) -> bool:
        return bool(self.values or self.left or self.refuses or self.person.value.id is None)


@dataclass(frozen=True, slots=True)
class Due:
    day: date
    at: time | None = None


@dataclass(slots=True)
class Task:
    """`assignee` is the id of a colleague, None for the speaker."""

    title: Said[str]
    due: Said[Due] | None = None
    assignee: Said[str] | None = None
    people: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Money:
    """`currency` None: not said."""

    value: Decimal
    currency: str | None


@dataclass(slots=True)
class DealNews:
    """What was said of a deal. `id` None: a new one was asked for. `stage` is the id of a stage."""

    id: str | None
    name: str
    stage: Said[str] | None = None
    amount: Said[Money] | None = None
    close_date: Said[date] | None = None
    next_step: Said[str] | None = None
    lost_reason: Said[str] | None = None
    product: Said[str] | None = None
    term: Said[str] | None = None
    discount: Said[str] | None = None
    asked: Said[str] | None = None  # the words that ask for a new deal

    @property
    def tells(self) -> bool:
        said = (self.stage, self.amount, self.close_date, self.next_step, self.lost_reason, self.term, self.discount, self.asked)
        return any(each is not None for each in said)


@dataclass(frozen=True, slots=True)
class Question:
    """What may follow but was not clearly said: whether one of these deals (id, name) has reached a stage. Shown, never changed."""

    stage: Said[str]
    deals: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Promise:
    side: Side
    text: Said[str]


@dataclass(slots=True)
class FollowUp:
    """All that follows from what was said of one customer. `kind` and `day` tell what happened; `at` and `until` cover the words.

    `newcomer`: a customer the store does not know; with `near`, known ones that are called nearly so (id, name), it is not made but asked."""

    account: Said[str] | None  # its id
    account_name: str
    newcomer: Said[str] | None = None
    near: tuple[tuple[str, str], ...] = ()
    kind: Said[str] | None = None
    day: Said[date] | None = None
    people: list[Said[Person]] = field(default_factory=list)
    news: list[PersonNews] = field(default_factory=list)
    deals: list[DealNews] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    promises: list[Promise] = field(default_factory=list)
    risks: list[Said[str]] = field(default_factory=list)
    competitors: list[Said[str]] = field(default_factory=list)
    uncertain: list[Said[str]] = field(default_factory=list)
    stretches: list[tuple[int, int]] = field(default_factory=list)
