"""Cells of a CSV file that a spreadsheet reads as text and never as a formula."""

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe(value: object) -> object:
    """Numbers stay numbers; text that a spreadsheet would compute gets an apostrophe before it."""
    if not isinstance(value, str):
        return value
    text = value.replace("\x00", "")
    return f"'{text}" if text.lstrip(" \u00a0\u3000").startswith(FORMULA) or text.startswith(FORMULA) else text
