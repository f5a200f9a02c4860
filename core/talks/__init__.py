"""Conversations between a dealer's member and a person of the brand."""
