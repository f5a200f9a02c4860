"""What staff look up: a dealer at a glance, an order, open orders."""
