"""Nobody comes across a name, a title or a text that the table of who sees what does not give them."""

from django.urls import reverse

from notifications.models import Message
from submissions.services.handlers import put_in_charge
from submissions.states import HandlerKind
from tests.factories import PHASES
from tests.house.conftest import Season, put_back
from tests.house.crawl import canaries, crawl
from tests.house.matrix import ALL, GROUPS
from tests.house.phases import during, during_each
from tests.house.secrets import ADAS, COMES_BY, RUIS, TEAM, answers_reach, may_see, names_of, of_mail
from workshops.services.roles import give_role

# Staff have the most pages; what they may not see differs only once there are reviews and decisions.
STAFF = GROUPS["staff"]
CRAWLS = [(phase, who) for phase in PHASES for who in ALL if who not in STAFF or phase in ("discussion", "released")]


@during_each(CRAWLS, "who")
def test_pages_show_what_may_be_seen_and_nothing_else(season: Season, who: str) -> None:
    names = names_of(season.cast)
    seen: dict[str, list[str]] = {}
    for url, text in crawl(season, who).items():
        for word in canaries(text):
            seen.setdefault(names.get(word, f"unknown {word}"), []).append(url)

    phase = season.cast.phase
    leaked = {name: urls[:5] for name, urls in seen.items() if name not in may_see(who, phase)}
    assert leaked == {}
    assert COMES_BY.get(who, {}).get(phase, set()) - set(seen) == set()


@during("discussion")
def test_guest_chair_comes_across_the_paper_they_handle_and_nothing_of_another(season: Season) -> None:
    cast = season.cast
    paper = reverse("desk:guest_paper", args=[cast.workshop.slug, cast.paper.number])
    with put_back():
        give_role(workshop=cast.workshop, user=cast.zed, role="guest_chair", by=None)
        put_in_charge(submission=cast.paper, user=cast.zed, by=None, reason="Nobody is free.", kind=HandlerKind.GUEST)
        said = crawl(season, "zed")
        said |= {url: season.ask("zed", "GET", url).body.decode() for url in (paper, f"{paper}?authors=1")}

    names = names_of(cast)
    seen = {names.get(word, f"unknown {word}") for text in said.values() for word in canaries(text)}
    assert {"ada's title", "rui to authors", "rui to organizers"} <= seen
    decided = {"words to ada", "reason on ada's"}
    assert seen - TEAM - ADAS - RUIS - decided - may_see("zed", "discussion") == set()


@during("released")
def test_mails_hold_what_their_readers_may_see_and_nothing_else(season: Season) -> None:
    names = names_of(season.cast)
    leaked = {}
    for mail in Message.objects.select_related("recipient"):
        whole = f"{mail.address}\n{mail.subject}\n{mail.text}\n{mail.html}\n{mail.attachments}"
        told = {names.get(word, f"unknown {word}") for word in canaries(whole)}
        if more := told - of_mail(mail.recipient, season.cast):
            leaked[f"{mail.kind} to {mail.address}"] = more

    assert leaked == {}


@during("released")
def test_answer_to_a_mail_reaches_the_workshop_or_whoever_handles_a_paper_that_one_judges(season: Season) -> None:
    wrong = [
        f"{mail.kind} to {mail.address}: {mail.reply_to}"
        for mail in Message.objects.select_related("recipient")
        if mail.reply_to not in answers_reach(mail.recipient, season.cast)
    ]

    assert wrong == []


@during("released")
def test_every_mail_goes_to_the_address_of_its_reader(season: Season) -> None:
    wrong = [
        mail.kind
        for mail in Message.objects.select_related("recipient")
        if mail.address != (mail.recipient.email if mail.recipient else season.cast.invitation.address)
    ]

    assert wrong == []
