"""An import from end to end: read the files, order them by what they depend on, write each as one proposal."""

import gc
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Mapping as Names
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from store import document_files
from store.errors import InvalidInput
from store.importing import mails, papers
from store.importing.file import FileImport, Options
from store.importing.held_back import ENDING, write_held_back
from store.importing.known import Known
from store.importing.mails import Mail
from store.importing.mapping import Plan, Words, plan_table
from store.importing.mapping_file import Mapping, Mappings, read_mappings
from store.importing.matching import Matcher
from store.importing.reading import SUFFIXES, Table, read_bytes, read_tables, table_of
from store.importing.report import ImportReport
from store.importing.writing import Link, apply_links
from store.rights import Principal
from store.unit import Store, Unit

ORDER = (
    "user", "team", "product", "campaign", "account", "contact", "lead", "opportunity", "case", "order", "quote", "contract", "document",
    "consent", "task", "activity",
)  # fmt: skip
Progress = Callable[[str, int, int], None]


class _Undone(Exception):
    """Leaves the transaction of a dry run."""


@dataclass(slots=True)
class _Batch:
    tables: list[tuple[Table, str | None, Mapping | None]] = field(default_factory=list)
    mails: list[tuple[str, Mail]] = field(default_factory=list)
    skipped: list[dict[str, str]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)  # of documents, by key
    strict: bool = True
    mappings: Names[str, Mapping] = field(default_factory=dict)  # by the name of a table


@contextmanager
def _without_collector() -> Iterator[None]:
    """An import makes millions of objects and no circles: looking for circles again and again would take a third of its time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@_without_collector()
def import_path(
    store: Store,
    principal: Principal,
    path: Path,
    *,
    kind: str | None = None,
    mapping: Path | None = None,
    create_fields: bool = False,
    create_users: bool = False,
    dry_run: bool = False,
    progress: Progress | None = None,
    held_back_dir: Path | None = None,
    door: str = "import",
) -> ImportReport:
    """Import a table (CSV, XLSX, JSON), a document (PDF, DOCX, MD, TXT), mails (.eml, .mbox), or a folder of them, in one transaction.

    Rows that cannot be taken go to `<name>.held-back.csv` in `held_back_dir` (default: the data folder's `held-back`).
    Raises InvalidInput for a file that cannot be read at all and NotAllowed when the person may not create what it needs.
    """
    checked = read_mappings(mapping) if mapping else Mappings()
    limit = store.settings.upload_limit_mb
    batch = _Batch(strict=not path.is_dir(), mappings=checked.by_file)
    if path.is_dir():
        if checked.one is not None:
            raise InvalidInput(
                "A mapping goes with one file, not with a folder.", hint="Write `files:`, below it each file's name and its mapping."
            )
        _read_folder(batch, path, kind, limit)
    else:
        _read_file(batch, path, kind, checked.one, limit)
    options = Options(create_fields=create_fields, create_users=create_users, preview=dry_run)
    return _run(store, principal, batch, options, dry_run, progress, held_back_dir or store.settings.home / "held-back", door)


@_without_collector()
def import_tables(
    store: Store,
    principal: Principal,
    tables: Names[str, Sequence[dict[str, Any]]],
    *,
    create_fields: bool = True,
    create_users: bool = True,
    dry_run: bool = False,
    progress: Progress | None = None,
    held_back_dir: Path | None = None,
    door: str = "import",
) -> ImportReport:
    """Import typed rows by kind: standard field names, `key`, references by key or e-mail, `stage_history` on deals."""
    batch = _Batch()
    for kind, rows in tables.items():
        if rows:
            batch.tables.append((table_of(kind, list(rows)), kind, None))
    options = Options(create_fields=create_fields, create_users=create_users, preview=dry_run)
    return _run(store, principal, batch, options, dry_run, progress, held_back_dir or store.settings.home / "held-back", door)


def _read_file(batch: _Batch, path: Path, kind: str | None, mapping: Mapping | None, limit: int) -> None:
    """The tables of one file. What `kind` or a mapping says is said of its first sheet. A mail or a document is a table of its own."""
    data = read_bytes(path, limit)
    if path.suffix.lower() in mails.SUFFIXES:
        batch.mails += [(path.name, each) for each in mails.read_mails(path)]
        return
    if papers.is_paper(path, data, kind):
        row = papers.read_paper(path.name, data)
        batch.files[row["key"]] = data
        batch.tables.append((table_of(path.name, [row]), "document", mapping))
        return
    tables, left = read_tables(path, limit_mb=limit, data=data)
    batch.skipped += left
    if len(tables) > 1:
        batch.strict = False
    if kind or mapping:
        tables, others = tables[:1], tables[1:]
        batch.skipped += [{"file": each.name, "reason": "--kind and --map speak of the first sheet"} for each in others]
    batch.tables += [(table, kind, mapping) for table in tables]


def _read_folder(batch: _Batch, path: Path, kind: str | None, limit: int) -> None:
    inside = sorted(path.iterdir())
    tables = any(each.suffix.lower() in SUFFIXES - papers.SUFFIXES for each in inside)
    for each in inside:
        if each.is_dir() or each.name.startswith((".", "~$")):
            continue
        if each.name.endswith(ENDING):
            batch.skipped.append({"file": each.name, "reason": "rows held back earlier: import the file by itself once mended"})
        elif each.suffix.lower() not in SUFFIXES | papers.SUFFIXES | mails.SUFFIXES:
            batch.skipped.append({"file": each.name, "reason": "not a table, a document or a mail"})
        elif tables and each.suffix.lower() in papers.TEXTS - SUFFIXES:
            batch.skipped.append({"file": each.name, "reason": "text beside tables is about them: import it by itself"})
        else:
            try:
                _read_file(batch, each, kind, None, limit)
            except InvalidInput as error:
                batch.skipped.append({"file": each.name, "reason": error.message})
    if not batch.tables and not batch.mails:
        found = "; ".join(f"{each['file']}: {each['reason']}" for each in batch.skipped[:5])
        raise InvalidInput(f"There is no file to import in {path}. {found}".strip(), hint="Put CSV or XLSX files there.")


def _run(
    store: Store,
    principal: Principal,
    batch: _Batch,
    options: Options,
    dry_run: bool,
    progress: Progress | None,
    held_back_dir: Path,
    door: str,
) -> ImportReport:
    report = ImportReport(dry_run=dry_run, skipped=batch.skipped)
    files: list[FileImport] = []
    try:
        with store.writing(principal, door=door) as unit:
            files = _plan_all(unit, batch, options)
            _import_all(unit, files, progress)
            _keep_files(unit, files, batch.files)
            if dry_run:
                raise _Undone
    except _Undone:
        pass
    report.files = [each.report for each in files]
    if not dry_run:
        for each in files:
            write_held_back(each, held_back_dir)
    return report


def _plan_all(unit: Unit, batch: _Batch, options: Options) -> list[FileImport]:
    """Every table with its kind, in the order in which they can be written."""
    planned: list[tuple[Plan, Table]] = []
    words, known = Words(unit.schema), Known(unit)
    if batch.mails:
        files = dict.fromkeys(name for name, _ in batch.mails)
        name = next(iter(files)) if len(files) == 1 else f"{len(files)} mail files"
        sent = [each for _, each in batch.mails]
        batch.tables.append((mails.table_of_mails(unit, known, sent, name), "activity", None))
        rows, contents, left = mails.papers_of(unit, known, sent)
        batch.files |= contents
        batch.skipped += left
        if rows:
            batch.tables.append((table_of(f"{name}: attachments", rows), "document", None))
    strangers = [name for name in batch.mappings if name not in {table.name for table, _, _ in batch.tables}]
    if strangers:
        raise InvalidInput(
            f"The mapping speaks of {strangers[0]!r}, which is none of the files.",
            hint="Name each file, or each sheet, as the report does.",
        )
    for table, kind, given in batch.tables:
        mapping = given or batch.mappings.get(table.name)
        try:
            planned.append((plan_table(words, table, kind=kind, mapping=mapping, trying=options.preview), table))
        except InvalidInput as error:
            if batch.strict:
                raise
            batch.skipped.append({"file": table.name, "reason": error.message})
    if not planned:
        raise InvalidInput("None of the files looks like a table of records.", hint="Import them one by one with --kind or a mapping.")
    planned.sort(key=lambda each: ORDER.index(each[0].kind))
    known.coming = frozenset(plan.kind for plan, _ in planned)
    matchers: dict[str, Matcher] = {}
    return [FileImport(table, plan, options, known, matchers) for plan, table in planned]


def _keep_files(unit: Unit, files: list[FileImport], contents: Names[str, bytes]) -> None:
    """The files of the documents that came in, or were there already with the very same content."""
    for each in files:
        for entry in each.entries if each.plan.kind == "document" else ():
            content = contents.get(str(entry.values.get("key")))
            if content is not None and entry.record_id and entry.outcome in {"created", "updated", "unchanged"}:
                document_files.keep(unit, entry.record_id, content)


def _import_all(unit: Unit, files: list[FileImport], progress: Progress | None) -> None:
    """People first (users and teams point to each other), then kind by kind."""
    waiting: list[Link] = []
    groups: list[list[FileImport]] = []
    for each in files:
        together = groups and (each.plan.kind == groups[-1][0].plan.kind or {each.plan.kind, groups[-1][0].plan.kind} == {"user", "team"})
        if together:
            groups[-1].append(each)
        else:
            groups.append([each])
    for group in groups:
        for each in group:
            unit = each.read(unit, progress)
        for each in group:
            waiting += each.write(unit, progress)
        links = apply_links(unit, group[0].known, waiting, f"import of {', '.join(each.table.name for each in group)}: links")
        waiting.clear()
        if links:
            for each in group:
                each.report.proposal_ids.append(links)
