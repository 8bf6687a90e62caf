"""What the pages of a proposal need, written down once by the worker: every paper with its people, every person.

The pages price and explain with these rows; they solve nothing and load no numpy.
"""

from statistics import median
from typing import Any

from reviews.matching.result import Prices
from reviews.models import AssignmentRun, RunPaper, RunPerson
from reviews.options import Options
from reviews.scoring import NEUTRAL, Scoring

PEOPLE_KEPT = 200
"""So many people are kept for a paper, the best ones."""
DIGITS = 6


def paper_rows(run: AssignmentRun, problem: dict[str, Any], prices: Prices) -> list[RunPaper]:
    """One row a paper: its price, and its people with scores, their parts and ranks."""
    papers, users = [int(one["id"]) for one in problem["papers"]], [int(one["id"]) for one in problem["reviewers"]]
    scoring = Scoring(run.workshop_id, papers, users, Options.of(run.params).weights)
    barred = {
        (int(paper), int(user)) for bar in ("conflicts", "suspected", "forbidden") for paper, user in problem[bar]
    }
    made = []
    for paper, row, scores in zip(papers, problem["papers"], problem["scores"]["rows"], strict=True):
        authors = {int(user) for user in row["authors"]}
        allowed = {user for user in users if user not in authors and (paper, user) not in barred}
        known = [score for user, score in zip(users, scores, strict=True) if score is not None and user in allowed]
        usual = median(known) if known else NEUTRAL
        filled = {user: usual if score is None else score for user, score in zip(users, scores, strict=True)}
        unknown = {user for user, score in zip(users, scores, strict=True) if score is None}
        ranks = _ranks({user: filled[user] for user in allowed})
        best = sorted(users, key=lambda user: (-filled[user], user))[:PEOPLE_KEPT]
        people = []
        for user in best:
            parts = scoring.parts(paper, user)
            numbers = (round(filled[user], DIGITS), user in unknown, round(parts.affinity, 3), parts.bid)
            people.append([user, *numbers, round(parts.topic, 3), ranks.get(user)])
        made.append(
            RunPaper(
                run=run,
                submission_id=paper,
                demand=row["demand"],
                allowed=len(allowed),
                price=prices.papers.get(str(paper), 0.0),
                senior_price=prices.seniors.get(str(paper), 0.0),
                authors=sorted(authors),
                people=people,
            )
        )
    return made


def _ranks(scores: dict[int, float]) -> dict[int, int]:
    """1 for the highest; ties share a place."""
    ordered = sorted(scores.items(), key=lambda one: -one[1])
    ranks: dict[int, int] = {}
    before = None
    for place, (user, score) in enumerate(ordered, 1):
        ranks[user] = ranks[before] if before is not None and scores[before] == score else place
        before = user
    return ranks


def person_rows(run: AssignmentRun, problem: dict[str, Any], prices: Prices) -> list[RunPerson]:
    return [
        RunPerson(
            run=run,
            user_id=int(row["id"]),
            least=row["min"],
            most=row["max"],
            senior=row["senior"],
            institutions=row["institutions"],
            price=prices.reviewers.get(row["id"], 0.0),
        )
        for row in problem["reviewers"]
    ]
