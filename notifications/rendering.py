"""From the words of a template and its values to the subject, the text and the HTML of a mail."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import urlize
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from audit.errors import Refused
from notifications.kinds import Kind
from notifications.models import Template
from notifications.sandbox import MissingValue, as_markdown, fill, names_in

LONGEST_SUBJECT = 200
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+")


@dataclass(frozen=True)
class Words:
    """The template of a mail: two texts, and where they come from ("workshop", "site" or "default")."""

    subject: str
    text: str
    version: int = 0
    source: str = "default"


@dataclass(frozen=True)
class Rendered:
    subject: str
    text: str
    html: str


def scope_of(workshop_id: int) -> str:
    """How a workshop's own templates are marked."""
    return f"w:{workshop_id}"


@lru_cache
def default_words(kind: str) -> Words:
    """The words that come with the program. Raises LookupError for a kind without."""
    folder = Path(settings.BASE_DIR, "templates", "emails", kind)
    try:
        return Words((folder / "subject.txt").read_text("utf-8").strip(), (folder / "body.md").read_text("utf-8"))
    except FileNotFoundError as error:
        raise LookupError(f"The kind {kind!r} has no template: {error.filename} is missing.") from error


def words_of(kind: str, scope: str = "") -> Words:
    """The workshop's words, else the site's, else the default ones."""
    row = Template.objects.filter(kind=kind, scope__in=["", scope]).order_by("-scope").first()
    if row is None:
        return default_words(kind)
    return Words(row.subject, row.text, row.version, "workshop" if row.scope else "site")


def render(kind: str, scope: str, values: Mapping[str, Any]) -> Rendered:
    """The mail of this kind with these values. Raises MissingValue, which names the value."""
    return render_words(words_of(kind, scope), values)


def render_words(words: Words, values: Mapping[str, Any]) -> Rendered:
    subject = one_line(fill(words.subject, values))[:255]
    text = fill(words.text, values).strip() + "\n"
    body = _markdown.render(fill(words.text, as_markdown(values)))
    html = render_to_string("emails/base.html", {"subject": subject, "body": body, "site": settings.SITE_URL})
    return Rendered(subject, text, html)


def validate(kind: Kind, subject: str, text: str) -> Rendered:
    """The template with the samples of its kind. Raises Refused, whose field is ``subject`` or ``text``."""
    for field, source in (("subject", subject), ("text", text)):
        if not source.strip():
            raise Refused(f"The {field} is empty; write one.", field=field)
        try:
            unknown = sorted(names_in(source) - set(kind.values))
            if unknown:
                raise MissingValue(unknown[0])
            filled = fill(source, kind.values)
        except MissingValue as missing:
            known = ", ".join(sorted(kind.values))
            raise Refused(f"{missing.sentence} This mail knows: {known}.", field=field) from missing
        except Refused as refusal:
            raise Refused(refusal.sentence, field=field) from refusal
        if left := re.search(r"\{\{|\{%|%\}|\}\}", filled):
            raise Refused(f"There is a {left[0]} without its other half; complete it or take it out.", field=field)
        if field == "subject" and len(one_line(filled)) > LONGEST_SUBJECT:
            raise Refused(f"The subject is longer than {LONGEST_SUBJECT} characters; shorten it.", field=field)
    return render_words(Words(subject, text), kind.values)


def one_line(text: str) -> str:
    """Text as the value of a mail header: no line break or other control character is left to begin a second one."""
    return " ".join(_CONTROL.sub(" ", text).split())


def _linked_text(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: dict[str, Any]
) -> str:
    """Text with its bare addresses as links, except inside a link."""
    depth = sum({"link_open": 1, "link_close": -1}.get(token.type, 0) for token in tokens[:index])
    text = tokens[index].content
    return urlize(text, autoescape=True) if depth == 0 else RendererHTML.text(self, tokens, index, options, env)


_markdown = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable("image")
_markdown.add_render_rule("text", _linked_text)
