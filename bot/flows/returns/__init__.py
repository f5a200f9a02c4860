"""Goods to be sent back."""
