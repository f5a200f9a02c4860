"""The chats a dealer's people write from: one person, several channels."""
