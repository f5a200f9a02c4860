"""A sample brand: its files, its history through the real verbs, and who one can be in the demo."""

from bot.sample.load import load_sample
from bot.sample.personas import SamplePersona, person_behind, personas

__all__ = ["SamplePersona", "load_sample", "person_behind", "personas"]
