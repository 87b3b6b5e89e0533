"""What an import says when it is done: where every row went and why."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

COUNTS = ("created", "updated", "unchanged", "held_back", "possible_duplicate")
LISTED = 100  # rows listed one by one in the JSON report; the held-back file has them all


@dataclass(slots=True)
class FileReport:
    """One file. The five counts add up to `rows`."""

    file: str
    kind: str
    rows: int = 0
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTS, 0))
    columns: dict[str, str] = field(default_factory=dict)
    samples: dict[str, list[str]] = field(default_factory=dict)  # of a dry run: the first values of each column
    unknown_columns: list[str] = field(default_factory=list)
    ignored_columns: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    undecided_dates: dict[str, str] = field(default_factory=dict)  # column → dmy or mdy, as it was read though no value decides it
    corrections: list[dict[str, Any]] = field(default_factory=list)
    held_back_rows: list[dict[str, Any]] = field(default_factory=list)
    held_back_file: str | None = None
    possible_duplicates: list[dict[str, Any]] = field(default_factory=list)
    fields_created: list[dict[str, str]] = field(default_factory=list)
    values_created: dict[str, list[str]] = field(default_factory=dict)
    states_counted: dict[str, dict[str, str]] = field(default_factory=dict)  # of these, states: the standard one each counts as
    stages_created: list[str] = field(default_factory=list)
    words_added: dict[str, list[str]] = field(default_factory=dict)  # field → headings that mean it from now on
    users_created: list[dict[str, str]] = field(default_factory=list)
    teams_created: list[str] = field(default_factory=list)
    proposal_ids: list[str] = field(default_factory=list)
    preview: list[dict[str, Any]] = field(default_factory=list)  # of a dry run: {row, operation, name, before, after}

    def to_json(self) -> dict[str, Any]:
        return {
            "file": self.file, "kind": self.kind, "rows": self.rows, **self.counts, "columns": self.columns, "samples": self.samples,
            "unknown_columns": self.unknown_columns, "ignored_columns": self.ignored_columns, "warnings": self.warnings,
            "undecided_dates": self.undecided_dates, "corrections": self.corrections,
            "held_back_rows": self.held_back_rows[:LISTED], "held_back_file": self.held_back_file,
            "possible_duplicates": self.possible_duplicates[:LISTED], "fields_created": self.fields_created,
            "values_created": self.values_created, "states_counted": self.states_counted, "stages_created": self.stages_created,
            "words_added": self.words_added, "users_created": self.users_created, "teams_created": self.teams_created,
            "proposal_ids": self.proposal_ids, "preview": self.preview,
        }  # fmt: skip

    def lines(self) -> Iterator[str]:
        """The report as a person reads it, one sentence a line."""
        numbers = ", ".join(f"{self.counts[name]:,} {name.replace('_', ' ')}" for name in COUNTS)
        yield f"{self.file} ({self.kind}): {self.rows:,} rows: {numbers}"
        for each in self.corrections:
            yield f"  {each['text']}"
        for label, names in (
            ("columns not known", self.unknown_columns),
            ("columns not imported", [f"{name} ({why})" for name, why in self.ignored_columns.items()]),
            ("fields created", [f"{each['name']} ({each['kind']})" for each in self.fields_created]),
            ("values added", [f"{name}: {', '.join(values)}" for name, values in self.values_created.items()]),
            ("states count as", [f"{name}: {_counted(states)}" for name, states in self.states_counted.items()]),
            ("stages", self.stages_created),
            ("words learned", [f"{word} ({name})" for name, words in self.words_added.items() for word in words]),
            ("users created, inactive", [f"{each['name']} <{each['email']}>" for each in self.users_created]),
            ("teams created", self.teams_created),
        ):
            if names:
                yield f"  {label}: {'; '.join(names[:12])}{' …' if len(names) > 12 else ''}"
        for each in self.preview:
            yield f"  row {each['row']} would be {each['operation']}d: {each['name']}: {_difference(each['before'], each['after'])}"
        for warning in self.warnings:
            yield f"  note: {warning}"
        for reason, count in self._reasons().items():
            yield f"  held back ({count:,}): {reason}"
        if self.held_back_file:
            yield f"  mend and import again: {self.held_back_file}"

    def _reasons(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for each in self.held_back_rows:
            found[each["reason"]] = found.get(each["reason"], 0) + 1
        return dict(sorted(found.items(), key=lambda item: -item[1])[:5])


def _counted(states: dict[str, str]) -> str:
    """In Progress = open, Parked = pending"""
    return ", ".join(f"{name} = {state}" for name, state in states.items())


def _difference(before: dict[str, Any], after: dict[str, Any]) -> str:
    """industry retail → software, city Rome"""
    said = (
        f"{name} {_short(before[name])} → {_short(value)}" if name in before else f"{name} {_short(value)}" for name, value in after.items()
    )
    return ", ".join(said)


def _short(value: Any) -> str:
    text = "; ".join(map(str, value)) if isinstance(value, list) else "(empty)" if value is None else " ".join(str(value).split())
    return text if len(text) <= 60 else f"{text[:59]}…"


@dataclass(slots=True)
class ImportReport:
    """Everything one import did (or, with `dry_run`, would do)."""

    dry_run: bool = False
    files: list[FileReport] = field(default_factory=list)
    skipped: list[dict[str, str]] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return sum(each.rows for each in self.files)

    def count(self, name: str) -> int:
        """One of the five counts over all files."""
        return sum(each.counts[name] for each in self.files)

    def to_json(self) -> dict[str, Any]:
        return {
            "dry_run": self.dry_run, "rows": self.rows, **{name: self.count(name) for name in COUNTS},
            "files": [each.to_json() for each in self.files], "skipped": self.skipped,
        }  # fmt: skip

    def lines(self) -> Iterator[str]:
        for each in self.files:
            yield from each.lines()
        for skipped in self.skipped:
            yield f"{skipped['file']}: skipped, {skipped['reason']}"
        if self.dry_run:
            yield "Dry run: nothing was written."
