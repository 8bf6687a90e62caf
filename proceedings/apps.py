from django.apps import AppConfig


class ProceedingsConfig(AppConfig):
    name = "proceedings"
    verbose_name = "Proceedings"

    def ready(self) -> None:
        from proceedings.links import accepted_papers
        from workshops.links import on_public_page

        on_public_page(accepted_papers)
