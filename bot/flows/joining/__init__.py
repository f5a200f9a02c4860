"""What somebody meets who is not known yet: the invite, and nothing else."""

from bot.flows.joining.join import brings_invite, join

__all__ = ["brings_invite", "join"]
