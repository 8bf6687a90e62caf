r"""LaTeX to Unicode, mathematics left as LaTeX.

pylatexenc does the reading. Ours is what bibliographies need on top of it: `$…$` and `\(…\)` stay `$…$`,
an unescaped per cent sign is a per cent sign, an unknown macro is named instead of lost, nothing ever raises.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from pylatexenc import latex2text, latexwalker
from pylatexenc.latex2text import MacroTextSpec, SpecialsTextSpec
from pylatexenc.macrospec import LatexContextDb, std_macro

from .text import one_line, paragraphs, storable

_DEEPEST = 60
_POINTLESS = ("cite", "citep", "citet", "citealp", "ref", "eqref", "cref", "autoref", "label")
_SILENT = ("em", "it", "bf", "sc", "tt", "sl", "rm", "sf", "bfseries", "itshape", "scshape", "ttfamily", "upshape")
_SILENT_TOO = ("small", "large", "normalsize", "centering", "noindent", "color", "vspace", "hspace", "relax", "-", "/")
# A name such as S\oren lacks its braces; TeX would stop there, a reader knows what was meant.
_LETTERS = ("ss", "ae", "AE", "oe", "OE", "aa", "AA", "o", "O", "l", "L")
_PERCENT = re.compile(r"(?<!\\)((?:\\\\)*)%")
_DOLLAR = re.compile(r"(?<!\\)(?:\\\\)*\$")
_ESCAPED_MATHS = re.compile(
    r"\\\$([A-Za-z]|[^\s$][^$]{0,200}?[\\^_<>=][^$]{0,200}?[^\s\\]|[\\^_<>=][^$\s\\]{1,200})\\\$"
)
_ESCAPED_COMMAND = re.compile(r"\\\\(?:text[a-z]+|emph|url|href)\s?(?:\\\{[^{}]*?\\\})+|\\\{\\\\[a-z]{2}\s[^{}]*?\\\}")
_DOUBLED = re.compile(r"\\\\(?=(?:text[a-z]+|emph|url|href)\s*\{|(?:em|it|bf|sc|tt)\s)")
_SINGLE_QUOTES = re.compile(r"(?<![\w`])`([^\s`](?:[^`]{0,200}?[^\s`])?)'(?![\w'])")
_WRONG_UMLAUT = re.compile(r"\\''(?=\s*\{?\s*[A-Za-z])")


@dataclass(frozen=True)
class Converted:
    """`notes` are sentences about what could not be taken at its word."""

    text: str
    notes: tuple[str, ...] = ()


def to_unicode(source: str, *, keep_paragraphs: bool = False) -> Converted:
    """A title, an abstract or a keyword: braces vanish, mathematics stays."""
    tidy = paragraphs if keep_paragraphs else one_line
    notes: list[str] = []
    rendered = _render(_prepared(source, notes), notes, names=False)
    return Converted(tidy(rendered), tuple(dict.fromkeys(notes)))


def name_to_unicode(source: str) -> Converted:
    """A list of names: braces around two and more letters stay, since they protect a name from being split."""
    notes: list[str] = []
    mended = _WRONG_UMLAUT.sub(r'\\"', source)
    if mended != source:
        notes.append("\\'' is not a LaTeX accent and was read as \\\".")
    rendered = one_line(_render(_prepared(mended, notes), notes, names=True))
    odd = sorted({pair for pair in re.findall(r"[^\W\d_].|\s.", rendered) if unicodedata.category(pair[1]) == "Mn"})
    if odd:
        notes.append(f"Unusual accents: {' '.join(odd)} (a caron is \\v, a breve is \\u).")
    return Converted(rendered, tuple(dict.fromkeys(notes)))


def _prepared(source: str, notes: list[str]) -> str:
    text = _PERCENT.sub(r"\1\\%", storable(source))
    plain = _DOUBLED.sub(r"\\", _ESCAPED_COMMAND.sub(lambda match: _unescaped(match[0]), text))
    if plain != text:
        notes.append("Escaped commands, as in \\\\textit\\{…\\}, were read as commands.")
        text = plain
    dollars = list(_DOLLAR.finditer(text))
    if not dollars:
        return _with_maths_unescaped(text, notes)
    if text.count("$$") == 0 and len(dollars) % 2:
        alone = _without_partner([match.end() - 1 for match in dollars], text)
        notes.append("A dollar sign has no partner and was read as a plain one.")
        return text[:alone] + "\\" + text[alone:]
    return text


def _without_partner(dollars: list[int], text: str) -> int:
    """Of an odd number of dollar signs, the one before a sum of money, otherwise the last."""
    return next((at for at in dollars if re.match(r"\d[\d.,]*\s", text[at + 1 :])), dollars[-1])


def _with_maths_unescaped(text: str, notes: list[str]) -> str:
    """Mathematics that some tool has escaped, as in D\\$^3\\$epth."""
    mended = _ESCAPED_MATHS.sub(lambda match: f"${_unescaped(match[1])}$", text)
    if mended != text:
        notes.append("Escaped dollar signs (\\$…\\$) around a formula were read as mathematics.")
    return mended


def _unescaped(formula: str) -> str:
    return re.sub(r"\\\\(?=[A-Za-z])", r"\\", re.sub(r"\\([_{}])", r"\1", formula))


def _render(source: str, notes: list[str], *, names: bool) -> str:
    if _depth(source) > _DEEPEST:
        notes.append("The braces are nested too deeply; the text was taken as it stands.")
        return source
    renderer = _Renderer(notes, names=names)
    try:
        walker = latexwalker.LatexWalker(source, latex_context=_walker_context(), tolerant_parsing=True)
        return renderer.nodelist_to_text(walker.get_latex_nodes()[0])
    except Exception:  # the parser has no single class of errors, and a reader must go on
        notes.append("The LaTeX could not be read; the text was taken as it stands.")
        return source


def _depth(source: str) -> int:
    """The deepest nesting of anything that nests."""
    depth = deepest = 0
    for opening in re.findall(r"[{}\[\]]|\\begin|\\end|\\[^a-zA-Z\s]|\\[a-zA-Z]+", source):
        if opening in ("}", "]", "\\end"):
            depth = max(0, depth - 1)
        elif opening in ("{", "[", "\\begin"):
            depth += 1
        deepest = max(deepest, depth)
    return deepest


class _Renderer(latex2text.LatexNodes2Text):
    def __init__(self, notes: list[str], *, names: bool) -> None:
        super().__init__(
            latex_context=_text_context(),
            math_mode="verbatim",
            strict_latex_spaces=True,
            keep_braced_groups=names,
            keep_braced_groups_minlen=2,
        )
        self.notes = notes
        self.names = names

    def math_node_to_text(self, node: latexwalker.LatexNode) -> str:
        source = node.latex_verbatim()
        if not isinstance(node, latexwalker.LatexMathNode):
            return source
        opening, closing = node.delimiters
        formula = source.removeprefix(opening).removesuffix(closing).strip()
        if not formula:
            return ""
        return f"$${formula}$$" if node.displaytype == "display" else f"${formula}$"

    def chars_node_to_text(self, node: latexwalker.LatexNode, textcol: int = 0) -> str:
        return _SINGLE_QUOTES.sub(r"‘\1’", node.chars)

    def macro_node_to_text(self, node: latexwalker.LatexNode) -> str:
        name = node.macroname
        if name in _POINTLESS:
            self.notes.append(f"\\{name} points to something outside this text and was left out.")
            return ""
        if name == "$":
            return "$" if self.names else "\\$"
        if self.latex_context.get_macro_spec(name) is not None:
            return super().macro_node_to_text(node)
        return self._unknown(node)

    def _unknown(self, node: latexwalker.LatexNode) -> str:
        name = node.macroname
        letter = next((letter for letter in _LETTERS if name.startswith(letter)), "") if self.names else ""
        if letter:
            read = self._letter(letter) + name[len(letter) :]
            self.notes.append(f"\\{name} was read as “{read}”; write {{\\{letter}}}{name[len(letter) :]}.")
            return read + node.macro_post_space
        if node.nodeargd is not None and any(node.nodeargd.argnlist or ()):
            return "".join(self._groupnodecontents_to_text(argument) for argument in node.nodeargd.argnlist if argument)
        self.notes.append(f"\\{name} is not a LaTeX command known here; it was kept as it stands.")
        return node.latex_verbatim()

    def _letter(self, letter: str) -> str:
        return self.latex_context.get_macro_spec(letter).simplify_repl


def _link_text(node: latexwalker.LatexNode) -> str:
    """An address is taken literally: a tilde in it is no space."""
    source = node.nodeargd.argnlist[0]
    if source is None:
        return ""
    literal = source.latex_verbatim()
    inner = literal[1:-1] if literal.startswith("{") else literal
    return re.sub(r"\\([%_#&~])", r"\1", inner)


def _in_maths(mark: str) -> MacroTextSpec:
    def render(node: latexwalker.LatexNode) -> str:
        source = node.nodeargd.argnlist[0]
        inner = source.latex_verbatim() if source is not None else ""
        return f"${mark}{inner if mark else inner[1:-1]}$" if inner else ""

    return {"^": MacroTextSpec("textsuperscript", render), "_": MacroTextSpec("textsubscript", render)}.get(
        mark, MacroTextSpec("ensuremath", render)
    )


@cache
def _walker_context() -> LatexContextDb:
    context = latexwalker.get_default_latex_context_db()
    known = [std_macro("href", False, 2)]
    known += [std_macro(name, False, 1) for name in ("url", "textsuperscript", "textsubscript", "ensuremath")]
    known += [std_macro(name, False, 1) for name in _POINTLESS]
    context.add_context_category("bibliographies", macros=known, prepend=True)
    return context


@cache
def _text_context() -> LatexContextDb:
    context = latex2text.get_default_latex_context_db()
    words = [MacroTextSpec("LaTeX", "LaTeX"), MacroTextSpec("TeX", "TeX"), MacroTextSpec("slash", "/")]
    empty = [MacroTextSpec(name, " ") for name in ("newline", "linebreak", "par", "quad", "qquad", "\\")]
    silent = [MacroTextSpec(name, discard=True) for name in (*_SILENT, *_SILENT_TOO)]
    links = [MacroTextSpec("url", _link_text), MacroTextSpec("href", "%(2)s")]
    maths = [_in_maths(mark) for mark in ("^", "_", "")]
    context.add_context_category(
        "bibliographies",
        macros=words + empty + silent + links + maths,
        specials=[SpecialsTextSpec("&", "&")],
        prepend=True,
    )
    return context
