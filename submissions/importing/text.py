"""Abstracts and keywords as they are stored."""

from accounts.bibtex.text import one_line, storable, unix_lines


def as_written(text: str) -> str:
    """Markdown keeps its line breaks; only the ends of lines and of the text are trimmed."""
    lines = storable(unix_lines(text)).split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()


def keywords(text: str) -> tuple[str, ...]:
    """Keywords separated by semicolons, or, where there is none, by commas."""
    parts = (one_line(part) for part in text.split(";" if ";" in text else ","))
    return tuple(dict.fromkeys(part for part in parts if part))
