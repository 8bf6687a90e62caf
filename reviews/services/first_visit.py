"""What a reviewer tells at the first visit, in one go; each part may come later."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from access.rights import require
from access.viewer import acting
from accounts.models import User
from accounts.names import read_domain, tidy
from accounts.services.profile import update_profile
from accounts.services.publications import add_publications
from accounts.services.relations import Tie, add_relation
from audit.errors import Refused
from audit.models import Root
from audit.services.record import record
from reviews.models import Reviewer
from reviews.services.affinity import compare_anew
from reviews.services.reviewers import change_reviewer
from workshops.deadlines import bidding_until


@transaction.atomic
def tell_first_visit(
    *,
    reviewer: Reviewer,
    by: User,
    agrees: bool,
    load_max: int,
    statement: str = "",
    emergency: bool = False,
    levels: Mapping[int, int],
    publications: str = "",
    ties: Sequence[Tie] = (),
    institutions: str = "",
    named_all: bool = False,
) -> list[str]:
    """Keep what a reviewer tells: whether they agree to the policies, how well they know which topics (``levels`` by
    topic), publications, people and institutions (one a line, its web domain last) whose papers they must not judge.

    What was agreed to or named stays so. Conflicts are found anew before it returns. Returns a sentence for each
    publication to look at. Raises Refused, naming the field: load_max, statement, publications, institutions, or
    "ties.<number from 0>.<field>".
    """
    require(acting(by), "self", reviewer)
    change_reviewer(
        reviewer=reviewer, by=by, load_max=load_max, statement=statement, emergency=emergency, levels=levels
    )
    person = reviewer.user
    problems = _publications(person, by, publications)
    for number, tie in enumerate(ties):
        try:
            add_relation(user=person, by=by, tie=tie)
        except Refused as refused:
            raise Refused(refused.sentence, field=f"ties.{number}.{refused.field or 'who'}") from None
    _institutions(person, by, institutions)
    now = timezone.now()
    changes = {}
    if agrees and reviewer.policies_at is None:
        changes["policies_at"] = now
    if named_all and reviewer.ties_at is None:
        changes["ties_at"] = now
    if changes:
        Reviewer.objects.filter(pk=reviewer.pk).update(**changes)
        reviewer.refresh_from_db(fields=list(changes))
        _log(reviewer, by, sorted(changes))
    if bidding_until(reviewer.workshop_id, now) is not None:
        compare_anew(reviewer.workshop)  # at once, for somebody waits to see what it does
    return problems


def _publications(person: User, by: User, text: str) -> list[str]:
    if not text.strip():
        return []
    try:
        _, problems = add_publications(user=person, by=by, text=text)
    except Refused as refused:
        raise Refused(refused.sentence, field="publications") from None
    return problems


def _institutions(person: User, by: User, text: str) -> None:
    """Add these to the affiliations of the profile; which one is there already stays as it is."""
    rows = person.affiliations.order_by("id").values("name", "domain", "kind", "start", "end")
    having: list[dict[str, Any]] = [dict(row) for row in rows]
    known = {row["domain"] for row in having if row["end"] is None}
    new = [row for line in text.splitlines() if line.strip() and (row := _institution(line))["domain"] not in known]
    if not new:
        return
    try:
        update_profile(
            user=person,
            by=by,
            given=person.given,
            particle=person.particle,
            family=person.family,
            homepage=person.homepage,
            orcid=person.orcid,
            affiliations=[*having, *new],
        )
    except Refused as refused:
        raise Refused(refused.sentence, field="institutions") from None


def _institution(line: str) -> dict[str, str]:
    """“University of Somewhere, uni.edu”, or the domain alone."""
    name, _, last = tidy(line).rpartition(" ")
    domain = last.strip("()<>,;")
    if "." not in domain.strip("."):
        raise Refused(f"“{tidy(line)}”: write its web domain last, such as uni.edu.", field="institutions")
    try:
        read = read_domain(domain)
    except Refused as refused:
        raise Refused(f"“{tidy(line)}”: {refused.sentence}", field="institutions") from None
    return {"name": name.strip(" ,;") or read, "domain": read}


def _log(reviewer: Reviewer, by: User, fields: list[str]) -> None:
    record(
        "reviewer.changed",
        by=by,
        root_type=Root.WORKSHOP,
        root_id=reviewer.workshop_id,
        aspect="staff",
        about=reviewer,
        data={"fields": fields},
    )
