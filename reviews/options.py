"""How a proposal is made: the mode and its numbers, the weights and the side rules. They belong to the run."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from audit.errors import Refused
from reviews.matching import EPSILON, MAX_PROBABILITY, MODES, Mode
from reviews.scoring import Weights

LARGEST_SEED = 2**31 - 1
MOST = 50


@dataclass(frozen=True)
class SideRules:
    """What must hold beside demands and loads; the names are those of ``reviews.matching``."""

    seniors_per_paper: int = 0
    one_per_institution: bool = False
    no_mutual_review: bool = True
    papers_per_author: int = 0

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Options:
    """``epsilon``: the share of the largest total that fair mode may give away. ``max_probability``: random mode's."""

    mode: Mode = "fair"
    epsilon: float = EPSILON
    max_probability: float = MAX_PROBABILITY
    seed: int = 0
    weights: Weights = field(default_factory=Weights)
    rules: SideRules = field(default_factory=SideRules)

    @classmethod
    def of(cls, params: Mapping[str, Any]) -> "Options":
        """As a run keeps them; what a run says nothing of is as usual."""
        kept = params.get("options") or {}
        rules = {name: value for name, value in (kept.get("rules") or {}).items() if name in SideRules.__annotations__}
        known = {name: kept[name] for name in ("mode", "epsilon", "max_probability", "seed") if name in kept}
        return cls(**known, weights=Weights.of(params), rules=SideRules(**rules))

    def to_params(self) -> dict[str, Any]:
        """What a run keeps among its parameters."""
        own = {"mode": self.mode, "epsilon": self.epsilon, "max_probability": self.max_probability, "seed": self.seed}
        return {"weights": self.weights.to_dict(), "options": {**own, "rules": self.rules.to_dict()}}

    def check(self) -> None:
        """Raises Refused, naming the field, for numbers that mean nothing."""
        self.weights.check()
        if self.mode not in MODES:
            raise Refused("Choose what the proposal is to be best at.", field="mode")
        if not 0 <= self.epsilon <= 1:
            raise Refused("Between 0 % and 100 % of the total may be given away.", field="epsilon")
        if not 0 < self.max_probability <= 1:
            raise Refused("A probability lies above 0 % and goes up to 100 %.", field="max_probability")
        if not 0 <= self.seed <= LARGEST_SEED:
            raise Refused(f"A seed is a whole number from 0 to {LARGEST_SEED}.", field="seed")
        for name in ("seniors_per_paper", "papers_per_author"):
            if not 0 <= getattr(self.rules, name) <= MOST:
                raise Refused(f"A whole number from 0 to {MOST}.", field=name)
