"""Templates that people write: no loading, no running, and a fixed list of values.

A name that is not on the list is an error that says the name, when the words are saved and again when they are
rendered: nobody gets a mail with a hole in it.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from django.template import Context, Engine, TemplateSyntaxError
from django.template.base import FilterExpression, Lexer, NodeList, Origin, Parser, Template, Token, Variable
from django.template.defaulttags import ForNode, WithNode

from audit.errors import Refused

LONGEST = 20_000  # characters of a template
DEEPEST = 2  # loops inside each other
ALWAYS = frozenset({"forloop", "True", "False", "None"})


class MissingValue(Refused):
    """The words name a value that is not there; ``name`` says which."""

    def __init__(self, name: str, sentence: str = "") -> None:
        super().__init__(sentence or f"There is no value called “{name}” here.")
        self.name = name


class _Parser(Parser):
    """Django's parser, which also remembers every expression that it compiles."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.expressions: list[FilterExpression] = []

    def compile_filter(self, token: str) -> FilterExpression:
        expression = super().compile_filter(token)
        self.expressions.append(expression)
        return expression


class _Template(Template):
    names: frozenset[str]

    def compile_nodelist(self) -> NodeList:
        tokens: list[Token] = Lexer(self.source).tokenize()
        parser = _Parser(tokens, {}, self.engine.template_builtins, Origin("words"))
        nodes = parser.parse()
        self.names = frozenset(_names(parser.expressions)) - _locals(nodes) - ALWAYS
        if _depth(nodes) > DEEPEST:
            raise TemplateSyntaxError(f"Loops may stand at most {DEEPEST} deep inside each other.")
        return nodes


class _Sandbox(Engine):
    default_builtins = ["notifications.safe_tags"]


_engine = _Sandbox(loaders=[], autoescape=False, string_if_invalid="", context_processors=[])


def _names(expressions: list[FilterExpression]) -> Iterator[str]:
    for expression in expressions:
        arguments = [value for _, given in expression.filters for is_name, value in given if is_name]
        for variable in [expression.var, *arguments]:
            if isinstance(variable, Variable) and variable.lookups:
                yield variable.lookups[0]


def _locals(nodes: NodeList) -> frozenset[str]:
    """The names that loops and ``with`` give themselves."""
    found = [*nodes.get_nodes_by_type(ForNode), *nodes.get_nodes_by_type(WithNode)]
    loops = {name for node in found for name in getattr(node, "loopvars", ())}
    given = {name for node in found for name in getattr(node, "extra_context", ())}
    return frozenset(loops | given)


def _depth(nodes: Any) -> int:
    deepest = 0
    for node in nodes:
        inner = [getattr(node, name) for name in getattr(node, "child_nodelists", ()) if hasattr(node, name)]
        inner += [branch for _, branch in getattr(node, "conditions_nodelists", ())]
        below = max((_depth(part) for part in inner if part), default=0)
        deepest = max(deepest, below + isinstance(node, ForNode))
    return deepest


class _Values(Context):
    """A context in which a name that is not there is an error."""

    def __getitem__(self, key: Any) -> Any:
        try:
            return super().__getitem__(key)
        except KeyError:
            raise MissingValue(str(key)) from None


class _Row(dict[str, Any]):
    def __missing__(self, key: str) -> Any:
        raise MissingValue(key)


class _List(list[Any]):
    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str) and not key.isdigit():
            raise MissingValue(key)
        return super().__getitem__(key)


class _Text(str):
    """Text whose methods cannot be reached by a template."""

    def __getitem__(self, key: Any) -> str:
        if isinstance(key, str) and not key.isdigit():
            raise MissingValue(key)
        return super().__getitem__(key)


def _strict(value: Any) -> Any:
    if isinstance(value, str):
        return _Text(value)
    if isinstance(value, Mapping):
        return _Row({str(key): _strict(part) for key, part in value.items()})
    if isinstance(value, list | tuple):
        return _List(_strict(part) for part in value)
    return value


# What Markdown reads as more than a character. Addresses stay whole so that they can be followed.
_SPECIAL = re.compile(r"([\\`*_\[\]<>#~|&!])")
_ADDRESS = re.compile(r"https?://[A-Za-z0-9\-._~:/?#@$&'+,;=%]+")


def as_markdown(value: Any) -> Any:
    """Values as text that Markdown shows as it is: a title is never read as a link or as emphasis."""
    if isinstance(value, str):
        return value if _ADDRESS.fullmatch(value) else _SPECIAL.sub(r"\\\1", value)
    if isinstance(value, Mapping):
        return {key: as_markdown(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [as_markdown(part) for part in value]
    return value


@lru_cache(maxsize=256)
def _compile(source: str) -> _Template:
    if len(source) > LONGEST:
        raise Refused(f"This text has {len(source)} characters; at most {LONGEST} are possible.")
    try:
        return _Template(source, engine=_engine)
    except TemplateSyntaxError as error:
        raise Refused(f"The words cannot be read: {error}") from error


def names_in(source: str) -> frozenset[str]:
    """Which values a template names. Raises Refused when it cannot be read."""
    return _compile(source).names


def fill(source: str, values: Mapping[str, Any]) -> str:
    """The template with its values. Raises MissingValue for a name that has none, Refused for what cannot be read."""
    template = _compile(source)
    if unknown := sorted(template.names - set(values)):
        raise MissingValue(unknown[0])
    try:
        return template.render(_Values(_strict(values), autoescape=False))
    except Refused:
        raise
    except Exception as error:  # a filter that does not fit its value, a loop over nothing that can be looped
        raise Refused(f"The words cannot be filled in: {error}") from error
