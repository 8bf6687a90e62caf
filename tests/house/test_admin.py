"""The admin of settings: one base for all of it, ours alone, and nothing that carries identities or assessments."""

import pytest
from django.contrib import admin

from access.admin import ConflictAwareAdmin, ConflictAwareInline
from access.registry import aspects
from tests.house.floors import FLOORS

REGISTERED = sorted(admin.site._registry.items(), key=lambda item: item[0]._meta.label)
# These have desk pages only: a form's “already exists” would tell a conflicted organizer who reviews the own paper.
DESK_ONLY = {
    "submissions.submission",
    "submissions.authorship",
    "submissions.conflict",
    "submissions.handler",
    "submissions.file",
    "submissions.revision",
    "reviews.assignment",
    "reviews.assignmentrun",
    "reviews.proposedpair",
    "reviews.review",
    "reviews.reviewversion",
    "reviews.score",
    "reviews.reviewer",
    "reviews.invitation",
    "reviews.nomination",
    "reviews.link",
    "decisions.decision",
    "decisions.release",
    "notifications.message",
    "notifications.batch",
    "notifications.attempt",
    "audit.entry",
    "jobs.job",
}


def test_settings_can_be_edited() -> None:
    labels = {model._meta.label_lower for model, _ in REGISTERED}

    assert {"workshops.workshop", "workshops.track", "workshops.deadline", "workshops.form"} <= labels


@pytest.mark.parametrize(("model", "model_admin"), REGISTERED, ids=lambda value: getattr(value, "__name__", ""))
class TestRegistered:
    def test_inherits_the_conflict_aware_base(self, model: type, model_admin: admin.ModelAdmin) -> None:
        assert isinstance(model_admin, ConflictAwareAdmin)
        assert [i for i in model_admin.inlines if not issubclass(i, ConflictAwareInline)] == []

    def test_is_ours(self, model: type, model_admin: admin.ModelAdmin) -> None:
        assert model._meta.app_label in FLOORS

    def test_is_no_page_of_the_desk(self, model: type, model_admin: admin.ModelAdmin) -> None:
        assert model._meta.label_lower not in DESK_ONLY

    def test_has_grants_for_its_rows(self, model: type, model_admin: admin.ModelAdmin) -> None:
        assert "settings" in aspects(model)

    def test_searches_folded_text_only(self, model: type, model_admin: admin.ModelAdmin) -> None:
        """A field without a lookup would be searched by icontains."""
        folded = ("__contains", "__startswith", "__exact")
        assert [field for field in model_admin.search_fields if not field.endswith(folded)] == []

    def test_deletes_nothing(self, model: type, model_admin: admin.ModelAdmin, rf, django_user_model) -> None:
        request = rf.get("/")
        request.user = django_user_model(is_staff=True, is_superuser=True, is_active=True)
        assert model_admin.has_delete_permission(request) is False
