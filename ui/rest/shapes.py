"""What REST answers with, for its specification: the contract's shapes, written down once. Routes give plain JSON; these describe it."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from agent.answer import AnswerKind

Values = dict[str, Any]
Cell = str | None


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Problem(_Shape):
    """RFC 9457. `code` is a stable word for programs, `hint` says what to do next."""

    type: str = Field(examples=["about:blank"])
    title: str
    status: int
    code: str = Field(examples=["invalid-input"])
    detail: str
    hint: str | None = None
    options: list[str] | None = None
    errors: list[dict[str, str]] | None = None


class Health(_Shape):
    status: Literal["ok", "ready"]


class Person(_Shape):
    email: str
    name: str
    role: str


class Record(_Shape):
    """People are e-mails, records their names with `<field>_id` beside, decimals strings, dates ISO 8601."""

    type: str
    id: str
    name: str
    key: Cell
    version: int | None = None
    fields: Values
    score: float | None = None


class Citation(BaseModel):
    """Words that were said or written, with where and when."""

    model_config = ConfigDict(extra="allow")

    type: str
    id: str
    account: Cell
    date: Cell
    quote: str


class Figures(_Shape):
    """A computed figure. A single one is one row; a ranking's rows stand in its order; rates are 0 to 100 with unit %."""

    metric: str
    unit: str
    period: list[Cell] | None
    filter: str
    row_count: int
    columns: list[str]
    rows: list[list[Cell]]
    total: Cell
    definition: str
    change: list[Cell] | None = None
    others: Cell = None
    rates: list[str] | None = None


class ChangeShown(_Shape):
    id: str
    type: str
    operation: str
    name: str
    before: Values
    after: Values


class Proposal(_Shape):
    id: str
    operation: Literal["create", "update", "delete", "restore", "merge", "bulk", "import", "send"]
    type: str
    status: Literal["pending", "approved", "rejected", "expired", "superseded", "conflict", "applied", "undone"]
    reason: str
    changes: list[ChangeShown]
    evidence: list[Values]
    note: str
    created_at: str
    asked_by: str
    door: str
    expires_at: str


class Usage(_Shape):
    model_calls: int
    input_tokens: int
    output_tokens: int


class Answer(_Shape):
    """One turn: `ask --json`, REST and MCP alike. Absent parts are empty."""

    conversation_id: str
    message_id: str
    language: Literal["en", "zh"]
    brain: str
    elapsed_ms: int
    kind: AnswerKind
    text: str
    total: int | None
    records: list[Record]
    measure: Figures | None
    measures: list[Figures] = Field(description="All of them, where several were asked for.")
    proposals: list[Proposal]
    citations: list[Citation]
    options: list[str]
    usage: Usage


class Conversation(_Shape):
    id: str
    title: str
    updated_at: str


class Conversations(_Shape):
    conversations: list[Conversation]


class Message(_Shape):
    role: Literal["user", "assistant"]
    text: str
    answer: Values | None
    frames: list[Values]


class Messages(_Shape):
    messages: list[Message]


class Metric(_Shape):
    name: str
    entity: str
    unit: str
    en: str
    zh: str
    definition: str
    dimensions: list[str]


class Found(_Shape):
    query: str
    total: int
    records: list[Record]
    citations: list[Citation]
    note: str


class Page(_Shape):
    """`total` counts every match; `approximate`: no name has the words, these are like them."""

    entity: str
    total: int
    limit: int
    offset: int
    approximate: bool | None = None
    records: list[Record]


class Proposals(_Shape):
    proposals: list[Proposal]


class ImportedFile(BaseModel):
    """The five counts add up to `rows`; `held_back_csv` is to be mended and imported again."""

    model_config = ConfigDict(extra="allow")

    file: str
    kind: str
    rows: int
    created: int
    updated: int
    unchanged: int
    held_back: int
    possible_duplicate: int
    held_back_rows: list[Values]
    held_back_file: Cell
    held_back_csv: Cell
    proposal_ids: list[str]
    preview: list[Values]


class Imported(_Shape):
    dry_run: bool
    rows: int
    created: int
    updated: int
    unchanged: int
    held_back: int
    possible_duplicate: int
    files: list[ImportedFile]
    skipped: list[dict[str, str]]


class AuditEntry(_Shape):
    seq: int
    at: str
    by: Cell
    door: str
    action: str
    proposal: Cell
    summary: str
    hash: str


class Audit(_Shape):
    total: int
    limit: int
    offset: int
    events: list[AuditEntry]


class Verdict(_Shape):
    events: int
    problem: str


class Candidate(_Shape):
    id: str
    status: Literal["open", "dismissed", "merged"]
    score: float
    records: list[Values]
    reasons: list[Values]
    proposal_id: Cell


class Duplicates(_Shape):
    total: int
    duplicates: list[Candidate]


class Looked(_Shape):
    compared: int
    new: int
    gone: int
    open: int


class Action(_Shape):
    key: str
    rule: str
    title: str
    reason: str
    effect: str
    due: str
    score: float
    record: dict[str, str]
    account: str
    account_id: Cell
    step: Values
    expected: Cell
    also: list[str]
    evidence: list[Values]


class Actions(_Shape):
    for_: str = Field(alias="for")
    actions: list[Action]
    more: int
    hidden: int


class Snoozed(_Shape):
    key: str
    verdict: Literal["snoozed", "not_useful"]
    until: Cell


class Draft(_Shape):
    id: str
    status: str
    channel: str
    purpose: str
    language: str
    recipient: Cell
    subject: str
    body: str
    missing: list[str]
    citations: list[Values]
    account_id: Cell
    contact_id: Cell
    lead_id: Cell
    opportunity_id: Cell
    reply_to_id: Cell
    edited: bool
    version: int
    created_at: str
    updated_at: str
    message_id: Cell
    proposal_id: Cell
    activity_id: Cell
    note: str
    mailto: Cell = None


class Drafts(_Shape):
    drafts: list[Draft]


class SetUp(_Shape):
    fields: list[Values]
    picklists: dict[str, list[Values]]
    pipelines: dict[str, list[Values]]
    words: dict[str, list[str]]


class ValueRemoved(_Shape):
    removed: str
    records_changed: int


class StageRemoved(_Shape):
    removed: str
    deals_moved: int


class Recording(_Shape):
    """`kept` says whether its sound can be played; `proposals` are ids."""

    id: str
    name: str
    media_type: str
    size: int
    sha256: str
    status: str
    consent: str
    account_id: Cell
    decoded_s: float | None
    stated_s: float | None
    heard_s: float
    error: str
    proposals: list[str]
    conversation_id: Cell
    kept: bool
    keep_until: Cell
    created_at: str
    transcript: Values | None = None


class Recordings(_Shape):
    recordings: list[Recording]


class Heard(Answer):
    recording: Recording
    transcript: Values
