"""The site of settings and of the organizers' desk: /admin/."""

from unfold.sites import UnfoldAdminSite


class SettingsSite(UnfoldAdminSite):
    pass
