"""The score of a pair: affinity, bid and topics, with the weights of the run; and what the worker computes for it."""

from typing import Any

import pytest

from access.rights import visible_to
from access.viewer import Viewer
from accounts.services.publications import add_publications
from audit.errors import Refused
from jobs.models import Job
from jobs.services.run import run_job
from reviews.models import Affinity, AffinityBook, Bid, ProposedPair, TextVector
from reviews.options import Options
from reviews.scoring import Scoring, Weights
from reviews.services.affinity import (
    bring_up_to_date,
    choose_affinity,
    start_affinity,
    start_where_stale,
)
from reviews.services.reviewers import change_reviewer
from reviews.services.run import start_run
from submissions.models import SubmissionTopic
from tests.reviews.stage import proposal, wants

BRAIN = "Persistent homology of grid cells"
AUCTIONS = "Truthful auctions with budgets"


def knows(stage: Any, name: str, *titles: str) -> None:
    user = getattr(stage, name)
    add_publications(user=user, by=user, text="\n".join(titles))


def texts(stage: Any, *titles: str) -> None:
    for paper, title in zip(stage.papers, titles, strict=True):
        paper.title, paper.abstract = title, ""
        paper.save()


def compute(stage: Any) -> None:
    run_job(start_affinity(workshop=stage.workshop, by=stage.olga).pk)


def scoring(stage: Any, weights: Weights | None = None) -> Scoring:
    papers, users = [paper.pk for paper in stage.papers], [stage.rui.pk, stage.noor.pk, stage.rae.pk]
    return Scoring(stage.workshop.pk, papers, users, weights or Weights())


def bids(stage: Any, **values: str) -> None:
    for name, value in values.items():
        Bid.objects.create(
            submission=stage.papers[0], user=getattr(stage, name), value=value, shown_at=stage.workshop.published_at
        )


# --- computing --------------------------------------------------------------------------------------------------------


def test_worker_writes_every_pair_with_its_percentile_and_what_made_it(stage: Any) -> None:
    texts(stage, BRAIN, AUCTIONS)
    knows(stage, "rui", "Grid cells and persistent homology", "Weather on the sphere")
    knows(stage, "noor", "Auctions with budgets for goods")
    compute(stage)

    rows = {(row.submission, row.user): row for row in Affinity.objects.select_related("submission", "user")}
    near = rows[stage.papers[0], stage.rui]
    assert len(rows) == 6
    assert (near.percentile, near.unknown, near.method) == (0.75, False, "tfidf")
    best = stage.rui.publications.get(title__startswith="Grid").pk
    assert [key for key, _ in near.shared["publications"]] == [best]
    assert near.shared["terms"][0][0] in ("grid cells", "persistent homology")
    far, nobody = rows[stage.papers[0], stage.noor], rows[stage.papers[0], stage.rae]
    assert (far.value, far.percentile, far.shared) == (0.0, 0.25, {})
    assert (nobody.value, nobody.percentile, nobody.unknown) == (None, None, True)


def test_affinities_are_made_again_only_where_a_text_has_changed(stage: Any) -> None:
    knows(stage, "rui", BRAIN)
    started = [start_where_stale()]
    started.append(start_where_stale())  # one waits
    run_job(Job.objects.get(kind="affinity").pk)
    started.append(start_where_stale())
    for change in ("profile", "paper", "statement"):
        if change == "profile":
            knows(stage, "noor", AUCTIONS)
        elif change == "paper":
            texts(stage, BRAIN, AUCTIONS)
        else:
            change_reviewer(reviewer=stage.rae.reviewing.get(), by=stage.rae, statement="Sheaves.")
        started.append(start_where_stale())
        run_job(Job.objects.filter(kind="affinity").latest("pk").pk)

    assert started == [1, 0, 0, 1, 1, 1]
    assert Affinity.objects.filter(unknown=True).count() == 0


def test_work_that_one_job_does_not_finish_goes_on_in_the_next(stage: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each job writes one paper and is out of time."""
    knows(stage, "rui", BRAIN)
    monkeypatch.setattr("reviews.services.affinity.LOT", 1)
    clock = iter(range(1000))
    monkeypatch.setattr("reviews.services.affinity.time.monotonic", lambda: float(next(clock)))
    monkeypatch.setattr("reviews.services.affinity.SLICE", 1.5)

    compute(stage)
    half = (Affinity.objects.values("submission").distinct().count(), AffinityBook.objects.get().input_hash)
    run_job(Job.objects.filter(kind="affinity").latest("pk").pk)

    assert half == (1, "")
    assert Job.objects.filter(kind="affinity").count() == 2
    assert Affinity.objects.count() == 6
    assert len(AffinityBook.objects.get().input_hash) == 64


def test_sentence_model_computes_once_for_each_text(stage: Any) -> None:
    texts(stage, BRAIN, AUCTIONS)
    knows(stage, "rui", "Toroidal codes of entorhinal neurons")
    knows(stage, "noor", "Pricing goods for buyers with little money")
    choose_affinity(workshop=stage.workshop, by=stage.olga, method="semantic")
    run_job(Job.objects.latest("pk").pk)
    vectors = set(TextVector.objects.values_list("pk", flat=True))
    knows(stage, "rae", BRAIN)
    compute(stage)

    ranks = {
        (row.submission.number, row.user.given): row.percentile
        for row in Affinity.objects.filter(method="semantic").select_related("submission", "user")
    }
    assert len(vectors) == 4
    assert len(set(TextVector.objects.values_list("pk", flat=True)) - vectors) == 1
    assert max(("Rui", "Noor"), key=lambda name: ranks[1, name]) == "Rui"
    assert max(("Rui", "Noor"), key=lambda name: ranks[2, name]) == "Noor"


def test_affinity_of_a_paper_is_read_by_who_is_free_on_it_and_by_no_reviewer_before_they_bid(stage: Any) -> None:
    knows(stage, "rui", BRAIN)
    compute(stage)
    Bid.objects.create(submission=stage.papers[1], user=stage.rui, shown_at=stage.workshop.published_at)

    assert visible_to(Viewer(stage.olga), "row", Affinity).count() == 6
    assert [visible_to(Viewer(user), "row", Affinity).count() for user in (stage.rui, stage.ada)] == [0, 0]
    own = visible_to(Viewer(stage.rui), "own", Affinity).values_list("submission", "user")
    assert set(own) == {(stage.papers[1].pk, stage.rui.pk)}


# --- the sum ----------------------------------------------------------------------------------------------------------


def test_affinity_alone_is_its_percentile(stage: Any) -> None:
    texts(stage, BRAIN, AUCTIONS)
    knows(stage, "rui", BRAIN)
    knows(stage, "noor", AUCTIONS)
    knows(stage, "rae", "Homology")
    bring_up_to_date(stage.workshop, {})

    assert scoring(stage).rows()[0] == pytest.approx([5 / 6, 1 / 6, 0.5])


def test_bid_moves_a_pair_up_or_down_and_stays_between_none_and_one(stage: Any) -> None:
    bids(stage, rui="very_high", noor="very_low")
    row = [scoring(stage).parts(stage.papers[0].pk, user.pk).score for user in (stage.rui, stage.noor, stage.rae)]

    assert row == pytest.approx([0.75, 0.25, 0.5])


def test_pair_of_which_only_the_bid_is_known_takes_the_median_and_is_flagged(stage: Any) -> None:
    knows(stage, "rui", BRAIN)
    bring_up_to_date(stage.workshop, {})
    bids(stage, noor="high")

    parts = scoring(stage).parts(stage.papers[0].pk, stage.noor.pk)
    assert (parts.affinity, parts.unknown, parts.bid) == (0.5, True, "high")
    assert [score is None for score in scoring(stage).rows()[0]] == [False, False, True]


def test_topics_count_by_how_well_each_is_known(stage: Any) -> None:
    first, second = stage.workshop.topics.order_by("pk")[:2]
    for topic in (first, second):
        SubmissionTopic.objects.create(submission=stage.papers[0], topic=topic)
    change_reviewer(reviewer=stage.rui.reviewing.get(), by=stage.rui, levels={first.pk: 3, second.pk: 3})
    change_reviewer(reviewer=stage.noor.reviewing.get(), by=stage.noor, levels={first.pk: 3})

    found = scoring(stage, Weights(affinity=0, topic=1)).rows()[0]
    assert found == pytest.approx([1.0, 0.5, None])


def test_weights_belong_to_the_run_and_change_who_is_proposed(stage: Any) -> None:
    wants(stage, 1)
    texts(stage, BRAIN, AUCTIONS)
    knows(stage, "rui", BRAIN)
    knows(stage, "noor", AUCTIONS)
    knows(stage, "rae", AUCTIONS)
    bids(stage, rui="low", noor="very_high")

    by_affinity = proposal(stage, options=Options(mode="total", weights=Weights(affinity=1, bid=0)))
    by_bid = proposal(stage, options=Options(mode="total", weights=Weights(affinity=0.1, bid=1)))

    chosen = [ProposedPair.objects.get(run=run, submission=stage.papers[0]).user.given for run in (by_affinity, by_bid)]
    assert chosen == ["Rui", "Noor"]
    assert by_bid.params["weights"] == {"affinity": 0.1, "bid": 1.0, "topic": 0.25}


@pytest.mark.parametrize("weights", [Weights(0, 0, 0), Weights(-1, 0, 0), Weights(1, 11, 0), Weights(float("nan"))])
def test_weights_that_make_no_score_are_refused(stage: Any, weights: Weights) -> None:
    with pytest.raises(Refused):
        start_run(workshop=stage.workshop, by=stage.olga, options=Options(weights=weights))
