"""The web chat: a phone in the browser, signed in by a one-time link; in demo mode two of them side by side."""
