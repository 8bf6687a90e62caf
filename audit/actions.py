"""The verbs that the book knows. Each app registers its own, with the words that a reader sees."""

from collections.abc import Mapping

_SENTENCES: dict[str, str] = {}


def register(sentences: Mapping[str, str]) -> None:
    """Add verbs, as ``{"submission.submitted": "submitted the paper"}``."""
    _SENTENCES.update(sentences)


def sentence(action: str) -> str:
    return _SENTENCES.get(action, action)


def known(action: str) -> bool:
    return action in _SENTENCES


def names() -> frozenset[str]:
    return frozenset(_SENTENCES)
