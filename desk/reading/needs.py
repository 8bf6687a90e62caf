"""What needs a person, one line each, worst first; every number as if what the viewer may not see did not exist."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from django.urls import reverse

from audit.text import counted
from decisions.states import DecisionStatus
from desk.reading.facts import ASKED, AUTHORS, CONFLICTS, DAYS, NOMINATIONS, PairFacts, PaperFacts, Season
from desk.reading.forecast import forecast_from
from notifications.states import BatchStatus, MessageStatus
from reviews.no_show import Task, no_show_sign
from reviews.states import InvitationStatus
from submissions.states import DISPUTES, SubmissionStatus
from workshops.states import DeadlineKind

A_WEEK = timedelta(days=7)
TO_ANSWER = timedelta(days=3)
"""How long a reviewer has to say that they take their papers."""
ALIVE = (SubmissionStatus.DRAFT, SubmissionStatus.SUBMITTED)
RANK = {"bad": 0, "warn": 1, "info": 2}
NEVER = datetime.max.replace(tzinfo=UTC)
FIRST = "handlers"


@dataclass(frozen=True)
class Need:
    """``page`` is the name of the desk page where it is done, ``query`` its filter, ``paper`` whose page it is.

    ``at``: since when the oldest of them waits, or until when it is to be done.
    """

    key: str
    tone: str
    count: int
    text: str
    detail: str
    page: str
    query: str = ""
    at: datetime | None = None
    paper: int | None = None
    action: str = ""
    url: str = ""


def read_needs(season: Season, *, two: bool) -> list[Need]:
    """Papers without handler first, then by how bad it is, by date and by number. It asks no query."""
    found = [
        _without_handler(season),
        _few_reviewers(season),
        _overdue(season),
        _silent(season),
        _over(season),
        _bad_mail(season),
        _asked(season),
        _unanswered(season),
        _late(season),
        *_about_authors(season),
        _suspected(season),
        _held(season),
        _more_days(season),
        _proposed(season),
        _invited(season),
        _to_invite(season),
        _volunteers(season),
        _alike(season),
        _incomplete(season),
        _undecided(season),
        _unconfirmed(season, two),
        _rejections_to_tell(season),
    ]
    needs = sorted(
        (need for need in found if need is not None),
        key=lambda need: (need.key != FIRST, RANK[need.tone], need.at or NEVER, -need.count),
    )
    return [replace(need, url=_url(season.workshop.slug, need)) for need in needs]


def _url(slug: str, need: Need) -> str:
    args: list[str | int] = [slug] if need.paper is None else [slug, need.paper]
    return f"{reverse(f'desk:{need.page}', args=args)}{need.query}"


def _mine(season: Season, *statuses: str) -> list[PaperFacts]:
    """The papers that the viewer may act on, in these states."""
    return [paper for paper in season.papers if paper.acts and paper.status in statuses]


def _numbers(numbers: Iterable[int]) -> str:
    known = list(dict.fromkeys(numbers))
    return ", ".join(f"#{number}" for number in known[:12]) + (" …" if len(known) > 12 else "")


def _first(moments: Iterable[datetime | None]) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)


# --- papers -----------------------------------------------------------------------------------------------------------


def _without_handler(season: Season) -> Need | None:
    """The first line of every organizer's desk, from the closing of submissions (also of papers sealed from them)."""
    numbers = season.unhandled
    if not numbers:
        return None
    return Need(
        FIRST,
        "bad",
        len(numbers),
        f"{counted(len(numbers), 'paper has', 'papers have')} no handler",
        f"Nobody is responsible for {_numbers(numbers)}. Where none is free it takes a waiver or a guest chair.",
        "conflicts",
        action="appoint",
    )


def _few_reviewers(season: Season) -> Need | None:
    """Holes: places of reviewers that nobody has."""
    papers = [
        paper
        for paper in _mine(season, SubmissionStatus.SUBMITTED)
        if paper.track in season.closed and not paper.decision and season.asked(paper) < season.wanted(paper)
    ]
    if not papers:
        return None
    places = sum(season.wanted(paper) - season.asked(paper) for paper in papers)
    until = _first(season.window(paper, DeadlineKind.REVIEW).at for paper in papers)
    return Need(
        "reviewers",
        "bad" if until and until - season.now < A_WEEK else "warn",
        places,
        f"{counted(len(papers), 'paper has', 'papers have')} fewer reviewers than wanted",
        f"{counted(places, 'place')} to fill.",
        "assignment",
        at=until,
    )


def _late(season: Season) -> Need | None:
    """Saves that came after the deadline and that nobody has answered."""
    papers = [paper for paper in _mine(season, *ALIVE) if paper.late_since]
    if not papers:
        return None
    text = f"{counted(len(papers), 'paper has', 'papers have')} a late save to decide on"
    detail = "Its authors wait to hear whether it counts." if len(papers) == 1 else "Their authors wait to hear."
    since = _first(paper.late_since for paper in papers)
    return Need("late", "warn", len(papers), text, detail, "papers", "?look=late", since)


def _alike(season: Season) -> Need | None:
    number = sum(paper.acts and paper.alike for paper in season.papers)
    if not number:
        return None
    text = f"{counted(number, 'paper looks', 'papers look')} like another one"
    return Need(
        "alike", "info", number, text, "Ask their authors, or say that they are different.", "papers", "?look=alike"
    )


def _incomplete(season: Season) -> Need | None:
    """Drafts of tracks that still take papers; after the deadline there is nothing to remind of."""
    papers = [paper for paper in _mine(season, SubmissionStatus.DRAFT) if paper.track not in season.closed]
    if not papers:
        return None
    text = f"{counted(len(papers), 'paper is', 'papers are')} not complete"
    until = _first(season.window(paper, DeadlineKind.SUBMISSION).at for paper in papers)
    detail = "Their authors can be reminded before the deadline."
    return Need("incomplete", "info", len(papers), text, detail, "incomplete", at=until)


def _suspected(season: Season) -> Need | None:
    rows = season.waits(CONFLICTS)
    if not rows:
        return None
    text = f"{counted(len(rows), 'suspected conflict')} to settle"
    detail = f"On {_numbers(sorted(season.number(row.paper) for row in rows))}."
    return Need("conflicts", "warn", len(rows), text, detail, "papers", "?look=conflicts")


def _asked(season: Season) -> Need | None:
    """A waiver, or leave to read a sealed paper, that the viewer may give."""
    number = len(season.waits(ASKED))
    if not number:
        return None
    text = f"{counted(number, 'question', 'questions')} about conflicts of organizers"
    return Need("asked", "warn", number, text, "Somebody waits for your answer.", "conflicts")


def _about_authors(season: Season) -> list[Need]:
    """Requests and disputes about lists of authors, apart: a dispute locks the list."""
    rows = season.waits(AUTHORS)
    disputes = [row.since for row in rows if row.kind in DISPUTES]
    others = [row.since for row in rows if row.kind not in DISPUTES]
    needs = []
    if disputes:
        text = f"{counted(len(disputes), 'dispute')} about lists of authors"
        detail = "The list is locked until it is answered."
        needs.append(Need("disputes", "warn", len(disputes), text, detail, "papers", "?look=authors", disputes[0]))
    if others:
        text = f"{counted(len(others), 'request')} about lists of authors"
        detail = "Conflicts are computed before one is granted."
        needs.append(Need("authors", "warn", len(others), text, detail, "papers", "?look=authors", others[0]))
    return needs


# --- reviews and reviewers --------------------------------------------------------------------------------------------


def _awaited(season: Season, due: Callable[[PairFacts], bool]) -> list[tuple[PaperFacts, PairFacts]]:
    """Open reviews of papers whose reviewers the viewer may know."""
    return [
        (paper, pair)
        for paper in season.papers
        if paper.identified and paper.is_submitted
        for pair in season.pairs[paper.pk]
        if due(pair)
    ]


def _overdue(season: Season) -> Need | None:
    late = [
        (due, pair.user)
        for paper, pair in _awaited(season, lambda pair: pair.is_open)
        if (due := season.overdue_since(paper, pair))
    ]
    if not late:
        return None
    text = f"{counted(len(late), 'review is', 'reviews are')} overdue"
    people = len({user for _, user in late})
    detail = f"From {counted(people, 'person', 'people')}. Write to the reviewers, or ask somebody else."
    return Need("overdue", "bad", len(late), text, detail, "reviews", "?look=overdue", min(late)[0])


def _silent(season: Season) -> Need | None:
    """Who shows early signs that nothing may come, by the papers that the viewer is free on (see reviews.no_show)."""
    tasks: dict[int, list[Task]] = defaultdict(list)
    for paper in _mine(season, SubmissionStatus.SUBMITTED):
        for pair in season.pairs[paper.pk]:
            if pair.is_open or pair.is_in:
                tasks[pair.user].append(season.task(paper, pair))
    silent = sum(no_show_sign(mine, season.now) is not None for mine in tasks.values())
    if not silent:
        return None
    text = f"{counted(silent, 'reviewer')} may not deliver"
    detail = "Nothing is acknowledged, opened or written by now. Write to them, or find others for all of their papers."
    return Need("silent", "warn", silent, text, detail, "people", "?look=silent")


def _over(season: Season) -> Need | None:
    """Who has more papers than they take, over those that the viewer is free on. It happens where one organizer assigns
    without knowing what another, who is free on more, can see.
    """
    held = Counter(
        pair.user
        for paper in _mine(season, SubmissionStatus.SUBMITTED)
        for pair in season.pairs[paper.pk]
        if pair.is_current
    )
    most = {reviewer.user: reviewer.load_max for reviewer in season.reviewers}
    limits = ((number, most.get(user)) for user, number in held.items())
    over = [(number, limit) for number, limit in limits if limit is not None and number > limit]
    if not over:
        return None
    text = f"{counted(len(over), 'reviewer has', 'reviewers have')} more papers than they take"
    detail = f"Among them {max(over)[0]} of {max(over)[1]}. Ask them, or give a paper to somebody else."
    return Need("over", "warn", len(over), text, detail, "people", "?look=full")


def _unanswered(season: Season) -> Need | None:
    """Assignments that nobody has said yes to within the days that they are asked to."""
    waiting = _awaited(season, lambda pair: pair.is_unanswered and season.now - pair.since > TO_ANSWER)
    if not waiting:
        return None
    people = len({pair.user for _, pair in waiting})
    text = f"{counted(people, 'reviewer has', 'reviewers have')} not said that they take their papers"
    detail = f"{counted(len(waiting), 'review')}, asked for more than three days ago and not begun."
    since = _first(pair.since for _, pair in waiting)
    return Need("unanswered", "warn", people, text, detail, "people", "?role=reviewer", since)


def _more_days(season: Season) -> Need | None:
    """Reviewers who ask for more days."""
    rows = season.waits(DAYS)
    if not rows:
        return None
    text = f"{counted(len(rows), 'reviewer asks', 'reviewers ask')} for more days"
    detail = f"For {_numbers(season.number(row.paper) for row in rows)}. One click grants them; they are told by mail."
    return Need("more_days", "warn", len(rows), text, detail, "more_days", at=rows[0].since)


def _proposed(season: Season) -> Need | None:
    """External reviewers whom a reviewer proposes; the oldest one's paper is where it goes on."""
    rows = season.waits(NOMINATIONS)
    if not rows:
        return None
    text = f"{counted(len(rows), 'external reviewer is', 'external reviewers are')} proposed"
    detail = f"For {_numbers(season.number(row.paper) for row in rows)}. Nobody is written to before you answer."
    number = season.number(rows[0].paper)
    return Need("nominations", "warn", len(rows), text, detail, "nominations", at=rows[0].since, paper=number)


def _invited(season: Season) -> Need | None:
    sent = [row.sent_at for row in season.invitations if row.status == InvitationStatus.SENT]
    if not sent:
        return None
    old = sum(season.now - at > A_WEEK for at in sent)
    detail = f"{counted(old, 'is', 'are')} older than a week." if old else "None is older than a week."
    text = f"{counted(len(sent), 'invitation')} without an answer"
    return Need("invitations", "info", len(sent), text, detail, "unanswered", at=min(sent))


def _to_invite(season: Season) -> Need | None:
    """More reviewers are needed, by the forecast, while there is time to ask them."""
    if season.windows[None][DeadlineKind.REVIEW].is_late:
        return None
    found = forecast_from(season)
    if not found.more:
        return None
    number = f"{found.more}" if found.more == found.most else f"{found.more} to {found.most}"
    detail = (
        f"{found.season.wanted} reviews are wanted; with who has agreed and may still answer, {found.expected} are "
        f"likely ({found.low} to {found.high})."
    )
    return Need(
        "invite",
        "warn",
        found.more,
        f"Invite about {number} more {'reviewer' if number == '1' else 'reviewers'}",
        detail,
        "invite",
    )


def _volunteers(season: Season) -> Need | None:
    made = season.offers
    if not made:
        return None
    text = f"{counted(len(made), 'person offers', 'people offer')} to review"
    return Need("volunteers", "info", len(made), text, "They wait for an answer.", "volunteers", at=min(made))


# --- mail -------------------------------------------------------------------------------------------------------------


def _bad_mail(season: Season) -> Need | None:
    found = season.wrong_mails
    if not found:
        return None
    states = Counter(status for status, _ in found)
    parts = [
        counted(states[state], words, words)
        for state, words in ((MessageStatus.FAILED, "failed"), (MessageStatus.IN_DOUBT, "in doubt"))
        if states[state]
    ]
    detail = "A mail in doubt may or may not have arrived; it is never sent twice by itself."
    query = f"?status={next(iter(states))}" if len(states) == 1 else ""
    since = min(at for _, at in found)
    return Need("mail", "bad", len(found), f"Mail: {' and '.join(parts)}", detail, "mail", query, since)


def _held(season: Season) -> Need | None:
    words = {BatchStatus.HELD: "held", BatchStatus.DRAFT: "not confirmed", BatchStatus.PAUSED: "paused"}
    found = season.batches
    if not found:
        return None
    states = Counter(status for status, _ in found)
    parts = ", ".join(f"{states[state]} {word}" for state, word in words.items() if states[state])
    until = _first(at for _, at in found)
    return Need(
        "batches", "warn", len(found), f"Bulk mail waits: {parts}", "It can still be cancelled.", "mail", at=until
    )


# --- decisions --------------------------------------------------------------------------------------------------------


def _undecided(season: Season) -> Need | None:
    """Papers with reviews enough, once the reviews of their track are due."""
    papers = [
        paper
        for paper in _mine(season, SubmissionStatus.SUBMITTED)
        if not paper.decision
        and season.window(paper, DeadlineKind.REVIEW).is_late
        and season.reviews_in(paper) >= season.tracks[paper.track].reviews_enough
    ]
    if not papers:
        return None
    until = _first(season.window(paper, DeadlineKind.NOTIFICATION).at for paper in papers)
    text = f"{counted(len(papers), 'paper', 'papers')} can be decided"
    tone = "warn" if until and until - season.now < A_WEEK else "info"
    return Need("undecided", tone, len(papers), text, "Their reviews are in.", "decisions", "?state=none", until)


def _unconfirmed(season: Season, two: bool) -> Need | None:
    waiting = [paper for paper in season.papers if paper.acts and paper.decision == DecisionStatus.TENTATIVE]
    if not waiting:
        return None
    own = sum(paper.decided_by == season.viewer.id for paper in waiting) if two else 0
    text = f"{counted(len(waiting), 'decision')} to confirm"
    detail = (
        f"{counted(own, 'is', 'are')} yours and {'waits' if own == 1 else 'wait'} for another organizer." if own else ""
    )
    until = _first(season.window(paper, DeadlineKind.NOTIFICATION).at for paper in waiting)
    return Need("decisions", "info", len(waiting), text, detail, "decisions", "?state=tentative", until)


def _rejections_to_tell(season: Season) -> Need | None:
    number = sum(paper.acts and paper.holds_rejection for paper in season.papers)
    if not number:
        return None
    text = f"{counted(number, 'desk rejection')} confirmed and not told"
    detail = "They can be told now, while the other papers are still reviewed."
    return Need("rejections", "info", number, text, detail, "release", "?only=desk_reject")
