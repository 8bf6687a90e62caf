"""Which secrets there are in the cast's season, and who may come across which: from the table of who sees what."""

from accounts.models import User
from reviews.models import Assignment, Nomination, Review
from submissions.models import AuthorListRequest, Handler
from tests.factories import Cast
from tests.house.crawl import canaries

ASSIGNED = ("review", "discussion", "released")
DISCUSSED = ("discussion", "released")
PEOPLE = set(Cast.PEOPLE)
TEAM = {"rui", "rae", "noor", "cleo", "mara", "olga", "ines", "otto", "ivy"}  # whom organizers know by their roles
ADAS = {"ada", "ben", "ada's institute", "ada's title", "ada's abstract"}
OTTOS = {"otto", "otto's title", "otto's abstract"}
RUIS = {"rui to authors", "rui to organizers"}
NOORS = {"noor to authors", "noor to organizers"}
TOLD_ADA = {"rui to authors", "words to ada"}
TOLD_OTTO = {"noor to authors", "words to otto"}


def names_of(cast: Cast) -> dict[str, str]:
    """What each secret word stands for."""
    found = {word: name for name, user in cast.people().items() for word in canaries(user.family)}
    texts = {
        "ivy": cast.invitation.name,
        "unannounced": cast.unannounced.name,
        "ada's institute": cast.ada.affiliations.get().name,
        "ada's publication": cast.publication.title,
        "rui's publication": cast.rui.publications.get().title,
        "ada's tie": cast.ada.relations.get().other_name,
        "ben's offer": cast.ben.offers.get().statement,
        "ada's title": cast.paper.title,
        "ada's abstract": cast.paper.abstract,
        "otto's title": cast.ottos_paper.title,
        "otto's abstract": cast.ottos_paper.abstract,
    }
    for whose, paper in (("ada", cast.paper), ("otto", cast.ottos_paper)):
        if decision := getattr(paper, "decision", None):
            texts |= {f"words to {whose}": decision.to_authors, f"reason on {whose}'s": decision.reason}
    for request in AuthorListRequest.objects.filter(submission=cast.paper):
        texts |= {"cy": f"{request.data.get('family')} {request.data.get('email')}", "why cy": request.reason}
    for nomination in Nomination.objects.filter(submission=cast.paper):
        texts |= {"nex": f"{nomination.name} {nomination.address}", "why nex": nomination.why}
    found |= {word: name for name, text in texts.items() for word in canaries(text)}
    for review in Review.objects.select_related("current", "assignment__user"):
        given = review.current.answers if review.current else review.draft
        for word in canaries(str(given)):
            whom = "to organizers" if "ORGANIZERS" in word else "to authors"
            found[word] = f"{review.assignment.user.given.lower()} {whom}" if review.current else "rae's draft"
    return found


def may_see(who: str, phase: str) -> set[str]:
    """What this person may come across in this phase, on a double-blind track."""
    seen = {who} & PEOPLE
    if phase == "released":  # Ada's is accepted and told: the public reads who wrote what
        seen |= ADAS
    if who in ("ada", "ben"):
        seen |= ADAS | (TOLD_ADA if phase == "released" else set())
    if who in ("ada", "ben", "olga", "otto") and phase != "submission":
        seen |= {"cy", "why cy"}  # whom Ada asks to add: her co-authors and who may answer
    if who == "ada":
        seen |= {"ada's publication", "ada's tie"}
    if who == "rui" or (who in ("olga", "ines", "otto") and phase in ASSIGNED):
        seen |= {"rui's publication"}  # it made the score of a proposed pair
    if who == "ben":
        seen |= {"ben's offer"}
    if who in ("cleo", "ines"):
        seen |= {"ada's institute"}  # on their own profile
    if phase == "bidding" and who in ("rui", "rae", "noor", "cleo"):  # title and abstract alone; Cleo not of Ada's
        seen |= {"otto's title", "otto's abstract"} | ({"ada's title", "ada's abstract"} if who != "cleo" else set())
    if who in ("rui", "rae", "mara") and phase in ASSIGNED:
        seen |= {"ada's title", "ada's abstract"}
    if who == "rui" and phase in ASSIGNED:
        seen |= RUIS | {"nex", "why nex"}
    if who == "rae" and phase in ASSIGNED:
        seen |= {"rae's draft"} | ({"rui to authors"} if phase in DISCUSSED else set())
    if who == "mara" and phase in ASSIGNED:
        seen |= {"rui", "rae", "rui to authors"}  # what is for organizers only is not for area chairs
    if who == "noor" and phase in ASSIGNED:
        seen |= {"otto's title", "otto's abstract"} | NOORS
        seen |= {"ada's title", "ada's abstract"}  # she is asked for it at short notice
    if who in ("olga", "ines", "otto"):
        seen |= TEAM | ADAS | OTTOS | {"rui to authors", "words to ada", "reason on ada's", "ben's offer"}
    if who in ("olga", "otto"):
        seen |= RUIS
    if who in ("olga", "otto") and phase in ASSIGNED:
        seen |= {"nex", "why nex"}  # whom Rui proposes for Ada's
    if who in ("olga", "ines"):
        seen |= NOORS | {"words to otto", "reason on otto's"}
    if who == "otto" and phase == "released":
        seen |= TOLD_OTTO
    if who == "opal":
        seen |= PEOPLE | {"unannounced", "ada's institute"}  # the address says where she works
    return seen


# The crawl comes by what it should: a crawl that sees nothing finds nothing.
COMES_BY = {
    "ada": {"submission": {"ada", "ada's tie", "ben", "ada's title", "ada's abstract"}, "released": TOLD_ADA},
    "noor": {"bidding": {"ada's title", "ada's abstract", "otto's abstract"}},
    "cleo": {"bidding": {"otto's title"}},
    "rui": {"review": {"ada's title", "ada's abstract", "rui to authors", "rui to organizers"}},
    "rae": {"review": {"ada's title", "rae's draft"}, "discussion": {"rui to authors"}},
    "mara": {"review": {"ada's title", "ada's abstract", "rui", "rae", "rui to authors"}},
    "ben": {"submission": {"ben's offer"}},
    "olga": {
        "submission": {"ben's offer"},
        "discussion": {
            "ada",
            "ben",
            "otto",
            "rui",
            "ivy",
            "ada's title",
            *RUIS,
            "reason on ada's",
            "rui's publication",
        },
    },
    "ines": {"discussion": {"ada's title", "rui to authors"}, "released": NOORS},
    "otto": {"discussion": {"otto's title", *RUIS}, "released": TOLD_OTTO},
    "opal": {"discussion": {"zed", "ada"}},
}


def answers_reach(recipient: User | None, cast: Cast) -> set[str]:
    """Where an answer to a mail to this person may go: nowhere but to the site, to the workshop, or, for whoever judges
    a paper, to who handled it then. Authors do not learn who handles theirs.
    """
    places = {"", cast.workshop.contact, cast.elsewhere.contact}
    if recipient is None:
        return places
    judged = Assignment.objects.filter(user=recipient).values("submission")
    return places | set(Handler.objects.filter(submission__in=judged).values_list("user__email", flat=True))


def of_mail(recipient: User | None, cast: Cast) -> set[str]:
    """What may stand in a mail to this person. Ivy, who has no account, reads who invites her."""
    if recipient is None:
        return {"ivy", "olga"}
    who = next(name for name, user in cast.people().items() if user == recipient)
    return may_see(who, "released")
