"""Expense claims for staff: who waits, the card with its receipts, and the yes or no."""
