"""A sentence that may change something, and what is known where it is read."""

from dataclasses import dataclass

from agent.embedded.frames import Frame
from agent.embedded.lexicon import Lexicon
from agent.embedded.names import NameIndex
from agent.embedded.reading import Reader
from agent.embedded.routes import Routes
from agent.embedded.spans import Span, Spanned
from store.unit import Unit


@dataclass
class Scene:
    """A sentence with an action in it, and where that action stands."""

    unit: Unit
    text: Spanned
    words: Lexicon
    names: NameIndex
    routes: Routes
    previous: list[Frame]
    place: int

    @property
    def spans(self) -> list[Span]:
        return self.text.spans

    @property
    def verb(self) -> Span:
        """The action's word; an empty span when the sentence only implies it."""
        return self.text.spans[self.place] if self.place >= 0 else Span(0, 0, "", 0, 0)

    def reader(self, spans: list[Span]) -> Reader:
        for span in spans:
            span.used = False  # another reading of the same words may have been tried before
        part = Spanned(self.text.text, self.text.tokens, spans, self.text.language)
        return Reader(self.words, self.names, self.routes, self.unit.principal, self.unit.today(), part)
