"""What there is, and what it costs."""
