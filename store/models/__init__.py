"""The tables. Field names, labels and kinds live in `vocabulary.yaml`; a test holds the two together."""

from store.models.base import Base, Record, new_id, new_ids, reference
from store.models.changes import AuditEvent, Proposal, ProposalChange
from store.models.duplicates import DuplicateCandidate, DuplicateKey
from store.models.index import OutboxEntry, Passage
from store.models.kinds import RECORD_MODELS
from store.models.people import Team, Token, User
from store.models.pipelines import Pipeline, Stage, StageHistory
from store.models.records import Account, Activity, Case, Contact, Lead, Opportunity, Order, Product, Task
from store.models.talks import Conversation, Message
from store.models.words import CustomField, Meta, PicklistValue, Synonym

__all__ = [
    "RECORD_MODELS",
    "Account",
    "Activity",
    "AuditEvent",
    "Base",
    "Case",
    "Contact",
    "Conversation",
    "CustomField",
    "DuplicateCandidate",
    "DuplicateKey",
    "Lead",
    "Message",
    "Meta",
    "Opportunity",
    "Order",
    "OutboxEntry",
    "Passage",
    "PicklistValue",
    "Pipeline",
    "Product",
    "Proposal",
    "ProposalChange",
    "Record",
    "Stage",
    "StageHistory",
    "Synonym",
    "Task",
    "Team",
    "Token",
    "User",
    "new_id",
    "new_ids",
    "reference",
]
