"""How many more people to invite: a forecast that learns. See docs/algorithms/forecast.md. Plain Python.

Of everybody who is invited some agree, some decline, some never answer; of those who agree some deliver. Both shares
are unknown: each begins as a belief that is worth PRIOR people, and moves with what this workshop has seen.
"""

from dataclasses import dataclass
from functools import cached_property
from math import sqrt
from statistics import NormalDist

AGREE, SILENT, DELIVER = 0.60, 0.20, 0.77
PRIOR = 20.0
"""How many people the first belief is worth: a workshop that has asked as many trusts itself as much."""
EVEN, SURE = 0.5, 0.9
MOST = 5000


@dataclass(frozen=True)
class Share:
    """A belief about a share: a Beta distribution that has seen ``yes`` and ``no``, the first belief among them."""

    yes: float
    no: float

    @classmethod
    def of(cls, prior: float, yes: float, no: float) -> "Share":
        return cls(prior * PRIOR + yes, (1 - prior) * PRIOR + no)

    @property
    def seen(self) -> float:
        return self.yes + self.no

    @property
    def mean(self) -> float:
        return self.yes / self.seen

    @property
    def percent(self) -> int:
        return round(100 * self.mean)

    @property
    def square(self) -> float:
        """The mean of its square."""
        return self.mean * (self.yes + 1) / (self.seen + 1)

    def variance_of(self, people: int) -> float:
        """The variance of how many of so many people do it (Beta-binomial)."""
        return people * self.mean * (1 - self.mean) * (self.seen + people) / (self.seen + 1)


@dataclass(frozen=True)
class Season:
    """What is known.

    ``wanted``: reviews, papers × reviews of each. ``reviewers`` take ``capacity`` papers together, one more person
    ``load``. ``agreed``, ``declined``, ``silent``: who was invited and has answered, or not within a fortnight;
    ``waiting``: who may still answer. ``due``: reviewers whose reviews were due; ``delivered``: the sum of the shares
    that each of them has delivered.
    """

    wanted: int
    reviewers: int = 0
    capacity: int = 0
    load: float = 4.0
    agreed: int = 0
    declined: int = 0
    silent: int = 0
    waiting: int = 0
    due: int = 0
    delivered: float = 0.0


@dataclass(frozen=True)
class Forecast:
    """Reviews to come with nobody else invited (``low`` to ``high`` in eight of ten cases), and how many more to invite
    so that they suffice in one of ten cases (``fewest``), in every second (``more``), in nine of ten (``most``)."""

    season: Season

    @cached_property
    def agree(self) -> Share:
        known = self.season
        return Share.of(AGREE, known.agreed, known.declined + known.silent)

    @cached_property
    def silent(self) -> Share:
        known = self.season
        return Share.of(SILENT, known.silent, known.agreed + known.declined)

    @cached_property
    def deliver(self) -> Share:
        known = self.season
        return Share.of(DELIVER, known.delivered, known.due - known.delivered)

    def moments(self, more: int = 0) -> tuple[float, float]:
        """Mean and variance of the reviews that arrive when so many more are invited."""
        known, each = self.season, self.season.load
        invited = known.waiting + more
        coming = invited * self.agree.mean
        own = known.capacity / known.reviewers if known.reviewers else 0.0
        offered = known.capacity + each * coming
        offered_square = offered**2 + each**2 * self.agree.variance_of(invited)
        by_chance = (self.deliver.mean - self.deliver.square) * (own**2 * known.reviewers + each**2 * coming)
        by_share = self.deliver.square * offered_square - (self.deliver.mean * offered) ** 2
        return self.deliver.mean * offered, by_chance + by_share

    def enough(self, more: int = 0) -> float:
        """How likely it is that the reviews suffice."""
        mean, variance = self.moments(more)
        short = self.season.wanted - mean
        if variance <= 0:
            return 1.0 if short <= 0 else 0.0
        return 1 - NormalDist().cdf(short / sqrt(variance))

    def to_invite(self, chance: float) -> int:
        """The smallest number of people to invite so that the reviews suffice with this chance; at most MOST."""
        if self.season.wanted <= 0 or self.enough() >= chance:
            return 0
        low, high = 0, 1
        while high < MOST and self.enough(high) < chance:
            low, high = high, high * 2
        high = min(high, MOST)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self.enough(middle) >= chance else (middle, high)
        return high

    def _at(self, chance: float) -> int:
        mean, variance = self.moments()
        room = self.season.capacity + self.season.load * self.season.waiting
        value = mean + NormalDist().inv_cdf(chance) * sqrt(max(0.0, variance))
        return round(min(max(value, 0.0), room))

    @cached_property
    def expected(self) -> int:
        return round(self.moments()[0])

    @cached_property
    def low(self) -> int:
        return self._at(1 - SURE)

    @cached_property
    def high(self) -> int:
        return self._at(SURE)

    @cached_property
    def fewest(self) -> int:
        return self.to_invite(1 - SURE)

    @cached_property
    def more(self) -> int:
        return self.to_invite(EVEN)

    @cached_property
    def most(self) -> int:
        return self.to_invite(SURE)
