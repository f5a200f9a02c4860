"""Orders over credit: who waits, and the yes or no of staff."""
