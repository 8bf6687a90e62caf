from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = "Mail"

    def ready(self) -> None:
        from audit import actions
        from notifications.actions import ACTIONS

        actions.register(ACTIONS)
