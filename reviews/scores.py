"""Overall scores of one paper. Numbers that were given on different scales have no mean."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workshops.form_rules import Kind, scale_code
from workshops.reading import QuestionData

OVERALL = "overall"
_WHOLE = re.compile(r"-?[0-9]{1,9}")


@dataclass(frozen=True)
class OverallScore:
    """``scale`` is the same text for numbers that mean the same."""

    value: int
    scale: str
    low: int
    high: int


def overall_score(questions: Iterable[QuestionData], answers: Mapping[str, Any]) -> OverallScore | None:
    """What a review answered to the scale that papers are compared by, with the scale that it answered."""
    asked = next((one for one in questions if one.key == OVERALL and one.kind == Kind.SCALE), None)
    value = answers.get(OVERALL)
    if asked is None or asked.low is None or asked.high is None or not isinstance(value, int):
        return None
    return OverallScore(value, scale_code(asked), asked.low, asked.high)


def number_in(value: object) -> int | None:
    """What was answered to a scale, as a number, also where a review that was brought in has text; None for none."""
    if isinstance(value, str):
        return int(value) if _WHOLE.fullmatch(value) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


@dataclass(frozen=True)
class Scores:
    """The overall scores of a paper. ``low`` and ``high`` are the ends of their scale, or of ``otherwise``."""

    given: tuple[OverallScore, ...]
    otherwise: tuple[int, int] = (1, 6)

    @property
    def values(self) -> list[int]:
        return [score.value for score in self.given]

    @property
    def on_several_scales(self) -> bool:
        return len({score.scale for score in self.given}) > 1

    @property
    def mean(self) -> float | None:
        return sum(self.values) / len(self.given) if self.given and not self.on_several_scales else None

    @property
    def low(self) -> int:
        return self.given[0].low if self.given else self.otherwise[0]

    @property
    def high(self) -> int:
        return self.given[0].high if self.given else self.otherwise[1]

    @property
    def words(self) -> str:
        """Each number with the ends of its scale, for where there is no mean."""
        return ", ".join(f"{one.value} (of {one.low} to {one.high})" for one in self.given)


def scores_in(found: Sequence[OverallScore | None], otherwise: tuple[int, int] = (1, 6)) -> Scores:
    return Scores(tuple(one for one in found if one is not None), otherwise)
