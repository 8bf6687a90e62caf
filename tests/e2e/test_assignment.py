"""Proposals in a browser: three ways, a comparison, an edit, a publication, its undoing, a repair."""

from collections.abc import Callable

import pytest

from tests.e2e.conftest import Site, Visitor

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(420)]

OLGA = "olga@proposals.test"
DESK = "/admin/w/proposals/assignment/"
# Eight papers that need two reviews, six reviewers whose papers tell what they know.
BEGIN = f"""
from datetime import timedelta
from django.utils import timezone
from accounts.services.publications import add_publications
from accounts.services.register import create_person
from reviews.services.reviewers import add_reviewer
from submissions.importing.records import ImportedAuthor, ImportedPaper
from submissions.services.import_papers import import_papers
from workshops.models import Track
from workshops.services.create import create_workshop
olga = create_person(email={OLGA!r}, given="Olga", family="Example", by=None, confirmed=True)
workshop = create_workshop(by=olga, slug="proposals", name="Proposals", year=timezone.now().year, announced=True,
                           submission_at=timezone.now() - timedelta(days=1))
Track.objects.filter(workshop=workshop).update(reviews_enough=1, reviews_per_paper=2)
fields = ["grid cells and tori", "gauge equivariant networks", "persistent homology of codes"]
papers = [
    ImportedPaper(key=f"p{{n}}", title=f"On {{fields[n % 3]}}, part {{n}}", abstract=f"We study {{fields[n % 3]}}.",
                  authors=(ImportedAuthor("Wri", "", f"Ter{{n}}", f"w{{n}}@writer{{n}}.test"),))
    for n in range(8)
]
import_papers(workshop=workshop, track=workshop.tracks.first(), papers=papers, by=None)
for n, name in enumerate(("Rui", "Noor", "Rae", "Cleo", "Mo", "Kit")):
    user = create_person(email=f"{{name.lower()}}@{{name.lower()}}.test", given=name, family="Example", by=None,
                         confirmed=True)
    add_reviewer(workshop=workshop, user=user, by=olga, load_max=4)
    add_publications(user=user, by=user, text=f"A study of {{fields[n % 3]}}")
"""


def test_proposals_become_assignments_and_holes_are_filled(live: Site, visit: Callable[[], Visitor]) -> None:
    live.run(BEGIN)
    olga = visit()
    olga.signs_in(OLGA)

    organizer_asks_in_three_ways(olga)
    organizer_compares(olga)
    organizer_edits(olga)
    organizer_publishes_undoes_and_publishes_again(olga)
    reviewer_declines(live)
    organizer_fills_the_hole(olga)

    assert olga.problems == []


def organizer_asks_in_three_ways(olga: Visitor) -> None:
    for mode in ("total", "random", "fair"):
        olga.goes_to(DESK)
        olga.page.locator(f"[name='mode'][value='{mode}']").check()
        olga.presses("Propose an assignment")
        olga.page.get_by_role("link", name="Look at it and publish").wait_for(timeout=60_000)
    olga.looks("bench")
    for side in ("people", "figures"):
        olga.goes_to(f"{DESK}3/?side={side}")
        olga.looks(f"bench-{side}")


def organizer_compares(olga: Visitor) -> None:
    olga.goes_to(DESK)
    for number in (1, 2, 3):
        olga.page.get_by_label(f"Compare proposal {number}").check()
    olga.presses("Compare those that are ticked")
    olga.reads("Where they differ")
    olga.looks("bench-compare")


def organizer_edits(olga: Visitor) -> None:
    """By keyboard: the first paper is opened, somebody is added, and the edit is undone."""
    olga.goes_to(f"{DESK}3/")
    olga.page.keyboard.press("j")
    olga.page.keyboard.press("Enter")
    olga.reads("Who is proposed")
    olga.looks("bench-paper")
    olga.page.keyboard.press("j")
    olga.page.keyboard.press("a")
    olga.reads("is added to #1.")
    olga.page.keyboard.press("Escape")
    olga.presses("Undo your last edit")
    olga.reads("Undone: #1 is as it was.")


def organizer_publishes_undoes_and_publishes_again(olga: Visitor) -> None:
    for proposal, undone in ((3, True), (1, False)):
        olga.goes_to(f"{DESK}{proposal}/publish/")
        olga.reads("16 assignments will be made")
        olga.looks("bench-publish")
        olga.presses("Publish")
        olga.reads("mails leave in")
        if undone:
            olga.presses("see them, or cancel them")
            olga.reads("Held")
            olga.goes_to(f"{DESK}{proposal}/")
            olga.presses("Undo it all")
            olga.reads("Undone: the assignments are gone")


def reviewer_declines(live: Site) -> None:
    live.run("""
from reviews.models import Assignment
from reviews.services.assign import decline_assignment
row = Assignment.objects.current().order_by("submission__number").select_related("user", "submission").first()
decline_assignment(assignment=row, by=row.user, reason="No time.")
""")


def organizer_fills_the_hole(olga: Visitor) -> None:
    olga.goes_to(f"{DESK}repair/")
    olga.reads("Nobody has the place")
    olga.looks("bench-repair")
    olga.presses("Find people for")
    olga.page.get_by_role("link", name="Look at it and publish").wait_for(timeout=60_000)
    olga.reads("lowers the total by")
    olga.looks("bench-repaired")
    olga.presses("Look at it and publish")
    olga.reads("1 assignment will be made")
    olga.presses("Publish")
    olga.goes_to(f"{DESK}repair/")
    olga.reads("No holes")
