"""Text as it is searched, on both databases alike."""

import re
import unicodedata


def fold(text: str) -> str:
    """Case-folded, accents off, runs of space as one."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return re.sub(r"\s+", " ", plain).strip()


def whole_number(text: str | None, *, digits: int = 18) -> int | None:
    """What is typed as a whole number of at most so many plain digits; None for anything else.

    The usual eighteen fit into every column. “²” and digits of other scripts are none, and neither is a sign.
    """
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) <= digits else None
