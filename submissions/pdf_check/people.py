"""How a person is found in a text: folded, in any order of the names, in any script, over the breaks of lines."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# Scripts that put no spaces between words: a name in them has no edges to look for.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_SHORT = 6  # letters of a whole name under which it must stand as listed
_COMPACT = 9  # letters from which a name is also found when its letters are set apart
_AFFILIATION_WORDS = 2


@dataclass(frozen=True)
class Person:
    given: str
    family: str
    email: str = ""
    affiliation: str = ""

    @classmethod
    def of(cls, row: Mapping[str, str]) -> "Person":
        return cls(*(row.get(name, "") for name in ("given", "family", "email", "affiliation")))


def folded(text: str) -> str:
    """Without case, accents, ligatures, soft hyphens and line breaks; a word broken at its hyphen is one again."""
    whole = re.sub(r"(?<=\w)[-\u2010\u00ad]\s*\n\s*(?=\w)", "", text).replace("\u00ad", "")
    if whole.isascii():
        return re.sub(r"\s+", " ", whole.lower())
    plain = "".join(c for c in unicodedata.normalize("NFKD", whole.casefold()) if not unicodedata.combining(c))
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", plain))


def letters(text: str) -> str:
    return "".join(c for c in folded(text) if c.isalnum())


def is_named(person: Person, text: str) -> bool:
    """Given and family name by each other, in either order; one alone only when it is all there is.

    ``text`` is folded. Text that runs from right to left may come out of a PDF in the order in which it is painted.
    """
    given, family = folded(person.given).strip(), folded(person.family).strip()
    if not (pattern := _pattern(given, family)):
        return False
    if pattern.search(text):
        return True
    return _runs_left(given + family) and bool(pattern.search(text[::-1]))


def is_spelled_out(person: Person, text: str) -> bool:
    """The same for letters that are set apart, as in “A d a E x a m p l e”. Whether it is a name at all is unsure."""
    name = letters(person.given) + letters(person.family)
    return len(name) >= _COMPACT and bool(person.given and person.family) and name in letters(text)


def names_family(person: Person, text: str) -> bool:
    """The family name as a word; for the places where it stands alone, such as lists of references."""
    family = folded(person.family or person.given).strip()
    return len(family) >= 2 and bool(re.search(_word(family), text))


def is_addressed(person: Person, text: str) -> bool:
    return bool(person.email) and bool(re.search(rf"(?<![\w.+-]){re.escape(folded(person.email))}(?![\w-])", text))


def is_at(person: Person, text: str) -> bool:
    """Their affiliation is written out; a single word may be anything."""
    affiliation = folded(person.affiliation).strip(" .,")
    return len(affiliation.split()) >= _AFFILIATION_WORDS and affiliation in text


def mentions(text: str, people: Sequence[Person]) -> bool:
    """Any of them, by name or address."""
    plain = folded(text)
    return any(is_named(person, plain) or is_addressed(person, plain) for person in people)


def in_address(people: Sequence[Person], address: str) -> list[int]:
    """Numbers of the people whom a web address seems to name: all of a name, or what stands before the @."""
    plain = letters(address)
    found = []
    for number, person in enumerate(people, 1):
        given, family = letters(person.given), letters(person.family)
        local = letters(person.email.partition("@")[0])
        whole = [name for name in (given + family, family + given, local) if len(name) >= _SHORT]
        if any(name in plain for name in whole):
            found.append(number)
    return found


def _pattern(given: str, family: str) -> re.Pattern[str] | None:
    parts = [part for part in (given, family) if part]
    if not parts or (len("".join(parts)) < 3 and not _UNSPACED.search("".join(parts))):
        return None
    if len(parts) == 1:
        return re.compile(_word(parts[0]))
    if _UNSPACED.search(given + family):
        first, last = re.escape(given), re.escape(family)
        return re.compile(rf"{first}[\s·]?{last}|{last}[\s·,]{{0,2}}{first}")
    first, last = _word(given.split()[0]), _word(family)
    between = r"\W{1,3}" if len(given + family) < _SHORT else r"(?:\W{1,3}\w+\.?){0,2}?\W{1,3}"
    return re.compile(rf"{first}{between}{last}|{last}\W{{1,3}}{first}")


def _word(text: str) -> str:
    within = r"\s+".join(re.escape(part) for part in text.split())
    return within if _UNSPACED.search(text) else rf"(?<!\w){within}(?!\w)"


def _runs_left(text: str) -> bool:
    return any(unicodedata.bidirectional(c) in ("R", "AL") for c in text)
