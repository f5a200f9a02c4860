"""Stock in the hands of staff: received, counted, planned."""
