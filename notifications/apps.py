from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = "Mail"

    def ready(self) -> None:
        from django.core import checks

        from audit import actions
        from notifications.actions import ACTIONS
        from notifications.checks import rehearsal_mail_stays_here

        actions.register(ACTIONS)
        checks.register(rehearsal_mail_stays_here)
