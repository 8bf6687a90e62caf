"""What people type about themselves."""

import pytest

from accounts.names import read_domain, read_orcid, tidy, tidy_name
from audit.errors import Refused


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Ada\tMary \n", "Ada Mary"),
        ("Jose\u0301", "José"),
        ("Ada\u202egnp", "Ada gnp"),
        ("\x00Ada\x7f", "Ada"),
        ("李 明", "李 明"),
        ("O’Neill-Ng", "O’Neill-Ng"),
    ],
)
def test_name_is_tidied(typed: str, kept: str):
    assert tidy(typed) == kept
    assert tidy_name(typed, field="given") == kept


@pytest.mark.parametrize("typed", ["win at https://prize.test", "www.prize.test", "ada@ada.test"])
def test_address_is_no_name(typed: str):
    with pytest.raises(Refused) as refused:
        tidy_name(typed, field="given")
    assert (refused.value.sentence, refused.value.field) == (
        "Write a name here, without an address or a link.",
        "given",
    )


@pytest.mark.parametrize(("field", "longest"), [("given", 120), ("family", 120), ("particle", 40)])
def test_name_that_is_too_long_is_refused(field: str, longest: int):
    assert tidy_name("x" * longest, field=field) == "x" * longest
    with pytest.raises(Refused, match=f"longer than {longest} characters"):
        tidy_name("x" * (longest + 1), field=field)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0000-0002-1825-0097", "0000-0002-1825-0097"),
        ("0000000218250097", "0000-0002-1825-0097"),
        (" https://orcid.org/0000-0002-1825-0097 ", "0000-0002-1825-0097"),
        ("orcid.org/0000-0002-1694-233x", "0000-0002-1694-233X"),
        ("", None),
        (None, None),
    ],
)
def test_orcid_is_written_in_one_way(typed: str | None, kept: str | None):
    assert read_orcid(typed) == kept


def test_orcid_with_a_wrong_digit_is_refused_with_the_digits():
    with pytest.raises(Refused) as refused:
        read_orcid("0000-0002-1825-0098")
    assert refused.value.sentence == (
        "The digits of 0000-0002-1825-0098 do not fit together: look for a typing mistake."
    )
    assert refused.value.field == "orcid"


@pytest.mark.parametrize("typed", ["1234", "0000-0002-1825-00971", "ada", "0000-0002-1825-X097"])
def test_what_is_no_orcid_is_refused(typed: str):
    with pytest.raises(Refused, match="An ORCID iD has 16 digits"):
        read_orcid(typed)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("uni.test", "uni.test"),
        ("CS.Uni.Test", "uni.test"),
        ("https://www.uni.test/people/ada?x=1", "uni.test"),
        ("ada@cs.uni.test", "uni.test"),
        ("www.uni.test:8080", "uni.test"),
        ("cs.ox.ac.uk", "ox.ac.uk"),
        ("is.mpg.de", "is.mpg.de"),
        ("münchen.test", "xn--mnchen-3ya.test"),
        ("", ""),
    ],
)
def test_domain_is_stored_as_the_institution_it_stands_for(typed: str, kept: str):
    assert read_domain(typed) == kept


@pytest.mark.parametrize("typed", ["University of Examples", "uni", "uni..test", "-", "http://"])
def test_what_is_no_domain_is_refused(typed: str):
    with pytest.raises(Refused) as refused:
        read_domain(typed)
    assert refused.value.sentence == "Write the institution’s web domain, such as uni.edu."


def test_mail_provider_is_no_institution():
    with pytest.raises(Refused, match=r"gmail\.com is a mail provider"):
        read_domain("ada@gmail.com")
