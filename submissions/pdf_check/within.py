"""What the files of an archive say of who made them, also in documents, PDFs and archives among them.

Only the beginning of each is read, and for a bounded time; what was not looked at is counted.
"""

import bz2
import io
import lzma
import re
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from submissions.pdf_check.content import TooSlow, within
from submissions.pdf_check.identity import fields_that_tell, is_nobody
from submissions.pdf_check.people import Person, folded, is_addressed, is_at, is_named, letters
from submissions.pdf_check.repack import is_left_out, name_of

FILE_SECONDS, ALL_SECONDS = 2.0, 15.0
MOST_FILES = 500
HEAD = 200_000  # of one file, in bytes
MOST_WHOLE = 20 * 1024 * 1024  # of a document or an archive among them
MOST_UNPACKED = 2 * 1024 * 1024  # of a compressed archive among them
DEEPEST = 2
_LONGEST_NAME = 1000
_SHORTEST_ACCOUNT = 6  # letters
_APART = str.maketrans(dict.fromkeys("/\\_-.,+()[]{}@~#", " "))
_LETTERS = rb"(?:[\x20-\x7e]|[\xc3-\xcf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2})"
_STRINGS = re.compile(rb"%b{6,}|(?:[\x20-\x7e]\x00){6,}" % _LETTERS)
_HOME = re.compile(
    r"""(?<!\.com)(?<!\.org)(?<!\.edu)(?<!\.net)(?<!\.io)/(?:home|Users)/([\w.@+-]{2,40})(?=[/\\"'\s])|\b[A-Za-z]:\\{1,4}Users\\{1,4}([^\\/:*?"<>|\r\n]{2,40})\\"""
)
_NOBODYS_HOME = frozenset(
    (
        "user users username name root ubuntu runner runneradmin jovyan anonymous anon me you youruser yourname "
        "vscode docker app admin administrator default public shared student work linuxbrew conda build vsts "
        "circleci travis gitpod colab kaggle sagemaker-user ec2-user azureuser vagrant"
    ).split()
)
_NOBODYS_GROUPS = frozenset(["", "staff", "users", "wheel", "domain users"])
_PROGRAMS = frozenset(["python-docx", "openpyxl", "xlsxwriter", "apache poi", "microsoft office user", "windows user"])
_PROPERTIES = ("docProps/core.xml", "docProps/app.xml", "meta.xml")
_PROPERTY = re.compile(
    r"<(?:dc:creator|cp:lastModifiedBy|meta:initial-creator|Company|Manager)\b[^>]*>([^<]*)<", re.IGNORECASE
)
_TAG = re.compile(r"<[^>]{1,500}>")
_SHUT = (b"7z\xbc\xaf\x27\x1c", b"Rar!", b"MSCF")
# What the readers of damaged and hostile files raise.
NOT_READ = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    ValueError,
    ArithmeticError,
    LookupError,
    TypeError,
    AttributeError,
    OSError,
    EOFError,
    RuntimeError,
    AssertionError,
    MemoryError,
)


@dataclass
class Search:
    """Look into one file after the other; then say which of them tell what, in the order in which they were seen."""

    people: Sequence[Person]
    domains: Sequence[str]
    naming: list[str] = field(default_factory=list)
    documents: list[str] = field(default_factory=list)
    homes: list[str] = field(default_factory=list)
    histories: list[str] = field(default_factory=list)
    unread: int = 0
    _files: int = MOST_FILES
    _seconds: float = ALL_SECONDS
    _accounts: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self._accounts = frozenset().union(*map(accounts_of, self.people))

    def names(self, text: str) -> bool:
        """An author by name or address, or the place where one works."""
        plain = folded(text)
        return any(
            is_named(each, plain) or is_addressed(each, plain) or is_at(each, plain) for each in self.people
        ) or (
            "@" in plain
            and any(re.search(rf"@(?:[\w-]+\.)*{re.escape(domain)}(?![\w-])", plain) for domain in self.domains)
        )

    def names_in_path(self, name: str) -> bool:
        """The same in the name of a file or a folder, also written as the name of an account is."""
        path = re.sub(r"(?<=[a-z])(?=[A-Z])|[_\W]+", " ", name[:_LONGEST_NAME])
        parts = folded(name[:_LONGEST_NAME]).translate(_APART).split()
        return self.names(path) or not self._accounts.isdisjoint(parts)

    def look(self, name: str, opened: Callable[[], Any]) -> None:
        """At a file that is read from what ``opened`` gives. What keeps it from being read is no error."""
        if self._files <= 0 or self._seconds <= 0:
            self.unread += 1
            return
        self._files -= 1
        try:
            with within(min(FILE_SECONDS, self._seconds)) as clock, opened() as content:
                self._open(name, content, 0)
        except (TooSlow, *NOT_READ):
            self.unread += 1
        self._seconds -= clock.used

    def _open(self, name: str, content: Any, depth: int) -> None:
        head = content.read(HEAD)
        if head.startswith(_SHUT):
            self.unread += 1
        elif b"%PDF-" in head[:1024]:
            self._pdf(name, _whole(head, content))
        elif head.startswith(b"PK\x03\x04"):
            self._nested(name, _whole(head, content), depth)
        elif is_tar(unpacked := _unpacked(head, content)):
            self._tar(name, unpacked, depth)
        else:
            self._text(name, _words(unpacked[:HEAD]))

    def _text(self, name: str, text: str) -> None:
        if self.names(text):
            self.naming.append(name)
        homes = (match.group(1) or match.group(2) for match in _HOME.finditer(text))
        if any(folded(home) not in _NOBODYS_HOME for home in homes):
            self.homes.append(name)

    def _pdf(self, name: str, content: bytes) -> None:
        from pypdf import PdfReader
        from pypdf.errors import PyPdfError

        try:
            reader = PdfReader(io.BytesIO(content), strict=False)
            if fields_that_tell(reader, self.people):
                self.documents.append(name)
            if self.names(reader.pages[0].extract_text()):
                self.naming.append(name)
        except PyPdfError:
            self.unread += 1

    def _nested(self, name: str, content: bytes, depth: int) -> None:
        """An archive, or a document of an office, which is one too."""
        if depth >= DEEPEST:
            self.unread += 1
            return
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            is_document = any(entry.filename in ("[Content_Types].xml", "mimetype") for entry in entries)
            if is_document and self._is_signed(archive):
                self.documents.append(name)
            taken = entries[: max(self._files, 0)]
            self._files -= len(taken)
            for entry in taken:
                inner = name if is_document else f"{name}: {name_of(entry)}"
                self._entry(inner, archive, entry, depth + 1, is_document=is_document)
            self.unread += len(taken) < len(entries)

    def _entry(self, name: str, archive: Any, entry: zipfile.ZipInfo, depth: int, *, is_document: bool) -> None:
        path = name_of(entry)
        if is_left_out(path):
            self.histories.append(name)
        elif entry.flag_bits & 1:
            self.unread += 1
        elif self.names_in_path(path):
            self.naming.append(name)
        elif not entry.is_dir():
            with archive.open(entry) as content:
                if is_document:
                    self._text(name, _TAG.sub(" ", _words(content.read(HEAD))))
                else:
                    self._open(name, content, depth)

    def _is_signed(self, archive: zipfile.ZipFile) -> bool:
        """Its properties say who made it."""
        told: list[str] = []
        for part in set(_PROPERTIES) & set(archive.namelist()):
            with archive.open(part) as content:
                told += _PROPERTY.findall(content.read(HEAD).decode("utf-8", "replace"))
        return any(not is_nobody(value) and folded(value).strip() not in _PROGRAMS for value in told)

    def _tar(self, name: str, packed: bytes, depth: int) -> None:
        """As far as it was unpacked; each of its files bears the names of its owner and of their group."""
        if depth >= DEEPEST:
            self.unread += 1
            return
        with tarfile.open(fileobj=io.BytesIO(packed), mode="r:") as archive:
            for member in archive:
                if {folded(member.uname), folded(member.gname)} - _NOBODYS_GROUPS - _NOBODYS_HOME:
                    self.documents.append(name)
                if self.names_in_path(member.name):
                    self.naming.append(f"{name}: {member.name}")
                elif content := archive.extractfile(member) if member.isreg() else None:
                    self._open(f"{name}: {member.name}", content, depth + 1)


def _whole(head: bytes, content: Any) -> bytes:
    whole: bytes = head + content.read(MOST_WHOLE - len(head) + 1)
    if len(whole) > MOST_WHOLE:
        raise ValueError("Too large to be looked into.")
    return whole


def _words(head: bytes) -> str:
    """A text as it stands; of anything else what can be read in it."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", "replace")
    if b"\0" not in head[:8000]:
        return head.decode("utf-8", "replace")
    found = (string.replace(b"\0", b"") for string in _STRINGS.findall(head))
    return b"\n".join(found).decode("utf-8", "replace")


def _unpacked(head: bytes, content: Any) -> bytes:
    """The beginning of what is compressed, and as much of an archive of tar; anything else as it is."""
    if is_tar(head):
        return head + bytes(content.read(MOST_UNPACKED))
    if head.startswith(b"\x1f\x8b"):
        return zlib.decompressobj(31).decompress(head, MOST_UNPACKED)
    if head.startswith(b"BZh"):
        return bz2.BZ2Decompressor().decompress(head, MOST_UNPACKED)
    if head.startswith(b"\xfd7zXZ"):
        return lzma.LZMADecompressor(memlimit=64 * 1024 * 1024).decompress(head, MOST_UNPACKED)
    return head


def is_tar(head: bytes) -> bool:
    return head[257:262] == b"ustar"


def accounts_of(person: Person) -> set[str]:
    """What the account of this person on a computer may be called; short ones may be anything."""
    given, family = letters(person.given), letters(person.family)
    local = letters(person.email.partition("@")[0])
    made = (local, given + family, family + given, given[:1] + family, family + given[:1])
    return {name for name in made if len(name) >= _SHORTEST_ACCOUNT}
