"""The forecast of reviewers to invite, from what the dashboard has read already: no query.

The page where people are invited asks the database for the same numbers (reviews.forecasting).
"""

from collections import defaultdict
from statistics import fmean

from desk.reading.facts import Season
from reviews.forecast import Forecast
from reviews.forecast import Season as Known
from reviews.forecasting import SILENT_AFTER, USUAL_LOAD
from reviews.states import InvitationStatus
from workshops.states import Role


def forecast_from(season: Season) -> Forecast:
    loads = [person.load_max for person in season.reviewers if person.load_max is not None]
    shares = _shares(season)
    known = Known(
        wanted=sum(season.wanted(paper) for paper in season.papers if paper.is_submitted),
        reviewers=len(loads),
        capacity=sum(loads),
        load=fmean(loads) if loads else USUAL_LOAD,
        due=len(shares),
        delivered=sum(shares),
        **_answers(season),
    )
    return Forecast(known)


def _answers(season: Season) -> dict[str, int]:
    found = {"agreed": 0, "declined": 0, "silent": 0, "waiting": 0}
    names = {
        InvitationStatus.ACCEPTED: "agreed",
        InvitationStatus.DECLINED: "declined",
        InvitationStatus.EXPIRED: "silent",
    }
    for row in season.invitations:
        if row.role == Role.REVIEWER:
            waits = "silent" if row.asked_at < season.now - SILENT_AFTER else "waiting"
            found[names.get(InvitationStatus(row.status), waits)] += 1
    return found


def _shares(season: Season) -> list[float]:
    """Of each person whose reviews were due, on papers that the viewer may act on, how much of them is in."""
    free = {paper.pk for paper in season.papers if paper.acts}
    done: dict[int, list[bool]] = defaultdict(list)
    for paper, pairs in season.pairs.items():
        for pair in pairs:
            if paper in free and pair.is_current and pair.due_at and pair.due_at < season.now:
                done[pair.user].append(pair.is_in)
    return [sum(each) / len(each) for each in done.values()]
