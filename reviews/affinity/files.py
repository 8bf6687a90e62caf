"""Affinities of files: papers and archives read line by line, scores written as CSV. Needs no database.

Papers are a line each: {"id", "title", "abstract"}. The archives are a folder with a file REVIEWER.jsonl of such lines
for each reviewer. As in OpenReview's data sets, title and abstract may lie in a "content", and each in a "value".
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reviews.affinity.shelf import Document, Shelf

if TYPE_CHECKING:
    from reviews.affinity.shelf import Floats

Tell = Callable[[int, int], None]
LONGEST_LINE = 5_000_000


class BadFile(Exception):
    """What is wrong, in which file, in which line."""


@dataclass(frozen=True)
class Named:
    """A shelf with the ids of its papers and reviewers, in order."""

    papers: list[str]
    reviewers: list[str]
    shelf: Shelf


def read_named(papers: Path, archives: Path) -> Named:
    """Raises BadFile."""
    listed = dict(_entries(papers))
    if not listed:
        raise BadFile(f"{papers}: there is no paper in it.")
    if not archives.is_dir():
        raise BadFile(f"{archives}: this is no folder. It holds a file REVIEWER.jsonl for each reviewer.")
    files = sorted(archives.glob("*.jsonl"))
    if not files:
        raise BadFile(f"{archives}: there is no file that ends in .jsonl in it.")
    documents = [[Document(key, text) for key, text in _entries(file)] for file in files]
    return Named(list(listed), [file.stem for file in files], Shelf(list(listed.values()), documents))


def _entries(path: Path) -> Iterator[tuple[str, str]]:
    """The id and the text of each line; empty lines are passed over."""
    seen: dict[str, int] = {}
    for number, line in _lines(path):
        if not line.strip():
            continue
        place = f"{path}, line {number}"
        key, text = _entry(line, place)
        if key in seen:
            raise BadFile(f"{place}: the id “{key}” is that of line {seen[key]} already.")
        seen[key] = number
        yield key, text


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    number = 0
    try:
        with path.open("rb") as file:
            while raw := file.readline(LONGEST_LINE):
                number += 1
                if len(raw) == LONGEST_LINE:
                    raise BadFile(f"{path}, line {number}: the line is longer than {LONGEST_LINE:,} bytes.")
                yield number, raw.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as error:
        raise BadFile(f"{path}, line {number}: this is not UTF-8 ({error.reason} at byte {error.start + 1}).") from None
    except OSError as error:
        raise BadFile(f"{path}: it cannot be read ({error.strerror}).") from None


def _entry(line: str, place: str) -> tuple[str, str]:
    try:
        row = json.loads(line)
    except (json.JSONDecodeError, RecursionError) as error:
        where = f"column {error.colno}: {error.msg}" if isinstance(error, json.JSONDecodeError) else "nested too deeply"
        raise BadFile(f"{place}: this is no JSON ({where}).") from None
    if not isinstance(row, dict):
        raise BadFile(f'{place}: a line is an object with "id", "title" and "abstract", not {_kind(row)}.')
    key = row.get("id")
    if not isinstance(key, str | int) or isinstance(key, bool) or key == "":
        raise BadFile(f'{place}: "id" is missing, or is neither a text nor a number.')
    content = row.get("content", row)
    if not isinstance(content, dict):
        raise BadFile(f'{place}: "content" is an object with "title" and "abstract", not {_kind(content)}.')
    title, abstract = (_text(content, name, place) for name in ("title", "abstract"))
    if not title and not abstract:
        raise BadFile(f'{place}: "title" and "abstract" are both missing or empty.')
    return str(key), f"{title} {abstract}".strip()


def _text(content: Mapping[str, Any], name: str, place: str) -> str:
    value = content.get(name)
    if isinstance(value, dict):
        value = value.get("value")
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadFile(f'{place}: "{name}" is a text, not {_kind(value)}.')
    return value.strip()


def _kind(value: object) -> str:
    kinds = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "null"}
    return kinds.get(type(value), "a number")


def score(named: Named, method: str, tell: Tell = lambda done, total: None) -> Floats:
    """Papers × reviewers in [0, 1], NaN where nothing is known. ``tell``: how many texts are read, of how many.

    Raises ModuleNotFoundError where the sentence model is asked for and not installed.
    """
    if method == "tfidf":
        from reviews.affinity.words import Words

        return Words(named.shelf).scores()
    from reviews.affinity.sentences import BATCH, Encoder, Sentences

    encoder = Encoder.installed()
    texts = [*named.shelf.papers, *(one.text for one in named.shelf.documents)]
    vectors: dict[str, bytes] = {}
    missing = sorted(set(texts), key=len)
    for start in range(0, len(missing), BATCH):
        some = missing[start : start + BATCH]
        vectors |= {text: row.tobytes() for text, row in zip(some, encoder.encode(some), strict=True)}
        tell(len(vectors), len(missing))
    return Sentences.of(named.shelf, [vectors[text] for text in texts]).scores()


def write_scores(path: Path, named: Named, values: Floats) -> int:
    """Write paper,reviewer,score; a pair of which nothing is known has no line. Returns how many lines there are.

    The file is there whole or not at all. Raises BadFile where it cannot be written.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    lines = 0
    try:
        with draft.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(("paper", "reviewer", "score"))
            for paper, row in zip(named.papers, values.tolist(), strict=True):
                known = [
                    (paper, one, f"{value:.6f}")
                    for one, value in zip(named.reviewers, row, strict=True)
                    if value == value
                ]
                writer.writerows(known)
                lines += len(known)
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise BadFile(f"{path}: it cannot be written ({error.strerror}).") from None
    return lines
