from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "reviews"
    verbose_name = "Reviews"

    def ready(self) -> None:
        from audit import actions
        from reviews import access, emails, tasks  # noqa: F401  (fill the registries)
        from reviews.actions import ACTIONS

        actions.register(ACTIONS)
