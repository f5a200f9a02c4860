"""Rebates: programmes with tiers, what was bought under them, their settlement, and the use of the balance."""
