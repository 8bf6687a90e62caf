"""Papers, reviews and decisions from OpenReview's API v2: submission notes with their replies.

    client.get_all_notes(invitation="…/-/Submission", details="replies")

A note is {"id", "number", "cdate", "invitations", "content": {field: {"value": …}}, "details": {"replies": [note, …]}}.
What a reply is, the last part of its invitations tells (…/Submission12/-/Official_Review).
"""

import json
import re
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from accounts.bibtex.names import NotAName, parse_name
from accounts.bibtex.text import one_line, shortened

from .ratings import NotOnScale, leading_number, on_scale, overall
from .records import (
    DecisionKind,
    ImportedAuthor,
    ImportedDecision,
    ImportedPaper,
    ImportedReview,
    Problem,
    ReadResult,
    error,
    unreadable,
    warning,
)
from .text import as_written, keywords

Note = dict[str, Any]

_EXPORT = 'Export the notes with API v2 (api2.openreview.net): get_all_notes(invitation="…", details="replies").'
_KINDS = ("Official_Review", "Decision", "Meta_Review", "Withdrawal", "Desk_Rejection")
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)
_EMAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>.]+")
_RATINGS = ("rating", "recommendation", "overall_recommendation", "overall", "overall_assessment", "score")
_SCALES = {"soundness": (1, 4), "presentation": (1, 4), "contribution": (1, 4), "confidence": (1, 5)}
_TEXTS = {
    "summary": "summary",
    "strengths": "strengths",
    "weaknesses": "weaknesses",
    "questions": "questions",
    "review": "text",
    "main_review": "text",
    "strengths_and_weaknesses": "text",
}
_UNHEARD = frozenset(("title", *_RATINGS, *_SCALES, *_TEXTS))


def read_openreview(text: str, where: str) -> ReadResult:
    """Every note that is a paper, in the file's order. Replies may be nested in details or stand in the same list."""
    try:
        parsed = json.loads(text)
    except json.JSONDecodeError as problem:
        what = f"The file is not JSON: {problem.msg} in column {problem.colno}."
        return unreadable(where, what, "Write the whole list of notes with one json.dump.", problem.lineno)
    except (RecursionError, ValueError):
        return unreadable(where, "The JSON is nested too deeply or holds a number too long.", _EXPORT)
    notes = _listed(parsed)
    if notes is None:
        return unreadable(where, 'The file holds no list of notes and no {"notes": […]}.', _EXPORT)
    return _Reading(where).result(notes)


def _listed(parsed: object) -> list[object] | None:
    if isinstance(parsed, dict):
        parsed = parsed.get("notes", [parsed] if "content" in parsed else None)
    return parsed if isinstance(parsed, list) else None


class _Reading:
    def __init__(self, where: str) -> None:
        self.where = where
        self.papers: list[ImportedPaper] = []
        self.problems: list[Problem] = []
        self.ids: set[str] = set()
        self.numbers: set[int] = set()
        self.left_out: Counter[str] = Counter()
        self.unknown_fields: Counter[str] = Counter()
        self.loose_replies: dict[str, list[Note]] = {}

    def result(self, notes: list[object]) -> ReadResult:
        own = [(place, note) for place, note in enumerate(notes, 1) if not self._is_loose_reply(note)]
        old = [place for place, note in own if _is_api_1(note)]
        if old:
            what = f"{len(old)} of {len(own)} notes are in the form of API v1 (values stand plainly in content)."
            self.problems.append(error(self.where, None, what, _EXPORT))
        for place, note in own:
            if not _is_api_1(note):
                self._note(note, place)
        self._summed_up(len(notes))
        return ReadResult(tuple(self.papers), tuple(self.problems))

    def _is_loose_reply(self, note: object) -> bool:
        """A reply that stands beside its paper instead of in its details."""
        if not isinstance(note, dict) or not note.get("replyto") or note.get("forum") == note.get("id"):
            return False
        self.loose_replies.setdefault(str(note.get("forum")), []).append(note)
        return True

    def _summed_up(self, total: int) -> None:
        if not total:
            self.problems.append(error(self.where, None, "The file holds no notes.", _EXPORT))
        if self.left_out:
            counted = ", ".join(f"{count} {name}" for name, count in sorted(self.left_out.items()))
            self.problems.append(warning(self.where, None, f"Replies of other kinds were left out: {counted}."))
        if self.unknown_fields:
            counted = ", ".join(f"{name} ({count})" for name, count in sorted(self.unknown_fields.items()))
            what = f"Review fields without a place here were left out: {counted}."
            self.problems.append(warning(self.where, None, what))
        for forum in self.loose_replies.keys() - self.ids:
            what = (
                f"{len(self.loose_replies[forum])} replies belong to {shortened(forum, 30)}, which is not in the file."
            )
            self.problems.append(warning(self.where, None, what))

    def _note(self, note: object, place: int) -> None:
        if not isinstance(note, dict) or not isinstance(note.get("content"), dict):
            self.problems.append(error(f"note {place}", None, "The note has no content.", _EXPORT))
            return
        key = one_line(str(note.get("id") or "")) or f"note-{place}"
        title = one_line(_text(note, "title"))
        where = f"note {key}" + (f" “{shortened(title, 40)}”" if title else "")
        if note.get("ddate"):
            self.problems.append(warning(where, None, "The note is deleted on OpenReview: skipped."))
        elif key in self.ids:
            what = "The same id stands there twice; the second note was not read."
            self.problems.append(error(where, None, what, "Remove one of them."))
        else:
            self.ids.add(key)
            self._paper(note, key, title, where)

    def _paper(self, note: Note, key: str, title: str, where: str) -> None:
        if not title:
            self.problems.append(error(where, None, "The note has no title.", "Fill content.title.value."))
        authors = self._authors(note, where)
        if not title or not authors:
            return
        replies = self._replies(note, where)
        kinds = _kinds(note)
        paper = ImportedPaper(
            key=key,
            title=title,
            abstract=as_written(_text(note, "abstract")),
            authors=authors,
            keywords=_keywords(_value(note, "keywords")),
            number=self._number(note, where),
            submitted_at=self._moment(note, where),
            withdrawn=bool(replies["Withdrawal"]) or "Withdrawn_Submission" in kinds,
            pdf_name=_text(note, "pdf").rstrip("/").split("/")[-1],
            reviews=self._reviews(replies["Official_Review"], where),
            decision=self._decision(replies, "Desk_Rejected_Submission" in kinds, where),
        )
        self.papers.append(paper)

    def _number(self, note: Note, where: str) -> int | None:
        number = note.get("number")
        if number is None:
            return None
        if isinstance(number, bool) or not isinstance(number, int) or not 0 < number < 10**9:
            self.problems.append(warning(where, None, "The number is not a whole number from 1; it gets a new one."))
            return None
        if number in self.numbers:
            self.problems.append(warning(where, None, f"The number {number} is taken; this paper gets a new one."))
            return None
        self.numbers.add(number)
        return number

    def _moment(self, note: Note, where: str) -> datetime | None:
        written = note.get("cdate") if note.get("cdate") is not None else note.get("tcdate")
        if written is None:
            return None
        moment = _instant(written)
        if moment is None:
            what = f"“{shortened(str(written), 30)}” is no time in milliseconds since 1970; the time was left out."
            self.problems.append(warning(where, None, what))
        return moment

    # Authors

    def _authors(self, note: Note, where: str) -> tuple[ImportedAuthor, ...]:
        listed = _value(note, "authors")
        if not isinstance(listed, list) or not listed:
            mend = "Export as an organizer who may see the authors; content.authors.value is a list of names."
            self.problems.append(error(where, None, "The note has no authors.", mend))
            return ()
        ids = self._author_ids(note, len(listed), where)
        authors = [self._author(name, identity, where) for name, identity in zip(listed, ids, strict=True)]
        return tuple(author for author in authors if author) if all(authors) else ()

    def _author_ids(self, note: Note, count: int, where: str) -> list[object]:
        ids = _value(note, "authorids")
        if ids is None:
            return [""] * count
        if isinstance(ids, list) and len(ids) == count:
            return ids
        what = "authors and authorids differ in length; e-mail addresses were left out."
        self.problems.append(warning(where, None, what, "Mend the lists so that both name the same people."))
        return [""] * count

    def _author(self, listed: object, identity: object, where: str) -> ImportedAuthor | None:
        if isinstance(listed, dict):
            identity = identity or listed.get("email") or listed.get("username")
            listed = listed.get("fullname") or listed.get("name")
        try:
            person = parse_name(listed if isinstance(listed, str) else "")
        except NotAName as problem:
            what = f"An author could not be read: {problem}"
            self.problems.append(error(where, None, what, "Write Given Family in content.authors.value."))
            return None
        email = one_line(identity) if isinstance(identity, str) else ""
        return ImportedAuthor(person.given, person.particle, person.family, email if _EMAIL.fullmatch(email) else "")

    # Replies

    def _replies(self, note: Note, where: str) -> dict[str, list[Note]]:
        """The replies that mean something here, by kind and in order of time; the rest is counted."""
        sorted_out: dict[str, list[Note]] = {kind: [] for kind in _KINDS}
        for reply in self._unique_replies(note, where):
            kinds = _kinds(reply)
            kind = next((known for known in _KINDS if known in kinds), "")
            if kind in ("", "Meta_Review") or reply.get("ddate"):
                self.left_out["deleted" if reply.get("ddate") else next(iter(kinds), "without an invitation")] += 1
            else:
                sorted_out[kind].append(reply)
        return {kind: sorted(found, key=_age) for kind, found in sorted_out.items()}

    def _unique_replies(self, note: Note, where: str) -> list[Note]:
        details = note.get("details")
        nested = [details.get(name) or [] for name in ("replies", "directReplies")] if isinstance(details, dict) else []
        found = [reply for some in nested if isinstance(some, list) for reply in some]
        found += self.loose_replies.get(str(note.get("id")), [])
        whole = [reply for reply in found if isinstance(reply, dict) and isinstance(reply.get("content"), dict)]
        if len(whole) < len(found):
            what = f"{len(found) - len(whole)} replies have no content and were left out."
            self.problems.append(error(where, None, what, _EXPORT))
        return list({str(reply.get("id") or f"#{place}"): reply for place, reply in enumerate(whole)}.values())

    def _reviews(self, replies: list[Note], where: str) -> tuple[ImportedReview, ...]:
        reviews: dict[str, ImportedReview] = {}
        for place, reply in enumerate(replies, 1):
            review = self._review(reply, place, where)
            if review.reviewer in reviews:
                what = f"{review.reviewer} wrote two reviews; the later one was taken."
                self.problems.append(warning(where, None, what))
            reviews[review.reviewer] = review
        return tuple(reviews.values())

    def _review(self, reply: Note, place: int, where: str) -> ImportedReview:
        reviewer = _signature(reply) or f"Reviewer_{place}"
        at = f"{where}, review by {reviewer}"
        answers: dict[str, object] = {}
        for field, key in _TEXTS.items():
            written = as_written(_text(reply, field))
            if written:
                answers[key] = f"{answers[key]}\n\n{written}" if key in answers else written
        self._rating(reply, answers, at)
        self._scales(reply, answers, at)
        self.unknown_fields.update(one_line(str(field)) for field in reply["content"] if field not in _UNHEARD)
        return ImportedReview(reviewer, answers, _instant(reply.get("cdate") or reply.get("tcdate")))

    def _rating(self, reply: Note, answers: dict[str, object], at: str) -> None:
        rating = next((value for value in (_value(reply, name) for name in _RATINGS) if value is not None), None)
        if rating is None:
            self.problems.append(warning(at, None, "The review has no rating."))
            return
        try:
            answers["overall"] = overall(rating)
            answers["imported_rating"] = leading_number(rating)
        except NotOnScale:
            what = f"The rating “{shortened(str(rating))}” could not be read; the review comes without it."
            self.problems.append(error(at, None, what, "Write a number from 1 to 10, or “6: a label”."))

    def _scales(self, reply: Note, answers: dict[str, object], at: str) -> None:
        for field, (low, high) in _SCALES.items():
            value = _value(reply, field)
            if value is None:
                continue
            try:
                answers[field] = on_scale(value, low, high)
            except NotOnScale:
                what = f"{field.capitalize()} “{shortened(str(value))}” could not be read and was left out."
                self.problems.append(error(at, None, what, f"Write a whole number from {low} to {high}."))

    def _decision(self, replies: dict[str, list[Note]], desk_rejected: bool, where: str) -> ImportedDecision | None:
        if replies["Desk_Rejection"] or desk_rejected:
            comments = [
                _text(reply, "desk_reject_comments") or _text(reply, "comment") for reply in replies["Desk_Rejection"]
            ]
            return ImportedDecision("Desk Rejected", "desk_reject", as_written("\n\n".join(comments)))
        if not replies["Decision"]:
            return None
        if len(replies["Decision"]) > 1:
            self.problems.append(warning(where, None, "There are several decisions; the latest was taken."))
        latest = replies["Decision"][-1]
        outcome = one_line(_text(latest, "decision") or _text(latest, "recommendation"))
        if not outcome:
            self.problems.append(error(where, None, "The decision is empty.", "Fill content.decision.value."))
            return None
        kind = _kind_of_outcome(outcome)
        if not kind:
            what = f"The decision “{shortened(outcome)}” is neither an acceptance nor a rejection by its words."
            self.problems.append(warning(where, None, what, "Say on importing which outcome it is."))
        return ImportedDecision(outcome, kind, as_written(_text(latest, "comment")))


def _is_api_1(note: object) -> bool:
    """API v1 writes content: {"title": "…"} where API v2 writes {"title": {"value": "…"}}."""
    content = note.get("content") if isinstance(note, dict) else None
    if not isinstance(content, dict) or not content:
        return False
    return not any(isinstance(value, dict) for value in content.values())


def _value(note: Note, field: str) -> Any:
    wrapped = note["content"].get(field)
    return wrapped.get("value") if isinstance(wrapped, dict) else None


def _text(note: Note, field: str) -> str:
    value = _value(note, field)
    return value if isinstance(value, str) else ""


def _keywords(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return keywords(value)
    listed = [one_line(word) for word in value if isinstance(word, str)] if isinstance(value, list) else []
    return tuple(dict.fromkeys(word for word in listed if word))


def _kinds(note: Note) -> list[str]:
    """The last parts of a note's invitations, without that of edits."""
    invitations = note.get("invitations")
    listed = invitations if isinstance(invitations, list) else [note.get("invitation")]
    kinds = [name.rsplit("/-/", 1)[-1] for name in listed if isinstance(name, str) and "/-/" in name]
    return [one_line(kind) for kind in kinds if kind != "Edit"]


def _signature(reply: Note) -> str:
    signatures = reply.get("signatures")
    first = signatures[0] if isinstance(signatures, list) and signatures else ""
    return one_line(first.rsplit("/", 1)[-1]) if isinstance(first, str) else ""


def _age(reply: Note) -> float:
    moment = _instant(reply.get("cdate") or reply.get("tcdate"))
    return moment.timestamp() if moment else 0.0


def _instant(milliseconds: object) -> datetime | None:
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int | float):
        return None
    try:
        moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return None
    return moment if _EARLIEST <= moment < _LATEST else None


def _kind_of_outcome(label: str) -> DecisionKind:
    words = label.casefold()
    if re.search(r"\bdesk\W*reject", words):
        return "desk_reject"
    if re.search(r"\breject|\bdeclin|\bnot\W+(?:be\W+)?accept", words):
        return "reject"
    if re.search(r"\boffer", words):
        return "offer"
    return "accept" if re.search(r"\baccept|\binvite", words) else ""
