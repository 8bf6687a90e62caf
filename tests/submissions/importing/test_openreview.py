import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from submissions.importing import (
    ImportedAuthor,
    ImportedDecision,
    ImportedPaper,
    ImportedReview,
    ReadResult,
    read,
)

VENUE = "shapes.test/2030/Workshop"
AT = 1_900_000_000_000


def wrapped(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: {"value": value} for name, value in fields.items()}


def reply(kind: str, reviewer: str = "Reviewer_abcd", at: int = AT, **fields: Any) -> dict[str, Any]:
    return {
        "id": f"{kind}-{reviewer}-{at}",
        "cdate": at,
        "invitations": [f"{VENUE}/Submission1/-/{kind}", f"{VENUE}/-/Edit"],
        "signatures": [f"{VENUE}/Submission1/{reviewer}"],
        "content": wrapped(fields),
    }


def note(number: int = 1, replies: tuple[dict[str, Any], ...] = (), **fields: Any) -> dict[str, Any]:
    content = {"title": "Shapes of $S^2$", "authors": ["Ada van der Löwe", "Ben Ray"]} | fields
    return {
        "id": f"note{number}",
        "forum": f"note{number}",
        "number": number,
        "cdate": AT,
        "tcdate": AT + 5,
        "invitations": [f"{VENUE}/-/Submission", f"{VENUE}/-/Edit"],
        "content": wrapped({name: value for name, value in content.items() if value is not None}),
        "details": {"replies": list(replies)},
    }


def read_json(folder: Path, data: object) -> ReadResult:
    path = folder / "notes.json"
    path.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
    return read(path)


def test_a_note_with_its_replies_is_a_paper_with_reviews_and_a_decision(tmp_path: Path) -> None:
    review = reply(
        "Official_Review",
        summary="About shapes.",
        strengths="Clear.",
        weaknesses="Short.",
        questions="Why?",
        rating="6: marginally above the acceptance threshold",
        confidence="4: confident",
        soundness="3 good",
        presentation=2,
        contribution="1: poor",
    )
    decision = reply("Decision", "Program_Chairs", decision="Accept (poster)", comment="Well done.")
    paper = note(
        12,
        (review, decision),
        abstract="Line one.\nLine two.",
        authorids=["~Ada_Lowe1", "ben@example.test"],
        keywords=["geometry", "shapes"],
        pdf="/pdf/0a1b.pdf",
    )
    result = read_json(tmp_path, [paper])
    answers = {
        "summary": "About shapes.",
        "strengths": "Clear.",
        "weaknesses": "Short.",
        "questions": "Why?",
        "overall": 4,
        "imported_rating": 6,
        "confidence": 4,
        "soundness": 3,
        "presentation": 2,
        "contribution": 1,
    }
    at = datetime(2030, 3, 17, 17, 46, 40, tzinfo=UTC)
    assert result == ReadResult(
        (
            ImportedPaper(
                key="note12",
                title="Shapes of $S^2$",
                abstract="Line one.\nLine two.",
                authors=(
                    ImportedAuthor("Ada", "van der", "Löwe"),
                    ImportedAuthor("Ben", "", "Ray", "ben@example.test"),
                ),
                keywords=("geometry", "shapes"),
                number=12,
                submitted_at=at,
                pdf_name="0a1b.pdf",
                reviews=(ImportedReview("Reviewer_abcd", answers, at),),
                decision=ImportedDecision("Accept (poster)", "accept", "Well done."),
            ),
        ),
        (),
    )


def test_the_list_may_stand_under_notes_and_replies_beside_their_paper(tmp_path: Path) -> None:
    loose = reply("Official_Review", rating=8, review="Good.") | {"forum": "note1", "replyto": "note1"}
    result = read_json(tmp_path, {"notes": [note(1), loose]})
    assert [review.answers for review in result.papers[0].reviews] == [
        {"text": "Good.", "overall": 5, "imported_rating": 8}
    ]
    assert result.problems == ()


def test_a_withdrawal_and_a_desk_rejection_are_kept(tmp_path: Path) -> None:
    gone = note(1, (reply("Withdrawal", "Authors", withdrawal_confirmation="Yes"),))
    refused = note(2, (reply("Desk_Rejection", "Program_Chairs", desk_reject_comments="Off topic."),))
    first, second = read_json(tmp_path, [gone, refused]).papers
    assert (first.withdrawn, first.decision) == (True, None)
    assert (second.withdrawn, second.decision) == (
        False,
        ImportedDecision("Desk Rejected", "desk_reject", "Off topic."),
    )


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("Accept (oral)", "accept"),
        ("Reject", "reject"),
        ("Not accepted", "reject"),
        ("Desk reject", "desk_reject"),
        ("Offer: extended abstract", "offer"),
        ("Maybe", ""),
    ],
)
def test_a_decision_keeps_its_label_and_gets_its_kind(tmp_path: Path, label: str, kind: str) -> None:
    result = read_json(tmp_path, [note(1, (reply("Decision", decision=label),))])
    assert result.papers[0].decision == ImportedDecision(label, kind, "")  # type: ignore[arg-type]
    assert len(result.warnings) == (kind == "")


def test_the_latest_decision_holds(tmp_path: Path) -> None:
    replies = (reply("Decision", at=AT + 9, decision="Accept"), reply("Decision", at=AT, decision="Reject"))
    result = read_json(tmp_path, [note(1, replies)])
    assert result.papers[0].decision == ImportedDecision("Accept", "accept", "")
    assert [problem.what for problem in result.warnings] == ["There are several decisions; the latest was taken."]


def test_replies_and_fields_without_a_place_are_counted(tmp_path: Path) -> None:
    replies = (
        reply("Meta_Review", metareview="Fine."),
        reply("Official_Comment", comment="Hi"),
        reply("Official_Comment", "Reviewer_b", comment="Ho"),
        reply("Official_Review", rating=5, limitations="None."),
    )
    assert [problem.what for problem in read_json(tmp_path, [note(1, replies)]).problems] == [
        "Replies of other kinds were left out: 1 Meta_Review, 2 Official_Comment.",
        "Review fields without a place here were left out: limitations (1).",
    ]


@pytest.mark.parametrize("rating", ["seven", "11: beyond", 0, True, [6], "", None, "-3"])
def test_a_rating_that_cannot_be_read_is_named_and_the_review_kept(tmp_path: Path, rating: object) -> None:
    result = read_json(tmp_path, [note(1, (reply("Official_Review", rating=rating, summary="S"),))])
    assert result.papers[0].reviews[0].answers == {"summary": "S"}
    (problem,) = result.problems
    assert problem.where == "note note1 “Shapes of $S^2$”, review by Reviewer_abcd"
    assert problem.severity == ("warning" if rating is None else "error")


def test_a_subscale_out_of_range_is_named(tmp_path: Path) -> None:
    result = read_json(tmp_path, [note(1, (reply("Official_Review", rating=3, confidence=9),))])
    assert result.papers[0].reviews[0].answers == {"overall": 2, "imported_rating": 3}
    assert [problem.what for problem in result.errors] == ["Confidence “9” could not be read and was left out."]


@pytest.mark.parametrize(
    ("broken", "what"),
    [
        (note(9, title=None), "The note has no title."),
        (note(9, authors=None), "The note has no authors."),
        (note(9, authors=[]), "The note has no authors."),
        (note(9, authors=["Ada Ray", ""]), "An author could not be read: “” has no family name."),
        ({"id": "x"}, "The note has no content."),
        ("note", "The note has no content."),
        (note(1), "The same id stands there twice; the second note was not read."),
        (
            {"id": "old", "content": {"title": "X", "authors": ["A B"]}},
            "1 of 3 notes are in the form of API v1 (values stand plainly in content).",
        ),
    ],
)
def test_a_broken_note_is_named_and_the_others_are_read(tmp_path: Path, broken: object, what: str) -> None:
    result = read_json(tmp_path, [note(1), broken, note(2)])
    assert [paper.number for paper in result.papers] == [1, 2]
    assert [problem.what for problem in result.errors] == [what]


def test_an_export_of_api_1_is_told_how_to_come_again(tmp_path: Path) -> None:
    result = read_json(tmp_path, [{"id": "a", "content": {"title": "X", "authors": ["A B"]}}])
    assert result.papers == ()
    assert result.errors[0].how_to_mend.startswith("Export the notes with API v2")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("[{]", "The file is not JSON: Expecting property name enclosed in double quotes in column 3."),
        ("3", 'The file holds no list of notes and no {"notes": […]}.'),
        ("[]", "The file holds no notes."),
        ("[" * 200_000, "The JSON is nested too deeply or holds a number too long."),
    ],
)
def test_a_file_without_notes_says_what_it_is(tmp_path: Path, text: str, what: str) -> None:
    assert [problem.what for problem in read_json(tmp_path, text).errors] == [what]


def test_odd_ids_numbers_and_times_are_named_and_the_paper_kept(tmp_path: Path) -> None:
    odd = note(1, authorids=["~Ada_Lowe1"]) | {"number": -1, "cdate": "yesterday"}
    result = read_json(tmp_path, [odd])
    assert (result.papers[0].number, result.papers[0].submitted_at) == (None, None)
    assert [problem.what for problem in result.warnings] == [
        "authors and authorids differ in length; e-mail addresses were left out.",
        "The number is not a whole number from 1; it gets a new one.",
        "“yesterday” is no time in milliseconds since 1970; the time was left out.",
    ]
