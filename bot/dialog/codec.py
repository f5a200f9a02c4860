"""Say to JSON and back; it lives in core.kit.say so that alerts can write it too."""

from core.kit.say import dump, load

__all__ = ["dump", "load"]
