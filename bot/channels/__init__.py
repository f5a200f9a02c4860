"""Where messages come from and go to, one folder a channel."""
