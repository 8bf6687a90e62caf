"""What differs between two texts, or two lists of authors, for reading: pure functions over plain data."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

SAME, ADDED, REMOVED = "same", "added", "removed"
_TOKENS = re.compile(r"\s+|\w+|[^\w\s]")
MOST_PAIRS = 400_000
"""So many pairs of words are compared exactly; longer texts sentence by sentence first."""
_SENTENCES = re.compile(r"[^.!?\n]*[.!?\n]+\s*|[^.!?\n]+$")


@dataclass(frozen=True)
class Piece:
    """A run of words that both texts have, or only one."""

    kind: str
    text: str


@dataclass(frozen=True)
class AuthorChange:
    """What became of one author: added, removed, moved or changed; ``detail`` says how."""

    kind: str
    name: str
    detail: str = ""


def words(old: str, new: str) -> list[Piece]:
    """Both texts in one run: joined, the pieces that are not added make the old one, those not removed the new one."""
    a, b = _TOKENS.findall(old), _TOKENS.findall(new)
    if len(a) * len(b) <= MOST_PAIRS:
        return _joined(_pieces(a, b))
    pieces: list[Piece] = []
    removed = ""
    for piece in [*_pieces(_SENTENCES.findall(old), _SENTENCES.findall(new)), Piece(SAME, "")]:
        if piece.kind == REMOVED:
            removed += piece.text
            continue
        if piece.kind == ADDED and removed:
            a, b = _TOKENS.findall(removed), _TOKENS.findall(piece.text)
            close = len(a) * len(b) <= MOST_PAIRS
            pieces += _pieces(a, b) if close else [Piece(REMOVED, removed), piece]
        else:
            pieces += [Piece(REMOVED, removed), piece] if removed else [piece]
        removed = ""
    return _joined(pieces)


def _pieces(a: Sequence[str], b: Sequence[str]) -> list[Piece]:
    found: list[Piece] = []
    for tag, a1, a2, b1, b2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Piece(SAME, "".join(a[a1:a2])))
            continue
        found += [Piece(REMOVED, "".join(a[a1:a2])), Piece(ADDED, "".join(b[b1:b2]))]
    return found


def _joined(pieces: Sequence[Piece]) -> list[Piece]:
    """Runs that can be read: words that are changed one after the other are one change, with the blanks between."""
    joined: list[Piece] = []
    removed = added = ""
    for place, piece in enumerate(pieces):
        if piece.kind == REMOVED:
            removed += piece.text
        elif piece.kind == ADDED:
            added += piece.text
        elif (removed or added) and not piece.text.strip() and place + 1 < len(pieces):
            removed, added = removed + piece.text, added + piece.text
        else:
            joined += [Piece(REMOVED, removed), Piece(ADDED, added), piece]
            removed = added = ""
    joined += [Piece(REMOVED, removed), Piece(ADDED, added)]
    return [piece for piece in joined if piece.text]


def authors(old: Sequence[dict[str, Any]], new: Sequence[dict[str, Any]]) -> list[AuthorChange]:
    """Who came, went, moved or is written otherwise. The same address, or without one the same name, is one person."""
    before = {_key(author): (place, author) for place, author in enumerate(old, 1)}
    after = {_key(author): (place, author) for place, author in enumerate(new, 1)}
    shared_old = [key for key in before if key in after]
    shared_new = [key for key in after if key in before]
    stayed = {
        key
        for block in SequenceMatcher(None, shared_old, shared_new, autojunk=False).get_matching_blocks()
        for key in shared_new[block.b : block.b + block.size]
    }
    changes = [AuthorChange(REMOVED, _name(author)) for key, (_, author) in before.items() if key not in after]
    for key, (place, author) in after.items():
        if key not in before:
            changes.append(AuthorChange(ADDED, _name(author), f"as number {place}"))
            continue
        was, former = before[key]
        if key not in stayed:
            changes.append(AuthorChange("moved", _name(author), f"from number {was} to {place}"))
        if said := _rewritten(former, author):
            changes.append(AuthorChange("changed", _name(author), said))
    return changes


_PARTS = (("email", "address"), ("affiliation", "affiliation"))


def _rewritten(old: dict[str, Any], new: dict[str, Any]) -> str:
    said = [f"was written {_name(old)}"] if _name(old) != _name(new) else []
    for name, word in _PARTS:
        if old.get(name, "") != new.get(name, ""):
            said.append(f"{word} “{old.get(name, '')}” is now “{new.get(name, '')}”")
    if bool(old.get("corresponding")) != bool(new.get("corresponding")):
        said.append("is now the corresponding author" if new.get("corresponding") else "is no longer corresponding")
    return "; ".join(said)


def _key(author: dict[str, Any]) -> str:
    return author.get("email") or _name(author)


def _name(author: dict[str, Any]) -> str:
    return " ".join(author.get(part, "") for part in ("given", "particle", "family") if author.get(part))
