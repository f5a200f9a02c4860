"""Price lists: per level, and per dealer where agreed; the one place a line total is made."""
