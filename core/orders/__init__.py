"""Drafts, orders, shipments, receipts, returns and what was paid on them."""
