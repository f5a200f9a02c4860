"""Expense claims: budgets, approval levels, claims with their evidence, and the ledger of all that became of them."""
