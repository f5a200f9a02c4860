"""Messages that could not be handled: seen, tried again, dropped."""
