"""What this person can do here, now."""
