"""Pipelines, their stages, and how deals went through them."""

from datetime import datetime

from sqlalchemy import Boolean, Float, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.models.base import Base, new_id


class Pipeline(Base):
    __tablename__ = "pipeline"
    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    position: Mapped[int] = mapped_column(default=0)


class Stage(Base):
    """A step of a pipeline. `kind` is open, won or lost; `probability` is 0-100. An archived one is only there for history."""

    __tablename__ = "stage"
    __table_args__ = (UniqueConstraint("pipeline_id", "name"),)
    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    pipeline_id: Mapped[str] = mapped_column(String(26), ForeignKey("pipeline.id"))
    name: Mapped[str] = mapped_column(String(200))
    label_zh: Mapped[str | None] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(10), default="open")
    position: Mapped[int] = mapped_column(default=0)
    probability: Mapped[float] = mapped_column(Float, default=0)
    archived: Mapped[bool] = mapped_column(Boolean, default=False)


class StageHistory(Base):
    __tablename__ = "stage_history"
    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    opportunity_id: Mapped[str] = mapped_column(String(26), ForeignKey("opportunity.id"), index=True)
    stage_id: Mapped[str] = mapped_column(String(26), ForeignKey("stage.id"))
    entered_at: Mapped[datetime]
    proposal_id: Mapped[str | None] = mapped_column(String(26))
