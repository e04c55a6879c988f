"""Lists of subscribers as files: CSV or one address a line, as spreadsheets and other programs write them, and ours.

Reads UTF-8 (with or without byte order mark), UTF-16 with one, and Big5. A line that can't be used becomes a Problem
with its place; the rest is read. People who left their old list are left out: an export says so in a column "status".
"""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import re
from dataclasses import dataclass
from email.utils import parseaddr
from typing import TYPE_CHECKING, BinaryIO, TextIO

from publisher.audience.address import clean_name, fault_in, normalise
from publisher.errors import ContentError, Location, Problem
from publisher.model.subscriber import FREQUENCIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from publisher.model.subscriber import Frequency, Subscriber

#: Column names, lower-cased, without space, "-" and "_".
EMAIL_COLUMNS = frozenset(
    {"email", "emailaddress", "mail", "address", "電子郵件", "電子信箱", "電郵", "信箱", "郵件", "mailaddress"}
)
NAME_COLUMNS = frozenset({"name", "fullname", "displayname", "姓名", "名字", "名稱", "暱稱", "稱呼"})
STATE_COLUMNS = frozenset({"status", "state", "subscriberstatus", "subscriptionstatus", "狀態"})
#: Ours: no other program means the same by them.
TOPIC_COLUMNS = frozenset({"topics", "主題"})
FREQUENCY_COLUMNS = frozenset({"frequency", "頻率"})
#: What exports write beside people who still want the mail.
ACTIVE_WORDS = frozenset(
    {"", "active", "enabled", "subscribed", "confirmed", "true", "yes", "1", "訂閱中", "已訂閱", "有效"}
)

DELIMITERS = ",;\t"
#: Bytes decoded at a time.
_CHUNK = 1 << 16
#: Columns of our own exports.
COLUMNS = ("email", "name", "state", "since", "frequency", "topics")
#: Between topics of one cell; in a topic it is written with a backslash before it.
_BETWEEN = ";"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody named in a list, with an address that can be written to."""

    #: As it stands in the list.
    email: str
    #: As it is compared.
    address: str
    name: str = ""
    line: int = 0
    #: As they stand there: what is a topic is for others to know.
    topics: tuple[str, ...] = ()
    #: None where the list says nothing.
    frequency: Frequency | None = None


@dataclass(frozen=True, slots=True)
class _Columns:
    email: int
    name: int | None = None
    state: int | None = None
    topics: int | None = None
    frequency: int | None = None


def read_list(file: BinaryIO, name: str) -> Iterator[Person | Problem]:
    """Read a list, line by line: a million of them take about 100 MB, to know who was named before.

    file: at its beginning, to be read twice. name: of the file, for messages.
    Raises ContentError, on the way, when no column can be the addresses or the text can't be decoded.
    """
    encoding, doubt = find_encoding(file, name)
    file.seek(0)
    text = io.TextIOWrapper(file, encoding, newline="")
    try:
        yield from [doubt] if doubt else []
        yield from _read(text, name)
    finally:
        text.detach()


def find_encoding(file: BinaryIO, name: str) -> tuple[str, Problem | None]:
    """Find out how a list is written, by reading all of it; a guess comes with a warning."""
    if file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        if line := _undecodable_line(file, "utf-16"):
            at = Location(name, line)
            raise ContentError("the text begins as UTF-16, but is not", at=at, hint="save the file as UTF-8")
        return "utf-16", None
    line = _undecodable_line(file, "utf-8")
    if not line:
        return "utf-8-sig", None
    if _undecodable_line(file, "cp950"):
        raise ContentError("the text is neither UTF-8 nor Big5", at=Location(name, line), hint="save the file as UTF-8")
    message = "the file is not UTF-8; it was read as Big5"
    return "cp950", Problem(message, Location(name, line), "look whether the names are right", rule="encoding")


def _undecodable_line(file: BinaryIO, encoding: str) -> int:
    """Tell the first line that is not written so; 0 when all are."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    before = 0
    try:
        while chunk := file.read(_CHUNK):
            before += decoder.decode(chunk).count("\n")
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        return before + error.object[: error.start].count(b"\n") + 1
    return 0


def _delimiter(first_line: str) -> str:
    """Choose what cuts the first line most often: spreadsheets write ";" or tabs where "," is the decimal sign."""
    return max(DELIMITERS, key=first_line.count)


def _read(text: TextIO, file: str) -> Iterator[Person | Problem]:
    columns: _Columns | None = None
    # By hash: half of the memory that the addresses would take.
    first_line_of: dict[int, int] = {}
    for line, row in _rows(text, file):
        if columns is None:
            columns, is_header = _columns(row, Location(file, line, 1, ",".join(row)))
            if is_header:
                continue
        found = _person(row, columns, Location(file, line, None, ",".join(row)))
        if isinstance(found, Person):
            before = first_line_of.setdefault(hash(found.address), line)
            if before != line:
                place = Location(file, line)
                yield Problem(f"{found.email} stands in line {before} already", place, rule="duplicate")
                continue
        yield found


def _rows(text: TextIO, file: str) -> Iterator[tuple[int, list[str]]]:
    """Give the rows that hold anything, each with the number of the line it ends on."""
    first_line = text.readline()
    reader = csv.reader(itertools.chain([first_line], text), delimiter=_delimiter(first_line))
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells):
                yield reader.line_num, cells
    except csv.Error as error:
        at = Location(file, reader.line_num)
        raise ContentError(f"the table can't be read: {error}", at=at, hint="save it as CSV (UTF-8)") from error


def _columns(row: Sequence[str], at: Location) -> tuple[_Columns, bool]:
    """Find the columns by their names, or, where the first row is somebody already, by the "@"."""
    with_at = [index for index, cell in enumerate(row) if "@" in cell]
    if len(with_at) > 1:
        raise ContentError("there are several addresses in this line", at=at, hint="put each on a line of its own")
    if with_at:
        others = [index for index in range(len(row)) if index != with_at[0]]
        return _Columns(with_at[0], others[0] if others else None), False
    names = [re.sub(r"[\s_-]", "", cell).lower() for cell in row]
    found = {
        role: next((index for index, name in enumerate(names) if name in known), None) for role, known in _ROLES.items()
    }
    if found["email"] is None:
        named = ", ".join(f'"{cell}"' for cell in row if cell)
        raise ContentError(f"no column holds addresses; there are: {named}", at=at, hint='name that column "email"')
    return _Columns(found["email"], **{role: found[role] for role in ("name", "state", "topics", "frequency")}), True


_ROLES = {
    "email": EMAIL_COLUMNS,
    "name": NAME_COLUMNS,
    "state": STATE_COLUMNS,
    "topics": TOPIC_COLUMNS,
    "frequency": FREQUENCY_COLUMNS,
}


def _person(row: Sequence[str], columns: _Columns, at: Location) -> Person | Problem:
    """Make a person of one row, or say why not."""
    cell = _cell(row, columns.email)
    if not cell:
        return Problem("there is no address in this line", at, rule="columns", severity="error")
    name, email = parseaddr(cell) if "<" in cell else ("", cell)
    fault = fault_in(email)
    if fault:
        shown = cell[:80]
        return Problem(f'can\'t mail to "{shown}": {fault}', at, rule="address", severity="error")
    state = _cell(row, columns.state)
    if state.lower() not in ACTIVE_WORDS:
        hint = "to take them all the same, remove that column"
        return Problem(f'{email} is left out: the list says "{state}"', at, hint, rule="state")
    wanted = _cell(row, columns.frequency).lower()
    frequency = next((one for one in FREQUENCIES if one == wanted), None)
    if wanted and frequency is None:
        hint = f"write {', '.join(FREQUENCIES)}, or remove that column"
        return Problem(f'{email} is left out: "{wanted}" is no frequency', at, hint, rule="frequency", severity="error")
    return Person(
        email=email,
        address=normalise(email),
        name=clean_name(_cell(row, columns.name) or name),
        line=at.line or 0,
        topics=split_topics(_cell(row, columns.topics)),
        frequency=frequency,
    )


def _cell(row: Sequence[str], index: int | None) -> str:
    return row[index] if index is not None and index < len(row) else ""


def split_topics(cell: str) -> tuple[str, ...]:
    """Cut a cell into topics: "tags:鐵道; categories:散文"."""
    parts = re.findall(r"(?:\\.|[^\\;])+", cell)
    return tuple(filter(None, (re.sub(r"\\(.)", r"\1", part).strip() for part in parts)))


def join_topics(topics: Iterable[str]) -> str:
    """Write topics into one cell, for `split_topics` to read."""
    return f"{_BETWEEN} ".join(re.sub(r"([\\;])", r"\\\1", topic) for topic in sorted(topics))


def write_list(people: Iterable[Subscriber]) -> Iterator[str]:
    """Write subscribers as CSV, line by line, with a header; `read_list` reads it."""
    line = io.StringIO(newline="")
    writer = csv.writer(line, lineterminator="\n")
    rows = (
        (one.email, one.name, one.state, one.since.isoformat(), one.frequency, join_topics(one.topics))
        for one in people
    )
    for row in itertools.chain([COLUMNS], rows):
        writer.writerow(row)
        yield line.getvalue()
        line.seek(0)
        line.truncate()
