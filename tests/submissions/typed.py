"""What a browser sends from the form of a paper."""

from typing import Any

from django.urls import reverse

from submissions.models import Submission

ADA = {"given": "Ada", "family": "Example", "email": "ada@ada.test"}


def page_of(paper: Submission, name: str = "paper") -> str:
    return reverse(f"submissions:{name}", args=[paper.workshop.slug, paper.number])


def typed(paper: Submission, *rows: dict[str, Any], corresponding: int = 0, **changes: Any) -> dict[str, Any]:
    """The whole form, Ada its only author unless ``rows`` says otherwise."""
    values: dict[str, Any] = {
        "version": paper.version,
        "base": paper.current.number if paper.current else 0,
        "track": paper.track_id,
        "title": "Symmetry in neural codes",
        "abstract": "We look at it.",
        "tldr": "",
        "keywords": "",
        "code_url": "",
        "declared_conflicts": "",
        "corresponding": corresponding,
        "authors-TOTAL_FORMS": len(rows) or 1,
        "action": "save",
    }
    for place, row in enumerate(rows or [ADA]):
        blank = {"given": "", "particle": "", "family": "", "email": "", "affiliation": "", "ORDER": place + 1}
        values |= {f"authors-{place}-{name}": value for name, value in (blank | row).items()}
    return values | changes


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def said(answer: Any) -> list[str]:
    return [words for _, words in answer.context["problems"]]


def messages(answer: Any) -> list[str]:
    return [str(message) for message in answer.context["messages"]]
