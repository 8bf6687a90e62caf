"""Answers to whatever a review form asks, made up so that papers differ."""

import random
from typing import Any

from reviews.models import Review
from workshops.models import Question
from workshops.reading import open_form

PRAISE = ["The question is well put.", "The proof is short and clear.", "The figures say what the text says."]
DOUBT = ["The baseline is weak.", "It is not clear what happens for other groups.", "One seed is not enough."]
ASK = ["How does it scale with the order of the group?", "Would a non-compact group work as well?"]


def answers_for(review: Review, chance: random.Random) -> dict[str, Any]:
    """An answer to every question of the open form; scales lean towards the worth of the paper."""
    paper = review.assignment.submission
    worth = random.Random(f"worth of {paper.title}").gauss(0.55, 0.22)
    form = open_form(paper.workshop_id, paper.track_id)
    return {question.key: _answer(question, worth, chance) for question in form.questions.all()}


def _answer(question: Question, worth: float, chance: random.Random) -> Any:
    if question.kind == Question.Kind.SCALE:
        low, high = question.low or 1, question.high or 1
        place = min(1.0, max(0.0, worth + chance.gauss(0, 0.14)))
        return round(low + place * (high - low))
    if question.kind == Question.Kind.TEXT:
        return f"{chance.choice(PRAISE)} {chance.choice(DOUBT)} {chance.choice(ASK)} (A made-up review.)"
    if question.kind == Question.Kind.YESNO:
        return chance.random() < 0.15
    if question.kind == Question.Kind.NUMBER:
        return question.low or 0
    options = list(question.labels)
    if question.kind == Question.Kind.CHOICES:
        return []
    return options[0] if options else ""
