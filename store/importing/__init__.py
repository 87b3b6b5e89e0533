"""Import: files (CSV, XLSX, JSON, folders of them) and typed tables become one proposal per file, through the gate."""

from store.importing.report import FileReport, ImportReport
from store.importing.run import import_path, import_tables

__all__ = ["FileReport", "ImportReport", "import_path", "import_tables"]
