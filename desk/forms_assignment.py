"""What an organizer may type to ask for a proposal of who reviews what."""

import secrets
from typing import Any

from django import forms

from accounts.fields import choose_from, mark_needed
from reviews.options import LARGEST_SEED, MOST, Options, SideRules
from reviews.scoring import Weights
from reviews.states import RunPurpose
from workshops.models import Track

MODES = [
    ("fair", "Fair: no paper is left with weak reviewers, for a small share of the total"),
    ("total", "Largest total: the best sum of scores there is; single papers may fare badly"),
    ("random", "Randomised: nobody can arrange to get a certain paper, because no pair is ever sure"),
]
WHAT = [(RunPurpose.REVIEWERS.value, "Reviewers"), (RunPurpose.CHAIRS.value, "Area chairs, one a paper")]
WEIGHT = "From 0 to 10."


def _weight(label: str, help_text: str) -> forms.FloatField:
    wrong = dict.fromkeys(("required", "invalid", "min_value", "max_value"), "Write a number from 0 to 10.")
    return forms.FloatField(
        label=label, min_value=0, max_value=10, help_text=f"{help_text} {WEIGHT}", error_messages=wrong
    )


def _percent(label: str, help_text: str, least: int) -> forms.FloatField:
    between = f"Write a number from {least} to 100."
    wrong = dict.fromkeys(("invalid", "min_value", "max_value"), between)
    return forms.FloatField(
        label=label, min_value=least, max_value=100, required=False, help_text=help_text, error_messages=wrong
    )


class ProposeForm(forms.Form):
    """Begins as the last proposal was asked for. ``keep``: the number of the proposal whose edits the new one keeps."""

    what = forms.ChoiceField(label="For whom", choices=WHAT, required=False)
    track = forms.ChoiceField(label="Track", required=False)
    mode = forms.ChoiceField(label="Best at what", choices=MODES, widget=forms.RadioSelect)
    epsilon = _percent(
        "Fair: how much of the total may be given away, in percent",
        "1 is usual. The more, the better the worst-served paper. 0 keeps the largest total.",
        0,
    )
    max_probability = _percent(
        "Randomised: the highest probability of any pair, in percent",
        "50 is usual. The lower, the less a bid can buy, and the lower the total.",
        1,
    )
    affinity = _weight("Affinity", "How near the paper is to what somebody has written.")
    bid = _weight("Bids", "What they said of the paper themselves.")
    topic = _weight("Topics", "How well they know the paper’s topics.")
    seniors_per_paper = forms.IntegerField(
        label="Senior reviewers a paper", min_value=0, max_value=MOST, help_text="At least so many; 0 for no rule."
    )
    papers_per_author = forms.IntegerField(
        label="Papers for a reviewer who is an author",
        min_value=0,
        max_value=MOST,
        help_text="At least so many; 0 for no rule.",
    )
    one_per_institution = forms.BooleanField(label="At most one reviewer of an institution on a paper", required=False)
    no_mutual_review = forms.BooleanField(label="No two people review each other’s papers", required=False)
    chair_most = forms.IntegerField(
        label="At most how many papers an area chair",
        min_value=1,
        max_value=500,
        required=False,
        help_text="Only for area chairs.",
    )
    seed = forms.IntegerField(
        label="Seed",
        required=False,
        min_value=0,
        max_value=LARGEST_SEED,
        help_text="Decides between equally good proposals, and draws in randomised mode. The same seed gives the same "
        "proposal again. Empty: a new one.",
    )
    keep = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, *, tracks: list[Track], options: Options, initial: dict[str, Any] | None = None
    ) -> None:
        start = {
            "what": RunPurpose.REVIEWERS.value,
            "mode": options.mode,
            "epsilon": round(100 * options.epsilon, 6),
            "max_probability": round(100 * options.max_probability, 6),
            **options.weights.to_dict(),
            **options.rules.to_dict(),
            **(initial or {}),
        }
        super().__init__(data, initial=start)
        for name in ("what", "track", "epsilon", "max_probability", "chair_most"):
            mark_needed(self.fields[name])  # an empty one is as usual
        self.by_id = {str(track.pk): track for track in tracks}
        choices = [("", "All tracks"), *((pk, track.name) for pk, track in self.by_id.items())]
        choose_from(self.fields["track"], choices)

    @property
    def keeps(self) -> str:
        """What it takes over from an earlier proposal, in a sentence; "" for nothing."""
        number = self["keep"].value()
        return f"It keeps what was locked, added and taken out by hand in proposal {number}." if number else ""

    @property
    def chosen(self) -> Track | None:
        return self.by_id.get(self.cleaned_data["track"])

    @property
    def purpose(self) -> str:
        return str(self.cleaned_data.get("what") or RunPurpose.REVIEWERS.value)

    def options(self) -> Options:
        given, usual = self.cleaned_data, Options()
        seed, epsilon, most = given["seed"], given["epsilon"], given["max_probability"]
        return Options(
            mode=given["mode"],
            epsilon=usual.epsilon if epsilon is None else epsilon / 100,
            max_probability=usual.max_probability if most is None else most / 100,
            seed=secrets.randbelow(LARGEST_SEED) if seed is None else seed,
            weights=Weights(given["affinity"], given["bid"], given["topic"]),
            rules=SideRules(
                given["seniors_per_paper"],
                given["one_per_institution"],
                given["no_mutual_review"],
                given["papers_per_author"],
            ),
        )
