"""The records a change is about, and the words that name them."""

from dataclasses import dataclass, field

from agent.embedded.names import Name
from agent.embedded.spans import Span
from store.name_index import NAMED
from store.query import RecordView

RECORDS = frozenset(NAMED) - {"user", "team"}


SEVERAL = 12  # named in one sentence
READ = 2_000  # records of one customer and kind whose titles are compared with the words said


@dataclass
class Subject:
    """Records of one kind, and the spans that are spent on naming them."""

    kind: str
    records: list[RecordView]
    spans: list[Span] = field(default_factory=list)

    def words(self) -> str:
        """Everything the records' own texts say, lower case: what repeats it describes them."""
        return " ".join(str(value) for record in self.records for value in (record.name, record.key, *record.fields.values())).casefold()


def best(span: Span, kind: str = "") -> list[Name]:
    names = [name for name in span.names if name.type in RECORDS and (not kind or name.type == kind)]
    top = max((name.score for name in names), default=0.0)
    return [name for name in names if name.score == top]
