"""Cells of a table that a spreadsheet reads as text and never as a formula."""

import re

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
UNSPEAKABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What neither a CSV reader nor the XML of a workbook can hold."""
LONGEST = 32_000


def safe(value: object) -> object:
    """Numbers stay numbers; text that a spreadsheet would compute gets an apostrophe before it."""
    if not isinstance(value, str):
        return value
    text = UNSPEAKABLE.sub("", value)[:LONGEST]
    return f"'{text}" if text.lstrip(" \u00a0\u3000").startswith(FORMULA) or text.startswith(FORMULA) else text
