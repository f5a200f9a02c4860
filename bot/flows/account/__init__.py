"""The dealer's account, and what cannot be asked here yet."""
