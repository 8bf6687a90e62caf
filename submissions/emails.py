"""Mails about a paper."""

from audit.models import Root


def belongs_to_rehearsal(root_type: str, root_id: int) -> bool:
    from submissions.models import Submission

    return root_type == Root.SUBMISSION and Submission.objects.filter(pk=root_id, workshop__is_rehearsal=True).exists()
