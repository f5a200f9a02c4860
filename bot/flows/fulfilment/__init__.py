"""Goods on their way: shipped, received, sent back."""
