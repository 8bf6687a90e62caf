"""What may tell who wrote it: metadata, text, links and the file's name."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from submissions.pdf_check.answers import INFO, WARNING, Finding, finding
from submissions.pdf_check.people import (
    Person,
    folded,
    in_address,
    is_addressed,
    is_at,
    is_named,
    is_spelled_out,
    letters,
    mentions,
    names_family,
)
from submissions.pdf_check.references import References

INFO_KEYS = ("/Author", "/Creator", "/Title", "/Subject", "/Keywords", "/Company", "/Manager")
_NOBODY = re.compile(
    r"^(?:anon(?:ymous)?(?: (?:author|submission|institution)s?(?:\(s\))?)?|authors?|unknown|user|none|n/?a)?$"
)
_ACKNOWLEDGEMENTS = re.compile(r"^(?:\d{1,2}\.?|[a-z]\.?)?acknowledge?ments?(?:anddisclosure.*)?:?$")
_LEFT_OUT = re.compile(r"anonym|remov|omit|withh|hidden|blind|redact|camera|after (?:review|acceptance)|will be added")
_HOME = re.compile(
    r"(?:https?://)?(?:www\.)?(?:(?:github|gitlab|bitbucket|huggingface|kaggle)\.(?:com|org|co)/[\w.-]+"
    r"|[\w-]+\.(?:github|gitlab)\.io|(?:scholar|sites|drive)\.google\.com/\S+|orcid\.org/[\dxX-]+|linkedin\.com/in/[\w-]+)",
    re.IGNORECASE,
)
_OWN_WORK = re.compile(
    r"\b(?:our|my|we)\b[^.()\[\]]{0,60}?\b(?:previous|prior|earlier|recent|companion|own)(?:ly)?\b[^.()\[\]]{0,80}"
    r"(?:\[(?P<numbers>[\d,;\s–-]+)\]|(?P<names>[\w\s.,&-]{0,60}\((?:[^()]*?)(?:19|20)\d\d[a-z]?[^()]*\)))"
)


def of_metadata(reader: Any, people: Sequence[Person]) -> Iterator[Finding]:
    """Reviewers get a copy without metadata; whoever keeps the file may still want to know."""
    if told := sorted(fields_that_tell(reader, people)):
        yield finding("metadata_identity", INFO, fields=told)


def of_file_name(name: str, people: Sequence[Person]) -> Iterator[Finding]:
    """Reviewers never see the file's name; whoever keeps the file may still want to know."""
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])|[\W_]+|(?<=\D)(?=\d)", " ", name.rpartition(".")[0] or name)
    words = folded(plain)
    named = [
        number
        for number, person in enumerate(people, 1)
        if is_named(person, words) or (len(letters(person.family)) >= 4 and names_family(person, words))
    ]
    if named:
        yield finding("file_name_identity", INFO, sure=False, authors=named)


def of_text(
    pages: Sequence[str],
    references: References | None,
    links: Sequence[str],
    people: Sequence[Person],
    domains: Sequence[str],
) -> Iterator[Finding]:
    body = list(_without_references(pages, references))
    yield from _names(body, people)
    yield from _addresses(body, people, domains)
    yield from _acknowledgements(body)
    yield from _links(body, links, people)
    if references is not None:
        yield from _own_work(body, _list_of(pages, references), people)


def is_nobody(name: str) -> bool:
    """What stands where a name would, and is none."""
    return bool(_NOBODY.match(folded(name).strip(" .")))


def fields_that_tell(reader: Any, people: Sequence[Person]) -> set[str]:
    """An author field that names anybody, and any other field that says a listed author's name."""
    info = reader.metadata or {}
    told = set() if is_nobody(str(info.get("/Author") or "")) else {"Author"}
    for key in INFO_KEYS:
        if mentions(str(info.get(key) or ""), people):
            told.add(key[1:])
    xmp = _xmp(reader)
    creators = re.findall(r"<dc:creator\b(?:(?!</dc:creator>).)*?<rdf:li\b[^>]*>([^<]*)", xmp, re.DOTALL)
    if not all(map(is_nobody, creators)):
        told.add("XMP creator")
    elif mentions(xmp, people):
        told.add("XMP")
    return told


def _xmp(reader: Any) -> str:
    stream = reader.root_object.get("/Metadata")
    try:
        return stream.get_object().get_data()[:500_000].decode("utf-8", "replace") if stream is not None else ""
    except Exception:
        return ""


def _without_references(pages: Sequence[str], references: References | None) -> Iterator[tuple[int, str]]:
    """Pages (from 1) with their text. In the list of references anybody may be named."""
    for number, text in enumerate(pages, 1):
        if references is None or number < references.page:
            yield number, text
        elif number == references.page:
            yield number, text[: references.at]
        elif references.appendix is not None and number >= references.appendix:
            yield number, text


def _list_of(pages: Sequence[str], references: References) -> str:
    last = references.appendix or len(pages)
    return folded("\n".join([pages[references.page - 1][references.at :], *pages[references.page : last]]))


def _names(body: Sequence[tuple[int, str]], people: Sequence[Person]) -> Iterator[Finding]:
    """Once for the first page that names somebody: that is where to look."""
    for number, text in body:
        outside_links = _HOME.sub(" ", text)
        plain = folded(outside_links)
        named = [place for place, person in enumerate(people, 1) if is_named(person, plain)]
        if number == 1 and not named:
            named = [place for place, person in enumerate(people, 1) if is_spelled_out(person, outside_links)]
        if named:
            yield finding("author_on_page", WARNING, sure=False, page=number, authors=named)
            return


def _addresses(body: Sequence[tuple[int, str]], people: Sequence[Person], domains: Sequence[str]) -> Iterator[Finding]:
    for number, text in body:
        plain = folded(text)
        known = [place for place, person in enumerate(people, 1) if is_addressed(person, plain)]
        if known:
            yield finding("address_on_page", WARNING, page=number, authors=known)
            return
    first = folded(body[0][1]) if body else ""
    found = sorted(domain for domain in domains if re.search(rf"(?<![\w-]){re.escape(domain)}(?![\w-])", first))
    if found:
        yield finding("domain_on_page", WARNING, sure=False, page=1, domains=found)
        return
    at = [place for place, person in enumerate(people, 1) if is_at(person, first)]
    if at:
        yield finding("affiliation_on_page", WARNING, sure=False, page=1, authors=at)


def _acknowledgements(body: Sequence[tuple[int, str]]) -> Iterator[Finding]:
    """A section with words in it, unless they say that it is left out."""
    for number, text in body:
        lines = text.split("\n")
        for place, line in enumerate(lines):
            if not _ACKNOWLEDGEMENTS.match(re.sub(r"\s+", "", line).lower()):
                continue
            following = folded("\n".join(lines[place + 1 : place + 8]))
            if len(following) > 30 and not _LEFT_OUT.search(following):
                yield finding("acknowledgements", WARNING, sure=False, page=number)
                return


def _links(body: Sequence[tuple[int, str]], links: Sequence[str], people: Sequence[Person]) -> Iterator[Finding]:
    """Homes of code and people that say an author's name, written out or behind a word."""
    written = [(number, match.group()) for number, text in body for match in _HOME.finditer(text)]
    linked: list[tuple[int | None, str]] = [(None, link) for link in links]
    for number, address in [*written, *linked]:
        if "orcid.org" in address or (named := in_address(people, address)):
            yield finding(
                "link_identity",
                WARNING,
                sure=False,
                page=number,
                link=address[:120],
                authors=[] if "orcid.org" in address else named,
            )
            return


def _own_work(body: Sequence[tuple[int, str]], entries: str, people: Sequence[Person]) -> Iterator[Finding]:
    """“Our previous work [3]”, where entry 3 is by a listed author."""
    for number, text in body:
        for match in _OWN_WORK.finditer(folded(text)):
            cited = match["names"] or " ".join(_entry(entries, n) for n in re.findall(r"\d+", match["numbers"] or ""))
            named = [place for place, person in enumerate(people, 1) if names_family(person, cited)]
            if named:
                yield finding("own_work", WARNING, page=number, authors=named)
                return


def _entry(entries: str, number: str) -> str:
    match = re.search(rf"\[{number}\](.{{5,400}}?)(?=\[{int(number) + 1}\]|$)", entries)
    return match.group(1) if match else ""
