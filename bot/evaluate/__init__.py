"""`dealer eval`: the shipped understanding and dialogue over a file of examples, one prediction a row."""

from bot.evaluate.run import evaluate

__all__ = ["evaluate"]
