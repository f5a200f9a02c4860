"""Contracts in chat: when they end, their paper, and what staff decide when they run out."""
