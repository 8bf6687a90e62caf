"""The score of a pair, from what is known: affinity, bid and topics.

s = w_affinity · affinity + w_bid · bid + w_topic · topic match. The affinity is its percentile within the paper; where
nothing is known of the reviewer it is the paper's median, and the pair is flagged. The bid goes from −1 to 1, 0 where
none was placed. The topic match is the mean, over the paper's topics, of how well the reviewer knows each (0 to 1).
The sum is moved and scaled into [0, 1] with the same numbers for every pair, which changes no comparison and no
assignment. A part that nobody has filled (no bid at all, no topic at all) does not count.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from audit.errors import Refused
from reviews.models import Affinity, AffinityBook, Bid, TopicInterest
from reviews.states import BID_WORTH, AffinityMethod, Imported
from submissions.models import SubmissionTopic

Grid = dict[int, dict[int, float]]
NEUTRAL = 0.5
BEST_LEVEL = max(TopicInterest.Level.values)


@dataclass(frozen=True)
class Weights:
    """What each part counts. They belong to the run, which keeps them."""

    affinity: float = 1.0
    bid: float = 0.5
    topic: float = 0.25

    @classmethod
    def of(cls, params: Mapping[str, Any]) -> "Weights":
        """As a run keeps them."""
        given = params.get("weights") or {}
        return cls(**{name: float(value) for name, value in given.items() if name in cls.__annotations__})

    def to_dict(self) -> dict[str, float]:
        return asdict(self)

    def check(self) -> None:
        """Raises Refused, naming the field, for weights that make no score."""
        for name, value in asdict(self).items():
            if not 0 <= value <= 10:
                raise Refused("A weight goes from 0 to 10.", field=name)
        if not any(asdict(self).values()):
            raise Refused("At least one weight must be above 0.", field="affinity")


@dataclass(frozen=True, slots=True)
class Parts:
    """What a pair's score is made of. ``affinity``: the percentile, the paper's median where it is ``unknown``."""

    affinity: float
    unknown: bool
    bid: str
    topic: float
    score: float


class Scoring:
    """The parts and scores of these papers and people. Six queries."""

    def __init__(self, workshop_id: int, papers: Sequence[int], users: Sequence[int], weights: Weights) -> None:
        self.papers, self.users = papers, users
        self._affinity = affinity_grid(workshop_id, papers, users)
        self._bids = _bids(papers, users)
        self._topics, self._levels = _topics(papers), _levels(workshop_id, users)
        self._medians = {paper: median(row.values()) for paper, row in self._affinity.items() if row}
        has_topics = any(self._topics.values()) and any(self._levels.values())
        self._weights = Weights(
            weights.affinity, weights.bid if self._bids else 0.0, weights.topic if has_topics else 0.0
        )

    def parts(self, paper: int, user: int) -> Parts:
        known = self._affinity.get(paper, {}).get(user)
        affinity = self._medians.get(paper, NEUTRAL) if known is None else known
        bid = self._bids.get((paper, user), "")
        topic = self._match(paper, user)
        return Parts(affinity, known is None, bid, topic, self._sum(affinity, BID_WORTH.get(bid, 0.0), topic))

    def _match(self, paper: int, user: int) -> float:
        topics, levels = self._topics.get(paper), self._levels.get(user)
        if not topics or not levels:
            return 0.0
        return sum(levels.get(topic, 0.0) for topic in topics) / len(topics)

    def _sum(self, affinity: float, bid: float, topic: float) -> float:
        by = self._weights
        width = by.affinity + 2 * by.bid + by.topic
        if not width:
            return NEUTRAL
        return min(1.0, max(0.0, (by.affinity * affinity + by.bid * (bid + 1) + by.topic * topic) / width))

    def rows(self) -> list[list[float | None]]:
        """Papers × users in [0, 1]; None where nothing at all is known of the pair."""
        return [[self._score(paper, user) for user in self.users] for paper in self.papers]

    def _score(self, paper: int, user: int) -> float | None:
        found = self.parts(paper, user)
        return None if found.unknown and not found.bid and not found.topic else found.score


def affinity_grid(workshop_id: int, papers: Sequence[int], users: Sequence[int]) -> Grid:
    """The percentiles that count in the workshop, for pairs of which one is known. Two queries.

    From a file: in place of the computed ones, or their mean where the file has the pair too.
    """
    book = AffinityBook.objects.filter(workshop=workshop_id).first()
    method, imported = (book.method, book.imported) if book else (AffinityMethod.TFIDF.value, "")
    wanted = [AffinityMethod.IMPORTED] if imported == Imported.REPLACE else [method]
    wanted += [AffinityMethod.IMPORTED] if imported == Imported.JOIN else []
    rows = Affinity.objects.filter(submission__in=papers, method__in=wanted, unknown=False)
    wanted_users = set(users)
    found: dict[int, dict[int, list[float]]] = {paper: defaultdict(list) for paper in papers}
    for paper, user, percentile in rows.values_list("submission", "user", "percentile"):
        if user in wanted_users and percentile is not None:
            found[paper][user].append(percentile)
    return {paper: {user: sum(some) / len(some) for user, some in row.items()} for paper, row in found.items()}


def _bids(papers: Sequence[int], users: Sequence[int]) -> dict[tuple[int, int], str]:
    rows = Bid.objects.placed().filter(submission__in=papers, user__in=users)
    return {(paper, user): value for paper, user, value in rows.values_list("submission", "user", "value")}


def _topics(papers: Sequence[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for paper, topic in SubmissionTopic.objects.filter(submission__in=papers).values_list("submission", "topic"):
        found[paper].append(topic)
    return found


def _levels(workshop_id: int, users: Sequence[int]) -> dict[int, dict[int, float]]:
    """How well each knows each topic, from 0 to 1."""
    rows = TopicInterest.objects.filter(reviewer__workshop=workshop_id, reviewer__user__in=users)
    found: dict[int, dict[int, float]] = defaultdict(dict)
    for user, topic, level in rows.values_list("reviewer__user", "topic", "level"):
        found[user][topic] = level / BEST_LEVEL
    return found
