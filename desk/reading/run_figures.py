"""The figures of a proposal, each with the table of its numbers: scores, loads, lowest papers, what fairness costs."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from desk.reading.charts import COLUMN_FLOOR, COLUMN_TOP, MOST_COLUMNS, Column, ColumnChart, Mark, Table, percent
from desk.reading.run_lines import PaperLine, Rows
from reviews.models import AssignmentRun

BINS = 10
LOWEST = 10


@dataclass(frozen=True)
class Point:
    """What a loss of the total buys. ``x`` and ``y`` lie in the picture, in percent of it."""

    epsilon: float
    floor: float
    floor_bound: float
    total: float
    share: float
    worst_pair: float
    x: str
    y: str
    is_mine: bool

    @property
    def lost(self) -> str:
        return f"{100 * self.epsilon:.3g}"

    @property
    def kept(self) -> str:
        return f"{100 * self.share:.2f}"

    @property
    def words(self) -> str:
        return f"{self.lost} % given away: no paper below {self.floor:.3f}, {100 * self.share:.2f} % of the total"


@dataclass(frozen=True)
class Frontier:
    points: list[Point]
    line: str
    up: list[Mark]
    across: list[Mark]


@dataclass(frozen=True)
class Figures:
    """``frontier``: None where it is not drawn (yet), or for whoever does not see the whole."""

    scores: ColumnChart | None
    loads: ColumnChart | None
    lowest: list[PaperLine]
    frontier: Frontier | None

    @property
    def columns(self) -> list[ColumnChart]:
        return [chart for chart in (self.scores, self.loads) if chart]


def figures(run: AssignmentRun, rows: Rows) -> Figures:
    scored = sorted((p for p in rows.papers if p.is_scored), key=lambda p: (p.total, p.number))
    own = (run.params.get("options") or {}).get("epsilon") if run.mode == "fair" else None
    points = run.facts.get("frontier") or []
    return Figures(
        scores=_scores(rows),
        loads=_loads(rows),
        lowest=scored[:LOWEST],
        frontier=frontier(points, own) if rows.whole and points else None,
    )


def _scores(rows: Rows) -> ColumnChart | None:
    scores = [pair.score for paper in rows.papers for pair in paper.pairs if pair.score is not None]
    if not scores:
        return None
    counts = Counter(min(int(score * BINS), BINS - 1) for score in scores)
    labels = [f"{place / BINS:.1f}" for place in range(BINS)]
    unknown = sum(pair.unknown for paper in rows.papers for pair in paper.pairs)
    said = f"{len(scores)} pairs; a mean of {sum(scores) / len(scores):.2f}, the lowest {min(scores):.2f}."
    said += f" Of {unknown} nothing is known." if unknown else ""
    table = Table(["Score from", "Pairs"], [[label, counts[place]] for place, label in enumerate(labels)])
    columns = _columns(labels, [counts[place] for place in range(BINS)])
    return ColumnChart("scores", "Scores of the pairs", said, columns, COLUMN_FLOOR, table)


def _loads(rows: Rows) -> ColumnChart | None:
    if not rows.seats:
        return None
    have = [min(seat.have, MOST_COLUMNS) for seat in rows.seats.values()]
    full = Counter(min(seat.have, MOST_COLUMNS) for seat in rows.seats.values() if seat.is_full)
    counts = Counter(have)
    labels = [f"{load}+" if load == MOST_COLUMNS else str(load) for load in range(max(have) + 1)]
    said = f"{len(have)} people, {counts[0]} without a paper, {sum(full.values())} with as many as they take."
    lines = [[label, counts[load], full[load]] for load, label in enumerate(labels)]
    table = Table(["Papers", "People", "With as many as they take"], lines)
    columns = _columns(labels, [counts[n] for n in range(len(labels))], [full[n] for n in range(len(labels))])
    return ColumnChart("loads", "Papers a person has", said, columns, COLUMN_FLOOR, table)


def _columns(labels: Sequence[str], counts: Sequence[int], full: Sequence[int] = ()) -> list[Column]:
    top, space = max(*counts, 1), COLUMN_FLOOR - COLUMN_TOP
    found = []
    for place, (label, count) in enumerate(zip(labels, counts, strict=True)):
        height = round(space * count / top)
        part = round(space * full[place] / top) if full else 0
        found.append(
            Column(
                label=label,
                count=count,
                x=percent(place + 0.14, len(labels)),
                middle=percent(place + 0.5, len(labels)),
                width=percent(0.72, len(labels)),
                y=COLUMN_FLOOR - height,
                height=height,
                full_y=COLUMN_FLOOR - part,
                full_height=part,
            )
        )
    return found


def frontier(points: Sequence[dict[str, float]], own: float | None = None) -> Frontier:
    """Across: the share of the largest total that is kept, falling; up: the floor under every paper."""
    floors = [point["floor"] for point in points]
    shares = [point["share"] for point in points]
    low, high = min(floors), max(floors)
    least, most = min(shares), max(shares)
    tall, wide = (high - low) or 1.0, (most - least) or 1.0
    placed = [(100 * (most - p["share"]) / wide, 100 - 100 * (p["floor"] - low) / tall) for p in points]
    made = [
        Point(**point, x=f"{x:.2f}%", y=f"{y:.2f}%", is_mine=own is not None and abs(point["epsilon"] - own) < 1e-9)
        for point, (x, y) in zip(points, placed, strict=True)
    ]
    line = " ".join(f"{x:.2f},{y:.2f}" for x, y in sorted(placed))
    up = [Mark(f"{low:.3f}", "100.00%"), Mark(f"{high:.3f}", "0.00%")] if high > low else [Mark(f"{low:.3f}", "100%")]
    across = [Mark(f"{100 * most:.2f} %", "0%"), Mark(f"{100 * least:.2f} %", "100%")]
    return Frontier(made, line, up, across if most > least else across[:1])
