"""Bring a whole file of papers into a track: papers, and from OpenReview their reviews and decisions too."""

from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction

from accounts.models import User
from audit.errors import Refused
from decisions.models import Outcome
from decisions.services.import_decision import import_decision
from reviews.services.import_reviews import import_reviews
from submissions.importing import ImportedPaper, Problem, read
from submissions.models import Submission
from submissions.services.import_papers import AddressOf, import_papers
from workshops.models import Track, Workshop


@dataclass(frozen=True)
class ImportPlan:
    """What an import would do, before anything is written."""

    new: list[ImportedPaper]
    known: list[ImportedPaper]
    problems: list[Problem]
    reviews: int = 0
    decisions: int = 0

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.severity == "error"]

    @property
    def is_clear(self) -> bool:
        return not self.errors


@dataclass(frozen=True)
class Imported:
    papers: list[Submission] = field(default_factory=list)
    reviews: int = 0
    decisions: int = 0


def plan_import(*, path: Path, workshop: Workshop, track: Track) -> ImportPlan:
    """Read the file and compare it with what is here; papers that came in before (same key) are left alone."""
    result = read(path)
    keys = set(Submission.objects.of(workshop.pk).exclude(imported_from="").values_list("imported_from", flat=True))
    new = [paper for paper in result.papers if paper.key[:120] not in keys]
    problems = [*result.problems, *_unknown_outcomes(new, track)]
    return ImportPlan(
        new=new,
        known=[paper for paper in result.papers if paper.key[:120] in keys],
        problems=problems,
        reviews=sum(len(paper.reviews) for paper in new),
        decisions=sum(paper.decision is not None for paper in new),
    )


def _unknown_outcomes(papers: list[ImportedPaper], track: Track) -> list[Problem]:
    outcomes = list(Outcome.objects.filter(track=track).values_list("label", "kind"))
    kinds, labels = {kind for _, kind in outcomes}, {label.casefold() for label, _ in outcomes}
    return [
        Problem(
            where=paper.key,
            line=paper.source_line,
            what=f"{track.name} has no outcome like “{paper.decision.outcome}”.",
            how_to_mend="Add the outcome to the track in the settings, or change the label in the file.",
            severity="error",
        )
        for paper in papers
        if paper.decision
        and paper.decision.kind not in kinds
        and paper.decision.outcome.strip().casefold() not in labels
    ]


@transaction.atomic
def import_file(
    *,
    plan: ImportPlan,
    workshop: Workshop,
    track: Track,
    by: User | None,
    confirmed: bool = False,
    address_of: AddressOf | None = None,
) -> Imported:
    """Write what the plan says, whole or not at all.

    Raises Refused while the plan has errors, unless ``confirmed`` says to go on with the rest.
    """
    if not plan.is_clear and not confirmed:
        raise Refused(f"{len(plan.errors)} entries are broken. Mend them, or confirm to import the rest.")
    broken = {problem.where for problem in plan.errors}
    papers = import_papers(workshop=workshop, track=track, papers=plan.new, by=by, address_of=address_of)
    sources = {source.key[:120]: source for source in plan.new}
    reviews = decisions = 0
    for paper in papers:
        source = sources[paper.imported_from]
        if source.reviews:
            reviews += import_reviews(submission=paper, reviews=source.reviews, by=by)
        if source.decision and not source.withdrawn and source.key not in broken:
            decisions += import_decision(submission=paper, decision=source.decision, by=by) is not None
    return Imported(papers, reviews, decisions)
