"""Answers on scales, as OpenReview's forms write them: 6, 6.5, "6" or "6: marginally above the threshold"."""

import re

STRONG_REJECT, REJECT, BORDERLINE_REJECT, BORDERLINE_ACCEPT, ACCEPT, STRONG_ACCEPT = range(1, 7)

_NUMBER = re.compile(
    r"\s*(?:rating|score|confidence)?\s*:?\s*(\d{1,3}(?:\.\d{1,3})?)\s*(?:/\s*10)?(?![\w.])", re.IGNORECASE
)
# Asked in this order: "strong reject" is also a "reject".
_WORDS = (
    (r"(?:weak(?:ly)?|borderline|marginal(?:ly)?|leaning?)\W+(?:\w+\W+)?(?:accept|above)", BORDERLINE_ACCEPT),
    (r"(?:weak(?:ly)?|borderline|marginal(?:ly)?|leaning?)\W+(?:\w+\W+)?(?:reject|below)", BORDERLINE_REJECT),
    (r"strong(?:ly)?\W+reject|trivial or wrong", STRONG_REJECT),
    (r"strong(?:ly)?\W+accept|award", STRONG_ACCEPT),
    (r"reject", REJECT),
    (r"accept", ACCEPT),
)
_BY_NUMBER = {
    1: STRONG_REJECT,
    2: STRONG_REJECT,
    3: REJECT,
    4: REJECT,
    5: BORDERLINE_REJECT,
    6: BORDERLINE_ACCEPT,
    7: ACCEPT,
    8: ACCEPT,
    9: STRONG_ACCEPT,
    10: STRONG_ACCEPT,
}


class NotOnScale(ValueError):
    """The answer has no number, or one outside the scale."""


def leading_number(value: object) -> int | float:
    """The number an answer starts with. Raises NotOnScale."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise NotOnScale(value)
    found = _NUMBER.match(value if isinstance(value, str) else f"{value}"[:40])
    if found is None:
        raise NotOnScale(value)
    number = float(found[1])
    return int(number) if number.is_integer() else number


def on_scale(value: object, low: int, high: int) -> int:
    """A whole number from `low` to `high`. Raises NotOnScale."""
    number = leading_number(value)
    if isinstance(number, float) or not low <= number <= high:
        raise NotOnScale(value)
    return number


def overall(value: object) -> int:
    """A rating from 1 to 10 on our overall scale from 1 to 6. Raises NotOnScale.

        1, 2    1  strong reject
        3, 4    2  reject
        5       3  borderline reject
        6       4  borderline accept
        7, 8    5  accept
        9, 10   6  strong accept

    That is what the numbers mean on ICLR's forms. Venues number differently, so where a label stands behind the number
    and says one of these words ("4: borderline reject"), the label holds; only its first phrase is read. Weak and
    marginal count as borderline. A number between two steps counts as the lower.
    """
    number = leading_number(value)
    if not 1 <= number <= 10:
        raise NotOnScale(value)
    label = _first_phrase(value) if isinstance(value, str) else ""
    by_word = next((step for words, step in _WORDS if re.search(words, label)), None)
    return by_word if by_word is not None else _BY_NUMBER[int(number)]


def _first_phrase(value: str) -> str:
    number = _NUMBER.match(value)
    behind = value[number.end() :] if number else value
    return re.split(r"[:.,;(]", behind.lstrip(" :-–—.)"), maxsplit=1)[0].casefold()
