"""The reviewers' copy of an archive: the same files byte for byte, and nothing that packing them has added.

The packed bytes of each file are copied as they are, under headers of our own (APPNOTE.TXT 4.3.7, 4.3.12, 4.3.16), so
that nothing is unpacked. Comments, extra fields (numbers of the owner, times, what a Mac keeps), hours of the files and
bytes between them stay behind, and so do the files in which a system or a repository keeps its own notes.
The same archive gives the same bytes.
"""

import re
import struct
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import IO

LOCAL = struct.Struct("<4s5H3L2H")
CENTRAL = struct.Struct("<4s6H3L5H2L")
END = struct.Struct("<4s4H2LH")
UTF8 = 0x800
_OF_THE_METHOD = 0b110  # flags that unpacking needs
_UNICODE_PATH = 0x7075
_UNIX = 3 << 8
_NO_TIME = (0, 1 << 5 | 1)  # midnight of 1 January 1980, the first that there is
_PIECE = 1024 * 1024
_NOTES_OF_A_SYSTEM = re.compile(
    r"(?:^|/)(?:__MACOSX/|\.(?:git|hg|svn|bzr)(?:/|$)|[^/]+\.git/|\.(?:Spotlight-V100|Trashes|fseventsd)/"
    r"|\._[^/]*$|\.DS_Store$|\.directory$|(?i:thumbs\.db|desktop\.ini)$)"
)


def is_left_out(name: str) -> bool:
    """Files of the system or of a repository: nobody wrote them, and they say who worked here."""
    return bool(_NOTES_OF_A_SYSTEM.search(name))


def name_of(entry: zipfile.ZipInfo) -> str:
    """The name under which it is unpacked, with forward strokes."""
    raw, flag = _stored_name(entry)
    return raw.decode("utf-8" if flag else "cp437", "replace").replace("\\", "/")


def write_copy(path: Path, out: Path, entries: Sequence[zipfile.ZipInfo]) -> None:
    """Write these entries of the archive at ``path``. Raises BadZipFile where what they say is not so."""
    directory = []
    with path.open("rb") as source, out.open("wb") as target:
        for entry in entries:
            _seek_content(source, entry)
            directory.append(_central(entry, target.tell()))
            target.write(_local(entry))
            _copy(source, target, entry.compress_size)
        start, packed = target.tell(), b"".join(directory)
        target.write(packed)
        target.write(END.pack(b"PK\x05\x06", 0, 0, len(directory), len(directory), len(packed), start, 0))


def _seek_content(source: IO[bytes], entry: zipfile.ZipInfo) -> None:
    source.seek(entry.header_offset)
    head = source.read(LOCAL.size)
    if len(head) < LOCAL.size or not head.startswith(b"PK\x03\x04"):
        raise zipfile.BadZipFile("No file where the directory says that there is one.")
    *_, name, extra = LOCAL.unpack(head)
    source.seek(name + extra, 1)


def _copy(source: IO[bytes], target: IO[bytes], size: int) -> None:
    while size > 0:
        piece = source.read(min(size, _PIECE))
        if not piece:
            raise zipfile.BadZipFile("The file ends before its end.")
        target.write(piece)
        size -= len(piece)


def _local(entry: zipfile.ZipInfo) -> bytes:
    name, flag = _stored_name(entry)
    return LOCAL.pack(b"PK\x03\x04", *_common(entry, flag), len(name), 0) + name


def _central(entry: zipfile.ZipInfo, offset: int) -> bytes:
    name, flag = _stored_name(entry)
    made = _UNIX | 20
    return (
        CENTRAL.pack(
            b"PK\x01\x02", made, *_common(entry, flag), len(name), 0, 0, 0, 0, _mode(entry) << 16 | _dos(entry), offset
        )
        + name
    )


def _common(entry: zipfile.ZipInfo, flag: int) -> tuple[int, ...]:
    flags = entry.flag_bits & _OF_THE_METHOD | flag
    sizes = (entry.CRC, entry.compress_size, entry.file_size)
    return (max(entry.extract_version, 20), flags, entry.compress_type, *_NO_TIME, *sizes)


def _mode(entry: zipfile.ZipInfo) -> int:
    """May it be run or not; nothing else of whose it was."""
    if entry.is_dir():
        return 0o40755
    return 0o100755 if entry.external_attr >> 16 & 0o111 and entry.create_system == _UNIX >> 8 else 0o100644


def _dos(entry: zipfile.ZipInfo) -> int:
    return 0x10 if entry.is_dir() else 0


def _stored_name(entry: zipfile.ZipInfo) -> tuple[bytes, int]:
    """The bytes of its name and the flag that says that they are UTF-8, also where only an extra field knew it."""
    if entry.flag_bits & UTF8:
        return entry.orig_filename.encode("utf-8", "surrogateescape"), UTF8
    raw = entry.orig_filename.encode("cp437", "replace")
    given = _unicode_path(entry.extra, zlib.crc32(raw))
    return (given, UTF8) if given else (raw, 0)


def _unicode_path(extra: bytes, of: int) -> bytes:
    """What an extra field gives as the name in UTF-8 (APPNOTE.TXT 4.6.9); empty where none fits this name."""
    while len(extra) >= 4:
        kind, size = struct.unpack("<2H", extra[:4])
        field, extra = extra[4 : 4 + size], extra[4 + size :]
        if kind == _UNICODE_PATH and len(field) == size > 5 and field[0] == 1:
            (checksum,) = struct.unpack("<L", field[1:5])
            if checksum == of and _is_utf8(field[5:]):
                return field[5:]
    return b""


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
