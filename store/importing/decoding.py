"""Bytes of a text file as text: which encoding and which delimiter it uses."""

import codecs
import csv
import io
import re

from store.errors import InvalidInput

DELIMITERS = (",", ";", "\t", "|")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SIGNATURES = (
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file"),
    (b"\x1f\x8b", "a compressed file"),
    (b"PK\x03\x04", "a zip archive"),
    (b"SQLite format 3", "a database"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
)
_CONTROL = re.compile(rb"[\x01-\x08\x0e-\x1f]")
_CSV_HINT = "Save the sheet as CSV (UTF-8) or XLSX and import that."


def decode(data: bytes, name: str) -> str:
    """Text of a CSV file in UTF-8, UTF-16, GB18030 or Windows-1252. Raises InvalidInput for anything else."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strictly(data, encoding, name)
    for signature, what in _SIGNATURES:
        if data.startswith(signature) and (signature != b"MZ" or b"\x00" in data[:200]):
            raise InvalidInput(f"{name} is {what}, not a table of text.", hint=_CSV_HINT)
    sample = data[:65_536]
    nulls = sample.count(0)
    if nulls > len(sample) * 0.2:
        return _strictly(data, _wide(sample), name)
    control = len(_CONTROL.findall(sample))
    try:
        text: str | None = data.decode("utf-8")
    except UnicodeDecodeError:
        text = None
    allowed = 200 if text is None else 10  # of so many bytes one may be a control character; a record of ours may hold some
    if control > max(2 if text is None else 20, len(sample) // allowed) or nulls > max(4, len(sample) // 100):
        raise InvalidInput(f"{name} holds binary data, not a table of text.", hint=_CSV_HINT)
    return _eight_bit(data, name) if text is None else text


def _strictly(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{name} is not valid {encoding.upper()} (byte {error.start:,}).", hint=_CSV_HINT) from error


def _wide(sample: bytes) -> str:
    """UTF-16 without a mark: the zero bytes of Latin letters stand in every second place."""
    return "utf-16-le" if sample[1::2].count(0) >= sample[0::2].count(0) else "utf-16-be"


def _eight_bit(data: bytes, name: str) -> str:
    """GB18030 when the high bytes come in pairs, as those of Chinese characters do; else Windows-1252."""
    high = len(re.findall(rb"[\x80-\xff]", data))
    paired = 2 * len(re.findall(rb"[\x81-\xfe][\xa1-\xfe]", data))
    order = ("gb18030", "cp1252") if paired >= high * 0.8 else ("cp1252",)
    for encoding in order:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InvalidInput(
        f"{name} is in an encoding that is not UTF-8, UTF-16, GB18030 or Windows-1252, or its bytes are damaged.",
        hint="Save it as CSV UTF-8 and import that.",
    )


def split_lines(text: str, name: str) -> tuple[list[tuple[int, list[str]]], str]:
    """Records of a CSV text with the line each starts on, and the delimiter."""
    said = re.match(r"sep=(.)\r?\n", text)
    if said:
        text = text[said.end() :]
    delimiter = said.group(1) if said else _delimiter(text)
    csv.field_size_limit(64 * 1024 * 1024)
    first = 2 if said else 1
    try:
        return _records(text, delimiter, first, strict=True), delimiter
    except csv.Error as error:
        if "end of data" in str(error):
            raise InvalidInput(
                f"{name} has a quotation mark that is opened and never closed.", hint="Close it, or double it inside a quoted cell."
            ) from error
    try:
        return _records(text, delimiter, first, strict=False), delimiter
    except csv.Error as error:
        raise InvalidInput(f"{name} cannot be read as CSV: {error}.", hint=_CSV_HINT) from error


def _records(text: str, delimiter: str, first: int, *, strict: bool) -> list[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict)
    found, start = [], first
    for cells in reader:
        found.append((start, cells))
        start = reader.line_num + first
    return found


def _delimiter(text: str) -> str:
    """The mark that cuts the first lines into the most columns, equally many in each."""
    sample = text[:20_000].splitlines()[:40]
    best, best_score = ",", 0.0
    for delimiter in DELIMITERS:
        widths = [len(row) for row in csv.reader(sample, delimiter=delimiter) if any(cell.strip() for cell in row)]
        if not widths or widths[0] < 2:
            continue
        score = widths[0] * (sum(width == widths[0] for width in widths) / len(widths)) ** 2
        if score > best_score:
            best, best_score = delimiter, score
    return best


def defused(text: str) -> str:
    """A cell that a spreadsheet will not run as a formula; `revived` gives the text back."""
    return "'" + text if _DANGEROUS.match(text) else text


def revived(text: str) -> str:
    return text[1:] if text[:1] == "'" and _DANGEROUS.match(text) else text


_DANGEROUS = re.compile(r"'*[=+\-@\t\r]")
