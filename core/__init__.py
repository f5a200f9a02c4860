"""The business: knows no chat and no web, and reads no environment."""
