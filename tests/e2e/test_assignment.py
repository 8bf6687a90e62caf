"""Proposals in a browser: three ways, a comparison, an edit, a publication, its undoing, a repair; and twelve silent
reviewers at once.
"""

import re
from collections.abc import Callable, Iterable

import pytest

from rehearsal.people import Crowd
from tests.e2e.conftest import Site, Visitor, text_of

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

    first, second, third = organizer_asks_in_three_ways(olga)
    organizer_compares(olga, (first, second, third))
    organizer_edits(olga, third)
    somebody = organizer_publishes_undoes_and_publishes_again(olga, undone=third, kept=first)
    reviewer_declines(visit(), somebody)
    organizer_fills_the_hole(olga)

    assert olga.problems == []


def organizer_asks_in_three_ways(olga: Visitor) -> list[str]:
    """The numbers of the proposals."""
    numbers = []
    for mode in ("total", "random", "fair"):
        olga.goes_to(DESK)
        olga.page.locator(f"[name='mode'][value='{mode}']").check()
        olga.presses("Propose an assignment")
        publish = olga.page.get_by_role("link", name="Look at it and publish")
        publish.wait_for(timeout=60_000)
        numbers.append(str(publish.get_attribute("href")).split("/")[-3])
    olga.looks("bench")
    for side in ("people", "figures"):
        olga.goes_to(f"{DESK}{numbers[-1]}/?side={side}")
        olga.looks(f"bench-{side}")
    return numbers


def organizer_compares(olga: Visitor, numbers: Iterable[str]) -> None:
    olga.goes_to(DESK)
    for number in numbers:
        olga.page.get_by_label(f"Compare proposal {number}").check()
    olga.presses("Compare those that are ticked")
    olga.reads("Where they differ")
    olga.looks("bench-compare")


def organizer_edits(olga: Visitor, proposal: str) -> None:
    """By keyboard: the first paper is opened, somebody is added, and the edit is undone."""
    olga.goes_to(f"{DESK}{proposal}/")
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
    organizer_exchanges(olga)


def organizer_exchanges(olga: Visitor) -> None:
    """From what somebody shares with their papers to an exchange of one of them, and back."""
    olga.page.locator(".bench-pair a").first.click()
    olga.reads("What would suit them, too")
    olga.page.locator(".bench-why summary").first.focus()
    olga.page.keyboard.press("Enter")
    olga.reads("Words of both")
    olga.looks("bench-person")
    olga.page.get_by_role("link", name="Swap or exchange").first.click()
    olga.reads("Or an exchange with another paper")
    olga.looks("bench-exchange")
    olga.page.locator("button[value='exchange']").first.click()
    olga.reads(" goes from #")
    olga.presses("Undo your last edit")
    olga.reads(" are as they were.")


def organizer_publishes_undoes_and_publishes_again(olga: Visitor, *, undone: str, kept: str) -> str:
    """The address of the first who gets papers."""
    address = ""
    for proposal in (undone, kept):
        olga.goes_to(f"{DESK}{proposal}/publish/")
        olga.reads("16 assignments will be made")
        olga.looks("bench-publish")
        address = olga.page.locator("td[data-label='Address']").first.inner_text().split()[0]
        olga.presses("Publish")
        olga.reads("mails leave in")
        if proposal == undone:
            olga.presses("see them, or cancel them")
            olga.reads("Held")
            olga.goes_to(f"{DESK}{proposal}/")
            olga.presses("Undo it all")
            olga.reads("Undone: the assignments are gone")
    return address


def reviewer_declines(somebody: Visitor, address: str) -> None:
    """On the page of the paper, with a word why."""
    somebody.signs_in(address)
    somebody.goes_to("/desk/")
    somebody.page.locator("main a[href^='/reviews/']").first.click()
    somebody.page.get_by_text("I cannot review this paper").click()
    somebody.page.locator("#decline [name='reason']").fill("I am travelling until the end of the month.")
    somebody.looks("decline")
    somebody.presses("Decline paper")
    somebody.reads("Thank you for saying so.")
    assert somebody.problems == []


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


# --- twelve who are silent ---

CROWD = Crowd(1)
ADDRESSES = {f"{one.given} {one.family}": one.email for one in (CROWD.persona() for _ in range(26))}
MILA, SEASON = "mila@silent.test", "/admin/w/silent"
# 24 papers with two reviews each, given twelve days ago and due in eight; of 26 reviewers who take three papers at most
# the first twelve have two each and give no sign of life, the others have said that they review theirs.
TWELVE_SILENT = f"""
import random
from datetime import timedelta
import time_machine
from django.utils import timezone
from accounts.services.register import create_person
from rehearsal.papers import make_up
from rehearsal.people import Crowd
from reviews.services.assign import accept_assignments, assign
from reviews.services.reviewers import add_reviewer
from submissions.importing.records import ImportedAuthor, ImportedPaper
from submissions.services.import_papers import import_papers
from workshops.models import Track
from workshops.services.create import create_workshop
from workshops.services.deadlines import set_deadline
now = timezone.now()
mila = create_person(email={MILA!r}, given="Mila", family="Example", by=None, confirmed=True)
workshop = create_workshop(by=mila, slug="silent", name="Silent", year=now.year, announced=True, is_rehearsal=True,
                           submission_at=now - timedelta(days=1), contact={MILA!r})
track = workshop.tracks.first()
Track.objects.filter(workshop=workshop).update(reviews_enough=1, reviews_per_paper=2)
set_deadline(workshop=workshop, kind="review", at=now + timedelta(days=8), by=mila)
chance, crowd = random.Random(1), Crowd(1)
texts = [make_up(chance) for n in range(24)]
papers = import_papers(workshop=workshop, track=track, by=None, papers=[
    ImportedPaper(key=f"p{{n}}", title=text.title, abstract=text.abstract,
                  authors=(ImportedAuthor("Wri", "", f"Ter{{n}}", f"w{{n}}@writer{{n}}.test"),))
    for n, text in enumerate(texts)
])
people = [
    create_person(email=one.email, given=one.given, family=one.family, by=None, confirmed=True)
    for one in (crowd.persona() for n in range(26))
]
for user in people:
    add_reviewer(workshop=workshop, user=user, by=mila, load_max=3)
with time_machine.travel(now - timedelta(days=12)):
    for place in range(48):
        assign(submission=papers[place // 2], user=people[place % 26], by=mila, tell=False)
    for user in people[12:]:
        accept_assignments(workshop=workshop, by=user)
"""


def test_twelve_silent_reviewers_are_replaced_by_a_few_presses(live: Site, visit: Callable[[], Visitor]) -> None:
    live.run(TWELVE_SILENT)
    mila = visit()
    mila.signs_in(MILA)

    organizer_sees_who_is_silent(mila)
    organizer_fills_what_can_be_filled(mila)
    number, (first, second) = organizer_asks_for_the_rest(mila)
    first_yes_takes_the_place(live, visit(), first, number)
    second_is_told_kindly(live, visit(), second, number)

    mila.goes_to(f"{SEASON}/mail/?q=thank")
    mila.reads("has its reviewer, thank you")
    assert mila.problems == []


def organizer_sees_who_is_silent(mila: Visitor) -> None:
    mila.goes_to(f"{SEASON}/")
    mila.reads("12 reviewers may not deliver")
    mila.goes_to(f"{SEASON}/people/?look=silent")
    assert mila.page.get_by_text("nothing is acknowledged or opened").count() == 12
    mila.looks("silent-people")


def organizer_fills_what_can_be_filled(mila: Visitor) -> None:
    """All 24 places are ticked as she comes; fourteen others have eighteen places left."""
    mila.presses("Find others for the papers of who may not deliver (12)")
    assert mila.page.locator("[name='hole']:checked").count() == 24
    mila.looks("silent-holes")
    mila.presses("Find people for")
    mila.page.get_by_role("link", name="Look at it and publish").wait_for(timeout=60_000)
    mila.reads("6 places nobody has room for")
    mila.looks("silent-repaired")
    mila.presses("Look at it and publish")
    mila.reads("18 assignments will be made")
    mila.presses("Publish")
    mila.reads("mails leave in")


def organizer_asks_for_the_rest(mila: Visitor) -> tuple[str, list[str]]:
    """The number of the paper of the first place, and the addresses of two who are asked for it."""
    mila.presses("Ask for these 6 places")
    mila.looks("silent-ask")
    number = mila.page.locator("td[data-label='Paper']").first.inner_text()
    asked = mila.page.locator("td[data-label='Asked']").first.locator("a").all_inner_texts()
    mila.presses("Write 18 letters")
    mila.reads("Held")
    mila.presses("Send now")
    mila.reads("The hold is over")
    return number, [ADDRESSES[name] for name in asked[:2]]


def offer_to(live: Site, somebody: Visitor, address: str, number: str) -> None:
    """By the link of the letter."""
    letter = text_of(live.letter(address, f"paper #{number} at short notice"))
    somebody.signs_in(address)
    somebody.goes_to(re.findall(r"http\S+/emergency/\S+", letter)[0])


def first_yes_takes_the_place(live: Site, first: Visitor, address: str, number: str) -> None:
    offer_to(live, first, address, number)
    first.looks("silent-offer")
    first.presses("Yes, I review it")
    first.reads("the paper is yours to review")
    assert first.problems == []


def second_is_told_kindly(live: Site, second: Visitor, address: str, number: str) -> None:
    offer_to(live, second, address, number)
    second.reads("It is no longer needed")
    assert second.problems == []
