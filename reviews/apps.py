from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "reviews"
    verbose_name = "Reviews"

    def ready(self) -> None:
        from audit import actions
        from notifications import kinds
        from reviews import (  # noqa: F401  (fill the registries)
            access,
            emails,
            emails_desk,
            emails_reviewing,
            merging,
            tasks,
            transfers,
        )
        from reviews.actions import ACTIONS
        from reviews.chairing import area_chairs
        from reviews.services import assign, invite, offer_places, remind_bids, stand_aside, volunteer
        from submissions import links

        actions.register(ACTIONS)
        merging.register()
        kinds.on_batch(emails.INVITATION, cancel=invite.end_unsent, stop=invite.end_unsent)
        kinds.on_batch(emails.OFFER_ACCEPTED, release=volunteer.accept_answered, cancel=volunteer.reopen_unsent)
        kinds.on_batch(emails.OFFER_DECLINED, release=volunteer.decline_answered, cancel=volunteer.reopen_unsent)
        kinds.on_batch(emails_desk.BID_REMINDER, release=remind_bids.leave_out_who_has_bid)
        unsent = offer_places.take_back_unsent
        kinds.on_batch(emails.EMERGENCY_OFFER, cancel=unsent, stop=unsent)
        links.on_withdrawn(assign.stand_down)
        links.on_restored(assign.call_back)
        links.on_conflicts_arose(stand_aside.stand_aside)
        links.on_area_chairs(area_chairs)
        links.on_foretelling_withdrawal(stand_aside.foretell_withdrawal)
        links.on_transfer(transfers.no_transfer_once_reviewed)
