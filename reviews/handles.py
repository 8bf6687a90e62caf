"""Under which number a reviewer is known on a paper: small, unique, drawn at random, so that it tells no order."""

import secrets
from collections.abc import Iterable

_draw = secrets.SystemRandom()


def draw_handles(taken: Iterable[int], count: int) -> list[int]:
    """``count`` numbers that are not ``taken``, out of 1 … so many as are needed, in random order."""
    used = set(taken)
    free = [n for n in range(1, len(used) + count + 1) if n not in used]
    return _draw.sample(free, count)
