"""The channel-free dialogue: messages in and out, the state of a conversation, and how moves change it."""
