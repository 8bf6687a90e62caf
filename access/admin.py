"""The base of every ModelAdmin: it shows, offers and saves only what the viewer may set."""

from collections.abc import Mapping
from typing import Any, cast

from django.contrib.admin.options import TO_FIELD_VAR, BaseModelAdmin
from django.core.exceptions import PermissionDenied
from django.db.backends.base.operations import BaseDatabaseOperations
from django.db.models import Field, ForeignKey, IntegerField, ManyToManyField, Model, QuerySet
from django.forms import Field as FormField
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from unfold.admin import ModelAdmin, TabularInline

from access.registry import aspects
from access.rights import visible_to
from access.services.settings import remove_setting, save_setting
from access.viewer import viewer_of
from audit.actions import sentence
from audit.models import Entry, Root

ASPECT = "settings"


class _Fields(BaseModelAdmin):
    """Foreign keys and many-to-many fields offer what the viewer may set, or at least see; a number is one that every
    database keeps, though SQLite would keep larger ones.

    ``words`` holds the label and the help of a field where those of the model would not be understood by whoever sets
    it; empty: the model's.
    """

    words: Mapping[str, tuple[str, str]] = {}

    def formfield_for_dbfield(self, db_field: Field, request: HttpRequest, **kwargs: Any) -> FormField | None:
        label, help_text = self.words.get(db_field.name, ("", ""))
        kwargs |= {name: words for name, words in (("label", label), ("help_text", help_text)) if words}
        if isinstance(db_field, IntegerField) and not db_field.choices:
            kwargs["max_value"] = BaseDatabaseOperations.integer_field_ranges[db_field.get_internal_type()][1]
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def formfield_for_foreignkey(self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs.setdefault("queryset", choices(db_field, request))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: ManyToManyField, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs.setdefault("queryset", choices(db_field, request))
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_field_queryset(self, db: str | None, db_field: Field, request: HttpRequest) -> QuerySet:
        return choices(db_field, request)


def choices(db_field: Field, request: HttpRequest) -> QuerySet:
    """The related rows that may be chosen: by the aspect of the model that owns them."""
    related = cast("type[Model]", db_field.related_model)
    for aspect in (ASPECT, "row"):
        if aspect in aspects(related):
            return visible_to(viewer_of(request), aspect, related)
    return related._default_manager.none()


class ConflictAwareAdmin(_Fields, ModelAdmin):
    """Settings only. What carries identities or assessments has desk pages.

    Subclasses name the ``root`` that an entry of the log points at: ``root_type`` and ``root_id(row)``.
    """

    root_type: str = Root.WORKSHOP
    filters_allowed: frozenset[str] = frozenset()
    actions = None
    list_per_page = 50
    show_full_result_count = False
    list_fullwidth = True

    def root_id(self, row: Model) -> int | None:
        return getattr(row, "workshop_id", None)

    # --- what is shown ---

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return visible_to(viewer_of(request), ASPECT, super().get_queryset(request))

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return lookup in self.filters_allowed

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and request.user.is_staff

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.has_module_permission(request) and (obj is None or self._mine(request, obj))

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.has_view_permission(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_module_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def _mine(self, request: HttpRequest, obj: Model) -> bool:
        cache: dict[tuple[type, Any], bool] = request.__dict__.setdefault("_settings_rows", {})
        key = (type(obj), obj.pk)
        if key not in cache:
            cache[key] = visible_to(viewer_of(request), ASPECT, type(obj)).filter(pk=obj.pk).exists()
        return cache[key]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if object_id and self.get_object(request, object_id, request.GET.get(TO_FIELD_VAR)) is None:
            raise Http404
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except PermissionDenied:
            raise Http404 from None

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The history of a setting, from the log."""
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        entries = Entry.objects.filter(object_type=row._meta.label_lower, object_id=str(row.pk))
        lines = [
            {"at": entry.at, "actor": entry.actor, "words": sentence(entry.action), "data": entry.data}
            for entry in entries.select_related("actor")[:100]
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": f"History of {row}",
            "entries": lines,
            "opts": self.opts,
            "original": row,
        }
        return TemplateResponse(request, "admin/setting_history.html", context)

    # --- what is saved ---

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        save_setting(
            obj,
            by=cast(Model, request.user),
            root_type=self.root_type,
            root_id=self.root_id(obj),
            changed=form.changed_data,
            added=not change,
        )

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Rows of an inline, each through the same service. Nothing is deleted but rows of a RemovableInline."""
        formset.save(commit=False)
        root_id = self.root_id(form.instance) or form.instance.pk
        for row in formset.deleted_objects:
            remove_setting(row, by=cast(Model, request.user), root_type=self.root_type, root_id=root_id)
        rows = [*formset.changed_objects, *((row, []) for row in formset.new_objects)]
        for row, changed in rows:
            save_setting(
                row,
                by=cast(Model, request.user),
                root_type=self.root_type,
                root_id=root_id,
                changed=changed,
                added=not changed,
            )

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> None:
        """Our own log has it."""

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> None:
        """Our own log has it."""


class ConflictAwareInline(_Fields, TabularInline):
    """Rows edited inside the form of their owner, whose rights they share."""

    extra = 0
    can_delete = False

    def formfield_for_dbfield(self, db_field: Field, request: HttpRequest, **kwargs: Any) -> FormField | None:
        """The head of its column names a field to the eye alone."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            field.widget.attrs.setdefault("aria-label", capfirst(str(field.label)))
        return field

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return True

    has_change_permission = has_view_permission

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return True

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class RemovableInline(ConflictAwareInline):
    """Rows that nothing hangs on, so that they can be removed."""

    can_delete = True

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return True
