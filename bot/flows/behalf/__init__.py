"""An order written by staff for a dealer, who confirms it."""
