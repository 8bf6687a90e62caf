"""Reads people, assignments and reviews from tables. No database and no Django: only bytes in, records out."""
