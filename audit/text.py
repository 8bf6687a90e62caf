"""Text as it is searched, on both databases alike."""

import re
import unicodedata


def fold(text: str) -> str:
    """Case-folded, accents off, runs of space as one."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return re.sub(r"\s+", " ", plain).strip()
