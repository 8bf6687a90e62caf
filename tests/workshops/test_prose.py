"""What people wrote is shown safely, formulas and all."""

import pytest

from workshops.mathml import mathml
from workshops.prose import formulas, prose


def test_a_formula_becomes_mathml() -> None:
    assert prose("$x^2$") == '<p><math display="inline"><mrow><msup><mi>x</mi><mn>2</mn></msup></mrow></math></p>\n'


@pytest.mark.parametrize(
    "tex",
    [r"\frac{1", r"\frac{1}", r"\unknown{x}", r"\begin{tikzpicture}x\end{tikzpicture}", "{" * 500, "x" * 3000, "}{"],
)
def test_a_formula_that_cannot_be_read_stays_as_typed(tex: str) -> None:
    assert mathml(tex) is None
    assert prose(f"${tex}$") == f'<p><code class="tex">${tex}$</code></p>\n'


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>\n"),
        (r"$\text{<script>}$", '<p><code class="tex">$\\text{&lt;script&gt;}$</code></p>\n'),
        ("$5 and $6", "<p>$5 and $6</p>\n"),
        ("# Weaknesses", '<p class="prose-heading">Weaknesses</p>\n'),
        ("one\ntwo", "<p>one<br>\ntwo</p>\n"),
        ("", ""),
    ],
)
def test_text_is_shown_safely(text: str, html: str) -> None:
    assert prose(text) == html


@pytest.mark.parametrize("tex", [r"\color{white}{x}", r"\phantom{x}"])
def test_a_formula_hides_nothing_from_the_eye(tex: str) -> None:
    assert not any(word in prose(f"${tex}$") for word in ("mathcolor", "mphantom", "style="))


def test_alphabets_are_written_with_unicode_letters() -> None:
    assert mathml(r"\mathfrak{C}\boldsymbol{\theta}\mathbb{1}") == (
        '<math display="inline"><mrow><mi>ℭ</mi><mrow><mi>𝜽</mi></mrow><mrow><mn>𝟙</mn></mrow></mrow></math>'
    )


def test_a_picture_is_never_loaded() -> None:
    assert "<img" not in prose("![x](https://example.test/pixel.png)")


def test_title_with_formulas_is_drawn_and_nothing_else_of_it_is_markup() -> None:
    drawn = formulas("On $T^2$, <b>not</b> *bold*")

    assert drawn == (
        'On <math display="inline"><mrow><msup><mi>T</mi><mn>2</mn></msup></mrow></math>, &lt;b&gt;not&lt;/b&gt; *bold*'
    )


def test_title_with_prices_keeps_its_dollars() -> None:
    assert formulas("From $5 to $6") == "From $5 to $6"
