"""Refusing a file."""


class NotTakenError(ValueError):
    """The file is refused; its word is the cause: type | broken | size | locked | scripted | pages | xls | macros | rows."""
