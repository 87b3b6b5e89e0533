"""The records of the CRM."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Boolean, Float, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from store.models.base import Base, Record, reference


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
    campaign_id: Mapped[str | None] = reference("campaign")
    last_contact_at: Mapped[datetime | None]
    next_follow_up_at: Mapped[datetime | None]
    description: Mapped[str | None] = mapped_column(Text)


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
    campaign_id: Mapped[str | None] = reference("campaign")
    next_step: Mapped[str | None] = mapped_column(String(1000))
    lost_reason: Mapped[str | None] = mapped_column(String(500))
    description: Mapped[str | None] = mapped_column(Text)


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
