"""Two people changed one draft: both changes together, and what both changed differently. Pure data, no database."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]
BLANK: Row = {
    "key": "",
    "kind": "",
    "text": "",
    "help": "",
    "labels": {},
    "low": None,
    "high": None,
    "words": None,
    "required": False,
    "readers": "authors",
}


@dataclass(frozen=True)
class Merged:
    """``rows`` hold everybody's changes, one's own where both changed the same question.

    ``theirs`` has, by key, what the others saved for such a question, None where they removed it. ``gone`` are keys of
    ``rows`` that one had removed oneself and the others had changed. ``taken`` are wordings of what came from them.
    """

    rows: list[Row]
    theirs: dict[str, Row | None] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()
    taken: tuple[str, ...] = ()


def merged(base: Sequence[Row], theirs: Sequence[Row], mine: Sequence[Row]) -> Merged:
    """``base`` is what both began with. Questions are the same one where their keys are."""
    was, they, own = (_by_key(rows) for rows in (base, theirs, mine))
    kept: dict[str, Row] = {}
    clashes: dict[str, Row | None] = {}
    gone: set[str] = set()
    taken: list[str] = []
    for key in [*own, *(key for key in they if key not in own)]:
        before, their, my = was.get(key), they.get(key), own.get(key)
        if _same(my, before) and not _same(their, before):
            taken.append((their or my or BLANK)["text"])
            my = their
        elif not _same(their, before) and not _same(their, my):
            clashes[key] = their
            if my is None:
                gone.add(key)
                my = their
        if my is not None:
            kept[key] = my
    order = _order(list(was), list(they), list(own))
    rows = [kept[key] for key in order if key in kept]
    return Merged(rows, clashes, frozenset(gone), tuple(taken))


def as_told(rows: Sequence[Row]) -> list[tuple[Row, list[str]]]:
    """Questions as they can be compared: with what is left out, and with the order of their answers."""
    found = list(_by_key(rows).values())
    return [(row, [] if row["kind"] == "scale" else list(row["labels"])) for row in found]


def _by_key(rows: Sequence[Row]) -> dict[str, Row]:
    return {row["key"]: {name: row.get(name, default) for name, default in BLANK.items()} for row in rows}


def _same(one: Row | None, other: Row | None) -> bool:
    """The order of answers is part of a question, that of a scale's labels is not."""
    return (one and as_told([one])) == (other and as_told([other]))


def _order(was: list[str], they: list[str], own: list[str]) -> list[str]:
    """One's own order if one changed it, else theirs; what only the other list has stands behind its neighbour."""
    common = [key for key in was if key in own]
    moved = [key for key in own if key in was] != common
    first, second = (own, they) if moved else (they, own)
    order = list(first)
    for place, key in enumerate(second):
        if key not in order:
            before = next((one for one in reversed(second[:place]) if one in order), None)
            order.insert(order.index(before) + 1 if before else 0, key)
    return order
