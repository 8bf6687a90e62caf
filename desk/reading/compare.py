"""Two or three proposals side by side, over the papers that the viewer is free on. A fixed number of queries."""

from collections import Counter, defaultdict
from dataclasses import dataclass

from access.registry import right
from access.viewer import Viewer
from accounts.models import full_name
from desk.reading.charts import MOST_COLUMNS
from desk.reading.levels import flag
from desk.reading.run_lines import RunLine, run_line
from reviews.models import AssignmentRun, ProposedPair
from submissions.models import Submission
from submissions.states import SubmissionStatus
from workshops.models import Workshop

Paper = tuple[int, str, str, bool]
"""Number, title, status, and whether the viewer is free on it."""
MOST = 3
PAGE = 50


@dataclass(frozen=True)
class Side:
    """``total``, ``floor`` and ``gap``: for whoever is free on the whole of it."""

    line: RunLine
    total: float | None
    gap: float | None
    share: float | None
    floor: float | None
    pairs: int
    papers: int
    worst: float | None
    worst_number: int | None
    lowest: float | None
    unknown: int
    people: int
    most: int
    loads: str


@dataclass(frozen=True)
class Difference:
    """A paper whose people differ: for each proposal who is only there, and how many are in all of them."""

    number: int
    title: str
    only: list[list[str]]
    same: int
    totals: list[float]

    @property
    def columns(self) -> list[tuple[list[str], float]]:
        return list(zip(self.only, self.totals, strict=True))


@dataclass(frozen=True)
class Comparison:
    """``shown``: the papers whose people are named on the page."""

    sides: list[Side]
    differences: list[Difference]
    shown: list[int]
    differing: int
    compared: int
    pages: int


def compare(runs: list[AssignmentRun], workshop: Workshop, viewer: Viewer, page: int) -> Comparison:
    """Two queries: papers and pairs."""
    rows = Submission.objects.filter(workshop=workshop).annotate(acts=flag(right(Submission, "act", viewer)))
    columns = ("pk", "number", "title", "status", "acts")
    papers: dict[int, Paper] = {row[0]: row[1:] for row in rows.order_by("number").values_list(*columns)}
    free = {pk for pk, (_, _, _, acts) in papers.items() if acts}
    pairs: dict[int, dict[int, dict[int, tuple[str, float, bool]]]] = {run.pk: defaultdict(dict) for run in runs}
    touched: dict[int, set[int]] = {run.pk: set(run.params.get("papers", [])) for run in runs}
    kept = ProposedPair.objects.filter(run__in=runs, kept=True).order_by("user__family", "user__given", "pk")
    names = ("user__given", "user__particle", "user__family")
    for run, paper, user, given, particle, family, score, unknown in kept.values_list(
        "run", "submission", "user", *names, "score", "unknown"
    ):
        touched[run].add(paper)
        if paper in free:
            pairs[run][paper][user] = (full_name(given, particle, family), score or 0.0, unknown)
    sides = [_side(run, pairs[run.pk], papers, free, touched[run.pk], viewer) for run in runs]
    common = [pk for pk in papers if pk in free and all(pk in touched[run.pk] for run in runs)]
    differing = [pk for pk in common if len({frozenset(pairs[run.pk][pk]) for run in runs}) > 1]
    pages = max(-(-len(differing) // PAGE), 1)
    first = (min(page, pages) - 1) * PAGE
    shown = differing[first : first + PAGE]
    differences = [_difference(papers[pk], [pairs[run.pk][pk] for run in runs]) for pk in shown]
    return Comparison(sides, differences, sorted(shown), len(differing), len(common), pages)


def _side(
    run: AssignmentRun,
    pairs: dict[int, dict[int, tuple[str, float, bool]]],
    papers: dict[int, Paper],
    free: set[int],
    touched: set[int],
    viewer: Viewer,
) -> Side:
    alive = {pk for pk in touched if pk in papers and papers[pk][2] == SubmissionStatus.SUBMITTED}
    whole = alive <= free
    totals = {pk: sum(score for _, score, _ in some.values()) for pk, some in pairs.items() if some}
    worst = min(totals, key=lambda pk: (totals[pk], papers[pk][0])) if totals else None
    scores = [score for some in pairs.values() for _, score, _ in some.values()]
    have = Counter(user for some in pairs.values() for user in some)
    counts = Counter(min(load, MOST_COLUMNS) for load in have.values())
    optimum, drawn = run.facts.get("optimum") or run.total, run.mode == "random"
    return Side(
        line=run_line(run, touched & free, viewer),
        total=run.total if whole else None,
        gap=run.gap if whole else None,
        share=100 * run.total / optimum if whole and run.total is not None and optimum and not drawn else None,
        floor=(run.facts.get("fairness") or {}).get("floor") if whole else None,
        pairs=len(scores),
        papers=len(totals),
        worst=totals[worst] if worst is not None else None,
        worst_number=papers[worst][0] if worst is not None else None,
        lowest=min(scores, default=None),
        unknown=sum(unknown for some in pairs.values() for _, _, unknown in some.values()),
        people=len(have),
        most=max(have.values(), default=0),
        loads=", ".join(f"{count} with {load}" for load, count in sorted(counts.items())),
    )


def _difference(paper: Paper, sides: list[dict[int, tuple[str, float, bool]]]) -> Difference:
    every = set.intersection(*(set(side) for side in sides))
    only = [[name for user, (name, _, _) in side.items() if user not in every] for side in sides]
    totals = [sum(score for _, score, _ in side.values()) for side in sides]
    return Difference(paper[0], paper[1], only, len(every), totals)
