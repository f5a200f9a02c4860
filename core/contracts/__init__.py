"""Contracts with dealers: their term, their paper, and what is decided when they end."""
