"""Everything that talks: chat channels, dialogue, commands and the HTTP surface."""
