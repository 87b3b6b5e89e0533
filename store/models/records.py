"""The records of the CRM.

Indexes of several columns serve the lists and figures asked most, `deleted_at` in them so that the table need not be read to
know who is alive (docs/decisions/0016-names-in-plain-tables.md, docs/measurements.md).
"""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Boolean, Float, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from store.models.base import Base, Record, belongs_to, reference


class Account(Record, Base):
    __tablename__ = "account"
    __table_args__ = (
        Index("ix_account_name", "name", "deleted_at"),
        Index("ix_account_created_at", "created_at", "deleted_at"),
        Index("ix_account_owner_id", "owner_id", "name", "deleted_at"),
        Index("ix_account_team_id", "team_id", "owner_id", "deleted_at"),
        Index("ix_account_industry", "industry", "annual_revenue", "deleted_at"),
    )
    owner_id: Mapped[str | None] = belongs_to("user")
    team_id: Mapped[str | None] = belongs_to("team")
    name: Mapped[str] = mapped_column(String(500))
    industry: Mapped[str | None] = mapped_column(String(200))
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
    __table_args__ = (
        Index("ix_contact_name", "name", "deleted_at"),
        Index("ix_contact_created_at", "created_at", "deleted_at"),
        Index("ix_contact_owner_id", "owner_id", "name", "deleted_at"),
        Index("ix_contact_team_id", "team_id", "deleted_at"),
        Index("ix_contact_account_id", "account_id", "deleted_at", "owner_id", "team_id"),
    )
    owner_id: Mapped[str | None] = belongs_to("user")
    team_id: Mapped[str | None] = belongs_to("team")
    name: Mapped[str] = mapped_column(String(500))
    account_id: Mapped[str | None] = reference("account", index=False)
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
    campaign_id: Mapped[str | None] = reference("campaign")
    last_contact_at: Mapped[datetime | None]
    next_follow_up_at: Mapped[datetime | None]
    description: Mapped[str | None] = mapped_column(Text)


class Opportunity(Record, Base):
    __tablename__ = "opportunity"
    __table_args__ = (
        Index(
            "ix_opportunity_stage_id",
            "stage_id",
            "close_date",
            "deleted_at",
            "owner_id",
            "team_id",
            "account_id",
            "amount",
            "currency",
            "probability",
        ),
        Index("ix_opportunity_owner_id", "owner_id", "stage_id", "close_date", "deleted_at"),
        Index("ix_opportunity_team_id", "team_id", "deleted_at"),
        Index("ix_opportunity_close_date", "close_date", "amount", "deleted_at"),
    )
    owner_id: Mapped[str | None] = belongs_to("user")
    team_id: Mapped[str | None] = belongs_to("team")
    name: Mapped[str] = mapped_column(String(500), index=True)
    account_id: Mapped[str | None] = reference("account")
    pipeline_id: Mapped[str | None] = reference("pipeline", index=False)
    stage_id: Mapped[str] = mapped_column(String(26), ForeignKey("stage.id"))
    amount: Mapped[Decimal | None] = mapped_column(index=True)
    currency: Mapped[str | None] = mapped_column(String(3))
    probability: Mapped[float | None] = mapped_column(Float)
    engaged_on: Mapped[date | None]
    close_date: Mapped[date | None]
    type: Mapped[str | None] = mapped_column(String(80))
    product_id: Mapped[str | None] = reference("product")
    campaign_id: Mapped[str | None] = reference("campaign")
    next_step: Mapped[str | None] = mapped_column(String(1000))
    lost_reason: Mapped[str | None] = mapped_column(String(500))
    description: Mapped[str | None] = mapped_column(Text)


class Activity(Record, Base):
    __tablename__ = "activity"
    __table_args__ = (
        Index("ix_activity_account_id", "account_id", "occurred_at", "deleted_at"),
        Index("ix_activity_contact_id", "contact_id", "occurred_at", "deleted_at"),
        Index("ix_activity_owner_id", "owner_id", "deleted_at"),
        Index("ix_activity_team_id", "team_id", "deleted_at"),
        Index("ix_activity_author_id", "author_id", "deleted_at"),
        Index("ix_activity_occurred_at", "occurred_at", "deleted_at", "owner_id", "account_id", "team_id", "author_id", "kind"),
    )
    owner_id: Mapped[str | None] = belongs_to("user")
    team_id: Mapped[str | None] = belongs_to("team")
    kind: Mapped[str] = mapped_column(String(40), default="note")
    direction: Mapped[str | None] = mapped_column(String(40))
    subject: Mapped[str | None] = mapped_column(String(1000))
    body: Mapped[str | None] = mapped_column(Text)
    occurred_at: Mapped[datetime]
    account_id: Mapped[str | None] = reference("account", index=False)
    contact_id: Mapped[str | None] = reference("contact", index=False)
    lead_id: Mapped[str | None] = reference("lead")
    opportunity_id: Mapped[str | None] = reference("opportunity")
    case_id: Mapped[str | None] = reference("case")
    author_id: Mapped[str | None] = mapped_column(String(26), ForeignKey("user.id"))
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
