"""Expense claims of dealers: said in any order with their receipts, checked before they are submitted, followed, withdrawn."""
