"""A language model's second look at what the grammar did not understand: off unless set, and it only proposes."""
