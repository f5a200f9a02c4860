"""Stock items, reservations and the movements ledger."""
