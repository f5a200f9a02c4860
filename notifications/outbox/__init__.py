"""Messages that exist if and only if their cause was committed, and their way out."""
