import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.bibtex.latex import name_to_unicode, to_unicode


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (r"Rodol\'a", "Rodolá"),
        (r"{\"o}", "ö"),
        (r"\"{o}", "ö"),
        (r"\v{c}", "č"),
        (r"{\v c}", "č"),
        (r"{\v{c}}", "č"),
        (r"S\o ren S{\o}ren", "Søren Søren"),
        (r"Stra{\ss}e", "Straße"),
        (r"D\'{\i}az D\'\i az D{\'i}az", "Díaz Díaz Díaz"),
        (r"\.{e}\k{a}\H{o}\r{a}\={a}\c{c}\u{g}\^o\`e\~n", "ėąőåāçğôèñ"),
        (r"{\L}ukasz {\AA}se {\AE}gir {\OE}uvre", "Łukasz Åse Ægir Œuvre"),
        (r"Mu{\~ n}oz", "Muñoz"),
    ],
)
def test_an_accent_in_any_spelling_is_its_letter(source: str, text: str) -> None:
    assert to_unicode(source).text == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{DNA} f{MRI} 3{D} {T}est", "DNA fMRI 3D Test"),
        (r"R\&D 5\% a\_b \#1", "R&D 5% a_b #1"),
        ("R&D", "R&D"),
        ("a~b", "a b"),
        ("pages 1--2 --- or so", "pages 1–2 — or so"),
        ("``quoted'' and `single'", "“quoted” and ‘single’"),
        ("O'Brien's", "O'Brien's"),
        (r"\emph{x} \textit{y} \textbf{z} {\em w} {\sc V} \texttt{u}", "x y z w V u"),
        (r"\url{https://example.test/~ada_l?a=1%20b}", "https://example.test/~ada_l?a=1%20b"),
        (r"\href{https://example.test}{our page}", "our page"),
        ("a 90% gain\nin speed", "a 90% gain in speed"),
        (r"costs \$5 and \$6", r"costs \$5 and \$6"),
        (r"\LaTeX\ is \dots", "LaTeX is …"),
        (r"line \\ break", "line break"),
    ],
)
def test_text_outside_mathematics_is_plain(source: str, text: str) -> None:
    assert to_unicode(source).text == text
    assert to_unicode(source).notes == ()


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (r"$\alpha_{i}$-nets", r"$\alpha_{i}$-nets"),
        (r"\(x^2\) and $\mathbb{R}^{d}$", r"$x^2$ and $\mathbb{R}^{d}$"),
        (r"so \[y = \emph{x}\] holds", r"so $$y = \emph{x}$$ holds"),
        (r"$a--b$ {\'e}", r"$a--b$ é"),
        (r"CO\textsubscript{2}", r"CO$_{2}$"),
        (r"\ensuremath{\ell_1}", r"$\ell_1$"),
    ],
)
def test_mathematics_is_left_as_it_stands(source: str, text: str) -> None:
    assert to_unicode(source).text == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (r"D\$^3\$epth", "D$^3$epth"),
        (r"\$l\$-variational", "$l$-variational"),
        (r"\$\\mathcal\{D\_\{i\}\}\$ with \$p < 0.01\$", r"$\mathcal{D_{i}}$ with $p < 0.01$"),
    ],
)
def test_escaped_mathematics_is_read_as_mathematics_and_noted(source: str, text: str) -> None:
    converted = to_unicode(source)
    assert converted.text == text
    assert converted.notes == (r"Escaped dollar signs (\$…\$) around a formula were read as mathematics.",)


def test_an_escaped_command_is_read_as_a_command_and_noted() -> None:
    converted = to_unicode(r"named \\textit\{Gauge\} and \\textcolor\{red\}\{bold\}")
    assert converted.text == "named Gauge and bold"
    assert len(converted.notes) == 1


def test_an_unknown_command_is_kept_and_named() -> None:
    converted = to_unicode(r"We call it \ours here")
    assert converted.text == r"We call it \ours here"
    assert converted.notes == (r"\ours is not a LaTeX command known here; it was kept as it stands.",)


def test_a_citation_is_left_out_and_named() -> None:
    converted = to_unicode(r"as in \cite{noether18} before")
    assert converted.text == "as in before"
    assert converted.notes == (r"\cite points to something outside this text and was left out.",)


def test_a_dollar_without_partner_is_a_sum_of_money_where_it_looks_like_one() -> None:
    assert to_unicode("costs $5 for $x$").text == r"costs \$5 for $x$"


def test_blank_lines_are_paragraphs_where_asked() -> None:
    assert to_unicode("a\nb\n\n  c", keep_paragraphs=True).text == "a b\n\nc"
    assert to_unicode("a\nb\n\n  c").text == "a b c"


def test_a_wrong_umlaut_and_a_glued_letter_in_a_name_are_read_and_noted() -> None:
    converted = name_to_unicode(r"B\''{o}hm, S\oren")
    assert converted.text == "Böhm, Søren"
    assert len(converted.notes) == 2


def test_a_breve_where_nobody_has_one_is_noted() -> None:
    assert name_to_unicode(r"Kova\u{c}").notes == ("Unusual accents: c̆ (a caron is \\v, a breve is \\u).",)


@given(st.text(alphabet=st.sampled_from("ab \\{}$%&~'\"`()[]_^-\n") | st.characters(), max_size=60))
def test_no_text_makes_the_conversion_raise(source: str) -> None:
    assert isinstance(to_unicode(source, keep_paragraphs=True).text, str)
    assert isinstance(name_to_unicode(source).text, str)


def test_deep_nesting_is_taken_as_it_stands() -> None:
    assert to_unicode("{" * 100_000).text == "{" * 100_000
    assert to_unicode("{" * 100_000).notes == ("The braces are nested too deeply; the text was taken as it stands.",)
