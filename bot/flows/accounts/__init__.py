"""Dealer accounts in the hands of staff: payments, limits, corrections."""
