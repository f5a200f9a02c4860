"""Text to meaning: pure functions from (text, context, catalogue index) to a closed set of moves."""
