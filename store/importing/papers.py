"""Documents (PDF, DOCX, TXT, MD) as records with their text: price lists, playbooks, contracts. Told by content, not by name.

A document's key is its content's hash: the same file again is the same document. Scanned pages have no text and are said to have none.
"""

import hashlib
import re
import subprocess
import sys
from pathlib import Path, PurePath
from typing import Any

from store.errors import InvalidInput, Unavailable
from store.importing.decoding import decode

TEXTS = frozenset({".md", ".txt"})
SUFFIXES = TEXTS | {".pdf", ".docx"}
LONGEST = 1_000_000  # characters of a document: some 400 pages
_MEMORY = 1 << 30
_SECONDS = 60
_CHILD = Path(__file__).with_name("paper_child.py")
_WORD = re.compile(r"\w")


def is_paper(path: PurePath, data: bytes, kind: str | None) -> bool:
    """Whether a file is to be read as a document: a PDF or DOCX is; text is when its name or the person says so."""
    if data.startswith(b"%PDF-") or (data.startswith(b"PK\x03\x04") and b"word/" in data):
        return True
    return kind == "document" or path.suffix.lower() == ".md"


def read_paper(name: str, data: bytes) -> dict[str, Any]:
    """A row of the kind document. Raises InvalidInput for what holds no text."""
    if data.startswith(b"%PDF-"):
        media, text = "application/pdf", _apart("pdf", name, data)
    elif data.startswith(b"PK\x03\x04"):
        media = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
        text = _apart("docx", name, data)
    else:
        media, text = "text/markdown" if name.lower().endswith(".md") else "text/plain", decode(data, name)
    text = re.sub(r"[ \t]+\n", "\n", re.sub(r"\n{3,}", "\n\n", text.replace("\r\n", "\n").replace("\0", " "))).strip()
    if len(text) > LONGEST:
        raise InvalidInput(f"{name} has more than {LONGEST:,} characters of text.", hint="Split it, for example by chapters.")
    if not _WORD.search(text):
        raise InvalidInput(f"There is no text in {name}.", hint="A scanned document needs character recognition (OCR) first.")
    digest = hashlib.sha256(data).hexdigest()
    return {"key": f"file:{digest[:40]}", "name": Path(name).stem, "file": name, "media_type": media, "size": len(data), "text": text}


def _apart(kind: str, name: str, data: bytes) -> str:
    command = [sys.executable, "-I", str(_CHILD), kind, str(_MEMORY), str(_SECONDS), str(LONGEST)]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=4 * _SECONDS, check=False, cwd="/")
    except subprocess.TimeoutExpired as error:
        raise InvalidInput(f"{name} takes too long to read.", hint="Save it anew as PDF, or as text.") from error
    if b"No module named" in done.stderr:
        raise Unavailable("The reader of PDF and DOCX files is not installed.", hint="Run: pip install pypdf python-docx.")
    if done.returncode == 3:
        raise InvalidInput(f"{name} is locked with a password.", hint="Save it without one.")
    if done.returncode:
        raise InvalidInput(f"{name} cannot be read: it is damaged, or needs more memory than allowed.", hint="Save it anew and try again.")
    return done.stdout.decode("utf-8", "replace")
