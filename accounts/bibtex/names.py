"""People's names, split the way BibTeX splits them.

"First von Last", "von Last, First" and "von Last, Jr, First"; braces protect; lower-case words are the particle
(N. Markey, *Tame the BeaST*, part II, section 11). bibtexparser does the splitting on text that is already Unicode,
so that an accent never decides what is upper case.
"""

import re
from dataclasses import dataclass

from bibtexparser.middlewares.names import (
    InvalidNameError,
    parse_single_name_into_parts,
    split_multiple_persons_names,
)

from .latex import name_to_unicode
from .text import one_line

_SUFFIX = re.compile(r"(?:jr|sr|[ivx]+)\.?", re.IGNORECASE)
_OTHERS = re.compile(r"others|et\.? al\.?", re.IGNORECASE)
_STRAY_AND = re.compile(r"^(?:and(?:\s+|$))+|(?:\s+and)+$", re.IGNORECASE)
_WORD = re.compile(r"[^\s,{}]+")


@dataclass(frozen=True)
class PersonName:
    """A name in the three parts that BibTeX knows; a suffix such as Jr. stays with the family name."""

    given: str
    particle: str
    family: str

    def __str__(self) -> str:
        return " ".join(part for part in (self.given, self.particle, self.family) if part)


class NotAName(ValueError):
    """The text cannot be split into a name; the message says why and what to write."""


def parse_bibtex_names(source: str) -> tuple[list[PersonName], list[str]]:
    """All people of an author field in order, and notes on what could not be taken at its word.

    Raises NotAName for the first name that cannot be split.
    """
    names, notes = _listed(source)
    people = [_parse_noting(name, notes) for name in names]
    return people, list(dict.fromkeys(notes))


def shown_names(source: str) -> list[str]:
    """All people of an author field in order, given names first; a name that cannot be split stays as it stands."""
    return [_shown(name) for name in _listed(source)[0]]


def _shown(name: str) -> str:
    try:
        return str(_parse(name))
    except NotAName:
        return _plain([name])


def _listed(source: str) -> tuple[list[str], list[str]]:
    """The names between the “and”s as Unicode, and notes."""
    converted = name_to_unicode(source)
    notes, names = list(converted.notes), []
    for text in split_multiple_persons_names(converted.text):
        name = _STRAY_AND.sub("", text.strip()).strip()
        if name != text.strip():
            notes.append("The word “and” has no name on one of its sides.")
        if _OTHERS.fullmatch(name):
            notes.append("“and others” hides authors; they were left out.")
        elif name:
            names.append(name)
    return names, notes


def parse_name(source: str) -> PersonName:
    """One person, as "Given Family" or "Family, Given". Raises NotAName."""
    text = name_to_unicode(source).text if re.search(r"[\\{]", source) else one_line(source)
    return _parse(text)


def _parse_noting(name: str, notes: list[str]) -> PersonName:
    person = _parse(name)
    if not person.given and "{" not in name:
        notes.append(f"“{person}” has no given name.")
    if re.search(r"\d|@", str(person)):
        notes.append(f"“{person}” has a digit or an @ in it.")
    return person


def _parse(name: str) -> PersonName:
    shown = re.sub(r"[{}]", "", name).strip()
    try:
        parts = parse_single_name_into_parts(_caseless_protected(name.strip().rstrip(",")), strict=True)
    except InvalidNameError as problem:
        raise NotAName(_why_not(shown, problem.reason)) from problem
    suffix = _plain(parts.jr)
    if suffix and not _SUFFIX.fullmatch(suffix):
        raise NotAName(_why_not(shown, "comma"))
    given, particle, family = _plain(parts.first), _plain(parts.von), _plain(parts.last)
    if not re.search(r"\w", family):
        raise NotAName(f"“{shown}” has no family name.")
    return _with_suffix(PersonName(given, particle, family), suffix)


def _with_suffix(person: PersonName, suffix: str) -> PersonName:
    """Jr. and the like stay behind the family name, also in "Given Family Jr."."""
    if suffix:
        return PersonName(person.given, person.particle, f"{person.family} {suffix}")
    words = person.given.split()
    if re.fullmatch(r"[js]r\.?|i{2,3}|iv", person.family, re.IGNORECASE) and len(words) > 1:
        return PersonName(" ".join(words[:-1]), person.particle, f"{words[-1]} {person.family}")
    return person


def _why_not(shown: str, reason: str) -> str:
    if "brace" in reason.lower():
        return f"“{shown}” has braces that do not match."
    return f"“{shown}” has more commas than a name has."


def _caseless_protected(name: str) -> str:
    """Words of scripts without capitals are no particles; braces tell BibTeX so."""
    if "{" in name:
        return name
    return _WORD.sub(lambda match: f"{{{match[0]}}}" if _is_caseless(match[0]) else match[0], name)


def _is_caseless(word: str) -> bool:
    letter = next((character for character in word if character.isalpha()), "")
    return letter.lower() == letter.upper() and letter != ""


def _plain(words: list[str]) -> str:
    return one_line(re.sub(r"[{}]", "", " ".join(words)))
