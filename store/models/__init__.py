"""The tables. Field names, labels and kinds live in `vocabulary.yaml`; a test holds the two together."""

from store.models.agreements import Contract, Quote
from store.models.base import Base, Record, new_id, new_ids, reference
from store.models.budgets import ModelBudget, ModelUse
from store.models.changes import AuditEvent, Proposal, ProposalChange
from store.models.documents import DocumentFile
from store.models.drafts import EmailDraft
from store.models.duplicates import DuplicateCandidate, DuplicateKey, DuplicatePending
from store.models.index import OutboxEntry, Passage
from store.models.kinds import RECORD_MODELS
from store.models.names import NamePending, NameSpelling, NameTerm, NameWord
from store.models.outreach import Campaign, Consent
from store.models.people import Role, Team, Token, User
from store.models.pipelines import Pipeline, Stage, StageHistory
from store.models.policies import PolicyRule
from store.models.rates import Rate
from store.models.recordings import Recording, RecordingStretch, TranscriptText
from store.models.records import Account, Activity, Case, Contact, Lead, Opportunity, Order, Product, Task
from store.models.suggestions import SuggestionVerdict
from store.models.talks import Conversation, KeptAnswer, Message
from store.models.words import CustomField, Meta, PicklistValue, Synonym

__all__ = [
    "RECORD_MODELS",
    "Account",
    "Activity",
    "AuditEvent",
    "Base",
    "Campaign",
    "Case",
    "Consent",
    "Contact",
    "Contract",
    "Conversation",
    "CustomField",
    "DocumentFile",
    "DuplicateCandidate",
    "DuplicateKey",
    "DuplicatePending",
    "EmailDraft",
    "KeptAnswer",
    "Lead",
    "Message",
    "Meta",
    "ModelBudget",
    "ModelUse",
    "NamePending",
    "NameSpelling",
    "NameTerm",
    "NameWord",
    "Opportunity",
    "Order",
    "OutboxEntry",
    "Passage",
    "PicklistValue",
    "Pipeline",
    "PolicyRule",
    "Product",
    "Proposal",
    "ProposalChange",
    "Quote",
    "Rate",
    "Record",
    "Recording",
    "RecordingStretch",
    "Role",
    "Stage",
    "StageHistory",
    "SuggestionVerdict",
    "Synonym",
    "Task",
    "Team",
    "Token",
    "TranscriptText",
    "User",
    "new_id",
    "new_ids",
    "reference",
]
