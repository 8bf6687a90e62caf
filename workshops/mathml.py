"""TeX as MathML, or nothing where it cannot be read faithfully: then the source is shown instead.

The converter is lenient: a missing argument gives a fraction of one part, an unknown command an identifier named after
it. What it returns is therefore checked against the shape MathML asks for (https://www.w3.org/TR/mathml-core/), and the
alphabets that browsers no longer take from `mathvariant` are written with Unicode's mathematical letters.
"""

import re
import unicodedata
from xml.etree import ElementTree

from latex2mathml.converter import convert

LONGEST = 2000
DEEPEST = 60

CHILDREN = {"mfrac": 2, "mroot": 2, "msub": 2, "msup": 2, "munder": 2, "mover": 2, "msubsup": 3, "munderover": 3}
OPERATORS = {"~": "\u223c", ":": ":"}
REWRITTEN = {
    r"\begin{aligned}": r"\begin{align*}",
    r"\end{aligned}": r"\end{align*}",
    r"\begin{align}": r"\begin{align*}",
    r"\end{align}": r"\end{align*}",
    r"\operatorname*": r"\operatorname",
    r"\bm{": r"\boldsymbol{",
    r"\not=": r"\neq ",
    r"\not\in": r"\notin ",
}
ENVIRONMENTS = re.compile(r"\\begin\{(?!(?:array|[pbBvV]?matrix|smallmatrix|cases|align\*|split)\})")
ALPHABETS = {
    "bold": "BOLD",
    "bold-italic": "BOLD ITALIC",
    "fraktur": "FRAKTUR",
    "bold-fraktur": "BOLD FRAKTUR",
    "script": "SCRIPT",
    "bold-script": "BOLD SCRIPT",
    "double-struck": "DOUBLE-STRUCK",
    "sans-serif": "SANS-SERIF",
    "bold-sans-serif": "SANS-SERIF BOLD",
    "monospace": "MONOSPACE",
}
OLDER_NAMES = {"FRAKTUR": "BLACK-LETTER"}


def mathml(tex: str, *, block: bool = False) -> str | None:
    """A `math` element for one formula without its dollars; None where the source says more. Never raises."""
    for old, new in REWRITTEN.items():
        tex = tex.replace(old, new)
    if len(tex) > LONGEST or _depth(tex) > DEEPEST or ENVIRONMENTS.search(tex):
        return None
    try:
        tree = ElementTree.fromstring(convert(tex, display="block" if block else "inline"))  # noqa: S314 made here
    except Exception:  # the converter raises whatever it stumbles over: IndexError, KeyError, RecursionError, its own
        return None
    if not all(_is_whole(element) for element in tree.iter()):
        return None
    for element in tree.iter():
        _respell(element)
    return ElementTree.tostring(tree, encoding="unicode", short_empty_elements=False)


def _depth(tex: str) -> int:
    """How deep the braces nest; more than DEEPEST when they do not match."""
    depth = deepest = 0
    for character in re.sub(r"\\[{}\\]", "", tex):
        depth += (character == "{") - (character == "}")
        deepest = max(deepest, depth)
        if depth < 0:
            return DEEPEST + 1
    return deepest if depth == 0 else DEEPEST + 1


def _is_whole(element: ElementTree.Element) -> bool:
    name = element.tag.rpartition("}")[2]
    element.tag = name
    unknown_command = (element.text or "").startswith("\\") and len(element.text or "") > 1
    return not unknown_command and len(element) == CHILDREN.get(name, len(element))


def _respell(element: ElementTree.Element) -> None:
    text = element.text or ""
    if element.tag == "mi" and text in OPERATORS:
        element.tag, element.text = "mo", OPERATORS[text]
    alphabet = ALPHABETS.get(element.get("mathvariant", ""))
    if alphabet and text:
        del element.attrib["mathvariant"]
        element.text = "".join(_letter(character, alphabet) for character in text)


def _letter(character: str, alphabet: str) -> str:
    """The letter in one of Unicode's mathematical alphabets, or itself where there is none."""
    kind = unicodedata.name(character, "").removeprefix("LATIN ").removeprefix("GREEK ").replace("LETTER ", "")
    for family in (alphabet, alphabet.replace(" ITALIC", "")):
        for name in (f"MATHEMATICAL {family} {kind}", f"{OLDER_NAMES.get(family, family)} {kind}"):
            try:
                return unicodedata.lookup(name)
            except KeyError:
                continue
    return character
