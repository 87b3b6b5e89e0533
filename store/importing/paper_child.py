"""Runs alone, in a process of its own: a PDF or DOCX from standard input as text on standard output.

Started by `papers.py` as a script, with limits of memory and processor time and no file it could write: such files are made by
strangers, and their readers are large programs. argv: pdf or docx, bytes of memory, seconds, characters at most. Exit 0: text; 3: it
is locked with a password; 4: it cannot be read.
"""

import io
import resource
import sys
from zipfile import BadZipFile

LOCKED, UNREADABLE = 3, 4


def main() -> int:
    kind, memory, seconds, longest = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    content = io.BytesIO(sys.stdin.buffer.read())
    read = _pdf if kind == "pdf" else _docx
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    return read(content, longest)


def _pdf(content: io.BytesIO, longest: int) -> int:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(content)
        if reader.is_encrypted and not reader.decrypt(""):
            return LOCKED
        left = longest
        for page in reader.pages:
            left -= _say(page.extract_text() + "\n\n", left)
            if left <= 0:
                break
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, MemoryError):
        return UNREADABLE
    return 0


def _docx(content: io.BytesIO, longest: int) -> int:
    from docx import Document
    from docx.opc.exceptions import OpcError
    from docx.table import Table

    try:
        left = longest
        for block in Document(content).iter_inner_content():
            if isinstance(block, Table):
                text = "\n".join(" | ".join(cell.text.strip() for cell in row.cells) for row in block.rows)
            else:
                text = block.text
            left -= _say(text + "\n", left)
            if left <= 0:
                break
    except (OpcError, BadZipFile, ValueError, KeyError, AttributeError, RecursionError, MemoryError):
        return UNREADABLE
    return 0


def _say(text: str, left: int) -> int:
    """How many characters were written, the one too many included."""
    sys.stdout.buffer.write(text[: left + 1].encode("utf-8", "replace"))
    return len(text)


if __name__ == "__main__":
    sys.exit(main())
