"""Pages: queries and CPU time for every role that sees one, at 10 and at 300 papers, as a table.

Other sizes are named on the command line: `python -m benchmarks pages 10 1000`; a season of fewer than ten papers has
not one of everything that is measured. Needs an empty database of its own: a
temporary SQLite file is made unless DATABASE_URL is set; Redis is its own. What is read once a process (templates,
statements, the middlewares of a client) is not counted. The number of queries must not grow with the number of papers,
nor exceed ten; the script exits 1 when it does.
"""

import gc
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests import servers

SIZES = [10, 300]
FEWEST = 10
ROUNDS = 15
MOST_QUERIES = 10
DESK = (
    "dashboard",
    "papers",
    "people",
    "volunteers",
    "assignment",
    "matching",
    "decisions",
    "release",
    "mail",
    "log",
    "guide",
)


def main() -> None:
    sizes = [int(number) for number in sys.argv[1:]] or SIZES
    if min(sizes) < FEWEST:
        sys.exit(f"Pages are measured with {FEWEST} papers or more: of fewer, none may be decided or reviewed yet.")
    with tempfile.TemporaryDirectory() as folder, servers.redis() as queue:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "neurreps.settings")
        os.environ |= {"DATA_DIR": folder, "REDIS_URL": queue, "LOG_LEVEL": "ERROR"}
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        measured = {size: dict(measure(size)) for size in sizes}
    print_table(measured)
    if any(measured[sizes[-1]][row][0] > queries for row, (queries, _) in measured[sizes[0]].items()):
        sys.exit("The number of queries grows with the number of papers.")
    if dear := [" of ".join(row) for row, (queries, _) in measured[sizes[-1]].items() if queries > MOST_QUERIES]:
        sys.exit(f"More than {MOST_QUERIES} queries: {', '.join(dear)}.")


def measure(size: int) -> Iterator[tuple[tuple[str, str], tuple[int, float]]]:
    """Play a season of so many papers up to the reviews, then open every page as every role."""
    from rehearsal.season import Plan, Season

    season = Season(Plan(slug=f"bench-{size}", papers=papers_file(size), until="review"), tell=lambda line: None)
    season.play()
    season.decide_some(size // 2)
    more_of_everything(season, size)
    gc.collect()
    gc.freeze()  # a web process has not played a season
    for page, role, user, address in pages(season):
        yield (page, role), open_page(user, address)


def more_of_everything(season: Any, size: int) -> None:
    """What a season does not play: decisions that are confirmed, people who would review or are proposed, and somebody
    whom authors would add to their paper. The more papers, the more of each.
    """
    from django.utils import timezone

    from decisions.models import Decision
    from rehearsal.season import person_of
    from reviews.models import Assignment
    from reviews.services.nominate import nominate
    from reviews.services.volunteer import offer_to_review
    from submissions.models import Authorship
    from submissions.services.author_requests import ask_to_add
    from submissions.services.save import AuthorData

    workshop, paper = season.workshop, chosen_paper(season)
    for decision in Decision.objects.filter(submission__workshop=workshop).order_by("submission")[: size // 4]:
        season.confirm(decision)
    for number in range(max(2, size // 10)):
        person = person_of(f"volunteer{number}@offers-{size}.test", "Vera", f"Volunteer{number}")
        offer_to_review(workshop=workshop, by=person, received_at=timezone.now(), load=2, statement="Symmetry.")
    Authorship.objects.filter(submission__workshop=workshop, position=1).update(would_review=True)
    few = min(5, size // 10)
    for assignment in Assignment.objects.current().filter(submission=paper).exclude(kind="area_chair"):
        for number in range(few):
            address = f"guest{number}-{assignment.handle}@guests-{size}.test"
            nominate(assignment=assignment, by=assignment.user, name=f"Guest {number}", address=address, why="Groups.")
    author = paper.authorships.filter(user__isnull=False)[0].user
    for number in range(few):
        added = AuthorData("Cy", "", f"Coauthor{number}", f"cy{number}@added-{size}.test", "")
        ask_to_add(submission=paper, by=author, author=added, reason="Forgotten.")


def chosen_paper(season: Any) -> Any:
    """One that every organizer is free on, with an author who has an account."""
    return free_papers(season).filter(authorships__user__isnull=False).distinct()[1]


def paper_of_three_reviews(season: Any) -> Any:
    """One that every organizer is free on, with exactly three reviews that are in, and nothing out of the ordinary."""
    from django.db.models import Count, Q

    submitted = Count("assignments__review", filter=Q(assignments__review__status="submitted"), distinct=True)
    papers = free_papers(season).exclude(pk=chosen_paper(season).pk)
    return papers.annotate(submitted=submitted).filter(submitted=3)[0]


def free_papers(season: Any) -> Any:
    from submissions.models import Submission

    papers = Submission.objects.filter(workshop=season.workshop)
    return papers.exclude(conflicts__user__in=season.organizers).order_by("number")


def papers_file(size: int) -> Path:
    """A CSV file of so many made-up papers."""
    import csv
    import random

    from rehearsal.papers import make_up
    from rehearsal.people import Crowd

    chance, crowd = random.Random(size), Crowd(size)
    path = Path(os.environ["DATA_DIR"]) / f"papers-{size}.csv"
    with path.open("w", newline="", encoding="utf-8") as out:
        rows = csv.writer(out)
        rows.writerow(["title", "abstract", "authors", "keywords"])
        for number in range(size):
            paper = make_up(chance)
            people = [crowd.persona() for _ in range(chance.randint(1, 5))]
            authors = "; ".join(f"{person.given} {person.family} <{person.email}>" for person in people)
            if number == 0:
                authors += "; Otto Organizer <otto@otto.test>"
            rows.writerow([f"{paper.title} ({number + 1})", paper.abstract, authors, paper.keywords])
    return path


def pages(season: Any) -> Iterator[tuple[str, str, object, str]]:
    """(page, role, user, address) of everything that is measured."""
    from django.urls import reverse

    from access.viewer import Viewer
    from accounts.models import User
    from decisions.services.release import preview
    from reviews.models import Assignment

    workshop = season.workshop
    paper = chosen_paper(season)
    author = paper.authorships.filter(user__isnull=False)[0].user
    assignment = Assignment.objects.current().filter(submission=paper)[0]
    operator = User.objects.filter(email="opal@opal.test").first() or User.objects.create_superuser(
        "opal@opal.test", given="Opal", family="Operator"
    )
    olga, otto = season.organizers[:2]
    slug, number = [workshop.slug], [workshop.slug, paper.number]
    yield "workshop", "anyone", None, reverse("workshops:public", args=slug)
    yield "call", "anyone", None, reverse("workshops:call", args=slug)
    yield "My desk", "author", author, reverse("desk:my_desk")
    yield "paper", "author", author, reverse("submissions:paper", args=number)
    yield "My desk", "reviewer", assignment.user, reverse("desk:my_desk")
    yield "review", "reviewer", assignment.user, reverse("reviews:review", args=[assignment.pk])
    for role, user in (("organizer, free", olga), ("organizer, author of one", otto)):
        yield "My desk", role, user, reverse("desk:my_desk")
        for name in DESK:
            yield name, role, user, reverse(f"desk:{name}", args=slug)
        yield "volunteers ticked", role, user, f"{reverse('desk:volunteers', args=slug)}?part=authors"
        yield "proposals", role, user, reverse("desk:compare_runs", args=slug)
        yield "person", role, user, reverse("desk:person", args=[workshop.slug, assignment.user_id])
        for name in ("nominations", "handling", "author_list"):
            yield name.replace("_", " "), role, user, reverse(f"desk:{name}", args=number)
        letter = preview(workshop=workshop, viewer=Viewer(user)).letters[0]
        told = [workshop.slug, letter.submission.number, letter.author.pk]
        yield "letter", role, user, reverse("desk:letter", args=told)
        yield "search", role, user, f"{reverse('desk:search', args=slug)}?q=learning"
        yield "paper (desk)", role, user, reverse("desk:paper", args=number)
        plain = [workshop.slug, paper_of_three_reviews(season).number]
        yield "paper, 3 reviews (desk)", role, user, reverse("desk:paper", args=plain)
    yield "operator", "operator", operator, reverse("desk:operator")


def open_page(user: Any, address: str) -> tuple[int, float]:
    """Queries of one request, and its CPU time in milliseconds: the smallest of a few."""
    from django.db import connection
    from django.test import Client

    queries = 0

    def count(execute: Any, *args: Any) -> Any:
        nonlocal queries
        queries += 1
        return execute(*args)

    client = Client(SERVER_NAME="localhost")
    if user is not None:
        client.force_login(user)
    client.get(address)
    with connection.execute_wrapper(count):
        answer = client.get(address)
    if answer.status_code != 200:
        sys.exit(f"{address} answered {answer.status_code} to {user}.")
    times = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        client.get(address)
        times.append((time.process_time() - begun) * 1000)
    return queries, min(times)


def print_table(measured: dict[int, dict[tuple[str, str], tuple[int, float]]]) -> None:
    print("| page | role | " + " | ".join(f"queries at {n} | CPU ms at {n}" for n in measured) + " |")
    print("|---" * (2 + 2 * len(measured)) + "|")
    for page, role in next(iter(measured.values())):
        figures = (f"{queries} | {cpu:.1f}" for queries, cpu in (found[page, role] for found in measured.values()))
        print(f"| {page} | {role} | {' | '.join(figures)} |")


if __name__ == "__main__":
    main()
