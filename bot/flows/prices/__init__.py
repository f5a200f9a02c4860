"""Prices in the hands of staff."""
