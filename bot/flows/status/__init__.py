"""Orders that were placed: where they are, why one is late, cancelling, receiving."""
