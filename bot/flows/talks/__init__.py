"""A conversation taken over by a person of the brand."""
