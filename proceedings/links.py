"""What this floor adds to the pages below it."""

from django.urls import reverse

from proceedings.querysets import accepted
from workshops.links import PublicLink
from workshops.models import Workshop


def accepted_papers(workshop: Workshop) -> list[PublicLink]:
    """The way to the accepted papers, once there are any that were told. One query."""
    if not accepted(workshop.pk).exists():
        return []
    return [PublicLink("Accepted papers", reverse("proceedings:papers", args=[workshop.slug]), "book-open")]
