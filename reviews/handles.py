"""Under which number a reviewer is known on a paper: small, unique, drawn at random, so that it tells no order."""

import secrets
from collections.abc import Iterable

_draw = secrets.SystemRandom()
CHAIRS = 1001
"""Area chairs are numbered from here, so that the reviewers of a paper are always Reviewer 1, 2, 3."""


def draw_handles(taken: Iterable[int], count: int, *, chairs: bool = False) -> list[int]:
    """``count`` numbers that are not ``taken``, out of 1 … so many as are needed, in random order."""
    first = CHAIRS if chairs else 1
    used = {n for n in taken if (n >= CHAIRS) == chairs}
    free = [n for n in range(first, first + len(used) + count) if n not in used]
    return _draw.sample(free, count)
