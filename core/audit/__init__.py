"""Who did what to what, written with the effect."""
