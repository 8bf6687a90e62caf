"""The one way an e-mail address is written down, compared and matched."""

import unicodedata

import idna
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from audit.errors import Refused
from audit.text import fold as fold  # people look for it here

# Providers where a shared domain says nothing about a shared institution.
FREE_MAIL = frozenset(
    """
    gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com icloud.com me.com
    mac.com aol.com gmx.de gmx.net gmx.com web.de t-online.de proton.me protonmail.com mail.com mail.ru
    yandex.ru yandex.com qq.com 163.com 126.com foxmail.com naver.com zoho.com fastmail.com hey.com
    libero.it orange.fr free.fr laposte.net
    """.split()
)
# Domains that many independent institutions share: there the next label counts too.
UMBRELLAS = frozenset(
    ["mpg.de", "cnrs.fr", "inria.fr", "fraunhofer.de", "helmholtz.de", "riken.jp", "csic.es", "cnr.it"]
)
# Second levels under which a country registers its institutions (uni.ac.uk, x.edu.au).
SECOND_LEVELS = frozenset(["ac", "edu", "co", "com", "gov", "org", "net", "res", "sch"])


def normalise_email(address: str) -> str:
    """Strip, NFC, lower case, IDNA domain. An address without a domain comes back stripped and lowered."""
    text = unicodedata.normalize("NFC", address.strip()).lower()
    local, at, domain = text.rpartition("@")
    if not at or domain.isascii():  # lowered, it is written as IDNA writes it
        return text
    try:
        return f"{local}@{idna.encode(domain, uts46=True).decode()}"
    except idna.IDNAError:
        return text


def checked_address(text: str) -> str:
    """The address as it is stored. Raises Refused, naming the field ``address``."""
    address = normalise_email(text)
    try:
        validate_email(address)
    except ValidationError:
        raise Refused(f"“{text.strip()}” is not an e-mail address.", field="address") from None
    return address


def domain_of(address: str) -> str:
    return normalise_email(address).rpartition("@")[2]


def institution_of(domain: str) -> str:
    """The institution a domain stands for, "" for none.

    Subdomains fall away (cs.uni.test and uni.test are one); under an umbrella domain the label before it counts;
    a free-mail provider is no institution.
    """
    name = domain.strip().lower().rstrip(".")
    if not name or name in FREE_MAIL or "." not in name:
        return ""
    labels = name.split(".")
    keep = 2
    if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in SECOND_LEVELS:
        keep = 3
    base = ".".join(labels[-keep:])
    if base in UMBRELLAS and len(labels) > keep:
        return ".".join(labels[-keep - 1 :])
    return base
