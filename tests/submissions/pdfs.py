"""Small PDFs of every sort, made here."""

import io
import zlib

from pypdf import PdfWriter
from pypdf.annotations import FreeText, Link
from pypdf.generic import (
    DecodedStreamObject,
    DictionaryObject,
    EncodedStreamObject,
    NameObject,
    TextStringObject,
)

DEFAULT = ("Symmetry and neural codes. Anonymous authors.",)


def writer(pages: int = 1, text: str = DEFAULT[0]) -> PdfWriter:
    """A document with so many pages; the text stands on each."""
    made = PdfWriter()
    for _ in range(pages):
        page = made.add_blank_page(595, 842)
        font = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Font"),
                NameObject("/Subtype"): NameObject("/Type1"),
                NameObject("/BaseFont"): NameObject("/Helvetica"),
            }
        )
        page[NameObject("/Resources")] = DictionaryObject(
            {NameObject("/Font"): DictionaryObject({NameObject("/F1"): made._add_object(font)})}
        )
        stream = DecodedStreamObject()
        stream.set_data(f"BT /F1 12 Tf 72 770 Td ({text}) Tj ET".encode("latin-1"))
        page[NameObject("/Contents")] = made._add_object(stream)
    return made


def finish(made: PdfWriter) -> bytes:
    out = io.BytesIO()
    made.write(out)
    return out.getvalue()


def good(pages: int = 1, text: str = DEFAULT[0]) -> bytes:
    return finish(writer(pages, text))


def encrypted() -> bytes:
    made = writer()
    made.encrypt("a password")
    return finish(made)


def no_pages() -> bytes:
    return finish(PdfWriter())


def truncated() -> bytes:
    whole = good(3) + b""
    return whole[: len(whole) // 2]


def damaged() -> bytes:
    """A beginning and an end, and nothing sound between them."""
    return b"%PDF-1.7\n" + b"\x00\xffgarbage\n" * 50 + b"startxref\n17\n%%EOF\n"


XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator><rdf:Seq><rdf:li>Ada Example</rdf:li>'
    "</rdf:Seq></dc:creator></rdf:Description></rdf:RDF></x:xmpmeta>"
)


def telling() -> bytes:
    """Names its author in the metadata, a comment and an attachment, and carries a script and a link."""
    made = writer(2)
    made.add_metadata({"/Author": "Ada Example", "/Title": "Symmetry"})
    stream = DecodedStreamObject()
    stream.set_data(XMP.encode())
    made.root_object[NameObject("/Metadata")] = made._add_object(stream)
    made.add_attachment("ada-notes.txt", b"notes of Ada Example")
    script = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("say('Ada Example')")}
    made.root_object[NameObject("/OpenAction")] = DictionaryObject(script)
    note = FreeText(text="Ada Example: mend this", rect=(50, 50, 200, 100))
    note[NameObject("/T")] = TextStringObject("Ada Example")
    made.add_annotation(0, note)
    made.add_annotation(0, Link(rect=(50, 150, 200, 170), url="https://code.test/anonymous"))
    return finish(made)


def bomb() -> bytes:
    """A page whose content unpacks to 400 MB."""
    made = writer()
    compressed = zlib.compressobj(9)
    zeros = b" " * 1_000_000
    data = b"".join(compressed.compress(zeros) for _ in range(400)) + compressed.flush()
    stream = EncodedStreamObject()
    stream._data = data
    stream[NameObject("/Filter")] = NameObject("/FlateDecode")
    made.pages[0][NameObject("/Contents")] = made._add_object(stream)
    return finish(made)
