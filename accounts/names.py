"""What people type about themselves, tidied and checked: names, ORCID iDs, an institution's web domain."""

import re
import unicodedata
from functools import lru_cache
from urllib.parse import urlsplit

from accounts.addresses import FREE_MAIL, fold, institution_of, normalise_email
from audit.errors import Refused

LONGEST_KEY = 120
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u200b\u202a-\u202e\u2066-\u2069\ufeff]")
_NOT_A_NAME = re.compile(r"://|www\.|@", re.IGNORECASE)
_ORCID = re.compile(r"(\d{4})-?(\d{4})-?(\d{4})-?(\d{3}[\dX])")


def tidy(text: str) -> str:
    """NFC, in one line, without control characters and changes of direction."""
    plain = unicodedata.normalize("NFC", _CONTROL.sub(" ", text or ""))
    return " ".join(plain.split())


def tidy_name(text: str, *, field: str) -> str:
    """A part of a name. Raises Refused for an address, and for what is longer than a name is."""
    name = tidy(text)
    if _NOT_A_NAME.search(name):
        raise Refused("Write a name here, without an address or a link.", field=field)
    longest = 40 if field == "particle" else 120
    if len(name) > longest:
        raise Refused(f"This is longer than {longest} characters; shorten it.", field=field)
    return name


def read_orcid(text: str | None) -> str | None:
    """The iD as 0000-0002-1825-0097, None for nothing. Raises Refused unless its check digit is right.

    The check digit is ISO 7064 mod 11-2, see https://support.orcid.org/hc/en-us/articles/360006897674
    """
    typed = tidy(text or "")
    if not typed:
        return None
    found = _ORCID.fullmatch(re.sub(r"^(https?://)?(www\.)?orcid\.org/", "", typed, flags=re.IGNORECASE).upper())
    if not found:
        raise Refused("An ORCID iD has 16 digits, such as 0000-0002-1825-0097 (the last may be an X).", field="orcid")
    written = "-".join(found.groups())
    if _check_digit(written) != written[-1]:
        raise Refused(f"The digits of {written} do not fit together: look for a typing mistake.", field="orcid")
    return written


def _check_digit(written: str) -> str:
    total = 0
    for digit in written.replace("-", "")[:-1]:
        total = (total + int(digit)) * 2
    rest = (12 - total % 11) % 11
    return "X" if rest == 10 else str(rest)


def read_domain(text: str) -> str:
    """The institution a web address, a domain or an e-mail address stands for ("uni.test"); "" for nothing.

    Raises Refused for what is no domain and for a mail provider.
    """
    typed = tidy(text).lower()
    if not typed:
        return ""
    host = typed.rpartition("@")[2] if "@" in typed else urlsplit(typed if "://" in typed else f"//{typed}").netloc
    host = normalise_email(f"x@{host.partition(':')[0].removeprefix('www.').rstrip('.')}").rpartition("@")[2]
    if host in FREE_MAIL:
        raise Refused(f"{host} is a mail provider, not an institution; leave the domain empty.", field="domain")
    if not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", host):
        raise Refused("Write the institution’s web domain, such as uni.edu.", field="domain")
    return institution_of(host)


@lru_cache(maxsize=20_000)  # the names of a large workshop, which are compared with every person who joins
def name_key(text: str) -> str:
    """What two ways to write one name have in common; "" where there is too little to compare.

    First and last word, folded, in either order: “Ada B. van Example”, “Example, Ada” and “ada example” are one;
    “A. Example” is compared with nobody, for a letter says too little. A name of one word is that word.
    """
    words = re.findall(r"[^\W_]+", fold(text).replace("'", "").replace("’", ""))
    if not words:
        return ""
    if len(words) == 1:
        return words[0][:LONGEST_KEY] if len(words[0]) > 1 or not words[0].isascii() else ""
    ends = (words[0], words[-1])
    if any(len(word) == 1 and word.isascii() for word in ends):
        return ""
    return " ".join(sorted(ends))[:LONGEST_KEY]
