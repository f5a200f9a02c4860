"""What somebody meets who is not known yet: the invite, and nothing else."""

from bot.flows.joining.join import join

__all__ = ["join"]
