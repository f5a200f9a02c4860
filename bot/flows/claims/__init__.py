"""Expense claims: what is said of one is taken down."""
