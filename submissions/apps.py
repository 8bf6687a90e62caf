from django.apps import AppConfig


class SubmissionsConfig(AppConfig):
    name = "submissions"
    verbose_name = "Papers"

    def ready(self) -> None:
        from accounts import links as people
        from audit import actions
        from notifications import kinds
        from submissions import access, emails, emails_conflicts, emails_dates, merging, tasks  # noqa: F401  (fill the registries)
        from submissions.actions import ACTIONS
        from submissions.declared_reading import declared_section
        from submissions.links import on_author_page, on_restored
        from submissions.services.claim import claim_authorships
        from submissions.services.conflicts import check_person_given_a_role, check_person_who_told_more
        from submissions.services.handlers import follow_restored
        from submissions.services.signed_out import deliver
        from submissions.services.unannounce import keep_the_call_of_papers
        from submissions.states import ConflictReason
        from submissions.views.begun import claim_after_sign_in
        from workshops import links as workshops

        actions.register(ACTIONS)
        merging.register()
        on_author_page(declared_section)
        on_restored(follow_restored)
        kinds.rehearsals(emails.belongs_to_rehearsal)
        people.on_confirmed(claim_authorships)
        people.on_profile_changed(check_person_who_told_more)
        people.on_signed_in(claim_after_sign_in)
        people.on_signed_in(deliver)
        workshops.on_role_given(check_person_given_a_role)
        workshops.on_unannouncing(keep_the_call_of_papers)
        workshops.may_count(each for each in ConflictReason.choices if each[0] != ConflictReason.AUTHORSHIP)
