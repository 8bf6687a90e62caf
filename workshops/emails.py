"""Mails about a workshop, and which workshop is a rehearsal."""

from audit.models import Root


def belongs_to_rehearsal(root_type: str, root_id: int) -> bool:
    from workshops.models import Workshop

    return root_type == Root.WORKSHOP and Workshop.objects.filter(pk=root_id, is_rehearsal=True).exists()
