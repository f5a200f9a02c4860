"""What the bot itself remembers: conversations, answered messages, parked messages."""
