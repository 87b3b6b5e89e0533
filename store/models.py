"""The tables. Field names, labels and kinds live in `vocabulary.yaml`; a test holds the two together."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Boolean, Float, ForeignKey, Index, Integer, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column
from ulid import ULID

from store.columns import Money, UtcDateTime, json_type


def new_id() -> str:
    """A ULID: 26 characters that sort by the moment they were made."""
    return str(ULID())


class Base(DeclarativeBase):
    type_annotation_map = {datetime: UtcDateTime, Decimal: Money, dict[str, Any]: json_type(), list[Any]: json_type()}  # noqa: RUF012


def reference(table: str, *, index: bool = True) -> Any:
    return mapped_column(String(26), ForeignKey(f"{table}.id"), index=index, nullable=True)


class Record:
    """What every record has. `key` is the import key; `custom` holds the fields an administrator added."""

    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    key: Mapped[str | None] = mapped_column(String(200), unique=True)
    version: Mapped[int] = mapped_column(Integer, default=1)
    tags: Mapped[list[Any] | None]
    source: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    created_by: Mapped[str | None] = mapped_column(String(26))
    updated_by: Mapped[str | None] = mapped_column(String(26))
    deleted_at: Mapped[datetime | None]
    custom: Mapped[dict[str, Any]] = mapped_column(default=dict)

    @declared_attr
    def owner_id(cls) -> Mapped[str | None]:  # noqa: N805
        return mapped_column(String(26), ForeignKey("user.id", use_alter=True), index=True, nullable=True)

    @declared_attr
    def team_id(cls) -> Mapped[str | None]:  # noqa: N805
        return mapped_column(String(26), ForeignKey("team.id", use_alter=True), index=True, nullable=True)


class User(Record, Base):
    __tablename__ = "user"
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(320), unique=True)
    role: Mapped[str] = mapped_column(String(40), default="rep")
    region: Mapped[str | None] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))


class Team(Record, Base):
    __tablename__ = "team"
    name: Mapped[str] = mapped_column(String(200))
    parent_id: Mapped[str | None] = mapped_column(String(26), ForeignKey("team.id"))
    manager_id: Mapped[str | None] = mapped_column(String(26), ForeignKey("user.id", use_alter=True))
    region: Mapped[str | None] = mapped_column(String(200))


class Account(Record, Base):
    __tablename__ = "account"
    name: Mapped[str] = mapped_column(String(500), index=True)
    industry: Mapped[str | None] = mapped_column(String(200), index=True)
    employees: Mapped[int | None]
    annual_revenue: Mapped[Decimal | None]
    region: Mapped[str | None] = mapped_column(String(200))
    country: Mapped[str | None] = mapped_column(String(200))
    city: Mapped[str | None] = mapped_column(String(200))
    website: Mapped[str | None] = mapped_column(String(500))
    phone: Mapped[str | None] = mapped_column(String(80))
    tax_id: Mapped[str | None] = mapped_column(String(80))
    tier: Mapped[str | None] = mapped_column(String(40))
    lifecycle: Mapped[str | None] = mapped_column(String(40))
    parent_id: Mapped[str | None] = reference("account")
    founded_year: Mapped[int | None]
    last_contact_at: Mapped[datetime | None] = mapped_column(index=True)
    next_follow_up_at: Mapped[datetime | None]
    description: Mapped[str | None] = mapped_column(Text)


class Contact(Record, Base):
    __tablename__ = "contact"
    name: Mapped[str] = mapped_column(String(500), index=True)
    account_id: Mapped[str | None] = reference("account")
    title: Mapped[str | None] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(320), index=True)
    phone: Mapped[str | None] = mapped_column(String(80))
    wechat: Mapped[str | None] = mapped_column(String(120))
    role: Mapped[str | None] = mapped_column(String(80))
    do_not_contact: Mapped[bool | None] = mapped_column(Boolean)
    birthday: Mapped[date | None]
    description: Mapped[str | None] = mapped_column(Text)


class Lead(Record, Base):
    __tablename__ = "lead"
    name: Mapped[str] = mapped_column(String(500), index=True)
    company: Mapped[str | None] = mapped_column(String(500))
    title: Mapped[str | None] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(320))
    phone: Mapped[str | None] = mapped_column(String(80))
    status: Mapped[str | None] = mapped_column(String(80), default="new")
    score: Mapped[float | None] = mapped_column(Float)
    last_contact_at: Mapped[datetime | None]
    next_follow_up_at: Mapped[datetime | None]
    description: Mapped[str | None] = mapped_column(Text)


class Pipeline(Base):
    __tablename__ = "pipeline"
    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    position: Mapped[int] = mapped_column(default=0)


class Stage(Base):
    """A step of a pipeline. `kind` is open, won or lost; `probability` is 0-100."""

    __tablename__ = "stage"
    __table_args__ = (UniqueConstraint("pipeline_id", "name"),)
    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    pipeline_id: Mapped[str] = mapped_column(String(26), ForeignKey("pipeline.id"))
    name: Mapped[str] = mapped_column(String(200))
    label_zh: Mapped[str | None] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(10), default="open")
    position: Mapped[int] = mapped_column(default=0)
    probability: Mapped[float] = mapped_column(Float, default=0)


class Opportunity(Record, Base):
    __tablename__ = "opportunity"
    name: Mapped[str] = mapped_column(String(500), index=True)
    account_id: Mapped[str | None] = reference("account")
    pipeline_id: Mapped[str | None] = reference("pipeline", index=False)
    stage_id: Mapped[str] = mapped_column(String(26), ForeignKey("stage.id"), index=True)
    amount: Mapped[Decimal | None] = mapped_column(index=True)
    currency: Mapped[str | None] = mapped_column(String(3))
    probability: Mapped[float | None] = mapped_column(Float)
    engaged_on: Mapped[date | None]
    close_date: Mapped[date | None] = mapped_column(index=True)
    type: Mapped[str | None] = mapped_column(String(80))
    product_id: Mapped[str | None] = reference("product")
    next_step: Mapped[str | None] = mapped_column(String(1000))
    lost_reason: Mapped[str | None] = mapped_column(String(500))
    description: Mapped[str | None] = mapped_column(Text)


class StageHistory(Base):
    __tablename__ = "stage_history"
    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    opportunity_id: Mapped[str] = mapped_column(String(26), ForeignKey("opportunity.id"), index=True)
    stage_id: Mapped[str] = mapped_column(String(26), ForeignKey("stage.id"))
    entered_at: Mapped[datetime]
    proposal_id: Mapped[str | None] = mapped_column(String(26))


class Activity(Record, Base):
    __tablename__ = "activity"
    kind: Mapped[str] = mapped_column(String(40), default="note")
    direction: Mapped[str | None] = mapped_column(String(40))
    subject: Mapped[str | None] = mapped_column(String(1000))
    body: Mapped[str | None] = mapped_column(Text)
    occurred_at: Mapped[datetime] = mapped_column(index=True)
    account_id: Mapped[str | None] = reference("account")
    contact_id: Mapped[str | None] = reference("contact")
    lead_id: Mapped[str | None] = reference("lead")
    opportunity_id: Mapped[str | None] = reference("opportunity")
    case_id: Mapped[str | None] = reference("case")
    author_id: Mapped[str | None] = mapped_column(String(26), ForeignKey("user.id"), index=True)
    trust: Mapped[str] = mapped_column(String(20), default="internal")


class Task(Record, Base):
    __tablename__ = "task"
    title: Mapped[str] = mapped_column(String(1000))
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    priority: Mapped[str | None] = mapped_column(String(40), default="normal")
    status: Mapped[str] = mapped_column(String(40), default="open")
    assignee_id: Mapped[str | None] = mapped_column(String(26), ForeignKey("user.id"), index=True)
    account_id: Mapped[str | None] = reference("account")
    contact_id: Mapped[str | None] = reference("contact")
    lead_id: Mapped[str | None] = reference("lead")
    opportunity_id: Mapped[str | None] = reference("opportunity")
    description: Mapped[str | None] = mapped_column(Text)


class Case(Record, Base):
    __tablename__ = "case"
    subject: Mapped[str] = mapped_column(String(1000))
    status: Mapped[str] = mapped_column(String(40), default="open")
    priority: Mapped[str | None] = mapped_column(String(40), default="normal")
    type: Mapped[str | None] = mapped_column(String(80))
    satisfaction: Mapped[float | None] = mapped_column(Float)
    account_id: Mapped[str | None] = reference("account")
    contact_id: Mapped[str | None] = reference("contact")
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    description: Mapped[str | None] = mapped_column(Text)


class Product(Record, Base):
    __tablename__ = "product"
    name: Mapped[str] = mapped_column(String(500))
    sku: Mapped[str | None] = mapped_column(String(200))
    series: Mapped[str | None] = mapped_column(String(200))
    price: Mapped[Decimal | None]


class Order(Record, Base):
    __tablename__ = "order"
    number: Mapped[str] = mapped_column(String(200))
    account_id: Mapped[str | None] = reference("account")
    ordered_on: Mapped[date | None] = mapped_column(index=True)
    amount: Mapped[Decimal | None]
    currency: Mapped[str | None] = mapped_column(String(3))
    product_id: Mapped[str | None] = reference("product")


class CustomField(Base):
    """A field an administrator or an import added; its values live in the record's `custom` under `name`."""

    __tablename__ = "custom_field"
    __table_args__ = (UniqueConstraint("entity", "name"),)
    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    entity: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(20))
    label_en: Mapped[str | None] = mapped_column(String(200))
    label_zh: Mapped[str | None] = mapped_column(String(200))
    words: Mapped[list[Any] | None]
    target: Mapped[str | None] = mapped_column(String(40))


class PicklistValue(Base):
    """`field` is entity.field; the value is what records hold, label and words are what people say."""

    __tablename__ = "picklist_value"
    __table_args__ = (UniqueConstraint("field", "value"),)
    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    field: Mapped[str] = mapped_column(String(120))
    value: Mapped[str] = mapped_column(String(200))
    label_zh: Mapped[str | None] = mapped_column(String(200))
    words: Mapped[list[Any] | None]
    position: Mapped[int] = mapped_column(default=0)


class Synonym(Base):
    """A word an administrator gave an entity (`subject` = account) or a field (`subject` = account.industry)."""

    __tablename__ = "synonym"
    __table_args__ = (UniqueConstraint("subject", "word"),)
    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    subject: Mapped[str] = mapped_column(String(120))
    word: Mapped[str] = mapped_column(String(200))


class Meta(Base):
    """Small facts about the store itself: schema revision of the words, reporting currency, audit head."""

    __tablename__ = "meta"
    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class Proposal(Base):
    """A change somebody wants made. Statuses: pending approved rejected expired superseded conflict applied undone."""

    __tablename__ = "proposal"
    __table_args__ = (UniqueConstraint("user_id", "idempotency_key"),)
    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    operation: Mapped[str] = mapped_column(String(20))
    type: Mapped[str] = mapped_column(String(40))
    status: Mapped[str] = mapped_column(String(20), default="pending", index=True)
    reason: Mapped[str | None] = mapped_column(Text)
    evidence: Mapped[list[Any] | None]
    door: Mapped[str] = mapped_column(String(20))
    user_id: Mapped[str] = mapped_column(String(26), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(String(26))
    decided_at: Mapped[datetime | None]
    undo_of: Mapped[str | None] = mapped_column(String(26))
    conversation_id: Mapped[str | None] = mapped_column(String(26))
    external: Mapped[bool] = mapped_column(Boolean, default=False)
    idempotency_key: Mapped[str | None] = mapped_column(String(200))
    content_hash: Mapped[str | None] = mapped_column(String(64))
    note: Mapped[str | None] = mapped_column(Text)


class ProposalChange(Base):
    """One record of a proposal. `before`/`after` hold only the fields that change, as plain JSON (references by id)."""

    __tablename__ = "proposal_change"
    proposal_id: Mapped[str] = mapped_column(String(26), ForeignKey("proposal.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    op: Mapped[str] = mapped_column(String(10))
    type: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[str] = mapped_column(String(26), index=True)
    name: Mapped[str] = mapped_column(String(500))
    base_version: Mapped[int] = mapped_column(default=0)
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    effects: Mapped[dict[str, Any] | None]


class AuditEvent(Base):
    """A link of the chain: `hash` covers every column before it and the hash of the link before."""

    __tablename__ = "audit_event"
    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    user_id: Mapped[str | None] = mapped_column(String(26), index=True)
    door: Mapped[str] = mapped_column(String(20))
    action: Mapped[str] = mapped_column(String(40))
    proposal_id: Mapped[str | None] = mapped_column(String(26), index=True)
    summary: Mapped[str] = mapped_column(Text)
    digest: Mapped[str | None] = mapped_column(String(64))
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class OutboxEntry(Base):
    """A record whose text changed and that the index has not seen yet."""

    __tablename__ = "outbox"
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    type: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[str] = mapped_column(String(26))
    created_at: Mapped[datetime]


class Passage(Base):
    """A sentence group of a record's text, as the index knows it. Ownership is read from the record, never from here."""

    __tablename__ = "passage"
    __table_args__ = (Index("ix_passage_record", "type", "record_id"),)
    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    type: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[str] = mapped_column(String(26))
    seq: Mapped[int] = mapped_column(default=0)
    text: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(2))
    account_id: Mapped[str | None] = mapped_column(String(26), index=True)
    happened_at: Mapped[datetime | None]
    vector: Mapped[bytes | None] = mapped_column(LargeBinary)


class Conversation(Base):
    __tablename__ = "conversation"
    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(String(26), index=True)
    title: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Message(Base):
    """One side of a turn; `answer` is the answer as the contract has it, `frame` what the built-in brain carries on."""

    __tablename__ = "message"
    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    conversation_id: Mapped[str] = mapped_column(String(26), ForeignKey("conversation.id"), index=True)
    role: Mapped[str] = mapped_column(String(10))
    text: Mapped[str] = mapped_column(Text)
    answer: Mapped[dict[str, Any] | None]
    frame: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime]


class Token(Base):
    """A bearer token or a browser session, kept as a hash."""

    __tablename__ = "token"
    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(String(26), ForeignKey("user.id"))
    kind: Mapped[str] = mapped_column(String(10))
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


RECORD_MODELS: dict[str, type[Any]] = {
    "account": Account,
    "contact": Contact,
    "lead": Lead,
    "opportunity": Opportunity,
    "activity": Activity,
    "task": Task,
    "case": Case,
    "product": Product,
    "order": Order,
    "user": User,
    "team": Team,
}
