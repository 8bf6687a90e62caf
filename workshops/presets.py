"""What a new edition begins with: tracks, topics, deadlines and forms, as data.

A track's entries are fields of workshops.models.Track, a question's those of Question; nothing else in the product
knows the names below.
"""

from typing import Any, TypedDict

from workshops.models import Question
from workshops.states import Blinding, DeadlineKind

Kind = Question.Kind
AUTHORS, ORGANIZERS = Question.Readers.AUTHORS, Question.Readers.ORGANIZERS

OVERALL = {
    "6": "strong accept",
    "5": "accept",
    "4": "borderline accept",
    "3": "borderline reject",
    "2": "reject",
    "1": "strong reject",
}
QUALITY = {"4": "excellent", "3": "good", "2": "fair", "1": "poor"}
CONFIDENCE = {
    "5": "certain; I know the related work well and checked the details",
    "4": "confident, though not certain",
    "3": "fairly confident; I may have missed a part or some related work",
    "2": "willing to defend it, but quite likely I missed central parts",
    "1": "an educated guess",
}
FIT = {"yes": "yes", "partly": "partly", "no": "no"}
KNOWS = {"no": "no", "guess": "I have a guess", "sure": "I am sure"}
PRIZES = {"theory": "theory", "methods": "methods", "neuroscience": "neuroscience"}


def _text(key: str, text: str, *, readers: str = AUTHORS, required: bool = False, help: str = "") -> dict[str, Any]:
    return {"key": key, "kind": Kind.TEXT, "text": text, "help": help, "required": required, "readers": readers}


def _scale(key: str, text: str, labels: dict[str, str], *, help: str = "") -> dict[str, Any]:
    numbers = [int(number) for number in labels]
    ends = {"low": min(numbers), "high": max(numbers)}
    rest = {"labels": labels, "required": True, "readers": AUTHORS, "help": help}
    return {"key": key, "kind": Kind.SCALE, "text": text, **ends, **rest}


def _one_of(key: str, text: str, labels: dict[str, str], *, kind: str = Kind.CHOICE) -> dict[str, Any]:
    return {"key": key, "kind": kind, "text": text, "labels": labels, "readers": ORGANIZERS}


def _yes_no(key: str, text: str, *, help: str = "") -> dict[str, Any]:
    return {"key": key, "kind": Kind.YESNO, "text": text, "help": help, "readers": ORGANIZERS}


OVERALL_QUESTION = _scale("overall", "Overall recommendation", OVERALL)
CONFIDENCE_QUESTION = _scale("confidence", "How confident are you?", CONFIDENCE)
TALK = _yes_no("good_talk", "Would this make a good talk?")
FIT_QUESTION = _one_of("fit", "Does it fit the workshop?", FIT)
ETHICS = [
    _yes_no("ethics_flag", "Does anything here raise an ethical concern?"),
    _text("ethics_text", "What is the concern?", readers=ORGANIZERS, help="Only if there is one."),
]
TO_ORGANIZERS = _text("to_organizers", "Comment to the organizers", readers=ORGANIZERS)

FULL = [
    _text("summary", "Summary", required=True, help="What the paper does and claims, in your own words."),
    _text("strengths", "Strengths", required=True),
    _text("weaknesses", "Weaknesses", required=True, help="Say for each how it could be mended."),
    _text("questions", "Questions to the authors"),
    _scale("soundness", "Soundness", QUALITY, help="Are the claims supported by proofs, experiments or arguments?"),
    _scale("presentation", "Presentation", QUALITY, help="Is it clear, and placed among related work?"),
    _scale("contribution", "Contribution", QUALITY, help="Will others at this workshop build on it or think about it?"),
    OVERALL_QUESTION,
    CONFIDENCE_QUESTION,
    _yes_no("extended_abstract", "If not accepted, would it make a good Extended Abstract?"),
    TALK,
    _one_of("prize", "Would you nominate it for a prize?", PRIZES, kind=Kind.CHOICES),
    FIT_QUESTION,
    *ETHICS,
    _one_of("knows_authors", "Do you think you know who the authors are?", KNOWS),
    TO_ORGANIZERS,
]
SHORT = [
    _text("text", "What is interesting, and what would you improve?", required=True),
    OVERALL_QUESTION,
    CONFIDENCE_QUESTION,
    TALK,
    FIT_QUESTION,
    *ETHICS,
    TO_ORGANIZERS,
]
EDITORIAL = [
    _scale("overall", "Recommendation", OVERALL),
    _text("text", "Text to the authors", required=True),
    _text("to_organizers", "Comment to the editors", readers=ORGANIZERS),
]
OPENREVIEW_RATING = {
    "10": "among the best 5 % of accepted papers",
    "9": "among the best 15 % of accepted papers",
    "8": "in the better half of accepted papers",
    "7": "good paper, accept",
    "6": "marginally above the threshold",
    "5": "marginally below the threshold",
    "4": "fair, but not good enough",
    "3": "clear rejection",
    "2": "strong rejection",
    "1": "trivial or wrong",
}
OPENREVIEW = [
    _text("title", "Title", required=True, help="Your review in one line."),
    _text(
        "review", "Review", required=True, help="Quality, clarity, originality, significance; strengths, weaknesses."
    ),
    _scale("overall", "Rating", OPENREVIEW_RATING),
    CONFIDENCE_QUESTION,
]
FORMS: dict[str, list[dict[str, Any]]] = {
    "full": FULL,
    "short": SHORT,
    "editorial": EDITORIAL,
    "openreview": OPENREVIEW,
}
FORM_NAMES = {
    "full": "Full: texts, three quality scales, overall from 1 to 6, confidence",
    "short": "Short: one text, overall from 1 to 6, confidence",
    "editorial": "Editorial: a recommendation and a text",
    "openreview": "OpenReview’s default: title, text, rating from 1 to 10, confidence",
}

LLM_USE = {
    "none": "not at all",
    "language": "for language and style only",
    "more": "for more: code, ideas, proofs, figures or text",
}
DISCLOSURES = [
    _one_of("llm_use", "Were large language models used in this work?", LLM_USE),
    _text("llm_words", "What were they used for?", readers=ORGANIZERS, help="Only if for more than language."),
    {
        "key": "new_percent",
        "kind": Kind.NUMBER,
        "text": "How much of it is new, in per cent?",
        "help": "Compared with what has appeared, or is under review, elsewhere; 100 if nothing has. The call says how "
        "much must be new in which track.",
        "low": 0,
        "high": 100,
        "readers": ORGANIZERS,
    },
    _text("elsewhere", "Where has a version of it appeared, or is under review?", readers=ORGANIZERS),
    _yes_no(
        "ethics",
        "Does the work raise an ethical question?",
        help="Experiments on people or animals, data about people, or uses that can do harm.",
    ),
    _text("ethics_words", "Which, and what was done about it?", readers=ORGANIZERS, help="Only if there is one."),
]

TRACKS: list[dict[str, Any]] = [
    {
        "slug": "proceedings",
        "name": "Proceedings",
        "summary": "Complete work for the volume; at least 30 % must be new if a version has appeared elsewhere.",
        "blinding": Blinding.DOUBLE,
        "archival": True,
        "page_limit": 9,
        "reviews_per_paper": 3,
        "reviews_enough": 2,
        "form": "full",
    },
    {
        "slug": "extended-abstract",
        "name": "Extended Abstract",
        "summary": "Work in progress, negative results, open problems; may be on arXiv or under review elsewhere.",
        "blinding": Blinding.DOUBLE,
        "archival": False,
        "page_limit": 4,
        "reviews_per_paper": 3,
        "reviews_enough": 2,
        "form": "short",
    },
    {
        "slug": "findings",
        "name": "Findings",
        "summary": "Preprints in any format, read by an editorial advisory panel.",
        "blinding": Blinding.SINGLE,
        "archival": False,
        "page_limit": None,
        "reviews_per_paper": 2,
        "reviews_enough": 1,
        "form": "editorial",
    },
]
TOPICS = [
    "Invariant and equivariant representation learning",
    "Statistical learning theory with topology, geometry and symmetry",
    "Representational geometry in neural data",
    "Group structure in data",
    "Equivariant world models for robotics",
    "Dynamics of neural representations",
    "Topological deep learning and topological data analysis",
    "Geometric structure in language",
    "Geometry and topology of generative models",
    "Symmetries, dynamical systems and learning",
]
# Days after the submission deadline, as in the edition of 2025.
DEADLINES = {
    DeadlineKind.SUBMISSION: 0,
    DeadlineKind.REVIEW: 15,
    DeadlineKind.NOTIFICATION: 18,
    DeadlineKind.CAMERA_READY: 46,
}
CALL = """\
We invite work on **symmetry, geometry and topology in neural representations**, biological and artificial.

Papers are written with the style files of their track, as one PDF. References do not count towards the page limit. \
In double-blind tracks the PDF must not say who you are. \
What is complete at the deadline is submitted: there is nothing else to press. \
Until then you may change everything as often as you like.

Each paper is read by people who have no conflict of interest with its authors; you get their reviews together with \
the decision.
"""


class Preset(TypedDict):
    tracks: list[dict[str, Any]]
    topics: list[str]
    deadlines: dict[DeadlineKind, int]
    disclosures: list[dict[str, Any]]
    fields: dict[str, Any]


PRESETS: dict[str, Preset] = {
    "neurreps": {
        "tracks": TRACKS,
        "topics": TOPICS,
        "deadlines": DEADLINES,
        "disclosures": DISCLOSURES,
        "fields": {
            "tagline": "Symmetry and Geometry in Neural Representations",
            "call": CALL,
        },
    },
}
