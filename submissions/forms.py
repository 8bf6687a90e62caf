"""What an author may type, and what is said when it is wrong."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from accounts.fields import choose_from, mark_needed, read_by
from audit.text import small_number
from submissions.models import Authorship, Submission
from submissions.services.save import MOST_AUTHORS, AuthorData
from workshops.models import Topic, Track

EVERYBODY = "Reviewers and organizers; everybody once the paper is published."
NAMES = ("given", "particle", "family", "email", "affiliation")
TICK = "would_review"
WORDS = ("title", "abstract", "tldr", "keywords", "code_url", "declared_conflicts")


WRONG_TEXT = {
    "max_length": "This has %(show_value)d characters; at most %(limit_value)d can be saved.",
    "null_characters_not_allowed": "There is a character in it that no text may hold (NUL). Type it again.",
}


class _OurWords(forms.Form):
    """What is wrong with a text is said in our words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.error_messages |= WRONG_TEXT


class DraftField(forms.CharField):
    """Needed for a submission, but a draft is saved without it."""

    def validate(self, value: Any) -> None:
        return None


class OneLine(forms.Textarea):
    """A line that may be long: it is shown whole, and breaks where the page does. Services tidy a typed line break."""

    def __init__(self) -> None:
        super().__init__(attrs={"rows": 1, "class": "one-line"})


class StartForm(_OurWords):
    """The two things that a paper begins with."""

    track = forms.ChoiceField(label="Track", widget=forms.RadioSelect, error_messages={"required": "Choose a track."})
    title = forms.CharField(
        label="Working title",
        max_length=300,
        widget=OneLine,
        help_text="You can change it until the deadline.",
        error_messages={"required": "Give the paper a title; you can change it later."},
    )

    def __init__(self, *args: Any, tracks: Sequence[Track], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tracks = {str(track.pk): track for track in tracks}
        choose_from(self.fields["track"], [(key, track.name) for key, track in self.tracks.items()])

    def clean_track(self) -> Track:
        return self.tracks[self.cleaned_data["track"]]


class PaperForm(_OurWords):
    """The words of a paper, and its file. Nothing is required of a draft."""

    use_required_attribute = False

    version = forms.IntegerField(widget=forms.HiddenInput)
    track = forms.ChoiceField(label="Track")
    title = DraftField(
        label="Title",
        max_length=300,
        widget=OneLine,
        help_text="Mathematics between dollar signs, such as $SO(3)$.",
    )
    abstract = DraftField(
        label="Abstract",
        max_length=20_000,
        widget=forms.Textarea(attrs={"class": "form-control-read", "rows": 10}),
        help_text="Markdown and mathematics between dollar signs work.",
    )
    tldr = forms.CharField(label="In one sentence", max_length=300, required=False, widget=OneLine)
    keywords = forms.CharField(label="Keywords", max_length=300, required=False, help_text="With commas between them.")
    topics = forms.MultipleChoiceField(
        label="Topics",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="They help to find reviewers who know the field.",
    )
    code_url = forms.URLField(
        label="Link to the code",
        required=False,
        assume_scheme="https",
        help_text="Where reviewers may follow it, it must not tell who you are.",
        error_messages={"invalid": "This is no web address; it should begin with https://."},
    )
    declared_conflicts = DraftField(
        label="Who must not review it?",
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="One person a line: name, e-mail address, and why (advisor, family, a quarrel …). Co-authors and "
        "people of the same institution are found without your help.",
    )
    file = forms.FileField(
        label="The paper as a PDF", required=False, widget=forms.FileInput(attrs={"accept": ".pdf,application/pdf"})
    )

    supplement = forms.FileField(
        label="A supplement",
        required=False,
        widget=forms.FileInput(attrs={"accept": ".pdf,.zip,application/pdf,application/zip"}),
        help_text="A PDF or a ZIP file, where there is more to show. Reviewers may look at it, and need not. The files "
        "of a ZIP file reach them as they are: where reviewing is double-blind, nothing in them may say who you are.",
    )

    def __init__(self, *args: Any, tracks: Sequence[Track], topics: Sequence[Topic], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tracks = {str(track.pk): track for track in tracks}
        self.by_topic = {str(topic.pk): topic for topic in topics}
        choose_from(self.fields["track"], [(key, track.name) for key, track in self.tracks.items()])
        choose_from(self.fields["topics"], [(key, topic.name) for key, topic in self.by_topic.items()])
        self.fields["file"].validators = []
        self.fields["supplement"].validators = []
        read_by(self.fields["supplement"], "Reviewers of this paper and organizers.")
        mark_needed(self.fields["file"])
        for name in ("title", "abstract", "tldr", "keywords"):
            read_by(self.fields[name], EVERYBODY)
        read_by(self.fields["declared_conflicts"], "Organizers who are free to judge the paper; no reviewer.")

    def words(self) -> dict[str, Any]:
        """What save_submission takes of it."""
        cleaned = self.cleaned_data
        return {name: cleaned[name] for name in WORDS} | {
            "version": cleaned["version"],
            "track": self.tracks[cleaned["track"]],
            "topics": [self.by_topic[key] for key in cleaned["topics"]],
        }


def stored(submission: Submission, topics: Sequence[int]) -> dict[str, Any]:
    """The saved words as a form shows them."""
    saved = {name: getattr(submission, name) for name in ("version", *WORDS)}
    return saved | {"track": str(submission.track_id), "topics": [str(pk) for pk in topics]}


class AuthorForm(_OurWords):
    """One row of the list of authors."""

    given = forms.CharField(label="Given names", max_length=120, required=False)
    particle = forms.CharField(label="van, de, von …", max_length=40, required=False)
    family = forms.CharField(label="Family name", max_length=120, required=False)
    email = forms.EmailField(
        label="E-mail",
        max_length=254,
        required=False,
        error_messages={"invalid": "This is no e-mail address; it should look like name@example.org."},
    )
    affiliation = forms.CharField(
        label="Affiliation",
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"list": "affiliations", "autocomplete": "off"}),
    )
    would_review = forms.BooleanField(label="Would review", required=False)
    is_corresponding = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.is_blank() and not cleaned.get("given") and not cleaned.get("family"):
            self.add_error("family", "Type at least one name, or remove the row.")
        return cleaned

    def is_blank(self) -> bool:
        return not any(str(self.data.get(self.add_prefix(name), "")).strip() for name in NAMES)


Row = dict[str, str]


class AuthorRows:
    """The rows of authors in their order: typed (``bound``) or stored. ``corresponding`` is a place in the list."""

    prefix = "authors"

    def __init__(self, rows: Sequence[Row], corresponding: int | None, *, bound: bool = False) -> None:
        self.rows, self.corresponding, self.bound = list(rows), corresponding, bound
        data = {f"{self.prefix}-{place}-{name}": value for place, row in enumerate(rows) for name, value in row.items()}
        self.forms = [
            AuthorForm(data if bound else None, initial=row, prefix=f"{self.prefix}-{place}")
            for place, row in enumerate(rows)
        ]
        for place, form in enumerate(self.forms):
            form.is_corresponding = place == corresponding
        self.error = ""

    @classmethod
    def typed(cls, post: QueryDict, *, bound: bool = True) -> "AuthorRows":
        """As typed: in the order of their ORDER fields, without the rows that were taken out."""
        total = min(small_number(post.get(f"{cls.prefix}-TOTAL_FORMS"), 0), MOST_AUTHORS + 20)
        kept = [place for place in range(total) if not post.get(f"{cls.prefix}-{place}-DELETE")]
        kept.sort(key=lambda place: small_number(post.get(f"{cls.prefix}-{place}-ORDER"), total + place))
        rows = [{name: post.get(f"{cls.prefix}-{place}-{name}", "") for name in (*NAMES, TICK)} for place in kept]
        chosen = small_number(post.get("corresponding"), -1)
        return cls(rows, kept.index(chosen) if chosen in kept else None, bound=bound)

    @classmethod
    def stored(cls, authors: Sequence[Authorship]) -> "AuthorRows":
        """What the tables hold; an empty row to begin with where nobody is listed yet."""
        if not authors:
            return cls([], None).changed("add")
        rows = [
            {name: getattr(author, name) for name in NAMES} | {TICK: "on" if author.would_review else ""}
            for author in authors
        ]
        return cls(rows, next((place for place, author in enumerate(authors) if author.corresponding), None))

    def changed(self, action: str) -> "AuthorRows":
        """The list after “add”, “remove-2”, “up-2” or “down-2” (places from 0). The first on it corresponds."""
        verb, _, text = action.partition("-")
        blank = dict.fromkeys((*NAMES, TICK), "")
        if verb == "add" and not self.rows:
            return AuthorRows([blank], 0)
        place, rows = small_number(text, -1), list(range(len(self.rows)))
        if verb == "remove" and place in rows:
            rows.remove(place)
        elif verb in ("up", "down") and place in rows:
            other = place + (-1 if verb == "up" else 1)
            if other in rows:
                rows[place], rows[other] = rows[other], rows[place]
        changed = [self.rows[old] for old in rows] + ([blank] if verb == "add" else [])
        chosen = self.corresponding
        return AuthorRows(changed, rows.index(chosen) if chosen in rows else None)

    def is_valid(self) -> bool:
        return sum(not form.is_valid() for form in self.forms) == 0  # every row says what is wrong with it

    def authors(self) -> list[AuthorData]:
        """What save_submission takes of it; rows that are blank say nothing."""
        return [
            AuthorData(
                **{name: form.cleaned_data[name] for name in (*NAMES, TICK)}, corresponding=place == self.corresponding
            )
            for place, form in enumerate(self.forms)
            if not form.is_blank()
        ]

    def joined(self, people: Sequence[AuthorData], *, replacing: bool) -> "AuthorRows":
        """With these people behind the list, or in its place. Who is on it already (by address or name) stays."""
        rows = [] if replacing else [row for row in self.rows if _is_filled(row)]
        known = {_who(row) for row in rows}
        for person in people:
            row = {name: getattr(person, name) for name in NAMES} | {TICK: ""}
            if _who(row) not in known:
                rows.append(row)
        chosen = self.rows[self.corresponding] if self.corresponding is not None else None
        if chosen is None or not _is_filled(chosen):
            return AuthorRows(rows, 0 if rows else None)
        return AuthorRows(rows, next((n for n, row in enumerate(rows) if _who(row) == _who(chosen)), None))

    @property
    def affiliations(self) -> list[str]:
        """Those already typed, to choose from."""
        return list(dict.fromkeys(place for row in self.rows if (place := row["affiliation"].strip())))

    @property
    def blank(self) -> AuthorForm:
        """The row that a button adds without a visit to the server."""
        return AuthorForm(prefix=f"{self.prefix}-__prefix__")

    def __iter__(self) -> Any:
        return iter(zip(range(len(self.forms)), self.forms, strict=True))

    def __len__(self) -> int:
        return len(self.forms)


class AddressForm(_OurWords):
    """Who somebody without an account is, so that their paper counts."""

    given = forms.CharField(
        label="Given names", max_length=120, required=False, widget=forms.TextInput({"autocomplete": "given-name"})
    )
    family = forms.CharField(
        label="Family name",
        max_length=120,
        required=False,
        help_text="One of the two is enough.",
        widget=forms.TextInput({"autocomplete": "family-name"}),
    )
    email = forms.EmailField(
        label="E-mail address",
        max_length=254,
        help_text="We send a code to it.",
        widget=forms.EmailInput({"autocomplete": "email"}),
        error_messages={
            "required": "Write your e-mail address, such as name@example.org.",
            "invalid": "This is no e-mail address; it should look like name@example.org.",
        },
    )

    prefix = "me"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not cleaned["given"].strip() and not cleaned["family"].strip():
            self.add_error("family", "Give at least one name: given or family.")
        return cleaned


class WithdrawForm(forms.Form):
    number = forms.CharField(label="To withdraw it, type the number of the paper", max_length=10)
    reason = forms.CharField(label="Reason", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, submission: Submission, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.submission = submission
        read_by(self.fields["reason"], "All authors of the paper, by mail.")
        self.fields["number"].error_messages["required"] = self._sentence()

    def clean_number(self) -> int:
        typed = self.cleaned_data["number"].strip().removeprefix("#")
        if typed != str(self.submission.number):
            raise forms.ValidationError(self._sentence())
        return self.submission.number

    def _sentence(self) -> str:
        return f"Type {self.submission.number} to withdraw this paper; nothing has happened yet."


def _is_filled(row: Row) -> bool:
    return any(row[name].strip() for name in NAMES)


def _who(row: Row) -> tuple[str, ...]:
    if email := row["email"].strip().lower():
        return (email,)
    return tuple(" ".join(row[name].split()).casefold() for name in ("given", "particle", "family"))
