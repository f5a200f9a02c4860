"""Ordering: the draft, its read-back and changes, confirming, and ordering again."""
