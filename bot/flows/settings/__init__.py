"""What a person sets for himself: language, for which dealer he acts, further channels, colleagues."""
