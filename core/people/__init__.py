"""Persons, the dealers' members and the brand's staff, and how they are invited."""
