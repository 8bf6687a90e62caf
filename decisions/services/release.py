"""Tell the authors."""

from notifications.models import Batch


def take_effect(batch: Batch) -> None:
    raise NotImplementedError


def fall_back(batch: Batch) -> None:
    raise NotImplementedError
