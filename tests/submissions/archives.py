"""ZIP files of every sort, each with what is to be found in it; made here, from bytes. See corpus.py, whose authors
they are looked at for.
"""

import gzip
import io
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace

from tests.submissions import corpus
from tests.submissions.corpus import Case

QUESTION = corpus.QUESTION | {"kind": "supplement"}
CODE = "import numpy as np\n\n\ndef act(group, x):\n    return group @ x\n"
CORE = '<cp:coreProperties xmlns:dc="d" xmlns:cp="c">{}</cp:coreProperties>'
Change = Callable[[zipfile.ZipFile], None]


def packed(change: Change | None = None, *, method: int = zipfile.ZIP_DEFLATED, **files: str | bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        if change:
            change(archive)
    return out.getvalue()


def with_code(files: dict[str, str | bytes] | None = None, change: Change | None = None) -> bytes:
    return packed(change, **({"code/run.py": CODE} | (files or {})))


def with_entry(content: str | bytes = "x", name: str = "code/a.txt", **fields) -> bytes:
    def add(archive: zipfile.ZipFile) -> None:
        entry = zipfile.ZipInfo(name)
        for field, value in fields.items():
            setattr(entry, field, value)
        archive.writestr(entry, content)

    return with_code(change=add)


def commented() -> bytes:
    def add(archive: zipfile.ZipFile) -> None:
        archive.comment = b"packed by Ada Example"

    return with_code(change=add)


def owned() -> bytes:
    """As Info-ZIP packs: with the number of the owner, and the times in UTC (its own fields, 0x7875 and 0x5455)."""
    owner = struct.pack("<HHBBLBL", 0x7875, 11, 1, 4, 4711, 4, 815)
    times = struct.pack("<HHBl", 0x5455, 5, 1, 1_800_000_000)
    return with_entry(extra=owner + times, external_attr=(stat.S_IFREG | 0o754) << 16, create_system=3)


def streamed() -> bytes:
    """Written to a pipe: sizes stand behind each file."""

    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.written = b""

        def writable(self) -> bool:
            return True

        def write(self, piece: bytes) -> int:
            self.written += bytes(piece)
            return len(piece)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("code/run.py", CODE)
    return pipe.written


def unicode_path(path: str, raw: str = "caf_.txt") -> bytes:
    """A name that only an extra field gives in full (APPNOTE.TXT 4.6.9)."""
    name = path.encode()
    field = struct.pack("<HHBL", 0x7075, 5 + len(name), 1, zlib.crc32(raw.encode())) + name
    return with_entry(name=raw, extra=field)


def office(creator: str = "", company: str = "", text: str = "Symmetry.", core: str = "docProps/core.xml") -> bytes:
    return packed(
        **{
            "[Content_Types].xml": "<Types/>",
            core: CORE.format(f"<dc:creator>{creator}</dc:creator>"),
            "docProps/app.xml": f"<Properties><Company>{company}</Company></Properties>",
            "word/document.xml": f"<w:p><w:t>{text}</w:t></w:p>",
        }
    )


def tar(owner: str = "root", text: str = CODE, name: str = "data/run.py", mode: str = "w:gz") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        member = tarfile.TarInfo(name)
        member.size, member.uname, member.gname = len(text.encode()), owner, "staff"
        archive.addfile(member, io.BytesIO(text.encode()))
    return out.getvalue()


def nested(times: int, inner: bytes) -> bytes:
    for number in range(times):
        inner = packed(**{f"part{number}.zip": inner})
    return inner


def locked(content: bytes) -> bytes:
    """Says of its first file that it is encrypted."""
    changed = bytearray(content)
    for head, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        changed[changed.index(head) + place] |= 1
    return bytes(changed)


def over_each_other(times: int = 30) -> bytes:
    """Many entries of the directory for the same bytes."""
    content = packed(method=zipfile.ZIP_STORED, **{"a.txt": "x" * 1000})
    start, end = content.index(b"PK\x01\x02"), content.index(b"PK\x05\x06")
    directory = content[start:end] * times
    return content[:start] + directory + end_of(times, len(directory), start)


def end_of(count: int, size: int, start: int) -> bytes:
    return struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, size, start, 0)


def slow_pdf() -> bytes:
    """Its first page takes longer to read than a file among others may."""
    made = corpus.Document()
    made.page(corpus.shown(["x"]) + "\n".join(f"{n % 500} {n % 700} m {n % 300} 8 l S" for n in range(400_000)))
    return made.bytes()


def patched(content: bytes, head: bytes, place: int, value: bytes) -> bytes:
    at = content.rindex(head) + place
    return content[:at] + value + content[at + len(value) :]


def jpeg_by(artist: str) -> bytes:
    """A photograph whose Exif names its artist."""
    exif = b"Exif\0\0II*\0" + artist.encode() + b"\0"
    return b"\xff\xd8\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + b"\xff\xd9" + bytes(range(256)) * 20


GOOD = [
    Case("code and a text", lambda: with_code({"README.md": "Run run.py."})),
    Case("names in other scripts", lambda: with_code({"données/日本.txt": "x"})),
    Case("name in an extra field", lambda: unicode_path("café.txt")),
    Case("owners and times of Info-ZIP", owned),
    Case("written to a pipe", streamed),
    Case("packed by LZMA", lambda: packed(method=zipfile.ZIP_LZMA, **{"a.py": CODE})),
    Case("packed by bzip2", lambda: packed(method=zipfile.ZIP_BZIP2, **{"a.py": CODE})),
    Case("licence of somebody else", lambda: with_code({"LICENSE": "Copyright (c) 2020 Grace Hopper, MIT"})),
    Case("document of nobody", lambda: with_code({"notes.docx": office("python-docx")})),
    Case("PDF of nobody", lambda: with_code({"proof.pdf": corpus.anonymous_metadata()})),
    Case("archive of tar by root", lambda: with_code({"data.tar.gz": tar()})),
    Case("path of a container", lambda: with_code({"log.txt": "Saved to /home/user/out and /Users/runner/work"})),
    Case("address of a web page", lambda: with_code({"a.md": "https://example.com/home/news/ and a@b.test"})),
    Case("martingales", lambda: with_code({"griffinry/adapter/martingale.py": CODE})),
]
NOTES = [
    Case("comment of the archive", commented, ("zip_comment",)),
    Case("comment of a file", lambda: with_entry(comment=b"by Ada"), ("zip_comment",)),
    Case("what a Mac adds", lambda: with_code({"__MACOSX/code/._run.py": b"\0\5\x16\7ada"}), ("zip_left_out",)),
    Case("what a folder looks like", lambda: with_code({"code/.DS_Store": b"ada"}), ("zip_left_out",)),
    Case("history of a repository", lambda: with_code({".git/config": "[user]\nname = Ada"}), ("zip_left_out",)),
    Case("pointer to a repository", lambda: with_code({"a/.git": "gitdir: /home/ada/x/.git"}), ("zip_left_out",)),
]
TELLING = [
    Case("name in a text", lambda: with_code({"README.md": "Written by Ada Example"}), ("zip_identity",)),
    Case("name in UTF-16", lambda: with_code({"a.txt": "by Ada Example".encode("utf-16")}), ("zip_identity",)),
    Case("name in a script without spaces", lambda: with_code({"a.txt": "作者：王小明"}), ("zip_identity",)),
    Case("name of a folder", lambda: with_code({"ada_example/run.py": CODE}), ("zip_identity",)),
    Case("name of a folder without a break", lambda: with_code({"AdaExample-run/a.py": CODE}), ("zip_identity",)),
    Case("name of an account", lambda: with_code({"bgriffin/run.py": CODE}), ("zip_identity",)),
    Case("address", lambda: with_code({"setup.cfg": "author_email = ada@ada.test"}), ("zip_identity",)),
    Case("address at the same place", lambda: with_code({"a.cfg": "mail = lab@cs.ada.test"}), ("zip_identity",)),
    Case("institution", lambda: with_code({"LICENSE": "(c) Institute of Symmetry Research"}), ("zip_identity",)),
    Case("name in a compressed text", lambda: with_code({"a.gz": gzip.compress(b"Ada Example")}), ("zip_identity",)),
    Case("artist of a photograph", lambda: with_code({"a.jpg": jpeg_by("Ben Griffin")}), ("zip_identity",)),
    Case("name inside a document", lambda: with_code({"a.docx": office(text="By Ada Example")}), ("zip_identity",)),
    Case("name inside an archive", lambda: with_code({"a.zip": packed(by="Ada Example")}), ("zip_identity",)),
    Case("name inside an archive of tar", lambda: with_code({"a.tar": tar(text="Ada Example", mode="w")}),
         ("zip_identity",)),
    Case("name on a page", lambda: with_code({"a.pdf": corpus.one_page(["Ada Example", "x"]).bytes()}),
         ("zip_identity",)),
    Case("metadata of a PDF", lambda: with_code({"a.pdf": corpus.with_info("/Author (Grace Hopper)")}),
         ("zip_author",)),
    Case("who made a document", lambda: with_code({"a.docx": office("G. Hopper")}), ("zip_author",)),
    Case("where a document was made", lambda: with_code({"a.xlsx": office(company="A Lab")}), ("zip_author",)),
    Case("who made an open document", lambda: with_code({"a.odt": office("G. H.", core="meta.xml")}), ("zip_author",)),
    Case("owner in an archive of tar", lambda: with_code({"a.tgz": tar("ghopper")}), ("zip_author",)),
    Case("folder of a person", lambda: with_code({"a.ipynb": '"/home/ghopper/data"'}), ("zip_home",)),
    Case("folder of a person on Windows", lambda: with_code({"a.json": r'"C:\\Users\\Grace H\\x"'}), ("zip_home",)),
    Case("folder of a person in a binary", lambda: with_code({"a.pyc": b"\0\1\2/Users/ghopper/run.py\0" * 9}),
         ("zip_home",)),
    Case("history inside an archive", lambda: with_code({"a.zip": packed(**{".git/HEAD": "x"})}), ("zip_history",)),
]  # fmt: skip
HOSTILE = [
    Case("cut off", lambda: packed(**{"a.txt": CODE * 200})[:-40], ("zip_broken",), True),
    Case("nothing in it", packed, ("zip_empty",), True),
    Case("only a repository", lambda: packed(**{".git/HEAD": "x"}), ("zip_empty",), True),
    Case("password", lambda: locked(packed(**{"a.txt": "x"})), ("zip_encrypted",), True),
    Case("bomb", lambda: packed(**{"a.bin": b"\0" * 100_000_000}), ("zip_too_large",), True),
    Case("5,001 files", lambda: packed(**{str(n): "" for n in range(5001)}), ("zip_too_large",), True),
    Case("leads out", lambda: packed(**{"../../etc/cron.d/x": "x"}), ("zip_unsafe",), True),
    Case("leads out the Windows way", lambda: packed(**{"..\\..\\x": "x"}), ("zip_unsafe",), True),
    Case("leads out by an extra field", lambda: unicode_path("../../x"), ("zip_unsafe",), True),
    Case("from the root", lambda: packed(**{"/etc/x": "x"}), ("zip_unsafe",), True),
    Case("from a drive", lambda: packed(**{"C:/x": "x"}), ("zip_unsafe",), True),
    Case("link", lambda: with_entry("/etc/passwd", external_attr=(stat.S_IFLNK | 0o777) << 16), ("zip_unsafe",), True),
    Case("files that lie over each other", over_each_other, ("zip_broken",), True),
    Case("file that is not where it should be",
         lambda: patched(with_code({"a": "x"}), b"PK\x01\x02", 42, b"\x07\0\0\0"), ("zip_broken",), True),
    Case("sizes that are not so", lambda: patched(packed(a="x" * 99), b"PK\x01\x02", 24, b"\5\0\0\0"),
         ("zip_unread",)),
    Case("way of packing that nobody knows", lambda: patched(with_code({"a": "x"}), b"PK\x01\x02", 10, b"c\0"),
         ("zip_unread",)),
    Case("bomb inside", lambda: with_code({"a.zip": packed(**{"a.bin": b"\0" * 100_000_000})})),
    Case("archives in archives", lambda: with_code({"a.zip": nested(5, CODE.encode())}), ("zip_unread",)),
    Case("archive inside with a password", lambda: with_code({"a.zip": locked(packed(a="x"))}),
         ("zip_unread",)),
    Case("archive of tar that unpacks to 50 MB", lambda: with_code({"a.tgz": tar(text="x" * 50_000_000)}),
         ("zip_unread",)),
    Case("archive that nobody here opens", lambda: with_code({"a.7z": b"7z\xbc\xaf\x27\x1c" + bytes(99)}),
         ("zip_unread",)),
    Case("PDF that is none", lambda: with_code({"a.pdf": b"%PDF-1.7\nxref\n" + bytes(2000)}), ("zip_unread",)),
    Case("PDF whose page takes long", lambda: with_code({"a.pdf": slow_pdf()}), ("zip_unread",)),
    Case("600 files", lambda: packed(**{f"{n}.txt": CODE for n in range(600)}), ("zip_unread",)),
    Case("text made to take long", lambda: with_code({"a.html": "<" * 200_000 + "/home/" * 9999 + "@a." * 9999})),
]  # fmt: skip


def _of(cases: list[Case], kind: str) -> list[Case]:
    """Every archive that is taken is told of as such."""
    return [
        replace(case, kind=kind, file_name="extra.zip", codes=case.codes + (() if case.refused else ("zip_as_it_is",)))
        for case in cases
    ]


ARCHIVES = [
    *_of(GOOD, "archive, good"),
    *_of(NOTES, "archive, notes"),
    *_of(TELLING, "archive, telling"),
    *_of(HOSTILE, "archive, hostile"),
]
