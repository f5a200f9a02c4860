"""Dealer accounts: limit, balance, exposure, and the ledger behind the balance."""
