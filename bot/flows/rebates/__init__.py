"""A dealer's rebates: balance, progress to the next tier, and the lines behind every figure."""
