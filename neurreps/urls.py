"""Addresses of pages. Each app keeps its own; this file says where they hang."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("workshops.urls")),
    path("profile/", include("accounts.urls")),
    path("", include("submissions.urls")),
    path("", include("reviews.urls")),
    path("", include("notifications.urls")),
    path("", include("proceedings.urls")),
    path("", include("desk.urls")),
    path("accounts/", include("accounts.urls_signing_in")),
    path("admin/", admin.site.urls),
]
