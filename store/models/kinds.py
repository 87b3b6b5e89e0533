"""Which table holds which kind of record."""

from typing import Any

from store.models.agreements import Contract, Quote
from store.models.documents import Document
from store.models.outreach import Campaign, Consent
from store.models.people import Team, User
from store.models.records import Account, Activity, Case, Contact, Lead, Opportunity, Order, Product, Task

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
    "quote": Quote,
    "contract": Contract,
    "campaign": Campaign,
    "consent": Consent,
    "document": Document,
    "user": User,
    "team": Team,
}
