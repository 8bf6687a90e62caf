"""The pages of the desk and of the settings, with the words that one looks for them by."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from audit.text import fold
from workshops.models import Workshop


@dataclass(frozen=True)
class Page:
    """``also``: other words for it. ``of``: does its address name the workshop, or the workshop's key, or nothing?"""

    title: str
    view: str
    about: str
    also: str = ""
    of: str = "slug"

    def url(self, workshop: Workshop) -> str:
        args: list[str | int] = [getattr(workshop, self.of)] if self.of else []
        return reverse(self.view, args=args)


DESK = "Page of the desk"
SETTINGS = "Settings"
PAGES = (
    Page("Dashboard", "desk:dashboard", DESK, "season timeline charts overview start"),
    Page("Papers", "desk:papers", DESK, "submissions list csv xlsx export filters"),
    Page("Incomplete papers", "desk:incomplete", DESK, "drafts missing remind reminder"),
    Page("Enter a paper for somebody", "desk:on_behalf", DESK, "behalf submit submission add by mail"),
    Page("People", "desk:people", DESK, "reviewers organizers chairs members roles load invitations"),
    Page("Invite people", "desk:invite", DESK, "invitation reviewers add paste"),
    Page("Who has not answered", "desk:unanswered", DESK, "invitations remind ask again unanswered"),
    Page("Volunteers", "desk:volunteers", DESK, "offers would review"),
    Page("Assignment", "desk:assignment", DESK, "assign match matching proposal run reviewers"),
    Page("Decisions", "desk:decisions", DESK, "decide accept reject confirm tentative"),
    Page("Release", "desk:release", DESK, "tell authors notification announce decisions"),
    Page("Dates", "desk:dates", DESK, "deadlines extend extension extensions late saves move open longer"),
    Page("Forms", "desk:forms", DESK, "review form questions scale authors disclosures preset builder version"),
    Page("Mail", "desk:mail", DESK, "messages outbox emails bulk sent failed doubt"),
    Page("Words of mails", "desk:templates", DESK, "templates mail email wording"),
    Page(
        "Import and export",
        "desk:exchange",
        DESK,
        "bring in csv json openreview hotcrp reviews settings file",
    ),
    Page("Log", "desk:log", DESK, "history audit who did what"),
    Page("The first hour", "desk:guide", DESK, "guide setup open the call begin"),
    Page("New edition", "desk:new_edition", DESK, "clone copy next year"),
    Page("The call for papers", "workshops:call", "As authors see it", "public page submit"),
    Page("The public page", "workshops:public", "As everybody sees it", "home website announcement"),
    Page(
        "Workshop",
        "admin:workshops_workshop_change",
        SETTINGS,
        "name venue place contact about banner topics talks links organizers second person hold conflicts",
        of="pk",
    ),
    Page("Tracks", "admin:workshops_track_changelist", SETTINGS, "page limit blinding style template archival", of=""),
    Page("Deadlines", "admin:workshops_deadline_changelist", SETTINGS, "dates grace hard soft pinned", of=""),
    Page("Outcomes", "admin:decisions_outcome_changelist", SETTINGS, "what can be decided accept reject", of=""),
)


def pages_found(words: Iterable[str]) -> list[Page]:
    """Pages of whose words each of these is a beginning; those whose title it is come first."""
    asked = list(words)

    def begins(text: str) -> bool:
        known = fold(text).split()
        return all(any(one.startswith(word) for one in known) for word in asked)

    found = [page for page in PAGES if begins(f"{page.title} {page.also}")]
    return sorted(found, key=lambda page: not begins(page.title))
