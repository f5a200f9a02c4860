"""Talking to a person of the brand, and back."""
