"""Mails about invitations, assignments and reviews."""
