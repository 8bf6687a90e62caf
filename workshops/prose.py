"""Text that people wrote, as safe HTML: Markdown without HTML, and TeX between dollars as MathML made on the server.

What cannot be read as TeX is shown as it was typed. Pictures are never loaded; links carry no referrer.
"""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin

from workshops.mathml import mathml


def _words(text: str) -> set[str]:
    return set(text.split())


TEXT_TAGS = _words("p br strong em s code pre ul ol li blockquote hr a table thead tbody tr th td")
MATH_TAGS = _words(
    "math mrow mi mn mo ms mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover mmultiscripts "
    "mprescripts none mtable mtr mtd mstyle mpadded menclose"
)
# No colours, phantoms or overlaps: nothing a machine reads and a person does not see.
MATH_ATTRIBUTES = _words(
    "display mathvariant stretchy fence form separator accent accentunder displaystyle scriptlevel linethickness "
    "columnalign rowalign columnspacing rowspacing columnlines rowlines columnspan rowspan lspace rspace minsize "
    "maxsize movablelimits symmetric notation"
)


FORMULA = re.compile(r"(?<!\\)\$([^$\s](?:[^$]*[^$\s\\])?)\$")


def prose(text: str | None) -> SafeString:
    """Safe HTML of Markdown with `$formulas$`; empty for nothing."""
    return _prose(text) if text else SafeString("")


@lru_cache(maxsize=500)
def _prose(text: str) -> SafeString:
    """The same text gives the same HTML, whoever reads it."""
    return mark_safe(_cleaner().clean(_markdown().render(text)))


def formulas(text: object) -> SafeString:
    """One line of plain text, such as a title, with its `$formulas$` as MathML; nothing else of it is markup."""
    line = str(text or "")
    return _formulas(line) if "$" in line else SafeString(html.escape(line))


@lru_cache(maxsize=2000)
def _formulas(line: str) -> SafeString:
    parts = FORMULA.split(line)
    drawn = [html.escape(part) if place % 2 == 0 else _inline(part) for place, part in enumerate(parts)]
    return mark_safe(_cleaner().clean("".join(drawn)))


def _inline(tex: str) -> str:
    return mathml(tex.strip()) or _source(tex, block=False)


@cache
def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"])
    markdown.disable(["image", "html_block", "html_inline"])
    markdown.use(dollarmath_plugin, allow_labels=False, allow_space=False, double_inline=True)
    markdown.add_render_rule("math_inline", _formula(block=False))
    for name in ("math_block", "math_inline_double"):
        markdown.add_render_rule(name, _formula(block=True))
    # A heading inside somebody's text must not join the page's own outline.
    markdown.add_render_rule("heading_open", _heading)
    markdown.add_render_rule("heading_close", _heading)
    return markdown


@cache
def _cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=TEXT_TAGS | MATH_TAGS,
        attributes=dict.fromkeys(MATH_TAGS, MATH_ATTRIBUTES) | {"mspace": {"width"}, "a": {"href"}, "ol": {"start"}},
        allowed_classes={"p": {"prose-heading"}, "code": {"tex"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener noreferrer",
    )


def _formula(*, block: bool) -> Callable[..., str]:
    def render(self: RendererHTML, tokens: list[Token], index: int, options: Any, env: Any) -> str:
        tex = tokens[index].content.strip()
        return mathml(tex, block=block) or _source(tex, block=block)

    return render


def _source(tex: str, *, block: bool) -> str:
    dollars = "$$" if block else "$"
    return f'<code class="tex">{dollars}{html.escape(tex)}{dollars}</code>'


def _heading(self: RendererHTML, tokens: list[Token], index: int, options: Any, env: Any) -> str:
    return '<p class="prose-heading">' if tokens[index].nesting == 1 else "</p>\n"


@dataclass(frozen=True)
class Unreadable:
    """A formula that is shown as it was typed, and the line it begins in or near (from 1)."""

    line: int
    tex: str


def unreadable(text: str) -> list[Unreadable]:
    """The formulas of this Markdown that cannot be read as TeX, in order."""
    found, lines = [], text.splitlines()
    for token in _markdown().parse(text):
        for part in token.children or [token]:
            if part.type.startswith("math") and mathml(part.content.strip()) is None:
                begins, ends = token.map or (0, len(lines))
                here = (n for n in range(begins, ends) if part.content.splitlines()[0] in lines[n])
                found.append(Unreadable(next(here, begins) + 1, part.content.strip()))
    return found
