"""The words of a mail: a sandbox, a fixed list of values, no holes, no second header."""

import pytest

from audit.errors import Refused
from notifications.kinds import Kind
from notifications.rendering import Words, one_line, render, render_words, validate
from notifications.sandbox import MissingValue, fill
from notifications.services.templates import save_template
from tests.notifications.conftest import SAMPLES

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def test_render_fills_subject_text_and_html() -> None:
    mail = render("letter", "", SAMPLES)
    assert mail.subject == "Hello Ada"
    assert mail.text == "Dear Ada,\n\n* On rings: https://papers.test/1\n"
    assert '<a href="https://papers.test/1">https://papers.test/1</a>' in mail.html
    assert '<html lang="en">' in mail.html


def test_workshop_words_win_over_site_words_and_site_words_over_the_default() -> None:
    assert render("letter", "w:1", SAMPLES).subject == "Hello Ada"
    save_template(kind="letter", scope="", by=None, subject="Site {{ name }}", text="x")
    assert render("letter", "w:1", SAMPLES).subject == "Site Ada"
    save_template(kind="letter", scope="w:1", by=None, subject="Workshop {{ name }}", text="x")
    assert render("letter", "w:1", SAMPLES).subject == "Workshop Ada"
    assert render("letter", "w:2", SAMPLES).subject == "Site Ada"


@pytest.mark.parametrize(
    "source",
    [
        '{% include "base.html" %}',
        '{% extends "base.html" %}',
        "{% load static %}",
        "{% debug %}",
        "{% csrf_token %}",
        '{% url "desk:home" %}',
        "{% now 'U' %}",
        "{{ name|safe }}",
        "{{ name|center:99999999 }}",
        "{{ name|pprint }}",
        "{{ name.__class__ }}",
        "{{ name",
        "{% if name %}",
    ],
)
def test_words_outside_the_sandbox_are_refused(source: str, letter: Kind) -> None:
    with pytest.raises(Refused):
        validate(letter, "Hello", source)


@pytest.mark.parametrize("source", ["{{ name.upper }}", "{{ papers.append }}", "{{ papers.0.items }}"])
def test_methods_of_values_cannot_be_reached(source: str) -> None:
    with pytest.raises(MissingValue):
        fill(source, SAMPLES)


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("{{ nmae }}", "nmae"),
        ("{% if name %}{% else %}{{ other }}{% endif %}", "other"),
        ("{% if ghost %}x{% endif %}", "ghost"),
        ("{{ name|default:ghost }}", "ghost"),
        ("{% for p in papers %}{{ p.titel }}{% endfor %}", "titel"),
        ("{% for p in ghosts %}{{ p }}{% endfor %}", "ghosts"),
    ],
)
def test_unknown_value_is_named_when_words_are_saved(source: str, name: str, letter: Kind) -> None:
    with pytest.raises(Refused, match=f"no value called “{name}”") as refusal:
        save_template(kind="letter", scope="w:1", by=None, subject="Hello", text=source)
    assert refusal.value.field == "text"
    assert "This mail knows: name, papers." in refusal.value.sentence


def test_missing_value_is_named_when_a_mail_is_rendered() -> None:
    with pytest.raises(MissingValue) as missing:
        render("letter", "", {"name": "Ada"})
    assert missing.value.name == "papers"


def test_loops_three_deep_are_refused(letter: Kind) -> None:
    deep = "{% for a in papers %}{% for b in papers %}{% for c in papers %}x" + "{% endfor %}" * 3
    with pytest.raises(Refused, match="at most 2 deep"):
        validate(letter, "Hello", deep)


def test_subject_stays_one_line_whatever_a_value_holds() -> None:
    values = SAMPLES | {"name": "Ada\r\nBcc: zed@zed.test\x0b\u2028x"}
    assert render("letter", "", values).subject == "Hello Ada Bcc: zed@zed.test x"
    assert one_line("a\n\n b") == "a b"


def test_value_is_never_read_as_markdown_or_html() -> None:
    values = {"name": "[win](https://evil.test) <b>*x*</b> a_b_c ![i](x)"}
    mail = render_words(Words("s", "Dear {{ name }}"), values)
    assert mail.text == f"Dear {values['name']}\n"
    body = mail.html.partition("<main>")[2].partition("</main>")[0]
    assert body.strip() == "<p>Dear [win](https://evil.test) &lt;b&gt;*x*&lt;/b&gt; a_b_c ![i](x)</p>"


def test_template_text_may_use_markdown() -> None:
    body = render_words(Words("s", "**Now** [open {{ n }}]({{ url }})"), {"n": "it", "url": "https://a.test/x_y_"}).html
    assert '<strong>Now</strong> <a href="https://a.test/x_y_">open it</a>' in body


def test_html_in_template_is_shown_as_text() -> None:
    assert "&lt;script&gt;" in render_words(Words("s", "<script>x</script>"), {}).html
