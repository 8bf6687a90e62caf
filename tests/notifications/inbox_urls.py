"""The inbox among the site's own addresses, whether the site has it or not."""

from django.urls import include, path

from neurreps.urls import urlpatterns as site

urlpatterns = [path("", include("notifications.urls")), *site]
