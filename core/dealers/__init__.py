"""Dealers and the addresses goods are shipped to."""
