"""What somebody meets who is not known yet: the invite, and nothing else."""

from bot.flows.joining.flow import join

__all__ = ["join"]
