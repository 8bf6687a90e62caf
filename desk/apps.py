from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class DeskConfig(AppConfig):
    name = "desk"
    verbose_name = "Desk"
    default = True


class AdminSiteConfig(admin_apps.AdminConfig):
    default = False
    default_site = "desk.admin_site.SettingsSite"
