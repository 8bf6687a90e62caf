"""People, for whoever runs the site."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from access.admin import ConflictAwareAdmin
from accounts.managers import identity_text
from accounts.models import User
from audit.models import Root
from audit.text import fold


@admin.register(User)
class UserAdmin(ConflictAwareAdmin):
    """Names and whether the account is open. Addresses and passwords are the person's own."""

    root_type = Root.PERSON
    list_display = ("name", "email", "is_staff", "is_active", "date_joined")
    list_filter = ("is_active", "is_staff")
    filters_allowed = frozenset({"is_active__exact", "is_staff__exact"})
    ordering = ("family", "given")
    fields = ("given", "particle", "family", "email", "is_active", "date_joined", "last_login")
    readonly_fields = ("email", "date_joined", "last_login")
    search_fields = ("search_identity__contains",)

    def root_id(self, row: Model) -> int | None:
        return row.pk

    def has_module_permission(self, request: HttpRequest) -> bool:
        return super().has_module_permission(request) and bool(request.user.is_superuser)

    def view_on_site(self, obj: Any) -> str:
        """Where whoever runs the site begins to see it as this person does."""
        return reverse("desk:view_as_operator", args=[obj.pk])

    def has_add_permission(self, request: HttpRequest) -> bool:
        """People make their accounts themselves."""
        return False

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Any]", search_term: str
    ) -> tuple["QuerySet[Any]", bool]:
        """By folded text, so that accents and capitals do not matter."""
        for word in fold(search_term).split():
            queryset = queryset.filter(search_identity__contains=word)
        return queryset, False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.search_identity = identity_text(obj.email, obj.given, obj.particle, obj.family)
        super().save_model(request, obj, form, change)
