"""The public side of the demo: what its page says, who speaks, and the editions before it. All of it is made up."""

from datetime import timedelta
from typing import Any

from django.db import models
from django.utils import timezone

from access.services.settings import save_setting
from accounts.models import User
from audit.models import Root
from rehearsal.picture import draw_banner
from workshops.instants import AOE, aoe_end_of_day
from workshops.models import InvitedTalk, PublicOrganizer, Workshop, WorkshopLink
from workshops.services.banner import set_banner
from workshops.services.create import create_workshop

ABOUT = """\
Turn a cup in your hand and it is still the same cup. Brains know that, and networks learn it: both carry the \
**symmetries** of the world into the *shape* of what they represent.

This workshop brings together people who look at that shape from different sides: mathematicians who know what a group \
action does to a function $f(g \\cdot x)$, engineers who build it into their layers, and neuroscientists who find \
circles and tori in the activity of cells. We ask what the two kinds of networks have in common, and where they differ.

Everything on this page is made up, and so are the people on it.
"""
TEXTS = {
    "about": ABOUT,
    "tagline": "Symmetry and Geometry in Neural Representations",
    "banner_words": "Six rosettes of bright lines on a dark blue ground, with three to twelve petals each",
    "venue": "Sample Hall, Exampleton",
}
ORGANIZERS = (
    ("Olga Example", "Example University"),
    ("Otto Example", "Sample Institute"),
    ("Mila Organizer", "Voorbeeld School"),
    ("Wanjiru Mfano", "Mfano Institute"),
    ("Łukasz Przykład", "Primer Academy"),
    ("Zoë Exemple", "Ejemplo Lab"),
)
TALKS = (
    (
        "Tove Eksempel",
        "Specimen Centre",
        "What a grid cell would say about the torus",
        (
            "A made-up talk about populations of cells whose joint activity lies on a torus $T^2$, and about how one "
            "tells a torus from a sphere when all one has is a handful of noisy neurons."
        ),
    ),
    (
        "Vikram Sample",
        "Contoh Campus",
        "Equivariance, learned or built in?",
        (
            "A made-up talk that compares networks with $f(g \\cdot x) = g \\cdot f(x)$ by construction to those that "
            "come close to it by training, and asks what the difference costs."
        ),
    ),
    ("Haruka Rei", "Muster College", "", ""),
)
LINKS = (("Code of conduct", "https://example.org/conduct"), ("How to find the hall", "https://example.org/hall"))
DAYS_AHEAD = 95
YEARS_BEFORE = (2, 1)
PLACES = ("Muster Hall, Beispielstadt", "Salle Exemple, Modelville")


def dress_up(workshop: Workshop, by: User) -> None:
    """Fill the public page of a workshop that is played."""
    first = timezone.now().astimezone(AOE).date() + timedelta(days=DAYS_AHEAD)
    values = TEXTS | {"starts": first, "ends": first + timedelta(days=1), "previous": _earlier(workshop, by)}
    _change(workshop, workshop, by, values)
    set_banner(workshop=workshop, by=by, picture=draw_banner())
    for track in workshop.tracks.all():
        _change(track, workshop, by, {"template_url": f"https://example.org/style/{track.slug}"})
    home = "https://example.org/people/"
    for place, (name, affiliation) in enumerate(ORGANIZERS):
        page = home + name.split()[0].lower() if place % 2 == 0 else ""
        _add(PublicOrganizer(name=name, affiliation=affiliation, homepage=page, position=place), workshop, by)
    for place, (speaker, affiliation, title, abstract) in enumerate(TALKS):
        talk = InvitedTalk(speaker=speaker, affiliation=affiliation, title=title, abstract=abstract, position=place)
        _add(talk, workshop, by)
    for place, (label, url) in enumerate(LINKS):
        _add(WorkshopLink(label=label, url=url, position=place), workshop, by)


def _earlier(workshop: Workshop, by: User) -> Workshop:
    """The editions before it, with nothing in them but their dates; the last one is returned."""
    today = timezone.now().astimezone(AOE).date()
    previous: Workshop | None = None
    for years, venue in zip(YEARS_BEFORE, PLACES, strict=True):
        closed = today - timedelta(weeks=52 * years)
        previous = create_workshop(
            by=by,
            slug=f"{workshop.slug}-{workshop.year - years}",
            name=workshop.name,
            year=workshop.year - years,
            is_rehearsal=True,
            announced=True,
            submission_at=aoe_end_of_day(closed),
            venue=venue,
            starts=closed + timedelta(days=DAYS_AHEAD),
            previous=previous,
        )
    assert previous is not None
    return previous


def _change(row: models.Model, workshop: Workshop, by: User, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    save_setting(row, by=by, root_type=Root.WORKSHOP, root_id=workshop.pk, changed=list(values), added=False)


def _add(row: Any, workshop: Workshop, by: User) -> None:
    row.workshop = workshop
    save_setting(row, by=by, root_type=Root.WORKSHOP, root_id=workshop.pk, changed=[], added=True)
