"""Who belongs to which dealer and to the brand: invited, let in, taken back."""
