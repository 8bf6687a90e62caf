"""The settings of a workshop: itself with its public page, tracks, topics, deadlines, forms."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import RelatedOnlyFieldListFilter
from django.db import transaction
from django.db.models import Q
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from unfold.decorators import action
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminFileFieldWidget,
    UnfoldBooleanSwitchWidget,
)

from access.admin import ConflictAwareAdmin, ConflictAwareInline, RemovableInline
from access.rights import visible_to
from access.viewer import viewer_of
from accounts.request import person
from audit.errors import Refused, add_refusal
from workshops.banners import BadPicture, redrawn
from workshops.editions import follows
from workshops.fields import AoeDateTimeField
from workshops.instants import aoe
from workshops.links import conflict_reasons
from workshops.models import (
    Deadline,
    Form,
    FormVersion,
    InvitedTalk,
    PublicOrganizer,
    Question,
    Topic,
    Track,
    Workshop,
    WorkshopLink,
)
from workshops.reading import NAMES
from workshops.services.banner import remove_banner, set_banner
from workshops.services.deadlines import set_deadline
from workshops.services.forms import FIXED, change_questions, new_form_version, open_form_version
from workshops.states import FormStatus

TWO_PERSON = (("unknown", "From three organizers on"), ("true", "Always"), ("false", "Never"))
PREVIEW = 120  # pixels high
OF_A_WORKSHOP = ("workshop", RelatedOnlyFieldListFilter)


class _TriedOut(Exception):
    """Nothing of what was tried is kept."""


def try_out(service: Any, **given: Any) -> None:
    """Run a service and take back what it wrote. Raises Refused when it would refuse."""
    try:
        with transaction.atomic():
            service(**given)
            raise _TriedOut
    except _TriedOut:
        pass


ADDRESS = "In the links to it: small letters, digits and hyphens."
TRACK_WORDS = {
    "slug": ("Address", ADDRESS),
    "summary": ("In one sentence", "What it is for; beside its name on the call."),
    "archival": ("In the proceedings", ""),
    "template_url": ("Style files", "The address where authors find them."),
    "reviews_per_paper": ("Reviews wanted", "For each paper."),
    "reviews_enough": ("Reviews enough to decide", "Fewer need a written reason."),
    "position": ("Place", "Its place among the tracks, from the first."),
}
PLACE = {"position": ("Place", "")}


class TrackInline(ConflictAwareInline):
    model = Track
    words = TRACK_WORDS | {"archival": ("Archival", ""), "reviews_enough": ("Enough", TRACK_WORDS["reviews_enough"][1])}
    fields = ("name", "slug", "blinding", "archival", "page_limit", "reviews_per_paper", "reviews_enough", "position")
    show_change_link = True


class TopicInline(ConflictAwareInline):
    model = Topic
    words = PLACE
    fields = ("name", "position")


class PublicOrganizerInline(RemovableInline):
    model = PublicOrganizer
    words = PLACE
    verbose_name_plural = "organizers, as the public page lists them"
    fields = ("name", "affiliation", "homepage", "position")


class InvitedTalkInline(RemovableInline):
    model = InvitedTalk
    words = PLACE
    fields = ("speaker", "affiliation", "homepage", "title", "abstract", "position")


class WorkshopLinkInline(RemovableInline):
    model = WorkshopLink
    words = PLACE
    fields = ("label", "url", "position")


class WorkshopForm(forms.ModelForm):
    """A workshop's settings; a new picture is tried out here and set by its service."""

    conflict_sources = forms.MultipleChoiceField(
        label="What counts as a conflict",
        choices=conflict_reasons,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        error_messages={"required": "Tick at least one."},
        help_text="An author of a paper never judges it, whatever is ticked.",
    )

    new_banner = forms.FileField(
        label="New picture",
        required=False,
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": "image/png, image/jpeg, image/webp"}),
        help_text="PNG, JPEG or WebP, at most 2 MB; 1600 × 640 looks best. What else is in the file is not kept.",
    )
    remove_banner = forms.BooleanField(label="Remove the picture", required=False, widget=UnfoldBooleanSwitchWidget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["conflict_sources"] = self.instance.conflict_sources or [key for key, _ in conflict_reasons()]
        if "two_person" in self.fields:
            self.fields["two_person"].widget.choices = TWO_PERSON

    def clean_conflict_sources(self) -> list[str]:
        """All of them are kept as none, so that a reason that comes later counts as well."""
        ticked: list[str] = self.cleaned_data["conflict_sources"]
        return [] if len(ticked) == len(conflict_reasons()) else ticked

    def clean_new_banner(self) -> Any:
        upload = self.cleaned_data.get("new_banner")
        if upload:
            try:
                redrawn(upload, upload.size)
            except BadPicture as bad:
                raise forms.ValidationError(str(bad)) from bad
            upload.seek(0)
        return upload

    def clean_previous(self) -> Workshop | None:
        previous: Workshop | None = self.cleaned_data.get("previous")
        if previous is not None and self.instance.pk and follows(self.instance, previous):
            raise forms.ValidationError(f"{previous} is this edition or comes after it. Choose an earlier one.")
        return previous

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        shows = cleaned.get("new_banner") or (self.instance.banner and not cleaned.get("remove_banner"))
        if shows and "banner_words" in cleaned and not cleaned["banner_words"]:
            self.add_error("banner_words", "Say in a few words what the picture shows, for those who do not see it.")
        return cleaned


WORKSHOP_WORDS = {
    "name": ("Name", "Without the year."),
    "slug": ("Address", f"{ADDRESS} Links that were sent before it changes lead nowhere afterwards."),
    "tagline": ("In one line", "Under the name, on the public page and the call."),
    "starts": ("First day", ""),
    "ends": ("Last day", ""),
    "previous": ("Edition before this one", "The dashboard compares its submissions with this one’s."),
    "banner_words": ("The picture in words", ""),
    "two_person": ("A second person confirms decisions", "Another organizer who is free on the paper."),
    "hold_minutes": ("Minutes that bulk mail waits", "So long it can be cancelled: 0 to 60."),
    "conflict_years": (
        "Years that count",
        "So long ago people may have worked or published together and have a conflict.",
    ),
}


@admin.register(Workshop)
class WorkshopAdmin(ConflictAwareAdmin):
    form = WorkshopForm
    list_display = ("name", "year", "venue", "starts")
    words = WORKSHOP_WORDS
    inlines = (TrackInline, TopicInline, PublicOrganizerInline, InvitedTalkInline, WorkshopLinkInline)
    ordering = ("-year", "slug")
    readonly_fields = ("banner_preview",)
    fieldsets = (
        (None, {"fields": ("name", "year", "slug", "tagline", "about", "call", "contact")}),
        ("Picture", {"fields": ("banner_preview", "new_banner", "banner_words", "remove_banner")}),
        ("When and where", {"fields": ("venue", "starts", "ends", "previous")}),
        ("Reviewing", {"fields": ("reviewer_policies", "bids_wanted")}),
        ("Deciding", {"fields": ("two_person", "authors_may_be_revealed")}),
        ("Mail", {"fields": ("hold_minutes",)}),
        ("Conflicts", {"fields": ("conflict_years", "conflict_sources")}),
    )

    def root_id(self, row: Any) -> int | None:
        return row.pk if isinstance(row, Workshop) else row.workshop_id

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """An edition may follow one that others organize, if it is announced; and what is set stays a choice."""
        if db_field.name == "previous":
            viewer = viewer_of(request)
            having = visible_to(viewer, "settings", Workshop).exclude(previous=None).values("previous")
            seen = visible_to(viewer, "public", Workshop).values("pk")
            kwargs["queryset"] = Workshop.objects.filter(Q(pk__in=seen) | Q(pk__in=having)).newest_first()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description="Picture on the public page")
    def banner_preview(self, row: Workshop) -> str:
        if not row.banner:
            return "None yet."
        address = f"{reverse('workshops:banner', args=[row.slug])}?v={row.banner_version}"
        return format_html(
            '<img src="{}" alt="{}" width="{}" height="{}">',
            address,
            row.banner_words,
            row.banner_width * PREVIEW // row.banner_height,
            PREVIEW,
        )

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """The picture through its service, everything else as it is."""
        super().save_model(request, obj, form, change)
        if picture := form.cleaned_data.get("new_banner"):
            set_banner(workshop=obj, by=person(request), picture=picture)
        elif form.cleaned_data.get("remove_banner"):
            remove_banner(workshop=obj, by=person(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A workshop is begun on the desk, with its tracks, forms and dates."""
        return False


@admin.register(Track)
class TrackAdmin(ConflictAwareAdmin):
    words = TRACK_WORDS
    fields = (
        "name",
        "slug",
        "summary",
        "blinding",
        "archival",
        "page_limit",
        "template_url",
        "reviews_per_paper",
        "reviews_enough",
        "names_to_reviewers",
        "position",
        "workshop",
    )
    list_display = ("name", "workshop", "blinding", "archival", "page_limit", "reviews_per_paper")
    list_filter = (OF_A_WORKSHOP,)
    list_select_related = ("workshop",)
    filters_allowed = frozenset({"workshop__id__exact"})

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("workshop",) if obj else ()


class DeadlineForm(forms.ModelForm):
    opens_at = AoeDateTimeField(label="Opens", required=False)
    at = AoeDateTimeField(label="Until")
    reason = forms.CharField(required=False, max_length=300, help_text="Why it moves; kept in the log.")

    class Meta:
        model = Deadline
        fields = ("workshop", "track", "kind", "opens_at", "at", "grace_minutes", "hard", "pinned_by")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                try_out(set_deadline, by=None, **self.values())
            except Refused as refusal:
                add_refusal(self, refusal)
        return cleaned

    def values(self) -> dict[str, Any]:
        """What the service is given; workshop, track and kind of a deadline that is there stay as they are."""
        names = ("opens_at", "at", "grace_minutes", "hard", "pinned_by", "reason")
        given = {name: self.cleaned_data[name] for name in names}
        known = self.instance if self.instance.pk else None
        for name in ("workshop", "track", "kind"):
            given[name] = getattr(known, name) if known else self.cleaned_data.get(name)
        return given

    def _post_clean(self) -> None:
        """The service checks and writes the row; the form leaves it as it is."""


DEADLINE_WORDS = {
    "track": ("Track", "Empty: all tracks that have no date of their own."),
    "kind": ("What ends", ""),
    "grace_minutes": ("Minutes of grace", ""),
    "hard": ("Turn away what comes later", "Otherwise it is kept as late, and you decide whether it counts."),
    "pinned_by": ("Set by others", "Who set this date, such as NeurIPS: then it cannot be moved here."),
}


@admin.register(Deadline)
class DeadlineAdmin(ConflictAwareAdmin):
    form = DeadlineForm
    words = DEADLINE_WORDS
    fields = ("workshop", "track", "kind", "opens_at", "at", "grace_minutes", "hard", "pinned_by", "reason")
    list_display = ("kind", "workshop", "track", "until", "pinned_by")
    list_filter = (OF_A_WORKSHOP,)
    list_select_related = ("workshop", "track")
    filters_allowed = frozenset({"workshop__id__exact"})
    ordering = ("-workshop__year", "at")

    @admin.display(description="Until", ordering="at")
    def until(self, row: Deadline) -> str:
        return aoe(row.at)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("workshop", "track", "kind") if obj else ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Through the service, which knows the order of the season and what is pinned."""
        saved = set_deadline(by=person(request), **form.values())
        obj.pk, obj.workshop, obj.track, obj.kind = saved.pk, saved.workshop, saved.track, saved.kind


@admin.register(Form)
class FormAdmin(ConflictAwareAdmin):
    list_display = ("__str__", "workshop", "track")
    list_filter = (OF_A_WORKSHOP,)
    list_select_related = ("workshop", "track")
    filters_allowed = frozenset({"workshop__id__exact"})
    actions_submit_line = ("begin_version",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("workshop", "track", "purpose") if obj else ()

    @action(description="Begin a new version (a copy to change)")
    def begin_version(self, request: HttpRequest, obj: Form) -> None:
        """Shown as a button; ``response_change`` does it, once everything is saved."""

    def response_change(self, request: HttpRequest, obj: Form) -> HttpResponse:
        if "begin_version" not in request.POST:
            return super().response_change(request, obj)
        try:
            version = new_form_version(form=obj, by=person(request))
        except Refused as refusal:
            messages.error(request, refusal.sentence)
            return redirect("admin:workshops_form_change", obj.pk)
        messages.success(request, f"Version {version.number} is a draft. It is asked once it is open.")
        return redirect("admin:workshops_formversion_change", version.pk)


class QuestionFormSet(BaseInlineFormSet):
    """All questions of a draft, saved together by the service."""

    def clean(self) -> None:
        super().clean()
        if any(self.errors) or self.instance.status != FormStatus.DRAFT:
            return
        try:
            try_out(change_questions, version=self.instance, by=None, questions=self.questions())
        except Refused as refusal:
            raise forms.ValidationError(refusal.sentence) from None

    def questions(self) -> list[dict[str, Any]]:
        """In the order of their positions; without those to be removed."""
        kept = [form for form in self.forms if form.has_changed() or form.instance.pk]
        kept = [form for form in kept if not form.cleaned_data.get("DELETE") and form.cleaned_data.get("key")]
        kept.sort(key=lambda form: form.cleaned_data.get("position") or 0)
        return [{name: form.cleaned_data[name] for name in NAMES} for form in kept]


class QuestionInline(ConflictAwareInline):
    model = Question
    formset = QuestionFormSet
    fields = ("position", *NAMES)
    can_delete = True

    def _draft(self, obj: Any) -> bool:
        return obj is not None and obj.status == FormStatus.DRAFT

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._draft(obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._draft(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._draft(obj)


@admin.register(FormVersion)
class FormVersionAdmin(ConflictAwareAdmin):
    """A draft can be changed; what is open or closed keeps its wording."""

    list_display = ("form", "number", "status", "workshop", "track")
    list_select_related = ("form__workshop", "form__track")
    list_filter = ("status", ("form__workshop", RelatedOnlyFieldListFilter))
    filters_allowed = frozenset({"status__exact", "form__workshop__id__exact"})
    ordering = ("-form__workshop__year", "form", "-number")
    readonly_fields = ("form", "number", "status")
    inlines = (QuestionInline,)
    actions_submit_line = ("open_version", "copy_version")

    def workshop(self, row: FormVersion) -> str:
        return str(row.form.workshop)

    def track(self, row: FormVersion) -> str:
        return row.form.track.name if row.form.track else "All tracks"

    def root_id(self, row: Any) -> int | None:
        return row.form.workshop_id

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @action(description="Save and open this version")
    def open_version(self, request: HttpRequest, obj: FormVersion) -> None:
        """Shown as a button; ``response_change`` does it, once the questions are saved."""

    @action(description="Copy to a new version")
    def copy_version(self, request: HttpRequest, obj: FormVersion) -> None:
        """Shown as a button, see ``response_change``."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """A version has nothing of its own to change."""

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        if formset.instance.status != FormStatus.DRAFT or not formset.has_changed():
            formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []
            return
        change_questions(version=formset.instance, by=person(request), questions=formset.questions())
        formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []

    def response_change(self, request: HttpRequest, obj: FormVersion) -> HttpResponse:
        try:
            if "open_version" in request.POST:
                open_form_version(version=obj, by=person(request))
                messages.success(request, f"Version {obj.number} is open: it is what is asked from now on.")
            elif "copy_version" in request.POST:
                obj = new_form_version(form=obj.form, by=person(request))
                messages.success(request, f"Version {obj.number} is a draft that you can change.")
            elif obj.status != FormStatus.DRAFT:
                messages.info(request, FIXED)
            else:
                return super().response_change(request, obj)
        except Refused as refusal:
            messages.error(request, refusal.sentence)
        return redirect("admin:workshops_formversion_change", obj.pk)
