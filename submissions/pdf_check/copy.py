"""The reviewers' copy: pages, outline and links, and nothing that says who made them or that acts by itself."""

import struct
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from submissions.pdf_check.objects import entry, kind_of
from submissions.pdf_check.people import Person, in_address, mentions

# What may identify somebody or act by itself, wherever in the file it stands. pdfTeX keeps the paths of included
# figures and what their own documents said of themselves; Illustrator keeps its private data.
FORGET = tuple(
    (
        "/Metadata /PieceInfo /LastModified /AA /AF /EF /Thumb /JS /OpenAction /B /OPI /Measure /SpiderInfo /ID "
        "/PTEX.FileName /PTEX.InfoDict /PTEX.PageNumber /PTEX.Fullbanner /Producer /Creator /Author"
    ).split()
)
FORGET_IN_ROOT = ("/AcroForm", "/Metadata", "/OpenAction", "/AA", "/AF", "/PieceInfo", "/Collection", "/Lang")
FORGET_IN_ANNOTATIONS = ("/Contents", "/T", "/RC", "/NM", "/M", "/CreationDate", "/Popup", "/Subj")
MEDIA = frozenset(["/Movie", "/Sound", "/Screen", "/3D", "/RichMedia"])
COMMENTS = frozenset(["/Text", "/FreeText", "/Popup", "/Highlight", "/StrikeOut", "/Underline", "/Squiggly", "/Caret"])
COMMENTS_DRAWN = frozenset(["/Ink", "/Stamp", "/Line", "/Square", "/Circle", "/Polygon", "/PolyLine", "/Redact"])
WEB = ("http://", "https://")
MOST_DEPTH = 50


def links_of(reader: Any) -> list[str]:
    """Web addresses behind the pages' links, each once."""
    found: dict[str, None] = {}
    for page in reader.pages:
        for annotation in _annotations(page):
            action = entry(annotation, "/A")
            if kind_of(action) == "/URI":
                found[str(action.get("/URI"))] = None
    return list(found)


def write_copy(reader: Any, out: Path, people: Sequence[Person]) -> Counter[str]:
    """Write it, and say how many of what were taken out. The same file gives the same bytes."""
    from pypdf import PdfWriter
    from pypdf.generic import NameObject

    removed: Counter[str] = Counter()
    writer = PdfWriter()
    writer.append(reader, excluded_fields=("/B",))
    writer.metadata = None
    if "/OCProperties" in reader.root_object:  # without it, layers that are switched off would be seen
        writer.root_object[NameObject("/OCProperties")] = reader.root_object["/OCProperties"].clone(writer)
    _count_actions(reader.root_object, removed)
    for key in FORGET_IN_ROOT:
        writer.root_object.pop(NameObject(key), None)
    for page in writer.pages:
        _keep_links(page, people, removed)
    for thing in list(writer._objects):
        _forget(thing, people, removed)
        _bare_picture(thing, removed)
    _drop_unreachable(writer)
    writer._ID = None
    with out.open("wb") as file:
        writer.write(file)
    return removed


def _annotations(page: Any) -> Iterator[Any]:
    entries = entry(page, "/Annots")
    for one in entries if isinstance(entries, list) else []:
        annotation = one.get_object()
        if hasattr(annotation, "get"):
            yield annotation


def _keep_links(page: Any, people: Sequence[Person], removed: Counter[str]) -> None:
    from pypdf.generic import ArrayObject, NameObject

    kept = ArrayObject()
    for annotation in _annotations(page):
        kind = annotation.get("/Subtype")
        if kind == "/Link" and _leads_somewhere(annotation, people, removed):
            for key in FORGET_IN_ANNOTATIONS:
                annotation.pop(NameObject(key), None)
            kept.append(annotation.indirect_reference or annotation)
        elif kind == "/FileAttachment":
            removed["attachment"] += 1
        elif kind == "/Widget":
            removed["field"] += 1
        elif kind in MEDIA:
            removed["media"] += 1
        elif kind in COMMENTS or kind in COMMENTS_DRAWN:
            removed["comment"] += 1
        _count_actions(annotation, removed)
    page.pop(NameObject("/Annots"), None)
    if kept:
        page[NameObject("/Annots")] = kept


def _leads_somewhere(annotation: Any, people: Sequence[Person], removed: Counter[str]) -> bool:
    """Within the document or onto the web; not into somebody's own files, not to an author."""
    action = entry(annotation, "/A")
    if kind_of(action) is None:
        return "/Dest" in annotation
    if kind_of(action) != "/URI":
        return kind_of(action) in ("/GoTo", "/Named")
    address = str(action.get("/URI")).strip()
    if address.lower().startswith("file:") or address[1:3] == ":\\":
        removed["local link"] += 1
    if not address.lower().startswith(WEB) and ":" in address.split("/")[0]:
        return False
    return not address.lower().startswith("file:") and not in_address(people, address)


def _count_actions(thing: Any, removed: Counter[str]) -> None:
    for key in ("/A", "/AA", "/OpenAction"):
        found = entry(thing, key)
        actions = list(found.values()) if key == "/AA" and hasattr(found, "values") else [found]
        for action in actions:
            kind = kind_of(action.get_object() if action is not None else None)
            if kind == "/JavaScript":
                removed["script"] += 1
            elif kind not in (None, "/GoTo", "/URI", "/Named"):
                removed["media" if kind in ("/Rendition", "/Movie", "/Sound", "/RichMediaExecute") else "action"] += 1


def _forget(thing: Any, people: Sequence[Person], removed: Counter[str], depth: int = 0) -> None:
    """Take what identifies or acts out of a thing and what is nested in it; indirect objects come by themselves."""
    from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

    if depth > MOST_DEPTH:
        return
    if isinstance(thing, DictionaryObject):
        _count_actions(thing, removed)
        removed["embedded"] += "/EF" in thing
        for key in FORGET:
            thing.pop(NameObject(key), None)
        action = entry(thing, "/A")
        if isinstance(action, DictionaryObject) and kind_of(action) not in ("/GoTo", "/URI", "/Named"):
            thing.pop(NameObject("/A"), None)
        for key, value in list(dict.items(thing)):
            if isinstance(value, TextStringObject) and len(value) < 10_000 and mentions(value, people):
                dict.__setitem__(thing, key, TextStringObject(""))
            else:
                _forget(value, people, removed, depth + 1)
    elif isinstance(thing, ArrayObject):
        for place, value in enumerate(list.__iter__(thing)):
            if isinstance(value, TextStringObject) and mentions(value, people):
                list.__setitem__(thing, place, TextStringObject(""))
            else:
                _forget(value, people, removed, depth + 1)


def _bare_picture(thing: Any, removed: Counter[str]) -> None:
    """A photograph as it came from its camera, without what the camera wrote into it."""
    data = getattr(thing, "_data", None)
    if not isinstance(data, bytes) or thing.get("/Subtype") != "/Image":
        return
    filters = thing.get("/Filter")
    names = list(filters) if isinstance(filters, list) else [filters]
    bare = {"/DCTDecode": without_exif, "/JPXDecode": without_boxes}.get(str(names[0]) if len(names) == 1 else "")
    if bare is not None and (stripped := bare(data)) != data:
        thing._data = stripped
        removed["picture data"] += 1


def without_exif(data: bytes) -> bytes:
    """A JPEG without its Exif, XMP, IPTC and comment segments; what is no sound JPEG stays as it is."""
    if data[:2] != b"\xff\xd8":
        return data
    kept, at = [data[:2]], 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] not in (0xDA, 0xD9):
        marker, (length,) = data[at + 1], struct.unpack(">H", data[at + 2 : at + 4])
        is_private = marker in (0xE1, 0xED, 0xFE) or (0xE3 <= marker <= 0xEC)
        if not is_private:
            kept.append(data[at : at + 2 + length])
        at += 2 + length
    return b"".join([*kept, data[at:]])


def without_boxes(data: bytes) -> bytes:
    """A JPEG 2000 without its boxes of XML and of others' data."""
    if data[4:8] != b"jP  ":
        return data
    kept, at = [], 0
    while at + 8 <= len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        end = at + length if length >= 8 else len(data)
        if length == 1:
            return data
        if kind not in (b"xml ", b"uuid", b"uinf"):
            kept.append(data[at:end])
        at = end
    return b"".join(kept)


def _drop_unreachable(writer: Any) -> None:
    """What nothing points at any more would still be written, and read with a hex editor."""
    from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

    seen: set[int] = set()
    waiting: list[Any] = [writer.root_object, writer.root_object.indirect_reference]
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, IndirectObject):
            if thing.idnum not in seen:
                seen.add(thing.idnum)
                waiting.append(writer._objects[thing.idnum - 1])
        elif isinstance(thing, DictionaryObject):
            waiting.extend(dict.values(thing))
        elif isinstance(thing, ArrayObject):
            waiting.extend(list.__iter__(thing))
    for position in range(len(writer._objects)):
        if position + 1 not in seen:
            writer._objects[position] = None
