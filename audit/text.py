"""Text as it is searched, on both databases alike."""

import re
import unicodedata


def fold(text: str) -> str:
    """Case-folded, accents off, runs of space as one."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return re.sub(r"\s+", " ", plain).strip()


def counted(number: int, one: str, many: str = "") -> str:
    """“1 paper”, “3 papers”; ``many`` where it is not made by an s."""
    return f"{number} {one}" if number == 1 else f"{number} {many or one + 's'}"


def whole_number(text: str | None, *, digits: int = 18) -> int | None:
    """What is typed as a whole number of at most so many plain digits; None for anything else.

    The usual eighteen fit into every column. “²” and digits of other scripts are none, and neither is a sign.
    """
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) <= digits else None


def small_number(text: str | None, otherwise: int) -> int:
    """What is typed as a number of a row or a place; ``otherwise`` for anything else."""
    number = whole_number(text, digits=5)
    return otherwise if number is None else number
